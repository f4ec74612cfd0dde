//! Reads channels and threads: what an earlier attempt may have posted, by its key.

use std::collections::HashMap;
use std::time::Instant;

use chrono::TimeDelta;
use serde_json::Value;

use super::Slack;
use super::client::Params;
use super::config::Destination;
use super::message_ref::{MessageRef, is_channel_id};
use super::outcome::{Fault, MISSING_SCOPE};
use super::people::UserLookup;
use super::post::EVENT_TYPE;
use crate::connector::Keyed;
use crate::model::{LookUp, Mention, Timestamp, Write};

/// Slack recommends at most 200 messages a page. <https://docs.slack.dev/reference/methods/conversations.history>
const PAGE: &str = "200";

/// 10,000 messages since the first attempt: a channel with more of them is no place for alerts.
const PAGES_MAX: usize = 50;

/// Our own word for a walk that ended there.
pub(super) const TOO_MANY_PAGES: &str = "too_many_pages";

/// Slack's clock may be a little behind, and ours may have been set since it said when something began.
const MARGIN: TimeDelta = TimeDelta::hours(1);

/// A clock that is further off than this is looked for again.
const LAG_MAX: TimeDelta = TimeDelta::seconds(60);

/// A channel, or one thread of it.
type Spot = (String, Option<String>);

/// Key -> `ts` of everything of ours in a spot.
type Keys = HashMap<String, String>;

/// Whether a walk over pages goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    Page,
    Stop,
}

impl Slack {
    pub(super) fn find_all(&mut self, writes: &[Keyed<'_>]) -> Vec<LookUp> {
        let since = writes.iter().map(|keyed| keyed.begun.min(keyed.at)).min();
        let mut read: HashMap<Spot, Keys> = HashMap::new();
        let find = |keyed: &Keyed<'_>| {
            let since = since.unwrap_or(keyed.at);
            self.find(keyed, since, &mut read)
                .unwrap_or_else(|fault| LookUp::Failed { why: fault.into_why() })
        };
        writes.iter().map(find).collect()
    }

    fn find(
        &mut self,
        keyed: &Keyed<'_>,
        since: Timestamp,
        read: &mut HashMap<Spot, Keys>,
    ) -> Result<LookUp, Fault> {
        for spot in self.spots(keyed)? {
            if !read.contains_key(&spot) {
                let keys = self.keys(&spot, since, keyed.at, keyed.deadline)?;
                read.insert(spot.clone(), keys);
            }
            if let Some(ts) = read.get(&spot).and_then(|keys| keys.get(keyed.key)) {
                let Some(found) = MessageRef::new(&spot.0, ts) else {
                    // Not to be sent again: it is there.
                    let why = "Slack shows the message and does not say where it is".to_owned();
                    return Ok(LookUp::Failed { why });
                };
                // A state that became a reply is still the state of its message.
                let is_reply = spot.1.is_some() && matches!(keyed.write, Write::Mark(_));
                let remote_id = keyed.thread.filter(|_| is_reply).map_or(found.to_string(), str::to_owned);
                return Ok(LookUp::Found { remote_id });
            }
        }
        Ok(LookUp::Unseen)
    }

    /// Where a write is, if it was sent.
    fn spots(&mut self, keyed: &Keyed<'_>) -> Result<Vec<Spot>, Fault> {
        let spots = match keyed.write {
            Write::Message(message) => {
                let user = self.known_user(Some(&message.mention), keyed)?;
                vec![(self.destination(user.as_deref(), &message.mention, keyed)?, None)]
            }
            Write::Reply(reply) => {
                let user = self.known_user(reply.mention.as_ref(), keyed)?;
                vec![self.reply_place(reply, user.as_deref(), keyed)?]
            }
            // Changing the message again changes nothing; only what was posted instead may be there already.
            Write::Mark(_) => {
                let place = keyed.thread.and_then(MessageRef::parse);
                let place =
                    place.map(|MessageRef { channel, ts }| [(channel.clone(), Some(ts)), (channel, None)]);
                place.into_iter().flatten().collect()
            }
            Write::Update(_) | Write::Task(_) => Vec::new(),
        };
        spots.into_iter().map(|(channel, thread)| Ok((self.id(&channel, keyed.deadline)?, thread))).collect()
    }

    /// Only direct messages depend on who it is.
    fn known_user(&mut self, mention: Option<&Mention>, keyed: &Keyed<'_>) -> Result<Option<String>, Fault> {
        let Some(mention) = mention.filter(|_| self.config.destination == Destination::Rep) else {
            return Ok(None);
        };
        Ok(match self.user(&mention.email, keyed.at, keyed.deadline)? {
            UserLookup::User(id) => Some(id),
            UserLookup::Nobody(_) => None,
        })
    }

