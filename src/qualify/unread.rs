//! Which values that cannot be read a condition hangs on.

use super::points::seen;
use super::{Answer, Facts, answer};
use crate::model::{Field, FieldId, Value};
use crate::rules::{Condition, Operand, PointSheet, Rules};

/// The fields whose values leave a condition unclear, each once, with what stands there; those behind a sum of points as well.
pub fn unread<'a>(rules: &'a Rules, condition: &Condition, facts: &Facts<'a>) -> Vec<(&'a Field, &'a Value)> {
    let mut ids = Vec::new();
    collect(rules, condition, facts, &mut ids);
    ids.sort_unstable();
    ids.dedup();
    ids.into_iter().filter_map(|id| Some((rules.fields.get(id)?, facts.contact.value(id)))).collect()
}

fn collect(rules: &Rules, condition: &Condition, facts: &Facts<'_>, ids: &mut Vec<FieldId>) {
    if answer(condition, facts) != Answer::Unclear {
        return;
    }
    match condition {
        Condition::All(parts) | Condition::Any(parts) => {
            for part in parts {
                collect(rules, part, facts, ids);
            }
        }
        Condition::Not(part) => collect(rules, part, facts, ids),
        Condition::Leaf(leaf) => match leaf.operand {
            Operand::Field(id) => ids.push(id),
            Operand::Score => rules.score.iter().for_each(|sheet| behind(rules, sheet, facts, ids)),
            Operand::Fit => rules.icp.points.iter().for_each(|sheet| behind(rules, sheet, facts, ids)),
        },
    }
}

fn behind(rules: &Rules, sheet: &PointSheet, facts: &Facts<'_>, ids: &mut Vec<FieldId>) {
    for points in sheet.points.iter().filter(|points| seen(points, facts).unread != 0.0) {
        collect(rules, &points.when, facts, ids);
        let since = points.decay.as_ref().map(|decay| decay.since);
        ids.extend(since.filter(|since| matches!(facts.contact.value(*since), Value::Unreadable(_))));
    }
}
