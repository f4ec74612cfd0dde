//! Two sinks, as a CRM and a chat, that answer from a script and write down what they were asked.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::connector::{Capabilities, Certainty, Keyed, Sink};
use crate::model::{Delivery, LookUp};
use crate::testing::panics::PLANTED;

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
        assert!(!is_bad, "{PLANTED}");
    }
}

impl Fake {
    pub(super) fn crm(&self) -> End {
        End { fake: self.clone(), is_crm: true }
    }

    pub(super) fn chat(&self) -> End {
        End { fake: self.clone(), is_crm: false }
    }

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

    fn answer(&self, writes: &[Keyed<'_>]) -> Vec<Delivery> {
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

    fn show(&self, writes: &[Keyed<'_>]) -> Vec<LookUp> {
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

/// One end of a fake: what is sent to the wrong one is a bug.
pub(super) struct End {
    pub(super) fake: Fake,
    pub(super) is_crm: bool,
}

impl Sink for End {
    fn send(&mut self, writes: &[Keyed<'_>]) -> Vec<Delivery> {
        let is_its = |keyed: &Keyed<'_>| keyed.write.kind().is_crm() == self.is_crm;
        assert!(writes.iter().all(is_its), "the CRM got a message, or the chat a task");
        self.fake.answer(writes)
    }

    fn look_up(&mut self, writes: &[Keyed<'_>]) -> Vec<LookUp> {
        self.fake.show(writes)
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            applies_late: true,
            certainty: Certainty::Findable,
            shows_state: false,
            tells_endings: false,
        }
    }
}
