//! Who has had people of which company.

use std::collections::HashMap;

use crate::model::{RepId, Timestamp};

/// Who was given people of each company, in the memory of a rehearsal.
#[derive(Clone, Debug, Default)]
pub struct Companies {
    by_key: HashMap<String, Vec<(RepId, Timestamp)>>,
}

impl Companies {
    pub fn record(&mut self, keys: &[String], rep: RepId, at: Timestamp) {
        for key in keys {
            let had = self.by_key.entry(key.clone()).or_default();
            had.retain(|(known, _)| *known != rep);
            had.insert(0, (rep, at));
        }
    }

    /// The reps who had people of one of the keys, the latest first.
    pub fn of(&self, keys: &[String]) -> Vec<(RepId, Timestamp)> {
        let mut had: Vec<_> = keys.iter().filter_map(|key| self.by_key.get(key)).flatten().copied().collect();
        had.sort_by_key(|(_, at)| std::cmp::Reverse(*at));
        had
    }
}
