//! Ten thousand random histories of a team, lead by lead through the whole picker: people join and leave, are away, are off
//! shift, reach their caps. Who can take a lead is worked out here a second time.

use chrono::{TimeDelta, Timelike as _};
use proptest::prelude::*;

use super::rotation::Stretch;
use super::scene::{away, contact, lead, loads, monday, rep, rules, team};
use crate::assign::{Loads, Routing, assign};
use crate::model::{LEAD, RepId, Timestamp};
use crate::rules::{Member, Rules, shifts};

/// Somebody as the test keeps them.
#[derive(Clone, Debug)]
struct Person {
    weight: u32,
    /// Local hours of every day.
    hours: (u32, u32),
    max_per_day: Option<u32>,
    max_open: Option<u32>,
    is_member: bool,
    is_away: bool,
    open: u32,
    today: u32,
}

impl Person {
    fn can_take(&self, now: Timestamp) -> bool {
        let is_full = |has: u32, most: Option<u32>| most.is_some_and(|most| has >= most);
        self.is_member
            && !self.is_away
            && (self.hours.0..self.hours.1).contains(&now.hour())
            && !is_full(self.open, self.max_open)
            && !is_full(self.today, self.max_per_day)
    }
}

#[derive(Clone, Debug)]
enum Event {
    Leads(usize),
    /// Joins the team or leaves it.
    Membership(usize),
    /// Away from now on, or back.
    Absence(usize),
    /// May have so many more open at once than they have now; `None`: any number.
    Cap(usize, Option<u32>),
    Hours(i64),
    /// Overnight everything open is closed.
    NextDay,
}

fn people() -> impl Strategy<Value = Vec<Person>> {
    let hours = prop::sample::select(vec![(8, 16), (9, 17), (10, 18), (0, 24)]);
    let person =
        (1..5_u32, hours, prop::option::weighted(0.3, 3..12_u32)).prop_map(|(weight, hours, max_per_day)| {
            Person {
                weight,
                hours,
                max_per_day,
                max_open: None,
                is_member: true,
                is_away: false,
                open: 0,
                today: 0,
            }
        });
    prop::collection::vec(person, 1..6)
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let who = 0..5_usize;
    let event = prop_oneof![
        6 => (1..10_usize).prop_map(Event::Leads),
        1 => who.clone().prop_map(Event::Membership),
        1 => who.clone().prop_map(Event::Absence),
        1 => (who, prop::option::of(0..5_u32)).prop_map(|(who, more)| Event::Cap(who, more)),
        1 => (1..4_i64).prop_map(Event::Hours),
        1 => Just(Event::NextDay),
    ];
    prop::collection::vec(event, 1..10)
}

/// The definition that says the same of these people at `now`.
fn definition(people: &[Person], now: Timestamp) -> Rules {
    let mut rules = rules();
    rules.reps = (0..people.len()).map(|n| rep(&format!("rep{n}"))).collect();
    rules.teams = vec![team("all", &[])];
    for (n, person) in people.iter().enumerate() {
        let (from, to) = person.hours;
        rules.reps[n].hours.shifts = shifts(&format!("daily {from:02}:00-{to:02}:00")).unwrap();
        rules.reps[n].max_open = person.max_open;
        rules.reps[n].max_per_day = person.max_per_day;
        if person.is_away {
            away(&mut rules, n, &now.format("%Y-%m-%d").to_string());
        }
        if person.is_member {
            rules.teams[0].members.push(Member { rep: RepId(n), weight: person.weight });
        }
    }
    rules
}

/// A team on its way through a history.
struct Story {
    people: Vec<Person>,
    now: Timestamp,
    loads: Loads,
    stretch: Stretch,
}

impl Story {
    fn happen(&mut self, event: &Event) -> Result<(), TestCaseError> {
        match *event {
            Event::Leads(leads) => {
                let rules = definition(&self.people, self.now);
                for _ in 0..leads {
                    self.lead(&rules)?;
                }
            }
            Event::Membership(n) => self.change(n, |person| person.is_member = !person.is_member),
            Event::Absence(n) => self.change(n, |person| person.is_away = !person.is_away),
            Event::Cap(n, more) => {
                self.change(n, |person| person.max_open = more.map(|more| person.open + more));
            }
            // Days do not turn by the hour, so that what is counted by day stays simple here.
            Event::Hours(hours) if i64::from(self.now.hour()) + hours < 24 => {
                self.now += TimeDelta::hours(hours);
            }
            Event::Hours(_) | Event::NextDay => {
                self.now = self.now - TimeDelta::hours(i64::from(self.now.hour())) + TimeDelta::hours(34);
                for (n, person) in self.people.iter_mut().enumerate() {
                    (person.open, person.today) = (0, 0);
                    self.loads.start_day(RepId(n));
                }
            }
        }
        Ok(())
    }

    fn change(&mut self, n: usize, change: impl FnOnce(&mut Person)) {
        if let Some(person) = self.people.get_mut(n) {
            change(person);
        }
    }

    fn lead(&mut self, rules: &Rules) -> Result<(), TestCaseError> {
        let (contact, now) = (contact(&[]), self.now);
        let lead = lead(&contact);
        let able = self.people.iter().enumerate().filter(|(_, person)| person.can_take(now));
        let able: Vec<(RepId, u32)> = able.map(|(n, person)| (RepId(n), person.weight)).collect();
        let routing = assign(rules, &lead, &self.loads, now);
        prop_assert_eq!(&routing, &assign(rules, &lead, &self.loads, now), "the same picks the same");
        let Routing::Assigned(assignment) = routing else {
            prop_assert!(able.is_empty(), "{:?} could take it", able);
            return Ok(());
        };
        if self.stretch.members != able {
            self.stretch.check()?;
            self.stretch = Stretch { members: able, ..Stretch::default() };
        }
        prop_assert!(self.stretch.members.iter().any(|(rep, _)| *rep == assignment.rep));
        self.stretch.turns.push(assignment.rep);
        self.loads.record(&assignment, now);
        self.change(assignment.rep.0, |person| {
            person.open += 1;
            person.today += 1;
        });
        let most = LEAD * i64::try_from(self.people.len()).unwrap();
        for n in 0..self.people.len() {
            prop_assert!(self.loads.turn(0, RepId(n)).owed.abs() <= most, "nobody is owed without bound");
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn through_joins_leaves_caps_shifts_and_absences_everybody_is_within_a_lead_of_the_share(
        people in people(),
        events in events(),
    ) {
        let loads = loads(&vec![0; people.len()]);
        let mut story = Story { people, now: monday(), loads, stretch: Stretch::default() };
        for event in &events {
            story.happen(event)?;
        }
        story.stretch.check()?;
    }
}
