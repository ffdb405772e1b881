//! `/{PHONE_ID}/message_qrdls`: short links with a text ready to be sent, and their QR codes.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::network::Network;
use crate::network::error::GraphError;
use crate::network::fields::Shape;
use crate::network::params::Params;

/// Longest text, characters.
const LONGEST: usize = 140;
/// Most links of a number.
const MOST: usize = 2000;
const CODE_LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const SHAPE: Shape = Shape {
    node: "WhatsAppMessageQRCode",
    default: &["code", "prefilled_message", "deep_link_url"],
    sometimes: &["creation_time", "id"],
};

/// A short link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ShortLink {
    pub(crate) code: String,
    pub(crate) text: String,
}

impl ShortLink {
    /// Where it leads.
    pub(crate) fn url(&self) -> String {
        format!("https://wa.me/message/{}", self.code)
    }
}

impl Network {
    fn show_link(&self, link: &ShortLink, fields: Option<&str>) -> Result<Value, GraphError> {
        let object = json!({
            "code": link.code,
            "prefilled_message": link.text,
            "deep_link_url": link.url(),
            "qr_image_url": format!("{}/qr/{}.svg", self.public_url(), link.code),
        });
        SHAPE.select(object, fields)
    }

    /// The links of a number, or the one of a code, as `(code, object)`.
    pub(crate) fn list_links(
        &self,
        number: usize,
        code: Option<&str>,
        fields: Option<&str>,
    ) -> Result<Vec<(String, Value)>, GraphError> {
        let links = (self.lasting.numbers.get(number)).map_or(&[][..], |number| &number.links);
        links
            .iter()
            .filter(|link| code.is_none_or(|code| link.code == code))
            .map(|link| Ok((link.code.clone(), self.show_link(link, fields)?)))
            .collect()
    }

    /// POST: a new link, or another text for the one of `code`.
    pub(crate) fn put_link(&mut self, number: usize, params: &Params) -> Result<Value, GraphError> {
        let text = params.required_text("prefilled_message")?;
        if text.chars().count() > LONGEST {
            return Err(GraphError::parameter(format!(
                "Param prefilled_message must be at most {LONGEST} characters long."
            )));
        }
        let image = params
            .text("generate_qr_image")?
            .map(|kind| kind.to_uppercase());
        if image
            .as_deref()
            .is_some_and(|kind| !["SVG", "PNG"].contains(&kind))
        {
            return Err(GraphError::parameter(
                "Param generate_qr_image must be one of {SVG, PNG}.",
            ));
        }
        let asked = params.text("code")?;
        let mut roll = self.dice.roll();
        let fresh: String = (0..14)
            .map(|_| {
                let at = usize::try_from(roll % 32).unwrap_or(0);
                roll = roll.rotate_right(5).wrapping_mul(0x9E37_79B9_7F4A_7C15);
                char::from(CODE_LETTERS.get(at).copied().unwrap_or(b'A'))
            })
            .collect();
        let links = self
            .lasting
            .numbers
            .get_mut(number)
            .map(|number| &mut number.links)
            .ok_or_else(|| GraphError::unknown_object("post", "message_qrdls"))?;
        let link = ShortLink {
            code: asked.clone().unwrap_or(fresh),
            text,
        };
        let count = links.len();
        match (
            links.iter_mut().find(|known| known.code == link.code),
            asked,
        ) {
            (Some(known), _) => *known = link.clone(),
            (None, Some(code)) => return Err(GraphError::unknown_object("post", &code)),
            (None, None) if count >= MOST => {
                return Err(GraphError::parameter(format!(
                    "A number can have at most {MOST} QR codes."
                )));
            }
            (None, None) => links.push(link.clone()),
        }
        self.saved_at_once();
        let fields = image.map(|_| "code,prefilled_message,deep_link_url,qr_image_url");
        self.show_link(&link, fields)
    }

    /// DELETE: false when there is no such link.
    pub(crate) fn delete_link(&mut self, number: usize, code: &str) -> bool {
        let Some(number) = self.lasting.numbers.get_mut(number) else {
            return false;
        };
        let before = number.links.len();
        number.links.retain(|link| link.code != code);
        let is_gone = number.links.len() < before;
        self.saved_at_once();
        is_gone
    }

    /// Where the link of a code leads, whatever number it is of.
    pub(crate) fn link_url(&self, code: &str) -> Option<String> {
        let mut links = self.lasting.numbers.iter().flat_map(|number| &number.links);
        links.find(|link| link.code == code).map(ShortLink::url)
    }
}
