//! The operators of conditions: one value, checked against the field's type, becomes one prepared [`Test`] and its words.

use std::sync::Arc;

use chrono::TimeDelta;
use regex::RegexBuilder;

use super::argument::Operation;
use super::codes::{BAD_VALUE, DOES_NOT_FIT, IMPOSSIBLE, SHORT_PART, UNKNOWN_OPERATOR};
use super::condition::{Keys, Moment, Test, VALUE_SEPARATOR};
use super::finding::{Finding, Findings};
use super::item::{Entry, Item, Node};
use super::keys::operator_names;
use super::lists::Lists;
use super::suggest::{did_you_mean, nearest};
use super::values::{as_number, format_duration};
use crate::model::{Kind, Timestamp, composed, country_names, fold, one_line};

/// A pattern that compiles to more than this is a mistake; the engine itself is linear whatever the pattern.
const PATTERN_BYTES_MAX: usize = 1 << 20;

/// What is longer is seldom part of another word.
const SHORT_CHARS_MAX: usize = 3;

/// How much of a value the words show.
const SHOWN_CHARS_MAX: usize = 60;
const SHOWN_VALUES_MAX: usize = 4;

type Compiled = Result<(Test, String), Finding>;

/// The test and its words, such as `at least 65`; notes a finding when the value does not fit.
pub(super) fn compile_operation(
    operation: &Operation<'_>,
    lists: &mut Lists,
    findings: &mut Findings,
) -> Option<(Test, String)> {
    let compiled = match operation.operator {
        "in_list" | "not_in_list" => match operation.list_name() {
            Ok(name) => {
                let list = lists.require(name, &operation.item.span, findings)?;
                let keys = lists.keys_for(&list, operation.reading);
                let keys = keys.map_err(|entry| operation.no_country(&entry, &format!("list '{name}'")));
                keys.map(|keys| operation.membership(keys, &format!("list {name} ({})", list.keys.len())))
            }
            Err(finding) => Err(finding),
        },
        _ => operation.compile(),
    };
    let compiled = compiled.map_err(|finding| findings.add(finding)).ok()?;
    operation.warn_of_short_parts(&compiled.0, findings);
    Some(compiled)
}

pub(super) fn unknown_operator(field: &str, entry: &Entry) -> Finding {
    let message = format!("unknown operator `{}` on `{field}`", entry.key);
    let finding = Finding::error(UNKNOWN_OPERATOR, entry.key_span.clone(), message);
    finding.help(did_you_mean(&entry.key, operator_names()))
}

