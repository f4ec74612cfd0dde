//! Requests in which a service says that something changed, as a web server hands them over: CGI, RFC 3875. They decide
//! nothing. They name contacts to read and wake a run; what counts is what the run then reads by itself.

use std::collections::HashMap;
use std::io::Read;

use chrono::{DateTime, TimeDelta};
use ring::hmac;

use crate::model::{ContactId, Timestamp};
use crate::secret::Secret;

/// Services sign anew for each attempt; what is older may have been recorded by somebody. All of them say five minutes.
const AGE_MAX: TimeDelta = TimeDelta::minutes(5);

/// No service sends more: a hundred events are some 50 kB.
pub(crate) const BODY_BYTES_MAX: u64 = 1_000_000;

/// A request.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) body: Vec<u8>,
    /// By their names in CGI: `HTTP_CONTENT_TYPE`.
    headers: HashMap<String, String>,
    at: Timestamp,
}

/// What becomes of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Received {
    /// It is not what it should be, or not from whom it should be.
    Refused(Refusal),
    /// Nothing has to be done.
    Ignored,
    /// The service wants this back, as JSON.
    Answered(serde_json::Value),
    /// A run has something to do; these contacts, where they are named, are to be read.
    Heard(Vec<ContactId>),
}

/// Why a request is refused, as the status that says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It cannot be read.
    Unreadable,
    NotPost,
    TooLarge,
    /// Signed by nobody, or by somebody else, or for another address.
    NotSigned,
    /// Signed too long ago, or in the future.
    NotNow,
}

impl Refusal {
    pub(crate) fn status(self) -> &'static str {
        match self {
            Self::Unreadable => "400 Bad Request",
            Self::NotSigned | Self::NotNow => "401 Unauthorized",
            Self::NotPost => "405 Method Not Allowed",
            Self::TooLarge => "413 Content Too Large",
        }
    }

    pub(crate) fn why(self) -> &'static str {
        match self {
            Self::Unreadable => "the request cannot be read",
            Self::NotPost => "no web server started this, or its request is no POST",
            Self::TooLarge => "the request is larger than any service sends",
            Self::NotSigned => {
                "the request is not signed with the secret of the app, or for another address than the one in rules.toml"
            }
            Self::NotNow => "the request was signed more than five minutes ago, or a clock is wrong",
        }
    }
}

impl Request {
    /// Reads what CGI gives: variables and a body.
    pub(crate) fn read(
        variables: impl IntoIterator<Item = (String, String)>,
        body: impl Read,
        at: Timestamp,
    ) -> Result<Self, Refusal> {
        let headers: HashMap<String, String> = variables.into_iter().collect();
        let method = headers.get("REQUEST_METHOD").cloned().unwrap_or_default();
        if method != "POST" {
            return Err(Refusal::NotPost);
        }
        let length = headers.get("CONTENT_LENGTH").and_then(|length| length.trim().parse::<u64>().ok());
        let length = length.ok_or(Refusal::Unreadable)?;
        if length > BODY_BYTES_MAX {
            return Err(Refusal::TooLarge);
        }
        let mut read = Vec::new();
        body.take(length).read_to_end(&mut read).map_err(|_| Refusal::Unreadable)?;
        if read.len() as u64 != length {
            return Err(Refusal::Unreadable);
        }
        Ok(Self { method, body: read, headers, at })
    }

    /// A header, by its name in CGI; blank is the same as none.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    /// Whether it was signed just now.
    pub(crate) fn is_fresh(&self, signed: Option<Timestamp>) -> bool {
        signed.is_some_and(|signed| (self.at - signed).abs() <= AGE_MAX)
    }
}

/// A moment in milliseconds since 1970, as headers give it.
pub(crate) fn moment_ms(text: &str) -> Option<Timestamp> {
    DateTime::from_timestamp_millis(text.parse().ok()?)
}

/// A moment in seconds since 1970.
pub(crate) fn moment(text: &str) -> Option<Timestamp> {
    DateTime::from_timestamp(text.parse().ok()?, 0)
}

/// Whether `signature` is the HMAC-SHA256 of these parts, one after the other; takes as long whether it is or not.
pub(crate) fn is_signed(secret: &Secret, parts: &[&[u8]], signature: &[u8]) -> bool {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose().as_bytes());
    hmac::verify(&key, &parts.concat(), signature).is_ok()
}

#[cfg(test)]
pub(crate) mod fixture {
    use super::*;

    /// A POST with these headers.
    pub(crate) fn post(body: &str, headers: &[(&str, &str)], at: Timestamp) -> Request {
        let length = body.len().to_string();
        let usual = [("REQUEST_METHOD", "POST"), ("CONTENT_LENGTH", length.as_str())];
        let variables =
            usual.iter().chain(headers).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Request::read(variables, body.as_bytes(), at).unwrap()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)], body: &[u8]) -> Result<Vec<u8>, Refusal> {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Request::read(variables, body, DateTime::UNIX_EPOCH).map(|request| request.body)
    }

    #[test]
    fn a_request_is_a_post_whose_body_has_the_length_that_it_says() {
        let post = |length: &'static str| [("REQUEST_METHOD", "POST"), ("CONTENT_LENGTH", length)];
        assert_eq!(read(&post("2"), b"[]").unwrap(), b"[]");
        assert_eq!(read(&post("2"), b"[]and what follows").unwrap(), b"[]");
        assert_eq!(read(&post("3"), b"[]"), Err(Refusal::Unreadable), "cut short");
        assert_eq!(read(&post("two"), b"[]"), Err(Refusal::Unreadable));
        assert_eq!(read(&post("-1"), b"[]"), Err(Refusal::Unreadable));
        assert_eq!(read(&post("1000001"), b"[]"), Err(Refusal::TooLarge));
        assert_eq!(read(&[("REQUEST_METHOD", "POST")], b"[]"), Err(Refusal::Unreadable));
        assert_eq!(read(&[("REQUEST_METHOD", "GET"), ("CONTENT_LENGTH", "2")], b"[]"), Err(Refusal::NotPost));
        assert_eq!(read(&[], b""), Err(Refusal::NotPost));
    }
}
