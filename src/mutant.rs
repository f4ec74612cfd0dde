//! Deliberate bugs, one at a time, for the test that shows the simulation would find them. Without the feature `mutants`
//! every question is answered `false` when it is compiled, and nothing is left of it.

#[cfg(feature = "mutants")]
use std::cell::Cell;

#[cfg(feature = "mutants")]
thread_local! {
    static CHOSEN: Cell<&'static str> = const { Cell::new("") };
}

/// Chooses the bug that this thread suffers from now on; empty: none.
#[cfg(feature = "mutants")]
pub fn choose(name: &'static str) {
    CHOSEN.set(name);
}

/// Whether this bug was chosen.
#[cfg(feature = "mutants")]
pub(crate) fn is(name: &str) -> bool {
    CHOSEN.get() == name
}

/// Whether this bug was chosen: never.
#[cfg(not(feature = "mutants"))]
pub(crate) const fn is(_: &str) -> bool {
    false
}
