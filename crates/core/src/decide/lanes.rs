//! Lanes: one try in flight per customer, in key order; many customers at once, in turn.
//!
//! Holds light references only. The rows stay in the store until they are finished, so forgetting a `Lanes` loses nothing.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ops::Bound;

use store::{Key, Lane, Ref};

/// One waiting row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The row.
    pub key: Key,
    /// Not before, Unix milliseconds.
    pub due_ms: i64,
    /// Tries so far.
    pub attempts: u32,
    /// It may have left already: claimed by an owner that is gone, or sent without an answer.
    pub uncertain: bool,
    /// Free for the user of the lanes; 0 at first. The dispatcher notes how many had succeeded at the first failure, the
    /// receiver how often the program itself failed over it.
    pub mark: u64,
}

/// The lanes of one queue of one line.
#[derive(Debug)]
pub struct Lanes {
    by_lane: BTreeMap<Lane, Waiting>,
    ready: VecDeque<Lane>,
    timers: BTreeSet<(i64, Lane)>,
    limit: usize,
    in_flight: usize,
    len: usize,
    last_probe: Option<Lane>,
}

#[derive(Debug)]
struct Waiting {
    entries: VecDeque<Entry>,
    place: Place,
    /// The head is in flight and turned out to be done: it goes when it lands, whatever its try says.
    head_done: bool,
}

/// Where a lane is noted; exactly one of them, so that no lane is forgotten or noted twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In `ready`.
    Ready,
    /// In `timers`, with this time.
    Timer(i64),
    /// Its head is in flight.
    Busy,
}

impl Lanes {
    /// Empty lanes with at most `limit` tries in flight.
    pub fn new(limit: usize) -> Self {
        Self {
            by_lane: BTreeMap::new(),
            ready: VecDeque::new(),
            timers: BTreeSet::new(),
            limit,
            in_flight: 0,
            len: 0,
            last_probe: None,
        }
    }

    /// Rows held, those in flight included.
    pub fn len(&self) -> usize {
        self.len
    }

    /// No rows at all.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Customers who have rows here.
    pub fn customers(&self) -> usize {
        self.by_lane.len()
    }

    /// Tries in flight.
    pub fn in_flight(&self) -> usize {
        self.in_flight
    }

    /// Changes how many may be in flight. What flies already goes on.
    pub fn set_limit(&mut self, limit: usize) {
        self.limit = limit;
    }

    /// Puts a row at the end of its lane. Rows come in key order; one that is held already is ignored.
    pub fn push(&mut self, row: &Ref, now_ms: i64) {
        let entry = Entry {
            key: row.key,
            due_ms: row.due_ms,
            attempts: row.attempts,
            uncertain: row.claimed_by.is_some(),
            mark: 0,
        };
        match self.by_lane.get_mut(&row.lane) {
            Some(lane)
                if lane
                    .entries
                    .back()
                    .is_some_and(|last| last.key >= entry.key) => {}
            Some(lane) => {
                lane.entries.push_back(entry);
                self.len += 1;
            }
            None => {
                let due_ms = entry.due_ms;
                self.by_lane.insert(
                    row.lane.clone(),
                    Waiting {
                        entries: VecDeque::from([entry]),
                        place: Place::Busy,
                        head_done: false,
                    },
                );
                self.len += 1;
                self.note(&row.lane, due_ms, now_ms);
            }
        }
    }

    /// The next row to try, if a place is free and one is due. Its lane is busy until it is settled.
    pub fn next(&mut self, now_ms: i64) -> Option<(Lane, Entry)> {
        if self.in_flight >= self.limit {
            return None;
        }
        self.wake(now_ms);
        let lane = self.ready.pop_front()?;
        self.fly(lane)
    }

    /// The head of another lane than the last probe's, due or not: what a closed gate lets through. One that was never
    /// tried goes before those that failed: it may be the customers who are refused, not the webhook that is down.
    pub fn probe(&mut self) -> Option<(Lane, Entry)> {
        let from = self
            .last_probe
            .take()
            .map_or(Bound::Unbounded, Bound::Excluded);
        let free = |(_, waiting): &(&Lane, &Waiting)| waiting.place != Place::Busy;
        let untried = |found: &(&Lane, &Waiting)| {
            free(found)
                && found
                    .1
                    .entries
                    .front()
                    .is_some_and(|head| head.attempts == 0)
        };
        let lane = (self
            .by_lane
            .range((from.clone(), Bound::Unbounded))
            .find(untried))
        .or_else(|| self.by_lane.iter().find(untried))
        .or_else(|| self.by_lane.range((from, Bound::Unbounded)).find(free))
        .or_else(|| self.by_lane.iter().find(free))
        .map(|(lane, _)| lane.clone())?;
        self.last_probe = Some(lane.clone());
        self.unnote(&lane);
        self.fly(lane)
    }

    /// The row in flight is done (or set aside): its lane goes on with the next.
    pub fn finish(&mut self, lane: &Lane, key: Key, now_ms: i64) {
        self.land(lane, key, now_ms, |entries| {
            entries.pop_front();
        });
    }

