//! Lists of named things: which entry of one side is which of the other, what came, what went, and in what order.

use crate::model::fold;

/// The entries of two lists, by position.
pub(super) struct Pairs {
    /// Old and new position of what is in both, in the old order. Includes what was only renamed.
    pub(super) both: Vec<(usize, usize)>,
    /// Those of `both` whose name is another.
    pub(super) renamed: Vec<(usize, usize)>,
    pub(super) went: Vec<usize>,
    pub(super) came: Vec<usize>,
}

impl Pairs {
    /// Whether the old position and the new one are the same thing.
    pub(super) fn are(&self, old: usize, new: usize) -> bool {
        self.both.contains(&(old, new))
    }

    /// Whether what is in both comes in the same order.
    pub(super) fn in_order(&self) -> bool {
        self.both.is_sorted_by_key(|(_, new)| *new)
    }

    /// The old entries with those that are in both in their new order; what went stays where it is.
    pub(super) fn reordered<T: Clone>(&self, old: &[T]) -> Vec<T> {
        let mut by_new = self.both.clone();
        by_new.sort_by_key(|(_, new)| *new);
        let mut entries = old.to_vec();
        for ((place, _), (from, _)) in self.both.iter().zip(by_new) {
            if let (Some(slot), Some(entry)) = (entries.get_mut(*place), old.get(from)) {
                slot.clone_from(entry);
            }
        }
        entries
    }

    /// Where in the old list a new entry belongs: before the next one that both have.
    pub(super) fn place_of(&self, came: usize) -> Option<usize> {
        let later = self.both.iter().filter(|(_, new)| *new > came);
        later.min_by_key(|(_, new)| *new).map(|(old, _)| *old)
    }
}

/// Pairs entries by name, then those left over that are the same in all but the name.
pub(super) fn pair<T>(
    old: &[T],
    new: &[T],
    name: impl Fn(&T) -> &str,
    same: impl Fn(&T, &T) -> bool,
) -> Pairs {
    let position = |entry: &T| new.iter().position(|other| fold(name(other)) == fold(name(entry)));
    let mut pairs = Pairs { both: Vec::new(), renamed: Vec::new(), went: Vec::new(), came: Vec::new() };
    for (at, entry) in old.iter().enumerate() {
        match position(entry) {
            Some(other) => pairs.both.push((at, other)),
            None => pairs.went.push(at),
        }
    }
    pairs.came = (0..new.len()).filter(|at| !pairs.both.iter().any(|(_, other)| other == at)).collect();
    let went = std::mem::take(&mut pairs.went);
    for at in went {
        let twin = pairs.came.iter().position(|other| {
            old.get(at).zip(new.get(*other)).is_some_and(|(before, after)| same(before, after))
        });
        if let Some(twin) = twin {
            pairs.renamed.push((at, pairs.came.remove(twin)));
        } else {
            pairs.went.push(at);
        }
    }
    pairs.both.extend(&pairs.renamed);
    pairs.both.sort_unstable();
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(old: &[(&str, u8)], new: &[(&str, u8)]) -> Pairs {
        pair(old, new, |entry| entry.0, |a, b| a.1 == b.1)
    }

    #[test]
    fn names_compare_without_case_and_the_rest_by_content() {
        let found = pairs(&[("a", 1), ("b", 2), ("c", 3)], &[("d", 2), ("A", 9), ("e", 4)]);
        assert_eq!(found.both, [(0, 1), (1, 0)]);
        assert_eq!(found.renamed, [(1, 0)]);
        assert_eq!(found.went, [2]);
        assert_eq!(found.came, [2]);
    }

    #[test]
    fn what_went_stays_where_it_was_when_the_rest_changes_places() {
        let old = [("a", 1), ("gone", 2), ("b", 3)];
        let found = pairs(&old, &[("b", 3), ("a", 1), ("new", 4)]);
        assert!(!found.in_order());
        assert_eq!(found.reordered(&old).map_names(), ["b", "gone", "a"]);
        assert_eq!(found.place_of(2), None);
    }

    #[test]
    fn an_entry_that_came_belongs_before_its_next_neighbour() {
        let found = pairs(&[("a", 1), ("b", 2)], &[("a", 1), ("new", 4), ("b", 2)]);
        assert_eq!(found.place_of(1), Some(1));
    }

    trait Names {
        fn map_names(&self) -> Vec<&str>;
    }

    impl Names for Vec<(&str, u8)> {
        fn map_names(&self) -> Vec<&str> {
            self.iter().map(|entry| entry.0).collect()
        }
    }
}
