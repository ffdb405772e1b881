//! The simulator over real sockets, with a webhook sink as the gateway.

#![expect(clippy::unwrap_used, reason = "tests")]

mod bad_input;
mod business;
mod fault;
mod graph;
mod inbound;
mod interactive;
mod lasting;
mod link;
mod outcome;
mod phone;
mod review;
mod sink;
mod support;
mod surface;
mod upload;
mod webhook;
