//! An incoming webhook instead of a token: messages go out, and that is all. Its answer names no message, so there are no
//! threads, no states, no reactions, and nothing can be looked up. <https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks>

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use reqwest::Url;
use reqwest::header::CONTENT_TYPE;
use serde_json::json;

use super::blocks::{self, Content, State};
use super::outcome::{Fault, retry_after};
use super::pacer::Pacer;
use crate::chat::{Chat, Posted, When};
use crate::connector::base_url;
use crate::connector::http::{Answer, Failure, Http, redact_for_log};
use crate::connector::{Capabilities, Certainty, Checked, Keyed, Sink};
use crate::model::{Activity, Delivery, LookUp, Timestamp, Write};
use crate::secret::Secret;

/// One webhook has one channel.
const CHANNEL: &str = "webhook";
const METHOD: &str = "the webhook";

/// A wait that Slack did not give a length for.
const WAIT_UNKNOWN: Duration = Duration::from_secs(5);

pub(super) struct Webhook {
    http: Http,
    /// The address itself is the secret.
    url: Secret,
    pacer: Pacer,
    started: Instant,
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
        Ok(Self::with(url, Http::new()?))
    }

    pub(super) fn with(url: Secret, http: Http) -> Self {
        Self { http, url, pacer: Pacer::default(), started: Instant::now() }
    }

    fn send_one(&mut self, keyed: &Keyed<'_>) -> Delivery {
        let Some(content) = content(keyed) else {
            return super::super::not_a_message();
        };
        if let Err(wait) = self.pacer.wait(METHOD, Some(CHANNEL), keyed.deadline) {
            let why = "this run has no time left for the webhook; the next goes on".to_owned();
            return Delivery::Throttled { until: Some(self.until(keyed.at, wait)), why };
        }
        let body = json!({ "text": content.text, "blocks": content.blocks });
        let start = Instant::now();
        let request = self.http.client().post(self.url.expose());
        let request = request.header(CONTENT_TYPE, "application/json; charset=utf-8").body(body.to_string());
        let mut answer = self.http.send(request);
        if let Ok(answer) = &mut answer {
            answer.body = self.url.redact(std::mem::take(&mut answer.body));
        }
        self.pacer.posted(CHANNEL, start);
        match classify(answer.as_ref()) {
            Ok(()) => Delivery::Done { remote_id: format!("webhook:{}", keyed.key) },
            Err(Fault::Throttled { wait, why }) => {
                let wait = wait.unwrap_or(WAIT_UNKNOWN);
                self.pacer.block(METHOD, wait);
                Delivery::Throttled { until: Some(self.until(keyed.at, wait)), why }
            }
            Err(Fault::NotSent(why)) => Delivery::NotSent { why },
            Err(Fault::Unauthorized(why)) => Delivery::Unauthorized { why },
            Err(Fault::Refused { why, .. }) => Delivery::Refused { why },
            Err(Fault::Unknown(why)) => Delivery::Unknown { why },
        }
    }

    fn until(&self, at: Timestamp, wait: Duration) -> Timestamp {
        super::client::later(at, self.started.elapsed() + wait)
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
    match answer.status {
        200..300 if said == "ok" => Ok(()),
        429 => {
            let wait = answer.header("retry-after").and_then(retry_after);
            Err(Fault::Throttled {
                wait,
                why: "Slack allows no more messages through the webhook for now".to_owned(),
            })
        }
        200..300 | 500.. => {
            Err(Fault::Unknown(format!("the webhook answered with status {} and no `ok`", answer.status)))
        }
        status => match said.as_str() {
            "no_service" | "no_service_id" | "no_active_hooks" | "invalid_token" | "no_team" => {
                Err(Fault::Unauthorized(format!(
                    "the webhook is no longer valid ({said}): make a new one and put it into HANDOFF_SLACK_WEBHOOK"
                )))
            }
            _ => Err(Fault::Refused {
                code: said.clone(),
                why: format!("Slack refuses the message (status {status}): {said}"),
            }),
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
