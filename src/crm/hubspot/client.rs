//! Requests to HubSpot: with the token, paced, within the run's time. One attempt each, save for reads, which may be
//! repeated a few times.

use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow, bail};
use chrono::TimeDelta;
use reqwest::header::CONTENT_TYPE;
use reqwest::{Method, blocking::RequestBuilder};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::config::Config;
use super::pacer::{Lane, OutOfTime, Pacer, wait};
use super::paths::Paths;
use super::problem::{Policy, Problem};
use super::wire::unread;
use crate::connector::ConnectOptions;
use crate::connector::http::{Answer, Failure, Http};
use crate::model::Timestamp;
use crate::secret::Secret;

/// The variable that holds the token.
const TOKEN: &str = "HANDOFF_HUBSPOT_TOKEN";

/// Attempts of a read, in all.
const ATTEMPTS: u32 = 5;

/// Before a read is repeated after a server's fault: doubled each time.
const PAUSE: Duration = Duration::from_millis(250);

/// A record that is locked stays so for moments: <https://developers.hubspot.com/docs/api-reference/error-handling>.
const LOCKED: Duration = Duration::from_secs(2);

/// The least time an answer gets, however near the deadline is.
const TIMEOUT_LEAST: Duration = Duration::from_secs(2);
const TIMEOUT: Duration = Duration::from_secs(20);

/// A date has no parts of seconds, and an answer takes a while.
const SAME_CLOCK: TimeDelta = TimeDelta::minutes(1);

/// What every request goes through; threads share it.
#[derive(Debug)]
pub(super) struct Client {
    http: Http,
    token: Secret,
    base: String,
    pub(super) paths: Paths,
    pacer: Pacer,
    /// Nothing is sent or waited for beyond this.
    deadline: Instant,
    /// The service's clock, as the last answer showed it, and when that was.
    clock: Mutex<Option<(Timestamp, Instant)>>,
    /// The real time when the process began, when that of the run is another.
    real: Option<(Timestamp, Instant)>,
    /// Set when the account's day is used up: nothing goes out any more.
    exhausted: OnceLock<String>,
}

impl Client {
    pub(super) fn new(config: &Config, options: &ConnectOptions<'_>) -> Result<Self> {
        let token = Secret::from_env(TOKEN)?;
        let token = token.with_context(|| {
            format!("[crm.hubspot] needs the token of a service key in the environment variable {TOKEN}")
        })?;
        Ok(Self::with(config, Http::new()?, token, options))
    }

    pub(super) fn with(config: &Config, http: Http, token: Secret, options: &ConnectOptions<'_>) -> Self {
        let apart = options.test_clock.filter(|clock| (clock.now - clock.real).abs() > SAME_CLOCK);
        Self {
            http,
            token,
            base: config.base_url.clone(),
            paths: Paths::new(config.version.clone()),
            pacer: Pacer::new(),
            deadline: options.deadline,
            clock: Mutex::new(None),
            real: apart.map(|clock| (clock.real, Instant::now())),
            exhausted: OnceLock::new(),
        }
    }

    /// Where a test set the time of the run, a server made for it may have a clock of its own, and still date its answers by
    /// the real one, as libraries do by themselves: such a date says nothing.
    fn is_real(&self, date: Timestamp) -> bool {
        self.real.is_some_and(|(real, read)| {
            let passed = TimeDelta::from_std(read.elapsed()).unwrap_or_default();
            (date - real - passed).abs() <= SAME_CLOCK
        })
    }

    /// What the service's clock says now, if any answer has shown it.
    pub(super) fn clock(&self) -> Option<Timestamp> {
        let (date, seen) = (*self.clock.lock().unwrap_or_else(PoisonError::into_inner))?;
        date.checked_add_signed(TimeDelta::from_std(seen.elapsed()).ok()?)
    }

    pub(super) fn deadline(&self) -> Instant {
        self.deadline
    }

    pub(super) fn post(&self, path: &str, body: &Value) -> Result<Answer, Failure> {
        self.attempt(Method::POST, path, Some(body))
    }

    pub(super) fn patch(&self, path: &str, body: &Value) -> Result<Answer, Failure> {
        self.attempt(Method::PATCH, path, Some(body))
    }

    /// Reads what answers a POST that changes nothing: a search, a batch read.
    pub(super) fn query<T: DeserializeOwned>(&self, path: &str, body: &Value) -> Result<T> {
        self.read(path, Some(body))
    }

