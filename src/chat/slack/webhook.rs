//! An incoming webhook instead of a token: messages go out, and that is all. Its answer names no message, so there are no
//! threads, no states, no reactions, and nothing can be looked up. <https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks>

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use reqwest::{Method, Url};
use serde_json::json;

use super::blocks::{self, Content, State};
use super::client::{TIMEOUT_MIN, WAIT_UNKNOWN, out_of_time};
use super::limits::{self, Limit, limits, posted};
use super::outcome::{Fault, retry_after};
use crate::chat::{Chat, Posted};
use crate::connector::base_url;
use crate::connector::client::{Attempt, Base, Client, Next, Request, Unsent};
use crate::connector::http::{Answer, Failure, Http, redact_for_log};
use crate::connector::outcome::StatusClass;
use crate::connector::{Capabilities, Certainty, Checked, Keyed, Sink, When};
use crate::model::{Activity, Delivery, LookUp, Write};
use crate::secret::Secret;

/// One webhook has one channel.
const CHANNEL: &str = "webhook";
const METHOD: &str = "the webhook";

pub(super) struct Webhook {
    api: Client<Limit>,
}

impl Webhook {
    /// `is_local`: rules.toml keeps everything on this machine, so the webhook has to be here too.
    pub(super) fn new(url: Secret, is_local: bool) -> Result<Self> {
        let Some(parsed) = Url::parse(url.expose()).ok().filter(base_url::is_safe) else {
            bail!("HANDOFF_SLACK_WEBHOOK must be a web address that begins with https");
        };
        if is_local && !base_url::is_loopback(&parsed) {
            bail!("`base_url` of [chat.slack] is this machine, and HANDOFF_SLACK_WEBHOOK is elsewhere");
        }
        let http = Http::to(parsed.as_str())?;
        Ok(Self::with(url, http))
    }

    pub(super) fn with(url: Secret, http: Http) -> Self {
        Self { api: Client::new(http, Base::Secret(url), TIMEOUT_MIN, limits::pacer()) }
    }

    fn send_one(&mut self, keyed: &Keyed<'_>) -> Delivery {
        let Some(content) = content(keyed) else {
            return super::super::not_a_message();
        };
        let body = json!({ "text": content.text, "blocks": content.blocks });
        let keys = limits(METHOD, Some(CHANNEL));
        let request = Request {
            method: Method::POST,
            path: "",
            body: Some(&body),
            keys: &keys,
            attempts: 1,
            deadline: keyed.deadline,
        };
        let pacer = &self.api.pacer;
        let sent = self.api.send(&request, |Attempt { sent, answer, .. }| {
            posted(pacer, CHANNEL, sent);
            let result = classify(answer.as_ref());
            if let Err(Fault::Throttled { wait, .. }) = &result {
                pacer.hold(&Limit::Method(METHOD), Instant::now() + wait.unwrap_or(WAIT_UNKNOWN));
            }
            Next::Return(result)
        });
        let sent = sent.unwrap_or_else(|unsent| {
            Err(match unsent {
                Unsent::OutOfTime(out) => out_of_time(METHOD, out.wait),
                Unsent::Stopped(why) => Fault::Unauthorized(why),
            })
        });
        let until = |wait: Option<Duration>| Some(self.api.until(keyed.at, wait.unwrap_or(WAIT_UNKNOWN)));
        match sent {
            Ok(()) => Delivery::Done { remote_id: format!("webhook:{}", keyed.key) },
            Err(fault) => fault.outcome(until).into_delivery(),
        }
    }
}

impl Sink for Webhook {
    fn send(&mut self, writes: &[Keyed<'_>]) -> Vec<Delivery> {
        writes.iter().map(|keyed| self.send_one(keyed)).collect()
    }

    fn look_up(&mut self, writes: &[Keyed<'_>]) -> Vec<LookUp> {
        writes.iter().map(|_| LookUp::Impossible).collect()
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            applies_late: true,
            certainty: Certainty::Blind,
            shows_state: false,
            tells_endings: false,
        }
    }
}

impl Chat for Webhook {
    fn sees_activity(&self) -> bool {
        false
    }

    fn activity(&mut self, _messages: &[Posted], _when: When) -> Result<Vec<Activity>> {
        Ok(Vec::new())
    }

