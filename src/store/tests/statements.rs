//! Every statement of the store, as it stands in the source: it says nothing that another database would not understand, and
//! none that a run needs reads a whole table that grows.

use std::fs;
use std::path::Path;

use super::*;
use crate::store::handoffs;

/// What only SQLite understands, or understands otherwise.
const NOT_PORTABLE: [&str; 15] = [
    "iif(",
    "ifnull(",
    "instr(",
    "total(",
    "json_",
    "->>",
    "insert or",
    "replace into",
    "rowid",
    " like ",
    " glob ",
    "strftime(",
    "datetime(",
    "group_concat(",
    " is not ?",
];

/// Statements that read a whole table, each by how it begins: none is part of a run with nothing to do.
const READ_ALL: [(&str, &str); 30] = [
    ("SELECT id, crm_id, layout_id, content FROM contact ORDER BY id", "a person looks for an e-mail"),
    ("SELECT crm_id, layout_id, content FROM contact", "a backtest reads every contact"),
    ("SELECT count(*) FROM contact", "status"),
    ("SELECT CASE WHEN unclear IS NULL", "status"),
    ("SELECT count(*) FROM duplicate", "status"),
    ("SELECT contact_id FROM handoff UNION", "[duplicates] changed"),
    ("SELECT max(created_ms) FROM handoff", "once after a restore"),
    (
        "UPDATE effect SET state = 'in_flight', attempt = attempt + 1 WHERE state = 'planned'",
        "once after a restore",
    ),
    ("UPDATE effect SET clock = NULL", "a backup"),
    ("SELECT place, reason FROM quarantine", "forget, status"),
    ("SELECT id, condition FROM silence", "forget"),
    ("SELECT id, reason FROM silence", "forget"),
    ("SELECT id, summary FROM run", "forget"),
    ("SELECT count(*) FROM effect WHERE state", "status"),
    ("SELECT fields FROM layout", "a handful of rows"),
    ("SELECT name, body, read_ms", "calendars on the web, of which a definition names each"),
    ("SELECT team, rep, owed", "a row for each member of a team"),
    ("SELECT id, contact FROM hint", "at most ten thousand, and read to be emptied"),
    ("INSERT INTO hint", "at most ten thousand"),
    ("SELECT id, condition, reason, author", "silences are few, and each is read at every run"),
    ("SELECT count(*) FROM pragma_foreign_key_check", "a backup"),
    ("SELECT EXISTS(SELECT 1 FROM quarantine", "stops at the first row"),
    ("DELETE FROM quarantine WHERE last_ms", "after a walk over all contacts"),
    ("SELECT count(*) FROM quarantine", "status"),
    ("SELECT command, started_ms", "a week of runs at most, the latest first"),
    ("SELECT started_ms FROM run", "a week of runs at most, the latest first"),
    ("SELECT status, count(*) FROM handoff WHERE closed_ms", "status"),
    ("UPDATE verdict SET due_ms = ?2, crossed_ms", "once after a clock was ahead"),
    ("UPDATE verdict SET cooldown_ms = ?1", "once after a clock was ahead"),
    ("SELECT id, handoff_id, key, body, unsure", "the plan of a dry run"),
];

struct Statement {
    file: String,
    sql: String,
}

/// The text literals of the store's files that are statements, with the parts that are put together at run time.
fn statements() -> Vec<Statement> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store");
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        // Opening a file is a matter of SQLite alone.
        let is_store = path.extension().is_some_and(|extension| extension == "rs")
            && !["tests.rs", "open.rs"].iter().any(|name| path.ends_with(name));
        if !is_store {
            continue;
        }
        let file = path.file_name().unwrap().to_string_lossy().into_owned();
        let source = fs::read_to_string(&path).unwrap();
        let source = source.split("#[cfg(test)]\nmod tests {").next().unwrap();
        let is_sql = |text: &&String| {
            // The beginning of a constant.
            *text != "SELECT "
                && ["SELECT ", "INSERT", "UPDATE", "DELETE", "{COLUMNS}", "{DUE_COLUMNS}", "{WATCHED}"]
                    .iter()
                    .any(|start| text.starts_with(start))
        };
        for sql in literals(source).iter().filter(is_sql) {
            found.push(Statement { file: file.clone(), sql: completed(sql) });
        }
    }
    assert!(found.len() > 120, "{} statements", found.len());
    found
}

