//! The decisions, pure: `(state, event, now) → actions`. Driven by short loops, and by a seeded scheduler in tests.
//!
//! - [`lanes`]: what may be tried now, in order within a customer, fair between customers.
//! - [`gate`]: whether the webhook is down for everybody.
//! - [`delay`]: how long a failure waits.
//! - [`offline`]: when the offline step of a start-up is done.

pub mod delay;
pub mod gate;
pub mod lanes;
pub mod offline;

#[cfg(test)]
mod history;
