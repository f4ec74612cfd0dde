//! Names of one kind of thing: found, never twice, and used by somebody.

use std::collections::HashMap;
use std::ops::Range;

use super::codes::{BAD_VALUE, DUPLICATE, UNUSED};
use super::finding::{Finding, Findings};
use super::reader::Reader;
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

/// The text at `key`, which must be there and not blank, and its place.
pub(super) fn required_name<'a>(
    reader: &mut Reader<'a>,
    key: &'static str,
    findings: &mut Findings,
) -> Option<(&'a str, Range<usize>)> {
    let text = reader.required_text(key, findings)?;
    let span = reader.item(key)?.span.clone();
    if text.trim().is_empty() {
        findings.error(BAD_VALUE, span, format!("`{key}` is blank"));
        return None;
    }
    Some((text.trim(), span))
}

/// The e-mail address at `key`, in lower case, and its place.
pub(super) fn email(
    reader: &mut Reader<'_>,
    key: &'static str,
    findings: &mut Findings,
) -> Option<(String, Range<usize>)> {
    let text = reader.text(key, findings)?;
    let span = reader.item(key)?.span.clone();
    if is_email(text.trim()) {
        return Some((fold(text).into_owned(), span));
    }
    findings.error(BAD_VALUE, span, format!("`{key}` is not an e-mail address"));
    None
}

fn is_email(text: &str) -> bool {
    let strange = |c: char| c.is_whitespace() || c.is_control() || c == '@';
    text.rsplit_once('@').is_some_and(|(name, domain)| {
        !name.is_empty() && !domain.is_empty() && !name.contains(strange) && !domain.contains(strange)
    })
}

/// The meaning of the word at `key`, or the default when it is not there.
pub(super) fn choice<T: Copy>(
    reader: &mut Reader<'_>,
    key: &'static str,
    words: &[(&'static str, T)],
    default: T,
    findings: &mut Findings,
) -> T {
    let Some(text) = reader.text(key, findings) else {
        return default;
    };
    if let Some((_, meaning)) = words.iter().find(|(word, _)| *word == text) {
        return *meaning;
    }
    let span = reader.item(key).map_or(0..0, |item| item.span.clone());
    let finding = Finding::error(BAD_VALUE, span, format!("`{key}` cannot be '{text}'"));
    findings.add(finding.help(did_you_mean(text, words.iter().map(|(word, _)| *word))));
    default
}
