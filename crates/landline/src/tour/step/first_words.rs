//! A customer of the tour's own writes first, which opens the customer service window.

use anyhow::ensure;

use super::Held;
use crate::tour::{Tour, guest, message};

const NAME: &str = "Noor";
const WORDS: &str = "Hello! Are you open on Sunday?";

pub(super) async fn play(tour: &mut Tour) -> anyhow::Result<Held> {
    let guest = guest::invite(tour, NAME).await?;
    let event = message::write(tour, &guest, WORDS).await?;
    let contact = event.notification().pointer("/contacts/0");
    let name = contact.and_then(|contact| contact.pointer("/profile/name"));
    ensure!(
        name.is_some_and(|name| name == NAME),
        "the notification does not say that {NAME} wrote"
    );
    tour.screen
        .note("the customer service window is open for 24 hours");
    tour.guest = Some(guest);
    Ok(Held::Now)
}
