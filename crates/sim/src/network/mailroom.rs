//! Webhooks that wait. Each customer of each business number has a lane; a lane's updates go out in order, the later
//! ones wait behind those that were not taken, and lanes do not wait for each other.
//!
//! A lane whose head was not taken is tried again at once, then after 1, 2, 4 … minutes of the network's own clock.
//! Seven days after it was made an update is dropped.

#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

/// Most updates in one POST.
pub(crate) const BATCH: usize = 100;
/// While fewer updates than this wait, each goes out alone, as the real network does it in quiet hours.
const FEW: usize = 100;
/// Most bytes of updates in one POST, unless one alone has more.
const BATCH_BYTES: usize = 2_000_000;
/// Updates older than this are dropped, milliseconds.
const LIFETIME_MS: i64 = 7 * 24 * 3_600_000;
/// Longest pause between two tries, milliseconds.
const LONGEST_PAUSE_MS: i64 = 24 * 3_600_000;

/// Under which name an update stands in its POST.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Message,
    Status,
    /// Of nobody: neither a message nor a status.
    Error,
    /// The value of a change of another field than `messages`.
    Field(&'static str),
}

/// One message or status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Update {
    pub(crate) kind: Kind,
    /// The object, ASCII JSON.
    pub(crate) json: String,
    /// The sender's card, ASCII JSON.
    pub(crate) card: Option<String>,
    pub(crate) made_ms: i64,
}

/// Whose updates: the index of the business number, and the customer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct LaneKey {
    pub(crate) number: usize,
    pub(crate) customer: Arc<str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LaneState {
    /// Due now.
    Ready,
    /// Due at a time.
    Waiting(i64),
    /// Its first updates are in a POST.
    Away,
}

struct Lane {
    /// With their places in the whole mailroom's order.
    updates: VecDeque<(u64, Update)>,
    failures: u32,
    state: LaneState,
}

struct Away {
    lanes: Vec<(LaneKey, usize)>,
    heard: u64,
}

/// All lanes.
#[derive(Default)]
pub(crate) struct Mailroom {
    lanes: HashMap<LaneKey, Lane>,
    /// Lanes due now, by number, ordered by the place of the update that goes next.
    ready: HashMap<usize, BTreeSet<(u64, LaneKey)>>,
    waiting: BTreeSet<(i64, LaneKey)>,
    away: HashMap<u64, Away>,
    places: u64,
    tickets: u64,
    /// Counts signs of life of the gateway.
    heard: u64,
    /// No update is older than this.
    oldest_ms: Option<i64>,
    /// While fewer updates than this wait, each goes out alone.
    few: usize,
}

/// What goes out in one POST.
pub(crate) struct Departure<'a> {
    /// To be given back to [`Mailroom::arrive`].
    pub(crate) ticket: u64,
    /// Each with the index of its business number, in the order in which they were made.
    pub(crate) updates: Vec<(usize, &'a Update)>,
}

/// The pause before the next try of a lane that failed so often, milliseconds.
pub(crate) fn pause_ms(failures: u32) -> i64 {
    match failures {
        0 | 1 => 0,
        _ => 1_i64
            .checked_shl((failures - 2).min(20))
            .and_then(|minutes| minutes.checked_mul(60_000))
            .map_or(LONGEST_PAUSE_MS, |pause| pause.min(LONGEST_PAUSE_MS)),
    }
}

impl Mailroom {
    /// One that posts one by one while it can.
    pub(crate) fn one_by_one() -> Self {
        Self {
            few: FEW,
            ..Self::default()
        }
    }

    /// Posts as many together as wait.
    #[cfg(test)]
    pub(crate) fn together(&mut self) {
        self.few = 0;
    }

    /// Takes an update in. True when its lane was empty, so that it is due now.
    pub(crate) fn post(&mut self, key: LaneKey, update: Update) -> bool {
        self.places += 1;
        let place = self.places;
        let made_ms = update.made_ms;
        self.oldest_ms = Some(self.oldest_ms.map_or(made_ms, |oldest| oldest.min(made_ms)));
        if let Some(lane) = self.lanes.get_mut(&key) {
            lane.updates.push_back((place, update));
            return false;
        }
        let lane = Lane {
            updates: VecDeque::from([(place, update)]),
            failures: 0,
            state: LaneState::Ready,
        };
        self.ready
            .entry(key.number)
            .or_default()
            .insert((place, key.clone()));
        self.lanes.insert(key, lane);
        true
    }

