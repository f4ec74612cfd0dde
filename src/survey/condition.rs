//! What each condition of a definition finds: how many contacts it holds for, and which of its values no contact has.

use std::collections::HashSet;
use std::ops::Range;

use serde::Serialize;

use crate::qualify::{Answer, Facts, answer, leaf_answer};
use crate::rules::{Condition, Leaf, Operand, Rules, Test, condition_words, has_value, has_word, spelling};

/// Values that are named; the rest is counted.
const ABSENT_MAX: usize = 10;

/// What one condition finds.
#[derive(Debug, Serialize)]
pub struct ConditionReport {
    /// Whose it is, such as `route 'Europe'`.
    pub of: String,
    pub words: String,
    /// Its line in the definition.
    pub line: usize,
    pub holds: u64,
    pub unclear: u64,
    pub tests: Vec<TestReport>,
}

/// What one test of a condition finds.
#[derive(Debug, Serialize)]
pub struct TestReport {
    pub words: String,
    #[serde(skip)]
    pub span: Range<usize>,
    #[serde(skip)]
    pub operand: Operand,
    pub holds: u64,
    pub unclear: u64,
    /// How many values it names.
    pub values: usize,
    /// How many of them no contact has.
    pub absent: usize,
    /// The first of those.
    pub absent_values: Vec<String>,
}

#[derive(Debug)]
pub(super) struct ConditionTally<'r> {
    of: String,
    condition: &'r Condition,
    holds: u64,
    unclear: u64,
    tests: Vec<TestTally<'r>>,
}

#[derive(Debug)]
struct TestTally<'r> {
    leaf: &'r Leaf,
    holds: u64,
    unclear: u64,
    values: usize,
    /// The values that no contact has had yet, folded.
    unmet: HashSet<&'r str>,
}

/// Every condition of a definition, in the order in which they are looked at.
pub(super) fn all(rules: &Rules) -> Vec<ConditionTally<'_>> {
    let named = |kind: &str, name: &str| format!("{kind} '{name}'");
    let points = rules.score.iter().chain(&rules.icp.points).flat_map(|sheet| &sheet.points);
    let points = points.map(|points| (named("points", &points.name), &points.when));
    let disqualifiers =
        rules.disqualifiers.iter().map(|rule| (named("disqualifier", &rule.name), &rule.when));
    let tiers = rules.tiers.iter().map(|tier| (named("tier", &tier.name), &tier.when));
    let icp = [("the ICP".to_owned(), &rules.icp.when)];
    let routes = rules.routes.iter().map(|route| (named("route", &route.name), &route.when));
    let outcomes = rules.outcome.when.iter().map(|(event, when)| (named("outcome", event.name()), when));
    let waiting = rules.outcome.waiting.iter().map(|when| (named("outcome", "waiting"), when));
    let all =
        points.chain(disqualifiers).chain(tiers).chain(icp).chain(routes).chain(outcomes).chain(waiting);
    all.filter(|(_, when)| !when.is_always()).map(|(of, when)| ConditionTally::new(of, when)).collect()
}

impl<'r> ConditionTally<'r> {
    fn new(of: String, condition: &'r Condition) -> Self {
        let tests = condition.leaves().into_iter().map(TestTally::new).collect();
        Self { of, condition, holds: 0, unclear: 0, tests }
    }

    pub(super) fn count(&mut self, facts: &Facts<'_>) {
        let answer = answer(self.condition, facts);
        self.holds += u64::from(answer.holds());
        self.unclear += u64::from(answer == Answer::Unclear);
        self.tests.iter_mut().for_each(|test| test.count(facts));
    }

    pub(super) fn finish(self, definition: &str) -> ConditionReport {
        let tests: Vec<TestReport> = self.tests.into_iter().map(TestTally::finish).collect();
        let start = tests.first().map_or(0, |test| test.span.start);
        let before = definition.get(..start).unwrap_or_default();
        ConditionReport {
            of: self.of,
            words: condition_words(self.condition),
            line: 1 + before.matches('\n').count(),
            holds: self.holds,
            unclear: self.unclear,
            tests,
        }
    }
}

impl<'r> TestTally<'r> {
    fn new(leaf: &'r Leaf) -> Self {
        let unmet = values(&leaf.test);
        Self { leaf, holds: 0, unclear: 0, values: unmet.len(), unmet }
    }

    fn count(&mut self, facts: &Facts<'_>) {
        let answer = leaf_answer(self.leaf, facts);
        self.holds += u64::from(answer.holds());
        self.unclear += u64::from(answer == Answer::Unclear);
        let Operand::Field(field) = self.leaf.operand else { return };
        if let Some(text) = facts.contact.value(field).as_text().filter(|_| !self.unmet.is_empty()) {
            self.meet(text.folded());
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "every other test of texts takes a whole value")]
    fn meet(&mut self, folded: &str) {
        match self.leaf.test {
            Test::Contains(_) | Test::ContainsAny(_) => self.unmet.retain(|part| !folded.contains(part)),
            Test::Has(_) => self.unmet.retain(|value| !has_value(folded, value)),
            Test::HasWord(_) => self.unmet.retain(|word| !has_word(folded, word)),
            _ => {
                self.unmet.remove(folded);
            }
        }
    }

    fn finish(self) -> TestReport {
        let mut absent: Vec<&str> = self.unmet.iter().copied().collect();
        absent.sort_unstable();
        let named = absent.iter().take(ABSENT_MAX).map(|value| spelling(value, self.leaf));
        TestReport {
            words: self.leaf.text.clone(),
            span: self.leaf.span.clone(),
            operand: self.leaf.operand,
            holds: self.holds,
            unclear: self.unclear,
            values: self.values,
            absent: absent.len(),
            absent_values: named.collect(),
        }
    }
}

/// The texts that a test names, folded.
#[expect(clippy::wildcard_enum_match_arm, reason = "no other test names texts that values have")]
fn values(test: &Test) -> HashSet<&str> {
    match test {
        Test::EqualsText(one) | Test::NotEqualsText(one) | Test::Contains(one) => HashSet::from([&**one]),
        Test::InTexts(keys) | Test::NotInTexts(keys) => keys.iter().map(AsRef::as_ref).collect(),
        Test::ContainsAny(parts) | Test::Has(parts) | Test::HasWord(parts) => {
            parts.iter().map(AsRef::as_ref).collect()
        }
        _ => HashSet::new(),
    }
}
