//! One request to the Web API: the token in its header, paced, bounded in time, and classified.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use anyhow::Result;
use chrono::TimeDelta;
use reqwest::Url;
use reqwest::blocking::RequestBuilder;
use reqwest::header::CONTENT_TYPE;
use serde_json::Value;

use super::outcome::{Fault, MISSING_SCOPE, classify};
use super::pacer::Pacer;
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
const WAIT_UNKNOWN: Duration = Duration::from_secs(5);

/// A request gets this long even when the run has less: shorter, it would only add to what is unknown.
const TIMEOUT_MIN: Duration = Duration::from_secs(5);
const TIMEOUT_MAX: Duration = Duration::from_secs(20);

/// The Web API, with one token.
#[derive(Debug)]
pub(super) struct Client {
    http: Http,
    token: Secret,
    base: Url,
    pub(super) pacer: Pacer,
    started: Instant,
    /// What the last answer said the token may do.
    pub(super) scopes: Option<Vec<String>>,
    /// Slack's clock, when the last answer came.
    server_date: Option<Timestamp>,
    /// Why Slack takes this token no more; nothing is sent after that.
    rejected: Option<Fault>,
    /// Methods that the token lacks a scope for, with what Slack said: what they write waits for the next run.
    forbidden: HashMap<&'static str, Fault>,
}

/// Names and values of a query.
pub(super) type Params<'a> = [(&'a str, &'a str)];

impl Client {
    pub(super) fn new(base: Option<Url>, token: Secret) -> Result<Self> {
        Self::with(base, Http::new()?, token)
    }

    pub(super) fn with(base: Option<Url>, http: Http, token: Secret) -> Result<Self> {
        Ok(Self {
            http,
            token,
            base: api_base(base)?,
            pacer: Pacer::default(),
            started: Instant::now(),
            scopes: None,
            server_date: None,
            rejected: None,
            forbidden: HashMap::new(),
        })
    }

    pub(super) fn base(&self) -> &Url {
        &self.base
    }

    pub(super) fn token(&self) -> &Secret {
        &self.token
    }

    /// Writes, once.
    pub(super) fn write(
        &mut self,
        method: &'static str,
        body: &Value,
        deadline: Instant,
    ) -> Result<Value, Fault> {
        self.write_paced(method, None, body, deadline)
    }

    /// Posts a message to a channel, once, and keeps to the channel's rate.
    pub(super) fn post(&mut self, channel: &str, body: &Value, deadline: Instant) -> Result<Value, Fault> {
        self.write_paced(POST, Some(channel), body, deadline)
    }

    /// What Slack throttles it has not done, so that is sent again when it was told to, while there is time.
    fn write_paced(
        &mut self,
        method: &'static str,
        channel: Option<&str>,
        body: &Value,
        deadline: Instant,
    ) -> Result<Value, Fault> {
        self.may(method)?;
        let Some(url) = self.url(method, &[]) else { return Err(no_url()) };
        let mut attempt = 0;
        loop {
            attempt += 1;
            self.pacer.wait(method, channel, deadline).map_err(|wait| out_of_time(method, wait))?;
            let start = Instant::now();
            let request = self.http.client().post(url.clone());
            let request = request.header(CONTENT_TYPE, "application/json; charset=utf-8");
            let result = self.send(method, request.body(body.to_string()), deadline);
            if let Some(channel) = channel {
                self.pacer.posted(channel, start);
                let id = result.as_ref().ok().and_then(|body| body.get("channel")).and_then(Value::as_str);
                if let Some(id) = id {
                    self.pacer.posted(id, start);
                }
            }
            let is_throttled = matches!(result, Err(Fault::Throttled { .. }));
            if !is_throttled || attempt == WRITES_MAX || self.pacer.ready(method, channel) > deadline {
                return result;
            }
        }
    }