    /// Whether a number has updates that are due.
    pub(crate) fn has_ready(&self, number: usize) -> bool {
        self.ready
            .get(&number)
            .is_some_and(|ready| !ready.is_empty())
    }

    /// How many updates wait, those in a POST included.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.lanes.values().map(|lane| lane.updates.len()).sum()
    }

    /// Takes what is due for these numbers, at most [`BATCH`] updates.
    pub(crate) fn depart(&mut self, numbers: &[usize]) -> Option<Departure<'_>> {
        let mut counts: Vec<(LaneKey, usize)> = Vec::new();
        let mut places: HashMap<LaneKey, usize> = HashMap::new();
        let mut picked: Vec<(LaneKey, usize)> = Vec::new();
        let mut bytes = 0;
        let most = if self.are_few() { 1 } else { BATCH };
        while picked.len() < most {
            let Some((place, key)) = numbers
                .iter()
                .filter_map(|number| self.ready.get(number)?.first())
                .min()
                .cloned()
            else {
                break;
            };
            let at = *places.entry(key.clone()).or_insert_with(|| {
                counts.push((key.clone(), 0));
                counts.len() - 1
            });
            let taken = counts.get(at).map_or(0, |(_, taken)| *taken);
            let next = self.lanes.get(&key).and_then(|lane| {
                let update = &lane.updates.get(taken)?.1;
                Some((
                    update.json.len() + update.card.as_ref().map_or(0, String::len),
                    lane.updates.get(taken + 1).map(|(place, _)| *place),
                ))
            });
            let (size, following) = next.unwrap_or((0, None));
            if !picked.is_empty() && bytes + size > BATCH_BYTES {
                break;
            }
            bytes += size;
            if let Some(ready) = self.ready.get_mut(&key.number) {
                ready.remove(&(place, key.clone()));
                if let Some(following) = following {
                    ready.insert((following, key.clone()));
                }
            }
            if let Some((_, count)) = counts.get_mut(at) {
                *count += 1;
            }
            picked.push((key, taken));
        }
        counts.retain(|(_, count)| *count > 0);
        if counts.is_empty() {
            return None;
        }
        self.tickets += 1;
        let ticket = self.tickets;
        for (key, count) in &counts {
            self.set_away(key, *count);
        }
        self.away.insert(
            ticket,
            Away {
                lanes: counts,
                heard: self.heard,
            },
        );
        let updates = picked
            .iter()
            .filter_map(|(key, at)| {
                let (_, update) = self.lanes.get(key)?.updates.get(*at)?;
                Some((key.number, update))
            })
            .collect();
        Some(Departure { ticket, updates })
    }

    fn are_few(&self) -> bool {
        let waiting = self.lanes.values().map(|lane| lane.updates.len());
        self.lanes.len() < self.few && waiting.sum::<usize>() < self.few
    }

    fn set_away(&mut self, key: &LaneKey, count: usize) {
        let Some(lane) = self.lanes.get_mut(key) else {
            return;
        };
        lane.state = LaneState::Away;
        if let (Some((place, _)), Some(ready)) =
            (lane.updates.get(count), self.ready.get_mut(&key.number))
        {
            ready.remove(&(*place, key.clone()));
        }
    }

    /// A POST has ended. `eager`: lanes that were not taken are due at once if the gateway was heard from meanwhile.
    pub(crate) fn arrive(&mut self, ticket: u64, taken: bool, eager: bool, now: i64) {
        let Some(away) = self.away.remove(&ticket) else {
            return;
        };
        let heard_since = eager && away.heard != self.heard;
        for (key, count) in away.lanes {
            let Some(mut lane) = self.lanes.remove(&key) else {
                continue;
            };
            if taken {
                lane.updates.drain(..count.min(lane.updates.len()));
                lane.failures = 0;
            } else {
                lane.failures = lane.failures.saturating_add(1);
            }
            let pause = if heard_since {
                0
            } else {
                pause_ms(lane.failures)
            };
            lane.state = if pause == 0 {
                LaneState::Ready
            } else {
                LaneState::Waiting(now + pause)
            };
            self.put(key, lane);
        }
    }

    /// Puts a lane in its place, unless it is empty.
    fn put(&mut self, key: LaneKey, lane: Lane) {
        let Some((place, _)) = lane.updates.front() else {
            return;
        };
        match lane.state {
            LaneState::Ready => {
                self.ready
                    .entry(key.number)
                    .or_default()
                    .insert((*place, key.clone()));
            }
            LaneState::Waiting(due) => {
                self.waiting.insert((due, key.clone()));
            }
            LaneState::Away => {}
        }
        self.lanes.insert(key, lane);
    }

    /// Takes a lane out of its place.
    fn take(&mut self, key: &LaneKey) -> Option<Lane> {
        let lane = self.lanes.remove(key)?;
        match (lane.state, lane.updates.front()) {
            (LaneState::Ready, Some((place, _))) => {
                if let Some(ready) = self.ready.get_mut(&key.number) {
                    ready.remove(&(*place, key.clone()));
                }
            }
            (LaneState::Waiting(due), _) => {
                self.waiting.remove(&(due, key.clone()));
            }
            _ => {}
        }
        Some(lane)
    }

    /// Makes due what has waited long enough, and drops what is too old. True when something became due.
    pub(crate) fn tick(&mut self, now: i64) -> bool {
        if self.expires_ms().is_some_and(|due| due <= now) {
            self.drop_old(now);
        }
        let mut stirred = false;
        while let Some((due, key)) = self.waiting.first().cloned() {
            if due > now {
                break;
            }
            self.make_ready(&key);
            stirred = true;
        }
        stirred
    }

    /// The gateway was heard from: what waits is due. True when something became due.
    pub(crate) fn hear(&mut self) -> bool {
        self.heard = self.heard.wrapping_add(1);
        let keys: Vec<LaneKey> = self.waiting.iter().map(|(_, key)| key.clone()).collect();
        for key in &keys {
            self.make_ready(key);
        }
        !keys.is_empty()
    }

    fn make_ready(&mut self, key: &LaneKey) {
        if let Some(mut lane) = self.take(key) {
            lane.state = LaneState::Ready;
            self.put(key.clone(), lane);
        }
    }

    fn expires_ms(&self) -> Option<i64> {
        self.oldest_ms
            .map(|oldest| oldest.saturating_add(LIFETIME_MS))
    }

    fn drop_old(&mut self, now: i64) {
        let keys: Vec<LaneKey> = self.lanes.keys().cloned().collect();
        let mut oldest: Option<i64> = None;
        for key in keys {
            let Some(mut lane) = self.take(&key) else {
                continue;
            };
            // a POST that is under way counts its updates from the front
            while lane.state != LaneState::Away
                && lane
                    .updates
                    .front()
                    .is_some_and(|(_, update)| update.made_ms.saturating_add(LIFETIME_MS) <= now)
            {
                lane.updates.pop_front();
            }
            if let Some((_, update)) = lane.updates.front() {
                let made_ms = if lane.state == LaneState::Away {
                    update.made_ms.max(now - LIFETIME_MS + 60_000)
                } else {
                    update.made_ms
                };
                oldest = Some(oldest.map_or(made_ms, |oldest| oldest.min(made_ms)));
            }
            self.put(key, lane);
        }
        self.oldest_ms = oldest;
    }

    /// When the next lane becomes due, or the next update too old.
    pub(crate) fn next_due(&self) -> Option<i64> {
        let waiting = self.waiting.first().map(|(due, _)| *due);
        [waiting, self.expires_ms()].into_iter().flatten().min()
    }

    /// Moves everything along when the clock is set back.
    pub(crate) fn shift(&mut self, by_ms: i64) {
        for lane in self.lanes.values_mut() {
            for (_, update) in &mut lane.updates {
                update.made_ms += by_ms;
            }
            if let LaneState::Waiting(due) = &mut lane.state {
                *due += by_ms;
            }
        }
        self.waiting = std::mem::take(&mut self.waiting)
            .into_iter()
            .map(|(due, key)| (due + by_ms, key))
            .collect();
        self.oldest_ms = self.oldest_ms.map(|oldest| oldest + by_ms);
    }
}
