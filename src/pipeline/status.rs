//! How things stand, and what somebody should do about it.

use std::collections::BTreeMap;

use anyhow::Result;
use chrono::TimeDelta;
use serde::Serialize;

use super::evaluate::BASELINE;
use super::{WALKED, data, told};
use crate::handoff::close::unclear_by;
use crate::handoff::silence::{Listed, listed};
use crate::model::{Contact, Status, Timestamp};
use crate::rules::{Rules, Severity};
use crate::store::{Db, HandoffRow, Layouts};

/// The state of the database.
#[derive(Debug, Serialize)]
pub(crate) struct State {
    pub healthy: bool,
    /// What needs attention, each with what to do.
    pub attention: Vec<String>,
    /// What else the data shows.
    pub data: Vec<String>,
    pub last_run: Option<Run>,
    pub last_good_run: Option<Timestamp>,
    /// When the CRM was last read to its end.
    pub last_whole_walk: Option<Timestamp>,
    pub steps: Vec<Step>,
    pub contacts: u64,
    pub due_for_evaluation: u64,
    pub verdicts: BTreeMap<String, u64>,
    pub open: Vec<Open>,
    pub closed: BTreeMap<String, u64>,
    /// Contacts that are the same lead as another.
    pub linked: u64,
    pub overdue: u64,
    pub effects_planned: u64,
    pub effects_unknown: u64,
    pub effects_failed: u64,
    pub failed: Vec<String>,
    pub waiting: Vec<String>,
    /// Empty while the definition is broken: nobody knows then whom they mute.
    pub silences: Vec<Listed>,
    /// Contacts of which nobody knows whether they are disqualified, for a value of theirs cannot be read.
    pub unclear: u64,
    pub held_back: Vec<String>,
    pub quarantined: u64,
    pub set_aside: Vec<String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Run {
    pub command: String,
    pub at: Timestamp,
    pub good: bool,
    pub problems: Vec<String>,
}

/// When a part of the run last went well.
#[derive(Debug, Serialize)]
pub(crate) struct Step {
    pub step: &'static str,
    pub last_good: Option<Timestamp>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Open {
    pub status: &'static str,
    pub count: u64,
    pub oldest: Option<Timestamp>,
}

/// Reps who are full close something sooner than that.
const STUCK_AFTER: TimeDelta = TimeDelta::hours(1);

/// Longer than any weekend: whoever waits that long waits for an absence to end.
const WAIT_MAX: TimeDelta = TimeDelta::days(5);

/// Cron starts a run every minute; after this many nothing good has come of it.
const STALE_AFTER: TimeDelta = TimeDelta::minutes(15);

/// A run that is at work is done by then.
const RUN_TAKES: TimeDelta = TimeDelta::minutes(2);

/// What a run consists of; each may also have been run alone.
const STEPS: [&str; 4] = ["sync", "evaluate", "route", "escalate"];

/// Rows listed of each kind.
const LISTED_MAX: u32 = 20;

/// How things stand. `rules`: `None` while the definition is broken.
pub(crate) fn state(db: Db<'_>, rules: Option<&Rules>, now: Timestamp) -> Result<State> {
    let (effects_planned, effects_unknown, effects_failed) = db.effect_counts()?;
    let (set_aside, quarantined) = db.quarantined(LISTED_MAX)?;
    let failed = db.failed_effects(LISTED_MAX)?;
    let last_run = db.last_run(false)?;
    let queues = db.queues()?;
    let mut state = State {
        healthy: true,
        attention: Vec::new(),
        data: Vec::new(),
        last_run: last_run.map(|run| Run {
            problems: problems(&run.summary),
            command: run.command,
            at: run.started,
            good: run.good,
        }),
        last_good_run: db.last_run(true)?.map(|run| run.started),
        last_whole_walk: db.moment(WALKED)?,
        steps: STEPS
            .map(|step| Ok(Step { step, last_good: db.last_good_step(step)? }))
            .into_iter()
            .collect::<Result<_>>()?,
        contacts: db.contact_count()?,
        due_for_evaluation: db.due_count(now)?,
        verdicts: verdicts(db)?,
        open: queues
            .iter()
            .map(|queue| Open { status: queue.status.name(), count: queue.count, oldest: queue.oldest })
            .collect(),
        closed: db.closed_counts()?.into_iter().collect(),
        linked: db.linked_count()?,
        overdue: db.overdue(now)?,
        effects_planned,
        effects_unknown,
        effects_failed,
        failed: failed
            .iter()
            .map(|effect| format!("{} for contact {}: {}", effect.kind, effect.crm_id, effect.error))
            .collect(),
        waiting: db.handoffs_with(Status::Waiting)?.iter().take(LISTED_MAX as usize).map(waits).collect(),
        silences: Vec::new(),
        unclear: db.unclear_count()?,
        held_back: held_back(db, rules, now)?,
        quarantined,
        set_aside: set_aside.iter().map(|bad| format!("{}: {}", bad.place, bad.reason)).collect(),
    };
    state.attention = attention(&state, db, now)?;
    match rules {
        Some(rules) => {
            state.silences = listed(db, rules, now)?;
            let seen = data::glance(db, rules, now)?;
            let told = |is_grave| {
                let of = seen.attention.iter().filter(move |what| what.is_grave == is_grave);
                data::with_way(of.map(|what| what.line(false)).collect(), &seen)
            };
            state.attention.extend(told(true));
            state.data = told(false);
            for finding in &rules.calendars {
                let is_lost = finding.severity == Severity::Error;
                let list = if is_lost { &mut state.attention } else { &mut state.set_aside };
                list.push(finding.message.clone());
            }
        }
        None => state
            .attention
            .push("rules.toml is broken, so no run starts: `handoff check` says where".to_owned()),
    }
    state.attention.extend(state.silences.iter().filter_map(|silence| silence.problem.clone()));
    state.healthy = state.attention.is_empty();
    Ok(state)
}

fn problems(summary: &str) -> Vec<String> {
    let value: serde_json::Value = serde_json::from_str(summary).unwrap_or_default();
    let problems =
        value.get("problems").and_then(|problems| problems.as_array().cloned()).unwrap_or_default();
    problems.iter().filter_map(|problem| problem.as_str().map(str::to_owned)).collect()
}

fn verdicts(db: Db<'_>) -> Result<BTreeMap<String, u64>> {
    let counts = db.verdict_counts()?.into_iter();
    Ok(counts
        .map(|(kind, name, count)| {
            let name = name.map(|name| format!(" ({name})")).unwrap_or_default();
            (format!("{}{name}", kind.name()), count)
        })
        .collect())
}

/// Contacts whose verdict is unclear, each with what cannot be read.
fn held_back(db: Db<'_>, rules: Option<&Rules>, now: Timestamp) -> Result<Vec<String>> {
    let layouts = Layouts::new(rules.map_or(&[][..], |rules| rules.fields.all()));
    let unclear = db.unclear(LISTED_MAX, &layouts)?.into_iter();
    let why = |contact: &Contact| rules.and_then(|rules| unclear_by(rules, contact, now));
    Ok(unclear
        .map(|(contact, by)| {
            let why = why(&contact).unwrap_or_else(|| format!("unclear whether '{by}' disqualifies it"));
            format!("contact {}: {why}", contact.id)
        })
        .collect())
}

fn waits(handoff: &HandoffRow) -> String {
    let until = handoff.next.map(|next| format!(", until {}", next.format("%Y-%m-%d %H:%M UTC")));
    format!(
        "contact {} in tier {} since {}: {}{}",
        handoff.crm_id,
        handoff.tier,
        handoff.created.format("%Y-%m-%d %H:%M UTC"),
        handoff.note.as_deref().unwrap_or("not routed yet"),
        until.unwrap_or_default()
    )
}

/// Whether somebody has to do something so that it gets a rep.
fn is_stuck(handoff: &HandoffRow, now: Timestamp) -> bool {
    let waited = now - handoff.created;
    let is_due = handoff.next.map_or(waited >= STUCK_AFTER, |next| next - handoff.created >= WAIT_MAX);
    is_due && handoff.note.is_some()
}

/// What is wrong, each with the way out.
fn attention(state: &State, db: Db<'_>, now: Timestamp) -> Result<Vec<String>> {
    let mut attention = Vec::new();
    let is_stale = |at: Timestamp| (now - at).abs() > STALE_AFTER;
    let has_stopped = state.last_run.as_ref().is_none_or(|run| is_stale(run.at));
    match state.last_good_run {
        None => attention.push("no run has been good yet: start `handoff run`".to_owned()),
        Some(at) if is_stale(at) => {
            let minutes = (now - at).num_minutes();
            let ask =
                if has_stopped { ": is cron running `handoff run`?" } else { ", and those since were not" };
            attention.push(format!("the last good run was {minutes} minutes ago{ask}"));
        }
        Some(_) => {}
    }
    if let Some(at) = state.last_whole_walk.filter(|at| is_stale(*at) && !has_stopped) {
        let minutes = (now - at).num_minutes();
        attention.push(format!(
            "the CRM was last read to its end {minutes} minutes ago: leads that came since may not be known"
        ));
    }
    attention.extend(told::waits(db, now, RUN_TAKES)?);
    if let Some(run) = state.last_run.as_ref().filter(|run| !run.good) {
        attention.extend(run.problems.iter().map(|problem| format!("the last run failed: {problem}")));
    }
    if state.effects_failed > 0 {
        attention.push(format!(
            "{} writes were refused: mend the cause, then `handoff retry`",
            state.effects_failed
        ));
    }
    let stuck = db.handoffs_with(Status::Waiting)?.iter().filter(|handoff| is_stuck(handoff, now)).count();
    if stuck > 0 {
        attention.push(format!("{stuck} handoffs get no rep, by time alone not within days: see below why"));
    }
    let held = state.open.iter().find(|open| open.status == Status::Held.name()).map_or(0, |open| open.count);
    if held > 0 {
        attention.push(format!("{held} handoffs are held by [limits]: `handoff release --all` lets them go"));
    }
    if db.has_unfinished_erasure()? {
        attention.push(
            "an erasure was interrupted, so its bytes may still be in the file: run `handoff forget` once more"
                .to_owned(),
        );
    }
    let acts = db.quarantined_acts()?;
    if state.quarantined > acts {
        let contacts = state.quarantined - acts;
        attention.push(format!("contacts that cannot be read: {contacts}; mend them at their source"));
    }
    if acts > 0 {
        attention.push(format!(
            "acts of reps that cannot be read: {acts}; mend them at their source, or a rep who acted is reminded"
        ));
    }
    if state.unclear > 0 {
        attention.push(format!(
            "contacts held back, for it is unclear whether they are disqualified: {}; see below which value cannot be read: \
             correct it in the CRM, or say in [fields] how it is read, and they go on by themselves",
            state.unclear
        ));
    }
    if db.meta(BASELINE)?.is_none() && state.contacts > 0 {
        attention.push("the first sync is not finished: run `handoff run` again".to_owned());
    }
    Ok(attention)
}
