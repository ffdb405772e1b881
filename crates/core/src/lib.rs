//! The coreapp: it connects a line with its network, sends, receives, dispatches; and the functions behind every
//! `/v1` call.
//!
//! - [`line`]: one business number with everything that belongs to it, and the state of its connection.
//! - [`call`]: one file per subject of `/v1`; the functions that handlers call.
//! - [`collect`]: garbage collection.
//! - [`decide`]: the decisions, pure: `(state, event, now) → actions`.
//! - [`translate`]: the one place that knows both vocabularies.
//! - [`alert`]: what somebody has to look at, in the log.
//! - [`record`]: what the store keeps in typed records.
//! - [`stats`]: what is counted, and what is told of it.

pub mod alert;
pub mod call;
pub mod collect;
mod connection;
mod customers;
pub mod decide;
mod dispatcher;
mod feed;
mod housekeeping;
mod identity;
mod ids;
pub mod line;
pub mod link;
mod linked;
pub mod media;
mod out_of_band;
pub mod parcel;
mod picture;
mod receiver;
pub mod record;
mod refresh;
pub mod run;
mod sender;
mod signal;
pub mod stats;
pub mod template;
pub mod translate;

pub use line::{GatewayStatus, Line, LineConfig, LineState, OnUnknown, OpenError, Step};
pub use run::Core;
