//! The one clock that nobody sets: time since the machine started. How long ago a request left is asked of it, and not of
//! the time of day, which may jump between two runs.

use chrono::TimeDelta;
use rustix::time::{ClockId, clock_gettime};

/// A clock such as [`uptime`].
pub type Uptime = dyn Fn() -> TimeDelta + Sync;

/// Goes on while the machine sleeps, where the system has such a clock.
#[cfg(any(target_os = "linux", target_os = "android"))]
const CLOCK: ClockId = ClockId::Boottime;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const CLOCK: ClockId = ClockId::Monotonic;

/// Time since the machine started.
pub fn uptime() -> TimeDelta {
    let time = clock_gettime(CLOCK);
    TimeDelta::seconds(time.tv_sec) + TimeDelta::nanoseconds(time.tv_nsec)
}