    /// The id of a channel that rules.toml names.
    pub(super) fn id(&mut self, channel: &str, deadline: Instant) -> Result<String, Fault> {
        if is_channel_id(channel) {
            return Ok(channel.to_owned());
        }
        if let Some(id) = self.memory.channels.get(channel) {
            return Ok(id.clone());
        }
        let name = channel.trim_start_matches('#').trim();
        let found = match self.named(name, "public_channel,private_channel", deadline) {
            // Private channels need a scope of their own, which a public one must not depend on.
            Err(Fault::Refused { code, .. }) if code == MISSING_SCOPE => {
                self.named(name, "public_channel", deadline)
            }
            found => found,
        };
        let Some(id) = found? else {
            let why = format!("Slack shows no channel {channel}: check its name, and invite the app to it");
            return Err(Fault::Refused { code: "channel_not_found".to_owned(), why });
        };
        self.memory.channels.insert(channel.to_owned(), id.clone());
        Ok(id)
    }

    /// The id of the channel with this name, among those of some types.
    fn named(&mut self, name: &str, types: &str, deadline: Instant) -> Result<Option<String>, Fault> {
        let mut found = None;
        let params = [("types", types), ("exclude_archived", "true")];
        self.pages("conversations.list", &params, deadline, |body| {
            let channels = body.get("channels").and_then(Value::as_array).into_iter().flatten();
            let text =
                |channel: &Value, key: &str| channel.get(key).and_then(Value::as_str).map(str::to_owned);
            let mut named = channels.filter(|channel| text(channel, "name").as_deref() == Some(name));
            found = named.find_map(|channel| text(channel, "id")).filter(|id| is_channel_id(id));
            if found.is_some() { Next::Stop } else { Next::Page }
        })?;
        Ok(found)
    }

    fn keys(
        &mut self,
        spot: &Spot,
        since: Timestamp,
        at: Timestamp,
        deadline: Instant,
    ) -> Result<Keys, Fault> {
        let mut lag = self.client.lag(at);
        loop {
            let keys = self.keys_since(spot, since - lag - MARGIN, deadline)?;
            let seen = self.client.lag(at);
            // Only the first answer shows that Slack's clock is far behind: then the same hours are earlier ones there.
            if seen <= lag + LAG_MAX {
                return Ok(keys);
            }
            lag = seen;
        }
    }

    fn keys_since(&mut self, spot: &Spot, since: Timestamp, deadline: Instant) -> Result<Keys, Fault> {
        let (channel, thread) = spot;
        let oldest = format!("{}.000000", since.timestamp().max(0));
        let mut params =
            vec![("channel", channel.as_str()), ("include_all_metadata", "true"), ("oldest", &oldest)];
        params.extend(thread.as_deref().map(|ts| ("ts", ts)));
        let method = if thread.is_some() { "conversations.replies" } else { "conversations.history" };
        let mut keys = Keys::new();
        let walked = self.pages(method, &params, deadline, |body| {
            keys.extend(messages(body).filter_map(key_and_ts));
            Next::Page
        });
        match walked {
            // A message that was deleted has no thread, and what belongs there is posted to the channel.
            Err(Fault::Refused { code, .. }) if thread.is_some() && code == "thread_not_found" => {
                self.keys_since(&(channel.clone(), None), since, deadline)
            }
            walked => walked.map(|()| keys),
        }
    }

    /// Walks the pages of a method that has a cursor.
    pub(super) fn pages(
        &mut self,
        method: &'static str,
        params: &Params<'_>,
        deadline: Instant,
        mut take: impl FnMut(&Value) -> Next,
    ) -> Result<(), Fault> {
        let mut cursor = String::new();
        for _ in 0..PAGES_MAX {
            let mut all = params.to_vec();
            if !params.iter().any(|(name, _)| *name == "limit") {
                all.push(("limit", PAGE));
            }
            if !cursor.is_empty() {
                all.push(("cursor", &cursor));
            }
            let body = self.client.read(method, &all, deadline)?;
            if take(&body) == Next::Stop {
                return Ok(());
            }
            let next = body.pointer("/response_metadata/next_cursor").and_then(Value::as_str);
            match next.filter(|next| !next.is_empty() && *next != cursor) {
                Some(next) => cursor = next.to_owned(),
                None => return Ok(()),
            }
        }
        Err(Fault::Refused {
            code: TOO_MANY_PAGES.to_owned(),
            why: format!("{method} has more than {PAGES_MAX} pages; what is beyond them was not read"),
        })
    }
}

/// The messages of a page.
pub(super) fn messages(body: &Value) -> impl Iterator<Item = &Value> {
    body.get("messages").and_then(Value::as_array).into_iter().flatten()
}

fn key_and_ts(message: &Value) -> Option<(String, String)> {
    let metadata = message.get("metadata")?;
    let ours = metadata.get("event_type").and_then(Value::as_str) == Some(EVENT_TYPE);
    let key = metadata.pointer("/event_payload/key").and_then(Value::as_str).filter(|_| ours)?;
    Some((key.to_owned(), message.get("ts").and_then(Value::as_str).unwrap_or_default().to_owned()))
}

impl Fault {
    pub(super) fn into_why(self) -> String {
        match self {
            Self::NotSent(why)
            | Self::Throttled { why, .. }
            | Self::Unauthorized(why)
            | Self::Refused { why, .. }
            | Self::Unknown(why) => why,
        }
    }
}
