//! One answer of a metrics call (`rest-api.md` 14.2 to 14.5): families of samples, in the order of the table.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::cell::Distribution;
use crate::metric::{Entry, Kind, Metric, Scope, Unit};
use crate::table;

/// A number of a sample. It cannot be one that is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value {
    /// A whole number.
    Whole(u64),
    /// A time, told in seconds with decimals.
    Seconds(Duration),
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        Self::Whole(number)
    }
}

impl From<usize> for Value {
    fn from(number: usize) -> Self {
        Self::Whole(u64::try_from(number).unwrap_or(u64::MAX))
    }
}

impl From<bool> for Value {
    fn from(holds: bool) -> Self {
        Self::Whole(holds.into())
    }
}

impl From<Duration> for Value {
    fn from(time: Duration) -> Self {
        Self::Seconds(time)
    }
}

impl Value {
    /// Two samples of one series together; what is of another kind replaces the first.
    fn plus(self, other: Self) -> Self {
        match (self, other) {
            (Self::Whole(one), Self::Whole(two)) => Self::Whole(one.saturating_add(two)),
            (Self::Seconds(one), Self::Seconds(two)) => Self::Seconds(one.saturating_add(two)),
            (_, other) => other,
        }
    }
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Whole(number) => number.fmt(f),
            Self::Seconds(time) => time.as_secs_f64().fmt(f),
        }
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Whole(number) => serializer.serialize_u64(*number),
            Self::Seconds(time) => serializer.serialize_f64(time.as_secs_f64()),
        }
    }
}

/// All families of some scopes, with the samples that were given to it.
#[derive(Debug, Clone)]
pub struct Page {
    families: Vec<Family>,
    /// A label that every sample has besides its own.
    common: Option<(&'static str, String)>,
}

#[derive(Debug, Clone)]
struct Family {
    entry: &'static Entry,
    /// By label values. Of a histogram these are the distributions.
    samples: BTreeMap<Vec<String>, Sample>,
}

#[derive(Debug, Clone)]
enum Sample {
    One(Value),
    Many(Distribution),
}

/// What is written of one series: a name, labels in their order, a value.
pub(crate) struct Series<'a> {
    /// What the name of the family is followed by: nothing, or of a histogram `_bucket`, `_sum`, `_count`.
    pub(crate) suffix: &'static str,
    pub(crate) labels: Vec<(&'static str, &'a str)>,
    /// `le`, the bound of a histogram's bucket.
    pub(crate) bound: Option<String>,
    pub(crate) value: Value,
}

/// A family as it is written.
pub(crate) struct Written<'a> {
    pub(crate) entry: &'static Entry,
    pub(crate) series: Vec<Series<'a>>,
}

impl Page {
    /// Every family of these scopes, still without samples.
    pub fn of(scopes: &[Scope]) -> Self {
        let families = table::ALL
            .iter()
            .filter(|entry| scopes.contains(&entry.scope))
            .map(|entry| Family {
                entry,
                samples: BTreeMap::new(),
            });
        Self {
            families: families.collect(),
            common: None,
        }
    }

    /// The same with a label that every sample has.
    #[must_use]
    pub fn with(mut self, label: &'static str, value: &str) -> Self {
        self.common = Some((label, value.to_owned()));
        self
    }

    /// A sample. One with the same label values is added to; a metric of another page is left out.
    pub fn add<const N: usize>(
        &mut self,
        metric: &Metric<N>,
        labels: [&str; N],
        value: impl Into<Value>,
    ) {
        self.put(metric.entry(), &labels, Sample::One(value.into()));
    }

    /// The samples of a histogram, with the same rules.
    pub fn add_all<const N: usize>(
        &mut self,
        metric: &Metric<N>,
        labels: [&str; N],
        distribution: Distribution,
    ) {
        self.put(metric.entry(), &labels, Sample::Many(distribution));
    }

