//! Two conditions: the changes that lead from one to the other, each also made alone.

use super::Leaf;
use super::leaf::Sides;
use crate::rules::condition::{Condition, Test};
use crate::rules::leaf_words::operator;
use crate::rules::words::condition_words;

/// One change of a condition.
#[derive(Debug)]
pub(super) struct Edit {
    /// `score at least 65 → 60`.
    pub(super) text: String,
    /// The old condition with this change and no other.
    pub(super) when: Condition,
}

/// What leads from the old condition to the new one; nothing when they mean the same.
pub(super) fn edits(sides: Sides<'_>, old: &Condition, new: &Condition) -> Vec<Edit> {
    Comparison { sides }.nodes(&plain(old), &plain(new))
}

/// Whether two conditions mean the same.
pub(super) fn same(sides: Sides<'_>, old: &Condition, new: &Condition) -> bool {
    Comparison { sides }.same(&plain(old), &plain(new))
}

/// The condition in its plainest form: nothing nested that need not be, and each end of a range by itself.
fn plain(condition: &Condition) -> Condition {
    match condition {
        Condition::All(parts) => {
            let flat = flatten(parts, |part| match part {
                Condition::All(inner) => Ok(inner),
                other @ (Condition::Any(_) | Condition::Not(_) | Condition::Leaf(_)) => Err(other),
            });
            only(flat, Condition::All)
        }
        Condition::Any(parts) => {
            let flat = flatten(parts, |part| match part {
                Condition::Any(inner) => Ok(inner),
                other @ (Condition::All(_) | Condition::Not(_) | Condition::Leaf(_)) => Err(other),
            });
            only(flat, Condition::Any)
        }
        Condition::Not(part) => match plain(part) {
            Condition::Not(inner) => *inner,
            inner @ (Condition::All(_) | Condition::Any(_) | Condition::Leaf(_)) => {
                Condition::Not(Box::new(inner))
            }
        },
        Condition::Leaf(leaf) => range_ends(leaf),
    }
}

fn flatten(
    parts: &[Condition],
    open: impl Fn(Condition) -> Result<Vec<Condition>, Condition>,
) -> Vec<Condition> {
    parts.iter().flat_map(|part| open(plain(part)).unwrap_or_else(|other| vec![other])).collect()
}

/// A list of one is its only part.
fn only(parts: Vec<Condition>, group: fn(Vec<Condition>) -> Condition) -> Condition {
    match <[Condition; 1]>::try_from(parts) {
        Ok([only]) => only,
        Err(parts) => group(parts),
    }
}

/// `between 50 and 100` is `at least 50` and `at most 100`.
fn range_ends(leaf: &Leaf) -> Condition {
    let Test::Between(least, most) = leaf.test else {
        return Condition::Leaf(Box::new(leaf.clone()));
    };
    let name = leaf.text.split_once(' ').map_or("", |(name, _)| name);
    let end = |test: Test, number: f64| {
        let text = format!("{name} {} {number}", operator(&test));
        Condition::Leaf(Box::new(Leaf { operand: leaf.operand, test, text }))
    };
    Condition::All(vec![end(Test::AtLeast(least), least), end(Test::AtMost(most), most)])
}

struct Comparison<'a> {
    sides: Sides<'a>,
}

/// How the parts of a group are joined.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Join {
    All,
    Any,
}

impl Join {
    fn group(self, parts: Vec<Condition>) -> Condition {
        match self {
            Self::All => Condition::All(parts),
            Self::Any => Condition::Any(parts),
        }
    }

    fn came(self, part: &Condition) -> String {
        let words = condition_words(part);
        match self {
            Self::All => format!("now also requires {words}"),
            Self::Any => format!("now also accepts {words}"),
        }
    }

    fn went(self, part: &Condition) -> String {
        let words = condition_words(part);
        match self {
            Self::All => format!("no longer requires {words}"),
            Self::Any => format!("no longer accepts {words}"),
        }
    }
}

