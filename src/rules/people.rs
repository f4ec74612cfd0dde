//! `[[rep]]` and `[[team]]`: who sells, when they work, and whom they work with.

use std::collections::{BTreeMap, HashSet};
use std::ops::Range;

use chrono_tz::Tz;

use super::codes::{BAD_VALUE, DUPLICATE, UNKNOWN_REP};
use super::days_off;
use super::definition::{Member, NobodyAvailable, OffShift, Pick, Team};
use super::files::Files;
use super::finding::{Finding, Findings};
use super::hours;
use super::reader::Reader;
use super::register::Register;
use super::zone_hint;
use crate::model::{Rep, RepId, Shift, Timestamp, WorkingTime, fold};

/// Reads every `[[rep]]`; the register knows them by e-mail.
pub(super) fn reps(
    readers: &[Reader<'_>],
    files: &mut Files,
    now: Timestamp,
    findings: &mut Findings,
) -> (Vec<Rep>, Register) {
    let mut register = Register::new("rep");
    let mut reps = Vec::with_capacity(readers.len());
    for reader in readers {
        let hours = working_time(*reader, files, now, findings);
        let (max_open, max_per_day) = (reader.count("max_open"), reader.count("max_per_day"));
        let skills = skills(*reader);
        if let (Some((name, _)), Some((email, span))) = (reader.name("name"), reader.email("email")) {
            register.add(&email, span, findings);
            reps.push(Rep { name: name.to_owned(), email, hours, max_open, max_per_day, skills });
        }
    }
    (reps, register)
}

/// The skills of a rep or a route, folded, so that `PT` is `pt`.
pub(super) fn skills(reader: Reader<'_>) -> Vec<String> {
    reader.texts("skills").map(|(text, _)| fold(text).into_owned()).collect()
}

fn working_time(
    reader: Reader<'_>,
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
    let email = reader.text("email").unwrap_or_default();
    days_off::read(reader, email, &mut hours, files, now, findings);
    hours
}

fn timezone(reader: Reader<'_>, findings: &mut Findings) -> Option<Tz> {
    let (text, span) = reader.text("timezone").zip(reader.place("timezone"))?;
    let zone = zone(text, span.clone(), findings)?;
    if let Some(instead) = zone_hint::no_place(zone) {
        let finding =
            Finding::warning(BAD_VALUE, span, format!("'{text}' is no place, so its clocks never change"));
        findings.add(finding.help(instead));
    }
    Some(zone)
}

/// A zone of the IANA database; notes a finding when it has none of that name.
pub(super) fn zone(text: &str, span: Range<usize>, findings: &mut Findings) -> Option<Tz> {
    let zone = text.parse().ok();
    if zone.is_none() {
        let finding = Finding::error(BAD_VALUE, span, format!("unknown time zone '{text}'"));
        findings.add(finding.help(zone_hint::instead_of(text)));
    }
    zone
}

fn shifts(reader: Reader<'_>, findings: &mut Findings) -> Vec<Shift> {
    let mut shifts = Vec::new();
    for (text, span) in reader.texts("shifts") {
        match hours::shifts(text) {
            Ok(more) => {
                if more.iter().any(hours::is_a_minute_short) {
                    let finding =
                        Finding::warning(BAD_VALUE, span, "`shifts`: the last minute of the day is left out");
                    findings.add(finding.help("24:00 is the midnight that ends the day"));
                }
                shifts.extend(more);
            }
            Err(why) => findings.error(BAD_VALUE, span, format!("`shifts`: {why}")),
        }
    }
    shifts
}

/// Reads every `[[team]]`.
pub(super) fn teams(
    readers: &[Reader<'_>],
    reps: &mut Register,
    findings: &mut Findings,
) -> (Vec<Team>, Register) {
    let mut register = Register::new("team");
    let mut teams = Vec::with_capacity(readers.len());
    for reader in readers {
        let pick =
            reader.choice("pick", &[("round_robin", Pick::RoundRobin), ("least_loaded", Pick::LeastLoaded)]);
        let members = members(*reader, reps, findings);
        let off_shift = reader.choice("off_shift", &[("wait", OffShift::Wait), ("assign", OffShift::Assign)]);
        let nobody_available = reader.choice(
            "nobody_available",
            &[("wait", NobodyAvailable::Wait), ("next_route", NobodyAvailable::NextRoute)],
        );
        let manager = reader.email("manager").map(|(email, _)| email);
        if let Some(manager) = &manager {
            reps.find(manager);
        }
        let same_company = reader.duration("same_company");
        if let Some((name, span)) = reader.name("name") {
            register.add(name, span, findings);
            teams.push(Team {
                name: name.to_owned(),
                span: reader.span(),
                pick: pick.unwrap_or(Pick::RoundRobin),
                members,
                off_shift: off_shift.unwrap_or(OffShift::Wait),
                nobody_available: nobody_available.unwrap_or(NobodyAvailable::Wait),
                manager,
                same_company,
            });
        }
    }
    (teams, register)
}

fn members(reader: Reader<'_>, reps: &mut Register, findings: &mut Findings) -> Vec<Member> {
    let mut known = HashSet::new();
    let mut members = Vec::new();
    for reader in reader.tables("members") {
        let weight = reader.count("weight").unwrap_or(1);
        let Some((rep, span)) = reader.name("rep") else { continue };
        let Some(position) = reps.require(rep, &span, UNKNOWN_REP, findings) else {
            continue;
        };
        if known.insert(position) {
            members.push(Member { rep: RepId(position), weight });
        } else {
            let finding = Finding::error(DUPLICATE, span, format!("'{rep}' is a member twice"));
            findings.add(finding.help("to give a rep more, raise the weight"));
        }
    }
    members
}
