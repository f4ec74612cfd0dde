//! An explanation as a tree for people.

use serde::Serialize;

use super::Printable;
use crate::handoff::due_account::DueAccount;
use crate::model::{Timestamp, Untrusted};

/// Everything there is to say about one contact.
#[derive(Debug, Serialize)]
pub(crate) struct Explanation {
    pub id: String,
    pub name: Untrusted,
    pub company: Option<Untrusted>,
    pub at: Timestamp,
    pub verdict: String,
    /// The disqualifier or the tier that decided.
    pub by: Option<String>,
    pub score: Option<f64>,
    pub score_parts: Vec<PointsPart>,
    pub fit: Option<f64>,
    pub fit_parts: Vec<PointsPart>,
    /// Until then nothing but a change of the contact can change the verdict.
    pub holds_until: Option<Timestamp>,
    pub parts: Vec<Part>,
    /// The nearest changes that would flip the verdict, as sentences.
    pub nearest: Vec<String>,
    /// The contact whose lead it is: `1002, since 2026-11-23 10:00 UTC`.
    pub linked_to: Option<String>,
    /// Where it would go now; `None` while a handoff is open.
    pub routing: Option<RoutingNow>,
    pub handoffs: Vec<PastHandoff>,
}

#[derive(Debug, Serialize)]
pub(crate) struct PointsPart {
    pub name: String,
    pub earned: f64,
    pub of: f64,
}

