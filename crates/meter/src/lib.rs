//! What is measured: one table of names, cells that count, and how a page of them is written.
//!
//! - [`table`]: every metric that Landline has, with its type, its help and its labels ([`metric`]). `docs/metrics.md` is
//!   made from it.
//! - [`cell`]: a [`Counter`], a [`Gauge`], a [`Level`], a [`Histogram`]; [`cells`]: many of them, by labels.
//! - [`page`]: one answer: the JSON of the On-Premises API; [`text`]: the same for Prometheus.
//!
//! There is no global registry: whoever counts owns its cells, whoever answers reads them.

pub mod cell;
pub mod cells;
pub mod metric;
pub mod page;
pub mod table;
pub mod text;

pub use cell::{Counter, Gauge, Histogram, Inside, Level};
pub use cells::Cells;
pub use metric::{Entry, Kind, Metric, Scope};
pub use page::{Page, Value};
