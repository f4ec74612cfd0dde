//! Two threads find together what one finds.

use proptest::collection::vec;
use proptest::prelude::*;

use super::{Batch, Survey};
use crate::model::{ContactId, Kind, STANDARD_FIELDS};
use crate::rules::{Connectors, Rules, Source, load};

const DEFINITION: &str = r#"version = 1
crm.plain = {}
fields.plan = "plan"
fields.seats = { property = "seats", type = "number" }
fields.seen_at = { property = "seen_at", type = "datetime" }
fields.asked_at = { property = "asked_at", type = "datetime" }
[[disqualify]]
name = "Gone"
when = { any = [{ plan.in = ["gone", "1.5", "never"] }, { asked_at.older_than = "9d" }] }
[[mql]]
name = "engaged"
when = { seats.at_least = 5 }
[[rep]]
name = "Ana"
email = "ana@acme.example"
[[route]]
name = "All"
to = { rep = "ana@acme.example" }
"#;

fn rules() -> Rules {
    let connectors = Connectors {
        crm: &["plain"],
        chat: &[],
        default_property: |_, field| {
            STANDARD_FIELDS.iter().find(|known| known.name == field).map(|known| known.name)
        },
        check_crm: |_, _| {},
        check_chat: |_, _| {},
    };
    let source = Source::of("rules.toml", DEFINITION);
    let now = Kind::DateTime.read("2026-11-23T10:00:00Z").as_time().unwrap();
    let (rules, findings) = load(&source, &connectors, now);
    rules.unwrap_or_else(|| panic!("{findings:?}"))
}

/// One of a few texts that several kinds read, or one of many.
fn cell(drawn: u16) -> Option<String> {
    const TEXTS: [&str; 8] =
        ["", "gone", "1,5", "31/12/2025", "2026-11-01 10:00", "2027-01-01T00:00:00Z", "x@y.example", "yes"];
    match drawn {
        0..60_000 => TEXTS.get(usize::from(drawn) % 9).map(|text| (*text).to_owned()),
        _ => Some(drawn.to_string()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn however_contacts_are_sent_the_shares_find_what_one_survey_finds(
        drawn in vec(any::<[u16; 5]>(), 0..400),
        sent_at in vec(any::<bool>(), 400),
    ) {
        let rules = rules();
        let now = Kind::DateTime.read("2026-11-23T10:00:00Z").as_time().unwrap();
        let mut whole = Survey::new(&rules, now);
        let (mut used, mut others) = Survey::new(&rules, now).split();
        prop_assert!(!used.asked.is_empty() && !others.asked.is_empty());
        let mut batch = Batch::default();
        for (at, (drawn, is_sent)) in drawn.iter().zip(sent_at).enumerate() {
            let id = ContactId::parse(&at.to_string()).unwrap();
            let fields = 0..rules.fields.all().len();
            let cells: Vec<_> = fields.map(|field| cell(drawn[field % 5].rotate_left(u32::try_from(field).unwrap()))).collect();
            whole.see(id.clone(), &mut cells.iter().map(Option::as_deref));
            let mut raw = cells.iter().map(Option::as_deref);
            used.see(id.clone(), &mut raw);
            batch.add(id, &mut raw);
            if is_sent {
                std::mem::take(&mut batch).show(&mut others);
            }
        }
        batch.show(&mut others);
        prop_assert_eq!(others.contacts, drawn.len() as u64);
        let [one, two] = [whole, used.join(others)].map(|survey| survey.finish(DEFINITION));
        prop_assert_eq!(serde_json::to_string(&one).unwrap(), serde_json::to_string(&two).unwrap());
    }
}
