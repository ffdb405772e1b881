//! Interactive messages on their way down (`cloud-api.md` 1.2): the same objects, with the header's file by its `MEDIA_ID`,
//! and only the members that the network knows.

use std::slice::Iter;

use onprem::media::MediaKind;
use onprem::message::Media;
use onprem::message::interactive::{
    Action, AddressMessage, Amount, CatalogMessage, Charge, Flow, FlowPayload, Header, Interactive,
    Item, List, Order, OrderDetails, OrderStatus, ProductList, Reply, Section,
};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// The file of the header, if it has one.
pub(super) fn media(interactive: &Interactive) -> Option<(String, MediaKind, &Media)> {
    let (name, kind, media) = match interactive.header.as_ref()? {
        Header::Text(_) => return None,
        Header::Image(media) => ("image", MediaKind::Image, media),
        Header::Video(media) => ("video", MediaKind::Video, media),
        Header::Document(media) => ("document", MediaKind::Document, media),
    };
    Some((format!("interactive.header.{name}"), kind, media))
}

/// The object of the message.
pub(super) fn object(interactive: &Interactive, ids: &mut Iter<'_, String>) -> Value {
    let words = |text: &Option<String>| text.as_ref().map(|text| json!({"text": text}));
    present([
        ("type", Some(interactive.action.kind().into())),
        (
            "header",
            interactive.header.as_ref().map(|one| header(one, ids)),
        ),
        ("body", words(&interactive.body)),
        ("footer", words(&interactive.footer)),
        ("action", Some(action(&interactive.action))),
    ])
}

fn header(header: &Header, ids: &mut Iter<'_, String>) -> Value {
    match header {
        Header::Text(text) => json!({"type": "text", "text": text}),
        Header::Image(media) => json!({"type": "image", "image": super::media(media, ids, false)}),
        Header::Video(media) => json!({"type": "video", "video": super::media(media, ids, false)}),
        Header::Document(media) => {
            json!({"type": "document", "document": super::media(media, ids, false)})
        }
    }
}

fn action(action: &Action) -> Value {
    match action {
        Action::Button(buttons) => {
            let button = |reply: &Reply| json!({"type": "reply", "reply": {"id": reply.id, "title": reply.title}});
            json!({"buttons": buttons.replies.iter().map(button).collect::<Vec<_>>()})
        }
        Action::List(list) => json!({"button": list.button, "sections": rows(list)}),
        Action::Product(product) => json!({
            "catalog_id": product.catalog_id, "product_retailer_id": product.product_retailer_id,
        }),
        Action::ProductList(products) => json!({
            "catalog_id": products.catalog_id, "sections": product_items(products),
        }),
        Action::CatalogMessage(catalog) => catalog_message(catalog),
        Action::Flow(flow) => json!({"name": "flow", "parameters": flow_parameters(flow)}),
        Action::LocationRequestMessage(_) => json!({"name": "send_location"}),
        Action::AddressMessage(address) => {
            json!({"name": "address_message", "parameters": address_parameters(address)})
        }
        Action::OrderDetails(details) => {
            json!({"name": "review_and_pay", "parameters": order_details(details)})
        }
        Action::OrderStatus(status) => {
            json!({"name": "review_order", "parameters": order_status(status)})
        }
        Action::CtaUrl(button) => json!({"name": "cta_url", "parameters": {
            "display_text": button.display_text, "url": button.url,
        }}),
    }
}

fn rows(list: &List) -> Vec<Value> {
    sections(&list.sections, "rows", |row| {
        present([
            ("id", Some(row.id.as_str().into())),
            ("title", Some(row.title.as_str().into())),
            ("description", value(row.description.as_ref())),
        ])
    })
}

fn product_items(products: &ProductList) -> Vec<Value> {
    sections(
        &products.sections,
        "product_items",
        |id| json!({"product_retailer_id": id}),
    )
}

fn sections<T>(
    sections: &[Section<T>],
    name: &'static str,
    item: impl Fn(&T) -> Value,
) -> Vec<Value> {
    let section = |section: &Section<T>| {
        present([
            ("title", value(section.title.as_ref())),
            (name, Some(section.items.iter().map(&item).collect())),
        ])
    };
    sections.iter().map(section).collect()
}

