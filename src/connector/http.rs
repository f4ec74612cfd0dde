//! HTTP as every connector uses it: one attempt, bounded in time and size, never redirected, certificates checked. What a
//! failure means for a write is decided here once: certainly not sent, or perhaps.

use std::io::Read as _;
use std::time::Duration;

use anyhow::{Context as _, Result};
use chrono::{DateTime, Utc};
use reqwest::Url;
use reqwest::blocking::{Client, RequestBuilder};
use reqwest::header::{DATE, HeaderMap};
use reqwest::redirect::Policy;

use super::base_url::is_loopback;
use crate::model::{Timestamp, one_line};

#[cfg(test)]
pub(crate) use script::Script;

/// A request that takes longer is lost: a run has less than a minute.
const TIMEOUT: Duration = Duration::from_secs(20);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// After decompression; the largest page of any API that handoff reads is a tenth of it.
const BODY_BYTES_MAX: u64 = 10 << 20;

/// A success that says that it is none is short.
const TOLD_BYTES_MAX: usize = 16 << 10;

/// A client that connectors share.
#[derive(Clone, Debug)]
pub(crate) struct Http {
    client: Client,
    /// Answers in place of every service.
    #[cfg(test)]
    script: Option<Script>,
}

/// A complete answer, whatever its status.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// Why there is no complete answer. The texts never contain a URL or a header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// No connection: certainly not received.
    NotSent(String),
    /// Sent at least in part: may have happened.
    Unknown(String),
}

impl Failure {
    pub(crate) fn why(&self) -> &str {
        match self {
            Self::NotSent(why) | Self::Unknown(why) => why,
        }
    }
}

impl Http {
    /// A client for the service at `address`. What is on this machine is asked without a proxy: one that the environment names
    /// would get the token in the clear.
    pub(crate) fn to(address: &str) -> Result<Self> {
        // Already installed is fine: the first one in the process wins, and all of ours are the same.
        rustls::crypto::ring::default_provider().install_default().ok();
        let is_here = Url::parse(address).is_ok_and(|url| is_loopback(&url));
        let client = Client::builder();
        let client = if is_here { client.no_proxy() } else { client };
        let client = client
            .timeout(TIMEOUT)
            .connect_timeout(CONNECT_TIMEOUT)
            .redirect(Policy::none())
            .retry(reqwest::retry::never())
            .user_agent(concat!("handoff/", env!("CARGO_PKG_VERSION")))
            .build()
            .context("cannot start TLS")?;
        Ok(Self {
            client,
            #[cfg(test)]
            script: None,
        })
    }

    /// Nothing goes out: `script` answers.
    #[cfg(test)]
    pub(crate) fn scripted(script: Script) -> Self {
        static HTTP: std::sync::LazyLock<Http> =
            std::sync::LazyLock::new(|| Http::to("http://localhost").unwrap());
        Self { client: HTTP.client.clone(), script: Some(script) }
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// Sends one request, once.
    #[cfg_attr(
        not(test),
        expect(clippy::unused_self, reason = "a request is sent by whom it was built with")
    )]
    pub(crate) fn send(&self, request: RequestBuilder) -> Result<Answer, Failure> {
        #[cfg(test)]
        if let Some(script) = &self.script {
            let request = request.build().map_err(|error| Failure::NotSent(chain(&error.without_url())))?;
            return script.answer(&request);
        }
        let answer = request.send().map_err(|error| {
            let is_connect = error.is_connect() || error.is_builder();
            let why = chain(&error.without_url());
            if is_connect { Failure::NotSent(why) } else { Failure::Unknown(why) }
        })?;
        let status = answer.status().as_u16();
        let headers = answer.headers().clone();
        let mut body = Vec::new();
        let read = answer.take(BODY_BYTES_MAX + 1).read_to_end(&mut body);
        if let Err(error) = read {
            return Err(Failure::Unknown(format!("the answer broke off: {error}")));
        }
        if body.len() as u64 > BODY_BYTES_MAX {
            return Err(Failure::Unknown(format!("the answer is larger than {} MiB", BODY_BYTES_MAX >> 20)));
        }
        Ok(Answer { status, headers, body })
    }
}

impl Answer {
    /// The server's clock, from the `Date` header.
    pub(crate) fn date(&self) -> Option<Timestamp> {
        let text = self.headers.get(DATE)?.to_str().ok()?;
        DateTime::parse_from_rfc2822(text).ok().map(|date| date.with_timezone(&Utc))
    }

    /// Takes the server's clock away.
    pub(crate) fn forget_date(&mut self) {
        self.headers.remove(DATE);
    }

    /// Whether what it says may be told to people, and so must not hold a token that the service repeats.
    pub(crate) fn may_be_told(&self) -> bool {
        !(200..300).contains(&self.status) || self.body.len() < TOLD_BYTES_MAX
    }

    /// A header as text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// An error with its causes: reqwest's own text alone says only that something failed.
fn chain(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    redact_for_log(&text, 300)
}

/// What a service says, for people and for logs: one clean line in which no e-mail address stands, for services like to
/// repeat what they were sent, and a log is no place for it. The id of the contact is told by whoever asked.
pub(crate) fn redact_for_log(text: &str, chars_max: usize) -> String {
    let is_in_word = |c: char| c.is_alphanumeric() || "@%.+-_".contains(c);
    let text = one_line(text, text.len());
    let words = text.split_inclusive(|c| !is_in_word(c));
    let shown = words.map(|piece| {
        let word = piece.trim_end_matches(|c| !is_in_word(c));
        let is_address = word.contains('@') || word.contains("%40");
        if is_address { format!("(an e-mail address){}", &piece[word.len()..]) } else { piece.to_owned() }
    });
    one_line(&shown.collect::<String>(), chars_max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_a_service_repeats_is_not_told_and_the_rest_is() {
        for (said, shown) in [
            ("Email address ann@b.example is invalid", "Email address (an e-mail address) is invalid"),
            ("<ann+x@b.example>, <c@d.example>", "<(an e-mail address)>, <(an e-mail address)>"),
            ("mailto:ANN@B.EXAMPLE", "mailto:(an e-mail address)"),
            ("value=ann%40b.example&id=7", "value=(an e-mail address)&id=7"),
            ("ann\u{200b}.lee\u{ad}@b.example", "(an e-mail address)"),
            ("80 % of 5 properties", "80 % of 5 properties"),
        ] {
            assert_eq!(redact_for_log(said, 80), shown);
        }
        assert_eq!(redact_for_log(&format!("{}ann@b.example", "x ".repeat(8)), 18), "x x x x x x x x (a…");
    }
}

#[cfg(test)]
mod script {
    use std::fmt;
    use std::sync::Arc;

    use reqwest::blocking::Request;

    use super::{Answer, Failure};

    type Answers = dyn Fn(&Request) -> Result<Answer, Failure> + Send + Sync;

    /// What stands in for every service in a test.
    #[derive(Clone)]
    pub(crate) struct Script(Arc<Answers>);

    impl Script {
        pub(crate) fn new(
            answer: impl Fn(&Request) -> Result<Answer, Failure> + Send + Sync + 'static,
        ) -> Self {
            Self(Arc::new(answer))
        }

        pub(super) fn answer(&self, request: &Request) -> Result<Answer, Failure> {
            (self.0)(request)
        }
    }

    impl fmt::Debug for Script {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("Script(…)")
        }
    }
}
