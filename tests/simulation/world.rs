//! The outside as it really is: the CRM's contacts and tasks, the chat's messages, the reps, the time. The program sees it
//! only through [`crate::services`].

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use chrono::DateTime;
use handoff::model::{Activity, ActivityKind, Timestamp, Write};

use crate::definition::{HIGH, LOW};
use crate::faults::{Counters, Faults};
use crate::rng::Rng;

pub(crate) const SECOND: i64 = 1_000;
pub(crate) const MINUTE: i64 = 60 * SECOND;
pub(crate) const HOUR: i64 = 60 * MINUTE;

/// What somebody typed into a field of yes and no.
pub(crate) const UNREAD: &str = "perhaps";

/// A Monday morning.
const START: i64 = 1_795_428_000_000;

/// Longest time after which a request that was sent still takes effect.
pub(crate) const LATE_MAX: i64 = 25 * SECOND;

/// Longest time after the beginning of a run until look-ups show all that it sent.
const UNSEEN_MAX: i64 = 118 * SECOND;

pub(crate) fn time(ms: i64) -> Timestamp {
    DateTime::from_timestamp_millis(ms).unwrap_or_default()
}

/// A person in the CRM.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) values: BTreeMap<String, String>,
    pub(crate) modified: i64,
    /// What the search index will know: from when on, which time of change.
    pub(crate) index: Vec<(i64, i64)>,
    /// Deleted, or merged into another.
    pub(crate) gone: Option<i64>,
    /// Cannot be read, until it is edited again.
    pub(crate) is_poison: bool,
    pub(crate) opted_out: Option<i64>,
    /// Since when nobody can tell what its opt-out says, and whether it was low until then: it is still taken for that.
    pub(crate) unread: Option<(i64, bool)>,
    /// Whom somebody made its owner, and when.
    pub(crate) owned: Option<(i64, String)>,
    /// It became qualified for the first time when that counted, and must be handed off.
    pub(crate) is_due: bool,
    /// Only one of the definitions, or time, makes it qualified: no telling.
    pub(crate) is_vague: bool,
    was_high: bool,
    /// It was there, and qualified, when the program was installed.
    pub(crate) is_baseline: bool,
    /// Versions that could have ended a qualification.
    pub(crate) dips: u64,
}

impl Person {
    fn score(&self) -> i64 {
        self.values.get("score").and_then(|score| score.parse().ok()).unwrap_or_default()
    }

    /// Qualified by either definition.
    pub(crate) fn is_high(&self) -> bool {
        self.score() >= HIGH && self.opted_out.is_none() && self.unread.is_none()
    }

    fn is_low(&self) -> bool {
        self.unread.map_or(self.score() < LOW || self.opted_out.is_some(), |(_, was_low)| was_low)
    }

    /// Whether nobody could tell whether it opted out, from before then until now.
    pub(crate) fn is_unread_since_before(&self, then: i64) -> bool {
        self.unread.is_some_and(|(since, _)| since < then)
    }

    /// When it changed, as the search index knows it now.
    pub(crate) fn indexed(&self, now: i64) -> Option<i64> {
        self.index.iter().rev().find(|(from, _)| *from <= now).map(|(_, modified)| *modified)
    }
}

/// What a write left behind: a task, a message, a reply.
#[derive(Clone, Debug)]
pub(crate) struct Object {
    pub(crate) id: String,
    pub(crate) key: String,
    pub(crate) write: Write,
    /// From then on look-ups see it.
    pub(crate) shown_from: i64,
}

/// The world of one seed.
pub(crate) struct World {
    pub(crate) faults: Faults,
    pub(crate) now: i64,
    /// How far the machine's clock is ahead of the world's.
    pub(crate) skew: i64,
    /// When the machine started.
    pub(crate) up_since: i64,
    pub(crate) people: Vec<Person>,
    pub(crate) objects: HashMap<String, Object>,
    /// Requests on their way, each with when it arrives and from when on look-ups see what it left.
    late: Vec<(i64, String, Write, i64)>,
    /// The bytes of the first attempt with each key.
    pub(crate) bodies: HashMap<String, String>,
    pub(crate) absent: HashSet<String>,
    pub(crate) acts: Vec<Activity>,
    pub(crate) unauthorized_until: i64,
    /// Until then every write is answered by 503.
    pub(crate) maintenance_until: i64,
    /// Until then no contact may be searched for.
    pub(crate) throttled_until: i64,
    pub(crate) is_loose: bool,
    /// The database counts who qualifies from the start no more.
    pub(crate) has_baseline: bool,
    /// The database was lost: what it forgot may happen again, where nothing but it could know.
    pub(crate) forgot: bool,
    /// The database is a copy of old: there may be more outside than it knows.
    pub(crate) is_restored: bool,
    pub(crate) is_quiet: bool,
    /// The next message is taken, its answer is lost, and look-ups show it after so long.
    pub(crate) loses_answer: Option<i64>,
    pub(crate) sends: u64,
    pub(crate) workload: Rng,
    pub(crate) network: Rng,
    pub(crate) kills: Rng,
    pub(crate) clock: Rng,
    pub(crate) machine: Rng,
    pub(crate) bugs: Rng,
    pub(crate) cells: Rng,
    operator: Rng,
    stale: Rng,
    pub(crate) counters: Counters,
    pub(crate) violation: Option<String>,
    pub(crate) trace: Option<VecDeque<String>>,
    next_id: u64,
}