impl Operation<'_> {
    fn compile(&self) -> Compiled {
        let number = |test: fn(f64) -> Test, words: &str| {
            let number = self.number()?;
            Ok((test(number), format!("{words} {number}")))
        };
        let text = |test: fn(Box<str>) -> Test, words: &str| {
            self.needs_letters()?;
            let text = self.text(self.item)?;
            Ok((test(self.part(text)), format!("{words} {}", shown(text))))
        };
        let span = |test: fn(TimeDelta) -> Test, words: &str| {
            let span = self.span()?;
            Ok((test(span), format!("{words} {}", format_duration(span))))
        };
        let moment = |test: fn(Moment) -> Test, words: &str| {
            let moment = self.moment()?;
            let shown = match moment {
                Moment::At(time) => shown_time(time),
                Moment::Handoff => "the handoff".to_owned(),
            };
            Ok((test(moment), format!("{words} {shown}")))
        };
        match self.operator {
            "not_equals" => self.not_equals(),
            "at_least" => number(Test::AtLeast, "at least"),
            "at_most" => number(Test::AtMost, "at most"),
            "above" => number(Test::Above, "above"),
            "below" => number(Test::Below, "below"),
            "between" => self.between(),
            "in" | "not_in" => self.among(),
            "contains" => text(Test::Contains, "contains"),
            "contains_any" => self.contains_any(),
            "has" | "has_any" => self.has(Test::Has, "has", "has any of"),
            "has_word" | "has_any_word" => self.has(Test::HasWord, "has the word", "has a word of"),
            "starts_with" => text(Test::StartsWith, "starts with"),
            "ends_with" => text(Test::EndsWith, "ends with"),
            "matches" => self.matches(),
            "is_set" => self.is_set(),
            "before" => moment(Test::Before, "before"),
            "after" => moment(Test::After, "after"),
            "within" => span(Test::Within, "within"),
            "older_than" => span(Test::OlderThan, "older than"),
            _ => self.equals(),
        }
    }

    fn equals(&self) -> Compiled {
        let (test, shown) =
            self.scalar(Test::EqualsText, Test::EqualsNumber, Test::EqualsBool, Test::EqualsTime)?;
        Ok((test, format!("is {shown}")))
    }

    fn not_equals(&self) -> Compiled {
        let (test, shown) = self.scalar(
            Test::NotEqualsText,
            Test::NotEqualsNumber,
            Test::NotEqualsBool,
            Test::NotEqualsTime,
        )?;
        Ok((test, format!("is not {shown}")))
    }

    /// A value of the field's own type, whichever it is.
    fn scalar(
        &self,
        text: fn(Box<str>) -> Test,
        number: fn(f64) -> Test,
        flag: fn(bool) -> Test,
        time: fn(Timestamp) -> Test,
    ) -> Compiled {
        match self.kind {
            Kind::Text => {
                let value = self.text(self.item)?;
                Ok((text(self.key(value)?), shown(value)))
            }
            Kind::Number => {
                let value = self.number()?;
                Ok((number(value), value.to_string()))
            }
            Kind::Bool => {
                let value = self.flag()?;
                Ok((flag(value), if value { "yes" } else { "no" }.to_owned()))
            }
            Kind::DateTime => {
                let value = self.time()?;
                Ok((time(value), shown_time(value)))
            }
        }
    }

    fn between(&self) -> Compiled {
        self.needs(Kind::Number)?;
        let Node::List(items) = &self.item.node else {
            return Err(self.wrong_value("[lowest, highest], two numbers"));
        };
        let [low, high] = items.as_slice() else {
            let message = format!("`between` takes two numbers, not {}", items.len());
            let finding = Finding::error(DOES_NOT_FIT, self.item.span.clone(), message);
            return Err(finding.help("write [lowest, highest]"));
        };
        let number = |item| as_number(item).ok_or_else(|| self.wrong("numbers", item));
        let (low, high) = (number(low)?, number(high)?);
        if low > high {
            let message = format!("impossible: between {low} and {high} there is nothing");
            let finding = Finding::error(IMPOSSIBLE, self.item.span.clone(), message);
            return Err(finding.help(format!("the lower end goes first: [{high}, {low}]")));
        }
        Ok((Test::Between(low, high), format!("between {low} and {high}")))
    }

    fn among(&self) -> Compiled {
        match self.kind {
            Kind::Text => {
                let texts = self.texts()?;
                let keys: Keys = texts.iter().map(|text| self.key(text)).collect::<Result<_, _>>()?;
                let words = several(texts.iter().copied().map(shown).collect());
                Ok(self.membership(Arc::new(keys), &words))
            }
            Kind::Number => {
                let items = self.items("a list of numbers")?;
                let numbers = items
                    .iter()
                    .map(|item| as_number(item).ok_or_else(|| self.wrong("numbers", item)))
                    .collect::<Result<Vec<f64>, Finding>>()?;
                let words = several(numbers.iter().map(f64::to_string).collect());
                Ok(if self.operator == "in" {
                    (Test::InNumbers(numbers), format!("in {words}"))
                } else {
                    (Test::NotInNumbers(numbers), format!("not in {words}"))
                })
            }
            Kind::Bool | Kind::DateTime => Err(self.wrong_kind("a text or a number", Kind::Text)),
        }
    }

    fn membership(&self, keys: Arc<Keys>, words: &str) -> (Test, String) {
        if self.operator.starts_with("not_") {
            (Test::NotInTexts(keys), format!("not in {words}"))
        } else {
            (Test::InTexts(keys), format!("in {words}"))
        }
    }

    /// One text or a list of them that is looked for among the values, or the words, of a field.
    fn has(&self, test: fn(Vec<Box<str>>) -> Test, one: &str, many: &str) -> Compiled {
        self.needs_letters()?;
        let texts = if self.item.as_list().is_some() || self.operator.contains("any") {
            self.texts()?
        } else {
            vec![self.text(self.item)?]
        };
        let is_value = matches!(self.operator, "has" | "has_any");
        if let Some(text) = texts.iter().find(|text| is_value && text.contains(VALUE_SEPARATOR)) {
            let message = format!(
                "`{}` of '{}' never holds: {VALUE_SEPARATOR} stands between values",
                self.operator,
                shown(text)
            );
            let finding = Finding::error(BAD_VALUE, self.item.span.clone(), message);
            return Err(finding.help(format!("write them one by one: {}.has_any = […]", self.field)));
        }
        let words = if texts.len() == 1 { one } else { many };
        let words = format!("{words} {}", several(texts.iter().copied().map(shown).collect()));
        let key = |text| if is_value { self.key(text) } else { Ok(self.part(text)) };
        let keys: Vec<Box<str>> = texts.into_iter().map(key).collect::<Result<_, _>>()?;
        Ok((test(keys), words))
    }

    fn contains_any(&self) -> Compiled {
        self.needs_letters()?;
        let texts = self.texts()?;
        let words = several(texts.iter().copied().map(shown).collect());
        Ok((
            Test::ContainsAny(texts.into_iter().map(|text| self.part(text)).collect()),
            format!("contains any of {words}"),
        ))
    }

    fn matches(&self) -> Compiled {
        self.needs_letters()?;
        let pattern = self.text(self.item)?;
        let regex = RegexBuilder::new(&fold_pattern(pattern))
            .case_insensitive(true)
            .size_limit(PATTERN_BYTES_MAX)
            .build();
        match regex {
            Ok(regex) => Ok((Test::Matches(regex), format!("matches {}", shown(pattern)))),
            Err(error) => {
                // The engine draws the pattern first; what is wrong with it comes last.
                let why = error.to_string();
                let why = why.lines().next_back().unwrap_or_default();
                let why = why.trim_start_matches("error: ");
                let message = format!("`matches` has a pattern that cannot be read: {why}");
                Err(Finding::error(BAD_VALUE, self.item.span.clone(), message))
            }
        }
    }

    /// Three letters are part of many words: `cto` is in Director, Doctor and Contractor.
    fn warn_of_short_parts(&self, test: &Test, findings: &mut Findings) {
        let (Test::Contains(_) | Test::ContainsAny(_)) = test else { return };
        let is_short =
            |part: &&str| part.chars().count() <= SHORT_CHARS_MAX && part.chars().all(char::is_alphanumeric);
        let items = self.item.as_list().unwrap_or(std::slice::from_ref(self.item));
        let Some(short) = items.iter().filter_map(Item::as_text).map(str::trim).find(is_short) else {
            return;
        };
        let message = format!("`{}` finds '{short}' within other words", self.operator);
        let word = if self.operator == "contains" { "has_word" } else { "has_any_word" };
        let help =
            format!("for whole words: {}.{word}; for one of several values: {}.has", self.field, self.field);
        findings.add(Finding::warning(SHORT_PART, self.item.span.clone(), message).help(help));
    }

    /// A text that a whole value is compared with.
    fn key(&self, text: &str) -> Result<Box<str>, Finding> {
        let Some(reading) = self.reading else { return Ok(fold(text).into()) };
        let key = reading.key(text).map(Into::into);
        key.ok_or_else(|| self.no_country(text, &format!("`{}`", self.operator)))
    }

    /// Only a field of countries cannot have every text.
    fn no_country(&self, text: &str, place: &str) -> Finding {
        let message =
            format!("{place}: '{}' is no country, and `{}` holds countries", shown(text), self.field);
        let help = nearest(text, country_names()).map_or_else(
            || "write a code of ISO 3166 such as \"DE\", or a name such as \"Germany\"".to_owned(),
            |near| format!("did you mean '{near}'?"),
        );
        Finding::error(BAD_VALUE, self.item.span.clone(), message).help(help)
    }

    /// A text that is looked for within values.
    fn part(&self, text: &str) -> Box<str> {
        self.reading.map_or_else(|| fold(text), |reading| reading.part(text)).into()
    }

    fn is_set(&self) -> Compiled {
        let Node::Bool(set) = self.item.node else {
            return Err(self.wrong_value("true or false"));
        };
        let words = if set { "is set" } else { "is not set" };
        Ok((Test::IsSet(set), words.to_owned()))
    }
}

