//! Routing from the first route to the last, with the loads of a run.

mod fairness;
mod histories;
mod rotation;
mod scene;

use std::sync::Arc;

use chrono::TimeDelta;

use self::scene::{
    assigned, away, contact, lead, loads, monday, passed, route, route_one, rules, team, waiting,
};
use super::*;
use crate::rules::{Condition, Keys, List, NobodyAvailable, OffShift, Pick, RouteTarget, shifts};
use crate::sla::testing::utc;

#[test]
fn a_run_takes_the_members_in_turn_and_says_why() {
    let rules = rules();
    let mut loads = loads(&[]);
    let contact = contact(&[]);
    let (mut order, mut told) = (Vec::new(), Vec::new());
    for (account, tie) in [
        ("0.33 of a lead", ", and listed first"),
        ("0.67 of a lead", ", and listed first"),
        ("1.00 leads", ""),
        ("0.33 of a lead", ", and longest without"),
    ] {
        let assignment = assigned(assign(&rules, &lead(&contact), &loads, monday()));
        let why = format!("Everyone: owed {account}, the most of 3 in team all{tie}");
        assert_eq!(assignment.why, why);
        told.push(passed(&assignment.skipped).join(", "));
        loads.record(&assignment, monday());
        order.push(assignment.rep.0);
    }
    assert_eq!(order, [0, 1, 2, 0]);
    assert_eq!(told[1], "ana@acme.example: ahead by 0.33 of a lead, cy@acme.example: owed 0.67 of a lead");
    let ana = loads.load(RepId(0));
    assert_eq!((ana.open, ana.today, ana.this_run, ana.last), (2, 2, 2, Some(monday())));
}

#[test]
fn the_owner_of_the_company_gets_it_off_shift_and_with_a_full_plate() {
    let mut rules = rules();
    rules.routes.insert(0, route("Has an owner", RouteTarget::OwnerOfCompany));
    rules.reps[1].max_open = Some(1);
    let values = [("company.owner", " BO@Acme.example ")];
    let sunday = utc("2026-11-29T03:00");
    let routing = assign(&rules, &lead(&contact(&values)), &loads(&[0, 9]), sunday);
    let assignment = assigned(routing);
    assert_eq!((assignment.rep, assignment.route, assignment.team), (RepId(1), 0, None));
    assert_eq!(assignment.why, "Has an owner: owns the company");
    assert_eq!(assignment.turns, []);
}

#[test]
fn an_owner_who_is_away_or_no_rep_is_passed_over_and_told() {
    let mut rules = rules();
    rules.routes.insert(0, route("Has an owner", RouteTarget::OwnerOfContact));
    away(&mut rules, 1, "2026-11-30");
    for (owner, expected) in [
        ("bo@acme.example", "bo@acme.example: away"),
        ("ghost@acme.example", "ghost@acme.example: not a rep in the rules"),
    ] {
        let assignment = assigned(route_one(&rules, &[("owner", owner)], monday()));
        assert_eq!((assignment.rep, assignment.route), (RepId(0), 1));
        assert_eq!(passed(&assignment.skipped)[0], expected);
    }
    let unowned = assigned(route_one(&rules, &[], monday()));
    assert_eq!(
        passed(&unowned.skipped),
        ["bo@acme.example: away", "cy@acme.example: owed 0.50 of a lead"],
        "as a member, once"
    );
}

#[test]
fn a_named_account_is_found_by_the_companys_domain_and_else_by_the_e_mails() {
    let values = [("big.example", "CY@acme.example"), ("mail.example", "bo@acme.example")];
    let list = List {
        name: "named".to_owned(),
        keys: Arc::new(Keys::new()),
        spelled: std::collections::HashMap::new(),
        values: values.map(|(key, rep)| (key.into(), rep.to_owned())).into(),
        keyed: std::collections::HashMap::new(),
    };
    let mut rules = rules();
    rules.routes.insert(0, route("Named", RouteTarget::AccountIn(Arc::new(list))));
    for (values, expected) in [
        (vec![("company.domain", "BIG.example"), ("email_domain", "mail.example")], (2, 0)),
        (vec![("email_domain", "mail.example")], (1, 0)),
        (vec![("company.domain", "small.example"), ("email_domain", "mail.example")], (1, 0)),
        (vec![("company.domain", "small.example")], (0, 1)),
    ] {
        let assignment = assigned(route_one(&rules, &values, monday()));
        assert_eq!((assignment.rep.0, assignment.route), expected, "{values:?}");
        assert!(assignment.skipped.iter().all(|passed| matches!(passed.reason, SkipReason::Owed(_))));
    }
}

