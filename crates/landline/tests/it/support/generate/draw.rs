//! Chance that can be repeated, and failures made simple.

use std::hash::{BuildHasher as _, RandomState};

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// To try a run again: the seed that it printed.
const SEED: &str = "LANDLINE_TEST_SEED";
/// Most attempts to make a failure simpler.
const ATTEMPTS: usize = 200;

/// The seed of this run, which is printed: that of the environment, or another one at every run.
pub(crate) fn seed() -> u64 {
    let seed = std::env::var(SEED).map_or_else(
        |_| RandomState::new().hash_one("seed"),
        |seed| seed.parse().unwrap(),
    );
    eprintln!("{SEED}={seed}");
    seed
}

/// Values drawn from strategies.
pub(crate) struct Draw {
    runner: TestRunner,
}

impl Draw {
    /// The same seed draws the same values.
    pub(crate) fn new(seed: u64) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
        Self {
            runner: TestRunner::new_with_rng(Config::default(), rng),
        }
    }

    /// One value, and its simpler relatives.
    pub(crate) fn tree<S: Strategy>(&mut self, strategy: &S) -> S::Tree {
        strategy.new_tree(&mut self.runner).unwrap()
    }
}

/// The simplest relative of a value that fails a test with `why`, and why that one fails.
pub(crate) async fn simplest<T: ValueTree>(
    tree: &mut T,
    why: String,
    test: impl AsyncFn(T::Value) -> Result<(), String>,
) -> (T::Value, String) {
    let mut failed = (tree.current(), why);
    let mut moved = tree.simplify();
    for _ in 0..ATTEMPTS {
        if !moved {
            break;
        }
        let value = tree.current();
        moved = match test(tree.current()).await {
            Ok(()) => tree.complicate(),
            Err(why) => {
                failed = (value, why);
                tree.simplify()
            }
        };
    }
    failed
}
