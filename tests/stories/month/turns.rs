//! What the database says of the month: every turn of every team, in order, with those who could have had it.

use std::collections::BTreeMap;

use rusqlite::Connection;
use serde_json::Value;

use super::crew::by_email;
use crate::support::Place;

/// One lead that went to somebody of a team.
pub(crate) struct Turn {
    pub(crate) team: String,
    pub(crate) rep: String,
    /// Who could have had it, the rep among them.
    pub(crate) eligible: Vec<String>,
    /// It stayed with the rep who has its company.
    pub(crate) is_stuck: bool,
    /// It made good for one that was credited.
    pub(crate) is_given_back: bool,
}

pub(crate) fn open(place: &Place) -> Connection {
    Connection::open(place.path("handoff.db")).unwrap()
}

/// In the order in which they were decided.
pub(crate) fn turns(database: &Connection) -> Vec<Turn> {
    let mut statement = database
        .prepare(
            "WITH told AS (SELECT id, handoff_id, row_number() OVER (PARTITION BY handoff_id ORDER BY id) AS round \
             FROM event WHERE what = 'assigned') \
             SELECT a.team, a.rep, a.why, a.passed_over FROM told JOIN assignment a USING(handoff_id, round) ORDER BY told.id",
        )
        .unwrap();
    let rows = statement.query_map([], |row| {
        let (team, rep, why, passed): (String, String, String, String) =
            (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
        Ok((team, rep, why, passed))
    });
    rows.unwrap().map(|row| turn(row.unwrap())).collect()
}

fn turn((team, rep, why, passed): (String, String, String, String)) -> Turn {
    let passed: Vec<Value> = serde_json::from_str(&passed).unwrap();
    let could = |passed: &&Value| {
        let reason = passed["reason"].as_str().unwrap();
        reason.starts_with("owed ") || reason.starts_with("ahead by ")
    };
    let mut eligible: Vec<String> =
        passed.iter().filter(could).map(|passed| passed["rep"].as_str().unwrap().to_owned()).collect();
    eligible.push(rep.clone());
    eligible.sort();
    let (is_stuck, is_given_back) = (why.contains("of the same company"), why.contains("credited turn back"));
    Turn { team, rep, eligible, is_stuck, is_given_back }
}

fn share(rep: &str, eligible: &[String]) -> f64 {
    let weight = |rep: &str| f64::from(by_email(rep).weight);
    weight(rep) / eligible.iter().map(|rep| weight(rep)).sum::<f64>()
}

/// Windows of a team: as long as the same reps are eligible, nobody is a lead away from the share. Returns how many windows
/// there were, and the longest.
pub(crate) fn check_windows<'a>(turns: impl Iterator<Item = &'a Turn>) -> (usize, usize) {
    let (mut windows, mut longest, mut length, mut stuck) = (0, 0, 0, 0.0);
    let mut eligible: &[String] = &[];
    let mut ahead: BTreeMap<&str, f64> = BTreeMap::new();
    for turn in turns.filter(|turn| !turn.is_given_back) {
        if turn.eligible != eligible {
            (eligible, windows, length, stuck) = (&turn.eligible, windows + 1, 0, 0.0);
            ahead = eligible.iter().map(|rep| (rep.as_str(), 0.0)).collect();
        }
        length += 1;
        longest = longest.max(length);
        stuck += f64::from(u8::from(turn.is_stuck));
        for (rep, ahead) in &mut ahead {
            *ahead += f64::from(u8::from(*rep == turn.rep)) - share(rep, eligible);
            assert!(ahead.abs() < 1.0 + stuck, "{rep} is {ahead} ahead after {length} turns of {eligible:?}");
        }
    }
    (windows, longest)
}

/// Turns and fair share of each rep.
pub(crate) fn totals(turns: &[Turn]) -> BTreeMap<&str, (f64, f64)> {
    let mut totals: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
    for turn in turns.iter().filter(|turn| !turn.is_given_back) {
        for rep in &turn.eligible {
            let (got, fair) = totals.entry(rep).or_default();
            *fair += share(rep, &turn.eligible);
            *got += f64::from(u8::from(*rep == turn.rep));
        }
    }
    totals
}
