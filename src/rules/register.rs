//! Names of one kind of thing: found, never twice, and used by somebody.

use std::collections::HashMap;
use std::ops::Range;

use super::codes::{DUPLICATE, UNUSED};
use super::finding::{Finding, Findings};
use super::suggest::did_you_mean;
use crate::model::fold;

/// The names of one kind, by position. Names compare without case.
pub(super) struct Register {
    /// What such a thing is called in findings: `rep`, `route`.
    what: &'static str,
    entries: Vec<Entry>,
    by_name: HashMap<String, usize>,
}

struct Entry {
    name: String,
    span: Range<usize>,
    used: bool,
}

impl Register {
    pub(super) fn new(what: &'static str) -> Self {
        Self { what, entries: Vec::new(), by_name: HashMap::new() }
    }

    /// The names of a definition that has been loaded, by position.
    pub(super) fn known(what: &'static str, names: Vec<&str>) -> Self {
        let mut register = Self::new(what);
        for (position, name) in names.into_iter().enumerate() {
            register.by_name.insert(fold(name).into_owned(), position);
            register.entries.push(Entry { name: name.to_owned(), span: 0..0, used: true });
        }
        register
    }

    /// Adds the next position; notes a finding when the name is taken.
    pub(super) fn add(&mut self, name: &str, span: Range<usize>, findings: &mut Findings) {
        let position = self.entries.len();
        let first = *self.by_name.entry(fold(name).into_owned()).or_insert(position);
        if first != position {
            let message = format!("a second {} with the name '{name}'", self.what);
            let finding = Finding::error(DUPLICATE, span.clone(), message);
            findings.add(finding.help("every name may be given once; rename one of them"));
        }
        self.entries.push(Entry { name: name.to_owned(), span, used: first != position });
    }

    /// The position of a name, which counts as used from now on.
    pub(super) fn find(&mut self, name: &str) -> Option<usize> {
        let position = *self.by_name.get(&*fold(name))?;
        if let Some(entry) = self.entries.get_mut(position) {
            entry.used = true;
        }
        Some(position)
    }

    /// As [`Register::find`]; notes a finding when there is no such name.
    pub(super) fn require(
        &mut self,
        name: &str,
        span: &Range<usize>,
        code: &'static str,
        findings: &mut Findings,
    ) -> Option<usize> {
        let position = self.find(name);
        if position.is_none() {
            let finding = Finding::error(code, span.clone(), format!("unknown {} '{name}'", self.what));
            findings.add(finding.help(did_you_mean(name, self.names())));
        }
        position
    }

    /// The name at a position, as it was spelled.
    pub(super) fn name(&self, position: usize) -> Option<&str> {
        self.entries.get(position).map(|entry| entry.name.as_str())
    }

    pub(super) fn use_all(&mut self) {
        for entry in &mut self.entries {
            entry.used = true;
        }
    }

    /// Notes every name that nothing uses.
    pub(super) fn warn_unused(&self, findings: &mut Findings) {
        for entry in self.entries.iter().filter(|entry| !entry.used) {
            let message = format!("{} '{}' is not used", self.what, entry.name);
            findings.warning(UNUSED, entry.span.clone(), message);
        }
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|entry| entry.name.as_str())
    }
}
