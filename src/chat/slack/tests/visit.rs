//! A few runs with one workspace, as the program makes them, and what must hold of each.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta};

use super::super::Slack;
use super::super::client::Client;
use super::super::config::{Config, Destination};
use super::super::webhook::Webhook;
use super::{TOKEN, WEBHOOK};
use crate::chat::fixture::{message, reply};
use crate::chat::{Chat, Posted};
use crate::connector::http::Http;
use crate::connector::{Keyed, Sink as _, When};
use crate::handoff::words::CHANNEL;
use crate::model::{Brief, Delivery, LookUp, Mark, Mention, Timestamp, Untrusted, Write};
use crate::secret::Secret;
use crate::testing::mutate::{Random, spoil_json};
use crate::testing::played::Played;
use crate::testing::rounds::{Seen, Visit};

/// Shorter than any pause, so that none is made: what would wait ends there.
const SHORT: Duration = Duration::from_millis(150);
const LONG: Duration = Duration::from_secs(30);

const ANA: &str = "ana@acme.example";
const FIRST: &str = "C0INBOUND1:1795428000.000100";
const EARLIER: &str = "C0INBOUND1:1795420000.000100";
const OTHER: &str = "C0SALES001:1795420000.000100";

/// 2026-11-23T10:00:00Z.
fn now() -> Timestamp {
    DateTime::from_timestamp(1_795_428_000, 0).unwrap()
}

/// What is kept from run to run.
#[derive(Clone, Debug, Default)]
pub(super) struct Kept {
    memory: Option<String>,
}

impl Kept {
    pub(super) fn spoil(&mut self, random: &mut Random) {
        if let Some(memory) = &mut self.memory {
            *memory = String::from_utf8_lossy(&spoil_json(memory.as_bytes(), random)).into_owned();
        }
    }
}

pub(super) const VISITS: [Visit<Kept>; 6] = [
    |played, seen, kept| {
        let mut slack = connect(played, kept, Some("#inbound"));
        look_up(&mut slack, &messages(), played, seen);
        look_up(&mut slack, &follow_ups(), played, seen);
        end(&mut slack, kept, seen);
    },
    |played, seen, kept| {
        let mut slack = connect(played, kept, Some("#inbound"));
        let writes = messages();
        slack.prefetch(&keyed(&writes, played));
        send(&mut slack, &writes, played, seen);
        send(&mut slack, &follow_ups(), played, seen);
        end(&mut slack, kept, seen);
    },
    |played, seen, kept| {
        let mut slack = connect(played, &Kept::default(), Some("#inbound"));
        act(&mut slack, played, seen);
        end(&mut slack, kept, seen);
    },
    |played, seen, _| {
        let mut slack = connect(played, &Kept::default(), Some("#inbound"));
        check(&mut slack, played, seen);
    },
    |played, seen, kept| {
        let mut slack = connect(played, &Kept::default(), None);
        send(&mut slack, &messages(), played, seen);
        end(&mut slack, kept, seen);
    },
    |played, seen, kept| {
        let mut slack = connect(played, kept, None);
        look_up(&mut slack, &messages(), played, seen);
        act(&mut slack, played, seen);
    },
];

pub(super) fn through_the_webhook(played: &Arc<Played>, seen: &mut Seen<'_>, _: &mut Kept) {
    let url = Secret::parse(WEBHOOK).unwrap();
    let mut webhook = Webhook::with(url, Http::scripted(played.script()));
    send(&mut webhook, &messages(), played, seen);
}

fn connect(played: &Arc<Played>, kept: &Kept, channel: Option<&str>) -> Slack {
    let config = Config {
        base_url: None,
        destination: channel.map_or(Destination::Rep, |name| Destination::Channel(name.to_owned())),
        accept: "white_check_mark".to_owned(),
        reject: "x".to_owned(),
    };
    let http = Http::scripted(played.script());
    let client = Client::with(None, http, Secret::parse(TOKEN).unwrap()).unwrap();
    Slack::with(config, client, kept.memory.as_deref())
}

/// Warnings, and what the next run is given.
fn end(slack: &mut Slack, kept: &mut Kept, seen: &mut Seen<'_>) {
    for warning in slack.warnings() {
        seen.amiss("warning", &warning);
    }
    kept.memory = slack.memory();
    assert!(kept.memory.is_some());
}

/// A write with its key, and the message that it belongs to.
type Sent = (&'static str, Write, Option<&'static str>);

fn messages() -> Vec<Sent> {
    vec![("message1", message("Rui Costa"), None)]
}

