//! A team's turn: who of its members can take the handoff, and which of them gets it.

use super::SkipReason;
use super::pick::{Candidate, least_loaded};
use super::request::{Destination, Request, Skips};
use super::rotation::{self, How, Tie, account, owed_now};
use crate::model::{Rep, RepId, Timestamp, fold};
use crate::rules::{Member, OffShift, Pick, Route, Team};
use crate::sla::{is_day_off, is_working, next_day, next_present, next_working};

/// Picks a member. Whoever cannot take it is noted in `skips`, with the moment at which that may change.
pub(super) fn pick(
    request: &Request<'_>,
    (index, team): (usize, &Team),
    route: &Route,
    skips: &mut Skips,
) -> Option<Destination> {
    let mut on_shift = Vec::new();
    let mut off_shift = Vec::new();
    for member in &team.members {
        let Some(rep) = request.rules.reps.get(member.rep.0) else {
            continue;
        };
        if let Some((reason, until)) = obstacle(request, team, route, (member.rep, rep)) {
            skips.note(rep.email.clone(), reason, until);
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
            skips.note(rep.email.clone(), SkipReason::OffShift { until }, until);
        }
        on_shift
    };
    let mut found = Choice { request, index, team, route, candidates: &candidates }.make(skips)?;
    if takes_off_shift {
        found.why.push_str(", nobody is on shift");
    }
    Some(found)
}

fn candidate(request: &Request<'_>, team: usize, member: &Member) -> Candidate {
    Candidate {
        rep: member.rep,
        weight: member.weight,
        turn: request.loads.turn(team, member.rep),
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
) -> Option<(SkipReason, Option<Timestamp>)> {
    let now = request.now;
    let available_from = |moment| match team.off_shift {
        OffShift::Wait => next_working(&rep.hours, moment),
        OffShift::Assign => next_present(&rep.hours, moment),
    };
    if let Some(reason) = request.skipped(id) {
        return Some((reason, None));
    }
    if let Some(skill) = missing_skill(route, rep) {
        return Some((SkipReason::LacksSkill(skill.clone()), None));
    }
    if is_day_off(&rep.hours, now) {
        return Some((SkipReason::Away, available_from(now)));
    }
    if next_working(&rep.hours, now).is_none() {
        return Some((SkipReason::NeverWorks, None));
    }
    let load = request.loads.load(id);
    if let Some(most) = rep.max_open.filter(|most| load.open >= *most) {
        return Some((SkipReason::MaxOpen(most), None));
    }
    if let Some(most) = rep.max_per_day.filter(|most| load.today >= *most) {
        let until = next_day(&rep.hours, now).and_then(available_from);
        return Some((SkipReason::MaxPerDay(most), until));
    }
    let run_limit = request.rules.limits.handoffs_per_rep_per_run;
    let most = run_limit.filter(|most| load.this_run >= *most)?;
    // The next run starts afresh, whenever it comes.
    Some((SkipReason::RunLimit(most), available_from(now)))
}

fn missing_skill<'a>(route: &'a Route, rep: &Rep) -> Option<&'a String> {
    route.skills.iter().find(|skill| !rep.skills.iter().any(|has| fold(has) == fold(skill)))
}

/// Several can take it, and one of them gets it.
struct Choice<'a> {
    request: &'a Request<'a>,
    index: usize,
    team: &'a Team,
    route: &'a Route,
    candidates: &'a [Candidate],
}

impl Choice<'_> {
    /// Whoever could have taken it as well is noted with where they stand.
    fn make(&self, skips: &mut Skips) -> Option<Destination> {
        let latest = self.request.loads.latest_turn(self.index);
        let rotates = self.team.pick == Pick::RoundRobin;
        let (at, how, is_turn) = if let Some((at, had)) = self.has_company() {
            let how = format!("took on somebody of the same company on {}", had.format("%Y-%m-%d"));
            (at, how, rotates)
        } else if rotates {
            let (at, how) = rotation::next(self.candidates, latest)?;
            (at, self.rotation_words(at, how), how != How::GivenBack)
        } else {
            let at = least_loaded(self.candidates)?;
            let open = self.candidates.get(at)?.load.open;
            let how = format!("fewest open handoffs for the weight ({open}) of {}", self.among());
            (at, if self.candidates.len() > 1 { how } else { self.only_one() }, false)
        };
        let candidate = self.candidates.get(at)?;
        let turns = match (rotates, is_turn) {
            (true, true) => rotation::after_turn(self.candidates, latest, at),
            (true, false) => vec![rotation::after_given_back(candidate, latest)],
            (false, _) => Vec::new(),
        };
        self.note_others(at, skips);
        Some(Destination {
            rep: candidate.rep,
            team: Some(self.index),
            why: format!("{}: {how}", self.route.name),
            turns,
        })
    }

    /// The candidate who was given somebody of the lead's company within the team's `same_company`, and when.
    fn has_company(&self) -> Option<(usize, Timestamp)> {
        let within = self.team.same_company?;
        let recent = self.request.lead.company.iter();
        recent.filter(|(_, had)| self.request.now - *had <= within).find_map(|(rep, had)| {
            let at = self.candidates.iter().position(|candidate| candidate.rep == *rep)?;
            Some((at, *had))
        })
    }

    fn rotation_words(&self, at: usize, how: How) -> String {
        let among = self.among();
        let Some(candidate) = self.candidates.get(at).filter(|_| self.candidates.len() > 1) else {
            return self.only_one();
        };
        let account = account(owed_now(self.candidates, at));
        match how {
            How::GivenBack => format!("given a credited turn back, of {among}"),
            How::Owed(Tie::None) => format!("{account}, the most of {among}"),
            How::Owed(Tie::LongestAgo) => format!("{account}, the most of {among}, and longest without"),
            How::Owed(Tie::ListedFirst) => format!("{account}, the most of {among}, and listed first"),
            How::Due => {
                let (turns, all) = rotation::turns_in_window(self.candidates, at);
                let weights: u64 = self.candidates.iter().map(|member| u64::from(member.weight)).sum();
                let weight = candidate.weight;
                format!("first to be late of {among}: {turns} of {all} turns at weight {weight} of {weights}")
            }
        }
    }

    fn only_one(&self) -> String {
        format!("the only one available in team {}", self.team.name)
    }

    /// Continues 'of '.
    fn among(&self) -> String {
        format!("{} in team {}", self.candidates.len(), self.team.name)
    }

    fn note_others(&self, picked: usize, skips: &mut Skips) {
        for (at, candidate) in self.candidates.iter().enumerate().filter(|(at, _)| *at != picked) {
            let reason = match self.team.pick {
                Pick::RoundRobin => SkipReason::Owed(owed_now(self.candidates, at)),
                Pick::LeastLoaded => SkipReason::HasOpen(candidate.load.open),
            };
            if let Some(rep) = self.request.rules.reps.get(candidate.rep.0) {
                skips.note(rep.email.clone(), reason, None);
            }
        }
    }
}
