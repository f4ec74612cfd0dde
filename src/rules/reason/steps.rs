//! The limit on a search.

/// Enough for the definitions of a large company, and a few milliseconds at most.
const STEPS_MAX: usize = 50_000;

/// What is left of the limit.
#[derive(Debug)]
pub(super) struct Steps(usize);

impl Steps {
    pub(super) fn all() -> Self {
        Self(STEPS_MAX)
    }

    /// Whether there were so many steps left.
    pub(super) fn spend(&mut self, steps: usize) -> bool {
        let is_enough = steps <= self.0;
        self.0 = self.0.saturating_sub(steps);
        is_enough
    }
}
