//! What history says of a contact besides its values: when it counts, as of when it is judged, and what became of it. Counts
//! what of that could not be read.

use crate::model::{Contact, FieldId, Kind, Timestamp, Value};

/// A field of history, and how well it could be read.
#[derive(Clone, Debug)]
pub struct Column {
    field: FieldId,
    name: String,
    read: u64,
    unread: u64,
    /// What is wrong with the first that could not be read.
    sample: String,
}

/// The fields that tell, and what they told so far.
#[derive(Clone, Debug)]
pub struct Lens {
    /// Whether the contact became what sales hoped for.
    outcome: Option<Column>,
    /// When the contact counts; the first of these that it has.
    dates: Vec<Column>,
    /// Whether somebody asked for that date.
    is_date_named: bool,
    as_of: AsOf,
    seen: u64,
    latest: Option<Timestamp>,
}

/// As of when a contact is judged.
#[derive(Clone, Copy, Debug)]
pub struct AsOf {
    /// The values of a contact are those of its last change: conditions on time are judged as of then.
    pub changed: Option<FieldId>,
    /// Judge everybody as of then instead.
    pub at: Option<Timestamp>,
    /// For contacts without any date.
    pub now: Timestamp,
}

/// What there is to know of one contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    pub date: Option<Timestamp>,
    pub judged_at: Timestamp,
    pub converted: bool,
}

impl Column {
    pub fn new(field: FieldId, name: impl Into<String>) -> Self {
        Self { field, name: name.into(), read: 0, unread: 0, sample: String::new() }
    }

    /// The value as `read` takes it. A missing one is neither read nor unread.
    fn look<T>(&mut self, contact: &Contact, read: impl Fn(&Value) -> Result<T, String>) -> Option<T> {
        let value = contact.value(self.field);
        if *value == Value::Missing {
            return None;
        }
        match read(value) {
            Ok(read) => {
                self.read += 1;
                Some(read)
            }
            Err(why) => {
                if self.unread == 0 {
                    self.sample = why;
                }
                self.unread += 1;
                None
            }
        }
    }

    /// `3 of 4 values of 'won' cannot be read as an outcome (not yes or no: 'perhaps')`; `None` when all were.
    fn unread(&self, what: &str) -> Option<String> {
        let Self { name, read, unread, sample, .. } = self;
        let all = read + unread;
        (*unread > 0)
            .then(|| format!("{unread} of {all} values of '{name}' cannot be read as {what} ({sample})"))
    }

    fn is_mostly_unread(&self) -> bool {
        self.unread > self.read
    }

    fn is_blank(&self) -> bool {
        self.read + self.unread == 0
    }
}

impl Lens {
    pub fn new(outcome: Option<Column>, dates: Vec<Column>, is_date_named: bool, as_of: AsOf) -> Self {
        Self { outcome, dates, is_date_named, as_of, seen: 0, latest: None }
    }

    pub fn has_outcome(&self) -> bool {
        self.outcome.is_some()
    }

    pub fn look(&mut self, contact: &Contact) -> Seen {
        self.seen += 1;
        let mut dates = self.dates.iter_mut();
        let date = dates.find_map(|column| column.look(contact, time));
        let AsOf { changed, at, now } = self.as_of;
        let changed = changed.and_then(|field| contact.value(field).as_time());
        self.latest = self.latest.max(date);
        Seen {
            date,
            judged_at: at.or(changed).or(date).unwrap_or(now),
            converted: self.outcome.as_mut().and_then(|column| column.look(contact, yes)).unwrap_or(false),
        }
    }

    /// What is to be told once everybody has been seen.
    ///
    /// # Errors
    /// Says what an outcome or a date may be when the field that was named is none.
    pub fn told(&self) -> Result<Vec<String>, String> {
        let mut told = Vec::new();
        for column in self.dates.iter().filter(|_| self.seen > 0) {
            let name = &column.name;
            if let Some(unread) = column.unread("a date") {
                if self.is_date_named && column.is_mostly_unread() {
                    return Err(format!("{unread}; name another column with --date"));
                }
                told.push(format!("{unread}: these contacts count as if they had none"));
            } else if self.is_date_named && column.is_blank() {
                return Err(format!("no contact has a value in '{name}'; name another column with --date"));
            }
        }
        if let Some(latest) = self.latest.filter(|latest| self.as_of.at.is_none() && *latest > self.as_of.now)
        {
            told.push(format!("some dates are still to come, the last on {}", latest.date_naive()));
        }
        for column in self.outcome.iter().filter(|_| self.seen > 0) {
            let name = &column.name;
            if let Some(unread) = column.unread("an outcome") {
                if column.is_mostly_unread() {
                    return Err(format!(
                        "{unread}; an outcome is a field or column of yes or no (yes, true, 1; no, false, 0), or of numbers, of \
                         which any above 0 is yes: no date, no stage, no name"
                    ));
                }
                told.push(format!("{unread}: these contacts count as not converted"));
            } else if column.is_blank() {
                told.push(format!("no contact has a value in '{name}': nobody counts as converted"));
            }
        }
        Ok(told)
    }
}

fn time(value: &Value) -> Result<Timestamp, String> {
    value.as_time().ok_or_else(|| value.shown())
}

/// Whether an outcome came about: yes, true, 1, or any number above 0.
fn yes(value: &Value) -> Result<bool, String> {
    match value {
        Value::Bool(flag) => Ok(*flag),
        Value::Number(number) => Ok(*number > 0.0),
        Value::Text(text) => match Kind::Number.read(text.as_written()).as_number() {
            Some(number) => Ok(number > 0.0),
            None => yes(&Kind::Bool.read(text.as_written())),
        },
        Value::Missing | Value::Unreadable(_) => Err(value.shown()),
        Value::Time(_) => Err(format!("not yes or no: '{}'", value.shown())),
    }
}
