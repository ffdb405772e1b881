use std::convert::Infallible;

use futures_util::{StreamExt, stream};
use png::{BitDepth, ColorType};
use rstest::rstest;
use tokio::io::AsyncReadExt;

use super::*;
use crate::link::fake;
use crate::media::sample;

fn body(bytes: impl Into<Bytes>) -> impl Stream<Item = Result<Bytes, Infallible>> + Send {
    stream::iter([Ok(bytes.into())])
}

fn png() -> Bytes {
    sample::png(ColorType::Rgb, BitDepth::Eight, 40, 30).into()
}

fn files(line: &Line) -> usize {
    std::fs::read_dir(&line.config.media_dir).unwrap().count()
}

#[tokio::test]
async fn an_upload_is_downloaded_until_it_is_deleted() {
    let (line, _dir) = fake::line().await;

    let id = line
        .upload_media("image/png".to_owned(), body(png()))
        .await
        .unwrap();
    let mut download = line.download_media(&id.to_uppercase()).await.unwrap();
    let mut content = Vec::new();
    download.file.read_to_end(&mut content).await.unwrap();

    assert_eq!(content, png());
    assert_eq!(download.content_type, "image/png");
    assert_eq!(download.bytes, u64::try_from(png().len()).unwrap());

    line.delete_media(&id).await.unwrap();

    assert_eq!(files(&line), 0);
    let refusal = line.download_media(&id).await.unwrap_err();
    assert_eq!(refusal.code, Code::NOT_FOUND);
    let refusal = line.delete_media(&id).await.unwrap_err();
    assert_eq!(refusal.code, Code::NOT_FOUND);
}

#[rstest]
#[case::nothing(
    "text/plain",
    Bytes::new(),
    Code::MISSING,
    "the body is empty: send the file's bytes"
)]
#[case::no_picture(
    "image/png",
    "<html>".into(),
    Code::INTERNAL,
    "the picture cannot be read: its bytes are text/html, not image/png"
)]
#[case::another_picture(
    "image/jpeg",
    png(),
    Code::INTERNAL,
    "the picture cannot be read: its bytes are image/png, not image/jpeg"
)]
#[case::half_a_picture(
    "image/png",
    png().slice(..60),
    Code::INTERNAL,
    "the picture cannot be read: it ends too early"
)]
#[case::no_gif(
    "image/gif",
    "some bytes".into(),
    Code::INTERNAL,
    "the picture cannot be read: its bytes are not image/gif"
)]
#[tokio::test]
async fn what_cannot_be_media_leaves_nothing(
    #[case] content_type: &str,
    #[case] bytes: Bytes,
    #[case] code: Code,
    #[case] details: &str,
) {
    let (line, _dir) = fake::line().await;

    let refusal = line
        .upload_media(content_type.to_owned(), body(bytes))
        .await
        .unwrap_err();

    assert_eq!((refusal.code, refusal.details.as_str()), (code, details));
    assert_eq!(files(&line), 0);
}

#[rstest]
#[case::text("image/svg+xml", "<svg/>".into())]
#[case::a_type_that_nobody_knows("image/x-portable-pixmap", "P6 1 1 255 abc".into())]
#[case::half_a_picture_as_a_document("application/octet-stream", png().slice(..60))]
#[tokio::test]
async fn what_can_only_be_a_document_is_taken_at_its_word(
    #[case] content_type: &str,
    #[case] bytes: Bytes,
) {
    let (line, _dir) = fake::line().await;

    line.upload_media(content_type.to_owned(), body(bytes))
        .await
        .unwrap();
}

