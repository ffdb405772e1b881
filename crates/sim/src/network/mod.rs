//! The simulated network: a pure state machine. `now` is always the network's own time, Unix milliseconds, and an input;
//! nothing here waits, speaks or writes.

pub(crate) mod account;
pub(crate) mod block;
pub(crate) mod business;
pub(crate) mod catalogue;
pub(crate) mod certificate;
pub(crate) mod chore;
pub(crate) mod commerce;
pub(crate) mod content;
pub(crate) mod customer;
pub(crate) mod dice;
pub(crate) mod envelope;
pub(crate) mod error;
pub(crate) mod fault;
pub(crate) mod fields;
pub(crate) mod flow;
pub(crate) mod id;
pub(crate) mod inbound;
pub(crate) mod lasting;
pub(crate) mod ledger;
pub(crate) mod limit;
pub(crate) mod mailroom;
pub(crate) mod media;
pub(crate) mod message;
pub(crate) mod moving;
pub(crate) mod naming;
pub(crate) mod notice;
pub(crate) mod number;
pub(crate) mod opening;
pub(crate) mod outcome;
pub(crate) mod params;
pub(crate) mod photo;
pub(crate) mod profile;
pub(crate) mod quality;
pub(crate) mod reach;
pub(crate) mod registration;
pub(crate) mod seed;
pub(crate) mod send;
pub(crate) mod short_link;
pub(crate) mod storefront;
pub(crate) mod template;
#[cfg(test)]
mod tests;
pub(crate) mod upload;
pub(crate) mod usage;

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use crate::Retry;
use crate::ascii;
use crate::network::customer::{Customer, Settings, Step, card};
use crate::network::dice::Dice;
use crate::network::fault::Faults;
use crate::network::id::Ids;
use crate::network::inbound::{Backlog, arrow_line};
use crate::network::lasting::Lasting;
use crate::network::limit::Pace;
use crate::network::mailroom::{Kind, LaneKey, Mailroom, Update};
use crate::network::media::MediaStore;
use crate::network::message::{Outgoing, Stage};
use crate::network::upload::Uploads;

/// Everything the network knows.
pub(crate) struct Network {
    pub(crate) lasting: Lasting,
    retry: Retry,
    public_url: String,
    ids: Ids,
    dice: Dice,
    mailroom: Mailroom,
    media: MediaStore,
    uploads: Uploads,
    backlog: Backlog,
    pub(crate) faults: Faults,
    link_up: bool,
    /// Customers with something due, by time.
    schedule: BTreeSet<(i64, String)>,
    /// Lines for a person, not yet shown.
    lines: Vec<String>,
    /// When management calls were made, within the last hour.
    calls: VecDeque<i64>,
    pace: Pace,
    /// When a review or a pause ends next.
    next_chore: Option<i64>,
    changes: Changes,
}

/// What changed since [`Network::take_changes`].
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Changes {
    /// Something may be due, or due earlier than before.
    pub(crate) stirred: bool,
    /// A phone received something.
    pub(crate) received: bool,
    /// Something that lasts.
    pub(crate) saved: Option<Urgency>,
}

/// How soon a change is to be on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Urgency {
    /// Within about a second.
    Soon,
    /// Before anybody hears of it.
    AtOnce,
}

/// A POST to be made.
pub(crate) struct Post {
    /// To be given back to [`Network::arrived`].
    pub(crate) ticket: u64,
    pub(crate) url: String,
    pub(crate) body: String,
}

impl Network {
    /// A network that remembers `lasting`, whose epoch is this start's own.
    pub(crate) fn new(lasting: Lasting, retry: Retry, public_url: String, seed: u64) -> Self {
        let mut network = Self {
            ids: Ids::new(lasting.epoch, lasting.id_key),
            lasting,
            retry,
            public_url,
            dice: Dice::new(seed),
            mailroom: Mailroom::one_by_one(),
            media: MediaStore::default(),
            uploads: Uploads::default(),
            backlog: Backlog::Off,
            faults: Faults::default(),
            link_up: true,
            schedule: BTreeSet::new(),
            lines: Vec::new(),
            calls: VecDeque::new(),
            pace: Pace::default(),
            next_chore: None,
            changes: Changes::default(),
        };
        network.plan_chores();
        network
    }

    fn stir(&mut self) {
        self.changes.stirred = true;
    }

    fn saved_soon(&mut self) {
        self.changes.saved = self.changes.saved.max(Some(Urgency::Soon));
    }

    fn saved_at_once(&mut self) {
        self.changes.saved = Some(Urgency::AtOnce);
    }

    /// What changed, and the lines to be shown.
    pub(crate) fn take_changes(&mut self) -> (Changes, Vec<String>) {
        (
            std::mem::take(&mut self.changes),
            std::mem::take(&mut self.lines),
        )
    }

