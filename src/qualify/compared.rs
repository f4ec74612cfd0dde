//! Which texts the conditions compare which fields with: where the CRM has a list of options, another text is never met.

use crate::model::Field;
use crate::rules::{Condition, Leaf, Operand, Rules, Test};

/// Each pair once; texts as conditions keep them, folded.
pub fn compared(rules: &Rules) -> Vec<(&Field, &str)> {
    let mut compared: Vec<(&Field, &str)> = conditions(rules)
        .flat_map(Condition::leaves)
        .filter_map(|leaf| Some((field(rules, leaf)?, texts(&leaf.test))))
        .flat_map(|(field, texts)| texts.into_iter().map(move |text| (field, text)))
        .collect();
    compared.sort_unstable_by_key(|(field, text)| (field.name.as_str(), *text));
    compared.dedup_by_key(|(field, text)| (field.name.as_str(), *text));
    compared
}

fn conditions(rules: &Rules) -> impl Iterator<Item = &Condition> {
    let points = rules.score.iter().chain(&rules.icp.points).flat_map(|sheet| &sheet.points);
    let judged = rules.disqualifiers.iter().map(|disqualifier| &disqualifier.when);
    let judged = judged.chain(rules.tiers.iter().map(|tier| &tier.when)).chain([&rules.icp.when]);
    let routed = rules.routes.iter().map(|route| &route.when);
    let watched = rules.outcome.when.values().chain(&rules.outcome.waiting);
    points.map(|points| &points.when).chain(judged).chain(routed).chain(watched)
}

fn field<'a>(rules: &'a Rules, leaf: &Leaf) -> Option<&'a Field> {
    match leaf.operand {
        Operand::Field(id) => rules.fields.get(id),
        Operand::Score | Operand::Fit => None,
    }
}

fn texts(test: &Test) -> Vec<&str> {
    match test {
        Test::EqualsText(one) | Test::NotEqualsText(one) => vec![one],
        Test::InTexts(many) | Test::NotInTexts(many) => many.iter().map(AsRef::as_ref).collect(),
        Test::EqualsNumber(_)
        | Test::EqualsBool(_)
        | Test::EqualsTime(_)
        | Test::NotEqualsNumber(_)
        | Test::NotEqualsBool(_)
        | Test::NotEqualsTime(_)
        | Test::AtLeast(_)
        | Test::AtMost(_)
        | Test::Above(_)
        | Test::Below(_)
        | Test::Between(..)
        | Test::InNumbers(_)
        | Test::NotInNumbers(_)
        | Test::Contains(_)
        | Test::ContainsAny(_)
        | Test::Has(_)
        | Test::HasWord(_)
        | Test::StartsWith(_)
        | Test::EndsWith(_)
        | Test::Matches(_)
        | Test::IsSet(_)
        | Test::Before(_)
        | Test::After(_)
        | Test::Within(_)
        | Test::OlderThan(_) => Vec::new(),
    }
}
