//! The decisions, pure: `(state, event, now) → actions`. Driven by short loops, and by a seeded scheduler in tests.
