//! What teams get in a week beside what their reps can take in one.

use std::ops::Range;

use chrono::Timelike as _;
use serde::Serialize;

use super::Routed;
use crate::model::{Rep, WorkingTime};
use crate::rules::Rules;
use crate::stats::float;

const WEEK_DAYS: f64 = 7.0;
const DAYS: u32 = 7;
const DAY_MINUTES: u32 = 1_440;

/// One team in an ordinary week: holidays and absences aside.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TeamCapacity {
    pub team: String,
    pub leads_a_week: f64,
    /// From `max_per_day` and the working days; `None` when a member has no such limit.
    pub takes_a_week: Option<f64>,
    /// Of all members together, on shift.
    pub hours_a_week: f64,
    /// Leads by what the team takes; above 1 it cannot keep up.
    pub used: Option<f64>,
    /// Hours on shift for each lead; `None` without leads.
    pub hours_a_lead: Option<f64>,
}

/// `days` is how long the leads took to come. Members of several teams count in each.
pub fn capacity(rules: &Rules, routed: &Routed, days: f64) -> Vec<TeamCapacity> {
    let teams = rules.teams.iter().enumerate();
    let row = |(position, team): (usize, &crate::rules::Team)| {
        let leads = routed.teams.get(&position).copied().unwrap_or_default();
        let leads_a_week = float(leads) / days * WEEK_DAYS;
        let members: Vec<&Rep> =
            team.members.iter().filter_map(|member| rules.reps.get(member.rep.0)).collect();
        let takes_a_week: Option<f64> = members
            .iter()
            .map(|rep| rep.max_per_day.map(|most| f64::from(most) * days_a_week(&rep.hours)))
            .sum();
        let hours_a_week: f64 = members.iter().map(|rep| hours_a_week(&rep.hours)).sum();
        TeamCapacity {
            team: team.name.clone(),
            leads_a_week,
            takes_a_week,
            hours_a_week,
            used: takes_a_week.filter(|takes| *takes > 0.0).map(|takes| leads_a_week / takes),
            hours_a_lead: (leads > 0).then(|| hours_a_week / leads_a_week),
        }
    };
    teams.map(row).collect()
}

/// On how many days of a week the person works; a night shift is on two.
fn days_a_week(hours: &WorkingTime) -> f64 {
    let week = on_shift(hours);
    let days = (0..DAYS).filter(|day| {
        let day = day * DAY_MINUTES..(day + 1) * DAY_MINUTES;
        week.iter().any(|shift| shift.start < day.end && shift.end > day.start)
    });
    float(days.count() as u64)
}

fn hours_a_week(hours: &WorkingTime) -> f64 {
    let minutes: u32 = on_shift(hours).iter().map(|shift| shift.end - shift.start).sum();
    f64::from(minutes) / 60.0
}

/// The minutes of a week on which somebody works, each once, however many shifts it is in; all of them without shifts.
fn on_shift(hours: &WorkingTime) -> Vec<Range<u32>> {
    let week = DAYS * DAY_MINUTES;
    if hours.shifts.is_empty() {
        return std::iter::once(0..week).collect();
    }
    let mut shifts: Vec<Range<u32>> = Vec::new();
    for shift in &hours.shifts {
        let day = shift.day.num_days_from_monday() * DAY_MINUTES;
        let [from, to] = [shift.from, shift.to].map(|at| day + at.num_seconds_from_midnight() / 60);
        let to = if to <= from { to + DAY_MINUTES } else { to };
        shifts.push(from..to.min(week));
        // From Sunday into Monday.
        shifts.push(0..to.saturating_sub(week));
    }
    shifts.sort_unstable_by_key(|shift| shift.start);
    let mut counted = 0;
    for shift in &mut shifts {
        shift.start = shift.start.max(counted);
        shift.end = shift.end.max(shift.start);
        counted = shift.end;
    }
    shifts
}
