//! `backtest` and `tune`: figures beside a plain count, differences, goals that history can and cannot bear out.

mod bearing;
mod counting;
mod history;
mod leads;
mod noise;
mod reading;
mod tuning;

use crate::support::{MONDAY_10, Place};

impl Place {
    /// What a run that ends well prints.
    fn prints(&self, args: &[&str]) -> String {
        let ran = self.handoff_at(MONDAY_10, args);
        assert_eq!(ran.status, 0, "{}", ran.all());
        ran.stdout.trim_end().to_owned()
    }

    /// The report as data.
    fn report(&self, args: &[&str]) -> serde_json::Value {
        self.json_at(MONDAY_10, 0, args)
    }

    /// What a run that is refused says.
    fn refusal(&self, args: &[&str]) -> String {
        let ran = self.handoff_at(MONDAY_10, args);
        assert_eq!(ran.status, 2, "{}", ran.all());
        ran.stderr.trim().to_owned()
    }
}

/// A definition of one tier and one rep.
fn one_rep(when: &str) -> String {
    format!(
        r#"version = 1

[crm.file]
contacts = "contacts.csv"

[[mql]]
name = "engaged"
when = {{ {when} }}

[[rep]]
name = "Ana"
email = "ana@acme.example"
timezone = "Europe/Lisbon"

[[route]]
name = "Everyone"
to = {{ rep = "ana@acme.example" }}
"#
    )
}
