//! Sends messages, follow-ups and states; each gets one attempt, and the outcome that Slack's answer means.

use std::time::Instant;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::Slack;
use super::blocks::{self, Content, State};
use super::client::POST;
use super::config::Destination;
use super::message_ref::MessageRef;
use super::outcome::Fault;
use super::people::UserLookup;
use super::text::markup;
use crate::connector::Keyed;
use crate::model::{Delivery, Mark, Mention, Message, Reply, Timestamp, Untrusted, Write};

/// Of a follow-up's text above a brief.
const TEXT_MAX: usize = 500;

/// A message to post.
#[derive(Clone, Debug)]
pub(super) struct Post {
    /// An id, or a name from rules.toml.
    channel: String,
    thread: Option<String>,
    content: Content,
}

/// What is to be done for one write.
enum Plan {
    Post(Post),
    /// Change the message there; `line` alone is for where that is no longer possible.
    Update {
        at: MessageRef,
        content: Content,
        line: Content,
        message: String,
    },
}

impl Slack {
    pub(super) fn send_all(&mut self, writes: &[Keyed<'_>]) -> Vec<Delivery> {
        let mut answers = Vec::with_capacity(writes.len());
        let mut planned = Vec::with_capacity(writes.len());
        for (index, keyed) in writes.iter().enumerate() {
            match self.plan(keyed) {
                Ok(plan) => planned.push((index, keyed, plan)),
                Err(fault) => answers.push((index, self.before_sending(fault, keyed.at))),
            }
        }
        // A channel that takes its next message in a second does not hold up the others.
        while let Some(next) =
            (0..planned.len()).min_by_key(|index| planned.get(*index).map(|(_, _, plan)| self.ready(plan)))
        {
            let (index, keyed, plan) = planned.remove(next);
            let sent = self.execute(keyed, plan);
            answers.push((
                index,
                sent.map_or_else(
                    |fault| self.delivery(fault, keyed.at),
                    |place| Delivery::Done { remote_id: place.to_string() },
                ),
            ));
        }
        answers.sort_by_key(|(index, _)| *index);
        answers.into_iter().map(|(_, answer)| answer).collect()
    }

    fn ready(&self, plan: &Plan) -> Instant {
        match plan {
            Plan::Post(post) => self.client.ready(POST, Some(self.slot(&post.channel))),
            Plan::Update { .. } => self.client.ready("chat.update", None),
        }
    }

    /// What a channel's rate is counted under: its id, once that is known.
    fn slot<'a>(&'a self, channel: &'a str) -> &'a str {
        self.memory.channels.get(channel).map_or(channel, String::as_str)
    }

    fn plan(&mut self, keyed: &Keyed<'_>) -> Result<Plan, Fault> {
        match keyed.write {
            Write::Message(message) => self.plan_message(message, keyed),
            Write::Reply(reply) => self.plan_reply(reply, keyed),
            Write::Mark(mark) => plan_mark(mark, keyed),
            Write::Update(_) | Write::Task(_) => Err(refused("this chat does not take such a write")),
        }
    }

    fn plan_message(&mut self, message: &Message, keyed: &Keyed<'_>) -> Result<Plan, Fault> {
        let user = self.user_to_mention(&message.mention, keyed)?;
        let channel = self.destination(user.as_deref(), &message.mention, keyed)?;
        let who = blocks::mention(user.as_deref(), &message.mention.name);
        let hint = (keyed.words.how_to_answer)(&self.config.accept, &self.config.reject);
        let state = State::Markup((keyed.words.waiting_for)(&who));
        let content = blocks::handoff(&message.brief, &state, Some(&hint), keyed.words);
        Ok(Plan::Post(Post { channel, thread: None, content }))
    }

    fn plan_reply(&mut self, reply: &Reply, keyed: &Keyed<'_>) -> Result<Plan, Fault> {
        let user = match &reply.mention {
            Some(mention) => self.user_to_mention(mention, keyed)?,
            None => None,
        };
        let who = reply.mention.as_ref().map(|mention| blocks::mention(user.as_deref(), &mention.name));
        let (channel, thread) = self.reply_place(reply, user.as_deref(), keyed)?;
        // Outside its thread a follow-up that hands over has to bring the context along.
        let content = match reply.brief.as_ref().filter(|_| thread.is_none()) {
            Some(brief) => {
                let who = who.unwrap_or_default();
                let state = State::Markup(format!("{who} {}", markup(&reply.text, TEXT_MAX)));
                blocks::handoff(brief, &state, None, keyed.words)
            }
            None => blocks::follow_up(who.as_deref(), &reply.text),
        };
        Ok(Plan::Post(Post { channel, thread, content }))
    }

    /// A follow-up belongs into its message's thread, unless it has a channel of its own, or the thread is in somebody
    /// else's direct messages, where the one who is meant would never see it.
    pub(super) fn reply_place(
        &mut self,
        reply: &Reply,
        user: Option<&str>,
        keyed: &Keyed<'_>,
    ) -> Result<(String, Option<String>), Fault> {
        if let Some(channel) = &reply.channel {
            return Ok((channel.clone(), None));
        }
        let thread = keyed.thread.and_then(MessageRef::parse);
        if let (Destination::Rep, Some(user)) = (&self.config.destination, user) {
            let direct = self.direct(user, keyed.deadline)?;
            if thread.as_ref().is_none_or(|thread| thread.channel != direct) {
                return Ok((direct, None));
            }
        }
        match (thread, &self.config.destination) {
            (Some(MessageRef { channel, ts }), _) => Ok((channel, Some(ts))),
            (None, Destination::Channel(channel)) => Ok((channel.clone(), None)),
            (None, Destination::Rep) => Err(refused("the message it belongs to was never sent")),
        }
    }

    /// Where messages go: the channel, or the direct messages with this user.
    pub(super) fn destination(
        &mut self,
        user: Option<&str>,
        mention: &Mention,
        keyed: &Keyed<'_>,
    ) -> Result<String, Fault> {
        match (&self.config.destination, user) {
            (Destination::Channel(channel), _) => Ok(channel.clone()),
            (Destination::Rep, Some(user)) => self.direct(user, keyed.deadline),
            (Destination::Rep, None) => Err(refused(&format!(
                "no active Slack user has the e-mail {}, so there is nobody to send a direct message to",
                mention.email
            ))),
        }
    }

    fn user_to_mention(&mut self, mention: &Mention, keyed: &Keyed<'_>) -> Result<Option<String>, Fault> {
        match self.user(&mention.email, keyed.at, keyed.deadline)? {
            UserLookup::User(id) => Ok(Some(id)),
            UserLookup::Nobody(why) => {
                self.warn(why);
                Ok(None)
            }
        }
    }

    fn execute(&mut self, keyed: &Keyed<'_>, plan: Plan) -> Result<MessageRef, Fault> {
        match plan {
            Plan::Post(post) => self.post(keyed, post),
            Plan::Update { at, content, line, message } => self.update(keyed, at, content, line, &message),
        }
    }

    fn post(&mut self, keyed: &Keyed<'_>, mut post: Post) -> Result<MessageRef, Fault> {
        loop {
            let slot = self.slot(&post.channel).to_owned();
            let fault = match self.client.post(&slot, &post.body(keyed.key), keyed.deadline) {
                Ok(body) => return self.posted(&post.channel, &body),
                Err(fault) => fault,
            };
            let Fault::Refused { code, why } = &fault else { return Err(fault) };
            // Each of these takes away what was refused, so that the loop ends.
            if is_about_blocks(code) && !post.content.blocks.is_empty() {
                self.warn(format!("{why}; posted as plain text"));
                post.content.blocks.clear();
            } else if is_lost_thread(code) && post.thread.take().is_some() {
                self.warn(format!("{why}; posted outside the thread"));
            } else {
                return Err(fault);
            }
        }
    }

    fn posted(&mut self, channel: &str, body: &Value) -> Result<MessageRef, Fault> {
        let place = MessageRef::of_answer(body)
            .ok_or_else(|| Fault::Unknown(format!("the answer to {POST} names no message")))?;
        if !super::message_ref::is_channel_id(channel) {
            self.memory.channels.insert(channel.to_owned(), place.channel.clone());
        }
        self.fresh.insert(place.clone());
        let warnings = body.pointer("/response_metadata/warnings").and_then(Value::as_array);
        for warning in warnings.into_iter().flatten().filter_map(Value::as_str) {
            self.warn(format!(
                "Slack took a message and warns: {}",
                crate::connector::http::redact_for_log(warning, 100)
            ));
        }
        Ok(place)
    }

    /// Changes a message. One that is gone is posted anew; one that may no longer be changed gets the state as a reply.
    fn update(
        &mut self,
        keyed: &Keyed<'_>,
        at: MessageRef,
        mut content: Content,
        line: Content,
        message: &str,
    ) -> Result<MessageRef, Fault> {
        loop {
            let body = json!({
                "channel": at.channel, "ts": at.ts, "text": content.text, "blocks": content.blocks,
                "metadata": metadata(message), "link_names": false, "parse": "none",
            });
            let Err(fault) = self.client.write("chat.update", &body, keyed.deadline) else { return Ok(at) };
            let Fault::Refused { code, why } = &fault else { return Err(fault) };
            match code.as_str() {
                "message_not_found" => {
                    self.warn(format!("{why}; posted anew"));
                    return self.post(keyed, Post { channel: at.channel, thread: None, content });
                }
                "edit_window_closed" | "cant_update_message" => {
                    let thread = Some(at.ts.clone());
                    self.post(keyed, Post { channel: at.channel.clone(), thread, content: line })?;
                    return Ok(at);
                }
                code if is_about_blocks(code) && !content.blocks.is_empty() => content.blocks.clear(),
                _ => return Err(fault),
            }
        }
    }

    /// The fault of a request that came before the message's own: nothing has been posted.
    fn before_sending(&self, fault: Fault, at: Timestamp) -> Delivery {
        if let Fault::Unknown(why) = fault { Delivery::NotSent { why } } else { self.delivery(fault, at) }
    }

    fn delivery(&self, fault: Fault, at: Timestamp) -> Delivery {
        fault.outcome(|wait| Some(self.client.until(at, wait?))).into_delivery()
    }
}

fn plan_mark(mark: &Mark, keyed: &Keyed<'_>) -> Result<Plan, Fault> {
    let at = keyed.thread.and_then(MessageRef::parse);
    let at = at.ok_or_else(|| refused("the message that would show it was never sent"))?;
    let state = capitalised(&mark.state);
    let line = blocks::follow_up(None, &state);
    let content = blocks::handoff(&mark.brief, &State::Literal(state), None, keyed.words);
    Ok(Plan::Update { at, content, line, message: mark.thread.clone() })
}

fn capitalised(text: &Untrusted) -> Untrusted {
    let mut chars = text.as_written().chars();
    let capitalised: Option<String> = chars.next().map(|first| first.to_uppercase().chain(chars).collect());
    Untrusted::new(capitalised.unwrap_or_default())
}

impl Post {
    /// The same bytes for the same write at every attempt, as far as users and channels stay what they are.
    fn body(&self, key: &str) -> Value {
        let mut body = json!({
            "channel": self.channel, "text": self.content.text, "metadata": metadata(key),
            "client_msg_id": client_msg_id(key), "unfurl_links": false, "unfurl_media": false,
            "link_names": false, "parse": "none",
        });
        if let Some(body) = body.as_object_mut() {
            if !self.content.blocks.is_empty() {
                body.insert("blocks".to_owned(), Value::from(self.content.blocks.clone()));
            }
            body.extend(self.thread.iter().map(|ts| ("thread_ts".to_owned(), Value::from(ts.as_str()))));
        }
        body
    }
}

fn refused(why: &str) -> Fault {
    Fault::Refused { code: String::new(), why: why.to_owned() }
}

fn is_about_blocks(code: &str) -> bool {
    matches!(code, "msg_blocks_too_long" | "invalid_blocks" | "invalid_blocks_format")
}

fn is_lost_thread(code: &str) -> bool {
    matches!(code, "thread_not_found" | "message_not_found" | "cannot_reply_to_message")
}

pub(super) const EVENT_TYPE: &str = "handoff_v1";

/// The key and nothing else: every member of the workspace can read metadata.
/// <https://docs.slack.dev/messaging/message-metadata>
fn metadata(key: &str) -> Value {
    json!({ "event_type": EVENT_TYPE, "event_payload": { "key": key } })
}

/// A UUID made of the key. Slack's errors speak of it (`duplicate_message_not_found`), its arguments do not: it does no harm
/// and nothing depends on it. <https://docs.slack.dev/reference/methods/chat.postMessage#errors>
fn client_msg_id(key: &str) -> String {
    let hash = Sha256::new().chain_update("handoff/slack/1").chain_update([0]).chain_update(key).finalize();
    let mut hex: Vec<u8> = data_encoding::HEXLOWER.encode(&hash).into_bytes();
    hex.truncate(32);
    // Version 8: made by a rule of our own. Variant 10. <https://www.rfc-editor.org/rfc/rfc9562#section-5.8>
    for (place, digit) in [(12, b'8'), (16, b'a')] {
        hex.get_mut(place).into_iter().for_each(|at| *at = digit);
    }
    let hex = String::from_utf8_lossy(&hex);
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_one_uuid() {
        let id = client_msg_id("abcm1");
        assert_eq!(id, client_msg_id("abcm1"));
        assert_ne!(id, client_msg_id("abcm2"));
        let shape: Vec<usize> = id.split('-').map(str::len).collect();
        assert_eq!(shape, [8, 4, 4, 4, 12]);
        assert_eq!((&id[14..15], &id[19..20]), ("8", "a"));
    }
}
