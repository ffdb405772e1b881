//! Cells by labels. However many label values come, the number of cells stays bounded.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, PoisonError, RwLock};

/// Cells of one family; whatever comes beyond is counted under [`OTHER`].
const MOST: usize = 1_000;

/// The label value of what has no place of its own.
pub const OTHER: &str = "other";

/// Cells of one kind, each under `N` label values.
#[derive(Debug)]
pub struct Cells<const N: usize, C> {
    by_labels: RwLock<HashMap<Labels<N>, Arc<C>>>,
    make: fn() -> C,
}

impl<const N: usize, C: Default> Default for Cells<N, C> {
    fn default() -> Self {
        Self::new(C::default)
    }
}

impl<const N: usize, C> Cells<N, C> {
    /// No cells yet; `make` makes one.
    pub fn new(make: fn() -> C) -> Self {
        Self {
            by_labels: RwLock::default(),
            make,
        }
    }

    /// The cell under these values, made if it is missing.
    pub fn at(&self, labels: [&str; N]) -> Arc<C> {
        let key: &dyn Key<N> = &labels;
        let known = self
            .by_labels
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(cell) = known.get(key) {
            return Arc::clone(cell);
        }
        drop(known);
        let mut known = self
            .by_labels
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let labels = if known.len() < MOST || known.contains_key(key) {
            labels
        } else {
            [OTHER; N]
        };
        let cell = known
            .entry(Labels(labels.map(str::to_owned)))
            .or_insert_with(|| Arc::new((self.make)()));
        Arc::clone(cell)
    }

    /// All cells with their label values, in no order.
    pub fn all(&self) -> Vec<([String; N], Arc<C>)> {
        let known = self
            .by_labels
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        known
            .iter()
            .map(|(labels, cell)| (labels.0.clone(), Arc::clone(cell)))
            .collect()
    }
}

/// Label values that a cell stands under.
#[derive(Debug, PartialEq, Eq)]
struct Labels<const N: usize>([String; N]);

/// Label values, owned or only lent: a look-up copies nothing.
trait Key<const N: usize> {
    fn parts(&self) -> [&str; N];
}

impl<const N: usize> Key<N> for [&str; N] {
    fn parts(&self) -> [&str; N] {
        *self
    }
}

impl<const N: usize> Key<N> for Labels<N> {
    fn parts(&self) -> [&str; N] {
        self.0.each_ref().map(String::as_str)
    }
}

impl<'a, const N: usize> Borrow<dyn Key<N> + 'a> for Labels<N> {
    fn borrow(&self) -> &(dyn Key<N> + 'a) {
        self
    }
}

impl<const N: usize> PartialEq for dyn Key<N> + '_ {
    fn eq(&self, other: &Self) -> bool {
        self.parts() == other.parts()
    }
}

impl<const N: usize> Eq for dyn Key<N> + '_ {}

impl<const N: usize> Hash for dyn Key<N> + '_ {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.parts().hash(state);
    }
}

impl<const N: usize> Hash for Labels<N> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.parts().hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Counter;

    fn read(cells: &Cells<2, Counter>) -> Vec<([String; 2], u64)> {
        let mut all: Vec<_> = cells
            .all()
            .into_iter()
            .map(|(labels, cell)| (labels, cell.get()))
            .collect();
        all.sort();
        all
    }

    #[test]
    fn each_pair_of_values_has_its_own_cell() {
        let cells = Cells::<2, Counter>::default();

        for labels in [["a", "b"], ["ab", ""], ["a", "b"], ["", "ab"]] {
            cells.at(labels).one();
        }

        let labels = |one: &str, two: &str| [one.to_owned(), two.to_owned()];
        let expected = [
            (labels("", "ab"), 1),
            (labels("a", "b"), 2),
            (labels("ab", ""), 1),
        ];
        assert_eq!(read(&cells), expected);
    }

    #[test]
    fn what_comes_beyond_the_bound_is_counted_together() {
        let cells = Cells::<2, Counter>::default();

        for number in 0..MOST + 50 {
            cells.at([&number.to_string(), "x"]).one();
        }
        cells.at(["7", "x"]).one();

        let all = read(&cells);
        assert_eq!(all.len(), MOST + 1);
        assert_eq!(all.iter().map(|(_, count)| count).sum::<u64>(), 1_051);
        let others = all.iter().find(|(labels, _)| labels[0] == OTHER);
        assert_eq!(others.map(|(_, count)| *count), Some(50));
    }
}
