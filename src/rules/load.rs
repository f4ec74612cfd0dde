//! Puts the definition together: reads its parts in the order in which they name each other.

use super::catalogue::Catalogue;
use super::codes::MISSING;
use super::compile::Names;
use super::definition::{Connection, Rules};
use super::examples::{ExampleNames, examples};
use super::files::Files;
use super::finding::{Finding, Findings};
use super::item::Table;
use super::keys::ROOT;
use super::lists::Lists;
use super::outcome::outcome;
use super::parse::parse;
use super::people::{reps, teams};
use super::points;
use super::reader::Reader;
use super::readings::SourceDefaults;
use super::register::Register;
use super::routes::{Destinations, managers, routes};
use super::settings::{agreement, bursts, choices, connection, duplicates, heartbeat, limits};
use super::slas::slas;
use super::source::Source;
use super::tiers::{disqualifiers, tiers};
use super::{reachable, territory};
use crate::model::Timestamp;

/// What the loader has to know of connectors; handed in, so that it knows none of them.
#[derive(Clone, Copy, Debug)]
pub struct Connectors {
    /// The kinds of `[crm.KIND]`.
    pub crm: &'static [&'static str],
    /// The kinds of `[chat.KIND]`.
    pub chat: &'static [&'static str],
    /// The property behind a standard field in a kind of CRM; `None` when that CRM has none.
    pub default_property: fn(kind: &str, field: &str) -> Option<&'static str>,
    /// Reads the connector's own table.
    pub check_crm: fn(&Connection, &mut Findings),
    pub check_chat: fn(&Connection, &mut Findings),
}

/// Reads a definition. The rules are there unless there is an error; the findings are in the order of the file.
pub fn load(source: &Source, connectors: &Connectors, now: Timestamp) -> (Option<Rules>, Findings) {
    let mut findings = Findings::default();
    let document = parse(&source.text, &mut findings);
    let rules = document.and_then(|document| {
        let loader = Loader { source, connectors, now, findings: &mut findings };
        loader.read(&document)
    });
    if let Some(rules) = &rules {
        reachable::check(rules, &mut findings);
        territory::check(rules, &mut findings);
    }
    findings.sort();
    (rules.filter(|_| !findings.has_errors()), findings)
}

struct Loader<'a> {
    source: &'a Source,
    connectors: &'a Connectors,
    now: Timestamp,
    findings: &'a mut Findings,
}

impl Loader<'_> {
    fn read(mut self, document: &Table) -> Option<Rules> {
        let root = Reader::new(document, &ROOT, self.findings);
        let mut files = Files::new(self.source);
        let agreement = agreement(root.section("definition"), self.now, self.findings);
        let (crm, chat) = (self.crm(root), self.chat(root));
        let mut names = self.names(root, crm.as_ref(), &mut files);

        let (reps, mut rep_names) = reps(&root.tables("rep"), &mut files, self.now, self.findings);
        let (teams, mut team_names) = teams(&root.tables("team"), &mut rep_names, self.findings);
        let (slas, mut sla_names) = slas(&root.tables("sla"), &mut rep_names, self.findings);

        let score = points::score(root.section("score"), &mut names, self.findings);
        let (disqualifiers, disqualifier_names) =
            disqualifiers(&root.tables("disqualify"), &mut names, self.findings);
        let (tiers, tier_names) = tiers(&root.tables("mql"), &mut sla_names, &mut names, self.findings);
        let icp = points::icp(root.section("icp"), &mut names, self.findings);

        let mut to = Destinations {
            reps: &reps,
            rep_names: &mut rep_names,
            teams: &teams,
            team_names: &mut team_names,
        };
        let (routes, route_names) = routes(&root.tables("route"), &mut to, &mut names, self.findings);
        managers(&routes, &teams, &slas, self.findings);
        let outcome = outcome(root.section("outcome"), &mut names, self.findings);

        self.warn_unused([&rep_names, &team_names, &sla_names], &names.lists);
        let lists = names.lists.finish();
        let fields = names.fields.finish();
        let mut known = ExampleNames {
            fields: &fields,
            people: &reps,
            disqualifiers: disqualifier_names,
            tiers: tier_names,
            routes: route_names,
            reps: rep_names,
            teams: team_names,
            slas: sla_names,
        };
        let examples = examples(&root.tables("example"), &mut known, self.findings);
        let feeds = files.feeds();
        Some(Rules {
            path: self.source.path.clone(),
            hash: files.hash(),
            agreement,
            crm: crm?,
            chat,
            outcome,
            fields,
            lists,
            score,
            disqualifiers,
            tiers,
            icp,
            calendars: self.findings.of_calendars(),
            feeds,
            reps,
            teams,
            routes,
            slas,
            limits: limits(root.section("limits")),
            duplicates: duplicates(root.section("duplicates")),
            bursts: bursts(root.section("bursts")),
            heartbeat: heartbeat(root.section("monitor")),
            examples,
            document: document.clone(),
        })
    }

    /// With an error somewhere, whoever was meant to use a name may be what is broken.
    fn warn_unused(&mut self, registers: [&Register; 3], lists: &Lists) {
        if self.findings.has_errors() {
            return;
        }
        for register in registers {
            register.warn_unused(self.findings);
        }
        lists.warn_unused(self.findings);
    }

    fn crm(&mut self, root: Reader<'_>) -> Option<Connection> {
        if root.entry("crm").is_none() {
            let finding = Finding::error(MISSING, root.span(), "the definition needs a CRM");
            self.findings.add(finding.help(choices("crm", self.connectors.crm)));
        }
        let table = root.table("crm")?;
        let crm = connection(table, "crm", self.connectors.crm, self.findings)?;
        (self.connectors.check_crm)(&crm, self.findings);
        Some(crm)
    }

    fn chat(&mut self, root: Reader<'_>) -> Option<Connection> {
        let table = root.table("chat")?;
        let chat = connection(table, "chat", self.connectors.chat, self.findings)?;
        (self.connectors.check_chat)(&chat, self.findings);
        Some(chat)
    }

    /// `[fields]` and `[lists]`. Of an unknown CRM every standard field is taken to exist: one mistake, one finding.
    fn names(&mut self, root: Reader<'_>, crm: Option<&Connection>, files: &mut Files) -> Names {
        let default_property = self.connectors.default_property;
        let defaults = crm.map(|crm| SourceDefaults::read(&crm.table, self.findings)).unwrap_or_default();
        let kind = crm.map(|crm| crm.kind.clone());
        let mut fields = Catalogue::new(defaults, move |field| match &kind {
            Some(kind) => default_property(kind, field),
            None => Some(""),
        });
        if let Some(table) = root.table("fields") {
            fields.map(table, self.findings);
        }
        let lists = root.table("lists");
        let lists = lists.map(|table| Lists::read(table, files, self.findings));
        Names {
            fields,
            lists: lists.unwrap_or_default(),
            score_from_points: points::score_from_points(root.section("score")),
            fit_from_points: points::fit_from_points(root.section("icp")),
        }
    }
}