fn catalog_message(catalog: &CatalogMessage) -> Value {
    let thumbnail = catalog.thumbnail_product_retailer_id.as_ref();
    present([
        ("name", Some("catalog_message".into())),
        (
            "parameters",
            thumbnail.map(|id| json!({"thumbnail_product_retailer_id": id})),
        ),
    ])
}

fn flow_parameters(flow: &Flow) -> Value {
    let payload = |payload: &FlowPayload| {
        present([
            ("screen", value(payload.screen.as_ref())),
            ("data", value(payload.data.as_ref())),
        ])
    };
    present([
        ("flow_message_version", Some("3".into())),
        ("flow_token", Some(flow.flow_token.as_str().into())),
        ("flow_id", Some(flow.flow_id.as_str().into())),
        ("flow_cta", Some(flow.flow_cta.as_str().into())),
        ("mode", value(flow.mode)),
        ("flow_action", value(flow.flow_action)),
        (
            "flow_action_payload",
            flow.flow_action_payload.as_ref().map(payload),
        ),
    ])
}

fn address_parameters(address: &AddressMessage) -> Value {
    present([
        ("country", Some(address.country.as_str().into())),
        ("values", value(address.values.as_ref())),
        ("saved_addresses", value(address.saved_addresses.as_ref())),
        (
            "validation_errors",
            value(address.validation_errors.as_ref()),
        ),
    ])
}

fn order_details(details: &OrderDetails) -> Value {
    present([
        ("reference_id", Some(details.reference_id.as_str().into())),
        ("type", value(Some(details.goods))),
        ("payment_type", value(details.payment_type.as_ref())),
        ("payment_settings", value(details.payment_settings.as_ref())),
        (
            "payment_configuration",
            value(details.payment_configuration.as_ref()),
        ),
        ("currency", Some(details.currency.as_str().into())),
        ("total_amount", Some(amount(details.total_amount))),
        ("order", Some(order(&details.order))),
    ])
}

fn order(order: &Order) -> Value {
    let expiration = order.expiration.as_ref().map(|expiration| {
        present([
            // A text, as the network's samples have it.
            ("timestamp", Some(expiration.timestamp.to_string().into())),
            ("description", value(expiration.description.as_ref())),
        ])
    });
    let items = order.items.as_ref();
    present([
        ("status", Some("pending".into())),
        ("catalog_id", value(order.catalog_id.as_ref())),
        ("expiration", expiration),
        ("items", items.map(|items| items.iter().map(item).collect())),
        ("subtotal", Some(amount(order.subtotal))),
        ("tax", Some(charge(&order.tax))),
        ("shipping", order.shipping.as_ref().map(charge)),
        ("discount", order.discount.as_ref().map(charge)),
    ])
}

fn item(item: &Item) -> Value {
    present([
        ("retailer_id", Some(item.retailer_id.as_str().into())),
        ("name", Some(item.name.as_str().into())),
        ("amount", Some(amount(item.amount))),
        ("quantity", Some(item.quantity.into())),
        ("sale_amount", item.sale_amount.map(amount)),
        ("country_of_origin", value(item.country_of_origin.as_ref())),
        ("importer_name", value(item.importer_name.as_ref())),
        ("importer_address", value(item.importer_address.as_ref())),
    ])
}

fn amount(amount: Amount) -> Value {
    json!({"value": amount.0, "offset": Amount::OFFSET})
}

fn charge(charge: &Charge) -> Value {
    present([
        ("value", Some(charge.amount.0.into())),
        ("offset", Some(Amount::OFFSET.into())),
        ("description", value(charge.description.as_ref())),
    ])
}

fn order_status(status: &OrderStatus) -> Value {
    let order = present([
        ("status", value(Some(status.status))),
        ("description", value(status.description.as_ref())),
    ]);
    json!({"reference_id": status.reference_id, "order": order})
}

/// A value that the network writes as we keep it.
fn value(kept: Option<impl Serialize>) -> Option<Value> {
    // Texts, words and maps of them: nothing that could not be written.
    kept.and_then(|kept| serde_json::to_value(kept).ok())
}

/// An object of those members that are there.
fn present<const N: usize>(members: [(&str, Option<Value>); N]) -> Value {
    let there = |(name, value): (&str, Option<Value>)| Some((name.to_owned(), value?));
    Value::Object(members.into_iter().filter_map(there).collect::<Map<_, _>>())
}

#[cfg(test)]
mod tests;
