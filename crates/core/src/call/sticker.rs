//! Sticker packs (`rest-api.md` section 15). Those of the first party are a list that is empty and cannot be changed; the
//! business's own are stored here.

use std::collections::BTreeMap;

use onprem::media::MediaKind;
use onprem::sticker::{MOST_STICKERS, Pack, PackChange, Sticker, StickerChange};
use onprem::{Code, Refusal};
use store::{Batch, StoreError, clock};
use uuid::Uuid;

use super::{shown, store_refusal};
use crate::line::Line;
use crate::record::StickerPack;

/// Whose packs a call is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Namespace {
    /// The business's own.
    Own,
    /// WhatsApp's: there are none.
    FirstParty,
}

impl Line {
    /// `GET /v1/stickerpacks`: ids, oldest first.
    pub async fn sticker_packs(&self, namespace: Namespace) -> Result<Vec<String>, Refusal> {
        if namespace == Namespace::FirstParty {
            return Ok(Vec::new());
        }
        let mut packs = self.stored_packs().await?;
        packs.sort_by_key(|(_, pack)| pack.created_ms);
        Ok(packs.into_iter().map(|(id, _)| id).collect())
    }

    /// `POST /v1/stickerpacks`: the new id. 1010 in WhatsApp's namespace.
    pub async fn create_sticker_pack(
        &self,
        namespace: Namespace,
        body: &[u8],
    ) -> Result<String, Refusal> {
        let pack = Pack::parse(body)?;
        if namespace == Namespace::FirstParty {
            return Err(Refusal::new(
                Code::NOT_REQUIRED,
                "namespace: packs of whatsapp can only be read, leave it out",
            ));
        }
        let _turn = self.desk.stickers.lock().await;
        let id = Uuid::new_v4().hyphenated().to_string();
        // Later than any other, also within one millisecond.
        let packs = self.stored_packs().await?;
        let newest_ms = packs.iter().map(|(_, pack)| pack.created_ms).max();
        let stored = StickerPack {
            pack,
            stickers: BTreeMap::new(),
            next_index: 0,
            created_ms: clock::now_ms().max(newest_ms.unwrap_or_default() + 1),
        };
        self.save_pack(&id, &stored).await?;
        Ok(id)
    }

    /// `GET /v1/stickerpacks/{id}`.
    pub async fn sticker_pack(&self, namespace: Namespace, id: &str) -> Result<Pack, Refusal> {
        Ok(self.find_pack(namespace, id).await?.pack)
    }

    /// `PATCH /v1/stickerpacks/{id}`.
    pub async fn change_sticker_pack(
        &self,
        namespace: Namespace,
        id: &str,
        body: &[u8],
    ) -> Result<(), Refusal> {
        let change = PackChange::parse(body)?;
        let _turn = self.desk.stickers.lock().await;
        let mut found = self.find_pack(namespace, id).await?;
        change.apply(&mut found.pack);
        self.save_pack(id, &found).await
    }

    /// `DELETE /v1/stickerpacks/{id}`, with its stickers; their media stay.
    pub async fn delete_sticker_pack(&self, namespace: Namespace, id: &str) -> Result<(), Refusal> {
        let _turn = self.desk.stickers.lock().await;
        self.find_pack(namespace, id).await?;
        let delete = self.records.delete::<StickerPack>(&self.config.name, id);
        let applied = self.store().apply(Batch::of(vec![delete])).await;
        applied.map(drop).map_err(|error| store_refusal(&error))
    }

    /// `GET /v1/stickerpacks/{id}/stickers`: indices, lowest first.
    pub async fn stickers(&self, namespace: Namespace, id: &str) -> Result<Vec<String>, Refusal> {
        let found = self.find_pack(namespace, id).await?;
        Ok(found.stickers.keys().map(u32::to_string).collect())
    }

    /// `POST /v1/stickerpacks/{id}/stickers`: the new index.
    pub async fn add_sticker(
        &self,
        namespace: Namespace,
        id: &str,
        body: &[u8],
    ) -> Result<String, Refusal> {
        let sticker = Sticker::parse(body)?;
        let _turn = self.desk.stickers.lock().await;
        let mut found = self.find_pack(namespace, id).await?;
        if found.stickers.len() >= MOST_STICKERS {
            return Err(Refusal::invalid(
                "stickers",
                format_args!("the pack has {MOST_STICKERS} stickers, the most that it may have"),
            ));
        }
        self.check_sticker_image(&sticker.image_data_id).await?;
        let index = found.next_index;
        found.stickers.insert(index, sticker);
        found.next_index += 1;
        self.save_pack(id, &found).await?;
        Ok(index.to_string())
    }

    /// `GET /v1/stickerpacks/{id}/stickers/{index}`.
    pub async fn sticker(
        &self,
        namespace: Namespace,
        id: &str,
        index: &str,
    ) -> Result<Sticker, Refusal> {
        let mut found = self.find_pack(namespace, id).await?;
        let index = known_index(&found, index)?;
        found
            .stickers
            .remove(&index)
            .ok_or_else(|| no_sticker(&index.to_string()))
    }

    /// `PATCH /v1/stickerpacks/{id}/stickers/{index}`.
    pub async fn change_sticker(
        &self,
        namespace: Namespace,
        id: &str,
        index: &str,
        body: &[u8],
    ) -> Result<(), Refusal> {
        let change = StickerChange::parse(body)?;
        let _turn = self.desk.stickers.lock().await;
        let mut found = self.find_pack(namespace, id).await?;
        let index = known_index(&found, index)?;
        if let Some(image_data_id) = &change.image_data_id {
            self.check_sticker_image(image_data_id).await?;
        }
        if let Some(sticker) = found.stickers.get_mut(&index) {
            change.apply(sticker);
        }
        self.save_pack(id, &found).await
    }

