//! The decisions, pure: `(state, event, now) → actions`. Driven by short loops, and by a seeded scheduler in tests.
//!
//! - [`lanes`]: what may be tried now, in order within a customer, fair between customers.
//! - [`gate`]: whether the webhook is down for everybody.
//! - [`delay`]: how long a failure waits.
//! - [`offline`]: when the offline step of a start-up is done.
//! - [`pace`]: when the next message of a line may start.
//! - [`pair`]: which customers have had too many.
//! - [`stale`]: what the network is asked about anew, and when.

pub mod delay;
pub mod gate;
pub mod lanes;
pub mod offline;
pub mod pace;
pub mod pair;
pub mod stale;

#[cfg(test)]
mod history;