impl World {
    pub(crate) fn new(seed: u64, faults: Faults) -> Self {
        Self {
            faults,
            now: START,
            skew: 0,
            up_since: START - 3 * HOUR,
            people: Vec::new(),
            objects: HashMap::new(),
            late: Vec::new(),
            bodies: HashMap::new(),
            absent: HashSet::new(),
            acts: Vec::new(),
            unauthorized_until: 0,
            maintenance_until: 0,
            throttled_until: 0,
            is_loose: false,
            has_baseline: false,
            forgot: false,
            is_restored: false,
            is_quiet: false,
            loses_answer: None,
            sends: 0,
            workload: Rng::stream(seed, "workload"),
            network: Rng::stream(seed, "network"),
            kills: Rng::stream(seed, "kills"),
            clock: Rng::stream(seed, "clock"),
            machine: Rng::stream(seed, "machine"),
            bugs: Rng::stream(seed, "bugs"),
            cells: Rng::stream(seed, "cells"),
            operator: Rng::stream(seed, "operator"),
            stale: Rng::stream(seed, "stale"),
            counters: Counters::default(),
            violation: None,
            trace: None,
            next_id: 0,
        }
    }

    /// What the machine's clock says.
    pub(crate) fn local(&self) -> i64 {
        self.now + self.skew
    }

    pub(crate) fn note(&mut self, event: impl FnOnce() -> String) {
        self.counters.add("events");
        let now = time(self.now).format("%H:%M:%S");
        if let Some(trace) = &mut self.trace {
            if trace.len() == 4_000 {
                trace.pop_front();
            }
            trace.push_back(format!("{now} {}", event()));
        }
    }

    pub(crate) fn violate(&mut self, what: impl FnOnce() -> String) {
        if self.violation.is_none() {
            let what = what();
            self.note(|| format!("VIOLATION {what}"));
            self.violation = Some(what);
        }
    }

    pub(crate) fn id(&mut self, prefix: &str) -> String {
        self.next_id += 1;
        format!("{prefix}{}", self.next_id)
    }

    pub(crate) fn person(&self, id: &str) -> Option<&Person> {
        self.people.iter().find(|person| person.id == id && person.gone.is_none())
    }

    pub(crate) fn add_person(&mut self, score: i64) {
        let id = self.id("");
        let mut values: BTreeMap<String, String> = [("country", "PT"), ("last_name", "Lead")]
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        values.insert("email".to_owned(), format!("p{id}@lead.example"));
        values.insert("score".to_owned(), score.to_string());
        self.people.push(Person {
            id,
            values,
            modified: self.now,
            index: Vec::new(),
            gone: None,
            is_poison: false,
            opted_out: None,
            unread: None,
            owned: None,
            is_due: false,
            is_vague: false,
            was_high: false,
            is_baseline: self.now == START && score >= HIGH,
            dips: 0,
        });
        let at = self.people.len() - 1;
        self.touch(at, true);
        self.note(|| format!("new contact {} with score {score}", at + 1));
    }

    /// Changes a property.
    pub(crate) fn edit(&mut self, at: usize, name: &str, value: &str) {
        let was_low = self.people[at].is_low();
        if name == "opted_out" {
            let (now, person) = (self.now, &mut self.people[at]);
            person.opted_out = (value == "true").then_some(now);
            person.unread = (value == UNREAD).then(|| person.unread.unwrap_or((now, was_low)));
        }
        self.people[at].values.insert(name.to_owned(), value.to_owned());
        self.people[at].is_poison = false;
        self.touch(at, was_low);
        let id = self.people[at].id.clone();
        self.note(|| format!("contact {id}: {name} = {value}"));
    }

    /// Somebody has every contact read anew.
    pub(crate) fn reads_anew(&mut self) -> bool {
        let happens =
            !self.is_quiet && self.faults.has("humans") && self.operator.per_mille(self.faults.anew_rate);
        if happens {
            self.note(|| "all contacts are read anew".to_owned());
            self.counters.add("walks over everything");
        }
        happens
    }

    /// A contact has changed: the index hears of it in its own time.
    pub(crate) fn touch(&mut self, at: usize, was_low: bool) {
        let lag = self.lag();
        let (now, has_baseline) = (self.now, self.has_baseline);
        let person = &mut self.people[at];
        person.modified = now;
        // A later change that is indexed first hides the earlier one.
        person.index.retain(|(from, _)| *from < now + lag);
        person.index.push((now + lag, now));
        let is_new_high = person.is_high() && was_low && !person.was_high;
        person.was_high |= person.is_high();
        person.is_due |= is_new_high && has_baseline;
        // Who changes while the first walk is on may be taken for old or for new.
        let is_between = self.now > START && !has_baseline;
        let is_read = person.unread.is_none();
        person.is_vague |= is_between || is_read && !person.is_high() && !person.is_low();
        person.dips += u64::from(is_read && !person.is_high());
    }

