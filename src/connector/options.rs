//! What a connector is given once, when it is connected.

use std::path::Path;
use std::time::Instant;

use crate::model::Timestamp;

/// Everything a connector needs to know of the run. There is nothing to set later, so nothing can be set too late.
#[derive(Clone, Copy, Debug)]
pub struct ConnectOptions<'a> {
    /// Where `rules.toml` lies: paths in a connector's table are relative to it.
    pub folder: &'a Path,
    /// What an earlier run's [`super::Sink::memory`] was.
    pub memory: Option<&'a str>,
    /// Nothing is sent or waited for beyond this.
    pub deadline: Instant,
    pub test_clock: Option<TestClock>,
}

/// The time of a run that a test set by hand, and the real one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TestClock {
    pub now: Timestamp,
    pub real: Timestamp,
}

impl<'a> ConnectOptions<'a> {
    /// Options of a run that remembers nothing, at the real time.
    pub fn new(folder: &'a Path, deadline: Instant) -> Self {
        Self { folder, memory: None, deadline, test_clock: None }
    }
}
