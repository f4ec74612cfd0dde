//! What `check` finds: one thing, one place, one way out.

use std::collections::HashSet;
use std::ops::Range;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing is wrong; it is worth knowing.
    Note,
    Warning,
    /// The definition cannot be used.
    Error,
}

impl Severity {
    pub fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// A finding about `rules.toml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Stable, such as `H012`.
    pub code: &'static str,
    pub severity: Severity,
    pub message: String,
    /// Byte range in the file; `None` when it concerns the file as a whole.
    pub span: Option<Range<usize>>,
    pub help: Option<String>,
    /// About a calendar: whatever is wrong with one, a run goes on without what it says.
    pub is_of_calendar: bool,
}

/// Findings, in the order they were made until [`Findings::sort`].
#[derive(Debug, Default)]
pub struct Findings {
    list: Vec<Finding>,
}

impl Findings {
    pub fn add(&mut self, finding: Finding) {
        self.list.push(finding);
    }

    pub fn error(&mut self, code: &'static str, span: Range<usize>, message: impl Into<String>) {
        self.add(Finding::error(code, span, message));
    }

    pub fn warning(&mut self, code: &'static str, span: Range<usize>, message: impl Into<String>) {
        self.add(Finding::warning(code, span, message));
    }

    pub fn note(&mut self, code: &'static str, span: Range<usize>, message: impl Into<String>) {
        self.add(Finding { severity: Severity::Note, ..Finding::error(code, span, message) });
    }

    /// Whether there is an error that keeps the definition from being used.
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|finding| finding.severity == Severity::Error && !finding.is_of_calendar)
    }

    /// Those about calendars, each once: people share theirs.
    pub(super) fn of_calendars(&self) -> Vec<Finding> {
        let mut list: Vec<Finding> =
            self.list.iter().filter(|finding| finding.is_of_calendar).cloned().collect();
        let mut known = HashSet::new();
        list.retain(|finding| known.insert(finding.message.clone()));
        list
    }

    pub(super) fn errors(&self) -> usize {
        self.list.iter().filter(|finding| finding.severity == Severity::Error).count()
    }

    pub fn as_slice(&self) -> &[Finding] {
        &self.list
    }

    /// Orders them by place; those about the file as a whole come first.
    pub fn sort(&mut self) {
        self.list.sort_by_key(|finding| finding.span.as_ref().map(|span| (span.start, span.end)));
    }
}

impl Finding {
    pub fn error(code: &'static str, span: Range<usize>, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            message: message.into(),
            span: Some(span),
            help: None,
            is_of_calendar: false,
        }
    }

    pub fn warning(code: &'static str, span: Range<usize>, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, span, message) }
    }

    #[must_use]
    pub fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    #[must_use]
    pub fn of_calendar(self) -> Self {
        Self { is_of_calendar: true, ..self }
    }
}