    fn put(&mut self, entry: &'static Entry, labels: &[&str], sample: Sample) {
        let family = self
            .families
            .iter_mut()
            .find(|family| family.entry.name == entry.name);
        let Some(family) = family else { return };
        let labels = labels.iter().map(|&value| value.to_owned()).collect();
        let sample = match (family.samples.remove(&labels), sample) {
            (Some(Sample::One(one)), Sample::One(two)) => Sample::One(one.plus(two)),
            (Some(Sample::Many(one)), Sample::Many(two)) => Sample::Many(one.plus(&two)),
            (_, sample) => sample,
        };
        family.samples.insert(labels, sample);
    }

    /// Everything that is to be written, family by family.
    pub(crate) fn written(&self) -> impl Iterator<Item = Written<'_>> {
        self.families.iter().map(|family| Written {
            entry: family.entry,
            series: family
                .samples
                .iter()
                .flat_map(|(values, sample)| self.series(family.entry, values, sample))
                .collect(),
        })
    }

    fn series<'a>(
        &'a self,
        entry: &'static Entry,
        values: &'a [String],
        sample: &'a Sample,
    ) -> Vec<Series<'a>> {
        let own = entry.labels.iter().copied();
        let labels: Vec<_> = own
            .zip(values.iter().map(String::as_str))
            .chain(
                self.common
                    .iter()
                    .map(|(label, value)| (*label, value.as_str())),
            )
            .collect();
        let one = |suffix, bound, value| Series {
            suffix,
            labels: labels.clone(),
            bound,
            value,
        };
        match sample {
            Sample::One(value) => vec![one("", None, *value)],
            Sample::Many(found) => {
                let unit = found.unit();
                let buckets = found.steps().map(|(bound, count)| {
                    let bound =
                        bound.map_or("+Inf".to_owned(), |bound| measured(unit, bound).to_string());
                    one(BUCKET, Some(bound), Value::Whole(count))
                });
                buckets
                    .chain([
                        one(SUM, None, measured(unit, found.sum())),
                        one(COUNT, None, Value::Whole(found.count())),
                    ])
                    .collect()
            }
        }
    }
}

const BUCKET: &str = "_bucket";
const SUM: &str = "_sum";
const COUNT: &str = "_count";
/// The parts of a histogram, in their order.
const PARTS: [&str; 3] = [BUCKET, SUM, COUNT];

fn measured(unit: Unit, size: u64) -> Value {
    match unit {
        Unit::Whole => Value::Whole(size),
        Unit::Seconds => Value::Seconds(Duration::from_micros(size)),
    }
}

/// `{"<name>": {"type", "help", "data": [{"labels", "value"}]}}`. The JSON has gauges and counters only: a histogram is
/// told as its three counters.
impl Serialize for Page {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for family in self.written() {
            let entry = family.entry;
            let parts: &[&str] = match entry.kind {
                Kind::Histogram(_) => &PARTS,
                Kind::Gauge | Kind::Counter => &[""],
            };
            for suffix in parts {
                let of_part = family
                    .series
                    .iter()
                    .filter(|series| series.suffix == *suffix);
                map.serialize_entry(
                    &format_args!("{}{suffix}", entry.name),
                    &Shown {
                        kind: entry.kind.word_in_json(),
                        help: entry.help,
                        data: of_part.collect(),
                    },
                )?;
            }
        }
        map.end()
    }
}

#[derive(serde::Serialize)]
struct Shown<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    help: &'static str,
    data: Vec<&'a Series<'a>>,
}

impl Serialize for Series<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let bound = self.bound.as_deref().map(|bound| (BOUND, bound));
        let labels = Pairs(self.labels.iter().copied().chain(bound).collect());
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("labels", &labels)?;
        map.serialize_entry("value", &self.value)?;
        map.end()
    }
}

/// The label of a bucket's bound.
pub(crate) const BOUND: &str = "le";

struct Pairs<'a>(Vec<(&'static str, &'a str)>);

impl Serialize for Pairs<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().copied())
    }
}
