//! What `handoff check` does with its flags: codes explained, formats, several files, stdin, exit codes.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use handoff::rules::CODES;
use serde_json::{Value, json};

use super::cases::BASE;
use crate::support::definition::over;

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("valid.toml"), BASE).unwrap();
    fs::write(folder.path().join("wrong.toml"), BASE.replace("at_least", "atleast")).unwrap();
    fs::write(folder.path().join("warned.toml"), format!("{BASE}\n[lists]\nemea = [\"PT\"]\n")).unwrap();
    folder
}

fn handoff(folder: &Path, arguments: &[&str], stdin: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_handoff"));
    command.args(arguments).current_dir(folder).env_remove("HANDOFF_NOW");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A command that refuses its arguments does not read.
    child.stdin.take().unwrap().write_all(stdin.as_bytes()).ok();
    child.wait_with_output().unwrap()
}

fn check(arguments: &[&str]) -> Output {
    let folder = folder();
    let arguments = [&["check", "--at", "2026-11-23T10:00:00Z"], arguments].concat();
    handoff(folder.path(), &arguments, "")
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn the_exit_code_says_whether_the_definitions_can_be_used() {
    for (arguments, expected) in [
        (&["valid.toml"][..], 0),
        (&["warned.toml"], 0),
        (&["warned.toml", "--deny", "warnings"], 1),
        (&["valid.toml", "wrong.toml"], 1),
        (&["wrong.toml", "no-such.toml"], 2),
        (&["valid.toml", "--explain", "H012"], 2),
    ] {
        assert_eq!(code(&check(arguments)), expected, "{arguments:?}");
    }
}

#[test]
fn every_file_is_checked_also_when_one_cannot_be_read() {
    let output = check(&["wrong.toml", "no-such.toml", "warned.toml"]);
    assert!(stdout(&output).contains("--> wrong.toml:7:16"));
    assert!(stdout(&output).contains("--> warned.toml:18:1"));
    assert!(stderr(&output).starts_with("error: cannot read no-such.toml"));
}

#[test]
fn a_definition_from_stdin_finds_its_files_in_the_working_directory() {
    let folder = folder();
    fs::write(folder.path().join("emea.txt"), "PT\n").unwrap();
    let list = "\n[lists]\nemea = { file = \"emea.txt\" }\n[icp]\nwhen = { country.in_list = \"emea\" }\n";
    let output = handoff(folder.path(), &["check", "-"], &format!("{BASE}{list}"));
    assert_eq!((code(&output), stdout(&output)), (0, String::new()));
    let output = handoff(folder.path(), &["check", "-"], &BASE.replace("at_least", "atleast"));
    assert_eq!(code(&output), 1);
    assert!(stdout(&output).contains("--> stdin:7:16"));
}

#[test]
fn as_json_the_findings_of_all_files_are_one_list() {
    let output = check(&["wrong.toml", "valid.toml", "warned.toml", "--format", "json"]);
    let findings: Vec<Value> = serde_json::from_str(&stdout(&output)).unwrap();
    let places: Vec<_> =
        findings.iter().map(|finding| (&finding["file"], &finding["line"], &finding["code"])).collect();
    assert_eq!(json!(places), json!([["wrong.toml", 7, "H013"], ["warned.toml", 18, "H041"]]));
    let output = check(&["valid.toml", "--format", "json"]);
    assert_eq!(stdout(&output), "[]\n");
}

#[test]
fn for_github_every_finding_is_an_annotation() {
    let output = check(&["wrong.toml", "warned.toml", "--format", "github"]);
    let text = stdout(&output);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 2);
    assert!(
        lines[0].starts_with("::error file=wrong.toml,line=7,col=16,endLine=7,endColumn=23,title=H013::")
    );
    assert!(lines[1].starts_with("::warning file=warned.toml,line=18,"));
}

