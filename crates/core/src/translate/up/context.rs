//! `context`: what a message answers or forwards (`webhooks.md` 2.16).

use onprem::notification;

use super::shape::PRODUCT;
use super::{Names, customer};

/// The quoted message is named by our id or not at all (the reference lets `id` be missing), because a network id would
/// name nothing that the business has ever seen. Claims that are false are left out. `kind` is the on-prem type.
pub(super) fn context(
    context: &graph::webhook::Context,
    kind: &str,
    names: &Names,
) -> Option<notification::Context> {
    // A reaction names its message itself (2.8).
    if kind == "reaction" {
        return None;
    }
    let often = context.frequently_forwarded.filter(|claim| *claim);
    let is_reply = context.id.is_some();
    // A press always answers a message of the business.
    let pressed = matches!(kind, "button" | "interactive") && is_reply;
    let from = context
        .from
        .as_deref()
        .filter(|from| !from.is_empty())
        .map(customer)
        .or_else(|| (pressed && !names.business.is_empty()).then(|| names.business.clone()));
    let told = notification::Context {
        // Forwarded often is forwarded too.
        forwarded: context.forwarded.filter(|claim| *claim).or(often),
        frequently_forwarded: often,
        from,
        group_id: context.group_id.clone().filter(|id| !id.is_empty()),
        id: names.context_id.clone().filter(|_| is_reply),
        mentions: context.mentions.iter().map(|who| customer(who)).collect(),
        referred_product: context
            .referred_product
            .as_ref()
            .and_then(|product| PRODUCT.fit(product)),
    };
    (told != notification::Context::default()).then_some(told)
}
