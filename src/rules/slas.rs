//! `[[sla]]`: how long a rep has, and what happens as the time runs.

use std::ops::Range;

use chrono::TimeDelta;

use super::codes::{BAD_VALUE, STEP_AFTER_RETURN, STEP_ORDER, UNKNOWN_REP};
use super::finding::{Finding, Findings};
use super::item::{Item, Node, Table};
use super::reader::{Reader, parse_duration, wrong_type};
use super::register::{Register, choice, required_name};
use super::suggest::did_you_mean;
use crate::model::{Clock, Sla, SlaStep, StepAction, StepAt, StepTarget};

const CLOCKS: &[(&str, Clock)] = &[("working", Clock::Working), ("wall", Clock::Wall)];
const ACTIONS: [&str; 4] = ["remind", "notify", "reassign", "return"];

/// The scheduler comes once a minute: nobody can be held to less.
const RESPOND_WITHIN_MIN: TimeDelta = TimeDelta::minutes(1);

/// A hundred times the SLA is no escalation any more.
const PERCENT_MAX: u32 = 10_000;

/// Reads every `[[sla]]`.
pub(super) fn slas(tables: &[&Table], reps: &mut Register, findings: &mut Findings) -> (Vec<Sla>, Register) {
    let mut register = Register::new("SLA");
    let mut slas = Vec::with_capacity(tables.len());
    for table in tables {
        let mut reader = Reader::new(table, "[[sla]]");
        let name = required_name(&mut reader, "name", findings);
        let respond_within = respond_within(&mut reader, findings);
        let clock = choice(&mut reader, "clock", CLOCKS, Clock::Working, findings);
        let steps = steps(&mut reader, respond_within, reps, findings);
        reader.finish(findings);
        if let Some((name, span)) = name {
            register.add(name, span, findings);
            slas.push(Sla { name: name.to_owned(), respond_within, clock, steps });
        }
    }
    (slas, register)
}

/// The least span when there is a finding, so that the steps can still be looked at.
fn respond_within(reader: &mut Reader<'_>, findings: &mut Findings) -> TimeDelta {
    let Some(item) = reader.item("respond_within") else {
        reader.missing("respond_within", findings);
        return RESPOND_WITHIN_MIN;
    };
    let span = reader.duration("respond_within", findings).unwrap_or(RESPOND_WITHIN_MIN);
    if span < RESPOND_WITHIN_MIN {
        let finding =
            Finding::error(BAD_VALUE, item.span.clone(), "`respond_within` is shorter than a minute");
        findings.add(finding.help("the scheduler starts handoff once a minute: write \"1m\" or more"));
    }
    span.max(RESPOND_WITHIN_MIN)
}

fn steps(
    reader: &mut Reader<'_>,
    respond_within: TimeDelta,
    reps: &mut Register,
    findings: &mut Findings,
) -> Vec<SlaStep> {
    let mut steps: Vec<SlaStep> = Vec::new();
    let mut latest = TimeDelta::zero();
    for table in reader.tables("step", findings) {
        let mut reader = Reader::new(table, "`step`");
        let at = step_at(&mut reader, findings);
        let action = action(&mut reader, reps, findings);
        reader.finish(findings);
        let Some((at, span)) = at else { continue };
        let time = offset(at, respond_within);
        if time < latest {
            let finding = Finding::error(STEP_ORDER, span.clone(), "this step comes before the one above it");
            findings.add(finding.help("write the steps in the order of their times"));
        }
        latest = latest.max(time);
        if steps.iter().any(|step| step.action == StepAction::Return) {
            let message = "this step never comes: the handoff has been returned to the pool before";
            findings.warning(STEP_AFTER_RETURN, span, message);
        }
        steps.extend(action.map(|action| SlaStep { at, action }));
    }
    steps
}

fn offset(at: StepAt, respond_within: TimeDelta) -> TimeDelta {
    match at {
        StepAt::After(span) => span,
        StepAt::Percent(percent) => {
            let seconds = respond_within.num_seconds().saturating_mul(i64::from(percent)) / 100;
            TimeDelta::try_seconds(seconds).unwrap_or(TimeDelta::MAX)
        }
    }
}

/// `"50%"` or a span of time.
fn step_at(reader: &mut Reader<'_>, findings: &mut Findings) -> Option<(StepAt, Range<usize>)> {
    let Some(item) = reader.item("at") else {
        reader.missing("at", findings);
        return None;
    };
    let Node::Text(text) = &item.node else {
        wrong_type("at", "a share such as \"50%\" or a span such as \"2h\"", item, findings);
        return None;
    };
    let at = match text.trim().strip_suffix('%') {
        Some(percent) => percent
            .trim()
            .parse()
            .ok()
            .filter(|percent| (1..=PERCENT_MAX).contains(percent))
            .map(StepAt::Percent)
            .ok_or_else(|| format!("'{text}' is not a share from 1% to {PERCENT_MAX}%")),
        None => parse_duration(text).map(StepAt::After),
    };
    match at {
        Ok(at) => Some((at, item.span.clone())),
        Err(why) => {
            findings.error(BAD_VALUE, item.span.clone(), format!("`at`: {why}"));
            None
        }
    }
}

fn action(reader: &mut Reader<'_>, reps: &mut Register, findings: &mut Findings) -> Option<StepAction> {
    let to = reader.item("to");
    let (word, span) = required_name(reader, "do", findings)?;
    if let Some(item) = to.filter(|_| word != "notify" && ACTIONS.contains(&word)) {
        let message = format!("`{word}` takes no `to`");
        findings.error(BAD_VALUE, item.span.clone(), message);
    }
    match word {
        "remind" => Some(StepAction::Remind),
        "reassign" => Some(StepAction::Reassign),
        "return" => Some(StepAction::Return),
        "notify" => {
            let Some(item) = to else {
                reader.missing("to", findings);
                return None;
            };
            let to = target(item, reps, findings)?;
            Some(StepAction::Notify { to })
        }
        _ => {
            let finding = Finding::error(BAD_VALUE, span, format!("`do` cannot be '{word}'"));
            findings.add(finding.help(did_you_mean(word, ACTIONS)));
            None
        }
    }
}

/// `"manager"`, `"#channel"`, or a rep's e-mail.
fn target(item: &Item, reps: &mut Register, findings: &mut Findings) -> Option<StepTarget> {
    let Node::Text(text) = &item.node else {
        let expected = "\"manager\", a rep's e-mail or a \"#channel\"";
        wrong_type("to", expected, item, findings);
        return None;
    };
    match text.trim() {
        "manager" => Some(StepTarget::Manager),
        channel if channel.len() > 1 && channel.starts_with('#') => {
            Some(StepTarget::Channel(channel.to_owned()))
        }
        email if email.contains('@') => {
            reps.require(email, &item.span, UNKNOWN_REP, findings)?;
            Some(StepTarget::Rep(email.to_lowercase()))
        }
        _ => {
            let message = format!("`to` cannot be '{text}'");
            let finding = Finding::error(BAD_VALUE, item.span.clone(), message);
            findings.add(finding.help("write \"manager\", a rep's e-mail or a \"#channel\""));
            None
        }
    }
}
