//! The two definitions that a simulated account switches between.

use std::sync::LazyLock;

use handoff::model::Timestamp;
use handoff::rules::{Connectors, Rules, Source, load};

const COMMON: &str = r#"
version = 1
[crm.sim]
[chat.sim]
[fields]
demo_at = { property = "demo_at", type = "datetime" }
[[disqualify]]
name = "Opted out"
when = { opted_out = true }
[[mql]]
name = "asked"
when = { demo_at.within = "20m" }
sla = "fast"
priority = "high"
[[rep]]
name = "Ana"
email = "ana@acme.example"
timezone = "UTC"
shifts = ["mon-sun 00:00-24:00"]
max_open = 9
[[rep]]
name = "Bo"
email = "bo@acme.example"
timezone = "UTC"
shifts = ["mon-sun 00:00-24:00"]
max_open = 9
[[rep]]
name = "Cy"
email = "cy@acme.example"
timezone = "UTC"
shifts = ["mon-sun 00:00-24:00"]
max_open = 9
[[rep]]
name = "Dee"
email = "dee@acme.example"
timezone = "UTC"
shifts = ["mon-sun 00:00-24:00"]
[[team]]
name = "all"
pick = "round_robin"
members = [{ rep = "ana@acme.example", weight = 2 }, { rep = "bo@acme.example" }, { rep = "cy@acme.example" }]
off_shift = "assign"
manager = "lee@acme.example"
[[route]]
name = "Has an owner"
to = { owner_of = "contact" }
[[route]]
name = "Everyone else"
to = { team = "all" }
[outcome]
cooldown = "15m"
[outcome.write]
handed_off = { lead_status = "NEW" }
accepted = { lifecycle_stage = "salesqualifiedlead" }
rejected = { lead_status = "RECYCLED" }
[limits]
handoffs_per_run = 6
[[sla]]
name = "fast"
respond_within = "10m"
clock = "wall"
step = [
  { at = "50%", do = "remind" },
  { at = "100%", do = "notify", to = "manager" },
  { at = "200%", do = "reassign" },
  { at = "400%", do = "return" },
]
"#;

/// Both definitions hand these off, and neither hands off what is below [`LOW`].
pub(crate) const HIGH: i64 = 65;
pub(crate) const LOW: i64 = 50;

const STRICT: &str = "[[mql]]\nname = \"engaged\"\nwhen = { score.at_least = 65 }\nsla = \"fast\"\n";
const LOOSE: &str =
    "[[mql]]\nname = \"keen\"\nwhen = { score.at_least = 50, country.not_equals = \"XX\" }\nsla = \"fast\"\n";

fn read(text: &str) -> Rules {
    let source = Source::from_reader("rules.toml", format!("{COMMON}{text}").as_bytes()).unwrap();
    let connectors = Connectors {
        crm: &["sim"],
        chat: &["sim"],
        // Every standard field is a property of its own name.
        default_property: |_, field| {
            let standard = handoff::model::STANDARD_FIELDS.iter().find(|standard| standard.name == field);
            standard.map(|standard| if standard.name == "email_domain" { "email" } else { standard.name })
        },
        check_crm: |_, _| {},
        check_chat: |_, _| {},
    };
    let (rules, findings) = load(&source, &connectors, Timestamp::UNIX_EPOCH);
    rules.unwrap_or_else(|| panic!("the definition of the simulation is broken: {:?}", findings.as_slice()))
}

static RULES: LazyLock<[Rules; 2]> = LazyLock::new(|| [read(STRICT), read(LOOSE)]);

/// The strict one, or the loose one that asks for one property more.
pub(crate) fn rules(is_loose: bool) -> Rules {
    RULES[usize::from(is_loose)].clone()
}