/// The letters of a pattern in the form in which values are compared: `straße` finds what is folded to `strasse`. Letters
/// outside ASCII are never signs of the language of patterns. In a class a letter that is folded to several stays.
fn fold_pattern(pattern: &str) -> String {
    let mut folded = String::with_capacity(pattern.len());
    let (mut is_escaped, mut classes) = (false, 0_u32);
    for c in composed(pattern).chars() {
        match c {
            '[' if !is_escaped => classes += 1,
            ']' if !is_escaped => classes = classes.saturating_sub(1),
            _ => {}
        }
        is_escaped = c == '\\' && !is_escaped;
        let letter = c.to_string();
        let form = fold(&letter);
        if c.is_ascii() || form.is_empty() || classes > 0 && form.chars().count() > 1 {
            folded.push(c);
        } else if form.chars().count() > 1 {
            folded.extend(["(?:", &regex::escape(&form), ")"]);
        } else {
            folded.push_str(&form);
        }
    }
    folded
}

fn shown(text: &str) -> String {
    one_line(text, SHOWN_CHARS_MAX)
}

fn shown_time(time: Timestamp) -> String {
    let text = time.format("%Y-%m-%d %H:%M UTC").to_string();
    text.strip_suffix(" 00:00 UTC").map_or_else(|| text.clone(), str::to_owned)
}

/// `a, b, c, d, … (12)`.
fn several(values: Vec<String>) -> String {
    let count = values.len();
    let shown: Vec<String> = values.into_iter().take(SHOWN_VALUES_MAX).collect();
    let shown = shown.join(", ");
    if count > SHOWN_VALUES_MAX { format!("{shown}, … ({count})") } else { shown }
}
