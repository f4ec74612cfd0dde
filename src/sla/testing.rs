//! Times as the tests write them.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

use crate::model::Timestamp;

pub(crate) fn utc(text: &str) -> Timestamp {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M").unwrap().and_utc()
}

pub(crate) fn time(text: &str) -> NaiveTime {
    NaiveTime::parse_from_str(text, "%H:%M").unwrap()
}

pub(crate) fn day(text: &str) -> NaiveDate {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").unwrap()
}
