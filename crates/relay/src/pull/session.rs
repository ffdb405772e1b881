//! One stream, from the dialing to its end.

use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::SplitSink;
use futures_util::{FutureExt as _, SinkExt as _, StreamExt as _};
use graph::webhook::split;
use store::Change;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_tungstenite::tungstenite::{self, Message};

use super::dial::Stream;
use super::{End, Link, Puller};
use crate::app::Known;
use crate::frame::{BEAT, FromCore, FromRelay, LOST, close};
use crate::letter::Letter;

/// Webhooks in one commit, and their bytes.
const GROUP: usize = 256;
const GROUP_BYTES: usize = 8 * 1024 * 1024;
/// Words that may wait to be said.
const WORDS: usize = 64;
/// How long a relay that does not read is waited for.
const SEND: Duration = Duration::from_secs(20);

/// A stream.
pub(super) struct Session<'a> {
    puller: &'a Puller,
    known: &'a [Known],
    number: u64,
    announced: u64,
    left: u64,
    is_live: bool,
}

/// Webhooks that came together.
#[derive(Default)]
struct Group {
    items: Vec<(u64, Bytes)>,
    bytes: usize,
}

impl Group {
    fn is_full(&self) -> bool {
        self.items.len() >= GROUP || self.bytes >= GROUP_BYTES
    }
}

/// What a group is to the store.
#[derive(Default)]
struct Opened {
    changes: Vec<Change>,
    events: u64,
    refused: Vec<u64>,
    /// Why the first of them was refused.
    why: String,
}

impl<'a> Session<'a> {
    pub(super) fn new(puller: &'a Puller, known: &'a [Known], number: u64) -> Self {
        Self {
            puller,
            known,
            number,
            announced: 0,
            left: 0,
            is_live: false,
        }
    }

    /// Whether the end mark has come.
    pub(super) fn was_live(&self) -> bool {
        self.is_live
    }

    pub(super) async fn run(&mut self) -> End {
        match self.talk().await {
            Ok(never) => match never {},
            Err(end) => end,
        }
    }

    async fn talk(&mut self) -> Result<std::convert::Infallible, End> {
        let stream = self.puller.dial.connect().await.map_err(End::Lost)?;
        let (out, mut from_relay) = stream.split();
        let (words, waiting) = mpsc::channel(WORDS);
        // Beats go out also while the store is busy. The task ends with the session.
        let mut speaker = JoinSet::new();
        speaker.spawn(speak(out, waiting));
        loop {
            let first = timeout(LOST, from_relay.next()).await.map_err(|_| {
                End::Lost(format!(
                    "nothing was heard of the relay for {} s",
                    LOST.as_secs()
                ))
            })?;
            let mut group = Group::default();
            let mut next = Some(first);
            while let Some(message) = next {
                if let Some(said) = understood(message)? {
                    self.hear(said, &mut group, &words).await?;
                }
                next = if group.is_full() {
                    None
                } else {
                    from_relay.next().now_or_never()
                };
            }
            self.take(&mut group, &words).await?;
        }
    }

    async fn hear(
        &mut self,
        said: FromRelay,
        group: &mut Group,
        words: &mpsc::Sender<FromCore>,
    ) -> Result<(), End> {
        match said {
            FromRelay::Challenge(sealed) => {
                say(words, FromCore::Hello(self.puller.hello(&sealed))).await?;
            }
            FromRelay::Announce(count) => {
                (self.announced, self.left) = (count, count);
                tracing::info!(
                    relay = %self.puller.dial.address,
                    announced = count,
                    "the relay announces offline messages"
                );
                self.tell();
            }
            FromRelay::Item(seq, sealed) => {
                group.bytes += sealed.len();
                group.items.push((seq, sealed));
            }
            FromRelay::End => {
                // What was announced is in the inbox before anybody is told so.
                self.take(group, words).await?;
                self.is_live = true;
                self.tell();
            }
            FromRelay::Beat => {}
        }
        Ok(())
    }

