//! What reps did on messages: the reactions that accept and reject, and the reply that says why. Read in bulk, from the
//! history of each channel since its oldest open handoff.

use std::collections::{BTreeMap, HashMap};

use anyhow::{Result, bail};
use serde_json::Value;

use super::Slack;
use super::history::{Next, TOO_MANY_PAGES, messages};
use super::message_ref::MessageRef;
use super::outcome::Fault;
use super::text::unescaped;
use crate::chat::Posted;
use crate::connector::When;
use crate::model::{Activity, ActivityKind, fold};

const REASON_CHARS_MAX: usize = 200;

/// Accepting or rejecting, and the users who did.
struct Reaction {
    kind: ActivityKind,
    users: Vec<String>,
}

impl Slack {
    pub(super) fn read_activity(&mut self, posted: &[Posted], when: When) -> Result<Vec<Activity>> {
        let mut channels: BTreeMap<String, HashMap<String, &Posted>> = BTreeMap::new();
        for message in posted {
            // To what was posted moments ago nobody can have reacted yet.
            let place = MessageRef::parse(&message.remote_id).filter(|place| !self.fresh.contains(place));
            if let Some(place) = place {
                channels.entry(place.channel).or_default().insert(place.ts, message);
            }
        }
        let mut activity = Vec::new();
        for (channel, messages) in channels {
            match self.of_channel(&channel, &messages, when) {
                Ok(acts) => activity.extend(acts),
                // The app was taken out of a channel: nobody can answer there any more, and the others go on.
                Err(Fault::Refused { code, why })
                    if matches!(code.as_str(), "channel_not_found" | "not_in_channel") =>
                {
                    self.warn(format!("reactions in {channel} cannot be read: {why}"));
                }
                Err(fault) => bail!("reactions in Slack cannot be read: {}", fault.into_why()),
            }
        }
        Ok(activity)
    }

    fn of_channel(
        &mut self,
        channel: &str,
        posted: &HashMap<String, &Posted>,
        when: When,
    ) -> Result<Vec<Activity>, Fault> {
        let by_time = |ts: &&String| sortable(ts);
        let (Some(oldest), Some(latest)) =
            (posted.keys().min_by_key(by_time), posted.keys().max_by_key(by_time))
        else {
            return Ok(Vec::new());
        };
        let names = [
            (self.config.accept.clone(), ActivityKind::Accepted),
            (self.config.reject.clone(), ActivityKind::Rejected),
        ];
        let mut found: HashMap<String, Value> = HashMap::new();
        let params = [("channel", channel), ("oldest", oldest), ("latest", latest), ("inclusive", "true")];
        let walked = self.pages("conversations.history", &params, when.deadline, |body| {
            for message in messages(body) {
                let ts = message.get("ts").and_then(Value::as_str).unwrap_or_default();
                if posted.contains_key(ts) {
                    found.insert(ts.to_owned(), message.clone());
                }
            }
            if found.len() == posted.len() { Next::Stop } else { Next::Page }
        });
        // What lies too far back in a busy channel is asked for by itself.
        let is_cut = match walked {
            Err(Fault::Refused { code, .. }) if code == TOO_MANY_PAGES => true,
            walked => walked.map(|()| false)?,
        };
        let mut acts = Vec::new();
        for (ts, posted) in posted {
            let message = found.get(ts);
            if message.is_none() && !is_cut {
                continue;
            }
            let place = MessageRef { channel: channel.to_owned(), ts: ts.clone() };
            for reaction in self.reactions_to(&place, message, &names, when)? {
                acts.extend(self.first_who_counts(&place, &reaction, posted, when)?);
            }
        }
        Ok(acts)
    }

    /// The reactions that mean something, in the order in which they were first given. History may leave out some of the
    /// users of a reaction with many. <https://docs.slack.dev/reference/methods/reactions.get>
    fn reactions_to(
        &mut self,
        place: &MessageRef,
        message: Option<&Value>,
        names: &[(String, ActivityKind); 2],
        when: When,
    ) -> Result<Vec<Reaction>, Fault> {
        if let Some((found, true)) = message.map(|message| reactions(message, names)) {
            return Ok(found);
        }
        let params = [("channel", place.channel.as_str()), ("timestamp", &place.ts), ("full", "true")];
        let body = match self.client.read("reactions.get", &params, when.deadline) {
            Err(Fault::Refused { code, .. }) if code == "message_not_found" => return Ok(Vec::new()),
            answer => answer?,
        };
        Ok(body.get("message").map(|message| reactions(message, names).0).unwrap_or_default())
    }

