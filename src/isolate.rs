//! A bug over one thing is isolated to it: the others go on.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Why something was set aside.
pub(crate) const A_BUG: &str = "a bug in handoff showed over it; report the bug";

/// `None`: it panicked, and the panic has said where. The caller leaves whatever `part` may have left half done.
pub(crate) fn isolated<T>(part: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(part)).ok()
}

/// Reads one record, with the reason when it cannot be used; a bug is one.
pub(crate) fn reading<T>(read: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    isolated(read).unwrap_or_else(|| Err(A_BUG.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_absence() {
        assert_eq!(isolated(|| 7), Some(7));
        assert_eq!(isolated(|| -> i32 { panic!("a bug") }), None);
        assert_eq!(reading(|| Ok(7)), Ok(7));
        assert!(reading::<i32>(|| panic!("a bug")).is_err_and(|why| why.starts_with("a bug in handoff")));
    }
}
