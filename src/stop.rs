//! SIGTERM and SIGINT: a run that is asked to stop finishes the request it has sent, records what became of it, starts no
//! other, and leaves the rest to the next run. Asked twice, it dies at once, and the next run finds out.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};
use std::thread::sleep;
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag::{register, register_conditional_default};

static ASKED: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);

/// How late a waiting run may notice.
const TICK: Duration = Duration::from_millis(100);

/// From here on the two signals only ask.
///
/// # Errors
/// The system takes no handler.
pub fn listen() -> io::Result<()> {
    for signal in [SIGTERM, SIGINT] {
        // In this order: at the first signal the flag is not up yet, so only the second one kills.
        register_conditional_default(signal, Arc::clone(&ASKED))?;
        register(signal, Arc::clone(&ASKED))?;
    }
    Ok(())
}

pub fn is_asked() -> bool {
    ASKED.load(Ordering::SeqCst)
}

/// Waits until `at`; false when the run was asked to stop before or meanwhile.
pub(crate) fn wait_until(at: Instant) -> bool {
    loop {
        let left = at.saturating_duration_since(Instant::now());
        if is_asked() || left.is_zero() {
            return !is_asked();
        }
        sleep(left.min(TICK));
    }
}
