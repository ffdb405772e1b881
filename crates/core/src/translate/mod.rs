//! Between the two vocabularies: messages down, events up, errors both ways (`cloud-api.md` section 4).
//!
//! Everything here is pure: values in, values out, no clock, no store, no network.

pub mod business;
pub mod down;
pub mod error;
pub mod template;
pub mod up;
