//! How many contacts one core judges in a second, in memory, by a definition of seven conditions: the verdict alone, and
//! with the full trace. `cargo bench --bench verdict`

#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a program for its authors"
)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use handoff::model::{Contact, ContactId, Field, Kind, Record, Timestamp};
use handoff::qualify::{Trace, evaluate, trace};
use handoff::rules::{Connectors, Rules, Source, load};
use handoff::{chat, crm};

const DEFINITION: &str = include_str!("rules.toml");

const CONTACTS: usize = 200_000;

/// Each takes a tenth of a second or so; the median of this many does not move.
const ROUNDS: usize = 15;

fn main() {
    let now = Kind::DateTime.read("2026-11-23T10:00:00Z").as_time().expect("a moment");
    let rules = definition(now);
    let contacts = contacts(rules.fields.used());
    let qualified = contacts.iter().filter(|contact| evaluate(&rules, contact, now).verdict.is_qualified());
    println!("{CONTACTS} distinct contacts, {} qualified, one core", qualified.count());

    let alone = median(|| {
        for contact in &contacts {
            black_box(evaluate(&rules, black_box(contact), now));
        }
    });
    let mut seen = Trace::default();
    let traced = median(|| {
        for contact in &contacts {
            black_box(trace(&rules, black_box(contact), now, &mut seen));
        }
    });
    say("verdict alone", alone, 5_000_000);
    say("with the full trace", traced, 1_000_000);
}

fn definition(now: Timestamp) -> Rules {
    let source = Source::of("rules.toml", DEFINITION);
    let connectors = Connectors {
        crm: &crm::KINDS,
        chat: &chat::KINDS,
        default_property: crm::default_property,
        check_crm: crm::check_config,
        check_chat: chat::check_config,
    };
    let (rules, findings) = load(&source, &connectors, now);
    rules.unwrap_or_else(|| unreachable!("the definition is right: {:?}", findings.as_slice()))
}

fn contacts(fields: &[Field]) -> Vec<Contact> {
    let mut dice = Dice(1);
    (0..CONTACTS)
        .map(|number| {
            let values = fields.iter().map(|field| value(&field.name, number, &mut dice)).collect();
            let id = ContactId::parse(&number.to_string()).expect("an id");
            Record { id, modified_ms: None, values }.into_contact(fields)
        })
        .collect()
}

/// Most are none of ours, as in a CRM.
fn value(field: &str, number: usize, dice: &mut Dice) -> Option<String> {
    match field {
        "opted_out" => Some((dice.roll(20) == 0).to_string()),
        "email" | "email_domain" if number.is_multiple_of(4) => Some(format!("person{number}@gmail.com")),
        "email" | "email_domain" => Some(format!("person{number}@company{}.example", number / 3)),
        "score" => Some(dice.roll(101).to_string()),
        "pricing_views" => (dice.roll(3) > 0).then(|| dice.roll(6).to_string()),
        "form_submissions" => Some(dice.roll(3).to_string()),
        "company.employees" => (dice.roll(5) > 0).then(|| dice.roll(8_000).to_string()),
        _ => None,
    }
}

/// The same numbers every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

fn median(mut work: impl FnMut()) -> Duration {
    work();
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[ROUNDS / 2]
}

#[expect(clippy::cast_precision_loss, reason = "counts of contacts")]
fn say(what: &str, time: Duration, least: u64) {
    let rate = CONTACTS as f64 / time.as_secs_f64();
    let mark = if rate >= least as f64 { "" } else { "  MISSED" };
    println!("{what}: {:.2} M contacts/s (at least {} M){mark}", rate / 1e6, least / 1_000_000);
}
