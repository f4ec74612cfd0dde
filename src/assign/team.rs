//! A team's turn: who of its members can take the handoff, and which of them gets it.

use super::PassReason;
use super::pick::{Candidate, least_loaded, round_robin};
use super::request::{Found, Passes, Request};
use crate::model::{Rep, RepId, Timestamp, fold};
use crate::rules::{Member, OffShift, Pick, Route, Team};
use crate::sla::{is_day_off, is_working, next_day, next_present, next_working};

/// Picks a member. Whoever cannot take it is noted in `passes`, with the moment at which that may change.
pub(super) fn pick(
    request: &Request<'_>,
    (index, team): (usize, &Team),
    route: &Route,
    passes: &mut Passes,
) -> Option<Found> {
    let mut on_shift = Vec::new();
    let mut off_shift = Vec::new();
    for member in &team.members {
        let Some(rep) = request.rules.reps.get(member.rep.0) else {
            continue;
        };
        if let Some((reason, until)) = obstacle(request, team, route, (member.rep, rep)) {
            passes.note(rep.email.clone(), reason, until);
        } else if is_working(&rep.hours, request.now) {
            on_shift.push(candidate(request, index, member));
        } else {
            off_shift.push((candidate(request, index, member), rep));
        }
    }
    let takes_off_shift = on_shift.is_empty() && team.off_shift == OffShift::Assign;
    let candidates: Vec<Candidate> = if takes_off_shift {
        off_shift.iter().map(|(candidate, _)| *candidate).collect()
    } else {
        for (_, rep) in off_shift {
            let until = next_working(&rep.hours, request.now);
            passes.note(rep.email.clone(), PassReason::OffShift { until }, until);
        }
        on_shift
    };
    let mut found = pick_one((index, team), route, &candidates)?;
    if takes_off_shift {
        found.why.push_str(", nobody is on shift");
    }
    Some(found)
}

fn candidate(request: &Request<'_>, team: usize, member: &Member) -> Candidate {
    Candidate {
        rep: member.rep,
        weight: member.weight,
        credit: request.loads.credit(team, member.rep),
        load: request.loads.load(member.rep),
    }
}

/// What keeps a member from taking the handoff, shifts aside, and when it goes away by itself. A full plate does so when
/// the rep closes something, which no clock can tell.
fn obstacle(
    request: &Request<'_>,
    team: &Team,
    route: &Route,
    (id, rep): (RepId, &Rep),
) -> Option<(PassReason, Option<Timestamp>)> {
    let now = request.now;
    let available_from = |moment| match team.off_shift {
        OffShift::Wait => next_working(&rep.hours, moment),
        OffShift::Assign => next_present(&rep.hours, moment),
    };
    if let Some(reason) = request.passed(id) {
        return Some((reason, None));
    }
    if let Some(skill) = missing_skill(route, rep) {
        return Some((PassReason::LacksSkill(skill.clone()), None));
    }
    if is_day_off(&rep.hours, now) {
        return Some((PassReason::Away, available_from(now)));
    }
    if next_working(&rep.hours, now).is_none() {
        return Some((PassReason::NeverWorks, None));
    }
    let load = request.loads.load(id);
    if let Some(most) = rep.max_open.filter(|most| load.open >= *most) {
        return Some((PassReason::MaxOpen(most), None));
    }
    if let Some(most) = rep.max_per_day.filter(|most| load.today >= *most) {
        let until = next_day(&rep.hours, now).and_then(available_from);
        return Some((PassReason::MaxPerDay(most), until));
    }
    let run_limit = request.rules.limits.handoffs_per_rep_per_run;
    let most = run_limit.filter(|most| load.this_run >= *most)?;
    // The next run starts afresh, whenever it comes.
    Some((PassReason::RunLimit(most), available_from(now)))
}

fn missing_skill<'a>(route: &'a Route, rep: &Rep) -> Option<&'a String> {
    route.skills.iter().find(|skill| !rep.skills.iter().any(|has| fold(has) == fold(skill)))
}

fn pick_one((index, team): (usize, &Team), route: &Route, candidates: &[Candidate]) -> Option<Found> {
    let (rep, how, credits) = match team.pick {
        Pick::RoundRobin => {
            let (rep, credits) = round_robin(candidates)?;
            (rep, "next by round robin".to_owned(), credits)
        }
        Pick::LeastLoaded => {
            let least = least_loaded(candidates)?;
            let how = format!("fewest open handoffs for the weight ({})", least.load.open);
            (least.rep, how, Vec::new())
        }
    };
    let why = if candidates.len() == 1 {
        format!("{}: the only one available in team {}", route.name, team.name)
    } else {
        format!("{}: {how} in team {}, {} available", route.name, team.name, candidates.len())
    };
    Some(Found { rep, team: Some(index), why, credits })
}