#[test]
fn a_fallback_to_one_rep_waits_until_the_rep_is_back() {
    let mut rules = rules();
    rules.routes = vec![route("Everyone", RouteTarget::Rep(RepId(1)))];
    away(&mut rules, 1, "2026-11-30..2026-12-01");
    let waiting = waiting(route_one(&rules, &[], monday()));
    assert_eq!(waiting.until, Some(utc("2026-12-02T00:00")));
    assert_eq!(waiting.why, "Everyone: bo cannot take it");
}

#[test]
fn a_team_waits_for_its_next_shift() {
    let mut rules = rules();
    rules.reps[1].hours.shifts = shifts("sun 08:00-10:00").unwrap();
    let waiting = waiting(route_one(&rules, &[], utc("2026-11-29T03:00")));
    assert_eq!(waiting.until, Some(utc("2026-11-29T08:00")));
    assert_eq!(
        passed(&waiting.skipped),
        [
            "ana@acme.example: off shift until 2026-11-30 09:00 UTC",
            "bo@acme.example: off shift until 2026-11-29 08:00 UTC",
            "cy@acme.example: off shift until 2026-11-30 09:00 UTC",
        ]
    );
}

#[test]
fn a_team_that_assigns_off_shift_prefers_whoever_is_on_shift() {
    let mut rules = rules();
    rules.teams[0].off_shift = OffShift::Assign;
    let night = utc("2026-11-29T03:00");
    let nobody_on = assigned(route_one(&rules, &[], night));
    assert_eq!(nobody_on.rep, RepId(0));
    assert!(nobody_on.why.ends_with("and listed first, nobody is on shift"));
    assert_eq!(
        passed(&nobody_on.skipped),
        ["bo@acme.example: owed 0.33 of a lead", "cy@acme.example: owed 0.33 of a lead"]
    );
    rules.reps[2].hours.shifts = shifts("sun 00:00-08:00").unwrap();
    let one_on = assigned(route_one(&rules, &[], night));
    assert_eq!(one_on.rep, RepId(2));
    assert_eq!(one_on.why, "Everyone: the only one available in team all");
    assert_eq!(one_on.skipped.len(), 2);
}

#[test]
fn every_obstacle_has_its_reason_and_the_moment_that_lifts_it() {
    type Change = fn(&mut Rules);
    let cases: [(Change, &str, Option<&str>); 6] = [
        (|rules| away(rules, 0, "2026-11-30"), "away", Some("2026-12-01T09:00")),
        (|rules| rules.routes[0].skills = vec!["pt".to_owned()], "lacks the skill 'pt'", None),
        (|rules| rules.reps[0].max_open = Some(5), "at max_open (5)", None),
        (|rules| rules.reps[0].max_per_day = Some(5), "at max_per_day (5)", Some("2026-12-01T09:00")),
        (
            |rules| rules.limits.handoffs_per_rep_per_run = Some(0),
            "at handoffs_per_rep_per_run (0)",
            Some("2026-11-30T10:00"),
        ),
        (
            |rules| rules.reps[0].hours.shifts = shifts("tue 08:00-09:00").unwrap(),
            "off shift until 2026-12-01 08:00 UTC",
            Some("2026-12-01T08:00"),
        ),
    ];
    for (change, reason, until) in cases {
        let mut rules = rules();
        rules.teams[0].members.truncate(1);
        change(&mut rules);
        let waiting = waiting(assign(&rules, &lead(&contact(&[])), &loads(&[5]), monday()));
        assert_eq!(passed(&waiting.skipped), [format!("ana@acme.example: {reason}")]);
        assert_eq!(waiting.until, until.map(utc), "{reason}");
    }
}

