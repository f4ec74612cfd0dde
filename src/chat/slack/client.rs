//! One request to the Web API: the token in its header, paced, bounded in time, and classified.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use anyhow::Result;
use chrono::TimeDelta;
use reqwest::{Method, Url};
use serde_json::Value;

use super::limits::{self, Limit, limits, posted};
use super::outcome::{Fault, MISSING_SCOPE, classify};
use crate::connector::client::{self, Attempt, Base, Next, Request, Unsent};
use crate::connector::http::{Answer, Http};
use crate::model::Timestamp;
use crate::secret::Secret;

const DEFAULT_BASE: &str = "https://slack.com/api/";

/// The method that sends a message.
pub(super) const POST: &str = "chat.postMessage";

/// Attempts of a request that only reads.
const READS_MAX: u32 = 3;

/// How often a write is sent that Slack keeps throttling.
const WRITES_MAX: u32 = 4;

/// Before a failed read is tried again; twice as long the second time.
const READ_AGAIN: Duration = Duration::from_millis(300);

/// A wait that Slack did not give a length for.
pub(super) const WAIT_UNKNOWN: Duration = Duration::from_secs(5);

/// A request gets this long even when the run has less: shorter, it would only add to what is unknown.
pub(super) const TIMEOUT_MIN: Duration = Duration::from_secs(5);

/// The Web API, with one token.
#[derive(Debug)]
pub(super) struct Client {
    api: client::Client<Limit>,
    token: Secret,
    base: Url,
    /// What the last answer said the token may do.
    pub(super) scopes: Option<Vec<String>>,
    /// Slack's clock, when the last answer came.
    server_date: Option<Timestamp>,
    /// Methods that the token lacks a scope for, with what Slack said: what they write waits for the next run.
    forbidden: HashMap<&'static str, Fault>,
}

/// Names and values of a query.
pub(super) type Params<'a> = [(&'a str, &'a str)];

impl Client {
    pub(super) fn new(base: Option<Url>, token: Secret) -> Result<Self> {
        let http = Http::to(api_base(base.clone())?.as_str())?;
        Self::with(base, http, token)
    }

    pub(super) fn with(base: Option<Url>, http: Http, token: Secret) -> Result<Self> {
        let base = api_base(base)?;
        let with_token = Base::Token { url: base.to_string(), token: token.clone() };
        Ok(Self {
            api: client::Client::new(http, with_token, TIMEOUT_MIN, limits::pacer()),
            token,
            base,
            scopes: None,
            server_date: None,
            forbidden: HashMap::new(),
        })
    }

    pub(super) fn base(&self) -> &Url {
        &self.base
    }

    pub(super) fn token(&self) -> &Secret {
        &self.token
    }

    /// When a request may go out.
    pub(super) fn ready(&self, method: &'static str, channel: Option<&str>) -> Instant {
        self.api.pacer.ready(&limits(method, channel))
    }

    /// Writes, once. What Slack throttles it has not done, so that is sent again when it was told to, while there is time.
    pub(super) fn write(
        &mut self,
        method: &'static str,
        body: &Value,
        deadline: Instant,
    ) -> Result<Value, Fault> {
        self.may(method)?;
        self.send(method, None, (method, Some(body)), deadline)
    }

    /// Posts a message to a channel, once, and keeps to the channel's rate.
    pub(super) fn post(&mut self, channel: &str, body: &Value, deadline: Instant) -> Result<Value, Fault> {
        self.may(POST)?;
        self.send(POST, Some(channel), (POST, Some(body)), deadline)
    }

    /// Reads; again when that may help and there is time.
    pub(super) fn read(
        &mut self,
        method: &'static str,
        params: &Params<'_>,
        deadline: Instant,
    ) -> Result<Value, Fault> {
        let mut url = self.base.clone();
        if !params.is_empty() {
            url.query_pairs_mut().extend_pairs(params);
        }
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        self.send(method, None, (&format!("{method}{query}"), None), deadline)
    }

    /// How far Slack's clock is behind this run's, as far as an answer has shown it.
    pub(super) fn lag(&self, at: Timestamp) -> TimeDelta {
        self.server_date.map_or(TimeDelta::zero(), |date| at - date).max(TimeDelta::zero())
    }

