//! What teams get in a week beside what their reps can take in one.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use serde::Serialize;

use super::Routed;
use crate::model::{Rep, WorkingTime};
use crate::rules::Rules;
use crate::stats::float;

const WEEK_DAYS: f64 = 7.0;
const WEEK_HOURS: f64 = 168.0;

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

/// On how many days of a week the person works.
fn days_a_week(hours: &WorkingTime) -> f64 {
    if hours.shifts.is_empty() {
        return WEEK_DAYS;
    }
    let days: BTreeSet<u32> = hours.shifts.iter().map(|shift| shift.day.num_days_from_monday()).collect();
    float(days.len() as u64)
}

/// Without shifts, always.
fn hours_a_week(hours: &WorkingTime) -> f64 {
    if hours.shifts.is_empty() {
        return WEEK_HOURS;
    }
    let minutes: i64 = hours
        .shifts
        .iter()
        .map(|shift| {
            let length = shift.to - shift.from;
            let length = if length <= TimeDelta::zero() { length + TimeDelta::days(1) } else { length };
            length.num_minutes()
        })
        .sum();
    f64::from(i32::try_from(minutes).unwrap_or(i32::MAX)) / 60.0
}
