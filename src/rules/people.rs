//! `[[rep]]` and `[[team]]`: who sells, when they work, and whom they work with.

use std::collections::{BTreeMap, HashSet};

use chrono_tz::{TZ_VARIANTS, Tz};

use super::codes::{BAD_VALUE, DUPLICATE, MISSING, UNKNOWN_REP};
use super::days_off;
use super::definition::{Member, NobodyAvailable, OffShift, Pick, Team};
use super::files::Files;
use super::finding::{Finding, Findings};
use super::hours;
use super::item::{Node, Table};
use super::reader::Reader;
use super::register::{Register, choice, email, required_name};
use super::suggest::nearest;
use crate::model::{Rep, RepId, Shift, Timestamp, WorkingTime, fold};

/// Reads every `[[rep]]`; the register knows them by e-mail.
pub(super) fn reps(
    tables: &[&Table],
    files: &mut Files,
    now: Timestamp,
    findings: &mut Findings,
) -> (Vec<Rep>, Register) {
    let mut register = Register::new("rep");
    let mut reps = Vec::with_capacity(tables.len());
    for table in tables {
        let mut reader = Reader::new(table, "[[rep]]");
        let name = required_name(&mut reader, "name", findings);
        if reader.item("email").is_none() {
            reader.missing("email", findings);
        }
        let email = email(&mut reader, "email", findings);
        let hours = working_time(&mut reader, files, now, findings);
        let max_open = reader.count("max_open", 1, findings);
        let max_per_day = reader.count("max_per_day", 1, findings);
        let skills = skills(&mut reader, findings);
        reader.finish(findings);
        if let (Some((name, _)), Some((email, span))) = (name, email) {
            register.add(&email, span, findings);
            reps.push(Rep { name: name.to_owned(), email, hours, max_open, max_per_day, skills });
        }
    }
    (reps, register)
}

/// The skills of a rep or a route, folded, so that `PT` is `pt`.
pub(super) fn skills(reader: &mut Reader<'_>, findings: &mut Findings) -> Vec<String> {
    let texts = reader.texts("skills", findings);
    texts.into_iter().map(|(text, _)| fold(text).into_owned()).collect()
}

fn working_time(
    reader: &mut Reader<'_>,
    files: &mut Files,
    now: Timestamp,
    findings: &mut Findings,
) -> WorkingTime {
    let mut hours = WorkingTime {
        timezone: timezone(reader, findings).unwrap_or(Tz::UTC),
        shifts: shifts(reader, findings),
        holidays: BTreeMap::new(),
        away: Vec::new(),
    };
    days_off::read(reader, &mut hours, files, now, findings);
    let local =
        ["shifts", "holidays", "away", "max_per_day"].into_iter().find(|key| reader.item(key).is_some());
    if let Some(key) = local.filter(|_| reader.item("timezone").is_none()) {
        let message = format!("[[rep]] has `{key}` and needs `timezone` to know when a day begins");
        let finding = Finding::error(MISSING, reader.span(), message);
        findings.add(finding.help("such as timezone = \"Europe/Lisbon\""));
    }
    hours
}

fn timezone(reader: &mut Reader<'_>, findings: &mut Findings) -> Option<Tz> {
    let text = reader.text("timezone", findings)?;
    let zone = text.parse().ok();
    if zone.is_none() {
        let span = reader.item("timezone")?.span.clone();
        let finding = Finding::error(BAD_VALUE, span, format!("unknown time zone '{text}'"));
        let zones = || TZ_VARIANTS.iter().map(|zone| zone.name());
        let of_city = |zone: &&str| zone.rsplit('/').next().is_some_and(|city| fold(city) == fold(text));
        let near = zones().find(of_city).or_else(|| nearest(text, zones()));
        findings.add(finding.help(near.map_or_else(
            || "write a name of the IANA database, such as \"Europe/Lisbon\"".to_owned(),
            |near| format!("did you mean '{near}'?"),
        )));
    }
    zone
}

fn shifts(reader: &mut Reader<'_>, findings: &mut Findings) -> Vec<Shift> {
    let mut shifts = Vec::new();
    for (text, span) in reader.texts("shifts", findings) {
        match hours::shifts(text) {
            Ok(more) => shifts.extend(more),
            Err(why) => findings.error(BAD_VALUE, span, format!("`shifts`: {why}")),
        }
    }
    shifts
}

const PICKS: &[(&str, Pick)] = &[("round_robin", Pick::RoundRobin), ("least_loaded", Pick::LeastLoaded)];
const OFF_SHIFT: &[(&str, OffShift)] = &[("wait", OffShift::Wait), ("assign", OffShift::Assign)];
const NOBODY_AVAILABLE: &[(&str, NobodyAvailable)] =
    &[("wait", NobodyAvailable::Wait), ("next_route", NobodyAvailable::NextRoute)];

/// Reads every `[[team]]`.
pub(super) fn teams(
    tables: &[&Table],
    reps: &mut Register,
    findings: &mut Findings,
) -> (Vec<Team>, Register) {
    let mut register = Register::new("team");
    let mut teams = Vec::with_capacity(tables.len());
    for table in tables {
        let mut reader = Reader::new(table, "[[team]]");
        let name = required_name(&mut reader, "name", findings);
        let pick = choice(&mut reader, "pick", PICKS, Pick::RoundRobin, findings);
        let members = members(&mut reader, reps, findings);
        let off_shift = choice(&mut reader, "off_shift", OFF_SHIFT, OffShift::Wait, findings);
        let nobody_available =
            choice(&mut reader, "nobody_available", NOBODY_AVAILABLE, NobodyAvailable::Wait, findings);
        let manager = email(&mut reader, "manager", findings).map(|(email, _)| email);
        if let Some(manager) = &manager {
            reps.find(manager);
        }
        let same_company = reader.duration("same_company", findings);
        reader.finish(findings);
        if let Some((name, span)) = name {
            register.add(name, span, findings);
            let span = table.span.clone();
            teams.push(Team {
                name: name.to_owned(),
                span,
                pick,
                members,
                off_shift,
                nobody_available,
                manager,
                same_company,
            });
        }
    }
    (teams, register)
}

fn members(reader: &mut Reader<'_>, reps: &mut Register, findings: &mut Findings) -> Vec<Member> {
    let tables = reader.tables("members", findings);
    match reader.item("members") {
        None => reader.missing("members", findings),
        Some(item) if matches!(&item.node, Node::List(items) if items.is_empty()) => {
            findings.error(BAD_VALUE, item.span.clone(), "a team needs at least one member");
        }
        Some(_) => {}
    }
    let mut seen = HashSet::new();
    let mut members = Vec::with_capacity(tables.len());
    for table in tables {
        let mut reader = Reader::new(table, "`members`");
        let rep = required_name(&mut reader, "rep", findings);
        let weight = reader.count("weight", 1, findings).unwrap_or(1);
        reader.finish(findings);
        let Some((rep, span)) = rep else { continue };
        let Some(position) = reps.require(rep, &span, UNKNOWN_REP, findings) else {
            continue;
        };
        if seen.insert(position) {
            members.push(Member { rep: RepId(position), weight });
        } else {
            let finding = Finding::error(DUPLICATE, span, format!("'{rep}' is a member twice"));
            findings.add(finding.help("to give a rep more, raise the weight"));
        }
    }
    members
}
