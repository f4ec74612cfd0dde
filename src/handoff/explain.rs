//! Says of one contact why it is or is not handed off, and what became of it.

use anyhow::Result;

use super::assign::had_it_before;
use super::due;
use super::explanation::{Explanation, Part, PastHandoff, PointsPart, RoutingNow, Step};
use super::past::{had_company, loads};
use super::silence::{Silence, in_force};
use super::words::{Who, local};
use crate::assign::{self, Lead, Routing};
use crate::model::{FieldId, Timestamp, Verdict};
use crate::qualify::{
    self, Becomes, Facts, Nearest, PartKind, Seen, StepKind, Sum, Timers, Trace, facts, seen, sum_seen,
    trace, unread,
};
use crate::rules::{Condition, Rules};
use crate::store::{AssignmentRow, Db, EventRow, HandoffRow, Layouts, Store};

pub(crate) fn explain(
    rules: &Rules,
    store: &Store,
    id: i64,
    layouts: &Layouts<'_>,
    now: Timestamp,
) -> Result<Explanation> {
    let db = store.read();
    let contact = db.contact(id, layouts)?.contact;
    let mut traced = Trace::default();
    let evaluation = trace(rules, &contact, now, &mut traced);
    let facts = facts(rules, &contact, now);
    let who = Who { rules, contact: &contact };
    let handoffs = db.handoffs_of(id)?;
    let is_open = handoffs.iter().any(|handoff| handoff.status.is_open() && handoff.owner.is_some());
    let routing = if is_open { None } else { Some(routing_now(rules, store, &facts, &handoffs)?) };
    let silences = in_force(db, rules, now)?;
    let muted_by: Vec<String> =
        silences.iter().filter(|silence| silence.mutes(&facts)).map(Silence::words).collect();
    let shown = |sum: Sum, field: Option<FieldId>| match (sum, field) {
        (Sum::Unreadable, Some(field)) => contact.value(field).shown(),
        (sum, _) => Seen::Sum(sum).shown(),
    };
    Ok(Explanation {
        id: contact.id.to_string(),
        name: who.name(),
        company: who.company_name(),
        at: now,
        verdict: evaluation.verdict.kind().name().to_owned(),
        by: decided_by(rules, evaluation.verdict),
        score: evaluation.score.number(),
        score_seen: shown(evaluation.score, rules.fields.score()),
        score_parts: rules.score.as_ref().map(|sheet| points(sheet, &facts)).unwrap_or_default(),
        fit: evaluation.fit.number(),
        fit_seen: shown(evaluation.fit, rules.fields.fit()),
        fit_parts: rules.icp.points.as_ref().map(|sheet| points(sheet, &facts)).unwrap_or_default(),
        holds_until: Timers::of(rules).holds_until(rules, &facts),
        parts: parts(rules, &traced),
        nearest: nearest(rules, evaluation.verdict, &facts),
        linked_to: db
            .link_of(id)?
            .map(|link| format!("{}, since {}", link.crm_id, link.at.format("%Y-%m-%d %H:%M UTC"))),
        routing,
        handoffs: handoffs
            .iter()
            .map(|handoff| past(rules, db, handoff, &muted_by, now))
            .collect::<Result<_>>()?,
    })
}

fn decided_by(rules: &Rules, verdict: Verdict) -> Option<String> {
    match verdict {
        Verdict::Disqualified { by } | Verdict::Unclear { by } => {
            rules.disqualifiers.get(by).map(|rule| rule.name.clone())
        }
        Verdict::Qualified { tier } | Verdict::OutsideIcp { tier } => {
            rules.tiers.get(tier).map(|tier| tier.name.clone())
        }
        Verdict::NotYet => None,
    }
}

fn points(sheet: &crate::rules::PointSheet, facts: &Facts<'_>) -> Vec<PointsPart> {
    let parts = sum_seen(sheet, facts).into_iter();
    parts
        .map(|part| PointsPart {
            name: part.points.name.clone(),
            holds: (part.unread == 0.0).then_some(part.earned != 0.0),
            earned: part.earned,
            of: part.points.points,
        })
        .collect()
}

fn parts(rules: &Rules, traced: &Trace<'_>) -> Vec<Part> {
    let named = |part: &qualify::Part| -> (&'static str, String) {
        match part.kind {
            PartKind::Disqualifier(at) => (
                "disqualifier",
                rules.disqualifiers.get(at).map_or_else(String::new, |rule| rule.name.clone()),
            ),
            PartKind::Tier(at) => {
                ("mql", rules.tiers.get(at).map_or_else(String::new, |tier| tier.name.clone()))
            }
            PartKind::Icp => ("icp", "hard requirements".to_owned()),
            PartKind::Fit => (
                "fit",
                rules.icp.minimum_fit.map_or_else(String::new, |least| format!("fit at least {least}")),
            ),
        }
    };
    traced
        .parts
        .iter()
        .filter(|part| part.kind != PartKind::Fit || rules.icp.minimum_fit.is_some())
        .filter(|part| part.kind != PartKind::Icp || !rules.icp.when.is_always())
        .map(|part| {
            let (kind, name) = named(part);
            let steps = traced.of(part).iter().map(step).collect();
            Part { kind, name, holds: part.answer.certain(), steps }
        })
        .collect()
}

fn step(step: &qualify::Step<'_>) -> Step {
    let (text, seen) = match step.kind {
        StepKind::All => ("all of".to_owned(), None),
        StepKind::Any => ("any of".to_owned(), None),
        StepKind::Not => ("not".to_owned(), None),
        StepKind::Leaf { leaf, seen } => (leaf.text.clone(), Some(seen.shown())),
    };
    Step { depth: step.depth, holds: step.answer.certain(), text, seen }
}

