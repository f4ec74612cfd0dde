//! What an unkind world does to `handoff`: files that are no files, text that bites, databases of others, full disks, and
//! two runs at once. Nothing is lost, nothing is done twice, and the message says what to do.

mod contacts;
mod database;
mod disk;
mod location;
mod rules;
mod sinks;
mod text;
mod together;

use crate::support::Place;
use crate::support::definition::definition;

/// A definition small enough to see through: a score of 50 is an MQL and goes to Ana.
fn rules() -> String {
    definition(
        r#"
[chat.file]
path = "out/messages.jsonl"
[fields]
asked_at = { property = "asked_at", type = "datetime" }
[[mql]]
name = "engaged"
when = { any = [{ score.at_least = 50 }, { asked_at.within = "1d" }] }
sla = "hot"
[[sla]]
name = "hot"
respond_within = "15m"
clock = "wall"
step = [{ at = "50%", do = "remind" }]
"#,
    )
}

/// The header that goes with [`rules`].
const HEADER: &str = "id,email,first_name,last_name,job_title,score,asked_at,modified_at\n";

/// So many contacts, all of whom are handed off by the first run.
fn crowd(contacts: usize) -> Place {
    let row = |id| format!("{id},p{id}@s{id}.example,Pat,{id},Buyer,80,,2026-11-23T09:00:00Z\n");
    let rows: Vec<String> = (0..contacts).map(row).collect();
    Place::with(&rules(), &format!("{HEADER}{}", rows.concat()))
}
