//! A strict reader of Prometheus' text format 0.0.4: whatever is not as the format says ends the test.

use std::collections::{BTreeMap, BTreeSet};

/// A page as it was read.
#[derive(Debug, Default)]
pub(crate) struct Scrape {
    /// Type and help by family.
    pub(crate) families: BTreeMap<String, (String, String)>,
    /// Values by series: name, labels.
    pub(crate) series: BTreeMap<(String, BTreeMap<String, String>), f64>,
}

impl Scrape {
    /// Reads a page.
    #[track_caller]
    pub(crate) fn read(text: &str) -> Self {
        assert!(text.ends_with('\n'), "the last line ends too");
        let mut scrape = Self::default();
        let mut family = String::new();
        let mut lines = text.lines().peekable();
        while let Some(line) = lines.next() {
            if let Some(help) = line.strip_prefix("# HELP ") {
                let (name, help) = help.split_once(' ').unwrap();
                let kind = lines.next().and_then(|line| line.strip_prefix("# TYPE "));
                let (typed, kind) = kind.and_then(|kind| kind.split_once(' ')).unwrap();
                assert_eq!(typed, name, "the type follows the help");
                assert!(matches!(kind, "gauge" | "counter" | "histogram"), "{line}");
                assert!(is_name(name), "{name:?}");
                name.clone_into(&mut family);
                let described = (kind.to_owned(), unescaped(help, false));
                let before = scrape.families.insert(family.clone(), described);
                assert!(before.is_none(), "{name} is there twice");
            } else {
                scrape.sample(&family, line);
            }
        }
        scrape.check_histograms();
        scrape
    }

    #[track_caller]
    fn sample(&mut self, family: &str, line: &str) {
        let (series, value) = line.rsplit_once(' ').unwrap();
        let (name, labels) = match series.split_once('{') {
            Some((name, rest)) => (name, labels(rest.strip_suffix('}').unwrap())),
            None => (series, BTreeMap::new()),
        };
        let is_histogram = self.families[family].0 == "histogram";
        let suffix = name.strip_prefix(family).unwrap_or("?");
        let fits = if is_histogram {
            matches!(suffix, "_bucket" | "_sum" | "_count")
        } else {
            suffix.is_empty()
        };
        assert!(fits, "{line:?} stands under {family}");
        assert_eq!(suffix == "_bucket", labels.contains_key("le"), "{line}");
        let value: f64 = value.parse().unwrap();
        assert!(value.is_finite() && value >= 0.0, "{line}");
        let before = self.series.insert((name.to_owned(), labels), value);
        assert!(before.is_none(), "the series is there twice: {line}");
    }

    /// Buckets rise with their bounds, the last is the count.
    #[track_caller]
    fn check_histograms(&self) {
        let mut groups: BTreeMap<_, Vec<(f64, f64)>> = BTreeMap::new();
        for ((name, labels), value) in &self.series {
            if let Some(family) = name.strip_suffix("_bucket") {
                let mut rest = labels.clone();
                let bound: f64 = rest.remove("le").unwrap().parse().unwrap();
                groups
                    .entry((family.to_owned(), rest))
                    .or_default()
                    .push((bound, *value));
            }
        }
        for ((family, labels), mut buckets) in groups {
            buckets.sort_by(|one, two| one.0.total_cmp(&two.0));
            assert!(buckets.is_sorted_by(|one, two| one.1 <= two.1), "{family}");
            let (last, total) = *buckets.last().unwrap();
            assert!(last.is_infinite(), "{family} ends with +Inf");
            let count = self.series[&(format!("{family}_count"), labels.clone())];
            assert!((count - total).abs() < 0.5, "{family} {labels:?}");
            assert!(self.series.contains_key(&(format!("{family}_sum"), labels)));
        }
    }

    /// The value of a series; 0 when it is not there (yet).
    pub(crate) fn value(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        let wanted: BTreeSet<_> = labels.iter().copied().collect();
        self.series
            .iter()
            .find(|((series, found), _)| {
                let found = found
                    .iter()
                    .map(|(label, value)| (label.as_str(), value.as_str()));
                let found: BTreeSet<_> = found.filter(|(label, _)| *label != "node").collect();
                series == name && found == wanted
            })
            .map_or(0.0, |(_, value)| *value)
    }
}

fn is_name(name: &str) -> bool {
    let starts = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    starts && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// `a="b",c="d"`
#[track_caller]
fn labels(mut text: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    loop {
        let (name, rest) = text.split_once("=\"").unwrap();
        assert!(is_name(name), "{name:?}");
        let mut escaped = false;
        let end = rest.find(|c| {
            let ends = c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            ends
        });
        let (value, rest) = rest.split_at(end.unwrap());
        let before = found.insert(name.to_owned(), unescaped(value, true));
        assert!(before.is_none(), "{name} is there twice");
        let Some(rest) = rest.strip_prefix("\",") else {
            assert_eq!(rest, "\"");
            return found;
        };
        text = rest;
    }
}

#[track_caller]
fn unescaped(text: &str, quoted: bool) -> String {
    let mut plain = String::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        plain.push(match character {
            '\\' => match characters.next() {
                Some('n') => '\n',
                Some('\\') => '\\',
                Some('"') if quoted => '"',
                other => panic!("{other:?} is no escape: {text:?}"),
            },
            other => other,
        });
    }
    plain
}
