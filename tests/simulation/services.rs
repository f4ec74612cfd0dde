//! The simulated CRM and chat as one run sees them: behind the traits that the real connectors implement, with every answer
//! a network can give.

use std::rc::Rc;

use send_wrapper::SendWrapper;

use anyhow::{Result, bail};
use handoff::chat::{Chat, Posted};
use handoff::connector::cursor::Cursor;
use handoff::connector::{Capabilities, Certainty, Keyed, Sink, Unreadable, When};
use handoff::crm::{Activities, Crm, Page, Reread, Sync, SyncOutcome, Watched};
use handoff::model::{Account, Activity, ContactId, Delivery, Field, LookUp, Record, RecordLinks, Timestamp};

use crate::engine::Run;
use crate::world::{MINUTE, Person};

/// Contacts a page: few, so that a walk has many.
const PAGE: usize = 3;

/// As far back as each walk reads again; the index lags by less, mostly.
const OVERLAP: chrono::TimeDelta = chrono::TimeDelta::minutes(5);

pub(crate) struct SimCrm(pub(crate) SendWrapper<Rc<Run>>);

pub(crate) struct SimChat(pub(crate) SendWrapper<Rc<Run>>);

fn record(person: &Person, fields: &[Field]) -> Record {
    let value = |field: &Field| match field.property.as_str() {
        "id" => Some(person.id.clone()),
        _ if field.of_company => None,
        property => person.values.get(property).filter(|value| !value.is_empty()).cloned(),
    };
    Record {
        id: ContactId::parse(&person.id).unwrap(),
        modified_ms: Some(person.modified),
        values: fields.iter().map(value).collect(),
    }
}

impl SimCrm {
    /// What the index shows of a window, by ascending id, and whether that is all.
    fn search(&self, lo: i64, hi: i64, beyond: Option<&str>) -> (Vec<(String, i64)>, bool) {
        let number = |id: &str| id.parse::<u64>().unwrap_or_default();
        let world = self.0.sim.world.borrow();
        let beyond = beyond.map_or(0, number);
        let now = world.now;
        let living = world.people.iter().filter(|person| person.gone.is_none_or(|gone| gone + MINUTE > now));
        let mut found: Vec<(String, i64)> = living
            .filter_map(|person| Some((person.id.clone(), person.indexed(now)?)))
            .filter(|(id, modified)| (lo..=hi).contains(modified) && number(id) > beyond)
            .collect();
        found.sort_by_key(|(id, _)| number(id));
        let is_last = found.len() <= PAGE;
        found.truncate(PAGE);
        (found, is_last)
    }

    fn read_now(&self, fields: &[Field], ids: &[&str]) -> (Vec<Record>, Vec<Unreadable>) {
        let world = self.0.sim.world.borrow();
        let (mut records, mut bad) = (Vec::new(), Vec::new());
        for id in ids {
            match world.person(id) {
                Some(person) if person.is_poison => {
                    bad.push(Unreadable {
                        place: person.id.clone(),
                        reason: "a title of a megabyte".to_owned(),
                    });
                }
                Some(person) => records.push(record(person, fields)),
                None => {}
            }
        }
        (records, bad)
    }

    fn open(&self, position: &mut Cursor) {
        let (lo, is_sweep) = position.next_lo();
        let hi = self.0.sim.world.borrow().now;
        let wide = if is_sweep { None } else { position.sweep_lo(lo, hi) };
        position.open(wide.unwrap_or(lo), hi, 0, is_sweep || wide.is_some());
    }
}

/// What both can do: answers may come late, and what is there can be looked up.
const CAPABILITIES: Capabilities = Capabilities {
    applies_late: true,
    certainty: Certainty::Findable,
    shows_state: false,
    tells_endings: false,
};

