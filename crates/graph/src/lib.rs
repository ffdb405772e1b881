//! The Cloud (Graph) API vocabulary, and its typed client. `cloud-api.md` is its reference.
//!
//! - [`webhook`]: what the network posts, split into events.
//! - [`signature`]: the header `X-Hub-Signature-256`.
//! - [`error`]: error bodies, and how a call can fail.
//! - [`number`], [`profile`], [`business`], [`template`], [`media`], [`message`]: the objects of the endpoints.
//! - [`client`]: the calls. [`trust`]: what hosts are known by.

pub mod business;
pub mod client;
pub mod error;
pub mod media;
pub mod message;
pub mod number;
pub mod profile;
pub mod signature;
pub mod template;
mod tolerant;
pub mod trust;
pub mod webhook;

pub use client::{Client, ClientConfig, Exchanges, Usage};
pub use error::{ApiError, Failure};
