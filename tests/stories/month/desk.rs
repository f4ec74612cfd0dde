//! The month itself: every two hours the leads that came are exported, `handoff` runs, and the reps do what they do.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use chrono::{DateTime, SecondsFormat, TimeDelta, Timelike as _, Utc};
use serde_json::Value;

use super::crew::{self, Rep};
use super::funnel::{DAYS, Dice, Lead, leads, start, zone_of};
use crate::support::{Place, contacts};

/// From one run to the next.
pub(crate) const TICK: TimeDelta = TimeDelta::hours(2);

/// How a rep deals with a lead, once at it.
struct Plan {
    rep: &'static Rep,
    /// Ticks at work before acting; `None`: never.
    ticks: Option<u64>,
    act: (&'static str, &'static str),
}

/// What was seen of the month from outside.
#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) runs: usize,
    /// What escalated, by step.
    pub(crate) escalations: BTreeMap<String, usize>,
    /// Leads by how many runs they waited through.
    pub(crate) waited: BTreeMap<String, usize>,
    pub(crate) still_waiting: BTreeSet<String>,
    /// Leads by team that were seen waiting in the small hours of the team's customers.
    pub(crate) over_night: BTreeMap<&'static str, BTreeSet<String>>,
}

pub(crate) struct Desk {
    pub(crate) place: Place,
    pub(crate) leads: Vec<Lead>,
    pub(crate) seen: Seen,
    dice: Dice,
    /// Leads that somebody has, by id.
    at_work: BTreeMap<String, Plan>,
    /// Leads that nobody has yet.
    open: BTreeSet<String>,
    activity: Vec<(DateTime<Utc>, String)>,
}

impl Desk {
    pub(crate) fn new() -> Self {
        let place = Place::with(&crew::rules(), "id,email,score,country\n");
        place.write("activity.csv", "at,contact,by,kind,note\n");
        let desk = Self {
            place,
            leads: leads(),
            seen: Seen::default(),
            dice: Dice(30),
            at_work: BTreeMap::new(),
            open: BTreeSet::new(),
            activity: Vec::new(),
        };
        desk.place.json_at(&stamp(start()), 0, &["run"]);
        desk
    }

    /// The month and three days more, in which nobody new comes.
    pub(crate) fn work(&mut self) {
        for tick in 1..=12 * (DAYS + 3) {
            let now = start() + TICK * i32::try_from(tick).unwrap();
            self.export(now);
            let report = self.place.json_at(&stamp(now), 0, &["run"]);
            self.seen.runs += 1;
            self.see(&report, now);
            self.act(now + TimeDelta::minutes(20));
        }
    }

    /// What is in no hands, or in somebody's who has not finished; and what reps did in the last days.
    fn export(&mut self, now: DateTime<Utc>) {
        let came = self.leads.iter().filter(|lead| lead.at <= now && lead.at > now - TICK);
        let came: Vec<String> = came.map(|lead| lead.id.clone()).collect();
        self.open.extend(came);
        let mut csv = "id,email,score,country\n".to_owned();
        for lead in &self.leads {
            if self.open.contains(&lead.id) || self.at_work.contains_key(&lead.id) {
                writeln!(csv, "{},{},60,{}", lead.id, lead.email, lead.team).unwrap();
            }
        }
        self.place.write("contacts.csv", &csv);
        self.activity.retain(|(at, _)| *at > now - TimeDelta::days(2));
        let rows: String = self.activity.iter().map(|(_, row)| row.as_str()).collect();
        self.place.write("activity.csv", &format!("at,contact,by,kind,note\n{rows}"));
    }

    /// No lead without an owner or a stated wait, at any run.
    fn see(&mut self, report: &Value, now: DateTime<Utc>) {
        for row in report["handed_off"].as_array().unwrap() {
            let id = id_of(row["contact"].as_str().unwrap());
            assert!(self.open.remove(&id), "{id} is handed off a second time");
            let rep = crew::by_email(row["owner_email"].as_str().unwrap());
            let plan = self.plan(rep);
            self.at_work.insert(id, plan);
        }
        let mut waiting = BTreeSet::new();
        for row in report["waiting"].as_array().unwrap() {
            let why = row["why"].as_str().unwrap();
            assert!(!why.is_empty() && row["until"].is_string(), "{row} says neither why nor until when");
            waiting.insert(id_of(row["contact"].as_str().unwrap()));
        }
        assert_eq!(waiting, self.open, "a lead is neither with a rep nor waiting");
        for lead in self.leads.iter().filter(|lead| waiting.contains(&lead.id)) {
            if (0..4).contains(&now.with_timezone(&zone_of(lead.team)).hour()) {
                self.seen.over_night.entry(lead.team).or_default().insert(lead.id.clone());
            }
        }
        for id in &waiting {
            *self.seen.waited.entry(id.clone()).or_default() += 1;
        }
        self.seen.still_waiting = waiting;
        for row in report["escalated"].as_array().unwrap() {
            *self.seen.escalations.entry(row["what"].as_str().unwrap().to_owned()).or_default() += 1;
            let detail = row["detail"].as_str().unwrap();
            if let Some((_, to)) = detail.strip_prefix("from ").and_then(|rest| rest.split_once(" to ")) {
                let (id, plan) = (id_of(row["contact"].as_str().unwrap()), self.plan(crew::by_email(to)));
                self.at_work.insert(id, plan);
            }
        }
        assert_eq!(
            contacts(report, "outcomes").len(),
            contacts(report, "outcomes").iter().collect::<BTreeSet<_>>().len()
        );
    }

    /// Most act within the SLA, some late, one in twelve not at all.
    fn plan(&mut self, rep: &'static Rep) -> Plan {
        let ticks = match self.dice.roll(12) {
            0 => None,
            1 => Some(2 + self.dice.roll(3)),
            _ => Some(self.dice.roll(2)),
        };
        let act = match self.dice.roll(10) {
            0..6 => ("accepted", ""),
            6..8 => ("rejected", "No budget"),
            8 => ("rejected", "Duplicate"),
            _ => ("call", ""),
        };
        Plan { rep, ticks, act }
    }

    /// Whoever is at work goes on with what they have.
    fn act(&mut self, at: DateTime<Utc>) {
        let mut done = Vec::new();
        for (id, plan) in &mut self.at_work {
            if !plan.rep.is_at_work(at) {
                continue;
            }
            match &mut plan.ticks {
                None => {}
                Some(0) => {
                    let (kind, note) = plan.act;
                    let row = format!("{},{id},{},{kind},{note}\n", stamp(at), plan.rep.email());
                    self.activity.push((at, row));
                    if kind == "call" {
                        (plan.ticks, plan.act) = (Some(3), ("accepted", ""));
                    } else {
                        done.push(id.clone());
                    }
                }
                Some(ticks) => *ticks -= 1,
            }
        }
        for id in done {
            self.at_work.remove(&id);
        }
    }
}

pub(crate) fn stamp(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Contacts are shown by their e-mail, which begins with the id.
fn id_of(email: &str) -> String {
    email.split('@').next().unwrap().to_owned()
}