/// Text literals that are no constants, without the breaks of their lines.
fn literals(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    let code: Vec<&str> = source.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let code = code.join("\n");
    let mut rest = code.as_str();
    while let Some((before, after)) = rest.split_once('"') {
        let mut text = String::new();
        let mut chars = after.char_indices();
        let mut end = after.len();
        while let Some((at, char)) = chars.next() {
            match char {
                '"' => {
                    end = at + 1;
                    break;
                }
                '\\' => {
                    if let Some((_, '\n')) = chars.next() {
                        let blank = chars.as_str().chars().take_while(|char| *char == ' ').count();
                        chars.by_ref().take(blank).for_each(drop);
                    }
                }
                other => text.push(other),
            }
        }
        let is_constant = before.lines().next_back().is_some_and(|line| line.contains("const "));
        if !is_constant {
            found.push(text);
        }
        rest = &after[end..];
    }
    found
}

fn completed(sql: &str) -> String {
    [
        ("{COLUMNS}", handoffs::COLUMNS),
        ("{WATCHED}", crate::store::watch::WATCHED),
        ("{DUE_COLUMNS}", crate::store::verdicts::DUE_COLUMNS),
        ("{kinds}", "'update', 'task'"),
        ("{before}", "'update', 'task'"),
        ("{untouched}", "attempt = ?3 AND unsure = ?4"),
        ("{table}", "step"),
        ("{state}", "failed"),
        ("'{}'", "'held'"),
        ("{of_others}", "FROM handoff h JOIN handoff o ON o.group_id = h.group_id AND o.id <> h.id WHERE h.contact_id = ?1"),
    ]
    .iter()
    .fold(sql.to_owned(), |sql, (name, text)| sql.replace(name, text))
}

#[test]
fn every_statement_is_one_that_other_databases_understand() {
    for Statement { file, sql } in statements() {
        let lower = sql.to_lowercase();
        let word = NOT_PORTABLE.iter().find(|word| lower.contains(*word));
        assert!(word.is_none(), "{file}: `{}` in {sql}", word.unwrap());
        let of_two = lower.split("max(").skip(1).chain(lower.split("min(").skip(1));
        for argument in of_two.filter_map(|rest| rest.split_once(')')) {
            assert!(!argument.0.contains(','), "{file}: the greater of two values in {sql}");
        }
    }
}

fn schema_of(store: &Store, sql: &str) -> Vec<String> {
    let mut statement = store.conn.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

/// What SQLite is going to do, a line a step.
fn plan(store: &Store, sql: &str) -> Vec<String> {
    let mut plan = store.conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    for parameter in 1..=plan.parameter_count() {
        plan.raw_bind_parameter(parameter, 1).unwrap();
    }
    let mut rows = plan.raw_query();
    let mut steps = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        steps.push(row.get(3).unwrap());
    }
    steps
}

#[test]
fn no_statement_of_a_run_reads_a_whole_table() {
    let store = Store::in_memory().unwrap();
    // They hold what is open, and not all that ever was.
    let partial: Vec<String> =
        schema_of(&store, "SELECT name FROM sqlite_schema WHERE type = 'index' AND sql LIKE '%WHERE%'");
    let mut seen = [false; READ_ALL.len()];
    for Statement { file, sql } in statements() {
        let steps = plan(&store, &sql);
        let scan = steps.iter().find(|step| step.starts_with("SCAN ") && !step.contains("CONSTANT"));
        let is_small = |step: &String| partial.iter().any(|index| step.ends_with(index));
        if let Some(at) = READ_ALL.iter().position(|(start, _)| sql.starts_with(start)) {
            seen[at] = true;
        } else {
            assert!(scan.is_none_or(is_small), "{file}: {sql}\n{steps:#?}");
        }
    }
    let stale = READ_ALL.iter().zip(seen).find(|(_, seen)| !seen);
    assert!(stale.is_none(), "no such statement any more: {stale:?}");
}
