//! Requests to HubSpot: with the token, paced, within the run's time. One attempt each, save for reads, which may be
//! repeated a few times.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow};
use chrono::TimeDelta;
use reqwest::Method;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::config::Config;
use super::limits::{self, Limit};
use super::paths::Paths;
use super::problem::{Policy, Problem};
use super::wire::unread;
use crate::connector::ConnectOptions;
use crate::connector::client::{self, Attempt, Base, Next, Request, Unsent};
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
const TIMEOUT_MIN: Duration = Duration::from_secs(2);

/// A date has no parts of seconds, and an answer takes a while.
const SAME_CLOCK: TimeDelta = TimeDelta::minutes(1);

/// What every request goes through; threads share it.
#[derive(Debug)]
pub(super) struct Client {
    api: client::Client<Limit>,
    token: Secret,
    pub(super) paths: Paths,
    /// Nothing is waited for beyond this.
    deadline: Instant,
    /// The service's clock, as the last answer showed it, and when that was.
    clock: Mutex<Option<(Timestamp, Instant)>>,
    /// The real time when the process began, when that of the run is another.
    real: Option<(Timestamp, Instant)>,
}

/// What one attempt came to.
type Sent = Result<Answer, Failure>;

impl Client {
    pub(super) fn new(config: &Config, options: &ConnectOptions<'_>) -> Result<Self> {
        let token = Secret::from_env(TOKEN)?;
        let token = token.with_context(|| {
            format!("[crm.hubspot] needs the token of a service key in the environment variable {TOKEN}")
        })?;
        Ok(Self::with(config, Http::to(&config.base_url)?, token, options))
    }

    pub(super) fn with(config: &Config, http: Http, token: Secret, options: &ConnectOptions<'_>) -> Self {
        let apart = options.test_clock.filter(|clock| (clock.now - clock.real).abs() > SAME_CLOCK);
        let base = Base::Token { url: config.base_url.clone(), token: token.clone() };
        Self {
            api: client::Client::new(http, base, TIMEOUT_MIN, limits::pacer()),
            token,
            paths: Paths::new(config.version.clone()),
            deadline: options.deadline,
            clock: Mutex::new(None),
            real: apart.map(|clock| (clock.real, Instant::now())),
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

    /// Tells its token from another.
    pub(super) fn fingerprint(&self) -> String {
        self.token.fingerprint()
    }

    pub(super) fn deadline(&self) -> Instant {
        self.deadline
    }

    pub(super) fn post(&self, path: &str, body: &Value) -> Result<Answer, Failure> {
        self.write(Method::POST, path, body)
    }

    pub(super) fn patch(&self, path: &str, body: &Value) -> Result<Answer, Failure> {
        self.write(Method::PATCH, path, body)
    }

    /// Reads what answers a POST that changes nothing: a search, a batch read.
    pub(super) fn query<T: DeserializeOwned>(&self, path: &str, body: &Value) -> Result<T> {
        self.read(path, Some(body))
    }

    fn read<T: DeserializeOwned>(&self, path: &str, body: Option<&Value>) -> Result<T> {
        parse(&self.ask(path, body)?)
    }

    /// A read, repeated while that may help and there is time. An [`OutOfTime`](crate::connector::pacer::OutOfTime) inside the error says that there was none.
    pub(super) fn ask(&self, path: &str, body: Option<&Value>) -> Result<Answer> {
        let answer = self.ask_any(path, body)?;
        if (200..300).contains(&answer.status) { Ok(answer) } else { Err(Problem::of(&answer).into()) }
    }

    /// As [`Client::ask`], for who can do something with a refusal.
    pub(super) fn ask_any(&self, path: &str, body: Option<&Value>) -> Result<Answer> {
        let method = if body.is_some() { Method::POST } else { Method::GET };
        let sent = self.send(method, path, body, ATTEMPTS, |number, answer| match pause(&answer, number) {
            Some(after) => Next::Retry { after, otherwise: Err(why(answer)) },
            None => Next::Return(answer),
        });
        match sent {
            Ok(answer) => answer.map_err(|failure| anyhow!("HubSpot cannot be read: {}", failure.why())),
            Err(Unsent::OutOfTime(out_of_time)) => Err(out_of_time.into()),
            Err(Unsent::Stopped(why)) => Err(anyhow!(why)),
        }
    }

    /// Asks about the token itself, which goes where it goes in every request.
    pub(super) fn ask_of_token(&self, path: &str) -> Result<Answer> {
        self.ask_any(path, Some(&json!({ "tokenKey": self.token.expose() })))
    }

    /// Exactly one attempt.
    fn write(&self, method: Method, path: &str, body: &Value) -> Sent {
        let sent = self.send(method, path, Some(body), 1, |_, answer| Next::Return(answer));
        sent.unwrap_or_else(|unsent| {
            Err(Failure::NotSent(match unsent {
                Unsent::OutOfTime(out_of_time) => out_of_time.to_string(),
                Unsent::Stopped(why) => why,
            }))
        })
    }

    /// Sends until `judge` has a result, or the account's day is used up.
    fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        attempts: u32,
        judge: impl Fn(u32, Sent) -> Next<Sent>,
    ) -> Result<Sent, Unsent> {
        let keys = limits::limits(path);
        let request = Request { method, path, body, keys, attempts, deadline: self.deadline };
        self.api.send(&request, |Attempt { number, mut answer, .. }| {
            if let Ok(answer) = &mut answer {
                limits::learn(&self.api.pacer, keys, answer);
                self.learn_clock(answer);
            }
            match answer.as_ref().ok().and_then(used_up) {
                Some(why) => Next::Stop { why, result: answer },
                None => judge(number, answer),
            }
        })
    }

    fn learn_clock(&self, answer: &mut Answer) {
        if answer.date().is_some_and(|date| self.is_real(date)) {
            answer.forget_date();
        }
        if let Some(date) = answer.date() {
            *self.clock.lock().unwrap_or_else(PoisonError::into_inner) = Some((date, Instant::now()));
        }
    }
}

/// How long to wait before a read is repeated; `None` when that would not help.
fn pause(sent: &Sent, attempt: u32) -> Option<Duration> {
    let doubled = PAUSE * 2_u32.pow(attempt.saturating_sub(1));
    let Ok(answer) = sent else { return Some(doubled) };
    match answer.status {
        // The pacer holds the next attempt back.
        429 => Some(Duration::ZERO),
        423 => Some(LOCKED),
        500..=599 => Some(doubled),
        _ => None,
    }
}

/// Why a read that is repeated in vain has no answer.
fn why(sent: Sent) -> Failure {
    sent.map_or_else(|failure| failure, |answer| Failure::Unknown(Problem::of(&answer).text))
}

/// The text of [`Problem::of`] when the day's requests are used up.
fn used_up(answer: &Answer) -> Option<String> {
    let problem = (answer.status == 429).then(|| Problem::of(answer))?;
    (problem.policy == Policy::Daily).then_some(problem.text)
}

/// The JSON of an answer.
pub(super) fn parse<T: DeserializeOwned>(answer: &Answer) -> Result<T> {
    serde_json::from_slice(&answer.body).map_err(|error| anyhow!(unread("HubSpot's answer", &error)))
}
