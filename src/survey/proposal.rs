//! The line to write so that a field can be read, tried before it is said.

use super::field::{FieldReport, SAMPLES_MAX};
use super::trial::{DECIMAL, TYPE, Trial};
use crate::model::{COMPANY, Kind};
use crate::rules::{Entry, Rules};

/// Proposes for the fields of one definition.
pub(super) struct Proposer<'a> {
    pub(super) rules: &'a Rules,
    pub(super) definition: &'a str,
    pub(super) fields: &'a [FieldReport],
}

/// The table, the lines, and what to say of them.
type Proposal = (Option<&'static str>, Vec<String>, String);

impl Proposer<'_> {
    /// The lines that read nearly all of what cannot be read; more than one where as many are read by either.
    pub(super) fn propose(&self, field: &FieldReport) -> Proposal {
        let good = field.trials.iter().filter(|trial| trial.is_good());
        let good: Vec<&Trial> =
            good.filter(|trial| trial.key != DECIMAL || self.is_decimal_of_all()).collect();
        let most = good.iter().map(|trial| trial.read()).max().unwrap_or_default();
        let best: Vec<&Trial> = good.into_iter().filter(|trial| most > 0 && trial.read() == most).collect();
        let reads = format!("; this line reads {most} of them");
        match best.as_slice() {
            [] => self.map(field),
            [only] if only.key == DECIMAL => {
                (Some("[crm.file]"), vec![format!("{DECIMAL} = {}", only.words())], reads)
            }
            [only] => (Some(FIELDS), vec![self.line(field, only.key, &only.words())], reads),
            several => {
                let lines = several.iter().map(|trial| self.line(field, trial.key, &trial.words())).collect();
                let reads = "; each of these lines reads";
                let why = format!("{reads} {most} of them, so the values do not tell which is meant");
                (Some(FIELDS), lines, why)
            }
        }
    }

    /// The line with which the values of a field are countries, where one of these texts is then among them.
    pub(super) fn as_country(&self, field: &FieldReport, texts: &[String]) -> Option<String> {
        let trial = field.trials.iter().find(|trial| trial.key == TYPE && trial.is_good())?;
        let occurs = |text: &String| field.known.iter().any(|known| trial.is_same(text, known));
        texts.iter().any(occurs).then(|| self.line(field, trial.key, &trial.words()))
    }

    /// It is said once for all numbers of a file, so it must lose none of them.
    fn is_decimal_of_all(&self) -> bool {
        let mut numbers = self.fields.iter().filter(|field| field.kind == Kind::Number.name());
        let is_good =
            |field: &FieldReport| field.trials.iter().any(|trial| trial.key == DECIMAL && trial.is_good());
        self.rules.crm.kind == "file" && numbers.all(is_good)
    }

    /// Words that are neither yes nor no: a person has to say which they are.
    fn map(&self, field: &FieldReport) -> Proposal {
        let is_few = (1..SAMPLES_MAX).contains(&field.kept.len());
        if field.kind != Kind::Bool.name() || !is_few {
            return (None, Vec::new(), String::new());
        }
        let words: Vec<String> = field.kept.iter().map(|word| format!("{} = …", quoted(word))).collect();
        let line = self.line(field, "map", &format!("{{ {} }}", words.join(", ")));
        (Some(FIELDS), vec![line], "; say true or false of each".to_owned())
    }

    /// The field's line in `[fields]`, as it is, with this key.
    fn line(&self, field: &FieldReport, key: &str, words: &str) -> String {
        let source = |from: usize, to: usize| self.definition.get(from..to).unwrap_or_default().to_owned();
        let mut parts = match self.entry(&field.field).map(|entry| &entry.item) {
            Some(item) => match item.as_table() {
                Some(table) => {
                    let kept = table.entries.iter().filter(|entry| entry.key != key);
                    kept.map(|entry| source(entry.key_span.start, entry.item.span.end)).collect()
                }
                None => vec![format!("property = {}", source(item.span.start, item.span.end))],
            },
            None => vec![format!("property = {}", quoted(&field.property))],
        };
        parts.push(format!("{key} = {words}"));
        format!("{} = {{ {} }}", field.field, parts.join(", "))
    }

    fn entry(&self, name: &str) -> Option<&Entry> {
        let fields = self.rules.document.get("fields")?.item.as_table()?;
        match name.strip_prefix(COMPANY) {
            Some(name) => fields.get("company")?.item.as_table()?.get(name),
            None => fields.get(name),
        }
    }
}

pub(super) const FIELDS: &str = "[fields]";

/// A text as TOML writes it, which is as JSON does.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