#[tokio::test]
async fn what_the_bytes_show_is_kept() {
    let (line, _dir) = fake::line().await;

    let id = line
        .upload_media("image/png".to_owned(), body(png()))
        .await
        .unwrap();

    let (_, record) = line.media_record(&id).await.unwrap().unwrap();
    insta::assert_json_snapshot!(record.detected, @r#"
    {
      "content_type": "image/png",
      "picture": {
        "width": 40,
        "height": 30,
        "bits": 8,
        "colour": "rgb",
        "is_animated": false
      }
    }
    "#);
    assert_eq!(record.used_ms, record.created_ms);
}

#[tokio::test]
async fn an_id_that_is_taken_is_409() {
    let (line, _dir) = fake::line().await;
    let id = line
        .upload_media("text/plain".to_owned(), body("first"))
        .await
        .unwrap();

    let refusal = line
        .upload_media_as(&id, "text/plain".to_owned(), body("second"))
        .await
        .unwrap_err();
    assert_eq!((refusal.status, refusal.code), (409, Code::EXISTS));

    // Its record alone is enough.
    line.media.remove(&id).await.unwrap();
    let refusal = line
        .upload_media_as(&id, "text/plain".to_owned(), body("second"))
        .await
        .unwrap_err();
    assert_eq!((refusal.status, refusal.code), (409, Code::EXISTS));
    assert_eq!(files(&line), 0);
}

/// A file that was stored, and last used, so many hours ago.
async fn stored(line: &Line, hours: i64) -> String {
    let id = line
        .upload_media("text/plain".to_owned(), body("a"))
        .await
        .unwrap();
    line.change_media(&id, |record| {
        record.created_ms -= hours * 3_600_000;
        record.used_ms -= hours * 3_600_000;
    })
    .await
    .unwrap();
    id
}

#[rstest]
#[case::within_a_day(23, false)]
#[case::after_a_day(25, true)]
#[tokio::test]
async fn use_is_noted_once_a_day(#[case] hours: i64, #[case] is_noted: bool) {
    let (line, _dir) = fake::line().await;
    let (sent, downloaded) = (stored(&line, hours).await, stored(&line, hours).await);
    let before_ms = clock::now_ms() - 1000;

    line.use_media(&sent).await.unwrap();
    line.download_media(&downloaded).await.unwrap();

    for id in [sent, downloaded] {
        let (_, record) = line.media_record(&id).await.unwrap().unwrap();
        assert_eq!(record.last_used_ms() > before_ms, is_noted);
        assert!(record.created_ms < before_ms);
    }
}

#[tokio::test]
async fn what_is_deleted_meanwhile_stays_deleted() {
    let (line, _dir) = fake::line().await;
    let id = stored(&line, 25).await;
    line.delete_media(&id).await.unwrap();

    let changed = line.change_media(&id, |record| record.used_ms = 1).await;

    assert_eq!(changed.unwrap(), None);
    assert_eq!(line.use_media(&id).await.unwrap(), None);
}

#[tokio::test]
async fn a_record_of_before_is_read() {
    let old = r#"{"content_type": "image/png", "bytes": 7, "sha256": "00", "created_ms": 5,
        "upstream_id": null, "upstream_until_ms": 0}"#;

    let record: record::Media = serde_json::from_str(old).unwrap();

    assert_eq!(record.last_used_ms(), 5);
    assert_eq!(record.detected, onprem::media::Detected::default());
}

#[tokio::test]
async fn an_upload_that_breaks_off_leaves_nothing() {
    let (line, _dir) = fake::line().await;
    let broken = stream::iter([Ok(Bytes::from_static(b"half")), Err("cut")]);

    let refusal = line
        .upload_media("text/plain".to_owned(), broken)
        .await
        .unwrap_err();

    assert_eq!(refusal.code, Code::BAD_REQUEST);
    assert_eq!(refusal.details, "the body broke off: cut");
    assert_eq!(files(&line), 0);
}

#[tokio::test]
async fn an_upload_over_the_limit_is_413() {
    let (line, _dir) = fake::line().await;
    let megabyte = Bytes::from(vec![0_u8; 1 << 20]);
    let endless = stream::repeat(megabyte).map(Ok::<_, Infallible>);

    let refusal = line
        .upload_media("application/pdf".to_owned(), endless)
        .await
        .unwrap_err();

    assert_eq!((refusal.status, refusal.code), (413, Code::INVALID));
    assert_eq!(files(&line), 0);
}

#[tokio::test]
async fn a_file_without_its_record_goes() {
    let (line, _dir) = fake::line().await;
    line.records.store().close().await;

    line.upload_media("text/plain".to_owned(), body("a"))
        .await
        .unwrap_err();

    assert_eq!(files(&line), 0);
}

#[rstest]
#[case::too_large(WriteError::TooLarge(100), 413, Code::INVALID)]
#[case::not_writable(
    WriteError::Folder(io::ErrorKind::PermissionDenied.into()),
    500,
    Code::ACCESS
)]
fn each_failure_has_its_documented_answer(
    #[case] error: WriteError,
    #[case] status: u16,
    #[case] code: Code,
) {
    let refusal = write_refusal(error);

    assert_eq!((refusal.status, refusal.code), (status, code));
}

#[test]
fn a_full_disk_is_said_so() {
    let refusal = write_refusal(WriteError::Folder(io::ErrorKind::StorageFull.into()));

    assert_eq!(refusal.code, Code::INTERNAL);
    assert!(refusal.details.contains("disk is full"));
}
