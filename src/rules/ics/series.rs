//! From events to absences: which version of an event counts, and which instances of a series stand for themselves.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::event::Event;
use super::expand::{Budget, Instance, Window, instances};
use super::stamp::{Key, Stamp};
use super::{Calendar, Whose};

/// Adds what the events mean within the window; those that cannot be used are set aside.
pub(super) fn absences(events: Vec<Event>, whose: Whose<'_>, window: &Window, calendar: &mut Calendar) {
    let events = latest(events);
    let mut changes: HashMap<&str, Vec<(Stamp, &Event)>> = HashMap::new();
    for event in &events {
        if let (Some(uid), Some(instance)) = (&event.uid, event.replaces) {
            changes.entry(uid).or_default().push((instance, event));
        }
    }
    let mut budget = Budget::default();
    for event in &events {
        let uid = event.uid.as_deref().filter(|_| event.replaces.is_none());
        let stand_ins = StandIns::new(event, uid.and_then(|uid| changes.get(uid)), window);
        // A series that does not count may have a later part that does.
        if !event.counts(whose) && stand_ins.later.is_empty() {
            continue;
        }
        match instances(event, window, &mut budget) {
            Ok(instances) => {
                for instance in instances {
                    let Some((event, instance)) = stand_ins.apply(event, instance, window) else { continue };
                    let absence = window.absence(&instance).filter(|_| event.counts(whose));
                    calendar.absences.extend(absence.map(|absence| (absence, event.name.clone())));
                }
            }
            Err(why) => calendar.set_aside.push(why),
        }
    }
}

/// Of several versions of an event the one with the highest SEQUENCE; of equal ones the last in the file.
fn latest(events: Vec<Event>) -> Vec<Event> {
    let mut best: HashMap<(String, Option<Key>), (u32, usize)> = HashMap::new();
    let version = |event: &Event| Some((event.uid.clone()?, event.replaces.map(Stamp::key)));
    for (place, event) in events.iter().enumerate() {
        if let Some(version) = version(event) {
            let best = best.entry(version).or_default();
            *best = (*best).max((event.sequence, place));
        }
    }
    let kept: HashSet<usize> = best.into_values().map(|(_, place)| place).collect();
    let events = events.into_iter().enumerate();
    events
        .filter(|(place, event)| event.uid.is_none() || kept.contains(place))
        .map(|(_, event)| event)
        .collect()
}

/// What other events of a series say of its instances. One that they name is theirs, even when they cancel it.
#[derive(Default)]
struct StandIns<'a> {
    single: HashSet<Key>,
    /// From this one on, until the next.
    later: BTreeMap<Key, (Stamp, &'a Event)>,
}

impl<'a> StandIns<'a> {
    fn new(series: &Event, changes: Option<&Vec<(Stamp, &'a Event)>>, window: &Window) -> Self {
        let mut found = Self::default();
        for (instance, event) in changes.into_iter().flatten() {
            let key = instance.key_in(series.start, window.zone);
            found.single.insert(key);
            if event.replaces_later {
                found.later.insert(key, (*instance, event));
            }
        }
        found
    }

    /// The instance as it is to be, and the event that says so; `None` when another event stands for it.
    fn apply(&self, series: &'a Event, instance: Instance, window: &Window) -> Option<(&'a Event, Instance)> {
        let key = instance.start.key_in(series.start, window.zone);
        if self.single.contains(&key) || self.single.contains(&Key::Day(instance.start.date())) {
            return None;
        }
        let Some((_, (named, event))) = self.later.range(..=key).next_back() else {
            return Some((series, instance));
        };
        let shift = event.start.wall() - named.wall();
        let start = event.start.at_wall(instance.start.wall().checked_add_signed(shift)?);
        Some((event, Instance { start, length: event.length }))
    }
}
