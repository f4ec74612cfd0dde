//! What delivery did in one run.

use std::collections::BTreeMap;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delivered {
    pub done: usize,
    /// Found by look-up: an earlier run had sent them.
    pub found: usize,
    /// May have been sent, are not seen by a service that may show late what it has, and are looked for once more.
    pub unseen: usize,
    /// Put off, each with why: they stay for the next run.
    pub postponed: Vec<String>,
    /// Refused for good, each with why.
    pub failed: Vec<String>,
    /// Wait until somebody grants what the credentials lack: what they lack -> how many.
    pub forbidden: BTreeMap<String, usize>,
    /// Credentials that no longer work.
    pub unauthorized: Option<String>,
    /// The run's time was over before everything was sent.
    pub out_of_time: bool,
}

impl Delivered {
    /// Adds what a later delivery of the same run did.
    pub fn add(&mut self, other: Self) {
        self.done += other.done;
        self.found += other.found;
        self.unseen += other.unseen;
        self.postponed.extend(other.postponed);
        self.failed.extend(other.failed);
        for (why, count) in other.forbidden {
            *self.forbidden.entry(why).or_default() += count;
        }
        self.unauthorized = self.unauthorized.take().or(other.unauthorized);
        self.out_of_time |= other.out_of_time;
    }
}
