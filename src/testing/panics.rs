//! Panics that showed since one last asked, those included that the program confines or that end in a thread of its own.

use std::panic::{set_hook, take_hook};
use std::sync::{Mutex, Once, PoisonError};
use std::thread;

/// What a test's own fake panics with; it may do so in a thread without a name, beside other tests.
pub(crate) const PLANTED: &str = "a bug that a test planted";

/// Which thread panicked, and what it said.
type Panic = (Option<String>, String);

static SEEN: Mutex<Vec<Panic>> = Mutex::new(Vec::new());

/// From here on none goes unseen.
pub(crate) fn watch() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = take_hook();
        set_hook(Box::new(move |panic| {
            let thread = thread::current().name().map(str::to_owned);
            SEEN.lock().unwrap_or_else(PoisonError::into_inner).push((thread, panic.to_string()));
            usual(panic);
        }));
    });
}

/// Takes what this thread said, and every thread without a name: the test runner names those of other tests.
pub(crate) fn take() -> Vec<String> {
    let mine = thread::current().name().map(str::to_owned);
    let mut seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
    let is_ours =
        |(thread, panic): &mut Panic| *thread == mine || (thread.is_none() && !panic.contains(PLANTED));
    seen.extract_if(.., is_ours).map(|(_, panic)| panic).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::isolate::isolated;

    #[test]
    fn a_panic_is_seen_though_it_was_confined_or_ended_in_another_thread() {
        watch();
        assert_eq!(isolated(|| -> i32 { panic!("a bug over one thing") }), None);
        assert!(take().iter().any(|panic| panic.contains("a bug over one thing")));
        assert!(take().iter().all(|panic| !panic.contains("a bug over one thing")));
    }
}
