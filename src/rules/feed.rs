//! Calendars on the web: which ones a definition names. Their copies are handed to the loader, which asks nobody.

use std::collections::BTreeMap;

use super::keys::web_address;
use crate::model::CalendarCopy;

/// The copies that there are, by [`Feed::name`].
pub type Feeds = BTreeMap<String, CalendarCopy>;

/// In a part of an address: so many letters and digits are nobody's words.
const SECRET_CHARS_MIN: usize = 20;

/// Where a calendar is read from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Feed {
    /// As `rules.toml` has it.
    Address(String),
    /// The environment variable that holds it: whoever knows such an address can read the calendar.
    Variable(String),
}

impl Feed {
    /// The calendar that `ics` names; `None`: a file.
    pub(super) fn of(ics: &str) -> Option<Result<Self, &'static str>> {
        if !ics.contains("://") {
            return None;
        }
        Some(Self::address(ics).map(Self::Address))
    }

    /// An address as it is asked. Calendar programs give out `webcal` where they mean `https`.
    ///
    /// # Errors
    /// Why it is none.
    pub fn address(text: &str) -> Result<String, &'static str> {
        let text = text.trim();
        let address =
            text.strip_prefix("webcal://").map_or_else(|| text.to_owned(), |rest| format!("https://{rest}"));
        web_address(&address).map(|()| address)
    }

    /// What its copy is kept under.
    pub fn name(&self) -> &str {
        match self {
            Self::Address(name) | Self::Variable(name) => name,
        }
    }

    /// What it is called where others read along.
    pub fn told(&self) -> String {
        match self {
            Self::Address(address) => {
                let host = address.split('/').nth(2).unwrap_or_default();
                format!("calendar at {host}")
            }
            Self::Variable(name) => format!("calendar of {name}"),
        }
    }

    /// Whether the address gives the calendar away.
    pub(super) fn tells_a_secret(&self) -> bool {
        let Self::Address(address) = self else { return false };
        let is_drawn = |part: &str| {
            part.len() >= SECRET_CHARS_MIN
                && part.bytes().any(|byte| byte.is_ascii_digit())
                && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        };
        address.split(['/', '?', '&', '=', '#']).any(is_drawn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_nobody_can_guess_is_a_secret() {
        for (address, is_secret) in [
            (
                "https://calendar.google.com/calendar/ical/ana%40acme.example/private-0123456789abcdef0123/basic.ics",
                true,
            ),
            (
                "https://outlook.office365.com/owa/calendar/1f9c3c1f2d3e4f5a6b7c@acme.example/8d7e6f5a4b3c2d1e0f9a/calendar.ics",
                true,
            ),
            ("https://cloud.example/remote.php/calendar?token=0123456789abcdefghij", true),
            (
                "https://calendar.google.com/calendar/ical/en.portuguese%23holiday%40group.v.calendar.google.com/public/basic.ics",
                false,
            ),
            ("https://www.gov.uk/bank-holidays/england-and-wales.ics", false),
        ] {
            let feed = Feed::of(address).unwrap().unwrap();
            assert_eq!(feed.tells_a_secret(), is_secret, "{address}");
            assert!(!feed.told().contains("0123456789"));
        }
    }

    #[test]
    fn what_is_no_address_is_a_file_and_what_goes_in_the_clear_is_refused() {
        assert!(Feed::of("pt.ics").is_none());
        assert!(Feed::of("http://calendar.example/pt.ics").unwrap().is_err());
        assert!(Feed::of("ftp://calendar.example/pt.ics").unwrap().is_err());
        assert!(Feed::of("https://ana:word@calendar.example/pt.ics").unwrap().is_err());
        let webcal = Feed::of("webcal://calendar.example/pt.ics").unwrap().unwrap();
        assert_eq!(webcal.name(), "https://calendar.example/pt.ics");
    }
}
