//! What assignment must know of the past: loads, rotations, and who has had whose colleagues.

use std::collections::HashMap;

use anyhow::Result;
use chrono::TimeDelta;

use super::case::Case;
use crate::assign::{Loads, RepLoad, Rotations};
use crate::model::{Contact, RepId, Timestamp, fold};
use crate::qualify::{Facts, company_keys};
use crate::rules::Rules;
use crate::store::{Db, text_hash};

/// Assignments looked back on for `max_per_day`: a rep's day may have begun up to 26 hours ago in UTC terms.
const DAY: TimeDelta = TimeDelta::hours(26);

/// Loads and rotations as they are in the store.
pub(crate) fn loads(rules: &Rules, db: Db<'_>, now: Timestamp) -> Result<Loads> {
    let mut reps = Vec::with_capacity(rules.reps.len());
    let emails = rules.reps.iter().map(|rep| rep.email.as_str());
    for (rep, row) in rules.reps.iter().zip(db.loads(emails, now - DAY)?) {
        let zone = rep.hours.timezone;
        let today = now.with_timezone(&zone).date_naive();
        let count = row.recent.iter().filter(|at| at.with_timezone(&zone).date_naive() == today).count();
        reps.push(RepLoad { open: row.open, today: u32::try_from(count)?, this_run: 0, last: row.last });
    }
    let mut rotations = Rotations::default();
    for (team, rep, turn) in db.turns()? {
        let team = rules.teams.iter().position(|known| known.name == team);
        let rep = rules.reps.iter().position(|known| known.email == rep).map(RepId);
        if let Some(team) = team {
            rotations.add(team, rep, turn);
        }
    }
    Ok(Loads::new(reps, rotations))
}

/// What says which company a contact is of, as the store keeps it.
pub(crate) fn companies(rules: &Rules, contact: &Contact) -> Vec<i64> {
    company_keys(rules, contact).iter().map(|key| text_hash(key)).collect()
}

/// Who was given people of the lead's company as far back as any team cares, the latest first.
pub(crate) fn had_company(rules: &Rules, db: Db<'_>, facts: &Facts<'_>) -> Result<Vec<(RepId, Timestamp)>> {
    let Some(within) = rules.teams.iter().filter_map(|team| team.same_company).max() else {
        return Ok(Vec::new());
    };
    let by_email: HashMap<&str, RepId> =
        rules.reps.iter().enumerate().map(|(at, rep)| (rep.email.as_str(), RepId(at))).collect();
    let had = db.had_company(&companies(rules, facts.contact), facts.now - within)?;
    Ok(had.into_iter().filter_map(|(rep, at)| Some((*by_email.get(rep.as_str())?, at))).collect())
}

impl Case<'_> {
    /// A rejection for a reason that `[outcome] credit` names gives the rep the turn back.
    pub(super) fn credit(&self, reason: Option<&str>) -> Result<()> {
        let listed = &self.rules().outcome.credit;
        match reason.filter(|reason| listed.iter().any(|listed| *listed == fold(reason))) {
            Some(reason) => {
                self.db.give_turn_back(&self.handoff, &format!("rejected as '{reason}'"), self.now())
            }
            None => Ok(()),
        }
    }
}
