//! A few runs against one account, as the program makes them, and what must hold of each.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::super::HubSpot;
use super::super::client::Client;
use super::super::config::Config;
use super::TOKEN;
use super::work::{ANA, alone, fields, now, open, together};
use crate::connector::cursor::Cursor;
use crate::connector::http::Http;
use crate::connector::{Checked, ConnectOptions, Keyed, Sink as _, Unreadable};
use crate::crm::file::fixture::table;
use crate::crm::{Crm as _, Needs, Page, Sync};
use crate::handoff::words::CHANNEL;
use crate::model::{ContactId, Delivery, LookUp, Timestamp, Write};
use crate::rules::Findings;
use crate::secret::Secret;
use crate::testing::mutate::{Random, spoil_json};
use crate::testing::played::Played;
use crate::testing::rounds::{Seen, Visit};

/// Shorter than any pause, so that none is made: what would wait ends there.
const SHORT: Duration = Duration::from_millis(150);
const LONG: Duration = Duration::from_secs(30);

/// What is kept from run to run.
#[derive(Clone, Debug, Default)]
pub(super) struct Kept {
    memory: Option<String>,
    cursor: Option<String>,
}

impl Kept {
    pub(super) fn spoil(&mut self, random: &mut Random) {
        for text in [&mut self.memory, &mut self.cursor].into_iter().flatten() {
            *text = String::from_utf8_lossy(&spoil_json(text.as_bytes(), random)).into_owned();
        }
    }
}

pub(super) const VISITS: [Visit<Kept>; 6] = [
    |played, seen, kept| {
        let mut hub = connect(played, kept, "auto");
        walk(&mut hub, kept, seen);
        read(&mut hub, &["101", "102"], seen);
        hub.clock();
    },
    |played, seen, kept| {
        let mut hub = connect(played, kept, "auto");
        act(&mut hub, seen);
        send(&mut hub, &together(), played, seen);
        look_up(&mut hub, &together(), seen);
        kept.memory = hub.memory();
        assert!(kept.memory.is_some());
    },
    |played, seen, kept| {
        let mut hub = connect(played, kept, "marker");
        walk(&mut hub, kept, seen);
        look_up(&mut hub, &together(), seen);
    },
    |played, seen, kept| {
        let mut hub = connect(played, kept, "auto");
        read(&mut hub, &["103"], seen);
        send(&mut hub, &alone(), played, seen);
        look_up(&mut hub, &alone()[1..], seen);
        let links = hub.account().map(|account| account.links).unwrap_or_default();
        links.of(&ContactId::parse("103").unwrap());
    },
    |played, seen, _| check(&mut connect(played, &Kept::default(), "auto"), seen),
    |played, seen, kept| equip(&mut connect(played, kept, "auto"), seen),
];

fn connect(played: &Arc<Played>, kept: &Kept, handoff_key: &str) -> HubSpot {
    let config = Config::read(&table(&[("handoff_key", handoff_key)]), &mut Findings::default());
    let deadline = Instant::now() + if played.instead.is_none() { LONG } else { SHORT };
    let options =
        ConnectOptions { memory: kept.memory.as_deref(), ..ConnectOptions::new(Path::new("."), deadline) };
    let http = Http::scripted(played.script());
    let client = Client::with(&config, http, Secret::parse(TOKEN).unwrap(), &options);
    HubSpot::with(config, client, options.memory)
}

fn walk(hub: &mut HubSpot, kept: &mut Kept, seen: &mut Seen<'_>) {
    let fields = fields();
    let cursor = kept.cursor.clone();
    let walk = Sync {
        fields: &fields,
        cursor: cursor.as_deref(),
        full_resync: false,
        now: Timestamp::MAX_UTC,
        deadline: Instant::now() + LONG,
    };
    let mut ids = BTreeSet::new();
    let account = hub.account().map(|account| assert!(!account.id.is_empty()));
    seen.ok("account", account);
    let walked = hub.changes(&walk, &mut |page: Page| {
        for record in page.records {
            assert_eq!(record.values.len(), fields.len());
            assert!(!record.id.as_str().is_empty());
            assert!(ids.insert(record.id.clone()), "{} came twice in one walk", record.id);
        }
        unreadable(&page.bad, seen);
        if let Some(cursor) = page.cursor {
            assert!(serde_json::from_str::<Cursor>(&cursor).is_ok(), "no walk can go on from {cursor}");
            // The next run goes on after the first page, as if this one had ended there.
            kept.cursor.get_or_insert(cursor);
        }
        Ok(())
    });
    seen.ok("walk", walked);
}

