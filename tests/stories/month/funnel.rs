//! Three thousand leads over a month. No public data says at which hours of a week inbound leads come, so the profile is made
//! here, from a fixed seed: peaks on working days at eleven and at three, evenings, and one lead in nine on a weekend.

use chrono::{DateTime, Datelike as _, TimeDelta, TimeZone as _, Timelike as _, Utc, Weekday};
use chrono_tz::Tz;

/// Numbers that are the same at every run (`SplitMix64`).
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % sides
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Lead {
    pub(crate) id: String,
    pub(crate) email: String,
    pub(crate) team: &'static str,
    pub(crate) at: DateTime<Utc>,
}

pub(crate) const LEADS: usize = 3_000;
pub(crate) const DAYS: i64 = 30;

/// Monday 19 October 2026: six days before Europe's clocks go back, and thirteen before America's.
pub(crate) fn start() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 10, 19, 0, 0, 0).unwrap()
}

/// How many leads of a thousand an hour of a working day brings; a weekend brings a quarter of it, spread evenly.
const HOURS: [u64; 24] =
    [6, 4, 3, 3, 4, 8, 18, 35, 62, 85, 96, 98, 72, 70, 88, 96, 82, 58, 38, 28, 22, 18, 14, 9];

fn weight(local: &DateTime<Tz>) -> u64 {
    let is_weekend = matches!(local.weekday(), Weekday::Sat | Weekday::Sun);
    if is_weekend { 10 } else { HOURS[usize::try_from(local.hour()).unwrap()] }
}

/// Where the customers of a team are.
pub(crate) fn zone_of(team: &str) -> Tz {
    match team {
        "emea" => Tz::Europe__Paris,
        "americas" => Tz::America__New_York,
        _ => Tz::Asia__Kolkata,
    }
}

/// In the order of time; ids count it.
pub(crate) fn leads() -> Vec<Lead> {
    let mut dice = Dice(2026);
    let mut arrivals: Vec<(DateTime<Utc>, &'static str)> = Vec::with_capacity(LEADS);
    while arrivals.len() < LEADS {
        let team = match dice.roll(100) {
            0..45 => "emea",
            45..82 => "americas",
            _ => "apac",
        };
        let minute = i64::try_from(dice.roll(60 * 24 * DAYS.unsigned_abs())).unwrap();
        let at = start() + TimeDelta::minutes(minute);
        if dice.roll(98) < weight(&at.with_timezone(&zone_of(team))) {
            arrivals.push((at, team));
        }
    }
    arrivals.sort_unstable();
    let numbered = arrivals.into_iter().enumerate();
    numbered
        .map(|(n, (at, team))| Lead { id: format!("l{n}"), email: email(n, &mut dice), team, at })
        .collect()
}

/// One in eight has a free mailbox, one in ten is a colleague of somebody.
fn email(n: usize, dice: &mut Dice) -> String {
    match dice.roll(40) {
        0..5 => format!("l{n}@gmail.com"),
        5..9 => format!("l{n}@company{}.example", dice.roll(250)),
        _ => format!("l{n}@only{n}.example"),
    }
}
