//! A small sales desk: two reps who always work, one tier, an SLA of an hour.

use crate::support::Place;
use crate::support::definition::definition;

pub(crate) fn rules() -> String {
    definition(
        r#"
[crm.file]
contacts = "contacts.csv"
activity = "activity.csv"

[chat.file]
path = "out/messages.jsonl"

[[disqualify]]
name = "Opted out"
when = { opted_out = true }

[[mql]]
name = "engaged"
when = { score.at_least = 50 }
sla = "hour"

[[rep]]
name = "Ana"
email = "ana@acme.example"

[[rep]]
name = "Bo"
email = "bo@acme.example"

[[team]]
name = "inbound"
members = [{ rep = "ana@acme.example" }, { rep = "bo@acme.example" }]
manager = "lee@acme.example"

[[route]]
name = "Everyone"
to = { team = "inbound" }

[[sla]]
name = "hour"
respond_within = "1h"
step = [
  { at = "50%", do = "remind" },
  { at = "100%", do = "notify", to = "manager" },
  { at = "200%", do = "reassign" },
]
"#,
    )
}

/// A desk whose first sync is over, with nobody in it yet; `more` goes to the end of the definition.
pub(crate) fn open_desk(more: &str) -> Place {
    let place = Place::with(&format!("{}{more}", rules()), &csv(&[]));
    place.write("activity.csv", "at,contact,by,kind,note\n");
    place.json_at("2026-11-23T09:00:00Z", 0, &["run"]);
    place
}

/// contacts.csv with these scores.
pub(crate) fn csv(scores: &[(&str, &str)]) -> String {
    let rows = scores.iter().map(|(name, score)| format!("{name},{name}@client.example,{score},,\n"));
    std::iter::once("id,email,score,opted_out,owner\n".to_owned()).chain(rows).collect()
}

/// Exports the contacts with these scores, and runs.
pub(crate) fn export_and_run(place: &Place, at: &str, scores: &[(&str, &str)]) -> serde_json::Value {
    place.write("contacts.csv", &csv(scores));
    place.json_at(at, 0, &["run"])
}
