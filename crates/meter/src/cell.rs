//! What counts: atomics, so that counting costs next to nothing and never waits.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::metric::{Kind, Metric, Scale, Unit};

/// A number that only rises.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// One more.
    pub fn one(&self) {
        self.add(1);
    }

    /// So many more.
    pub fn add(&self, more: u64) {
        self.0.fetch_add(more, Ordering::Relaxed);
    }

    /// How many so far.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A number that somebody sets.
#[derive(Debug, Default)]
pub struct Gauge(AtomicU64);

impl Gauge {
    /// It is this from now on.
    pub fn set(&self, value: u64) {
        self.0.store(value, Ordering::Relaxed);
    }

    /// The same with a count of things in memory.
    pub fn set_len(&self, len: usize) {
        self.set(u64::try_from(len).unwrap_or(u64::MAX));
    }

    /// What it was last set to.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// How many there are at this moment, and how many there were at most.
#[derive(Debug, Default)]
pub struct Level {
    now: AtomicU64,
    most: AtomicU64,
}

impl Level {
    /// One comes in; it is there until the guard goes.
    pub fn enter(self: &Arc<Self>) -> Inside {
        let now = self.now.fetch_add(1, Ordering::Relaxed) + 1;
        self.most.fetch_max(now, Ordering::Relaxed);
        Inside(Arc::clone(self))
    }

    /// How many there are.
    pub fn get(&self) -> u64 {
        self.now.load(Ordering::Relaxed)
    }

    /// How many there were at most.
    pub fn most(&self) -> u64 {
        self.most.load(Ordering::Relaxed)
    }
}

/// One that is counted by a [`Level`].
#[derive(Debug)]
pub struct Inside(Arc<Level>);

impl Drop for Inside {
    fn drop(&mut self) {
        self.0.now.fetch_sub(1, Ordering::Relaxed);
    }
}

/// How often something had which size, in the steps of its scale.
#[derive(Debug)]
pub struct Histogram {
    scale: &'static Scale,
    /// One for each bound, and one for what is above them all.
    buckets: Box<[AtomicU64]>,
    sum: AtomicU64,
}

impl Histogram {
    /// An empty histogram in the steps of a metric of the table; one without steps has only count and sum.
    pub fn of<const N: usize>(metric: &Metric<N>) -> Self {
        match metric.entry().kind {
            Kind::Histogram(scale) => Self::new(scale),
            Kind::Gauge | Kind::Counter => Self::new(&Scale {
                unit: Unit::Whole,
                bounds: &[],
            }),
        }
    }

    /// An empty histogram.
    pub fn new(scale: &'static Scale) -> Self {
        Self {
            scale,
            buckets: (0..=scale.bounds.len())
                .map(|_| AtomicU64::new(0))
                .collect(),
            sum: AtomicU64::new(0),
        }
    }

    /// Something took so long.
    pub fn time(&self, took: Duration) {
        self.size(u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
    }

    /// Something had this size; of times: microseconds.
    pub fn size(&self, size: u64) {
        let place = self.scale.bounds.partition_point(|bound| *bound < size);
        if let Some(bucket) = self.buckets.get(place) {
            bucket.fetch_add(1, Ordering::Relaxed);
        }
        self.sum.fetch_add(size, Ordering::Relaxed);
    }

    /// What it holds now.
    pub fn read(&self) -> Distribution {
        Distribution {
            scale: self.scale,
            counts: self
                .buckets
                .iter()
                .map(|bucket| bucket.load(Ordering::Relaxed))
                .collect(),
            sum: self.sum.load(Ordering::Relaxed),
        }
    }
}

/// What a [`Histogram`] held at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Distribution {
    scale: &'static Scale,
    counts: Vec<u64>,
    sum: u64,
}

impl Distribution {
    /// How often anything happened.
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// All sizes together, in the scale's unit (of times: microseconds).
    pub fn sum(&self) -> u64 {
        self.sum
    }

    /// All times together, whole milliseconds.
    pub fn sum_ms(&self) -> u64 {
        self.sum / 1000
    }

    /// How its sizes are measured.
    pub(crate) fn unit(&self) -> Unit {
        self.scale.unit
    }

    /// How often it was at most each bound; `None` stands for no bound at all.
    pub(crate) fn steps(&self) -> impl Iterator<Item = (Option<u64>, u64)> {
        let bounds = self.scale.bounds.iter().copied().map(Some).chain([None]);
        bounds
            .zip(&self.counts)
            .scan(0_u64, |so_far, (bound, count)| {
                *so_far += count;
                Some((bound, *so_far))
            })
    }

    /// Two of one scale together.
    pub(crate) fn plus(mut self, other: &Self) -> Self {
        for (count, more) in self.counts.iter_mut().zip(&other.counts) {
            *count += more;
        }
        self.sum = self.sum.saturating_add(other.sum);
        self
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    static SCALE: Scale = Scale {
        unit: Unit::Whole,
        bounds: &[1, 10, 100],
    };

    #[test]
    fn a_level_knows_its_peak() {
        let level = Arc::new(Level::default());

        let (first, second) = (level.enter(), level.enter());
        drop(first);

        assert_eq!((level.get(), level.most()), (1, 2));
        drop(second);
        assert_eq!((level.get(), level.most()), (0, 2));
    }

    #[test]
    fn a_bound_belongs_to_its_own_step() {
        let histogram = Histogram::new(&SCALE);

        for size in [0, 1, 2, 10, 11, 100, 101, u64::from(u32::MAX)] {
            histogram.size(size);
        }

        let steps: Vec<_> = histogram.read().steps().collect();
        assert_eq!(
            steps,
            [(Some(1), 2), (Some(10), 4), (Some(100), 6), (None, 8)]
        );
    }

    proptest! {
        #[test]
        fn nothing_gets_lost(sizes in proptest::collection::vec(0_u64..1_000, 0..50)) {
            let histogram = Histogram::new(&SCALE);

            for size in &sizes {
                histogram.size(*size);
            }

            let read = histogram.read();
            prop_assert_eq!(read.sum(), sizes.iter().sum::<u64>());
            prop_assert_eq!(read.count(), u64::try_from(sizes.len()).unwrap());
            prop_assert_eq!(read.steps().last(), Some((None, read.count())));
            prop_assert!(read.steps().map(|(_, count)| count).is_sorted());
        }
    }
}
