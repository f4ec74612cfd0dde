//! The rows in words, for the reference.

use super::spec::{Bounds, Key, Kind, Literal, Relation};
use crate::rules::values::format_duration;

impl Key {
    /// What the key takes, in Markdown.
    pub fn takes(&self) -> String {
        match self.kind {
            Kind::Text | Kind::TextThat(_) => "a text".to_owned(),
            Kind::Name => "a text that is not blank".to_owned(),
            Kind::Email => "an e-mail address".to_owned(),
            Kind::Flag => "true or false".to_owned(),
            Kind::Number => "a number".to_owned(),
            Kind::Positive => "a number above 0".to_owned(),
            Kind::Count(Bounds { least, most: u32::MAX, .. }) => format!("a whole number from {least}"),
            Kind::Count(Bounds { least, most, .. }) => format!("a whole number from {least} to {most}"),
            Kind::Span(bounds) => span(bounds),
            Kind::Day => "a day".to_owned(),
            Kind::Moment => "a date and time".to_owned(),
            Kind::Word(words) => {
                let word = |(word, meaning): &(&str, &str)| {
                    if meaning.is_empty() { format!("`{word}`") } else { format!("`{word}`: {meaning}") }
                };
                words.iter().map(word).collect::<Vec<_>>().join("; ")
            }
            Kind::Texts => "a list of texts".to_owned(),
            Kind::Condition => "a condition".to_owned(),
            Kind::Table(_) => "a table".to_owned(),
            Kind::Tables(_) => "tables".to_owned(),
            Kind::Connector => "the table of one connector".to_owned(),
            Kind::Special(special) => special.words.to_owned(),
        }
    }
}

fn span(bounds: Bounds) -> String {
    let least = match bounds.least {
        0 => String::new(),
        1 => " above 0".to_owned(),
        _ => format!(" from {}", format_duration(bounds.least_span())),
    };
    let most = match bounds.most {
        u32::MAX => String::new(),
        _ => format!(" up to {}", format_duration(bounds.most_span())),
    };
    format!("a span of time{least}{most}")
}

impl Relation {
    /// As a sentence, in Markdown.
    pub fn sentence(&self) -> String {
        match *self {
            Self::Needs { keys, other, why, .. } => {
                let verb = if keys.len() == 1 { "needs" } else { "need" };
                format!("{} {verb} `{other}`{why}.", list(keys))
            }
            Self::NeedsWhere { key, value, other } => {
                format!("`{key} = {}` needs `{other}`.", literal(value))
            }
            Self::OnlyWhere { keys, key, value, .. } => {
                format!("{} only where `{key}` is {}.", list(keys), literal(value))
            }
            Self::OneOf { keys, .. } => format!("Exactly one of {}.", list(keys)),
            Self::NotEmpty(_) => "At least one key.".to_owned(),
        }
    }
}

fn list(keys: &[&str]) -> String {
    let keys: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
    match keys.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}

fn literal(value: Literal) -> String {
    match value {
        Literal::Word(word) => format!("\"{word}\""),
        Literal::Flag(flag) => flag.to_string(),
    }
}