    /// Does all that is due.
    pub(crate) fn tick(&mut self, now: i64) {
        while let Some((due, wa_id)) = self.schedule.first().cloned() {
            if due > now {
                break;
            }
            self.pump(&wa_id, now);
        }
        self.feed_backlog(now);
        self.do_chores(now);
        if self.mailroom.tick(now) {
            self.stir();
        }
    }

    /// When something is due next.
    pub(crate) fn next_due(&self) -> Option<i64> {
        let backlog = match self.backlog {
            Backlog::Running(due) => Some(due),
            Backlog::Off | Backlog::Armed => None,
        };
        [
            self.schedule.first().map(|(due, _)| *due),
            backlog,
            self.next_chore,
            self.mailroom.next_due(),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// Moves the clock. Back is allowed: what is scheduled then moves along. False when that is out of range.
    pub(crate) fn advance(&mut self, by_ms: i64) -> bool {
        const FARTHEST_MS: i64 = 100 * 365 * 24 * 3_600_000;
        let Some(offset) = self
            .lasting
            .clock_offset_ms
            .checked_add(by_ms)
            .filter(|offset| offset.abs() <= FARTHEST_MS)
        else {
            return false;
        };
        self.lasting.clock_offset_ms = offset;
        if by_ms < 0 {
            self.shift(by_ms);
            self.pace.forget();
            self.calls.clear();
        }
        self.saved_at_once();
        self.stir();
        true
    }

    fn shift(&mut self, by_ms: i64) {
        self.mailroom.shift(by_ms);
        if let Backlog::Running(due) = &mut self.backlog {
            *due += by_ms;
        }
        self.schedule.clear();
        for (wa_id, customer) in &mut self.lasting.customers {
            customer.phone.shift(by_ms);
            customer.phone.due_ms = customer.due();
            if let Some(due) = customer.phone.due_ms {
                self.schedule.insert((due, wa_id.clone()));
            }
        }
    }

    /// The network's own address, without a slash at its end.
    pub(crate) fn public_url(&self) -> &str {
        &self.public_url
    }

    pub(crate) fn link_up(&self) -> bool {
        self.link_up
    }

    /// Switches the link to the gateway.
    pub(crate) fn set_link(&mut self, up: bool) {
        self.link_up = up;
        self.stir();
    }

    pub(crate) fn backlog_on(&self) -> bool {
        self.backlog != Backlog::Off
    }

    /// The gateway has made a call with its token.
    pub(crate) fn heard(&mut self) {
        if self.retry == Retry::Eager && self.mailroom.hear() {
            self.stir();
        }
    }

    /// Webhooks may go elsewhere now. What went to the old place meanwhile need not wait for another sign of life.
    fn redirected(&mut self) {
        self.heard();
        self.saved_at_once();
        self.stir();
    }

    /// Index of a `PHONE_ID`.
    pub(crate) fn number_index(&self, id: &str) -> Option<usize> {
        self.lasting
            .numbers
            .iter()
            .position(|number| number.id == id)
    }

    /// A customer's object, made or changed. The sentence says what is wrong; the truth value that it is new.
    pub(crate) fn put_customer(
        &mut self,
        wa_id: &str,
        change: &serde_json::Map<String, serde_json::Value>,
        now: i64,
    ) -> Result<(Settings, bool), String> {
        let known = self.lasting.customers.get(wa_id);
        let is_new = known.is_none();
        let settings = known
            .map_or_else(
                || Settings::new(wa_id, &format!("Customer {wa_id}")),
                |customer| customer.settings.clone(),
            )
            .changed(change)?;
        if self
            .lasting
            .numbers
            .iter()
            .any(|number| number.digits() == wa_id)
        {
            return Err(format!("{wa_id} is a number of the business"));
        }
        let before = self
            .lasting
            .customers
            .entry(wa_id.to_owned())
            .or_insert_with(|| Customer::new(Settings::new(wa_id, "")));
        let before = std::mem::replace(&mut before.settings, settings.clone());
        if settings.blocked && !before.blocked {
            self.complain(self.last_author(wa_id), quality::BLOCK, now);
        }
        if settings.opted_out != before.opted_out {
            self.tell_preference(wa_id, !settings.opted_out, now);
        }
        self.saved_at_once();
        self.pump(wa_id, now);
        Ok((settings, is_new))
    }

    /// The customer reads all that was delivered; how many messages that is.
    pub(crate) fn read_all(&mut self, wa_id: &str, now: i64) -> usize {
        let mut count = 0;
        loop {
            let customer = self.lasting.customers.get_mut(wa_id);
            let blocked = customer
                .as_ref()
                .is_some_and(|customer| customer.settings.blocked);
            let Some(message) = customer.and_then(|customer| customer.phone.read_next()) else {
                break;
            };
            count += 1;
            if !blocked {
                self.post_status(&message, Stage::Read, now);
            }
        }
        self.pump(wa_id, now);
        count
    }

    /// Takes all steps of a customer that are due, and notes when the next one is.
    fn pump(&mut self, wa_id: &str, now: i64) {
        loop {
            let Some(customer) = self.lasting.customers.get_mut(wa_id) else {
                return;
            };
            let Some(step) = customer.step(now) else {
                break;
            };
            match step {
                Step::Delivered(message) => {
                    let name = customer.settings.name.clone();
                    let line = message.in_short();
                    let is_skipped =
                        customer.settings.skips_delivered && customer.settings.auto_read;
                    self.lines
                        .push(arrow_line("→", &name, wa_id, &message.kind, &line));
                    self.changes.received = true;
                    self.book_delivered(&message, now);
                    if !is_skipped {
                        self.post_status(&message, Stage::Delivered, now);
                    }
                }
                Step::Read(message) => self.post_status(&message, Stage::Read, now),
            }
        }
        let Some(customer) = self.lasting.customers.get_mut(wa_id) else {
            return;
        };
        let (before, after) = (customer.phone.due_ms, customer.due());
        if before == after {
            return;
        }
        customer.phone.due_ms = after;
        if let Some(due) = before {
            self.schedule.remove(&(due, wa_id.to_owned()));
        }
        if let Some(due) = after {
            self.schedule.insert((due, wa_id.to_owned()));
            self.stir();
        }
    }

    fn post_status(&mut self, message: &Outgoing, stage: Stage<'_>, now: i64) {
        if !message.is_told(stage) {
            return;
        }
        let wa_id = message.recipient.lane();
        let identity = self.told_identity(message.number, wa_id);
        // who it is about is told of all but failures (section 2.5 of the API's reference)
        let customer =
            (self.lasting.customers.get(wa_id)).filter(|_| !matches!(stage, Stage::Failed { .. }));
        let card = customer.map(|customer| {
            let user_id = self.user_id(wa_id);
            ascii::json(&card(&customer.settings, &user_id, None))
        });
        self.post(
            LaneKey {
                number: message.number,
                customer: Arc::from(message.recipient.lane()),
            },
            Update {
                kind: Kind::Status,
                json: message.status(stage, identity.as_deref(), now),
                card,
                made_ms: now,
            },
        );
    }

    fn post(&mut self, key: LaneKey, update: Update) {
        self.mailroom.post(key, update);
        self.stir();
    }

    /// The numbers, and what goes to the app.
    fn all_lanes(&self) -> impl Iterator<Item = usize> + use<> {
        (0..self.lasting.numbers.len()).chain([notice::APP])
    }

    /// The callback URLs that something is due for, each once.
    pub(crate) fn due_urls(&self) -> Vec<String> {
        let mut urls: Vec<String> = Vec::new();
        if !self.link_up {
            return urls;
        }
        for number in self.all_lanes() {
            if self.mailroom.has_ready(number)
                && let Some(url) = self.callback(number)
                && !urls.iter().any(|known| known == url)
            {
                urls.push(url.to_owned());
            }
        }
        urls
    }

    /// The next POST to a callback URL.
    pub(crate) fn depart(&mut self, url: &str) -> Option<Post> {
        if !self.link_up {
            return None;
        }
        let numbers: Vec<usize> = self
            .all_lanes()
            .filter(|number| self.callback(*number) == Some(url))
            .collect();
        let departure = self.mailroom.depart(&numbers)?;
        Some(Post {
            ticket: departure.ticket,
            url: url.to_owned(),
            body: envelope::body(&self.lasting, &departure.updates),
        })
    }

    /// A POST has ended, taken or not.
    pub(crate) fn arrived(&mut self, ticket: u64, taken: bool, now: i64) {
        self.mailroom
            .arrive(ticket, taken, self.retry == Retry::Eager, now);
        self.stir();
    }

    /// What `X-Hub-Signature-256` says for a body.
    pub(crate) fn signature(&self, body: &[u8]) -> String {
        let signature = media::hmac(self.lasting.app.secret.as_bytes(), body);
        format!("sha256={}", media::hex(&signature))
    }

    /// What a callback URL has to repeat.
    pub(crate) fn challenge(&mut self) -> u64 {
        1_000_000_000 + self.dice.roll() % 1_000_000_000
    }

    /// A trace id for an error.
    pub(crate) fn trace(&mut self) -> String {
        format!("A{:016x}", self.dice.roll())
    }
}