    /// When a wait that was told now ends, for a run that began at `at`.
    pub(super) fn until(&self, at: Timestamp, wait: Duration) -> Timestamp {
        self.api.until(at, wait)
    }

    fn may(&self, method: &str) -> Result<(), Fault> {
        self.forbidden.get(method).map_or(Ok(()), |fault| Err(fault.clone()))
    }

    /// Sends until there is a result. Without a body it is a read.
    fn send(
        &mut self,
        method: &'static str,
        channel: Option<&str>,
        (path, body): (&str, Option<&Value>),
        deadline: Instant,
    ) -> Result<Value, Fault> {
        let Self { api, scopes, server_date, forbidden, .. } = self;
        let keys = limits(method, channel);
        let is_read = body.is_none();
        let request = Request {
            method: if is_read { Method::GET } else { Method::POST },
            path,
            body,
            keys: &keys,
            attempts: if is_read { READS_MAX } else { WRITES_MAX },
            deadline,
        };
        let now = Instant::now();
        if now >= deadline {
            return Err(out_of_time(method, api.pacer.ready(&keys).saturating_duration_since(now)));
        }
        let sent = api.send(&request, |Attempt { number, sent, answer }| {
            if let Ok(answer) = &answer {
                *scopes = granted(answer).or_else(|| scopes.take());
                *server_date = answer.date().or(*server_date);
            }
            let result = classify(method, answer.as_ref());
            if let Some(channel) = channel {
                posted(&api.pacer, channel, sent);
                let id = result.as_ref().ok().and_then(|body| body.get("channel")).and_then(Value::as_str);
                if let Some(id) = id {
                    posted(&api.pacer, id, sent);
                }
            }
            let pause = match &result {
                Err(Fault::Throttled { wait, .. }) => wait.unwrap_or(WAIT_UNKNOWN),
                Err(Fault::NotSent(_) | Fault::Unknown(_)) if is_read => READ_AGAIN * number,
                Err(Fault::Unauthorized(why)) => return Next::Stop { why: why.clone(), result },
                Err(fault @ Fault::Refused { code, .. }) if code == MISSING_SCOPE => {
                    forbidden.insert(method, fault.clone());
                    return Next::Return(result);
                }
                Ok(_) | Err(Fault::NotSent(_) | Fault::Refused { .. } | Fault::Unknown(_)) => {
                    return Next::Return(result);
                }
            };
            // Other methods go on.
            api.pacer.hold(&Limit::Method(method), Instant::now() + pause);
            let after = api.pacer.ready(&keys).saturating_duration_since(Instant::now());
            Next::Retry { after, otherwise: result }
        });
        sent.unwrap_or_else(|unsent| {
            Err(match unsent {
                Unsent::OutOfTime(out) => out_of_time(method, out.wait),
                Unsent::Stopped(why) => Fault::Unauthorized(why),
            })
        })
    }
}

/// What an answer says that the token may do.
fn granted(answer: &Answer) -> Option<Vec<String>> {
    let scopes = answer.header("x-oauth-scopes")?;
    Some(scopes.split(',').map(|scope| scope.trim().to_owned()).collect())
}

/// `base_url` with or without `/api`.
fn api_base(base: Option<Url>) -> Result<Url> {
    let Some(mut base) = base else { return Ok(Url::parse(DEFAULT_BASE)?) };
    let path = base.path().trim_end_matches('/');
    let path = if path.ends_with("/api") { format!("{path}/") } else { format!("{path}/api/") };
    base.set_path(&path);
    base.set_query(None);
    base.set_fragment(None);
    Ok(base)
}

pub(super) fn out_of_time(method: &str, wait: Duration) -> Fault {
    Fault::Throttled {
        wait: Some(wait),
        why: format!("this run has no time left for {method}; the next goes on"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_url_may_name_the_api_or_the_host() {
        for (base, api) in [
            ("http://127.0.0.1:9", "http://127.0.0.1:9/api/"),
            ("http://127.0.0.1:9/api", "http://127.0.0.1:9/api/"),
            ("http://127.0.0.1:9/slack/api/", "http://127.0.0.1:9/slack/api/"),
        ] {
            assert_eq!(api_base(Some(Url::parse(base).unwrap())).unwrap().as_str(), api);
        }
        assert_eq!(api_base(None).unwrap().as_str(), DEFAULT_BASE);
    }
}