    /// `DELETE /v1/stickerpacks/{id}/stickers/{index}`: the others keep their indices.
    pub async fn delete_sticker(
        &self,
        namespace: Namespace,
        id: &str,
        index: &str,
    ) -> Result<(), Refusal> {
        let _turn = self.desk.stickers.lock().await;
        let mut found = self.find_pack(namespace, id).await?;
        let index = known_index(&found, index)?;
        found.stickers.remove(&index);
        self.save_pack(id, &found).await
    }

    /// The media ids of all stickers: what nobody may collect.
    pub async fn sticker_media(&self) -> Result<Vec<String>, StoreError> {
        let packs = self.records.list::<StickerPack>(&self.config.name).await?;
        let stickers = packs.into_iter().flat_map(|(_, pack)| pack.stickers);
        Ok(stickers.map(|(_, sticker)| sticker.image_data_id).collect())
    }

    async fn stored_packs(&self) -> Result<Vec<(String, StickerPack)>, Refusal> {
        let stored = self.records.list(&self.config.name).await;
        stored.map_err(|error| store_refusal(&error))
    }

    /// 404 / 1006 when there is no such pack.
    async fn find_pack(&self, namespace: Namespace, id: &str) -> Result<StickerPack, Refusal> {
        if namespace == Namespace::FirstParty {
            return Err(no_pack(id));
        }
        let found = self.records.get(&self.config.name, id).await;
        found
            .map_err(|error| store_refusal(&error))?
            .ok_or_else(|| no_pack(id))
    }

    async fn save_pack(&self, id: &str, pack: &StickerPack) -> Result<(), Refusal> {
        let saved = self.records.save(&self.config.name, id, pack).await;
        saved.map_err(|error| store_refusal(&error))
    }

    /// 1009 for what is no media id, or no sticker.
    async fn check_sticker_image(&self, id: &str) -> Result<(), Refusal> {
        const FIELD: &str = "image_data_id";
        let found = self
            .use_media(id)
            .await
            .map_err(|error| store_refusal(&error))?;
        let Some((_, media)) = found else {
            return Err(Refusal::invalid(
                FIELD,
                format_args!("there is no media with the id {}", shown(id)),
            ));
        };
        MediaKind::Sticker.check(FIELD, &media.content_type, media.bytes, &media.detected)
    }
}

/// An index of the pack as callers write it; 404 / 1006 for any other.
fn known_index(pack: &StickerPack, index: &str) -> Result<u32, Refusal> {
    pack.stickers
        .keys()
        .find(|known| known.to_string() == index)
        .copied()
        .ok_or_else(|| no_sticker(index))
}

fn no_pack(id: &str) -> Refusal {
    Refusal::not_found(format!(
        "there is no sticker pack with the id {}",
        shown(id)
    ))
}

fn no_sticker(index: &str) -> Refusal {
    Refusal::not_found(format!("the pack has no sticker {}", shown(index)))
}

#[cfg(test)]
mod tests {
    use futures_util::stream;
    use serde_json::{Value, json};

    use super::*;
    use crate::link::fake;
    use crate::media::sample;

    async fn image(line: &Line) -> String {
        let bytes = bytes::Bytes::from(sample::webp(512, 512));
        let body = stream::iter([Ok::<_, std::io::Error>(bytes)]);
        line.upload_media("image/webp".to_owned(), body)
            .await
            .unwrap()
    }

    async fn pack(line: &Line) -> String {
        let body = json!({"publisher": "Hummingbird Coffee", "name": "Cups"}).to_string();
        line.create_sticker_pack(Namespace::Own, body.as_bytes())
            .await
            .unwrap()
    }

    async fn add(line: &Line, pack: &str, image: &str) -> String {
        let body: Value = json!({"image_data_id": image});
        line.add_sticker(Namespace::Own, pack, body.to_string().as_bytes())
            .await
            .unwrap()
    }

    #[tokio::test]
    async fn packs_are_listed_as_they_were_made() {
        let (line, _dir) = fake::line().await;
        let mut made = Vec::new();
        for _ in 0..20 {
            made.push(pack(&line).await);
        }

        assert_eq!(line.sticker_packs(Namespace::Own).await.unwrap(), made);
        let first_party = line.sticker_packs(Namespace::FirstParty).await.unwrap();
        assert!(first_party.is_empty());
    }

    #[tokio::test]
    async fn stickers_added_at_the_same_time_have_different_indices() {
        let (line, _dir) = fake::line().await;
        let (pack, image) = (pack(&line).await, image(&line).await);

        let (a, b, c) = tokio::join!(
            add(&line, &pack, &image),
            add(&line, &pack, &image),
            add(&line, &pack, &image)
        );

        let mut indices = [a, b, c];
        indices.sort();
        assert_eq!(indices, ["0", "1", "2"]);
        assert_eq!(line.stickers(Namespace::Own, &pack).await.unwrap(), indices);
    }

    #[tokio::test]
    async fn the_media_of_stickers_are_known() {
        let (line, _dir) = fake::line().await;
        let (pack, image) = (pack(&line).await, image(&line).await);
        add(&line, &pack, &image).await;

        assert_eq!(line.sticker_media().await.unwrap(), [image.as_str()]);

        line.delete_sticker_pack(Namespace::Own, &pack)
            .await
            .unwrap();
        assert!(line.sticker_media().await.unwrap().is_empty());
        assert!(line.media_record(&image).await.unwrap().is_some());
    }
}
