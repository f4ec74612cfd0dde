//! `handoff fields`: what the data behind a definition is like, so that nothing unreadable is silent.

mod figures;
mod hostile;
mod proposals;
mod told;

use std::fmt::Write as _;

use serde_json::Value;

use crate::support::definition::definition;
use crate::support::{MONDAY_10, Place};

/// A definition that meets none of what the export below has.
const RULES: &str = r#"
[fields]
size = { property = "Company Size", type = "number" }
seen_at = { property = "Last Seen", type = "datetime" }

[[disqualify]]
name = "Opted out"
when = { opted_out = true }

[[mql]]
name = "hot"
when = { score.at_least = 80, seen_at.within = "7d", size.at_least = 50 }

[[route]]
name = "Europe"
when = { country.in = ["DE", "FR", "ES", "PT", "IT", "NL"] }
to = { team = "inbound" }

[[route]]
name = "Everyone"
to = { team = "inbound" }
"#;

const HEADER: &str = "id,email,first_name,phone,country,score,opted_out,owner,Company Size,Last Seen\n";

/// Forty contacts: sizes as ranges, dates of the United States in half of the rows, owners by name.
fn export() -> String {
    let mut text = HEADER.to_owned();
    for n in 1..=40 {
        let country = ["United States", "Germany", "France", "Spain"][n % 4];
        let size = if n % 2 == 0 { "51-200" } else { "\"10,000+\"" };
        let seen = if n % 2 == 0 { "11/25/2026 9:05 AM" } else { "2026-11-24 08:00" };
        let owner = if n % 5 == 0 { "Carlos Ruiz" } else { "ana@acme.example" };
        writeln!(
            text,
            "c{n},person{n}@corp.example,Person{n},+351 210 {n:03},{country},{},{},{owner},{size},{seen}",
            n * 2,
            n % 10 == 0
        )
        .expect("text");
    }
    text
}

fn messy() -> Place {
    Place::with(&definition(RULES), &export())
}

/// The row of a list that has this at the key.
fn row<'a>(report: &'a Value, list: &str, key: &str, is: &str) -> &'a Value {
    let rows = report[list].as_array().unwrap_or_else(|| panic!("no {list} in {report}"));
    rows.iter().find(|row| row[key] == is).unwrap_or_else(|| panic!("no {is} in {rows:#?}"))
}

impl Place {
    fn fields(&self, status: i32, args: &[&str]) -> Value {
        self.json_at(MONDAY_10, status, &[&["fields"], args].concat())
    }
}