    /// Reads; again when that may help and there is time.
    pub(super) fn read(
        &mut self,
        method: &'static str,
        params: &Params<'_>,
        deadline: Instant,
    ) -> Result<Value, Fault> {
        let mut attempt = 0;
        loop {
            attempt += 1;
            self.pace(method, deadline)?;
            let Some(url) = self.url(method, params) else { return Err(no_url()) };
            let request = self.http.client().get(url);
            let fault = match self.send(method, request, deadline) {
                Ok(body) => return Ok(body),
                Err(fault) => fault,
            };
            match &fault {
                Fault::Throttled { .. } => {}
                Fault::NotSent(_) | Fault::Unknown(_) => self.pacer.block(method, READ_AGAIN * attempt),
                Fault::Unauthorized(_) | Fault::Refused { .. } => return Err(fault),
            }
            if attempt == READS_MAX || self.pacer.ready(method, None) > deadline {
                return Err(fault);
            }
        }
    }

    /// How far Slack's clock is behind this run's, as far as an answer has shown it.
    pub(super) fn lag(&self, at: Timestamp) -> TimeDelta {
        self.server_date.map_or(TimeDelta::zero(), |date| at - date).max(TimeDelta::zero())
    }

    /// When a wait that was told now ends, for a run that began at `at`.
    pub(super) fn until(&self, at: Timestamp, wait: Duration) -> Timestamp {
        later(at, self.started.elapsed() + wait)
    }

    fn may(&self, method: &str) -> Result<(), Fault> {
        self.forbidden.get(method).map_or(Ok(()), |fault| Err(fault.clone()))
    }

    fn pace(&mut self, method: &'static str, deadline: Instant) -> Result<(), Fault> {
        self.pacer.wait(method, None, deadline).map_err(|wait| out_of_time(method, wait))
    }

    fn send(
        &mut self,
        method: &'static str,
        request: RequestBuilder,
        deadline: Instant,
    ) -> Result<Value, Fault> {
        if let Some(rejected) = &self.rejected {
            return Err(rejected.clone());
        }
        let left = deadline.saturating_duration_since(Instant::now());
        let request = request.timeout(left.clamp(TIMEOUT_MIN, TIMEOUT_MAX)).bearer_auth(self.token.expose());
        let mut answer = self.http.send(request);
        if let Ok(answer) = &mut answer {
            if answer.may_be_told() {
                answer.body = self.token.redact(std::mem::take(&mut answer.body));
            }
            self.look_at(answer);
        }
        let result = classify(method, answer.as_ref());
        match &result {
            Err(Fault::Throttled { wait, .. }) => self.pacer.block(method, wait.unwrap_or(WAIT_UNKNOWN)),
            Err(fault @ Fault::Unauthorized(_)) => self.rejected = Some(fault.clone()),
            Err(fault @ Fault::Refused { code, .. }) if code == MISSING_SCOPE => {
                self.forbidden.insert(method, fault.clone());
            }
            Ok(_) | Err(Fault::NotSent(_) | Fault::Refused { .. } | Fault::Unknown(_)) => {}
        }
        result
    }

    fn look_at(&mut self, answer: &Answer) {
        if let Some(scopes) = answer.header("x-oauth-scopes") {
            self.scopes = Some(scopes.split(',').map(|scope| scope.trim().to_owned()).collect());
        }
        self.server_date = answer.date().or(self.server_date);
    }

    fn url(&self, method: &str, params: &Params<'_>) -> Option<Url> {
        let mut url = self.base.join(method).ok()?;
        if !params.is_empty() {
            url.query_pairs_mut().extend_pairs(params);
        }
        Some(url)
    }
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

pub(super) fn later(at: Timestamp, wait: Duration) -> Timestamp {
    let later = TimeDelta::from_std(wait).ok().and_then(|wait| at.checked_add_signed(wait));
    later.unwrap_or(at)
}

fn no_url() -> Fault {
    Fault::NotSent("`base_url` of [chat.slack] cannot be used".to_owned())
}

fn out_of_time(method: &str, wait: Duration) -> Fault {
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