    fn read<T: DeserializeOwned>(&self, path: &str, body: Option<&Value>) -> Result<T> {
        parse(&self.ask(path, body)?)
    }

    /// A read, repeated while that may help and there is time. An [`OutOfTime`] inside the error says that there was none.
    pub(super) fn ask(&self, path: &str, body: Option<&Value>) -> Result<Answer> {
        let answer = self.ask_any(path, body)?;
        if (200..300).contains(&answer.status) { Ok(answer) } else { Err(Problem::of(&answer).into()) }
    }

    /// As [`Client::ask`], for who can do something with a refusal.
    pub(super) fn ask_any(&self, path: &str, body: Option<&Value>) -> Result<Answer> {
        let mut why = String::new();
        for attempt in 0..ATTEMPTS {
            let method = if body.is_some() { Method::POST } else { Method::GET };
            let pause = match self.attempt_in_time(method, path, body)? {
                Ok(answer) => match self.pause(&answer, attempt) {
                    Some(pause) => {
                        why = Problem::of(&answer).text;
                        pause
                    }
                    None => return Ok(answer),
                },
                Err(failure) => {
                    failure.why().clone_into(&mut why);
                    PAUSE * 2_u32.pow(attempt)
                }
            };
            if attempt + 1 < ATTEMPTS && wait(Instant::now() + pause, self.deadline()).is_err() {
                break;
            }
        }
        bail!("HubSpot cannot be read: {why}")
    }

    /// Asks about the token itself, which goes where it goes in every request.
    pub(super) fn ask_of_token(&self, path: &str) -> Result<Answer> {
        self.ask_any(path, Some(&json!({ "tokenKey": self.token.expose() })))
    }

    /// How long to wait before a read is repeated; `None` when that would not help.
    fn pause(&self, answer: &Answer, attempt: u32) -> Option<Duration> {
        match answer.status {
            // The pacer holds the next attempt back.
            429 if self.exhausted.get().is_none() => Some(Duration::ZERO),
            423 => Some(LOCKED),
            500..=599 => Some(PAUSE * 2_u32.pow(attempt)),
            _ => None,
        }
    }

    /// As [`Client::attempt`], with the end of time apart from failures.
    fn attempt_in_time(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Result<Answer, Failure>> {
        if let Some(why) = self.exhausted.get() {
            bail!("{why}");
        }
        let lane = lane(path);
        self.pacer.admit(lane, self.deadline())?;
        Ok(self.send(lane, method, path, body))
    }

    /// Exactly one attempt.
    fn attempt(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Answer, Failure> {
        if let Some(why) = self.exhausted.get() {
            return Err(Failure::NotSent(why.clone()));
        }
        let lane = lane(path);
        self.pacer
            .admit(lane, self.deadline())
            .map_err(|OutOfTime| Failure::NotSent(OutOfTime.to_string()))?;
        self.send(lane, method, path, body)
    }

    fn send(&self, lane: Lane, method: Method, path: &str, body: Option<&Value>) -> Result<Answer, Failure> {
        let mut answer = self.http.send(self.request(method, path, body))?;
        if answer.may_be_told() {
            answer.body = self.token.redact(answer.body);
        }
        self.pacer.learn(lane, &answer);
        if answer.date().is_some_and(|date| self.is_real(date)) {
            answer.forget_date();
        }
        if let Some(date) = answer.date() {
            *self.clock.lock().unwrap_or_else(PoisonError::into_inner) = Some((date, Instant::now()));
        }
        if answer.status == 429 {
            let problem = Problem::of(&answer);
            if problem.policy == Policy::Daily {
                self.exhausted.set(problem.text).ok();
            }
        }
        Ok(answer)
    }

    fn request(&self, method: Method, path: &str, body: Option<&Value>) -> RequestBuilder {
        let left = self.deadline().saturating_duration_since(Instant::now());
        let request = self.http.client().request(method, format!("{}{path}", self.base));
        let request = request.bearer_auth(self.token.expose()).timeout(left.clamp(TIMEOUT_LEAST, TIMEOUT));
        match body {
            Some(body) => request.header(CONTENT_TYPE, "application/json").body(body.to_string()),
            None => request,
        }
    }
}

/// The JSON of an answer.
pub(super) fn parse<T: DeserializeOwned>(answer: &Answer) -> Result<T> {
    serde_json::from_slice(&answer.body).map_err(|error| anyhow!(unread("HubSpot's answer", &error)))
}

fn lane(path: &str) -> Lane {
    if path.ends_with("/search") { Lane::Search } else { Lane::Other }
}
