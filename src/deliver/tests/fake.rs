//! A CRM and a chat that answer from a script and write down what they were asked.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Result;

use crate::chat::{Chat, Posted, When};
use crate::crm::{Activities, Crm, Keyed, Page, Reread, Walk, Walked, Watched};
use crate::model::{Activity, ContactId, Delivery, Field, LookUp, Timestamp};

/// Clones share their script and their log: one of them is the CRM, another the chat.
#[derive(Clone, Default)]
pub(super) struct Fake(Arc<Mutex<Script>>);

#[derive(Default)]
struct Script {
    answers: HashMap<String, VecDeque<Option<Delivery>>>,
    looks: HashMap<String, VecDeque<Option<LookUp>>>,
    log: Vec<String>,
    /// What is met by a panic, as the log calls it.
    trips: HashSet<String>,
}

impl Script {
    fn note(&mut self, what: String) {
        let is_bad = self.trips.contains(&what);
        self.log.push(what);
        assert!(!is_bad, "a bug");
    }
}

impl Fake {
    fn script(&self) -> MutexGuard<'_, Script> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A bug shows whenever this is asked: `send a` or `look a`.
    pub(super) fn trips_over(&mut self, what: &str) {
        self.script().trips.insert(what.to_owned());
    }

    pub(super) fn is_mended(&mut self) {
        self.script().trips.clear();
    }

    /// One outcome for each time the key is sent; `None`: no answer.
    pub(super) fn will_answer(&mut self, key: &str, answers: impl IntoIterator<Item = Option<Delivery>>) {
        self.script().answers.entry(key.to_owned()).or_default().extend(answers);
    }

    pub(super) fn will_show(&mut self, key: &str, looks: impl IntoIterator<Item = Option<LookUp>>) {
        self.script().looks.entry(key.to_owned()).or_default().extend(looks);
    }

    /// Everything that was asked, in order.
    pub(super) fn log(&self) -> Vec<String> {
        self.script().log.clone()
    }

    fn send(&self, writes: &[Keyed<'_>]) -> Vec<Delivery> {
        let mut script = self.script();
        writes
            .iter()
            .filter_map(|keyed| {
                script.note(format!("send {}", keyed.key));
                let next = script.answers.get_mut(keyed.key).and_then(VecDeque::pop_front);
                next.unwrap_or_else(|| panic!("{} was sent once too often", keyed.key))
            })
            .collect()
    }

    fn look_up(&self, writes: &[Keyed<'_>]) -> Vec<LookUp> {
        let mut script = self.script();
        writes
            .iter()
            .filter_map(|keyed| {
                script.note(format!("look {}", keyed.key));
                let next = script.looks.get_mut(keyed.key).and_then(VecDeque::pop_front);
                next.unwrap_or_else(|| panic!("{} was looked up once too often", keyed.key))
            })
            .collect()
    }
}

impl Crm for Fake {
    fn account(&self) -> Result<&str> {
        Ok("account")
    }

    fn check(&mut self, _: &[&Field]) -> Result<Vec<String>> {
        Ok(Vec::new())
    }

    fn changes(&mut self, _: &Walk<'_>, _: &mut dyn FnMut(Page) -> Result<()>) -> Result<Walked> {
        Ok(Walked::Whole)
    }

    fn read(&mut self, _: &[Field], _: &[ContactId]) -> Result<Option<Reread>> {
        Ok(None)
    }

    fn activity(&mut self, _: &[Watched], _: Timestamp) -> Result<Activities> {
        Ok(Activities::default())
    }

    fn send(&mut self, writes: &[Keyed<'_>]) -> Vec<Delivery> {
        assert!(writes.iter().all(|keyed| keyed.write.kind().is_crm()), "the CRM got a message");
        Fake::send(self, writes)
    }

    fn look_up(&mut self, writes: &[Keyed<'_>]) -> Vec<LookUp> {
        Fake::look_up(self, writes)
    }

    fn link(&self, _: &ContactId) -> Option<String> {
        None
    }
}

impl Chat for Fake {
    fn send(&mut self, writes: &[Keyed<'_>]) -> Vec<Delivery> {
        assert!(!writes.iter().any(|keyed| keyed.write.kind().is_crm()), "the chat got a task");
        Fake::send(self, writes)
    }

    fn look_up(&mut self, writes: &[Keyed<'_>]) -> Vec<LookUp> {
        Fake::look_up(self, writes)
    }

    fn activity(&mut self, _: &[Posted], _: When) -> Result<Vec<Activity>> {
        Ok(Vec::new())
    }
}
