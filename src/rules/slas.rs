//! `[[sla]]`: how long a rep has, and what happens as the time runs.

use chrono::TimeDelta;

use super::codes::{BAD_VALUE, STEP_AFTER_RETURN, STEP_ORDER, UNKNOWN_REP};
use super::finding::{Finding, Findings};
use super::item::Item;
use super::keys::{TARGETS, step_at};
use super::reader::Reader;
use super::register::Register;
use crate::model::{Clock, Sla, SlaStep, StepAction, StepAt, StepTarget};

/// Stands for a response time with a finding, so that the steps can still be looked at.
const ANY_TIME: TimeDelta = TimeDelta::minutes(1);

/// Reads every `[[sla]]`.
pub(super) fn slas(
    readers: &[Reader<'_>],
    reps: &mut Register,
    findings: &mut Findings,
) -> (Vec<Sla>, Register) {
    let mut register = Register::new("SLA");
    let mut slas = Vec::with_capacity(readers.len());
    for reader in readers {
        let respond_within = reader.duration("respond_within").unwrap_or(ANY_TIME);
        let clock = reader.choice("clock", &[("working", Clock::Working), ("wall", Clock::Wall)]);
        let steps = steps(*reader, respond_within, reps, findings);
        let repeat = repeat(*reader, &steps, findings);
        let ack_expires = reader.duration("ack_expires");
        if let Some((name, span)) = reader.name("name") {
            register.add(name, span, findings);
            let (name, clock) = (name.to_owned(), clock.unwrap_or(Clock::Working));
            slas.push(Sla { name, respond_within, clock, steps, repeat, ack_expires });
        }
    }
    (slas, register)
}

/// How often the steps start over.
fn repeat(reader: Reader<'_>, steps: &[SlaStep], findings: &mut Findings) -> u32 {
    let repeat = reader.count("repeat").unwrap_or_default();
    let returns = steps.iter().any(|step| step.action == StepAction::Return);
    let (message, help) = match repeat {
        0 => return 0,
        _ if steps.is_empty() => {
            ("`repeat` has no `step` to start over", "write steps, or leave `repeat` out")
        }
        _ if returns => (
            "the steps never start over: the handoff has been returned to the pool before",
            "leave `repeat` or the `return` out",
        ),
        _ => return repeat,
    };
    let span = reader.place("repeat").unwrap_or_default();
    findings.add(Finding::error(BAD_VALUE, span, message).help(help));
    0
}

fn steps(
    reader: Reader<'_>,
    respond_within: TimeDelta,
    reps: &mut Register,
    findings: &mut Findings,
) -> Vec<SlaStep> {
    let mut steps: Vec<SlaStep> = Vec::new();
    let mut latest = TimeDelta::zero();
    for reader in reader.tables("step") {
        let action = action(reader, reps, findings);
        let Some((at, span)) = reader.name("at") else { continue };
        let Ok(at) = step_at(at) else { continue };
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

fn action(reader: Reader<'_>, reps: &mut Register, findings: &mut Findings) -> Option<StepAction> {
    let to = reader.item("to");
    let action = reader.choice(
        "do",
        &[
            ("remind", Some(StepAction::Remind)),
            ("notify", None),
            ("reassign", Some(StepAction::Reassign)),
            ("return", Some(StepAction::Return)),
        ],
    )?;
    if action.is_some() {
        return action;
    }
    let to = targets(to?, reps, findings);
    (!to.is_empty()).then_some(StepAction::Notify { to })
}

/// One target, or a list of them.
fn targets(item: &Item, reps: &mut Register, findings: &mut Findings) -> Vec<StepTarget> {
    let items = item.as_list().unwrap_or(std::slice::from_ref(item));
    let mut targets = Vec::with_capacity(items.len());
    for item in items {
        let Some(target) = target(item, reps, findings) else { continue };
        if targets.contains(&target) {
            findings.error(BAD_VALUE, item.span.clone(), "`to` names this target twice");
        } else {
            targets.push(target);
        }
    }
    targets
}

/// `"rep"`, `"manager"`, `"team"`, `"#channel"`, or a rep's e-mail.
fn target(item: &Item, reps: &mut Register, findings: &mut Findings) -> Option<StepTarget> {
    let text = item.as_text()?;
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