/// What would change the verdict, in words.
fn nearest(rules: &Rules, verdict: Verdict, facts: &Facts<'_>) -> Vec<String> {
    let tier = |at: usize| rules.tiers.get(at).map_or("", |tier| &tier.name);
    let sentence = |nearest: Nearest| {
        let what = match nearest.becomes {
            Becomes::NotDisqualified => "no longer disqualified".to_owned(),
            Becomes::NotIn(at) => format!("no longer in tier {}", tier(at)),
            Becomes::QualifiedIn(at) => format!("qualified in tier {}", tier(at)),
        };
        let tests = nearest.tests.iter().map(|(leaf, holds)| {
            let (text, now) = (&leaf.text, seen(leaf, facts).shown());
            if *holds {
                format!("{text} (now {now})")
            } else {
                format!("'{text}' ceased to hold (now {now})")
            }
        });
        format!("{what} if {}", tests.collect::<Vec<_>>().join(" and "))
    };
    match verdict {
        Verdict::Unclear { .. } => readable(rules, facts).into_iter().collect(),
        Verdict::Disqualified { .. }
        | Verdict::Qualified { .. }
        | Verdict::NotYet
        | Verdict::OutsideIcp { .. } => {
            qualify::nearest(rules, verdict, facts).into_iter().map(sentence).collect()
        }
    }
}

/// What could be read for the verdict to be clear: whatever the values are then, no disqualifier hangs on another.
fn readable(rules: &Rules, facts: &Facts<'_>) -> Option<String> {
    let parts = rules.disqualifiers.iter().map(|rule| &rule.when);
    let unread = unread(rules, &Condition::Any(parts.cloned().collect()), facts).into_iter();
    let texts: Vec<String> =
        unread.map(|(field, _)| format!("{} were {}", field.name, field.reading.words())).collect();
    (!texts.is_empty()).then(|| format!("clear if {}", texts.join(" and ")))
}

fn routing_now(
    rules: &Rules,
    store: &Store,
    facts: &Facts<'_>,
    handoffs: &[HandoffRow],
) -> Result<RoutingNow> {
    let loads = loads(rules, store.read(), facts.now)?;
    let passed = match handoffs.first().filter(|handoff| handoff.status.is_open()) {
        Some(handoff) => had_it_before(rules, &store.read().assignments(handoff.id)?),
        None => Vec::new(),
    };
    let company = had_company(rules, store.read(), facts)?;
    let lead = Lead { facts: *facts, skipped: &passed, only_team: None, company: &company };
    let route_name = |at: usize| rules.routes.get(at).map_or_else(String::new, |route| route.name.clone());
    let passed_texts = |passed: &[assign::Skipped]| -> Vec<String> {
        passed.iter().map(|passed| format!("{}: {}", passed.rep, passed.reason)).collect()
    };
    Ok(match assign::assign(rules, &lead, &loads, facts.now) {
        Routing::Assigned(assignment) => RoutingNow {
            route: route_name(assignment.route),
            owner: rules.reps.get(assignment.rep.0).map(|rep| format!("{} <{}>", rep.name, rep.email)),
            why: assignment.why,
            until: None,
            passed_over: passed_texts(&assignment.skipped),
        },
        Routing::Waiting(waiting) => RoutingNow {
            route: route_name(waiting.route),
            owner: None,
            why: waiting.why,
            until: waiting.until,
            passed_over: passed_texts(&waiting.skipped),
        },
    })
}

fn past(
    rules: &Rules,
    db: Db<'_>,
    handoff: &HandoffRow,
    muted_by: &[String],
    now: Timestamp,
) -> Result<PastHandoff> {
    let zone = |email: &str| {
        let rep = rules.reps.iter().find(|rep| rep.email == email);
        rep.map_or(chrono_tz::UTC, |rep| rep.hours.timezone)
    };
    let owner_zone = handoff.owner.as_deref().map_or(chrono_tz::UTC, zone);
    Ok(PastHandoff {
        key: handoff.key.clone(),
        ordinal: handoff.ordinal,
        status: handoff.status.name(),
        tier: handoff.tier.clone(),
        note: handoff.note.clone(),
        owner: handoff.owner.clone(),
        due: handoff.due,
        due_local: handoff.due.map(|due| local(due, owner_zone)),
        due_account: due::account(db, handoff, now)?,
        silenced: if handoff.status.is_open() { muted_by.to_vec() } else { Vec::new() },
        why: handoff.why.clone(),
        assignments: db.assignments(handoff.id)?.iter().map(assignment_text).collect(),
        events: db.events(handoff.id)?.iter().map(event_text).collect(),
    })
}

fn assignment_text(assignment: &AssignmentRow) -> String {
    let passed: Vec<String> =
        assignment.passed_over.iter().map(|passed| format!("{} ({})", passed.rep, passed.reason)).collect();
    let passed =
        if passed.is_empty() { String::new() } else { format!("; passed over: {}", passed.join(", ")) };
    format!("{} by {}{passed}", assignment.rep, assignment.why)
}

fn event_text(event: &EventRow) -> String {
    let who = event.who.as_deref().map(|who| format!(" {who}")).unwrap_or_default();
    let how = event.how.as_deref().map(|how| format!(": {how}")).unwrap_or_default();
    format!("{} {}{who}{how}", event.at.format("%Y-%m-%d %H:%M UTC"), event.what)
}