fn follow_ups() -> Vec<Sent> {
    let mut late = reply("message1", "nobody has called");
    if let Write::Reply(late) = &mut late {
        late.mention = Some(Mention { email: ANA.to_owned(), name: "Ana Silva".to_owned() });
    }
    let mark = Write::Mark(Mark {
        contact: "c1".to_owned(),
        thread: "message1".to_owned(),
        state: Untrusted::new("accepted by Ana Silva"),
        brief: Brief { title: Untrusted::new("Rui Costa"), ..Brief::default() },
    });
    vec![("reply1", late, Some(OTHER)), ("mark1", mark, Some(FIRST))]
}

fn deadline(played: &Arc<Played>) -> Instant {
    Instant::now() + if played.instead.is_none() { LONG } else { SHORT }
}

fn keyed<'a>(writes: &'a [Sent], played: &Arc<Played>) -> Vec<Keyed<'a>> {
    let deadline = deadline(played);
    let keyed = |(key, write, thread): &'a Sent| Keyed {
        key,
        write,
        at: now(),
        begun: now(),
        thread: *thread,
        deadline,
        words: &CHANNEL,
    };
    writes.iter().map(keyed).collect()
}

fn send(chat: &mut dyn Chat, writes: &[Sent], played: &Arc<Played>, seen: &mut Seen<'_>) {
    let sent = chat.send(&keyed(writes, played));
    assert_eq!(sent.len(), writes.len(), "one answer for each");
    for ((key, ..), delivery) in writes.iter().zip(sent) {
        if let Delivery::Done { remote_id } = delivery {
            let is_id = remote_id == format!("webhook:{key}") || is_place(&remote_id);
            assert!(is_id, "{remote_id:?} is no place of a message");
        } else if let Some(why) = delivery.into_why() {
            seen.amiss(key, &why);
        }
    }
}

/// `C0123456789:1503435956.000247`, told without the connector's own reading.
fn is_place(remote_id: &str) -> bool {
    let is = |text: &str, fits: fn(&u8) -> bool| {
        !text.is_empty() && text.len() < 40 && text.bytes().all(|b| fits(&b))
    };
    let Some((channel, ts)) = remote_id.split_once(':') else { return false };
    let Some((seconds, rest)) = ts.split_once('.') else { return false };
    is(channel, u8::is_ascii_alphanumeric) && is(seconds, u8::is_ascii_digit) && is(rest, u8::is_ascii_digit)
}

fn look_up(chat: &mut dyn Chat, writes: &[Sent], played: &Arc<Played>, seen: &mut Seen<'_>) {
    let found = chat.look_up(&keyed(writes, played));
    assert_eq!(found.len(), writes.len(), "one answer for each");
    for ((key, ..), found) in writes.iter().zip(found) {
        match found {
            LookUp::Found { remote_id } => {
                assert!(is_place(&remote_id), "{remote_id:?} is no place of a message");
            }
            LookUp::Unseen if *key == "mark1" => {}
            LookUp::Absent | LookUp::Unseen => seen.amiss(key, "not found"),
            LookUp::Impossible => panic!("{key} can be looked up"),
            LookUp::Failed { why } => seen.amiss(key, &why),
        }
    }
}

/// What a look-up of the first message says.
pub(super) fn find_first(played: &Arc<Played>) -> LookUp {
    let mut slack = connect(played, &Kept::default(), Some("C0INBOUND1"));
    let writes = messages();
    slack.look_up(&keyed(&writes, played)).pop().unwrap()
}

fn act(slack: &mut Slack, played: &Arc<Played>, seen: &mut Seen<'_>) {
    let posted = |contact: &str, remote_id: &str| Posted {
        contact: contact.to_owned(),
        counts: vec![ANA.to_owned()],
        since: now() - TimeDelta::hours(1),
        remote_id: remote_id.to_owned(),
    };
    let when = When { now: now(), deadline: deadline(played) };
    let read = slack.activity(&[posted("c1", FIRST), posted("c2", EARLIER)], when);
    let Some(acts) = seen.ok("activity", read) else { return };
    for act in &acts {
        assert!(act.by == ANA && ["c1", "c2"].contains(&act.contact.as_str()), "{act:?}");
        seen.text(&act.seen_in);
        if let Some(note) = &act.note {
            seen.text(note);
        }
    }
    if acts.len() < 2 {
        seen.amiss("activity", "somebody's reaction is missing");
    }
}

fn check(slack: &mut Slack, played: &Arc<Played>, seen: &mut Seen<'_>) {
    let when = When { now: now(), deadline: deadline(played) };
    let Some(checked) = seen.ok("check", slack.check(&[ANA.to_owned()], when)) else { return };
    for note in &checked.notes {
        seen.text(note);
    }
    for what in checked.problems.iter().chain(&checked.warnings) {
        seen.amiss("check", what);
    }
}
