//! The different values of one field, each with its count: exact for those that came first, and bounded.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher as _};

use serde::Serialize;

use crate::model::{Value, one_line};

/// More different values than these are only known to be more.
const DIFFERENT_MAX: usize = 1_000;

/// Longest value that is kept: an e-mail and most names are whole.
const KEPT_CHARS_MAX: usize = 120;

/// A value with the number of contacts that have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Frequent {
    pub value: String,
    pub contacts: u64,
}

#[derive(Debug, Default)]
pub(super) struct Different {
    /// By the hash of what comparisons see. The count is exact: whoever is let in was let in when first met.
    known: HashMap<u64, Frequent>,
    /// There are others.
    pub(super) is_more: bool,
}

impl Different {
    pub(super) fn count(&mut self, value: &Value) {
        let key = key(value);
        if let Some(known) = self.known.get_mut(&key) {
            known.contacts += 1;
        } else if self.known.len() < DIFFERENT_MAX {
            self.known.insert(key, Frequent { value: shown(value), contacts: 1 });
        } else {
            self.is_more = true;
        }
    }

    /// The most frequent first.
    pub(super) fn sorted(&self) -> Vec<&Frequent> {
        let mut sorted: Vec<&Frequent> = self.known.values().collect();
        sorted.sort_by(|a, b| b.contacts.cmp(&a.contacts).then_with(|| a.value.cmp(&b.value)));
        sorted
    }
}

/// Two values that no condition can tell apart have one key.
fn key(value: &Value) -> u64 {
    let mut hasher = DefaultHasher::new();
    match value {
        Value::Text(text) => text.folded().hash(&mut hasher),
        Value::Number(number) => number.to_bits().hash(&mut hasher),
        Value::Bool(flag) => flag.hash(&mut hasher),
        Value::Time(time) => time.timestamp_millis().hash(&mut hasher),
        Value::Missing | Value::Unreadable(_) => {}
    }
    hasher.finish()
}

fn shown(value: &Value) -> String {
    match value {
        Value::Text(text) => text.shown(KEPT_CHARS_MAX),
        Value::Missing | Value::Unreadable(_) | Value::Number(_) | Value::Bool(_) | Value::Time(_) => {
            one_line(&value.shown(), KEPT_CHARS_MAX)
        }
    }
}