impl Comparison<'_> {
    fn same(&self, old: &Condition, new: &Condition) -> bool {
        match (old, new) {
            (Condition::All(a), Condition::All(b)) | (Condition::Any(a), Condition::Any(b)) => {
                let (old, new) = self.unmatched(a, b);
                old.is_empty() && new.is_empty()
            }
            (Condition::Not(a), Condition::Not(b)) => self.same(a, b),
            (Condition::Leaf(a), Condition::Leaf(b)) => self.sides.same_leaf(a, b),
            (Condition::All(_) | Condition::Any(_) | Condition::Not(_) | Condition::Leaf(_), _) => false,
        }
    }

    fn nodes(&self, old: &Condition, new: &Condition) -> Vec<Edit> {
        if self.same(old, new) {
            return Vec::new();
        }
        match (old, new) {
            (Condition::Leaf(a), Condition::Leaf(b)) if self.sides.same_operand(a.operand, b.operand) => {
                vec![Edit { text: self.sides.change(a, b), when: new.clone() }]
            }
            (Condition::Not(a), Condition::Not(b)) => {
                let inner = self.nodes(a, b).into_iter();
                inner
                    .map(|edit| Edit {
                        text: format!("not: {}", edit.text),
                        when: Condition::Not(Box::new(edit.when)),
                    })
                    .collect()
            }
            (Condition::Any(a), Condition::Any(b)) => self.groups(Join::Any, a, b),
            (old, new) => self.groups(Join::All, parts(old), parts(new)),
        }
    }

    /// The changes between two groups: parts that changed, then those that went, then those that came.
    fn groups(&self, join: Join, old: &[Condition], new: &[Condition]) -> Vec<Edit> {
        let (went, mut came) = self.unmatched(old, new);
        let mut edits = Vec::new();
        let mut lost = Vec::new();
        for at in went {
            let Some(before) = old.get(at) else { continue };
            let twin = self.twin(before, &came, new);
            let Some((place, after)) = twin.and_then(|place| Some((place, new.get(*came.get(place)?)?)))
            else {
                lost.push(at);
                continue;
            };
            came.remove(place);
            edits.extend(self.nodes(before, after).into_iter().map(|edit| {
                let mut parts = old.to_vec();
                if let Some(part) = parts.get_mut(at) {
                    *part = edit.when;
                }
                Edit { text: edit.text, when: join.group(parts) }
            }));
        }
        for at in lost {
            let mut parts = old.to_vec();
            let part = parts.remove(at);
            edits.push(Edit { text: join.went(&part), when: join.group(parts) });
        }
        for part in came.into_iter().filter_map(|at| new.get(at)) {
            let mut parts = old.to_vec();
            parts.push(part.clone());
            edits.push(Edit { text: join.came(part), when: join.group(parts) });
        }
        edits
    }

    /// Positions of parts without an equal on the other side.
    fn unmatched(&self, old: &[Condition], new: &[Condition]) -> (Vec<usize>, Vec<usize>) {
        let mut left: Vec<usize> = (0..new.len()).collect();
        let mut alone = Vec::new();
        for (at, part) in old.iter().enumerate() {
            let equal =
                left.iter().position(|other| new.get(*other).is_some_and(|other| self.same(part, other)));
            match equal {
                Some(equal) => drop(left.remove(equal)),
                None => alone.push(at),
            }
        }
        (alone, left)
    }

    /// The position in `came` of what a part became: the same operator on the same field first, then the same field,
    /// then a group of the same kind.
    fn twin(&self, before: &Condition, came: &[usize], new: &[Condition]) -> Option<usize> {
        let find =
            |fits: &dyn Fn(&Condition) -> bool| came.iter().position(|at| new.get(*at).is_some_and(fits));
        let field = |a: &Leaf, b: &Leaf| self.sides.same_operand(a.operand, b.operand);
        match before {
            Condition::Leaf(a) => find(&|part| {
                matches!(part, Condition::Leaf(b) if field(a, b) && operator(&a.test) == operator(&b.test))
            })
            .or_else(|| find(&|part| matches!(part, Condition::Leaf(b) if field(a, b)))),
            Condition::Not(_) => find(&|part| matches!(part, Condition::Not(_))),
            Condition::Any(_) => find(&|part| matches!(part, Condition::Any(_))),
            Condition::All(_) => find(&|part| matches!(part, Condition::All(_))),
        }
    }
}

/// The parts that must all hold.
fn parts(condition: &Condition) -> &[Condition] {
    match condition {
        Condition::All(parts) => parts,
        Condition::Any(_) | Condition::Not(_) | Condition::Leaf(_) => std::slice::from_ref(condition),
    }
}
