//! The one clock that nobody sets: time since the machine started. How long ago a request left is asked of it, and not of
//! the time of day, which may jump between two runs. A reading means something only beside another reading of the same clock:
//! each carries which machine's it is, and since which start.

use std::fs;

use chrono::TimeDelta;
use rustix::time::{ClockId, clock_gettime};

/// One reading of a clock that runs steadily.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClockReading {
    /// Which clock it is. Readings of two clocks are never compared.
    pub clock: String,
    pub at: TimeDelta,
}

/// A clock such as [`uptime`].
pub type Uptime = dyn Fn() -> ClockReading + Sync;

/// Goes on while the machine sleeps, where the system has such a clock.
#[cfg(any(target_os = "linux", target_os = "android"))]
const CLOCK: ClockId = ClockId::Boottime;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const CLOCK: ClockId = ClockId::Monotonic;

/// Where Linux says which start of which machine this is.
const BOOT_ID: &str = "/proc/sys/kernel/random/boot_id";

/// Where a system without it says which machine it is. A restart shows in a reading that went back.
const HOST_NAME: &str = "/etc/hostname";

/// Time since this machine started.
pub fn uptime() -> ClockReading {
    let time = clock_gettime(CLOCK);
    let id = fs::read_to_string(BOOT_ID).or_else(|_| fs::read_to_string(HOST_NAME)).unwrap_or_default();
    let id = id.trim();
    ClockReading {
        clock: if id.is_empty() { "this machine".to_owned() } else { id.to_owned() },
        at: TimeDelta::seconds(time.tv_sec) + TimeDelta::nanoseconds(time.tv_nsec),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_readings_are_of_one_clock_that_goes_on() {
        let (first, second) = (uptime(), uptime());
        assert_eq!(first.clock, second.clock);
        assert!(first.at > TimeDelta::zero() && first.at <= second.at);
        assert!(!first.clock.is_empty() && first.clock != "settled");
    }
}
