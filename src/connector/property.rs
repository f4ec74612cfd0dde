//! What an account's properties allow: which there are, which options they have, whether they can be written.

use std::collections::{BTreeMap, HashMap};

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::outcome::Outcome;
use super::{Checked, Needs};
use crate::model::{Field, Timestamp, one_line};
use crate::rules::did_you_mean;

/// The definition of a property.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Property {
    pub(crate) options: Options,
    pub(crate) is_read_only: bool,
    /// It holds the id of an owner, which is read as an e-mail.
    pub(crate) is_owner: bool,
}

/// Definitions by name.
pub(crate) type Properties = HashMap<String, Property>;

/// The options of a property, in the account's order; none: it takes any value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Options(pub(crate) Vec<String>);

impl Options {
    fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Nothing can be cleared wrongly.
    pub(crate) fn takes(&self, value: &str) -> bool {
        self.0.is_empty() || value.is_empty() || self.iter().any(|option| option == value)
    }

    /// Where an option stands among the others.
    pub(crate) fn place(&self, value: &str) -> Option<usize> {
        self.iter().position(|option| option == value)
    }
}

/// What may have been meant. An account may have a thousand properties, with any names.
pub(crate) fn did_you_mean_here<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    one_line(&did_you_mean(wrong, known), 300)
}

/// Something that an account said, with the time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Learned<T> {
    at: Timestamp,
    what: T,
    #[serde(skip)]
    in_this_process: bool,
}

const GOOD_FOR: TimeDelta = TimeDelta::days(1);

impl<T: Clone> Learned<T> {
    pub(crate) fn new(what: T, at: Timestamp) -> Self {
        Self { at, what, in_this_process: true }
    }

    /// For a day.
    pub(crate) fn get(&self, now: Timestamp) -> Option<T> {
        ((now - self.at).abs() < GOOD_FOR).then(|| self.what.clone())
    }
}

/// The options of properties by name, asked for once a day.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OptionCache(BTreeMap<String, Learned<Options>>);

impl OptionCache {
    pub(crate) fn knows(&self, name: &str, now: Timestamp) -> bool {
        self.0.get(name).is_some_and(|learned| learned.get(now).is_some())
    }

    /// Keeps an answer; none where there is no such property, or the token may not know: the write will tell.
    pub(crate) fn learn(
        &mut self,
        name: &str,
        answer: Result<Options, Outcome>,
        now: Timestamp,
    ) -> Result<Options, Outcome> {
        let options = match answer {
            Err(Outcome::Missing { .. } | Outcome::Forbidden { .. }) => Options::default(),
            answer => answer?,
        };
        self.0.insert(name.to_owned(), Learned::new(options.clone(), now));
        Ok(options)
    }

    /// The options of a property; `ask` asks the service, where they are not known.
    ///
    /// # Errors
    /// The service cannot be asked.
    pub(crate) fn get(
        &mut self,
        name: &str,
        now: Timestamp,
        ask: impl Fn(&str) -> Result<Options, Outcome>,
    ) -> Result<Options, Outcome> {
        match self.0.get(name).and_then(|learned| learned.get(now)) {
            Some(options) => Ok(options),
            None => self.learn(name, ask(name), now),
        }
    }

    /// Why a property does not take a value; `None` when it does. What an earlier run learned may have changed since: a no
    /// is asked again.
    ///
    /// # Errors
    /// The service cannot be asked.
    pub(crate) fn refusal(
        &mut self,
        service: &str,
        (name, value): (&str, &str),
        now: Timestamp,
        ask: impl Fn(&str) -> Result<Options, Outcome>,
    ) -> Result<Option<String>, Outcome> {
        let mut options = self.get(name, now, &ask)?;
        if !options.takes(value) && self.0.get(name).is_some_and(|learned| !learned.in_this_process) {
            options = self.learn(name, ask(name), now)?;
        }
        let help = did_you_mean_here(value, options.iter());
        Ok((!options.takes(value)).then(|| {
            format!(
                "'{name}' has no option '{value}' in {service}; {help}, or add the option there; then `handoff retry` sends it"
            )
        }))
    }
}

/// Of a long list that none of the options is in, a few texts say enough.
const COMPARED_MAX: usize = 20;

/// Notes what the properties lack of what the rules need. `None`: they cannot be had.
pub(crate) fn check(
    service: &str,
    needs: &Needs<'_>,
    contact: Option<&Properties>,
    company: Option<&Properties>,
    checked: &mut Checked,
) {
    let of = |of_company: bool| if of_company { company } else { contact };
    let names = |properties: &'_ Properties, wrong: &str| {
        did_you_mean_here(wrong, properties.keys().map(String::as_str))
    };
    for field in needs.required {
        let Some(properties) = of(field.of_company).filter(|known| !known.contains_key(&field.property))
        else {
            continue;
        };
        let kind = if field.of_company { "companies" } else { "contacts" };
        checked.problems.push(format!(
            "{service} has no property '{}' of {kind}, which `{}` is read from; {}, or map it in [fields]",
            field.property,
            field.name,
            names(properties, &field.property)
        ));
    }
    for (name, value) in needs.written {
        let Some(properties) = contact else { break };
        checked.problems.extend(match properties.get(*name) {
            None => Some(format!(
                "{service} has no property '{name}' of contacts, which [outcome.write] sets; {}",
                names(properties, name)
            )),
            Some(property) if property.is_read_only => {
                Some(format!("{service} lets nobody write '{name}', which [outcome.write] sets"))
            }
            Some(property) => (!property.options.takes(value)).then(|| {
                let help = did_you_mean_here(value, property.options.iter());
                format!("'{name}' has no option '{value}' in {service}, which [outcome.write] sets; {help}")
            }),
        });
    }
    // A condition that compares a field with none of its options is met by nobody, or by everybody.
    let unmet = needs.compared.iter().filter_map(|(field, text)| {
        let property = of(field.of_company)?.get(&field.property).filter(|property| !property.is_owner)?;
        if property.options.0.is_empty() || property.options.iter().any(|option| is_compared_as(field, option, text)) {
            return None;
        }
        let help = did_you_mean_here(text, property.options.iter());
        Some(format!(
            "no contact has `{}` = '{text}', which a condition asks for: '{}' has no such option in {service}; {help}",
            field.name, field.property
        ))
    });
    checked.warnings.extend(unmet.take(COMPARED_MAX));
}

/// Whether a value that the CRM offers is, as the field reads it, the text that a condition compares with.
fn is_compared_as(field: &Field, option: &str, text: &str) -> bool {
    field.read(option).as_text().is_some_and(|read| read.folded() == text)
}
