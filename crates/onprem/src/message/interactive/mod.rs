//! `type: interactive` (`messages.md` section 3): one file for each `interactive.type`, and here what they share.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::parse::{Object, Read, quoted};
use crate::schema::{self, required};
use crate::{Code, Refusal};

mod amount;
mod order;
mod part;
mod section;
#[cfg(test)]
mod tests;
mod text;

pub use address_message::{SavedAddress, Texts};
pub use amount::{Amount, Charge};
pub use button::Reply;
pub use flow::{FlowAction, FlowMode, FlowPayload};
pub use list::Row;
pub use order::{Expiration, Item, Order};
pub use order_details::Goods;
pub use order_status::Progress;
pub use part::Header;
pub use section::Section;

pub(super) use catalog_message::{THUMBNAIL, thumbnail};
pub(super) use product_list::{sections_schema as products_schema, sections_value as products};

use part::Parts;

/// What a type of interactive message is.
trait Kind: Sized {
    /// The parts beside `action` that it may have.
    const PARTS: Parts;
    /// Whether the original API did not have it.
    const IS_EXTENSION: bool = false;
    /// Reads `interactive.action`.
    fn read(action: &Object<'_>) -> Read<Self>;
    /// What `action` may be.
    fn schema() -> Value;
    /// Whole interactive objects that are accepted, each with a name that says what it shows.
    fn examples() -> Vec<(&'static str, Value)>;
}

/// Makes [`Action`] of its types. A new type is one file that implements [`Kind`], and one line here: variant, what it
/// holds, the file, which is named after the value of `interactive.type`.
macro_rules! kinds {
    ($($variant:ident($holds:ident) = $module:ident;)+) => {
        $(mod $module;)+
        $(pub use $module::$holds;)+

        /// What the customer can do: the variant is named after the value of `interactive.type`.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Action {
            $(
                #[doc = concat!("`", stringify!($module), "`.")]
                $variant($holds),
            )+
        }

        impl Action {
            /// Every value of `interactive.type`.
            pub const KINDS: &[&str] = &[$(stringify!($module)),+];

            /// The value of `interactive.type`.
            pub fn kind(&self) -> &'static str {
                match self {
                    $(Self::$variant(_) => stringify!($module),)+
                }
            }
        }

        /// Every type with its reader.
        const READERS: &[(&str, Reader)] = &[
            $((stringify!($module), |object| read_as::<$holds>(object, stringify!($module), Action::$variant)),)+
        ];

        /// What `interactive` may be.
        pub(super) fn schema() -> Value {
            schema::one_of([$(schema_of::<$holds>(stringify!($module))),+])
        }

        /// Interactive objects that are accepted: at least one of each type.
        pub(super) fn examples() -> Vec<(&'static str, Value)> {
            let mut all = Vec::new();
            $(all.extend(<$holds as Kind>::examples());)+
            all
        }
    };
}

kinds! {
    Button(Buttons) = button;
    List(List) = list;
    Product(Product) = product;
    ProductList(ProductList) = product_list;
    CatalogMessage(CatalogMessage) = catalog_message;
    Flow(Flow) = flow;
    LocationRequestMessage(LocationRequest) = location_request_message;
    AddressMessage(AddressMessage) = address_message;
    OrderDetails(OrderDetails) = order_details;
    OrderStatus(OrderStatus) = order_status;
    CtaUrl(CtaUrl) = cta_url;
}

type Reader = fn(&Object<'_>) -> Read<Interactive>;

/// An interactive message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Interactive {
    /// Above the body.
    pub header: Option<Header>,
    /// `body.text`; only a product needs none.
    pub body: Option<String>,
    /// `footer.text`.
    pub footer: Option<String>,
    /// What the customer can do.
    pub action: Action,
}

/// Reads `interactive`, which may be a string that holds the object.
pub(super) fn read(message: &Object<'_>) -> Read<Box<Interactive>> {
    message
        .required("interactive")?
        .object_or_json(|interactive| {
            let read = interactive.required("type")?.choice(READERS)?;
            read(interactive).map(Box::new)
        })
}

fn read_as<K: Kind>(
    interactive: &Object<'_>,
    kind: &'static str,
    wrap: fn(K) -> Action,
) -> Read<Interactive> {
    if K::IS_EXTENSION && interactive.rules().strict {
        return Err(interactive.refuse(Refusal::new(
            Code::TYPE_UNSUPPORTED,
            format!(
                "interactive.type: {} is an extension, which strict mode refuses",
                quoted(kind)
            ),
        )));
    }
    let header = K::PARTS.read_header(interactive, kind);
    let body = K::PARTS.read_body(interactive, kind);
    let footer = K::PARTS.read_footer(interactive, kind);
    let action = interactive
        .required("action")
        .and_then(|action| K::read(&action.object()?));
    Ok(Interactive {
        header: header?,
        body: body?,
        footer: footer?,
        action: wrap(action?),
    })
}

fn schema_of<K: Kind>(kind: &'static str) -> Value {
    let members = [required("type", json!({"const": kind}))];
    let parts = K::PARTS.schema();
    schema::object(
        members
            .into_iter()
            .chain(parts)
            .chain([required("action", K::schema())]),
    )
}

/// Reads `action.name`, which has one value for each type.
fn named(action: &Object<'_>, name: &str) -> Read<()> {
    action.required("name")?.choice(&[(name, ())])
}