fn unreadable(bad: &[Unreadable], seen: &mut Seen<'_>) {
    for bad in bad {
        seen.text(&bad.place);
        seen.amiss("set aside", &bad.reason);
    }
}

fn read(hub: &mut HubSpot, ids: &[&str], seen: &mut Seen<'_>) {
    let ids: Vec<ContactId> = ids.iter().map(|id| ContactId::parse(id).unwrap()).collect();
    let Some(reread) = seen.ok("read", hub.read(&fields(), &ids)).flatten() else { return };
    for why in reread.unreadable.values() {
        seen.amiss("read", why);
    }
    let read: BTreeSet<&ContactId> = reread.records.iter().map(|record| &record.id).collect();
    assert!(read.iter().all(|id| ids.contains(id)), "{read:?} were not asked for");
    assert_eq!(read.len(), reread.records.len(), "a contact was read twice");
    if read.len() < ids.len() {
        seen.amiss("read", "some are gone");
    }
}

fn act(hub: &mut HubSpot, seen: &mut Seen<'_>) {
    let open = open();
    let Some(activities) = seen.ok("activity", hub.activity(&open, now())) else { return };
    unreadable(&activities.bad, seen);
    for act in &activities.acts {
        assert!(open.iter().any(|watched| watched.contact.as_str() == act.contact));
        assert!(act.by.is_empty() || act.by == ANA, "{} did nothing", act.by);
        seen.text(&act.seen_in);
    }
    if activities.acts.is_empty() {
        seen.amiss("activity", "nobody did anything");
    }
}

fn keyed<'a>(writes: &'a [(&'a str, Write)]) -> Vec<Keyed<'a>> {
    let deadline = Instant::now() + LONG;
    let keyed = |(key, write): &'a (&'a str, Write)| Keyed {
        key,
        write,
        at: now(),
        begun: now(),
        thread: None,
        deadline,
        words: &CHANNEL,
    };
    writes.iter().map(keyed).collect()
}

fn send(hub: &mut HubSpot, writes: &[(&str, Write)], played: &Arc<Played>, seen: &mut Seen<'_>) {
    let sent = hub.send(&keyed(writes));
    assert_eq!(sent.len(), writes.len(), "one answer for each");
    // A batch that was taken apart is answered over and over by the one file that there is.
    let is_apart = played.told().due.get("task-create").is_some_and(|due| *due > 1);
    let mut tasks = BTreeSet::new();
    for ((key, write), delivery) in writes.iter().zip(sent) {
        if let Delivery::Done { remote_id } = delivery {
            assert!(!remote_id.is_empty());
            let is_its_own = !matches!(write, Write::Task(_)) || tasks.insert(remote_id.clone());
            assert!(is_its_own || is_apart, "{key} is done by another one's id {remote_id}");
        } else if let Some(why) = delivery.into_why() {
            seen.amiss(key, &why);
        }
    }
}

fn look_up(hub: &mut HubSpot, writes: &[(&str, Write)], seen: &mut Seen<'_>) {
    let found = hub.look_up(&keyed(writes));
    assert_eq!(found.len(), writes.len(), "one answer for each");
    for ((key, _), found) in writes.iter().zip(found) {
        match found {
            LookUp::Found { remote_id } => assert!(!remote_id.is_empty()),
            LookUp::Absent | LookUp::Unseen if key.starts_with("update") => {}
            LookUp::Absent | LookUp::Unseen => seen.amiss(key, "not found"),
            LookUp::Impossible => panic!("{key} can be looked up"),
            LookUp::Failed { why } => seen.amiss(key, &why),
        }
    }
}

fn check(hub: &mut HubSpot, seen: &mut Seen<'_>) {
    let fields = fields();
    let needs = Needs {
        required: &fields.iter().collect::<Vec<_>>(),
        written: &[("lifecyclestage", "salesqualifiedlead"), ("hs_lead_status", "NEW")],
        compared: &[(&fields[0], "new")],
        owners: &[ANA],
    };
    let Some(Checked { problems, warnings, notes }) = seen.ok("check", hub.check_online(&needs)) else {
        return;
    };
    for note in &notes {
        seen.text(note);
    }
    for what in problems.iter().chain(&warnings) {
        seen.amiss("check", what);
    }
}

fn equip(hub: &mut HubSpot, seen: &mut Seen<'_>) {
    if let Some(Some(lacks)) = seen.ok("lacks", hub.lacks()) {
        seen.amiss("lacks", &lacks);
    }
    let equipped = hub.equip();
    seen.ok("equip", equipped);
}