impl Sink for SimCrm {
    fn send(&mut self, writes: &[Keyed<'_>]) -> Vec<Delivery> {
        self.0.send(writes)
    }

    fn look_up(&mut self, writes: &[Keyed<'_>]) -> Vec<LookUp> {
        self.0.look_up(writes)
    }

    fn capabilities(&self) -> Capabilities {
        CAPABILITIES
    }
}

impl Crm for SimCrm {
    fn account(&mut self) -> Result<Account> {
        let links = RecordLinks::new(Some("https://crm.example/{id}".to_owned()));
        Ok(Account { id: "sim".to_owned(), links })
    }

    fn check(&mut self, _: &[&Field]) -> Result<Vec<String>> {
        self.0.pass_by("check")?;
        Ok(Vec::new())
    }

    /// The walk that the real connectors make, with their own position; only the service behind it is simulated.
    fn changes(&mut self, sync: &Sync<'_>, take: &mut dyn FnMut(Page) -> Result<()>) -> Result<SyncOutcome> {
        // Another set of properties is read from the beginning, as the connectors do.
        let columns = sync.fields.iter().map(|field| field.property.as_str()).collect::<Vec<_>>().join(",");
        let mut position = Cursor::resume(sync.cursor, columns);
        if sync.full_resync {
            position.begin_full_resync();
        }
        loop {
            let is_resumed = position.window.is_some();
            if !is_resumed {
                self.0.pass_by("open a window")?;
                if self.0.is_throttled() {
                    return Ok(SyncOutcome::Partial { why: "throttled".to_owned() });
                }
                self.open(&mut position);
            }
            while let Some(window) = position.window.clone() {
                self.0.pass_by("search")?;
                if self.0.draws("pages of contacts failed", 30) {
                    bail!("the search failed");
                }
                if self.0.draws("walks cut short", 10) {
                    return Ok(SyncOutcome::Partial { why: "cut short".to_owned() });
                }
                let (found, is_last) = self.search(window.lo, window.hi, window.last_id.as_deref());
                self.0.pass_by("read a page")?;
                self.0.may_panic("bugs over a page");
                let ids: Vec<&str> = found
                    .iter()
                    .filter(|(id, modified)| !position.knows(id, Some(*modified)))
                    .map(|(id, _)| id.as_str())
                    .collect();
                let (records, bad) = self.read_now(sync.fields, &ids);
                for record in &records {
                    position.remember(record.id.as_str(), record.modified_ms.unwrap_or_default(), OVERLAP);
                }
                let read_before = position.read_before();
                position.advance(found.last().map(|(id, _)| id.as_str()));
                if is_last {
                    position.close(OVERLAP);
                }
                let covers_everything = is_last && window.lo == 0 && !is_resumed;
                self.0.note(|| format!("page {:?} of {}..{}", ids, window.lo, window.hi));
                let cursor = Some(serde_json::to_string(&position)?);
                take(Page { records, bad, cursor, covers_everything, read_before, ..Page::default() })?;
            }
            if !is_resumed {
                return Ok(SyncOutcome::Complete);
            }
        }
    }

    fn read(&mut self, fields: &[Field], ids: &[ContactId]) -> Result<Option<Reread>> {
        self.0.pass_by("second look")?;
        if self.0.draws("second looks failed", 30) {
            bail!("the contacts cannot be read");
        }
        let ids: Vec<&str> = ids.iter().map(ContactId::as_str).collect();
        // What cannot be read this time is as it was.
        let (records, _) = self.read_now(fields, &ids);
        Ok(Some(records.into()))
    }

    fn activity(&mut self, open: &[Watched], _: Timestamp) -> Result<Activities> {
        self.0.pass_by("activity")?;
        if self.0.draws("activity failed", 30) {
            bail!("the activity cannot be read");
        }
        self.0.may_panic("bugs over what reps did");
        let world = self.0.sim.world.borrow();
        let is_its = |act: &&Activity| {
            open.iter().any(|watched| watched.contact.as_str() == act.contact && act.at >= watched.since)
        };
        Ok(Activities { acts: world.acts.iter().filter(is_its).cloned().collect(), bad: Vec::new() })
    }
}

impl Sink for SimChat {
    fn send(&mut self, writes: &[Keyed<'_>]) -> Vec<Delivery> {
        self.0.send(writes)
    }

    fn look_up(&mut self, writes: &[Keyed<'_>]) -> Vec<LookUp> {
        self.0.look_up(writes)
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities { shows_state: true, ..CAPABILITIES }
    }
}

impl Chat for SimChat {
    fn activity(&mut self, _: &[Posted], _: When) -> Result<Vec<Activity>> {
        self.0.pass_by("reactions")?;
        if self.0.draws("activity failed", 30) {
            bail!("the reactions cannot be read");
        }
        Ok(Vec::new())
    }
}
