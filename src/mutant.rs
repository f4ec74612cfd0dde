//! Deliberate bugs, one at a time, for the test that shows the simulation would find them. Without the feature `mutants`
//! every question is answered `false` when it is compiled, and nothing is left of it.

#[cfg(any(test, feature = "mutants"))]
use std::cell::Cell;

#[cfg(any(test, feature = "mutants"))]
thread_local! {
    static CHOSEN: Cell<&'static str> = const { Cell::new("") };
}

/// Chooses the bug that this thread suffers from now on; empty: none.
#[cfg(any(test, feature = "mutants"))]
pub fn choose(name: &'static str) {
    CHOSEN.set(name);
}

/// Whether this bug was chosen.
#[cfg(any(test, feature = "mutants"))]
pub(crate) fn is(name: &str) -> bool {
    CHOSEN.get() == name
}

/// Whether this bug was chosen: never.
#[cfg(not(any(test, feature = "mutants")))]
pub(crate) const fn is(_: &str) -> bool {
    false
}

/// `sound`, or `bug` if that bug was chosen.
pub(crate) fn swap<T>(name: &str, sound: T, bug: T) -> T {
    if is(name) { bug } else { sound }
}

/// Fails where `it` holds, if that bug was chosen.
pub(crate) fn fail(name: &str, it: bool) -> anyhow::Result<()> {
    anyhow::ensure!(!(is(name) && it), "a deliberate bug");
    Ok(())
}

/// What the bugs of [`trip`] show over.
pub(crate) const TRIPS: &str = "2";

/// Panics over the record with the id [`TRIPS`], if that bug was chosen.
pub(crate) fn trip(name: &str, id: &str) {
    assert!(!(is(name) && id == TRIPS), "a deliberate bug");
}
