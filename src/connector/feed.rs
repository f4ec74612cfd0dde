//! Calendars on the web: asked for what changed, once, at the address that the definition or the environment gives.

use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use data_encoding::HEXLOWER;
use reqwest::Url;
use reqwest::header::IF_NONE_MATCH;
use sha2::{Digest as _, Sha256};

use super::base_url::is_loopback;
use super::http::Http;
use crate::rules::Feed;
use crate::secret::Secret;

/// What is longer marks no version.
const ETAG_CHARS_MAX: usize = 512;

/// What came of asking.
#[derive(Debug)]
pub(crate) enum Fetched {
    /// It is as it was.
    Same,
    New {
        bytes: Vec<u8>,
        /// To be given when it is asked for again.
        mark: Option<String>,
    },
}

/// Asks for a calendar. `mark`: of the copy that there is.
///
/// # Errors
/// Why it cannot be read; never with the address, which gives it away.
pub(crate) fn fetch(feed: &Feed, mark: Option<&str>, within: Duration) -> Result<Fetched> {
    let url = address(feed)?;
    let http = Http::to(url.as_str())?;
    // The mark of another address says nothing of this one.
    let of = format!("{} ", HEXLOWER.encode(&Sha256::digest(url.as_str())));
    let mut request = http.client().get(url).timeout(within);
    if let Some(etag) = mark.and_then(|mark| mark.strip_prefix(&of)) {
        request = request.header(IF_NONE_MATCH, etag);
    }
    let answer = match http.send(request) {
        Ok(answer) => answer,
        Err(failure) => bail!("{}", failure.why()),
    };
    let etag = answer.header("etag").filter(|etag| etag.len() <= ETAG_CHARS_MAX);
    match answer.status {
        304 => Ok(Fetched::Same),
        200 => {
            let mark = etag.map(|etag| format!("{of}{etag}"));
            Ok(Fetched::New { bytes: answer.body, mark })
        }
        status @ 300..400 => bail!("it answers {status}; give the address that this one leads to"),
        status => bail!("it answers {status}"),
    }
}

/// Whether nothing but this machine is asked for it; what has no address is not asked for.
pub(crate) fn is_local(feed: &Feed) -> bool {
    address(feed).map_or(true, |url| is_loopback(&url))
}

fn address(feed: &Feed) -> Result<Url> {
    let text = match feed {
        Feed::Address(address) => address.clone(),
        Feed::Variable(name) => {
            let secret = Secret::from_env(name)?;
            let secret = secret.with_context(|| format!("neither {name} nor {name}_FILE is set"))?;
            match Feed::address(secret.expose()) {
                Ok(address) => address,
                Err(why) => bail!("what {name} holds {why}"),
            }
        }
    };
    Url::parse(&text).ok().context("its address is none")
}
