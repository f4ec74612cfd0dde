//! Small rules, contacts and loads for the routing tests.

use std::collections::BTreeMap;
use std::path::PathBuf;

use chrono::TimeDelta;
use chrono_tz::Tz;

use crate::assign::{Assignment, Lead, Loads, RepLoad, Rotations, Routing, Skipped, Waiting, assign};
use crate::model::{Contact, ContactId, Field, Rep, RepId, STANDARD_FIELDS, Timestamp, Value, WorkingTime};
use crate::qualify::{Facts, Sum};
use crate::rules::{
    Agreement, Condition, Connection, Fields, Icp, Limits, Member, NobodyAvailable, OffShift, Outcome, Pick,
    Route, RouteTarget, Rules, Table, Team, absence, shifts,
};
use crate::sla::testing::utc;

/// Three reps on office hours in UTC, one team of all (`all`, weights 1), one route to it.
pub(super) fn rules() -> Rules {
    Rules {
        path: PathBuf::from("rules.toml"),
        hash: String::new(),
        agreement: Agreement::default(),
        crm: Connection { kind: "file".to_owned(), table: Table::default() },
        chat: None,
        outcome: Outcome {
            when: BTreeMap::new(),
            waiting: None,
            reason: None,
            credit: Vec::new(),
            cooldown: TimeDelta::days(30),
            stale_after: TimeDelta::days(90),
            watch: TimeDelta::days(180),
            write: BTreeMap::new(),
        },
        fields: fields(),
        lists: Vec::new(),
        score: None,
        disqualifiers: Vec::new(),
        tiers: Vec::new(),
        icp: Icp { when: Condition::always(), minimum_fit: None, minimum_fit_span: 0..0, points: None },
        calendars: Vec::new(),
        feeds: Vec::new(),
        reps: ["ana", "bo", "cy"].map(rep).to_vec(),
        teams: vec![team("all", &[1, 1, 1])],
        routes: vec![route("Everyone", RouteTarget::Team(0))],
        slas: Vec::new(),
        limits: Limits { handoffs_per_run: 200, handoffs_per_rep_per_run: None },
        duplicates: None,
        bursts: None,
        heartbeat: None,
        examples: Vec::new(),
        document: Table::default(),
    }
}

pub(super) fn fields() -> Fields {
    let standard = STANDARD_FIELDS.iter().map(|field| Field::new(field.name, field.name, field.kind));
    Fields::new(standard.collect(), 0, Vec::new())
}

pub(super) fn rep(name: &str) -> Rep {
    Rep {
        name: name.to_owned(),
        email: format!("{name}@acme.example"),
        hours: WorkingTime {
            timezone: Tz::UTC,
            shifts: shifts("mon-fri 09:00-17:00").unwrap(),
            holidays: BTreeMap::new(),
            away: Vec::new(),
        },
        max_open: None,
        max_per_day: None,
        skills: Vec::new(),
    }
}

pub(super) fn team(name: &str, weights: &[u32]) -> Team {
    let members = weights.iter().enumerate().map(|(n, weight)| Member { rep: RepId(n), weight: *weight });
    Team {
        name: name.to_owned(),
        span: 0..0,
        pick: Pick::RoundRobin,
        members: members.collect(),
        off_shift: OffShift::Wait,
        nobody_available: NobodyAvailable::Wait,
        manager: None,
        same_company: None,
    }
}

pub(super) fn route(name: &str, to: RouteTarget) -> Route {
    Route { name: name.to_owned(), span: 0..0, when: Condition::always(), to, skills: Vec::new() }
}

pub(super) fn contact(values: &[(&str, &str)]) -> Contact {
    let read = |field: &Field| {
        let value = values.iter().find(|(name, _)| *name == field.name);
        value.map_or(Value::Missing, |(_, raw)| field.kind().read(raw))
    };
    Contact::new(ContactId::parse("1").unwrap(), fields().all().iter().map(read).collect())
}

pub(super) fn lead(contact: &Contact) -> Lead<'_> {
    Lead {
        facts: Facts { contact, score: Sum::Missing, fit: Sum::Missing, now: monday(), handed_off_at: None },
        skipped: &[],
        only_team: None,
        company: &[],
    }
}

/// In the middle of everybody's shift.
pub(super) fn monday() -> Timestamp {
    utc("2026-11-30T10:00")
}

pub(super) fn loads(open: &[u32]) -> Loads {
    let load = |open: &u32| RepLoad { open: *open, today: *open, ..RepLoad::default() };
    Loads::new(open.iter().map(load).collect(), Rotations::default())
}

pub(super) fn route_one(rules: &Rules, values: &[(&str, &str)], now: Timestamp) -> Routing {
    assign(rules, &lead(&contact(values)), &loads(&[]), now)
}

#[track_caller]
pub(super) fn assigned(routing: Routing) -> Assignment {
    match routing {
        Routing::Assigned(assignment) => assignment,
        Routing::Waiting(waiting) => panic!("{waiting:?}"),
    }
}

#[track_caller]
pub(super) fn waiting(routing: Routing) -> Waiting {
    match routing {
        Routing::Waiting(waiting) => waiting,
        Routing::Assigned(assignment) => panic!("{assignment:?}"),
    }
}

pub(super) fn passed(over: &[Skipped]) -> Vec<String> {
    let line = |passed: &Skipped| format!("{}: {}", passed.rep, passed.reason);
    over.iter().map(line).collect()
}

pub(super) fn away(rules: &mut Rules, rep: usize, text: &str) {
    let hours = &mut rules.reps[rep].hours;
    hours.away.push(absence(text, hours.timezone).unwrap());
}
