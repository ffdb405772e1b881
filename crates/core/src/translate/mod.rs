//! Between the two vocabularies: messages down, events up, errors both ways (`cloud-api.md` section 4).

pub mod down;
pub mod error;
pub mod template;
pub mod up;
