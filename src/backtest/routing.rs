//! A rehearsal of the routes: leads in the order of time meet idle reps, and the load of each shows.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap};

use chrono::NaiveDate;
use serde::Serialize;

use super::Lead;
use crate::assign::{self, Companies, Loads, RepLoad, Rotations, Routing};
use crate::model::{RepId, Timestamp, local_date};
use crate::qualify::company_keys;
use crate::rules::{RouteTarget, Rules};

/// How often a lead that waits for a shift is tried again; after that nobody takes it.
const TRIES_MAX: u32 = 20;

/// What one rep would have got.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RepRow {
    pub name: String,
    pub email: String,
    pub leads: u64,
    /// The most on one of the rep's own calendar days; `None` for undated history.
    pub busiest_day: Option<u64>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Routed {
    pub reps: Vec<RepRow>,
    /// Leads that nobody could take.
    pub nobody: u64,
    /// Leads without a date, where others have one: they come on no day, so they are left out.
    pub undated: u64,
    /// Leads by position of the team that they came to first.
    #[serde(skip)]
    pub teams: HashMap<usize, u64>,
}

/// Makes the rules fit for a rehearsal. What reps closed is not known, so `max_open` and the limits of a run are left out;
/// without dates there are no days and no shifts either.
pub fn prepare(rules: &mut Rules, is_dated: bool) {
    rules.limits.handoffs_per_rep_per_run = None;
    for rep in &mut rules.reps {
        rep.max_open = None;
        if !is_dated {
            rep.max_per_day = None;
            rep.hours.shifts.clear();
            rep.hours.holidays.clear();
            rep.hours.away.clear();
        }
    }
}

/// Assigns every lead; the rules have gone through [`prepare`].
pub fn rehearse(rules: &Rules, leads: &[Lead], is_dated: bool) -> Routed {
    let mut rehearsal = Rehearsal {
        rules,
        loads: Loads::new(vec![RepLoad::default(); rules.reps.len()], Rotations::default()),
        companies: Companies::default(),
        today: vec![None; rules.reps.len()],
        got: vec![BTreeMap::new(); rules.reps.len()],
        routed: Routed::default(),
    };
    let mut queue: BinaryHeap<Reverse<(Timestamp, usize, u32)>> = BinaryHeap::with_capacity(leads.len());
    let come = leads.iter().enumerate().filter(|(_, lead)| lead.is_dated || !is_dated);
    queue.extend(come.map(|(at, lead)| Reverse((lead.at, at, 0))));
    rehearsal.routed.undated = (leads.len() - queue.len()) as u64;
    while let Some(Reverse((now, at, tries))) = queue.pop() {
        let Some(lead) = leads.get(at) else { continue };
        match rehearsal.meet(lead, now, tries == 0) {
            Met::Rep => {}
            Met::Wait(until) if tries < TRIES_MAX => queue.push(Reverse((until, at, tries + 1))),
            Met::Wait(_) | Met::Nobody => rehearsal.routed.nobody += 1,
        }
    }
    rehearsal.finish(is_dated)
}

enum Met {
    Rep,
    Wait(Timestamp),
    Nobody,
}

struct Rehearsal<'r> {
    rules: &'r Rules,
    loads: Loads,
    companies: Companies,
    /// Each rep's own calendar day.
    today: Vec<Option<NaiveDate>>,
    got: Vec<BTreeMap<NaiveDate, u64>>,
    routed: Routed,
}

impl Rehearsal<'_> {
    fn meet(&mut self, lead: &Lead, now: Timestamp, is_first: bool) -> Met {
        self.turn_days(now);
        let facts = lead.facts(now);
        let keys = company_keys(self.rules, facts.contact);
        let company = self.companies.of(&keys);
        let request = assign::Lead { facts, skipped: &[], only_team: None, company: &company };
        match assign::assign(self.rules, &request, &self.loads, now) {
            Routing::Assigned(assignment) => {
                if let Some(team) = assignment.team.filter(|_| is_first) {
                    *self.routed.teams.entry(team).or_default() += 1;
                }
                self.loads.record(&assignment, now);
                self.companies.record(&keys, assignment.rep, now);
                let RepId(rep) = assignment.rep;
                let day = self.today.get(rep).copied().flatten();
                if let (Some(got), Some(day)) = (self.got.get_mut(rep), day) {
                    *got.entry(day).or_default() += 1;
                }
                Met::Rep
            }
            Routing::Waiting(waiting) => {
                let route = self.rules.routes.get(waiting.route);
                if let Some(RouteTarget::Team(team)) = route.map(|route| &route.to).filter(|_| is_first) {
                    *self.routed.teams.entry(*team).or_default() += 1;
                }
                // A moment that has come already would be tried for ever.
                waiting.until.filter(|until| *until > now).map_or(Met::Nobody, Met::Wait)
            }
        }
    }

    fn turn_days(&mut self, now: Timestamp) {
        for ((position, rep), today) in self.rules.reps.iter().enumerate().zip(&mut self.today) {
            let day = local_date(rep.hours.timezone, now);
            if *today != Some(day) {
                *today = Some(day);
                self.loads.start_day(RepId(position));
            }
        }
    }

    fn finish(self, is_dated: bool) -> Routed {
        let row = |(rep, got): (&crate::model::Rep, BTreeMap<NaiveDate, u64>)| RepRow {
            name: rep.name.clone(),
            email: rep.email.clone(),
            leads: got.values().sum(),
            busiest_day: if is_dated { Some(got.values().copied().max().unwrap_or_default()) } else { None },
        };
        let reps = self.rules.reps.iter().zip(self.got).map(row).collect();
        Routed { reps, ..self.routed }
    }
}
