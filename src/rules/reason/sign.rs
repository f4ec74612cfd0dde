//! How something must come out, with three answers.

/// How a condition or a test must come out: one of four signs, as there are three answers (R. Hähnle, Automated Deduction in
/// Multiple-valued Logics, 1993).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sign {
    pub(super) holds: bool,
    /// Unclear will do as well.
    pub(super) or_unclear: bool,
}

impl Sign {
    pub(super) fn inverted(self) -> Self {
        Self { holds: !self.holds, ..self }
    }
}