#[derive(Debug, Serialize)]
pub(crate) struct Part {
    /// `disqualifier`, `mql`, `icp` or `fit`.
    pub kind: &'static str,
    pub name: String,
    pub holds: bool,
    pub steps: Vec<Step>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Step {
    pub depth: u16,
    pub holds: bool,
    pub text: String,
    pub seen: Option<String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct RoutingNow {
    pub route: String,
    pub owner: Option<String>,
    pub why: String,
    pub until: Option<Timestamp>,
    pub passed_over: Vec<String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct PastHandoff {
    pub key: String,
    pub ordinal: u32,
    pub status: &'static str,
    pub tier: String,
    pub note: Option<String>,
    pub owner: Option<String>,
    pub due: Option<Timestamp>,
    pub due_local: Option<String>,
    /// How the due time came about.
    pub due_account: Option<DueAccount>,
    /// The silences that mute its escalations.
    pub silenced: Vec<String>,
    pub why: Vec<String>,
    pub assignments: Vec<String>,
    pub events: Vec<String>,
}

/// Longest name of a contact or company in the first line.
const NAME_CHARS_MAX: usize = 160;

fn mark(holds: bool) -> &'static str {
    if holds { "✓" } else { "✗" }
}

/// Every contact that was asked for, apart by a blank line.
pub(crate) fn text(explanations: &[Explanation]) -> Printable {
    Printable::lines(explanations.iter().map(one).collect::<Vec<_>>().join(&String::new()))
}

fn one(explanation: &Explanation) -> Vec<String> {
    let shown = |text: &Untrusted| text.for_terminal(NAME_CHARS_MAX);
    let company = explanation.company.as_ref().map(|company| format!(" ({})", shown(company)));
    let (name, company) = (shown(&explanation.name), company.unwrap_or_default());
    let mut lines = vec![format!("{name}{company}, id {}", explanation.id)];
    lines.push(verdict(explanation));
    if let Some(until) = explanation.holds_until {
        lines.push(format!("  may change by time alone at {}", until.format("%Y-%m-%d %H:%M UTC")));
    }
    lines.extend(sum("score", explanation.score, &explanation.score_parts));
    lines.extend(sum("fit", explanation.fit, &explanation.fit_parts));
    for (kind, title) in
        [("disqualifier", "Disqualifiers"), ("mql", "MQL tiers"), ("icp", "ICP"), ("fit", "ICP fit")]
    {
        let parts: Vec<&Part> = explanation.parts.iter().filter(|part| part.kind == kind).collect();
        if !parts.is_empty() {
            lines.push(title.to_owned());
            lines.extend(parts.into_iter().flat_map(part));
        }
    }
    if !explanation.nearest.is_empty() {
        lines.push("Nearest change".to_owned());
        lines.extend(explanation.nearest.iter().map(|nearest| format!("  would be {nearest}")));
    }
    let linked = explanation.linked_to.iter();
    lines.extend(
        linked.map(|to| format!("Linked to contact {to}: the same e-mail, so not handed off itself")),
    );
    lines.extend(
        explanation.routing.iter().flat_map(|routing| route(routing, explanation.verdict == "qualified")),
    );
    lines.extend(explanation.handoffs.iter().flat_map(handoff));
    lines
}

fn verdict(explanation: &Explanation) -> String {
    let by = explanation.by.as_deref().unwrap_or_default();
    match explanation.verdict.as_str() {
        "disqualified" => format!("Verdict: disqualified by '{by}'"),
        "outside_icp" => format!("Verdict: outside the ICP (tier {by} holds)"),
        "qualified" => format!("Verdict: qualified in tier {by}"),
        _ => "Verdict: not yet: no MQL tier holds".to_owned(),
    }
}

fn sum(name: &str, total: Option<f64>, parts: &[PointsPart]) -> Vec<String> {
    let Some(total) = total else {
        return vec![format!("  {name}: missing")];
    };
    let mut lines = vec![format!("  {name}: {}", shown(total))];
    for part in parts {
        lines.push(format!(
            "    {} {}: {} of {}",
            mark(part.earned != 0.0),
            part.name,
            shown(part.earned),
            shown(part.of)
        ));
    }
    lines
}

fn shown(number: f64) -> String {
    format!("{}", (number * 10.0).round() / 10.0)
}

fn part(part: &Part) -> Vec<String> {
    let mut lines = vec![format!("  {} {}", mark(part.holds), part.name)];
    for step in &part.steps {
        let indent = "  ".repeat(usize::from(step.depth) + 2);
        let seen = step.seen.as_deref().map(|seen| format!(" — {seen}")).unwrap_or_default();
        lines.push(format!("{indent}{} {}{seen}", mark(step.holds), step.text));
    }
    lines
}

fn route(routing: &RoutingNow, is_qualified: bool) -> Vec<String> {
    let would = if is_qualified { "Route now" } else { "Route, were it qualified" };
    let mut lines = vec![match &routing.owner {
        Some(owner) => format!("{would}: '{}' to {owner}", routing.route),
        None => format!("{would}: '{}' waits", routing.route),
    }];
    lines.push(format!("  {}", routing.why));
    if let Some(until) = routing.until {
        lines.push(format!("  until {}", until.format("%Y-%m-%d %H:%M UTC")));
    }
    lines.extend(routing.passed_over.iter().map(|passed| format!("  passed over {passed}")));
    lines
}

fn handoff(handoff: &PastHandoff) -> Vec<String> {
    let owner = handoff.owner.as_deref().map(|owner| format!(", owner {owner}")).unwrap_or_default();
    let due = handoff.due_local.as_deref().map(|due| format!(", due {due}")).unwrap_or_default();
    let mut lines = vec![format!(
        "Handoff {} ({}): {} in tier {}{owner}{due}",
        handoff.ordinal, handoff.key, handoff.status, handoff.tier
    )];
    lines.extend(handoff.note.iter().map(|note| format!("  {note}")));
    lines.extend(handoff.due_account.iter().flat_map(DueAccount::lines));
    lines.extend(handoff.silenced.iter().map(|silence| format!("  escalations are muted: {silence}")));
    lines.push(format!("  why: {}", handoff.why.join("; ")));
    lines.extend(handoff.assignments.iter().map(|assignment| format!("  {assignment}")));
    lines.extend(handoff.events.iter().map(|event| format!("  {event}")));
    lines
}
