//! The JSON Schema that editors use takes every definition that `check` finds well built, and refuses every one that it
//! finds badly built: unknown keys (H002), wrong types (H003), missing keys (H004), unknown operators (H013).

mod definition;

use std::path::Path;

use definition::{Checked, Place, as_json, check, keys_and_values, structural};
use jsonschema::Validator;
use serde_json::Value;

use super::cases::{files_in, read, root};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// What `handoff schema` prints.
fn schema() -> Validator {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_handoff")).arg("schema").output().unwrap();
    assert!(output.status.success());
    let schema: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(jsonschema::meta::is_valid(&schema), "it is no schema itself");
    jsonschema::draft7::new(&schema).unwrap()
}

fn refusals(schema: &Validator, document: &Value) -> Vec<String> {
    schema.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[test]
fn every_definition_without_a_finding_is_taken() {
    let schema = schema();
    let cases = read(&root().join("valid.txt")).into_iter().map(|case| (case.name, case.definition));
    let own = ["rules.toml", "examples/quickstart/rules.toml", "src/commands/init/rules.toml"];
    let own = own.map(|path| (path.to_owned(), std::fs::read_to_string(Path::new(ROOT).join(path)).unwrap()));
    for (name, text) in cases.chain(own) {
        let refused = refusals(&schema, &as_json(&text).unwrap());
        assert!(refused.is_empty(), "{name}: {refused:#?}");
    }
}

#[test]
fn every_definition_that_is_badly_built_is_refused() {
    let schema = schema();
    // Beside the files that they name.
    let path = root().join("files/rules.toml");
    let mut refused = 0;
    for case in files_in("invalid").iter().flat_map(|path| read(path)) {
        let (Some(document), Checked { codes, .. }) =
            (as_json(&case.definition), check(&path, &case.definition))
        else {
            continue;
        };
        if structural(&codes) {
            assert!(!schema.is_valid(&document), "{} has {codes:?} and was taken", case.name);
            refused += 1;
        }
    }
    assert!(refused >= 50, "only {refused} are badly built");
}

/// The least definition that works, and parts of it that cases replace.
const LEAST: &str = r#"version = 1
crm.file = { contacts = "contacts.csv" }
[fields]
plan = "plan"
[[mql]]
name = "engaged"
when = { score.at_least = 65 }
[[rep]]
name = "Ana"
email = "ana@acme.example"
[[route]]
name = "All"
to = { rep = "ana@acme.example" }
"#;

/// What is replaced in the least definition (nothing: at its end), by what, and what `check` then finds.
const BADLY_BUILT: &[(&str, &str, &str)] = &[
    ("", "[limit]", "H002"),
    ("version = 1", "version = \"1\"", "H003"),
    ("version = 1", "", "H004"),
    ("crm.file = { contacts = \"contacts.csv\" }", "crm.file = {}", "H004"),
    ("contacts = \"contacts.csv\"", "contacts = \"c.csv\", contact = 1", "H002"),
    ("plan = \"plan\"", "plan = 5", "H003"),
    ("plan = \"plan\"", "plan = { type = \"text\" }", "H004"),
    ("score.at_least = 65", "score.atleast = 65", "H013"),
    ("score.at_least = 65", "plan.begins_with = \"a\"", "H013"),
    ("score.at_least = 65", "company.employees.min = 5", "H013"),
    ("score.at_least = 65", "any = { score = 5 }", "H003"),
    ("score.at_least = 65", "not = [{ score = 5 }]", "H003"),
    ("when = { score.at_least = 65 }", "", "H004"),
    ("when = { score.at_least = 65 }", "when = \"score >= 65\"", "H003"),
    ("when = { score.at_least = 65 }", "when = { score = 1 }\npriorty = \"high\"", "H002"),
    ("to = { rep = \"ana@acme.example\" }", "", "H004"),
    (
        "email = \"ana@acme.example\"",
        "email = \"ana@acme.example\"\nshifts = [\"mon-fri 09:00-17:00\"]",
        "H004",
    ),
    ("email = \"ana@acme.example\"", "email = \"ana@acme.example\"\nmax_open = 0", "H003"),
    ("email = \"ana@acme.example\"", "email = \"ana@acme.example\"\nskills = \"pt\"", "H003"),
    ("", "[score]\nfrom = \"rules\"", "H004"),
    (
        "",
        "[score]\nfrom = \"rules\"\npoints = [{ name = \"a\", when = { score = 1 }, points = 1, half_life = \"1d\" }]",
        "H004",
    ),
    ("", "[definition]\nreview_every = \"90d\"", "H004"),
    ("", "[[team]]\nname = \"emea\"", "H004"),
    ("", "[team]\nname = \"emea\"", "H003"),
    ("", "[[sla]]\nname = \"hot\"\nrespond_within = 5", "H003"),
    (
        "",
        "[[sla]]\nname = \"hot\"\nrespond_within = \"5m\"\nstep = [{ at = \"50%\", do = \"notify\" }]",
        "H004",
    ),
    ("", "[lists]\nemea = { file = \"accounts.csv\" }", "H004"),
    ("", "[chat.slack]\naccept = \"x\"", "H004"),
    ("", "[bursts]\ngroup_wait = \"2m\"", "H004"),
    ("", "[duplicates]\nemail = \"yes\"", "H003"),
    ("", "[outcome]\ncool_down = \"30d\"", "H002"),
    ("", "[[example]]\nname = \"a\"\nat = 2026-11-23\ncontact = {}\nexpect = { tier = \"engaged\" }", "H002"),
];

#[test]
fn what_check_finds_badly_built_is_refused() {
    let schema = schema();
    assert!(refusals(&schema, &as_json(LEAST).unwrap()).is_empty());
    for (from, to, code) in BADLY_BUILT {
        assert!(LEAST.contains(from), "{from}");
        let text = if from.is_empty() { format!("{LEAST}{to}\n") } else { LEAST.replace(from, to) };
        let Checked { codes, .. } = check(Path::new("rules.toml"), &text);
        assert!(codes.contains(code), "{to}: {codes:?}");
        assert!(!schema.is_valid(&as_json(&text).unwrap()), "{to} was taken");
    }
}

const WELL_BUILT: &[(&str, &str)] = &[
    ("score.at_least = 65", "plan = \"pro\", company = { employees.between = [1, 2], industry = \"SaaS\" }"),
    ("score.at_least = 65", "all = [{ plan.in = [\"a\"] }, { any = [{ not = { plan.is_set = false } }] }]"),
    ("score.at_least = 65", "created_at.within = \"1d 12h\", last_visit_at.before = 2026-11-23"),
    ("score.at_least = 65", "plan.matches = \"^a\", plan.contains_any = [\"a\", \"b\"], opted_out = false"),
    (
        "email = \"ana@acme.example\"",
        "email = \"ana@acme.example\"\ntimezone = \"UTC\"\naway = 2026-11-23\nholidays = [{ ics = \"pt.ics\" }, 2026-12-25]",
    ),
    (
        "",
        "[outcome]\ntouched = { last_contacted_at.after = \"handoff\" }\nwrite.accepted = { lead_status = \"OPEN\", phone = 5 }",
    ),
    (
        "",
        "[outcome]\nconverted = { lifecycle_stage = \"customer\" }\nlost.lead_status = \"LOST\"\nstale_after = \"30d\"\nwatch = \"90d\"\nwrite.stale = { lead_status = \"OPEN\" }",
    ),
    ("", "[bursts]\ngroup_by = \"company\"\ngroup_wait = \"2m\""),
    ("", "[duplicates]\nplus_tags = true\ngmail_dots = false"),
    ("", "[definition]\nagreed_on = 2026-10-01\nreview_every = \"12w\""),
    ("", "[lists]\nfree = \"builtin:free-mail\"\nnamed = { file = \"named.txt\" }"),
];

#[test]
fn what_check_finds_well_built_is_taken() {
    let schema = schema();
    for (from, to) in WELL_BUILT {
        let text = if from.is_empty() { format!("{LEAST}{to}\n") } else { LEAST.replace(from, to) };
        let Checked { codes, .. } = check(Path::new("rules.toml"), &text);
        assert!(!structural(&codes), "{to}: {codes:?}");
        let refused = refusals(&schema, &as_json(&text).unwrap());
        assert!(refused.is_empty(), "{to}: {refused:#?}");
    }
}

/// What stands in the place of a value.
const OTHER_VALUES: [&str; 11] =
    ["true", "7.5", "-1", "0", "99999999999", "\"7\"", "\"\"", "[]", "[[7]]", "{}", "{ unheard_of = 7 }"];

/// Every key of a definition that has them all misspelled, and every value another, of the same type or not: what `check`
/// then finds badly built is refused, and what it does not is taken.
#[test]
fn every_slip_of_one_word_is_judged_as_check_judges_it() {
    let schema = schema();
    let text = include_str!("full.toml");
    // The files that it names are beside the project's own definition.
    let path = Path::new(ROOT).join("rules.toml");
    let mut judged = 0;
    let mut wrong = Vec::new();
    for (place, span) in keys_and_values(text) {
        let replacements: &[&str] = match place {
            Place::Key => &["unheard_of"],
            Place::Value => &OTHER_VALUES,
        };
        for other in replacements {
            let slip = format!("{}{other}{}", &text[..span.start], &text[span.end..]);
            let Some(document) = as_json(&slip) else { continue };
            let Checked { codes, shown } = check(&path, &slip);
            let line = slip[..span.start].lines().count();
            judged += 1;
            let refused = refusals(&schema, &document);
            if structural(&codes) && refused.is_empty() {
                wrong.push(format!("line {line}, {other}: taken, and check says {shown}"));
            } else if codes.is_empty() && !refused.is_empty() {
                wrong.push(format!("line {line}, {other}: refused, {refused:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(judged > 1_000, "only {judged} slips");
}
