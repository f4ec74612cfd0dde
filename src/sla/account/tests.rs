//! The account of a due time is whole, counts what the calendar counts, and names each reason.

use chrono::TimeDelta;
use chrono_tz::Tz;
use proptest::prelude::*;

use super::*;
use crate::model::{Shift, Sla};
use crate::rules::{absence, shifts};
use crate::sla::testing::{day, utc};

fn sla(clock: Clock, within: TimeDelta) -> Sla {
    Sla {
        name: "x".to_owned(),
        respond_within: within,
        clock,
        steps: Vec::new(),
        repeat: 0,
        ack_expires: None,
    }
}

fn hours(written: &[&str], away: &[&str]) -> WorkingTime {
    let timezone = Tz::Europe__Berlin;
    WorkingTime {
        timezone,
        shifts: written.iter().flat_map(|text| shifts(text).unwrap()).collect(),
        holidays: BTreeMap::new(),
        away: away.iter().map(|text| absence(text, timezone).unwrap()).collect(),
    }
}

fn waiting(from: &str, until: Option<&str>) -> Pause {
    Pause { why: PauseReason::Waiting, from: utc(from), until: until.map(utc) }
}

fn told(running: &Running<'_>, now: &str) -> Vec<(Timestamp, Counts)> {
    running.account(utc(now)).into_iter().map(|stretch| (stretch.from, stretch.counts)).collect()
}

#[test]
fn every_reason_for_which_time_does_not_count_is_told_apart() {
    use Counts::{Absence, BetweenShifts, Holiday, Night, NoShift, Paused, Weekend, Yes};
    let written = &["mon-tue 09:00-12:00", "mon-tue 13:00-17:00", "thu-fri 09:00-17:00"];
    let mut hours = hours(written, &["2026-11-27T12:00..2026-11-27T20:00", "2026-12-01"]);
    hours.holidays.insert(day("2026-11-30"), "Saint Andrew".to_owned());
    let pauses = [waiting("2026-11-26T10:00", Some("2026-11-26T11:00"))];
    let sla = sla(Clock::Working, TimeDelta::hours(20));
    let running = Running { sla: &sla, hours: &hours, start: utc("2026-11-24T07:00"), pauses: &pauses };
    let expected = [
        ("2026-11-24T07:00", Night),
        ("2026-11-24T08:00", Yes),
        ("2026-11-24T11:00", BetweenShifts),
        ("2026-11-24T12:00", Yes),
        ("2026-11-24T16:00", Night),
        ("2026-11-24T23:00", NoShift),
        ("2026-11-25T23:00", Night),
        ("2026-11-26T08:00", Yes),
        ("2026-11-26T10:00", Paused(PauseReason::Waiting)),
        ("2026-11-26T11:00", Yes),
        ("2026-11-26T16:00", Night),
        ("2026-11-27T08:00", Yes),
        ("2026-11-27T11:00", Absence),
        ("2026-11-27T19:00", Night),
        ("2026-11-27T23:00", Weekend),
        ("2026-11-29T23:00", Holiday("Saint Andrew".to_owned())),
        ("2026-11-30T23:00", Absence),
        ("2026-12-01T23:00", NoShift),
        ("2026-12-02T23:00", Night),
        ("2026-12-03T08:00", Yes),
    ];
    assert_eq!(told(&running, "2026-11-24T07:00"), expected.map(|(from, counts)| (utc(from), counts)));
}

#[test]
fn while_the_clock_stands_still_the_account_ends_now() {
    let hours = hours(&["daily 00:00-24:00"], &[]);
    let (sla, pauses) = (sla(Clock::Wall, TimeDelta::hours(1)), [waiting("2026-11-24T10:20", None)]);
    let running = Running { sla: &sla, hours: &hours, start: utc("2026-11-24T10:00"), pauses: &pauses };
    assert_eq!(running.plan(), None);
    assert_eq!(
        running.account(utc("2026-11-24T15:00")).last(),
        Some(&Stretch {
            from: utc("2026-11-24T10:20"),
            until: utc("2026-11-24T15:00"),
            counts: Counts::Paused(PauseReason::Waiting)
        })
    );
}

fn any_shift() -> impl Strategy<Value = Shift> {
    let hour = |n: i64| chrono::NaiveTime::MIN + TimeDelta::hours(n);
    (0..7_u8, 0..24_i64, 0..24_i64).prop_map(move |(day, from, to)| Shift {
        day: Weekday::try_from(day).unwrap(),
        from: hour(from),
        to: hour(to),
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    /// Whatever the calendar and the pauses: the stretches follow each other, end at the due time, and what counts of them
    /// is exactly the time that the SLA gives.
    #[test]
    fn the_account_has_no_gap_ends_at_the_due_time_and_adds_up(
        shifts in prop::collection::vec(any_shift(), 0..6),
        zone in prop::sample::select(vec![Tz::Europe__Berlin, Tz::America__New_York, Tz::Pacific__Chatham]),
        holidays in prop::collection::btree_set(0..20_i64, 0..3),
        spans in prop::collection::vec((0..30_000_i64, 1..4_000_i64), 0..3),
        pauses in prop::collection::vec((0..10_000_i64, 0..3_000_i64), 0..3),
        start in 0..20_000_i64,
        within in 1..3_000_i64,
        is_wall in any::<bool>(),
    ) {
        // A fortnight on either side of a change of clocks in each zone.
        let first = utc("2026-03-01T00:00");
        let at = |minute| first + TimeDelta::minutes(minute);
        let date = |n| first.date_naive() + TimeDelta::days(n);
        let span = |(from, length): (i64, i64)| Absence::Span { from: at(from), until: at(from + length) };
        let hours = WorkingTime {
            timezone: zone,
            shifts,
            holidays: holidays.into_iter().map(|n| (date(n), "a day off".to_owned())).collect(),
            away: spans.into_iter().map(span).collect(),
        };
        let pause = |(from, length): (i64, i64)| Pause {
            why: PauseReason::Waiting,
            from: at(start + from),
            until: Some(at(start + from + length)),
        };
        let pauses: Vec<Pause> = pauses.into_iter().map(pause).collect();
        let sla = sla(if is_wall { Clock::Wall } else { Clock::Working }, TimeDelta::minutes(within));
        let running = Running { sla: &sla, hours: &hours, start: at(start), pauses: &pauses };
        let Some(plan) = running.plan() else { return Ok(()) };
        let account = running.account(at(start));
        prop_assert_eq!(account.first().unwrap().from, at(start));
        prop_assert_eq!(account.last().unwrap().until, plan.due);
        for pair in account.windows(2) {
            prop_assert_eq!(pair[0].until, pair[1].from);
            prop_assert!(pair[0].counts != pair[1].counts);
        }
        let counted = account.iter().filter(|stretch| stretch.counts == Counts::Yes);
        let counted: TimeDelta = counted.map(|stretch| stretch.until - stretch.from).sum();
        prop_assert_eq!(counted, sla.respond_within);
    }
}
