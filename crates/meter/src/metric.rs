//! What a metric is.

/// One metric. `N` is how many labels it has, so that a sample with too few of them does not compile.
#[derive(Debug, Clone, Copy)]
pub struct Metric<const N: usize> {
    pub(crate) entry: &'static Entry,
}

impl<const N: usize> Metric<N> {
    /// Its row of the table.
    pub const fn entry(&self) -> &'static Entry {
        self.entry
    }
}

/// A row of the table.
#[derive(Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    pub kind: Kind,
    /// One sentence on what it counts.
    pub help: &'static str,
    /// Its labels, in the order in which samples give their values.
    pub labels: &'static [&'static str],
    /// Which call shows it.
    pub scope: Scope,
}

/// The type of a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A number that rises and falls.
    Gauge,
    /// A number that only rises, from 0 at the start of the process.
    Counter,
    /// How often something had which size.
    Histogram(&'static Scale),
}

impl Kind {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Gauge => "gauge",
            Self::Counter => "counter",
            Self::Histogram(_) => "histogram",
        }
    }

    /// The word for it in JSON, which knows no histograms.
    pub(crate) fn word_in_json(self) -> &'static str {
        match self {
            Self::Histogram(_) => Self::Counter.word(),
            other => other.word(),
        }
    }
}

/// Which call shows a metric. The internal ones show those of the public ones too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// `/metrics`.
    Web,
    /// `/v1/stats/app`.
    App,
    /// `/v1/stats/app/internal`.
    AppInternal,
    /// `/v1/stats/db`.
    Db,
    /// `/v1/stats/db/internal`.
    DbInternal,
}

/// The steps of a histogram.
#[derive(Debug, PartialEq, Eq)]
pub struct Scale {
    /// What is measured.
    pub unit: Unit,
    /// Upper bounds, rising; of times: microseconds.
    pub bounds: &'static [u64],
}

/// What a histogram measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Something that is counted.
    Whole,
    /// Microseconds, told as seconds.
    Seconds,
}