    /// The row in flight has to be tried again at `entry.due_ms`; it stays the head of its lane.
    pub fn put_back(&mut self, lane: &Lane, entry: Entry, now_ms: i64) {
        self.land(lane, entry.key, now_ms, |entries| {
            if let Some(head) = entries.front_mut() {
                *head = entry;
            }
        });
    }

    /// A row turned out to be done (a status named it): it goes, wherever it stands; one in flight goes when it lands.
    pub fn remove(&mut self, lane: &Lane, key: Key, now_ms: i64) {
        let Some(waiting) = self.by_lane.get_mut(lane) else {
            return;
        };
        let head_flies = waiting.place == Place::Busy;
        let Some(at) = waiting.entries.iter().position(|entry| entry.key == key) else {
            return;
        };
        if head_flies && at == 0 {
            waiting.head_done = true;
            return;
        }
        waiting.entries.remove(at);
        self.len -= 1;
        if !head_flies && at == 0 {
            self.unnote(lane);
            self.renote(lane, now_ms);
        }
    }

    /// When the earliest waiting lane is due, Unix milliseconds; something that is ready counts as 0.
    pub fn next_due_ms(&self) -> Option<i64> {
        if !self.ready.is_empty() {
            return Some(0);
        }
        self.timers.first().map(|(due_ms, _)| *due_ms)
    }

    /// Everything that waits may be tried now.
    pub fn clear_delays(&mut self, now_ms: i64) {
        self.each_head(now_ms, |head| head.due_ms = head.due_ms.min(now_ms));
    }

    /// Rows that may have left wait (again) until `until_ms` for word of them.
    pub fn hold_uncertain(&mut self, until_ms: i64, now_ms: i64) {
        for waiting in self.by_lane.values_mut() {
            for entry in waiting.entries.iter_mut().filter(|entry| entry.uncertain) {
                entry.due_ms = until_ms;
            }
        }
        self.each_head(now_ms, |_| {});
    }

    fn each_head(&mut self, now_ms: i64, change: impl Fn(&mut Entry)) {
        self.ready.clear();
        self.timers.clear();
        let mut dues = Vec::with_capacity(self.by_lane.len());
        for (lane, waiting) in &mut self.by_lane {
            let Some(head) = waiting.entries.front_mut() else {
                continue;
            };
            if waiting.place != Place::Busy {
                change(head);
                dues.push((head.key, lane.clone(), head.due_ms));
            }
        }
        // Oldest first: after an outage the longest waiting customer is served first.
        dues.sort_unstable_by_key(|(key, ..)| *key);
        for (_, lane, due_ms) in dues {
            self.note(&lane, due_ms, now_ms);
        }
    }

    fn wake(&mut self, now_ms: i64) {
        while let Some((due_ms, lane)) = self.timers.pop_first() {
            if due_ms > now_ms {
                self.timers.insert((due_ms, lane));
                break;
            }
            if let Some(waiting) = self.by_lane.get_mut(&lane) {
                waiting.place = Place::Ready;
                self.ready.push_back(lane);
            }
        }
    }

    fn fly(&mut self, lane: Lane) -> Option<(Lane, Entry)> {
        let waiting = self.by_lane.get_mut(&lane)?;
        let entry = waiting.entries.front()?.clone();
        waiting.place = Place::Busy;
        self.in_flight += 1;
        Some((lane, entry))
    }

    fn land(
        &mut self,
        lane: &Lane,
        key: Key,
        now_ms: i64,
        change: impl FnOnce(&mut VecDeque<Entry>),
    ) {
        let Some(waiting) = self.by_lane.get_mut(lane) else {
            return;
        };
        if waiting.place != Place::Busy
            || waiting.entries.front().is_none_or(|head| head.key != key)
        {
            return;
        }
        let before = waiting.entries.len();
        if std::mem::take(&mut waiting.head_done) {
            waiting.entries.pop_front();
        } else {
            change(&mut waiting.entries);
        }
        self.len -= before - waiting.entries.len();
        self.in_flight -= 1;
        self.renote(lane, now_ms);
    }

    /// Notes a lane by its head; an empty one is forgotten.
    fn renote(&mut self, lane: &Lane, now_ms: i64) {
        match self
            .by_lane
            .get(lane)
            .and_then(|waiting| waiting.entries.front())
            .map(|head| head.due_ms)
        {
            Some(due_ms) => self.note(lane, due_ms, now_ms),
            None => {
                self.by_lane.remove(lane);
            }
        }
    }

    fn note(&mut self, lane: &Lane, due_ms: i64, now_ms: i64) {
        let Some(waiting) = self.by_lane.get_mut(lane) else {
            return;
        };
        if due_ms <= now_ms {
            waiting.place = Place::Ready;
            self.ready.push_back(lane.clone());
        } else {
            waiting.place = Place::Timer(due_ms);
            self.timers.insert((due_ms, lane.clone()));
        }
    }

    fn unnote(&mut self, lane: &Lane) {
        match self.by_lane.get(lane).map(|waiting| waiting.place) {
            Some(Place::Ready) => self.ready.retain(|ready| ready != lane),
            Some(Place::Timer(due_ms)) => {
                self.timers.remove(&(due_ms, lane.clone()));
            }
            Some(Place::Busy) | None => {}
        }
    }
}

#[cfg(test)]
mod tests;
