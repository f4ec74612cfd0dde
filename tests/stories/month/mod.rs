//! A simulated month: 12 reps in 5 zones, 3,000 leads, holidays, absences, reps who act late or never, two changes of clocks.
//! The built binary runs every two hours. `cargo test --test stories month -- --nocapture` prints the month.

mod crew;
mod desk;
mod funnel;
mod turns;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::support::texts;
use crew::{CREW, TEAMS};
use desk::Desk;
use funnel::LEADS;
use rusqlite::Connection;
use turns::Turn;

#[test]
#[expect(clippy::print_stdout, reason = "the month is there to be read")]
fn a_month_of_leads_is_shared_out_fairly_and_nothing_is_lost_or_doubled() {
    let mut desk = Desk::new();
    desk.work();
    let database = turns::open(&desk.place);
    let turns = turns::turns(&database);

    assert_eq!(count(&database, "SELECT count(*) FROM handoff"), LEADS, "each lead is handed off once");
    assert_eq!(desk.seen.still_waiting, BTreeSet::new(), "three days after the last lead nobody waits");
    nothing_is_doubled(&desk, &turns);

    let mut told = table(&database, &turns);
    for team in TEAMS {
        let (windows, longest) = turns::check_windows(turns.iter().filter(|turn| turn.team == team));
        let members = CREW.iter().filter(|rep| rep.team == team).count();
        let over_night = desk.seen.over_night[team].len();
        writeln!(
            told,
            "{team}: {members} reps, {over_night} leads waited over night, {windows} windows of the same eligible reps, the \
             longest {longest} turns"
        )
        .unwrap();
        assert!(over_night > 30, "in {team} nights make leads wait");
    }
    // No window is long enough to say this of the month; the account over all of them is what brings it about.
    for (rep, (got, fair)) in turns::totals(&turns) {
        assert!((got - fair).abs() < 1.0, "{rep} had {got} turns, and {fair} would be fair");
    }
    let waits = desk.seen.waited.values().filter(|runs| **runs >= 3).count();
    let (runs, nights) = (desk.seen.runs, desk.seen.over_night.values().map(BTreeSet::len).sum::<usize>());
    writeln!(
        told,
        "{runs} runs; {nights} leads waited over night, {waits} six hours or longer, none without a reason and an end"
    )
    .unwrap();
    writeln!(told, "escalations: {:?}", desk.seen.escalations).unwrap();
    println!("{told}");
    assert!(waits > 100, "nights and weekends make leads wait");
    for step in ["remind", "notify", "reassign"] {
        assert!(desk.seen.escalations[step] > 50, "{step}: {:?}", desk.seen.escalations);
    }
}

/// One task and one message for each assignment, each key once.
fn nothing_is_doubled(desk: &Desk, turns: &[Turn]) {
    let tasks = desk.place.lines("out/tasks.jsonl");
    assert_eq!(tasks.len(), turns.len(), "a task for each assignment");
    for file in ["out/tasks.jsonl", "out/contacts.jsonl", "out/messages.jsonl"] {
        let lines = desk.place.lines(file);
        let keys = texts(&lines, "key");
        assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), keys.len(), "{file}");
    }
    let mut owners: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (contact, owner) in texts(&tasks, "contact").into_iter().zip(texts(&tasks, "owner")) {
        let had = owners.entry(contact).or_default();
        assert!(!had.contains(&owner), "{owner} got {contact} twice");
        had.push(owner);
    }
    assert_eq!(owners.len(), LEADS);
}

fn count(database: &Connection, sql: &str) -> usize {
    database.query_row(sql, [], |row| row.get(0)).unwrap()
}

fn table(database: &Connection, turns: &[Turn]) -> String {
    let totals = turns::totals(turns);
    let mut told =
        "rep    zone                 weight  turns  fair share  differs  given back  kept company  SLA met     escalated\n"
            .to_owned();
    for rep in &CREW {
        let email = rep.email();
        let (got, fair) = totals[email.as_str()];
        let mine = || turns.iter().filter(|turn| turn.rep == email);
        let back = mine().filter(|turn| turn.is_given_back).count();
        let stuck = mine().filter(|turn| turn.is_stuck).count();
        let of = |more: &str| {
            count(
                database,
                &format!(
                    "SELECT count(*) FROM handoff WHERE owner = '{email}' AND due_ms IS NOT NULL {more}"
                ),
            )
        };
        let escalated = count(
            database,
            &format!(
                "SELECT count(*) FROM step JOIN assignment USING(handoff_id, round) \
                 WHERE rep = '{email}' AND state = 'done'"
            ),
        );
        let (all, met) = (of(""), of("AND touched_ms <= due_ms"));
        writeln!(
            told,
            "{:6} {:20} {:6} {got:6} {fair:11.1} {:+8.1} {back:11} {stuck:13} {met:5} of {all:3} {escalated:11}",
            rep.name,
            rep.zone.name(),
            rep.weight,
            got - fair
        )
        .unwrap();
    }
    told
}