#[test]
fn a_skill_is_compared_without_case() {
    let mut rules = rules();
    rules.routes[0].skills = vec!["PT".to_owned()];
    rules.reps[2].skills = vec!["en".to_owned(), "pt".to_owned()];
    assert_eq!(assigned(route_one(&rules, &[], monday())).rep, RepId(2));
}

#[test]
fn a_full_plate_on_shift_does_not_hide_the_shift_that_starts_sooner() {
    let mut rules = rules();
    rules.reps[0].max_per_day = Some(5);
    rules.reps[1].max_open = Some(0);
    rules.reps[2].hours.shifts = shifts("mon 14:00-16:00").unwrap();
    let waiting = waiting(assign(&rules, &lead(&contact(&[])), &loads(&[5]), monday()));
    assert_eq!(waiting.until, Some(utc("2026-11-30T14:00")));
}

#[test]
fn a_team_without_anybody_hands_on_to_the_next_route_where_it_says_so() {
    let mut rules = rules();
    rules.teams.push(team("spare", &[1]));
    rules.teams[1].members[0].rep = RepId(2);
    rules.teams[0].members.truncate(2);
    rules.routes.push(route("Spare", RouteTarget::Team(1)));
    for absent in [0, 1] {
        away(&mut rules, absent, "2026-11-30");
    }
    assert_eq!(waiting(route_one(&rules, &[], monday())).route, 0);
    rules.teams[0].nobody_available = NobodyAvailable::NextRoute;
    let assignment = assigned(route_one(&rules, &[], monday()));
    assert_eq!((assignment.rep, assignment.route, assignment.team), (RepId(2), 1, Some(1)));
    rules.teams[1].nobody_available = NobodyAvailable::NextRoute;
    away(&mut rules, 2, "2026-11-30..2026-12-06");
    let waiting = waiting(route_one(&rules, &[], monday()));
    assert_eq!((waiting.route, waiting.skipped.len()), (1, 3));
    assert_eq!(waiting.until, Some(utc("2026-12-01T09:00")), "the first route's team is back sooner");
}

#[test]
fn a_reassignment_stays_in_the_team_and_passes_over_who_let_it_lapse() {
    let mut rules = rules();
    rules.routes.insert(0, route("Has an owner", RouteTarget::OwnerOfContact));
    // The contact has changed since, so that no route to the team would take it now.
    rules.routes[1].when = Condition::Any(Vec::new());
    rules.routes.push(route("Rest", RouteTarget::Rep(RepId(2))));
    let contact = contact(&[("owner", "cy@acme.example")]);
    let lapsed = [(RepId(0), SkipReason::LetItLapse)];
    let again = Lead { skipped: &lapsed, only_team: Some(0), ..lead(&contact) };
    let assignment = assigned(assign(&rules, &again, &loads(&[]), monday()));
    assert_eq!((assignment.rep, assignment.route), (RepId(1), 1));
    assert_eq!(
        passed(&assignment.skipped),
        ["ana@acme.example: let it lapse before", "cy@acme.example: owed 0.50 of a lead"]
    );
    // The rules lead nowhere near the team any more.
    rules.routes.remove(1);
    assert_eq!(assigned(assign(&rules, &again, &loads(&[]), monday())).rep, RepId(2));
}

#[test]
fn when_everybody_had_it_no_clock_brings_anybody_back() {
    let rules = rules();
    let contact = contact(&[]);
    let passed = [0, 1, 2].map(|rep| (RepId(rep), SkipReason::RejectedIt));
    let again = Lead { skipped: &passed, ..lead(&contact) };
    let waiting = waiting(assign(&rules, &again, &loads(&[]), monday()));
    assert_eq!(waiting.until, None);
    assert_eq!(waiting.skipped.len(), 3);
}