    /// What the owner, the team or its manager did; everybody else's reactions, and our own, say nothing.
    fn first_who_counts(
        &mut self,
        place: &MessageRef,
        reaction: &Reaction,
        posted: &Posted,
        when: When,
    ) -> Result<Option<Activity>, Fault> {
        for user in &reaction.users {
            let Some(email) = self.email(user, when.now, when.deadline)? else { continue };
            if !posted.counts.iter().any(|counts| fold(counts) == email) {
                continue;
            }
            let is_rejected = reaction.kind == ActivityKind::Rejected;
            let note = if is_rejected { self.last_reply(place, user, when)? } else { None };
            return Ok(Some(Activity {
                // A reaction does not say when it was given.
                at: when.now,
                contact: posted.contact.clone(),
                by: email,
                kind: reaction.kind,
                note,
                seen_in: "Slack".to_owned(),
            }));
        }
        Ok(None)
    }

    /// The last thing that a user wrote in a message's thread.
    fn last_reply(&mut self, place: &MessageRef, user: &str, when: When) -> Result<Option<String>, Fault> {
        let mut last: Option<(u128, String)> = None;
        let params = [("channel", place.channel.as_str()), ("ts", &place.ts)];
        self.pages("conversations.replies", &params, when.deadline, |body| {
            for message in messages(body) {
                let text = |key: &str| message.get(key).and_then(Value::as_str).unwrap_or_default();
                let said = (sortable(text("ts")), unescaped(text("text"), REASON_CHARS_MAX));
                let is_reply = text("user") == user && text("ts") != place.ts && !said.1.is_empty();
                if is_reply && last.as_ref().is_none_or(|last| last.0 < said.0) {
                    last = Some(said);
                }
            }
            Next::Page
        })?;
        Ok(last.map(|(_, text)| text))
    }
}

/// The reactions that mean something, and whether all of their users are named.
fn reactions(message: &Value, names: &[(String, ActivityKind); 2]) -> (Vec<Reaction>, bool) {
    let mut found: Vec<Reaction> = Vec::new();
    let mut is_whole = true;
    for reaction in message.get("reactions").and_then(Value::as_array).into_iter().flatten() {
        let name = reaction.get("name").and_then(Value::as_str).unwrap_or_default();
        let Some((_, kind)) = names.iter().find(|(known, _)| canonical(known) == canonical(name)) else {
            continue;
        };
        let users = reaction.get("users").and_then(Value::as_array).into_iter().flatten();
        let users: Vec<String> = users.filter_map(Value::as_str).map(str::to_owned).collect();
        let count = reaction.get("count").and_then(Value::as_u64).unwrap_or(0);
        is_whole &= count <= users.len() as u64;
        found.push(Reaction { kind: *kind, users });
    }
    (found, is_whole)
}

/// Without the skin tone, and under the name that Slack's answers use.
fn canonical(name: &str) -> &str {
    match name.split("::").next().unwrap_or_default() {
        "thumbsup" => "+1",
        "thumbsdown" => "-1",
        other => other,
    }
}

/// Orders texts like `1503435956.000247` by time.
fn sortable(ts: &str) -> u128 {
    let (seconds, rest) = ts.split_once('.').unwrap_or((ts, "0"));
    let number = |text: &str| text.parse::<u64>().map_or(0, u128::from);
    (number(seconds) << 64) | number(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn skin_tones_and_aliases_are_the_same_reaction() {
        assert_eq!(canonical("+1::skin-tone-3"), "+1");
        assert_eq!(canonical("thumbsup"), "+1");
        assert_eq!(canonical("x"), "x");
    }

    #[test]
    fn times_are_ordered_by_number() {
        assert!(sortable("999999999.000100") < sortable("1503435956.000001"));
        assert!(sortable("1503435956.000247") < sortable("1503435956.000248"));
    }
}
