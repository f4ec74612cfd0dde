//! What the data behind a definition is like: each field's values, and what each condition finds among them. Pure: contacts
//! come in one by one, as their source wrote them. What is kept of them is bounded, however many there are.

mod attention;
mod batch;
mod condition;
mod different;
mod field;
mod proposal;
#[cfg(test)]
mod tests;
mod trial;

use serde::Serialize;

pub use self::attention::Attention;
use self::attention::attention;
pub use self::batch::Batch;
use self::condition::ConditionTally;
pub use self::condition::{ConditionReport, TestReport};
pub use self::different::Frequent;
pub use self::field::FieldReport;
use self::field::FieldTally;
use crate::model::{Contact, ContactId, Field, RawValues, Timestamp, Value};
use crate::qualify::facts;
use crate::rules::Rules;

/// The version of the report as JSON: a key that goes or means something else makes a new one.
const VERSION: u32 = 1;

/// The fields whose values name a rep.
const OWNERS: [&str; 2] = ["owner", "company.owner"];

/// The survey while it goes on.
#[derive(Debug)]
pub struct Survey<'r> {
    rules: &'r Rules,
    now: Timestamp,
    contacts: u64,
    /// Whose values it is given.
    asked: &'r [Field],
    fields: Vec<FieldTally>,
    conditions: Vec<ConditionTally<'r>>,
}

/// What the data is like.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    pub version: u32,
    /// Where the contacts come from.
    pub source: String,
    pub contacts: u64,
    /// Rows or records that are no contact anybody can read.
    pub set_aside: u64,
    pub attention: Vec<Attention>,
    pub fields: Vec<FieldReport>,
    pub conditions: Vec<ConditionReport>,
    /// Owners that are no rep, the most frequent first.
    pub owners: Vec<OwnerRow>,
}

/// An owner who is no rep.
#[derive(Debug, Serialize)]
pub struct OwnerRow {
    pub field: &'static str,
    pub owner: String,
    pub contacts: u64,
}

impl<'r> Survey<'r> {
    pub fn new(rules: &'r Rules, now: Timestamp) -> Self {
        let asked = rules.fields.all();
        let fields = asked.iter().map(FieldTally::new).collect();
        Self { rules, now, contacts: 0, asked, fields, conditions: condition::all(rules) }
    }

    /// Two that see the same contacts side by side, each its share of the fields: the conditions with the fields that they
    /// look at, and the other fields.
    pub fn split(mut self) -> (Self, Self) {
        let (used, others) = self.asked.split_at(self.rules.fields.used().len());
        let fields = self.fields.split_off(used.len());
        let others = Self { asked: others, fields, conditions: Vec::new(), ..self };
        (Self { asked: used, ..self }, others)
    }

    /// The one of which these are the shares.
    #[must_use]
    pub fn join(mut self, others: Self) -> Self {
        self.fields.extend(others.fields);
        Self { asked: self.rules.fields.all(), ..self }
    }

    /// Counts one contact: the values of the fields, as their source wrote them. Those of other shares are left in `raw`.
    pub fn see(&mut self, id: ContactId, raw: &mut RawValues<'_>) {
        self.contacts += 1;
        let fields = self.asked.iter().zip(&mut self.fields);
        let read = fields.zip(raw).map(|((field, tally), raw)| {
            let value = raw.map_or(Value::Missing, |raw| field.read(raw));
            tally.count(field, raw.unwrap_or_default(), &value, &id, self.now);
            value
        });
        let values = read.collect();
        let contact = Contact::new(id, values);
        let facts = facts(self.rules, &contact, self.now);
        self.conditions.iter_mut().for_each(|condition| condition.count(&facts));
    }

    /// What was counted. Of the standard fields those that no rule looks at and no contact has are left out.
    /// `definition` is the text of the rules.
    pub fn finish(self, definition: &str) -> Report {
        let Self { rules, contacts, .. } = self;
        let all = rules.fields.all();
        let owners = owners(rules, all, &self.fields);
        let used = rules.fields.used().len();
        let fields = self.fields.into_iter().enumerate().map(|(at, tally)| tally.finish(at < used));
        let is_asked_for = |name: &str| rules.fields.required().any(|field| field.name == name);
        let fields = fields.filter(|field| field.filled > 0 || is_asked_for(&field.field)).collect();
        let conditions = self.conditions.into_iter().map(|tally| tally.finish(definition)).collect();
        let mut report =
            Report { version: VERSION, contacts, fields, conditions, owners, ..Report::default() };
        report.attention = attention(&report, rules, definition);
        report
    }
}

impl Report {
    /// Puts first what the source lacks of what the definition asks for, each a sentence: no run starts without.
    pub fn lacks(&mut self, lacking: Vec<String>) {
        let lacking = lacking.into_iter().map(Attention::grave);
        self.attention.splice(0..0, lacking);
    }

    /// Whether a program that looks on is to be alarmed.
    pub fn is_grave(&self) -> bool {
        self.attention.iter().any(|attention| attention.is_grave)
    }
}

/// Owners that are no rep, by e-mail or by name.
fn owners(rules: &Rules, fields: &[Field], tallies: &[FieldTally]) -> Vec<OwnerRow> {
    let mut rows = Vec::new();
    let is_rep = |owner: &str| rules.rep_called(owner).is_some();
    for (field, tally) in fields.iter().zip(tallies) {
        let Some(name) = OWNERS.into_iter().find(|name| *name == field.name) else { continue };
        let nobody = tally.different.sorted().into_iter().filter(|owner| !is_rep(&owner.value));
        rows.extend(nobody.map(|owner| OwnerRow {
            field: name,
            owner: owner.value.clone(),
            contacts: owner.contacts,
        }));
    }
    rows
}
