//! The On-Premises API vocabulary: messages, notifications, settings, errors, ids. Pure: no I/O, no async, no clock.
//!
//! A type of this crate that exists is valid: parsing is where the documented refusals come from.

pub mod account;
pub mod backup;
pub mod business;
pub mod certificate;
pub mod compliance;
pub mod contact;
mod date;
mod email;
pub mod encryption;
pub mod envelope;
pub mod error;
pub mod id;
pub mod identity;
pub mod media;
pub mod message;
pub mod notification;
pub mod parse;
pub mod phone;
pub mod profile;
pub mod provider;
pub mod schema;
pub mod service;
pub mod settings;
pub mod sticker;
pub mod support;
pub mod template;
#[cfg(test)]
mod tests;
mod url;
pub mod user;

pub use error::{Code, Refusal};
pub use id::MessageId;
pub use phone::WaId;
