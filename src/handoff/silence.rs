//! The silences in force, and whom each mutes under the definition as it is now.

use anyhow::Result;
use serde::Serialize;

use crate::model::Timestamp;
use crate::qualify::{Facts, facts, holds};
use crate::rules::{Condition, Rules, segment, segment_source};
use crate::store::{Db, Layouts, SilenceRow};

/// A silence beside what it means.
pub(crate) struct Silence {
    pub row: SilenceRow,
    /// `Err`: why the definition cannot read it any more; it mutes nobody then.
    condition: Result<Condition, String>,
}

impl Silence {
    fn new(row: SilenceRow, rules: &Rules) -> Self {
        let (condition, findings) = segment(&segment_source("--when", &row.condition), rules);
        let why = || findings.as_slice().first().map_or_else(String::new, |finding| finding.message.clone());
        Self { row, condition: condition.ok_or_else(why) }
    }

    pub(crate) fn mutes(&self, facts: &Facts<'_>) -> bool {
        self.condition.as_ref().is_ok_and(|condition| holds(condition, facts))
    }

    /// What somebody has to mend, if anything.
    pub(crate) fn problem(&self) -> Option<String> {
        let why = self.condition.as_ref().err()?;
        let id = self.row.id;
        Some(format!(
            "silence {id} does not fit the definition any more and mutes nobody: {why}; end it with `handoff silence --end {id}`"
        ))
    }

    /// For people: who asked for it, until when, and why.
    pub(crate) fn words(&self) -> String {
        let SilenceRow { id, author, until, reason, .. } = &self.row;
        let until = until.format("%Y-%m-%d %H:%M UTC");
        format!("silence {id} by {author} until {until}: {reason}")
    }
}

/// Those in force at `now`, the oldest first.
pub(crate) fn in_force(db: Db<'_>, rules: &Rules, now: Timestamp) -> Result<Vec<Silence>> {
    Ok(db.silences(now)?.into_iter().map(|row| Silence::new(row, rules)).collect())
}

/// How many open handoffs with steps to come each of them mutes.
fn muted(db: Db<'_>, rules: &Rules, silences: &[Silence], now: Timestamp) -> Result<Vec<usize>> {
    let mut muted = vec![0; silences.len()];
    if silences.is_empty() {
        return Ok(muted);
    }
    let layouts = Layouts::new(rules.fields.all());
    for contact in db.contacts_with_steps()? {
        let row = db.contact(contact, &layouts)?;
        let facts = facts(rules, &row.contact, now);
        for (count, silence) in muted.iter_mut().zip(silences) {
            *count += usize::from(silence.mutes(&facts));
        }
    }
    Ok(muted)
}

/// A silence, as it is listed.
#[derive(Debug, Serialize)]
pub(crate) struct Listed {
    pub id: i64,
    /// The condition, as somebody typed it.
    pub when: String,
    pub from: Timestamp,
    pub until: Timestamp,
    pub by: String,
    pub reason: String,
    /// Open handoffs with steps to come.
    pub mutes: usize,
    /// Why it mutes nobody, when the definition cannot read it any more.
    pub problem: Option<String>,
}

/// What is in force, for the list and for `status`.
pub(crate) fn listed(db: Db<'_>, rules: &Rules, now: Timestamp) -> Result<Vec<Listed>> {
    let silences = in_force(db, rules, now)?;
    let muted = muted(db, rules, &silences, now)?;
    let listed = silences.into_iter().zip(muted).map(|(silence, mutes)| Listed {
        problem: silence.problem(),
        id: silence.row.id,
        when: silence.row.condition,
        from: silence.row.from,
        until: silence.row.until,
        by: silence.row.author,
        reason: silence.row.reason,
        mutes,
    });
    Ok(listed.collect())
}