    /// Whoever qualifies before the first walk is over is the baseline, and not handed off.
    pub(crate) fn starts_over(&mut self) {
        self.has_baseline = false;
        for person in &mut self.people {
            person.is_due = false;
            // Whoever cannot be judged now is judged for the first time when that is mended.
            person.is_vague |= person.unread.is_some();
        }
    }

    /// The time until a change is in the index: mostly none, sometimes as long as the overlap, rarely longer.
    fn lag(&mut self) -> i64 {
        if self.now == START || self.is_quiet || !self.faults.has("lag") || !self.network.per_mille(300) {
            return 0;
        }
        if self.network.per_mille(60) {
            self.counters.add("index lag beyond the overlap");
            return self.network.between(6 * MINUTE, 50 * MINUTE);
        }
        self.network.between(0, 5 * MINUTE - 10 * SECOND)
    }

    pub(crate) fn pass(&mut self, ms: i64) {
        self.now += ms;
        let now = self.now;
        let (arrived, late) = std::mem::take(&mut self.late).into_iter().partition(|(at, ..)| *at <= now);
        self.late = late;
        let arrived: Vec<(i64, String, Write, i64)> = arrived;
        for (_, key, write, shown_from) in arrived {
            self.note(|| format!("{key} arrives late"));
            self.apply(&key, &write, shown_from);
        }
    }

    pub(crate) fn apply_late(&mut self, key: &str, write: &Write, shown_from: i64) {
        let at = self.now + self.network.between(SECOND, LATE_MAX);
        self.late.push((at, key.to_owned(), write.clone(), shown_from));
    }

    /// From when on look-ups see what a run that began then sends now: mostly at once.
    pub(crate) fn shown_from(&mut self, began: i64) -> i64 {
        if self.is_quiet || !self.faults.has("lag") || !self.stale.per_mille(200) {
            return self.now;
        }
        (self.now + self.stale.between(SECOND, UNSEEN_MAX)).min(began + UNSEEN_MAX)
    }

    /// A write takes effect; gives what it is called by.
    pub(crate) fn apply(&mut self, key: &str, write: &Write, shown_from: i64) -> String {
        match write {
            Write::Update(update) => {
                let Some(at) = self.people.iter().position(|person| person.id == update.contact) else {
                    return update.contact.clone();
                };
                let was_low = self.people[at].is_low();
                if let Some(owner) = &update.owner {
                    // From now on the owner is one that the program chose.
                    self.people[at].owned = None;
                    self.people[at].values.insert("owner".to_owned(), owner.clone());
                }
                self.people[at].values.extend(update.set.clone());
                self.touch(at, was_low);
                self.objects.insert(key.to_owned(), object(update.contact.clone(), key, write, shown_from));
                update.contact.clone()
            }
            Write::Mark(mark) => {
                let id =
                    self.objects.get(&mark.thread).map_or("posted anew", |message| &message.id).to_owned();
                self.objects.insert(key.to_owned(), object(id.clone(), key, write, shown_from));
                id
            }
            Write::Task(_) | Write::Message(_) | Write::Reply(_) => {
                let is_task = matches!(write, Write::Task(_));
                if let Some(present) = self.objects.get(key) {
                    let id = present.id.clone();
                    if is_task && self.faults.has_unique_key {
                        self.counters.add("adopted by the unique key");
                    } else if !self.forgot {
                        self.violate(|| format!("a second {} with key {key}", write.kind().name()));
                    }
                    return id;
                }
                self.counters.add(if is_task { "tasks" } else { "messages" });
                let id = self.id(if is_task { "task-" } else { "post-" });
                self.objects.insert(key.to_owned(), object(id.clone(), key, write, shown_from));
                id
            }
        }
    }

    /// A rep does something about a lead that has been handed to somebody.
    pub(crate) fn act(&mut self) {
        let mut leads: Vec<(String, String)> = self.tasks();
        leads.sort_unstable();
        if leads.is_empty() {
            return;
        }
        let at = usize::try_from(self.workload.below(leads.len() as u64)).unwrap_or_default();
        let (contact, by) = leads.swap_remove(at);
        let (kind, what) = match self.workload.below(10) {
            0..=4 => (ActivityKind::TaskCompleted, "touches"),
            5..=7 => (ActivityKind::Accepted, "acceptances"),
            _ => (ActivityKind::Rejected, "rejections"),
        };
        self.counters.add(what);
        self.note(|| format!("{by} acts on {contact}: {}", kind.name()));
        let seen_in = self.id("act-");
        self.acts.push(Activity { at: time(self.now), contact, by, kind, note: None, seen_in });
    }

    fn tasks(&self) -> Vec<(String, String)> {
        let tasks = self.objects.values().filter_map(|object| match &object.write {
            Write::Task(task) => Some((task.contact.clone(), task.owner.clone())),
            _ => None,
        });
        tasks.collect()
    }
}

fn object(id: String, key: &str, write: &Write, shown_from: i64) -> Object {
    Object { id, key: key.to_owned(), write: write.clone(), shown_from }
}
