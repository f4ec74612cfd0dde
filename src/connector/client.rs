//! Requests to one service: with its token, paced, within a deadline, each attempted so often and no more. What an answer
//! means is told by the connector: give it back, try again, or send nothing more in this run.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use serde_json::Value;

use super::http::{Answer, Failure, Http};
use super::pacer::{OutOfTime, Pacer, wait};
use crate::model::Timestamp;
use crate::secret::Secret;

const TIMEOUT: Duration = Duration::from_secs(20);

/// What every request goes through; threads share it.
#[derive(Debug)]
pub(crate) struct Client<K> {
    http: Http,
    base: Base,
    /// An answer gets this long, however near the deadline is: shorter, it would only add to what is unknown.
    timeout_min: Duration,
    pub(crate) pacer: Pacer<K>,
    started: Instant,
    /// Why nothing goes out any more.
    stopped: OnceLock<String>,
}

/// Where requests go, and what makes the service take them.
#[derive(Debug)]
pub(crate) enum Base {
    /// Paths follow the address, and the token is in a header.
    Token { url: String, token: Secret },
    /// The address itself is the secret.
    Secret(Secret),
}

/// What is sent.
#[derive(Debug)]
pub(crate) struct Request<'a, K> {
    pub(crate) method: Method,
    pub(crate) path: &'a str,
    pub(crate) body: Option<&'a Value>,
    /// What it is counted under.
    pub(crate) keys: &'a [K],
    /// How often it is sent at most.
    pub(crate) attempts: u32,
    /// Nothing is waited for beyond this.
    pub(crate) deadline: Instant,
}

/// What one attempt came to.
#[derive(Debug)]
pub(crate) struct Attempt {
    /// From 1.
    pub(crate) number: u32,
    pub(crate) sent: Instant,
    pub(crate) answer: Result<Answer, Failure>,
}

/// What to do after an attempt.
#[derive(Debug)]
pub(crate) enum Next<T> {
    Return(T),
    /// Try again after this long; `otherwise` is the result when there is no attempt or no time left.
    Retry {
        after: Duration,
        otherwise: T,
    },
    /// Nothing more is sent in this run, by no thread.
    Stop {
        why: String,
        result: T,
    },
}

/// Why a request was not sent, or not again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unsent {
    OutOfTime(OutOfTime),
    Stopped(String),
}

impl<K: Eq + std::hash::Hash + Clone> Client<K> {
    pub(crate) fn new(http: Http, base: Base, timeout_min: Duration, pacer: Pacer<K>) -> Self {
        Self { http, base, timeout_min, pacer, started: Instant::now(), stopped: OnceLock::new() }
    }

    /// Sends a request until `judge` has a result.
    ///
    /// # Errors
    /// The limits leave no time for it, or the service takes nothing more.
    pub(crate) fn send<T>(
        &self,
        request: &Request<'_, K>,
        mut judge: impl FnMut(Attempt) -> Next<T>,
    ) -> Result<T, Unsent> {
        let mut number = 0;
        loop {
            number += 1;
            self.admit(request)?;
            let sent = Instant::now();
            let answer = self.attempt(request);
            match judge(Attempt { number, sent, answer }) {
                Next::Return(result) => return Ok(result),
                Next::Stop { why, result } => {
                    self.stopped.set(why).ok();
                    return Ok(result);
                }
                Next::Retry { after, otherwise } => {
                    if number >= request.attempts || !wait(Instant::now() + after, request.deadline) {
                        return Ok(otherwise);
                    }
                }
            }
        }
    }

    /// When a wait that was told now ends, for a run that began at `at`.
    pub(crate) fn until(&self, at: Timestamp, wait: Duration) -> Timestamp {
        let wait = TimeDelta::from_std(self.started.elapsed() + wait).ok();
        wait.and_then(|wait| at.checked_add_signed(wait)).unwrap_or(at)
    }

    fn admit(&self, request: &Request<'_, K>) -> Result<(), Unsent> {
        self.is_open()?;
        self.pacer.admit(request.keys, request.deadline).map_err(Unsent::OutOfTime)?;
        // Another thread may have been told so while this one waited.
        self.is_open()
    }

    fn is_open(&self) -> Result<(), Unsent> {
        self.stopped.get().map_or(Ok(()), |why| Err(Unsent::Stopped(why.clone())))
    }

    fn attempt(&self, request: &Request<'_, K>) -> Result<Answer, Failure> {
        let (url, secret) = match &self.base {
            Base::Token { url, token } => (format!("{url}{}", request.path), token),
            Base::Secret(url) => (url.expose().to_owned(), url),
        };
        let left = request.deadline.saturating_duration_since(Instant::now());
        let mut built = self.http.client().request(request.method.clone(), url);
        built = built.timeout(left.clamp(self.timeout_min, TIMEOUT));
        if let Base::Token { token, .. } = &self.base {
            built = built.bearer_auth(token.expose());
        }
        if let Some(body) = request.body {
            built = built.header(CONTENT_TYPE, "application/json; charset=utf-8").body(body.to_string());
        }
        let mut answer = self.http.send(built)?;
        if answer.may_be_told() {
            answer.body = secret.redact(answer.body);
        }
        Ok(answer)
    }
}

#[cfg(test)]
mod tests;