    /// Makes a group durable, then acknowledges it.
    async fn take(&mut self, group: &mut Group, words: &mpsc::Sender<FromCore>) -> Result<(), End> {
        let Some((last, _)) = group.items.last() else {
            return Ok(());
        };
        let last = *last;
        let opened = self.open(&std::mem::take(group).items)?;
        self.puller
            .inbox
            .append(opened.changes)
            .await
            .map_err(|error| End::Lost(format!("the store does not take webhooks: {error}")))?;
        if !opened.refused.is_empty() {
            tracing::error!(
                relay = %self.puller.dial.address,
                webhooks = opened.refused.len(),
                reason = opened.why,
                "webhooks from the relay are refused: they were changed or forged, or the app's secret here is not the right one"
            );
        }
        for seq in opened.refused {
            say(words, FromCore::Refuse(seq)).await?;
        }
        say(words, FromCore::Ack(last)).await?;
        if !self.is_live {
            self.left = self.left.saturating_sub(opened.events);
            self.tell();
        }
        Ok(())
    }

    fn open(&self, items: &[(u64, Bytes)]) -> Result<Opened, End> {
        let mut opened = Opened::default();
        for (seq, sealed) in items {
            match self.letter(sealed) {
                Ok((letter, events)) => {
                    opened.events += u64::try_from(events.len()).unwrap_or_default();
                    let changes = self.puller.inbox.changes(&events, letter.received_ms);
                    let changes = changes.map_err(|error| End::Lost(error.to_string()))?;
                    opened.changes.extend(changes);
                }
                Err(why) => {
                    if opened.refused.is_empty() {
                        opened.why = why;
                    }
                    opened.refused.push(*seq);
                }
            }
        }
        Ok(opened)
    }

    /// The letter, if it is whole, of an app of ours, and signed by it; and its events.
    fn letter(&self, sealed: &[u8]) -> Result<(Letter, Vec<graph::webhook::Event>), String> {
        let opened = self
            .puller
            .key
            .open(sealed)
            .map_err(|error| error.to_string())?;
        let letter = Letter::from_bytes(opened).ok_or("it is no letter")?;
        let app = self
            .known
            .iter()
            .find(|app| app.app_id == letter.app_id)
            .ok_or("it is for an app that no line has")?;
        if !app.signed(&letter.body, &letter.signature) {
            return Err("its signature is wrong".to_owned());
        }
        let events = split(&letter.body)?;
        Ok((letter, events))
    }

    fn tell(&self) {
        let (session, announced) = (self.number, self.announced);
        (self.puller.tell)(if self.is_live {
            Link::Live { session, announced }
        } else {
            let left = self.left;
            Link::Backlog {
                session,
                announced,
                left,
            }
        });
    }
}

type Heard = Option<Result<Message, tungstenite::Error>>;

fn understood(message: Heard) -> Result<Option<FromRelay>, End> {
    let message = message
        .ok_or_else(|| End::Lost("the relay hung up".to_owned()))?
        .map_err(|error| End::Lost(format!("the stream broke: {error}")))?;
    match message {
        Message::Binary(bytes) => FromRelay::from_bytes(&bytes)
            .map(Some)
            .ok_or_else(|| End::Lost("the relay said what nobody understands here".to_owned())),
        Message::Close(Some(last)) if u16::from(last.code) == close::TAKEN_OVER => {
            Err(End::TakenOver(last.reason.to_string()))
        }
        Message::Close(Some(last)) => Err(End::Lost(last.reason.to_string())),
        Message::Close(None) => Err(End::Lost("the relay hung up".to_owned())),
        Message::Text(_) | Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => Ok(None),
    }
}

async fn say(words: &mpsc::Sender<FromCore>, word: FromCore) -> Result<(), End> {
    let said = words.send(word).await;
    said.map_err(|_| End::Lost("the relay does not hear any more".to_owned()))
}

/// Says what is to be said, and a beat now and then.
async fn speak(mut out: SplitSink<Stream, Message>, mut words: mpsc::Receiver<FromCore>) {
    let mut beat = interval(BEAT);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // The first tick comes at once, and the hello has to be the first word.
    beat.reset();
    loop {
        let word = tokio::select! {
            biased;
            word = words.recv() => match word {
                Some(word) => word,
                None => return,
            },
            _ = beat.tick() => FromCore::Beat,
        };
        let sent = timeout(SEND, out.send(Message::Binary(word.to_bytes()))).await;
        if !matches!(sent, Ok(Ok(()))) {
            return;
        }
    }
}
