//! Landline, the program.
fn main() {}
