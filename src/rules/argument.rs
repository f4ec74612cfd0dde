//! The value beside an operator: read as what the operator and the field's type ask for, or refused with the way out.

use chrono::TimeDelta;

use super::catalogue::standard_kind;
use super::codes::{BAD_VALUE, DOES_NOT_FIT};
use super::condition::Moment;
use super::finding::Finding;
use super::item::{Item, Node};
use super::values::{as_number, parse_duration, read_time};
use crate::model::{COUNTRY, Kind, Reading, Timestamp};

/// One operator on one field.
pub(super) struct Operation<'a> {
    pub(super) field: &'a str,
    pub(super) kind: Kind,
    pub(super) operator: &'a str,
    pub(super) item: &'a Item,
    /// How the field's values are read; of a sum of points nobody reads any.
    pub(super) reading: Option<&'a Reading>,
    pub(super) may_say_handoff: bool,
}

impl<'a> Operation<'a> {
    pub(super) fn list_name(&self) -> Result<&'a str, Finding> {
        self.needs(Kind::Text)?;
        self.item.as_text().ok_or_else(|| {
            let finding = self.wrong_value("the name of a list in [lists]");
            finding.help("to compare with values written here, use `in`")
        })
    }

    pub(super) fn number(&self) -> Result<f64, Finding> {
        self.needs(Kind::Number)?;
        as_number(self.item).ok_or_else(|| self.wrong_value("a number"))
    }

    pub(super) fn flag(&self) -> Result<bool, Finding> {
        self.item.as_flag().ok_or_else(|| self.wrong_value("true or false"))
    }

    pub(super) fn time(&self) -> Result<Timestamp, Finding> {
        read_time(self.item).ok_or_else(|| match &self.item.node {
            Node::Text(text) | Node::Datetime(text) => {
                let message = format!("`{}`: '{text}' is not a date", self.operator);
                Finding::error(BAD_VALUE, self.item.span.clone(), message)
                    .help("write one such as 2026-11-23 or 2026-11-23T10:00:00Z")
            }
            Node::Integer(_) | Node::Float(_) | Node::Bool(_) | Node::List(_) | Node::Table(_) => {
                self.wrong_value("a date such as 2026-11-23 or a date and time")
            }
        })
    }

    pub(super) fn span(&self) -> Result<TimeDelta, Finding> {
        self.needs(Kind::DateTime)?;
        let Node::Text(text) = &self.item.node else {
            return Err(self.wrong_value("a span of time such as \"1d\""));
        };
        let bad = |why: String| Finding::error(BAD_VALUE, self.item.span.clone(), why);
        let span = parse_duration(text).map_err(|why| bad(format!("`{}`: {why}", self.operator)))?;
        if span.is_zero() {
            return Err(bad(format!("`{}` of no time at all", self.operator)));
        }
        Ok(span)
    }

    pub(super) fn moment(&self) -> Result<Moment, Finding> {
        self.needs(Kind::DateTime)?;
        if !matches!(&self.item.node, Node::Text(text) if text == "handoff") {
            return self.time().map(Moment::At);
        }
        if self.may_say_handoff {
            return Ok(Moment::Handoff);
        }
        let message = "\"handoff\" is known only in [outcome]";
        let finding = Finding::error(BAD_VALUE, self.item.span.clone(), message);
        Err(finding.help("elsewhere there is no handoff yet: write a date"))
    }

    /// A text that can hold: a blank field counts as missing.
    pub(super) fn text(&self, item: &'a Item) -> Result<&'a str, Finding> {
        let Node::Text(text) = &item.node else {
            return Err(self.wrong("a text in quotes", item));
        };
        if text.trim().is_empty() {
            let finding = Finding::error(BAD_VALUE, item.span.clone(), "a blank text never holds");
            return Err(
                finding.help(format!("a blank field is a missing one: {}.is_set = false", self.field))
            );
        }
        Ok(text)
    }

    pub(super) fn texts(&self) -> Result<Vec<&'a str>, Finding> {
        let items = self.items("a list of texts")?;
        items.iter().map(|item| self.text(item)).collect()
    }

    pub(super) fn items(&self, expected: &str) -> Result<&'a [Item], Finding> {
        let items = self.item.as_list().ok_or_else(|| self.wrong_value(expected))?;
        if items.is_empty() {
            let message = format!("`{}` of an empty list", self.operator);
            return Err(Finding::error(BAD_VALUE, self.item.span.clone(), message));
        }
        Ok(items)
    }

    pub(super) fn needs(&self, kind: Kind) -> Result<(), Finding> {
        if self.kind == kind { Ok(()) } else { Err(self.wrong_kind(&format!("a {}", kind.name()), kind)) }
    }

    /// A text whose letters can be looked at: of a country the code is all that is known.
    pub(super) fn needs_letters(&self) -> Result<(), Finding> {
        self.needs(Kind::Text)?;
        if self.type_name() != COUNTRY {
            return Ok(());
        }
        let message = format!("`{}` needs a text field, and `{}` is {COUNTRY}", self.operator, self.field);
        let finding = Finding::error(DOES_NOT_FIT, self.item.span.clone(), message);
        Err(finding.help("countries are compared with equals, in, in_list"))
    }

    fn type_name(&self) -> &'static str {
        self.reading.map_or(self.kind.name(), Reading::type_name)
    }

    /// The operator is not for fields of this kind.
    pub(super) fn wrong_kind(&self, needed: &str, declare: Kind) -> Finding {
        let field = self.field;
        let message =
            format!("`{}` needs {needed} field, and `{field}` is {}", self.operator, self.kind.name());
        let finding = Finding::error(DOES_NOT_FIT, self.item.span.clone(), message);
        finding.help(self.how_to_declare(declare))
    }

    /// The operator is right, and its value is not.
    pub(super) fn wrong_value(&self, expected: &str) -> Finding {
        self.wrong(expected, self.item)
    }

    /// The operator is right, and its value, or one entry of it, is not.
    pub(super) fn wrong(&self, expected: &str, item: &Item) -> Finding {
        let message = format!(
            "`{}` on the {} field `{}` takes {expected}, not {}",
            self.operator,
            self.kind.name(),
            self.field,
            item.node.kind()
        );
        let finding = Finding::error(DOES_NOT_FIT, item.span.clone(), message);
        let given = match item.node {
            Node::List(_) if self.operator == "equals" => {
                return finding.help(format!("to compare with several values: {}.in = […]", self.field));
            }
            Node::Text(_) => Kind::Text,
            Node::Integer(_) | Node::Float(_) => Kind::Number,
            Node::Bool(_) => Kind::Bool,
            Node::Datetime(_) => Kind::DateTime,
            Node::List(_) | Node::Table(_) => self.kind,
        };
        if given == self.kind || !self.takes_own_kind() || standard_kind(self.field).is_some() {
            return finding;
        }
        finding.help(self.how_to_declare(given))
    }

    /// Whether the value is of the field's own type, so that another type of field would take it.
    fn takes_own_kind(&self) -> bool {
        matches!(self.operator, "equals" | "not_equals" | "in" | "not_in")
    }

    fn how_to_declare(&self, kind: Kind) -> String {
        let field = self.field;
        if standard_kind(field).is_some() {
            return operators_of(self.kind).to_owned();
        }
        format!(
            "if it holds another type, say so in [fields]: {field} = {{ property = \"…\", type = \"{}\" }}",
            kind.name()
        )
    }
}

/// What a field of a kind can be asked.
fn operators_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => {
            "texts are compared with equals, in, in_list, has, has_word, contains, starts_with, ends_with, matches"
        }
        Kind::Number => "numbers are compared with equals, at_least, at_most, above, below, between, in",
        Kind::Bool => "true and false are compared with equals",
        Kind::DateTime => "dates are compared with before, after, within, older_than",
    }
}
