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
const SPAN_MIN: TimeDelta = TimeDelta::minutes(1);

/// Who ignored it so often will not act on the next.
const REPEAT_MAX: u32 = 9;

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
        let repeat = repeat(&mut reader, &steps, findings);
        let ack_expires = at_least_a_minute(&mut reader, "ack_expires", findings);
        reader.finish(findings);
        if let Some((name, span)) = name {
            register.add(name, span, findings);
            slas.push(Sla { name: name.to_owned(), respond_within, clock, steps, repeat, ack_expires });
        }
    }
    (slas, register)
}

/// The least span when there is a finding, so that the steps can still be looked at.
fn respond_within(reader: &mut Reader<'_>, findings: &mut Findings) -> TimeDelta {
    if reader.item("respond_within").is_none() {
        reader.missing("respond_within", findings);
    }
    at_least_a_minute(reader, "respond_within", findings).unwrap_or(SPAN_MIN)
}

fn at_least_a_minute(
    reader: &mut Reader<'_>,
    key: &'static str,
    findings: &mut Findings,
) -> Option<TimeDelta> {
    let item = reader.item(key)?;
    let span = reader.duration(key, findings)?;
    if span < SPAN_MIN {
        let message = format!("`{key}` is shorter than a minute");
        let finding = Finding::error(BAD_VALUE, item.span.clone(), message);
        findings.add(finding.help("the scheduler starts handoff once a minute: write \"1m\" or more"));
    }
    Some(span.max(SPAN_MIN))
}

/// How often the steps start over; 0 when nothing is said.
fn repeat(reader: &mut Reader<'_>, steps: &[SlaStep], findings: &mut Findings) -> u32 {
    let Some((item, repeat)) = reader.item("repeat").zip(reader.count("repeat", 0, findings)) else {
        return 0;
    };
    let returns = steps.iter().any(|step| step.action == StepAction::Return);
    let (message, help) = match repeat {
        0 => return 0,
        _ if repeat > REPEAT_MAX => (
            format!("`repeat` is at most {REPEAT_MAX}, not {repeat}"),
            "who ignored it ten times will not act on the eleventh: end with `reassign` or `return`",
        ),
        _ if steps.is_empty() => {
            ("`repeat` has no `step` to start over".to_owned(), "write steps, or leave `repeat` out")
        }
        _ if returns => (
            "the steps never start over: the handoff has been returned to the pool before".to_owned(),
            "leave `repeat` or the `return` out",
        ),
        _ => return repeat,
    };
    findings.add(Finding::error(BAD_VALUE, item.span.clone(), message).help(help));
    0
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
            let to = targets(item, reps, findings)?;
            Some(StepAction::Notify { to })
        }
        _ => {
            let finding = Finding::error(BAD_VALUE, span, format!("`do` cannot be '{word}'"));
            findings.add(finding.help(did_you_mean(word, ACTIONS)));
            None
        }
    }
}

/// One target, or a list of them.
fn targets(item: &Item, reps: &mut Register, findings: &mut Findings) -> Option<Vec<StepTarget>> {
    let Node::List(items) = &item.node else {
        return Some(vec![target(item, reps, findings)?]);
    };
    if items.is_empty() {
        let finding = Finding::error(BAD_VALUE, item.span.clone(), "`to` names nobody");
        findings.add(finding.help(TARGETS));
    }
    let mut targets = Vec::with_capacity(items.len());
    for item in items {
        let Some(target) = target(item, reps, findings) else { continue };
        if targets.contains(&target) {
            findings.error(BAD_VALUE, item.span.clone(), "`to` names this target twice");
        } else {
            targets.push(target);
        }
    }
    (!targets.is_empty()).then_some(targets)
}

const TARGETS: &str =
    "write \"rep\", \"manager\", \"team\", a rep's e-mail or a \"#channel\", or a list of them";

/// `"rep"`, `"manager"`, `"team"`, `"#channel"`, or a rep's e-mail.
fn target(item: &Item, reps: &mut Register, findings: &mut Findings) -> Option<StepTarget> {
    let Node::Text(text) = &item.node else {
        let expected = "\"rep\", \"manager\", \"team\", a rep's e-mail or a \"#channel\"";
        wrong_type("to", expected, item, findings);
        return None;
    };
    match text.trim() {
        "rep" => Some(StepTarget::Owner),
        "manager" => Some(StepTarget::Manager),
        "team" => Some(StepTarget::Team),
        channel if channel.len() > 1 && channel.starts_with('#') => {
            Some(StepTarget::Channel(channel.to_owned()))
        }
        email if email.contains('@') => {
            reps.require(email, &item.span, UNKNOWN_REP, findings)?;
            Some(StepTarget::Rep(email.to_lowercase()))
        }
        _ => {
            let message = format!("`to` cannot be '{text}'");
            findings.add(Finding::error(BAD_VALUE, item.span.clone(), message).help(TARGETS));
            None
        }
    }
}
