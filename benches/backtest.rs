//! Replays, as a whole process: a million contacts from the store, and a CSV of 9,240 rows. Prints medians.
//! `cargo bench --bench backtest`

#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a bench prints what it measured, and has nobody to tell"
)]

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const CONTACTS: u32 = 1_000_000;
const ROWS: u32 = 9_240;
const RUNS: usize = 5;

const RULES: &str = r#"version = 1

[crm.file]
contacts = "contacts.csv"

[fields]
pricing_views = { property = "pricing_views", type = "number" }
won = { property = "won", type = "bool" }

[lists]
free_mail = "builtin:free-mail"

[[disqualify]]
name = "Opted out"
when = { opted_out = true }

[[disqualify]]
name = "Free mailbox"
when = { email_domain.in_list = "free_mail" }

[[mql]]
name = "ready"
when = { score.at_least = 95, last_visit_at.within = "7d" }

[[mql]]
name = "engaged"
when = { score.at_least = 90, any = [{ pricing_views.at_least = 3 }, { form_submissions.at_least = 2 }] }

[icp]
when = { company.employees = { at_least = 20, at_most = 5000 }, country.in = ["PT", "ES", "FR", "DE", "GB"] }

[[rep]]
name = "Ana"
email = "ana@acme.example"
timezone = "Europe/Lisbon"
shifts = ["mon-fri 09:00-17:30"]

[[rep]]
name = "Bo"
email = "bo@acme.example"
timezone = "Europe/Copenhagen"
shifts = ["mon-fri 08:30-16:30"]

[[team]]
name = "sales"
pick = "round_robin"
members = [{ rep = "ana@acme.example" }, { rep = "bo@acme.example" }]

[[route]]
name = "Everyone"
to = { team = "sales" }
"#;

fn main() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write(folder.path(), "rules.toml", RULES);
    write(folder.path(), "leads.csv", &contacts(ROWS));
    write(folder.path(), "contacts.csv", &contacts(CONTACTS));
    run(folder.path(), &["sync"]);
    let flags = ["--outcome", "won", "--sweep", "score"];
    let csv = median(folder.path(), &[&["backtest", "leads.csv"], flags.as_slice()].concat());
    println!("backtest of a CSV, {ROWS} rows: {csv:?} (at most 100 ms)");
    let store = median(folder.path(), &["backtest"]);
    println!("backtest of the store, {CONTACTS} contacts: {store:?} (at most 3 s)");
    let all = median(folder.path(), &[&["backtest"], flags.as_slice()].concat());
    println!("backtest of the store with outcome and sweep: {all:?}");
}

fn median(folder: &Path, args: &[&str]) -> Duration {
    let mut times: Vec<Duration> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            run(folder, args);
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    times.get(RUNS / 2).copied().unwrap_or_default()
}

fn run(folder: &Path, args: &[&str]) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_handoff"));
    command.args(args).current_dir(folder).env("HANDOFF_NOW", "2026-11-23T10:00:00Z").stdout(Stdio::null());
    let status = command.status().expect("the built binary");
    assert!(status.success(), "{args:?}: {status}");
}

fn write(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).expect("a written file");
}

/// Contacts as an export has them: some columns that no rule looks at, one in about a hundred qualified.
fn contacts(count: u32) -> String {
    const COUNTRIES: [&str; 8] = ["PT", "ES", "FR", "DE", "GB", "US", "BR", "JP"];
    let mut text = "id,email,first_name,last_name,phone,job_title,country,city,source,score,pricing_views,\
                    form_submissions,last_visit_at,page_views,opted_out,company.name,company.employees,created_at,\
                    modified_at,won\n"
        .to_owned();
    let mut state = 1_u32;
    let mut next = |below: u32| {
        // A linear congruential generator (Numerical Recipes): the same contacts in every run.
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) % below
    };
    for id in 0..count {
        let country = COUNTRIES.get(next(8) as usize).copied().unwrap_or_default();
        let (score, day, hour) = (next(100), 1 + next(28), next(24));
        writeln!(
            text,
            "{id},ann{id}@company{}.example,Ann,Lee{id},+351 210 000 {:03},Head of Operations,{country},City {},source {},\
             {score},{},{},2026-10-{day:02}T{hour:02}:10:00Z,{},{},Company {},{},2026-10-{day:02}T{hour:02}:00:00Z,\
             2026-10-{day:02}T{hour:02}:30:00Z,{}",
            next(50_000),
            next(1_000),
            next(300),
            next(12),
            next(6),
            next(4),
            next(40),
            next(50) == 0,
            next(50_000),
            next(8_000),
            next(100) < score
        )
        .expect("text");
    }
    text
}
