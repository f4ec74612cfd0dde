//! An explanation as a tree for people.

use super::Printable;
use super::due;
use crate::handoff::explanation::{Explanation, Part, PastHandoff, PointsPart, RoutingNow};
use crate::model::Untrusted;

/// Longest name of a contact or company in the first line.
const NAME_CHARS_MAX: usize = 160;

/// `None`: unclear.
fn mark(holds: Option<bool>) -> &'static str {
    match holds {
        Some(true) => "✓",
        Some(false) => "✗",
        None => "?",
    }
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
    lines.extend(sum("score", &explanation.score_seen, &explanation.score_parts));
    lines.extend(sum("fit", &explanation.fit_seen, &explanation.fit_parts));
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
        "unclear" => {
            format!("Verdict: unclear whether '{by}' disqualifies it: not handed off until that can be read")
        }
        "outside_icp" => format!("Verdict: outside the ICP (tier {by} holds)"),
        "qualified" => format!("Verdict: qualified in tier {by}"),
        _ => "Verdict: not yet: no MQL tier holds".to_owned(),
    }
}

fn sum(name: &str, total: &str, parts: &[PointsPart]) -> Vec<String> {
    let mut lines = vec![format!("  {name}: {total}")];
    for part in parts {
        lines.push(format!(
            "    {} {}: {} of {}",
            mark(part.holds),
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
    lines.extend(handoff.due_account.iter().flat_map(due::lines));
    lines.extend(handoff.silenced.iter().map(|silence| format!("  escalations are muted: {silence}")));
    lines.push(format!("  why: {}", handoff.why.join("; ")));
    lines.extend(handoff.assignments.iter().map(|assignment| format!("  {assignment}")));
    lines.extend(handoff.events.iter().map(|event| format!("  {event}")));
    lines
}