/// The parts that SARIF 2.1.0 requires (sections 3.13, 3.14, 3.18, 3.19, 3.27, 3.30), and what code scanning needs.
#[test]
fn sarif_has_what_its_standard_asks_for() {
    let output = check(&["wrong.toml", "warned.toml", "--format", "sarif"]);
    let log: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let [run] = log["runs"].as_array().unwrap().as_slice() else { panic!("one run") };
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    let driver = &run["tool"]["driver"];
    assert_eq!(driver["name"], "handoff");
    let rules = driver["rules"].as_array().unwrap();
    assert_eq!(rules.len(), CODES.len());
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 2);
    for result in results {
        let rule = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[rule]["id"], result["ruleId"]);
        assert!(["error", "warning"].contains(&result["level"].as_str().unwrap()));
        assert!(!result["message"]["text"].as_str().unwrap().is_empty());
        let place = &result["locations"][0]["physicalLocation"];
        assert!(place["artifactLocation"]["uri"].is_string());
        let number = |key: &str| place["region"][key].as_u64().unwrap();
        assert!(number("startLine") >= 1 && number("startColumn") >= 1);
        assert!((number("endLine"), number("endColumn")) >= (number("startLine"), number("startColumn")));
    }
    let empty: Value = serde_json::from_str(&stdout(&check(&["valid.toml", "--format", "sarif"]))).unwrap();
    assert_eq!(empty["runs"][0]["results"], json!([]));
}

#[test]
fn formats_for_check_are_refused_elsewhere() {
    for format in ["github", "sarif"] {
        let output = handoff(folder().path(), &["status", "--format", format], "");
        assert_eq!(code(&output), 2);
        assert!(stderr(&output).contains("for `handoff check`"), "{}", stderr(&output));
    }
}

#[test]
fn a_code_is_explained_with_a_wrong_and_a_right_snippet() {
    let text = stdout(&check(&["--explain", "h013"]));
    assert!(text.starts_with("H013: a condition uses an operator that does not exist\n\n"), "{text}");
    assert!(text.contains("score.atleast = 65") && text.contains("score.at_least = 65"));
    let page: Value =
        serde_json::from_str(&stdout(&check(&["--explain", "H013", "--format", "json"]))).unwrap();
    assert_eq!(page["code"], "H013");
}

#[test]
fn a_code_that_does_not_exist_is_refused_with_the_nearest_one() {
    let output = check(&["--explain", "H113"]);
    assert_eq!(code(&output), 2);
    assert_eq!(stderr(&output), "error: there is no code 'H113'; did you mean 'H013'?\n");
}

/// The lines below a heading of a page, without their indent.
fn snippet<'a>(page: &'a str, heading: &str) -> impl Iterator<Item = &'a str> {
    let below = page.split_once(heading).unwrap().1;
    let lines = below.lines().skip(1).take_while(|line| line.is_empty() || line.starts_with("    "));
    lines.map(|line| line.strip_prefix("    ").unwrap_or(line))
}

/// Only a CRM or a chat that is asked, or a CRM that lacks a standard field, gives the codes that are left out.
#[test]
fn the_wrong_snippet_of_every_page_has_the_finding_and_the_right_one_has_not() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("accounts.csv"), "domain,rep\nbigbank.example,ana@acme.example\n").unwrap();
    for (name, day) in [("holidays-2023.ics", "20231225"), ("holidays.ics", "20301225")] {
        let event =
            format!("BEGIN:VEVENT\nDTSTART;VALUE=DATE:{day}\nRRULE:FREQ=YEARLY;UNTIL={day}\nEND:VEVENT\n");
        let text = format!("BEGIN:VCALENDAR\n{event}END:VCALENDAR\n");
        fs::write(folder.path().join(name), text.replace("20301225\nR", "20201225\nR")).unwrap();
    }
    for (code, _) in CODES.iter().filter(|(code, _)| !["H011", "H090", "H091"].contains(code)) {
        let page = handoff::rules::page(code).unwrap().text;
        let found = |heading: &str| {
            let lines: Vec<&str> = snippet(page, heading).collect();
            let text = over(BASE, &lines.join("\n"));
            let output = handoff(
                folder.path(),
                &["check", "-", "--at", "2026-11-23T10:00:00Z", "--format", "json"],
                &text,
            );
            let found: Vec<Value> = serde_json::from_str(&stdout(&output)).unwrap();
            found.into_iter().map(|finding| finding["code"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert!(found("\nWrong:\n").iter().any(|found| found == code), "{code}: {:?}", found("\nWrong:\n"));
        let right = found("\nRight:\n");
        assert!(right.is_empty(), "{code}: {right:?}");
    }
}