#[test]
fn the_least_loaded_is_picked_where_the_team_says_so() {
    let mut rules = rules();
    rules.teams[0].pick = Pick::LeastLoaded;
    let assignment = assigned(assign(&rules, &lead(&contact(&[])), &loads(&[4, 2, 3]), monday()));
    assert_eq!(assignment.rep, RepId(1));
    assert_eq!(assignment.why, "Everyone: fewest open handoffs for the weight (2) of 3 in team all");
    assert_eq!(passed(&assignment.skipped), ["ana@acme.example: has 4 open", "cy@acme.example: has 3 open"]);
    assert_eq!(assignment.turns, []);
}

/// A team that keeps companies together for a month, and a lead of a company that these have had.
fn of_company(rules: &Rules, loads: &Loads, had: &[(RepId, Timestamp)]) -> Assignment {
    let contact = contact(&[("email", "b@tagusly.example")]);
    assigned(assign(rules, &Lead { company: had, ..lead(&contact) }, loads, monday()))
}

#[test]
fn a_company_stays_with_the_rep_who_had_it_last_and_that_is_a_turn() {
    let mut rules = rules();
    rules.teams[0].same_company = Some(TimeDelta::days(30));
    let had = [(RepId(2), utc("2026-11-02T10:00")), (RepId(1), utc("2026-11-01T10:00"))];
    let mut loads = loads(&[]);
    let first = of_company(&rules, &loads, &had);
    assert_eq!(first.rep, RepId(2));
    assert_eq!(first.why, "Everyone: took on somebody of the same company on 2026-11-02");
    loads.record(&first, monday());
    let mut order = Vec::new();
    for _ in 0..5 {
        let assignment = assigned(assign(&rules, &lead(&contact(&[])), &loads, monday()));
        loads.record(&assignment, monday());
        order.push(assignment.rep.0);
    }
    assert_eq!(order, [0, 1, 2, 0, 1], "cy has had a turn");
}

#[test]
fn a_company_goes_on_to_another_when_its_rep_cannot_take_it_or_had_it_too_long_ago() {
    let mut rules = rules();
    rules.teams[0].same_company = Some(TimeDelta::days(30));
    let had = [(RepId(2), utc("2026-11-02T10:00")), (RepId(1), utc("2026-11-01T10:00"))];
    away(&mut rules, 2, "2026-11-30");
    assert_eq!(of_company(&rules, &loads(&[]), &had).rep, RepId(1), "who had it before");
    away(&mut rules, 1, "2026-11-30");
    assert_eq!(of_company(&rules, &loads(&[]), &had).rep, RepId(0));
    rules.reps[1].hours.away.clear();
    rules.teams[0].same_company = Some(TimeDelta::days(29));
    assert_eq!(of_company(&rules, &loads(&[]), &had).rep, RepId(1), "to the minute");
    rules.teams[0].same_company = Some(TimeDelta::days(28));
    assert_eq!(of_company(&rules, &loads(&[]), &had).rep, RepId(0));
    rules.teams[0].same_company = None;
    assert_eq!(of_company(&rules, &loads(&[]), &had).rep, RepId(0));
}

#[test]
fn the_company_is_known_by_its_id_and_its_domains_unless_anybody_has_a_mailbox_there() {
    let rules = rules();
    for (values, expected) in [
        (vec![("email_domain", " Tagusly.EXAMPLE ")], vec!["domain tagusly.example"]),
        (
            vec![("company.domain", "Tagus.example"), ("email_domain", "tagusly.example")],
            vec!["domain tagus.example", "domain tagusly.example"],
        ),
        (
            vec![("company.id", "A5"), ("company.domain", "tagus.example"), ("email_domain", "gmail.com")],
            vec!["id a5", "domain tagus.example"],
        ),
        (vec![("email_domain", "Gmail.com")], vec![]),
        (
            vec![("company.domain", "tagus.example"), ("email_domain", "TAGUS.example")],
            vec!["domain tagus.example"],
        ),
        (vec![], vec![]),
    ] {
        let contact = contact(&values);
        assert_eq!(crate::qualify::company_keys(&rules, &contact), expected, "{values:?}");
    }
}
