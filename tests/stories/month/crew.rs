//! Twelve reps in five zones, and the definition they work by.

use std::fmt::Write as _;

use chrono::{DateTime, Datelike as _, NaiveDate, Timelike as _, Utc, Weekday};
use chrono_tz::Tz;

pub(crate) struct Rep {
    pub(crate) name: &'static str,
    pub(crate) team: &'static str,
    pub(crate) zone: Tz,
    pub(crate) weight: u32,
    /// Local hours; everybody works from Monday to Friday.
    hours: (u32, u32),
    holidays: &'static [&'static str],
    /// First and last day.
    away: Option<(&'static str, &'static str)>,
    /// More lines of the definition.
    more: &'static str,
}

const fn rep(name: &'static str, team: &'static str, zone: Tz, weight: u32) -> Rep {
    Rep { name, team, zone, weight, hours: (9, 17), holidays: &[], away: None, more: "" }
}

/// In Paris 11 November is a holiday, in the United States too, in India the days around Diwali are.
const ARMISTICE: &[&str] = &["2026-11-11"];
const DIWALI: &[&str] = &["2026-11-09", "2026-11-10"];

pub(crate) const CREW: [Rep; 12] = [
    Rep { away: Some(("2026-11-02", "2026-11-06")), ..rep("ana", "emea", Tz::Europe__Lisbon, 2) },
    Rep { more: "max_per_day = 12\n", ..rep("rui", "emea", Tz::Europe__Lisbon, 1) },
    Rep { holidays: ARMISTICE, hours: (8, 16), ..rep("chloe", "emea", Tz::Europe__Paris, 2) },
    Rep {
        holidays: ARMISTICE,
        away: Some(("2026-10-26", "2026-10-30")),
        ..rep("luc", "emea", Tz::Europe__Paris, 2)
    },
    Rep { holidays: ARMISTICE, more: "max_open = 15\n", ..rep("marie", "emea", Tz::Europe__Paris, 3) },
    Rep { holidays: ARMISTICE, ..rep("dan", "americas", Tz::America__New_York, 1) },
    Rep {
        holidays: ARMISTICE,
        away: Some(("2026-11-12", "2026-11-13")),
        ..rep("eva", "americas", Tz::America__New_York, 1)
    },
    Rep {
        holidays: ARMISTICE,
        more: "max_per_day = 9\n",
        ..rep("finn", "americas", Tz::America__Los_Angeles, 1)
    },
    Rep { holidays: ARMISTICE, ..rep("gia", "americas", Tz::America__Los_Angeles, 1) },
    Rep { holidays: DIWALI, ..rep("hari", "apac", Tz::Asia__Kolkata, 1) },
    Rep { holidays: DIWALI, hours: (11, 20), ..rep("indu", "apac", Tz::Asia__Kolkata, 1) },
    Rep {
        holidays: DIWALI,
        away: Some(("2026-10-22", "2026-10-23")),
        ..rep("jaya", "apac", Tz::Asia__Kolkata, 1)
    },
];

pub(crate) const TEAMS: [&str; 3] = ["emea", "americas", "apac"];

impl Rep {
    pub(crate) fn email(&self) -> String {
        format!("{}@acme.example", self.name)
    }

    pub(crate) fn is_at_work(&self, at: DateTime<Utc>) -> bool {
        let local = at.with_timezone(&self.zone);
        let day: NaiveDate = local.date_naive();
        let is_on = |text: &str| text.parse() == Ok(day);
        let is_away = self.away.is_some_and(|(from, to)| {
            let [from, to] = [from, to].map(|text| text.parse::<NaiveDate>().unwrap());
            (from..=to).contains(&day)
        });
        let is_weekday = !matches!(local.weekday(), Weekday::Sat | Weekday::Sun);
        let in_hours = (self.hours.0..self.hours.1).contains(&local.hour());
        is_weekday && in_hours && !is_away && !self.holidays.iter().any(|text| is_on(text))
    }
}

pub(crate) fn by_email(email: &str) -> &'static Rep {
    let name = email.split('@').next().unwrap();
    CREW.iter().find(|rep| rep.name == name).unwrap_or_else(|| panic!("{email} is nobody"))
}

const HEAD: &str = r#"version = 1
[crm.file]
contacts = "contacts.csv"
activity = "activity.csv"
[chat.file]
path = "out/messages.jsonl"
[[mql]]
name = "engaged"
when = { score.at_least = 50 }
sla = "standard"
[[sla]]
name = "standard"
respond_within = "4h"
step = [
  { at = "50%", do = "remind" },
  { at = "100%", do = "notify", to = "manager" },
  { at = "200%", do = "reassign" },
]
[outcome]
credit = ["duplicate"]
watch = "1d"
"#;

/// `rules.toml`.
pub(crate) fn rules() -> String {
    let mut rules = HEAD.to_owned();
    for rep in &CREW {
        let (from, to) = rep.hours;
        write!(
            rules,
            "[[rep]]\nname = \"{}\"\nemail = \"{}\"\ntimezone = \"{}\"\nshifts = [\"mon-fri {from:02}:00-{to:02}:00\"]\n{}",
            rep.name,
            rep.email(),
            rep.zone.name(),
            rep.more
        )
        .unwrap();
        writeln!(rules, "holidays = {:?}", rep.holidays).unwrap();
        if let Some((from, to)) = rep.away {
            writeln!(rules, "away = [\"{from}..{to}\"]").unwrap();
        }
    }
    for team in TEAMS {
        let members = CREW.iter().filter(|rep| rep.team == team);
        let members = members.map(|rep| format!("{{ rep = \"{}\", weight = {} }}", rep.email(), rep.weight));
        let members: Vec<String> = members.collect();
        write!(
            rules,
            "[[team]]\nname = \"{team}\"\nmembers = [{}]\nsame_company = \"30d\"\nmanager = \"lee@acme.example\"\n",
            members.join(", ")
        )
        .unwrap();
    }
    for team in ["americas", "apac"] {
        writeln!(
            rules,
            "[[route]]\nname = \"{team}\"\nwhen = {{ country = \"{team}\" }}\nto = {{ team = \"{team}\" }}"
        )
        .unwrap();
    }
    rules + "[[route]]\nname = \"everyone else\"\nto = { team = \"emea\" }\n"
}
