//! Looks for a way to make conditions hold together: takes them apart, and tries every branch whose tests agree.
//!
//! This is the method of analytic tableaux (R. M. Smullyan, First-Order Logic, 1968), with a limit on its steps.

use super::Ranges;
use super::possible::Possible;
use super::sign::Sign;
use super::steps::Steps;
use crate::rules::condition::{Condition, Leaf, Operand};

/// A condition, and how it must come out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Literal<'a> {
    condition: &'a Condition,
    sign: Sign,
}

impl<'a> Literal<'a> {
    pub(super) fn is(condition: &'a Condition) -> Self {
        Self { condition, sign: Sign { holds: true, or_unclear: false } }
    }

    pub(super) fn is_not(condition: &'a Condition) -> Self {
        Self { condition, sign: Sign { holds: false, or_unclear: true } }
    }
}

type Test<'a> = (&'a Leaf, Sign);

/// One question.
pub(super) struct Search<'a> {
    ranges: &'a Ranges,
    steps: Steps,
    /// The tests that excluded each other on the first branch that was tried.
    pub(super) first_conflict: Vec<Test<'a>>,
    /// Whether there was more than one branch.
    pub(super) has_chosen: bool,
}

/// What holds on one branch, and what is still to be chosen.
#[derive(Clone, Default)]
struct Branch<'a> {
    tests: Vec<Test<'a>>,
    /// One of the parts must come out as said.
    choices: Vec<(&'a [Condition], Sign)>,
}

impl<'a> Search<'a> {
    pub(super) fn new(ranges: &'a Ranges) -> Self {
        Self { ranges, steps: Steps::all(), first_conflict: Vec::new(), has_chosen: false }
    }

    /// Whether all literals may come out as they must; true also when nobody can tell within the limit.
    pub(super) fn may_hold(&mut self, literals: &[Literal<'a>]) -> bool {
        let mut branch = Branch::default();
        for literal in literals {
            branch.add(*literal);
        }
        self.try_branch(branch)
    }

    fn try_branch(&mut self, mut branch: Branch<'a>) -> bool {
        if !self.steps.spend(1 + branch.tests.len() + branch.choices.len()) {
            return true;
        }
        if let Some(conflict) = self.conflict(&branch.tests) {
            if self.first_conflict.is_empty() {
                self.first_conflict = conflict;
            }
            return false;
        }
        // The choice with the fewest parts first: it may leave none.
        let fewest = branch.choices.iter().enumerate().min_by_key(|(_, (parts, _))| parts.len());
        let Some((fewest, _)) = fewest else {
            return true;
        };
        let (parts, sign) = branch.choices.swap_remove(fewest);
        self.has_chosen |= parts.len() > 1;
        parts.iter().any(|condition| {
            let mut branch = branch.clone();
            branch.add(Literal { condition, sign });
            self.try_branch(branch)
        })
    }

    /// Tests of one operand that exclude each other, as few as are easily found.
    fn conflict(&mut self, tests: &[Test<'a>]) -> Option<Vec<Test<'a>>> {
        let mut by_operand = tests.to_vec();
        by_operand.sort_by_key(|(leaf, _)| leaf.operand);
        for of_operand in by_operand.chunk_by(|(a, _), (b, _)| a.operand == b.operand) {
            if self.exclude(of_operand) {
                return Some(self.fewest(of_operand.to_vec()));
            }
        }
        None
    }

    /// Whether tests of one operand exclude each other.
    fn exclude(&mut self, tests: &[Test<'a>]) -> bool {
        let Some((first, _)) = tests.first() else {
            return false;
        };
        let mut possible = Possible::new(first.operand, self.ranges);
        if let Operand::Field(_) = first.operand {
            for (leaf, sign) in tests {
                possible.narrow(&leaf.test, *sign);
            }
            return possible.is_empty(&mut self.steps);
        }
        // A sum of which points hang on what cannot be read is no single number: of the tests that may be unclear, each may come
        // out by another.
        let (unsure, certain): (Vec<_>, Vec<_>) = tests.iter().partition(|(_, sign)| sign.or_unclear);
        for (leaf, sign) in certain {
            possible.narrow(&leaf.test, sign);
        }
        possible.is_empty(&mut self.steps)
            || unsure.iter().any(|(leaf, sign)| {
                let mut possible = possible.clone();
                possible.narrow(&leaf.test, *sign);
                possible.is_empty(&mut self.steps)
            })
    }

    /// Leaves out every test without which the rest still exclude each other.
    fn fewest(&mut self, mut tests: Vec<Test<'a>>) -> Vec<Test<'a>> {
        let mut position = tests.len();
        while let Some(last) = position.checked_sub(1) {
            position = last;
            let mut without = tests.clone();
            without.remove(position);
            if self.exclude(&without) {
                tests = without;
            }
        }
        tests
    }
}

impl<'a> Branch<'a> {
    fn add(&mut self, literal: Literal<'a>) {
        let Literal { condition, sign } = literal;
        match (condition, sign.holds) {
            (Condition::Leaf(leaf), _) => self.tests.push((leaf, sign)),
            (Condition::Not(inner), _) => self.add(Literal { condition: inner, sign: sign.inverted() }),
            (Condition::All(parts), true) | (Condition::Any(parts), false) => {
                for condition in parts {
                    self.add(Literal { condition, sign });
                }
            }
            (Condition::All(parts), false) | (Condition::Any(parts), true) => {
                self.choices.push((parts, sign));
            }
        }
    }
}
