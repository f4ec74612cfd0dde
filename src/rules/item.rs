//! TOML as a tree that remembers where everything stands.

use std::ops::Range;

/// A value and its byte range in the file.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    pub span: Range<usize>,
    pub node: Node,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    Text(String),
    Integer(i64),
    Float(f64),
    Bool(bool),
    /// A TOML date, time or date-time, as written.
    Datetime(String),
    List(Vec<Item>),
    Table(Table),
}

/// A table with its keys in file order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    pub entries: Vec<Entry>,
    /// Of the header or the braces; for findings about something that is missing from the table.
    pub span: Range<usize>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub key: String,
    pub key_span: Range<usize>,
    pub item: Item,
}

impl Item {
    pub fn as_table(&self) -> Option<&Table> {
        if let Node::Table(table) = &self.node { Some(table) } else { None }
    }

    pub fn as_text(&self) -> Option<&str> {
        if let Node::Text(text) = &self.node { Some(text) } else { None }
    }

    pub fn as_flag(&self) -> Option<bool> {
        if let Node::Bool(flag) = self.node { Some(flag) } else { None }
    }

    pub fn as_integer(&self) -> Option<i64> {
        if let Node::Integer(number) = self.node { Some(number) } else { None }
    }

    pub fn as_list(&self) -> Option<&[Item]> {
        if let Node::List(items) = &self.node { Some(items) } else { None }
    }
}

impl Table {
    pub fn get(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }
}

impl Node {
    /// With its article, for findings: `a text`, `a number`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "a text",
            Self::Integer(_) | Self::Float(_) => "a number",
            Self::Bool(_) => "true or false",
            Self::Datetime(_) => "a date",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
        }
    }
}
