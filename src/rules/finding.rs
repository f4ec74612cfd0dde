//! What `check` finds: one thing, one place, one way out.

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

    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|finding| finding.severity == Severity::Error)
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
        Self { code, severity: Severity::Error, message: message.into(), span: Some(span), help: None }
    }

    pub fn warning(code: &'static str, span: Range<usize>, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, span, message) }
    }

    #[must_use]
    pub fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }
}
