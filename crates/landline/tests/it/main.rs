//! End-to-end tests: the real program on free ports, the real simulator, and a webhook whose answers can be changed.
//! Modules mirror the surface.

#![expect(
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test that meets the unexpected shall end"
)]

mod support;

mod first_minute;
mod kill;
mod lines;
mod pace;
mod program;
mod relay;
mod serve;
mod startup;
mod v1;
mod webhook;
