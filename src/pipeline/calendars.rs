//! Calendars on the web: a run asks for those that it has not asked for lately, and keeps the last good copy of each.

use std::time::{Duration, Instant};

use anyhow::Result;
use chrono::TimeDelta;
use chrono_tz::Tz;

use super::session::Session;
use crate::connector::feed::{Fetched, fetch};
use crate::model::{CalendarCopy, Timestamp, one_line};
use crate::rules::{Calendar, Feed, Feeds, Whose};

/// People enter absences hours ahead, and servers of calendars refuse whoever asks more often.
const EVERY: TimeDelta = TimeDelta::minutes(15);

/// A calendar holds up no lead: what has not answered by then is asked next time.
const TIMEOUT: Duration = Duration::from_secs(5);
const ALL_WITHIN: Duration = Duration::from_secs(10);

const PROBLEM_CHARS_MAX: usize = 200;

impl Session {
    /// Asks for what is due, the longest waiting first, and returns all copies that there are.
    pub(crate) fn refresh_calendars(&self) -> Result<Feeds> {
        let mut copies = self.store.read().calendar_copies()?;
        let asked = |feed: &Feed| copies.get(feed.name()).and_then(|copy| copy.asked);
        let is_due = |asked: Timestamp| asked > self.now || self.now - asked >= EVERY;
        let mut due: Vec<_> = self.rules.feeds.iter().map(|feed| (asked(feed), feed)).collect();
        due.retain(|(asked, _)| asked.is_none_or(is_due));
        due.sort();
        let until = Instant::now() + ALL_WITHIN;
        for (_, feed) in due {
            let left = until.min(self.deadline).saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            let before = copies.get(feed.name()).cloned().unwrap_or_default();
            let copy = read_anew(feed, before, self.now, left.min(TIMEOUT));
            self.store.write(|db| db.keep_calendar_copy(feed.name(), &copy))?;
            copies.insert(feed.name().to_owned(), copy);
        }
        let is_named = |name: &str| self.rules.feeds.iter().any(|feed| feed.name() == name);
        let gone: Vec<_> = copies.keys().filter(|name| !is_named(name)).cloned().collect();
        for name in gone {
            self.store.write(|db| db.drop_calendar_copy(&name))?;
            copies.remove(&name);
        }
        Ok(copies)
    }
}

/// Asks for calendars whose copies nobody keeps.
pub(crate) fn look_at(feeds: &[Feed], now: Timestamp) -> Feeds {
    let read = |feed: &Feed| read_anew(feed, CalendarCopy::default(), now, TIMEOUT);
    feeds.iter().map(|feed| (feed.name().to_owned(), read(feed))).collect()
}

/// The copy after asking; what is no calendar takes no calendar's place.
fn read_anew(feed: &Feed, before: CalendarCopy, now: Timestamp, within: Duration) -> CalendarCopy {
    let today = (now.date_naive(), now.date_naive());
    let fetched = fetch(feed, before.mark.as_deref(), within).and_then(|fetched| {
        if let Fetched::New { bytes, .. } = &fetched {
            Calendar::read(bytes, Whose::Everybody, Tz::UTC, today).map_err(anyhow::Error::msg)?;
        }
        Ok(fetched)
    });
    let asked = Some(now);
    match fetched {
        Ok(Fetched::New { bytes, mark }) => {
            CalendarCopy { bytes: Some(bytes), read: asked, asked, mark, problem: None }
        }
        Ok(Fetched::Same) => CalendarCopy { read: asked, asked, problem: None, ..before },
        Err(why) => {
            let problem = Some(one_line(&format!("{why:#}"), PROBLEM_CHARS_MAX));
            CalendarCopy { asked, problem, ..before }
        }
    }
}
