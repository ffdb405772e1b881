//! The core's side of a relay on a host of its own: what the flags say, and the wire to the line.

use std::path::PathBuf;

use landline_core::Mailbox;
use relay::pull::{Address, Dial, Link, Pin, Tell};
use tokio::sync::watch;

use super::args::DialArgs;
use super::secret;
use crate::exit::Stop;

/// A relay elsewhere, from flags that have been checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Elsewhere {
    address: Address,
    token_file: PathBuf,
    pins: Vec<Pin>,
    url: Option<String>,
    /// Whether it is lent the app's secrets.
    pub(crate) lends_secrets: bool,
    other_secret_file: Option<PathBuf>,
}

impl Elsewhere {
    /// The relay that the flags name, if they name one.
    pub(crate) fn from_args(args: DialArgs) -> Result<Option<Self>, Stop> {
        let Some(address) = args.relay else {
            return Ok(None);
        };
        let token_file = args
            .relay_token_file
            .ok_or_else(|| Stop::usage("--relay needs --relay-token-file"))?;
        Ok(Some(Self {
            address,
            token_file,
            pins: args.relay_pin,
            url: args
                .relay_url
                .map(|url| url.as_str().trim_end_matches('/').to_owned()),
            lends_secrets: !args.relay_keep_secrets,
            other_secret_file: args.relay_other_secret_file,
        }))
    }

    /// Where the network reaches it, without a path.
    pub(crate) fn base_url(&self) -> String {
        let (host, port) = (self.address.host(), self.address.port());
        match &self.url {
            Some(url) => url.clone(),
            None if port == 443 => format!("https://{host}"),
            None => format!("https://{host}:{port}"),
        }
    }

    /// Where the network reaches it, for an app.
    pub(crate) fn url(&self, app_id: &str) -> String {
        format!("{}/graph/{app_id}", self.base_url())
    }

    /// How it is reached.
    pub(crate) fn dial(&self) -> Result<Dial, Stop> {
        Ok(Dial {
            address: self.address.clone(),
            token: secret::read("the relay's token", &self.token_file)?,
            pins: self.pins.clone(),
        })
    }

    /// The app's secrets: the one that is known, and another while it is being changed.
    pub(crate) fn secrets(&self, known: &str) -> Result<Vec<String>, Stop> {
        let mut secrets = vec![known.to_owned()];
        if let Some(file) = &self.other_secret_file {
            secrets.push(secret::read("the app's other secret", file)?);
        }
        Ok(secrets)
    }
}

/// What the stream tells, as the line understands it; and where the line reads it.
pub(crate) fn wire() -> (Tell, watch::Receiver<Mailbox>) {
    let (told, mailbox) = watch::channel(Mailbox::Away { why: None });
    let tell = std::sync::Arc::new(move |link| {
        told.send_replace(mailbox_of(link));
    });
    (tell, mailbox)
}

fn mailbox_of(link: Link) -> Mailbox {
    match link {
        Link::Away { why } => Mailbox::Away { why },
        Link::Backlog {
            session,
            announced,
            left,
        } => Mailbox::Backlog {
            stream: session,
            announced,
            left,
        },
        Link::Live { session, announced } => Mailbox::Live {
            stream: session,
            announced,
        },
        Link::TakenOver { why } => Mailbox::TakenOver { why },
    }
}
