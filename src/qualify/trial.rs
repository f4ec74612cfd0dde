//! Makes a change to a contact, and says what the verdict is then.

#![expect(clippy::wildcard_enum_match_arm, reason = "the kinds of tests each have their own kind of values")]

use chrono::TimeDelta;
use regex_syntax::hir::literal::{Extractor, Seq};

use super::evaluate::{facts as facts_of, number};
use super::holds::value_answer;
use super::until::bounds;
use super::{Answer, Change, Facts, Sum, leaf_answer, verdict};
use crate::model::{Contact, FieldId, Form, Text, Value, Verdict};
use crate::rules::{Moment, Operand, Rules, Test};

/// Of a list of texts, how many are tried.
const TEXTS_MAX: usize = 32;

/// What no test asks for.
const ANOTHER_TEXT: &str = "\u{e000}@\u{e000}.invalid";

/// The verdicts once these tests come out as they should: a number or a date moves no further than it must, and each text
/// that would do has a turn. Empty when no value is known that would do.
pub(super) fn verdicts_after(rules: &Rules, changes: &[Change<'_>], facts: &Facts<'_>) -> Vec<Verdict> {
    let mut fields: Vec<FieldId> = changes.iter().filter_map(|change| field(change.leaf.operand)).collect();
    fields.sort_unstable();
    fields.dedup();
    let of_field = |id| (id, values(changes, Operand::Field(id), facts.contact.value(id), facts));
    let choices: Vec<(FieldId, Vec<Value>)> = fields.into_iter().map(of_field).collect();
    let turns = choices.iter().map(|(_, values)| values.len()).max().unwrap_or(1);
    let turn = |turn: usize| {
        let mut contact = facts.contact.clone();
        for (id, values) in &choices {
            contact = with(rules, &contact, *id, values.get(turn.checked_rem(values.len())?)?);
        }
        verdict_after(rules, changes, &facts_of(rules, &contact, facts.now))
    };
    (0..turns).map(turn).collect::<Option<_>>().unwrap_or_default()
}

fn field(operand: Operand) -> Option<FieldId> {
    if let Operand::Field(id) = operand { Some(id) } else { None }
}

/// Sums of points move as far as the tests of them ask for. `None` when a test does not come out as it should.
fn verdict_after(rules: &Rules, changes: &[Change<'_>], facts: &Facts<'_>) -> Option<Verdict> {
    let mut facts = *facts;
    facts.fit = moved(changes, Operand::Fit, facts.fit, &facts)?;
    facts.score = number(rules.score.as_ref(), rules.fields.score(), &facts);
    facts.score = moved(changes, Operand::Score, facts.score, &facts)?;
    let is_so = |change: &Change<'_>| leaf_answer(change.leaf, &facts) == Answer::of(change.holds);
    changes.iter().all(is_so).then(|| verdict(rules, &facts))
}

fn moved(changes: &[Change<'_>], operand: Operand, sum: Sum, facts: &Facts<'_>) -> Option<Sum> {
    let mut of_it = changes.iter().filter(|change| change.leaf.operand == operand);
    if of_it.all(|change| super::holds::sum_answer(&change.leaf.test, sum) == Answer::of(change.holds)) {
        return Some(sum);
    }
    let present = sum.number().map_or(Value::Missing, Value::Number);
    values(changes, operand, &present, facts).first()?.as_number().map(Sum::Known)
}

/// Values for which every test of the operand comes out as it should.
fn values(changes: &[Change<'_>], operand: Operand, present: &Value, facts: &Facts<'_>) -> Vec<Value> {
    let of_it = || changes.iter().filter(|change| change.leaf.operand == operand);
    let mut values: Vec<Value> = of_it().flat_map(|change| near(&change.leaf.test, facts)).collect();
    values.retain(|value| {
        of_it().all(|change| value_answer(&change.leaf.test, value, facts) == Answer::of(change.holds))
    });
    if values.iter().any(|value| value.as_text().is_some()) {
        values.truncate(TEXTS_MAX);
        return values;
    }
    let way = |value: &Value| {
        value.as_number().zip(present.as_number()).map_or(0.0, |(to, from)| (to - from).abs())
    };
    values.into_iter().min_by(|one, other| way(one).total_cmp(&way(other))).into_iter().collect()
}

/// Values on both sides of a test, the likeliest first.
fn near(test: &Test, facts: &Facts<'_>) -> Vec<Value> {
    let second = TimeDelta::seconds(1);
    match test {
        Test::EqualsBool(_) | Test::NotEqualsBool(_) => vec![Value::Bool(true), Value::Bool(false)],
        // Of a value that is only known to be there, every other test is unclear.
        Test::IsSet(_) => vec![Value::Missing, Value::Unreadable("any value".into())],
        Test::EqualsTime(time)
        | Test::NotEqualsTime(time)
        | Test::Before(Moment::At(time))
        | Test::After(Moment::At(time)) => [*time, *time - second, *time + second].map(Value::Time).into(),
        Test::Within(span) | Test::OlderThan(span) => {
            let times = [
                Some(facts.now),
                facts.now.checked_sub_signed(*span),
                facts.now.checked_sub_signed(*span + second),
            ];
            times.into_iter().flatten().map(Value::Time).collect()
        }
        _ => {
            let numbers = bounds(test);
            if numbers.is_empty() {
                return texts(test).into_iter().map(|text| Value::Text(Text::new(&text))).collect();
            }
            let step = |number: f64| if number.fract() == 0.0 { 1.0 } else { 0.01 };
            let near =
                numbers.iter().flat_map(|number| [*number, number + step(*number), number - step(*number)]);
            near.map(Value::Number).collect()
        }
    }
}

fn texts(test: &Test) -> Vec<String> {
    let mut texts: Vec<String> = match test {
        Test::EqualsText(one)
        | Test::NotEqualsText(one)
        | Test::Contains(one)
        | Test::StartsWith(one)
        | Test::EndsWith(one) => vec![one.to_string()],
        Test::InTexts(many) | Test::NotInTexts(many) => many.iter().map(ToString::to_string).collect(),
        Test::ContainsAny(many) | Test::Has(many) | Test::HasWord(many) => {
            many.iter().map(ToString::to_string).collect()
        }
        Test::Matches(regex) => {
            let found = regex_syntax::parse(regex.as_str()).map(|pattern| Extractor::new().extract(&pattern));
            let literals = found.iter().filter_map(Seq::literals).flatten();
            literals.filter_map(|literal| String::from_utf8(literal.as_bytes().to_vec()).ok()).collect()
        }
        _ => Vec::new(),
    };
    texts.sort_unstable();
    texts.push(ANOTHER_TEXT.to_owned());
    texts
}

/// The contact with another value of a field, and of those that are read from the same property.
fn with(rules: &Rules, contact: &Contact, id: FieldId, value: &Value) -> Contact {
    let Some(field) = rules.fields.get(id) else { return contact.clone() };
    let raw = value.as_text().map(|text| match field.reading.form {
        Form::EmailDomain => format!("\u{e000}@{}", text.as_written()),
        _ => text.as_written().to_owned(),
    });
    let values = (0..).zip(rules.fields.all()).map(|(at, other)| {
        let is_same = (&other.property, other.of_company) == (&field.property, field.of_company);
        match (is_same, &raw) {
            (false, _) => contact.value(FieldId(at)).clone(),
            (true, _) if id == FieldId(at) => value.clone(),
            (true, Some(raw)) => other.read(raw),
            (true, None) if *value == Value::Missing => Value::Missing,
            (true, None) => Value::Unreadable("any value".into()),
        }
    });
    Contact::new(contact.id.clone(), values.collect())
}
