//! The numbers of a definition that may be turned: thresholds of tiers, and the least fit.

use std::ops::Range;

use crate::backtest::Band;
use crate::rules::{Condition, Leaf, Operand, Rules, Test};

/// One threshold.
#[derive(Clone, Debug, PartialEq)]
pub struct Knob {
    /// `tier 'engaged': score at least`.
    pub name: String,
    pub operand: Operand,
    /// The field's name.
    pub field: String,
    pub value: f64,
    /// Contacts below it are taken, not those above: `at_most` and `below`.
    pub is_upper_end: bool,
    /// A contact with just this value is not taken: `above` and `below`.
    pub is_strict: bool,
    /// Byte range of the number in the file; also what tells knobs apart.
    pub span: Range<usize>,
}

/// Every threshold, in file order.
pub fn knobs(rules: &Rules) -> Vec<Knob> {
    let mut knobs = Vec::new();
    for tier in &rules.tiers {
        for leaf in tier.when.leaves() {
            let Some(value) = threshold(&leaf.test) else { continue };
            let words = leaf.text.strip_suffix(&value.to_string()).unwrap_or(&leaf.text).trim_end();
            knobs.push(Knob {
                name: format!("tier '{}': {words}", tier.name),
                operand: leaf.operand,
                field: name(rules, leaf.operand),
                value,
                is_upper_end: matches!(leaf.test, Test::AtMost(_) | Test::Below(_)),
                is_strict: matches!(leaf.test, Test::Above(_) | Test::Below(_)),
                span: leaf.span.clone(),
            });
        }
    }
    knobs.extend(rules.icp.minimum_fit.map(|value| Knob {
        name: "ICP: minimum_fit".to_owned(),
        operand: Operand::Fit,
        field: name(rules, Operand::Fit),
        value,
        is_upper_end: false,
        is_strict: false,
        span: rules.icp.minimum_fit_span.clone(),
    }));
    knobs
}

impl Knob {
    /// The values that take other bands each, as they are written for this operator: `above` the band before is `at_least`
    /// this one.
    pub(super) fn values(&self, bands: &[Band]) -> Vec<f64> {
        let edges = bands.iter().map(|band| if self.is_upper_end { band.to } else { band.from });
        if !self.is_strict {
            return edges.collect();
        }
        let before = bands.iter().map(|band| if self.is_upper_end { band.from } else { band.to });
        match (self.is_upper_end, bands.first(), bands.last()) {
            (false, Some(lowest), _) => {
                [lowest.from.ceil() - 1.0].into_iter().chain(before).take(bands.len()).collect()
            }
            (true, _, Some(highest)) => before.skip(1).chain([highest.to.floor() + 1.0]).collect(),
            (false | true, _, _) => Vec::new(),
        }
    }
}

fn name(rules: &Rules, operand: Operand) -> String {
    match operand {
        Operand::Score => "score".to_owned(),
        Operand::Fit => "fit".to_owned(),
        Operand::Field(field) => rules.fields.get(field).map(|field| field.name.clone()).unwrap_or_default(),
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "every other operator has no single number to move")]
fn threshold(test: &Test) -> Option<f64> {
    match test {
        Test::AtLeast(value) | Test::AtMost(value) | Test::Above(value) | Test::Below(value) => Some(*value),
        _ => None,
    }
}

/// Turns one knob of the compiled rules. Only what evaluation looks at changes: the words of the condition stay.
pub fn set(rules: &mut Rules, knob: &Knob, to: f64) {
    if rules.icp.minimum_fit.is_some() && rules.icp.minimum_fit_span == knob.span {
        rules.icp.minimum_fit = Some(to);
        return;
    }
    for tier in &mut rules.tiers {
        if let Some(leaf) = leaf_at(&mut tier.when, &knob.span) {
            turn(&mut leaf.test, to);
            return;
        }
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "as in `threshold`: only these are knobs")]
fn turn(test: &mut Test, to: f64) {
    match test {
        Test::AtLeast(value) | Test::AtMost(value) | Test::Above(value) | Test::Below(value) => *value = to,
        _ => {}
    }
}

fn leaf_at<'c>(condition: &'c mut Condition, span: &Range<usize>) -> Option<&'c mut Leaf> {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => {
            parts.iter_mut().find_map(|part| leaf_at(part, span))
        }
        Condition::Not(part) => leaf_at(part, span),
        Condition::Leaf(leaf) => (leaf.span == *span).then_some(leaf),
    }
}
