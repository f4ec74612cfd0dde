//! `[[route]]`: which rule chooses the destination, tried in the order of the file.

use std::collections::BTreeSet;
use std::ops::Range;

use super::codes::{BAD_ROW, BAD_VALUE, NO_FALLBACK, NO_MANAGER, NOBODY_SKILLED, UNKNOWN_REP, UNKNOWN_TEAM};
use super::compile::{Names, Scope, compile};
use super::condition::Condition;
use super::definition::{Route, RouteTarget, Team};
use super::finding::{Finding, Findings};
use super::people::skills;
use super::reader::Reader;
use super::register::Register;
use crate::model::{Rep, RepId, Sla, StepAction, StepTarget};

/// Values reported for one list; the rest would say the same.
const VALUE_FINDINGS_MAX: usize = 10;

/// Whom routes can reach.
pub(super) struct Destinations<'a> {
    pub(super) reps: &'a [Rep],
    pub(super) rep_names: &'a mut Register,
    pub(super) teams: &'a [Team],
    pub(super) team_names: &'a mut Register,
}

/// Reads every `[[route]]`.
pub(super) fn routes(
    readers: &[Reader<'_>],
    to: &mut Destinations<'_>,
    names: &mut Names,
    findings: &mut Findings,
) -> (Vec<Route>, Register) {
    let mut register = Register::new("route");
    let mut routes: Vec<Route> = Vec::with_capacity(readers.len());
    for (position, reader) in readers.iter().enumerate() {
        let when = reader
            .table("when")
            .map_or_else(Condition::always, |when| compile(when, Scope::Plain, names, findings));
        let target = target(*reader, to, names, findings);
        let skills = skills(*reader);
        let (Some((name, span)), Some(target)) = (reader.name("name"), target) else {
            continue;
        };
        register.add(name, span.clone(), findings);
        let route = Route { name: name.to_owned(), span: span.clone(), when, to: target, skills };
        if let Some(span) = reader.place("skills") {
            skilled(&route, span, to, findings);
        }
        if position + 1 == readers.len() {
            falls_back(&route, span, findings);
        }
        routes.push(route);
    }
    (routes, register)
}

/// Notes a last route that could let a handoff fall through.
fn falls_back(route: &Route, span: Range<usize>, findings: &mut Findings) {
    let takes_all = matches!(route.to, RouteTarget::Team(_) | RouteTarget::Rep(_));
    let message = if !route.when.is_always() {
        "the last route has a condition: handoffs that do not match it have nowhere to go"
    } else if !takes_all {
        "the last route leads to somebody who may not exist: such handoffs have nowhere to go"
    } else {
        return;
    };
    let finding = Finding::error(NO_FALLBACK, span, message);
    findings.add(finding.help("end with a route without `when`, to a team or a rep"));
}

/// Notes skills that nobody who could be picked has.
fn skilled(route: &Route, span: Range<usize>, to: &Destinations<'_>, findings: &mut Findings) {
    let RouteTarget::Team(team) = route.to else {
        let message = "`skills` needs a team to choose from";
        findings.error(BAD_VALUE, span, message);
        return;
    };
    let Some(team) = to.teams.get(team).filter(|team| !team.members.is_empty()) else {
        return;
    };
    let mut members = team.members.iter().filter_map(|member| to.reps.get(member.rep.0));
    let has_all = |rep: &Rep| route.skills.iter().all(|skill| rep.skills.contains(skill));
    if !members.any(has_all) {
        let message = format!("nobody in team '{}' has {}", team.name, route.skills.join(" and "));
        findings.error(NOBODY_SKILLED, span, message);
    }
}

fn target(
    reader: Reader<'_>,
    to: &mut Destinations<'_>,
    names: &mut Names,
    findings: &mut Findings,
) -> Option<RouteTarget> {
    let reader = reader.nested("to")?;
    let owner_of = reader.choice("owner_of", &[("contact", false), ("company", true)]);
    let text = |key| reader.text(key).zip(reader.place(key));
    let (account_in, team, rep) = (text("account_in"), text("team"), text("rep"));
    if let Some((of_company, span)) = owner_of.zip(reader.place("owner_of")) {
        return owner(of_company, &span, to, names, findings);
    }
    if let Some((list, span)) = account_in {
        return account(list, &span, to, names, findings);
    }
    if let Some((name, span)) = team {
        return to.team_names.require(name, &span, UNKNOWN_TEAM, findings).map(RouteTarget::Team);
    }
    let (name, span) = rep?;
    let position = to.rep_names.require(name, &span, UNKNOWN_REP, findings)?;
    Some(RouteTarget::Rep(RepId(position)))
}

fn owner(
    of_company: bool,
    span: &Range<usize>,
    to: &mut Destinations<'_>,
    names: &mut Names,
    findings: &mut Findings,
) -> Option<RouteTarget> {
    let (field, target) = if of_company {
        ("company.owner", RouteTarget::OwnerOfCompany)
    } else {
        ("owner", RouteTarget::OwnerOfContact)
    };
    to.rep_names.use_all();
    names.fields.require(field, span, findings)?;
    Some(target)
}

fn account(
    list: &str,
    span: &Range<usize>,
    to: &mut Destinations<'_>,
    names: &mut Names,
    findings: &mut Findings,
) -> Option<RouteTarget> {
    let found = names.lists.require(list, span, findings)?;
    if found.values.is_empty() && !found.keys.is_empty() {
        let finding =
            Finding::error(BAD_VALUE, span.clone(), format!("list '{list}' names no rep for its accounts"));
        findings.add(finding.help("give it the column of the rep's e-mail: value = \"rep\""));
        return None;
    }
    let (values, file_span) = names.lists.values(list)?;
    let strangers: Vec<String> = values
        .iter()
        .filter(|sourced| to.rep_names.find(&sourced.value).is_none())
        .map(|sourced| format!("{}: '{}' is no rep", sourced.place, sourced.value))
        .collect();
    for stranger in strangers.iter().take(VALUE_FINDINGS_MAX) {
        let finding = Finding::error(BAD_ROW, file_span.clone(), stranger.clone());
        findings.add(finding.help("the column takes e-mails of [[rep]] entries"));
    }
    if strangers.len() > VALUE_FINDINGS_MAX {
        let more = strangers.len() - VALUE_FINDINGS_MAX;
        findings.error(BAD_ROW, file_span, format!("and {more} more rows like these"));
    }
    Some(RouteTarget::AccountIn(found))
}

/// Notes teams that routes lead to and that have no manager, when an SLA wants to notify one.
pub(super) fn managers(routes: &[Route], teams: &[Team], slas: &[Sla], findings: &mut Findings) {
    let notifies = |action: &StepAction| matches!(action, StepAction::Notify { to } if to.contains(&StepTarget::Manager));
    let Some(sla) = slas.iter().find(|sla| sla.steps.iter().any(|step| notifies(&step.action))) else {
        return;
    };
    let reached: BTreeSet<usize> = routes
        .iter()
        .filter_map(|route| match route.to {
            RouteTarget::Team(position) => Some(position),
            RouteTarget::OwnerOfContact
            | RouteTarget::OwnerOfCompany
            | RouteTarget::AccountIn(_)
            | RouteTarget::Rep(_) => None,
        })
        .collect();
    for position in reached {
        let Some(team) = teams.get(position) else { continue };
        if team.manager.is_none() {
            let message =
                format!("team '{}' has no `manager`, and SLA '{}' notifies the manager", team.name, sla.name);
            findings.warning(NO_MANAGER, team.span.clone(), message);
        }
    }
}
