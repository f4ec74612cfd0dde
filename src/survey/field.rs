//! The values of one field: how many there are, what cannot be read, how they are spread.

use serde::Serialize;

use super::different::{Different, Frequent};
use super::trial::Trial;
use crate::model::{ContactId, EMAIL_DOMAIN, Field, Kind, Timestamp, Value, one_line};

/// Samples of what cannot be read that are kept, and those that are shown.
pub(super) const SAMPLES_MAX: usize = 8;
const SAMPLES_SHOWN: usize = 3;
const SAMPLE_CHARS_MAX: usize = 60;

/// The most frequent values that are listed.
const FREQUENT_MAX: usize = 5;

/// What one field's values are like.
#[derive(Debug, Default, Serialize)]
pub struct FieldReport {
    pub field: String,
    /// The column or property.
    pub property: String,
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// What a value of the type is, for people.
    #[serde(skip)]
    pub kind_words: &'static str,
    /// A condition, a score or a route looks at it.
    pub is_used: bool,
    pub filled: u64,
    pub unreadable: u64,
    /// Different ones of what cannot be read; of a person only their form, letters as x and digits as 9.
    pub samples: Vec<String>,
    /// The first contact whose value cannot be read.
    pub first_unreadable: Option<String>,
    /// As conditions see them, which is without case.
    pub different: u64,
    /// There are more than that.
    pub is_more: bool,
    /// `None`: e-mails, names and phone numbers are counted and not listed.
    pub frequent: Option<Vec<Frequent>>,
    /// Of numbers the smallest and the largest, of times the oldest and the newest.
    pub lowest: Option<String>,
    pub highest: Option<String>,
    pub in_future: u64,
    /// Times of day that name no zone, while the definition names none either.
    pub without_zone: u64,
    /// Every sample that was kept.
    #[serde(skip)]
    pub(super) kept: Vec<String>,
    /// The different values that are known, the most frequent first.
    #[serde(skip)]
    pub(super) known: Vec<String>,
    #[serde(skip)]
    pub(super) trials: Vec<Trial>,
}

#[derive(Debug, Default)]
pub(super) struct FieldTally {
    is_personal: bool,
    /// As far as it is known.
    report: FieldReport,
    pub(super) different: Different,
    numbers: Range<f64>,
    times: Range<Timestamp>,
}

impl FieldTally {
    pub(super) fn new(field: &Field) -> Self {
        let report = FieldReport {
            field: field.name.clone(),
            property: field.property.clone(),
            kind: field.reading.type_name(),
            kind_words: field.reading.words(),
            trials: Trial::all(&field.reading),
            ..FieldReport::default()
        };
        Self { is_personal: is_personal(field), report, ..Self::default() }
    }

    pub(super) fn count(
        &mut self,
        field: &Field,
        raw: &str,
        value: &Value,
        contact: &ContactId,
        now: Timestamp,
    ) {
        if *value == Value::Missing {
            return;
        }
        let report = &mut self.report;
        report.filled += 1;
        match value {
            Value::Unreadable(_) => return self.count_unreadable(raw, contact),
            Value::Time(time) => {
                report.in_future += u64::from(*time > now);
                let is_local = raw.contains(':') && !raw.ends_with('Z') && field.reading.lacks_zone(raw);
                report.without_zone += u64::from(is_local);
                widen(&mut self.times, *time);
            }
            Value::Number(number) => {
                widen(&mut self.numbers, *number);
                if raw.contains(['.', ',']) {
                    report.trials.iter_mut().for_each(|trial| trial.must_read(raw));
                }
            }
            Value::Text(_) => report.trials.retain_mut(|trial| trial.is_worth_trying(raw)),
            Value::Missing | Value::Bool(_) => {}
        }
        if !(self.is_personal && self.different.is_more) {
            self.different.count(value);
        }
    }

    fn count_unreadable(&mut self, raw: &str, contact: &ContactId) {
        let report = &mut self.report;
        report.unreadable += 1;
        report.trials.retain_mut(|trial| trial.is_worth_trying(raw));
        report.first_unreadable.get_or_insert_with(|| contact.to_string());
        if report.kept.len() < SAMPLES_MAX {
            let shown = one_line(raw, SAMPLE_CHARS_MAX);
            let sample = if self.is_personal { form(&shown) } else { shown };
            if !report.kept.contains(&sample) {
                report.kept.push(sample);
            }
        }
    }

    pub(super) fn finish(self, is_used: bool) -> FieldReport {
        let is_listed = |frequent: &&&Frequent| frequent.contacts > 1;
        let sorted = self.different.sorted();
        let frequent = sorted.iter().filter(is_listed).take(FREQUENT_MAX).map(|frequent| (*frequent).clone());
        let ends = self.numbers.map(|(least, most)| (Value::Number(least), Value::Number(most)));
        let ends = ends.or(self.times.map(|(oldest, newest)| (Value::Time(oldest), Value::Time(newest))));
        let (lowest, highest) = ends.map(|(low, high)| (low.shown(), high.shown())).unzip();
        FieldReport {
            is_used,
            frequent: (!self.is_personal).then(|| frequent.collect()),
            different: sorted.len() as u64,
            is_more: self.different.is_more,
            samples: self.report.kept.iter().take(SAMPLES_SHOWN).cloned().collect(),
            known: sorted.iter().map(|known| known.value.clone()).collect(),
            lowest,
            highest,
            ..self.report
        }
    }
}

type Range<T> = Option<(T, T)>;

fn widen<T: PartialOrd + Copy>(range: &mut Range<T>, value: T) {
    let (low, high) = range.unwrap_or((value, value));
    *range = Some((if value < low { value } else { low }, if value > high { value } else { high }));
}

/// Whether the values are a person's e-mails, names or phone numbers: those are not for a ticket.
fn is_personal(field: &Field) -> bool {
    const WORDS: [&str; 7] = ["mail", "phone", "mobile", "firstname", "lastname", "surname", "fullname"];
    let names = [&field.name, &field.property].map(|name| name.to_lowercase().replace([' ', '-', '_'], ""));
    let is_one = |name: &String| name == "name" || WORDS.iter().any(|word| name.contains(word));
    !field.of_company && field.kind() != Kind::Bool && field.name != EMAIL_DOMAIN && names.iter().any(is_one)
}

/// `+99 (9) xxx`: how a value is written, without the value.
fn form(value: &str) -> String {
    let masked = |c: char| match c {
        _ if c.is_numeric() => '9',
        _ if c.is_alphabetic() => 'x',
        _ => c,
    };
    value.chars().map(masked).collect()
}
