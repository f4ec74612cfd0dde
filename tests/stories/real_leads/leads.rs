//! The 9,240 leads as rows of text, and what `rules.toml` says of each, written by hand: the other half of a comparison
//! that shares no code with the program.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

const LEADS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/x-education/leads.csv");

/// The file as it is: a header and rows.
pub(crate) struct Leads {
    pub(crate) header: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
    columns: HashMap<String, usize>,
}

/// One lead.
#[derive(Clone, Copy)]
pub(crate) struct Lead<'a> {
    leads: &'a Leads,
    pub(crate) row: usize,
}

/// What the definition should say of a lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Expected {
    Disqualified(&'static str),
    NotYet,
    OutsideIcp(&'static str),
    Qualified { tier: &'static str, route: &'static str, team: &'static str },
}

impl Leads {
    /// `None`, said on stderr, where the leads are not at hand.
    #[expect(clippy::print_stderr, reason = "whoever runs the tests should know what they did not show")]
    pub(crate) fn load() -> Option<Self> {
        if !Path::new(LEADS).exists() {
            eprintln!("skipped: the real leads are not beside the repository");
            return None;
        }
        let mut reader = csv::Reader::from_path(LEADS).expect("leads.csv");
        let header: Vec<String> = reader.headers().expect("a header").iter().map(str::to_owned).collect();
        let rows = reader
            .records()
            .map(|row| row.expect("a row of leads.csv").iter().map(str::to_owned).collect())
            .collect();
        let columns = header.iter().enumerate().map(|(at, name)| (name.clone(), at)).collect();
        Some(Self { header, rows, columns })
    }

    pub(crate) fn csv(&self) -> String {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(&self.header).expect("the header");
        for row in &self.rows {
            writer.write_record(row).expect("a row");
        }
        String::from_utf8(writer.into_inner().expect("all rows")).expect("UTF-8")
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = Lead<'_>> {
        (0..self.rows.len()).map(|row| Lead { leads: self, row })
    }

    pub(crate) fn set(&mut self, row: usize, column: &str, value: &str) {
        let at = self.columns[column];
        assert_ne!(self.rows[row][at], value, "row {row} would stay as it is");
        value.clone_into(&mut self.rows[row][at]);
    }

    /// How many leads come to each verdict.
    pub(crate) fn count(&self) -> BTreeMap<Expected, u64> {
        let mut counts = BTreeMap::new();
        for lead in self.all() {
            *counts.entry(lead.expected()).or_default() += 1;
        }
        counts
    }
}

impl<'a> Lead<'a> {
    pub(crate) fn id(self) -> &'a str {
        self.text("Prospect ID")
    }

    fn text(self, column: &str) -> &'a str {
        self.leads.rows[self.row][self.leads.columns[column]].trim()
    }

    fn number(self, column: &str) -> Option<f64> {
        self.text(column).parse().ok()
    }

    fn is_any(self, column: &str, words: &[&str]) -> bool {
        words.iter().any(|word| self.text(column).eq_ignore_ascii_case(word))
    }

    pub(crate) fn expected(self) -> Expected {
        if let Some(name) = self.disqualified() {
            return Expected::Disqualified(name);
        }
        match self.tier() {
            None => Expected::NotYet,
            Some(tier) if !self.fits() => Expected::OutsideIcp(tier),
            Some(tier) => {
                let (route, team) = self.route();
                Expected::Qualified { tier, route, team }
            }
        }
    }

    pub(crate) fn qualifies(self) -> bool {
        matches!(self.expected(), Expected::Qualified { .. })
    }

    fn disqualified(self) -> Option<&'static str> {
        let tags = self.text("Tags").to_lowercase();
        let lost = ["closed by horizzon", "lost to eins", "lost to others", "not doing further education"];
        let wrong_numbers = ["invalid number", "wrong number given", "number not provided"];
        if self.text("Do Not Email") == "Yes" || self.text("Do Not Call") == "Yes" {
            Some("Opted out")
        } else if self.is_any("Last Activity", &["Email Bounced", "Unsubscribed", "Unreachable"])
            || wrong_numbers.contains(&tags.as_str())
        {
            Some("Unreachable")
        } else if tags.contains("student") {
            Some("Already a student")
        } else if lost.contains(&tags.as_str()) {
            Some("Lost")
        } else if self.text("Lead Quality") == "Worst" {
            Some("Worst quality")
        } else {
            None
        }
    }

    fn tier(self) -> Option<&'static str> {
        let score = self.number("Asymmetrique Activity Score");
        let seconds = self.number("Total Time Spent on Website");
        let visits = self.number("TotalVisits");
        let last = self.text("Last Activity").to_lowercase();
        let talks = ["sms", "chat", "phone"].iter().any(|word| last.contains(word));
        if score.is_some_and(|score| score >= 14.0) && talks && seconds.is_some_and(|seconds| seconds >= 60.0)
        {
            Some("talking")
        } else if score.is_some_and(|score| score >= 15.0)
            && (seconds.is_some_and(|seconds| seconds >= 300.0)
                || visits.is_some_and(|visits| (3.0..=30.0).contains(&visits)))
        {
            Some("engaged")
        } else if self.is_any("Lead Source", &["Reference", "Welingak Website"])
            && last != "converted to lead"
        {
            Some("recommended")
        } else {
            None
        }
    }

    fn fits(self) -> bool {
        let specialization = self.text("Specialization");
        !self.text("What is your current occupation").is_empty()
            && !specialization.is_empty()
            && specialization != "Select"
            && specialization != "Hospitality Management"
            && self.number("Asymmetrique Profile Score").is_some_and(|fit| fit >= 15.0)
    }

    fn route(self) -> (&'static str, &'static str) {
        let gulf = ["United Arab Emirates", "Saudi Arabia", "Qatar", "Bahrain", "Oman", "Kuwait"];
        let country = self.text("Country");
        if self.is_any("Country", &gulf) {
            ("The Gulf", "abroad")
        } else if !country.is_empty() && country != "India" {
            ("Abroad", "abroad")
        } else if self.is_any("City", &["Mumbai", "Thane & Outskirts"]) {
            ("Mumbai", "mumbai")
        } else {
            ("Rest of India", "india")
        }
    }
}