    fn check(&mut self, _people: &[String], _when: When) -> Result<Checked> {
        let off = "[chat.slack] posts through an incoming webhook, so these are off: mentions, threads, the state on a \
                   message, reactions, and looking up whether a message arrived; set HANDOFF_SLACK_TOKEN to have them";
        Ok(Checked { warnings: vec![off.to_owned()], ..Checked::default() })
    }
}

/// Without threads, what belongs to a message has to say whom it is about; it does, as every follow-up names the contact.
fn content(keyed: &Keyed<'_>) -> Option<Content> {
    let words = keyed.words;
    match keyed.write {
        Write::Message(message) => {
            let waiting = (words.waiting_for)(&blocks::mention(None, &message.mention.name));
            Some(blocks::handoff(&message.brief, &State::Markup(waiting), None, words))
        }
        Write::Reply(reply) => {
            let who = reply.mention.as_ref().map(|mention| blocks::mention(None, &mention.name));
            Some(match &reply.brief {
                Some(brief) => {
                    let text =
                        format!("{}: {}", who.unwrap_or_default(), super::text::markup(&reply.text, 500));
                    blocks::handoff(brief, &State::Markup(text), None, words)
                }
                None => blocks::follow_up(who.map(|who| format!("{who}:")).as_deref(), &reply.text),
            })
        }
        Write::Update(_) | Write::Task(_) | Write::Mark(_) => None,
    }
}

/// Plain text: `ok`, or one word that says what is wrong.
fn classify(answer: Result<&Answer, &Failure>) -> Result<(), Fault> {
    let answer = match answer {
        Ok(answer) => answer,
        Err(Failure::NotSent(why)) => return Err(Fault::NotSent(format!("Slack cannot be reached: {why}"))),
        Err(Failure::Unknown(why)) => return Err(Fault::Unknown(format!("no answer to the webhook: {why}"))),
    };
    let said = redact_for_log(&String::from_utf8_lossy(&answer.body), 60);
    match StatusClass::of(answer.status) {
        StatusClass::Accepted if said == "ok" => Ok(()),
        StatusClass::Throttled => {
            let wait = answer.header("retry-after").and_then(retry_after);
            Err(Fault::Throttled {
                wait,
                why: "Slack allows no more messages through the webhook for now".to_owned(),
            })
        }
        StatusClass::Accepted | StatusClass::Unknown => {
            Err(Fault::Unknown(format!("the webhook answered with status {} and no `ok`", answer.status)))
        }
        StatusClass::Elsewhere
        | StatusClass::Unauthorized
        | StatusClass::Forbidden
        | StatusClass::Missing
        | StatusClass::Refused => match said.as_str() {
            "no_service" | "no_service_id" | "no_active_hooks" | "invalid_token" | "no_team" => {
                Err(Fault::Unauthorized(format!(
                    "the webhook is no longer valid ({said}): make a new one and put it into HANDOFF_SLACK_WEBHOOK"
                )))
            }
            _ => {
                let why = format!("Slack refuses the message (status {}): {said}", answer.status);
                Err(Fault::Refused { code: said, why })
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderMap;

    use super::*;

    #[test]
    fn every_answer_has_its_meaning() {
        for (status, body, meaning) in [
            (200, "ok", "ok"),
            (200, "<html>", "unknown"),
            (400, "invalid_payload", "refused"),
            (403, "action_prohibited", "refused"),
            (404, "no_service", "unauthorized"),
            (404, "channel_not_found", "refused"),
            (410, "channel_is_archived", "refused"),
            (429, "", "throttled"),
            (500, "rollup_error", "unknown"),
        ] {
            let answer = Answer { status, headers: HeaderMap::new(), body: body.as_bytes().to_vec() };
            let found = match classify(Ok(&answer)) {
                Ok(()) => "ok",
                Err(Fault::NotSent(_)) => "not sent",
                Err(Fault::Throttled { .. }) => "throttled",
                Err(Fault::Unauthorized(_)) => "unauthorized",
                Err(Fault::Refused { .. }) => "refused",
                Err(Fault::Unknown(_)) => "unknown",
            };
            assert_eq!(found, meaning, "{status} {body}");
        }
    }
}
