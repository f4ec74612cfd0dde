//! What a million contacts cost the released binary: the first sync, the first evaluation, and a run with nothing new on a
//! small, a larger and a large database, and while reps have many handoffs. `cargo bench --bench scale`; it takes minutes and
//! some 2 GB of `TMPDIR`.

#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a program for its authors"
)]

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

const BINARY: &str = env!("CARGO_BIN_EXE_handoff");

const RULES: &str = include_str!("rules.toml");

/// Fifteen columns, as a CRM exports them.
const HEADER: &str = "id,email,first_name,last_name,job_title,country,city,source,score,pricing_views,form_submissions,\
                      opted_out,last_visit_at,modified_at,company.employees";

const FIRST_NAMES: [&str; 8] = ["Joana", "Jürgen", "Harriet", "Marcus", "Inês", "Kenji", "Sofie", "Tomás"];
const COUNTRIES: [&str; 6] = ["PT", "DE", "US", "GB", "FR", "JP"];

/// A file younger than this is read again: its time could not tell a second write.
const SETTLED: Duration = Duration::from_millis(2_500);

const ROUNDS: usize = 21;

fn main() {
    println!("{}", machine());
    let bytes = fs::metadata(BINARY).expect("the binary").len();
    say("binary", millis(bytes) / 1_000.0, "MB", 15.0);
    let folder = tempfile::tempdir().expect("a folder");
    say("--version", median(folder.path(), &["--version"]), "ms", 5.0);
    for contacts in [10_000, 100_000, 1_000_000] {
        measure(contacts);
    }
    for (handoffs, most) in [(8_000, 100.0), (100_000, 1_000.0)] {
        measure_open(handoffs, most);
    }
}

/// A run in which nothing happens while reps have so many handoffs.
fn measure_open(handoffs: u64, most: f64) {
    let folder = tempfile::tempdir().expect("a folder");
    let here = folder.path();
    let tables = format!(
        "contacts = \"contacts.csv\"\nactivity = \"activity.csv\"\nout = \"out\"\n[chat.file]\npath = \"messages.jsonl\"\n\
         [limits]\nhandoffs_per_run = {handoffs}\n"
    );
    let rules = RULES.replace("contacts = \"contacts.csv\"\n", &tables);
    fs::write(here.join("rules.toml"), rules).expect("rules.toml");
    let mut out = BufWriter::new(File::create(here.join("contacts.csv")).expect("contacts.csv"));
    writeln!(out, "{HEADER}").expect("a line");
    for id in 0..handoffs {
        writeln!(
            out,
            "{id},person{id}@company{id}.example,Inês,Surname{id},Head of Operations,PT,Lisboa,organic,80,3,1,false,\
             2026-11-20T10:00:00Z,2026-11-20T10:30:00Z,500"
        )
        .expect("a line");
    }
    out.flush().expect("the last lines");
    fs::write(here.join("activity.csv"), "at,contact,by,kind,note\n").expect("activity.csv");
    std::thread::sleep(SETTLED);
    println!("{handoffs} open handoffs");
    let took = run(here, &["run", "--include-existing", "--deadline", "3000"]);
    println!("  handed off in {:.1} s", took.as_secs_f64());
    run(here, &["run"]);
    say("  a run in which nothing happens", median(here, &["run"]), "ms", most);
}

#[expect(clippy::cast_precision_loss, reason = "counts of contacts")]
fn measure(contacts: u64) {
    let folder = tempfile::tempdir().expect("a folder");
    let here = folder.path();
    fs::write(here.join("rules.toml"), RULES).expect("rules.toml");
    generate(&here.join("contacts.csv"), contacts);
    std::thread::sleep(SETTLED);
    println!("{contacts} contacts of 15 columns");
    for command in ["sync", "evaluate"] {
        let took = run(here, &[command]);
        let rate = contacts as f64 / took.as_secs_f64();
        println!("  first {command}: {:.2} s, {:.0} contacts/s", took.as_secs_f64(), rate);
    }
    say("  fields", run(here, &["fields"]).as_secs_f64() * 1_000.0, "ms", 3_000.0);
    run(here, &["run"]);
    say("  a run with nothing new", median(here, &["run"]), "ms", 30.0);
    match peak_kib(here) {
        Some(kib) => say("  its peak memory", millis(kib * 1_024) / 1_000.0, "MB", 30.0),
        None => println!("  its peak memory: not measured, there is no /usr/bin/time"),
    }
}

fn generate(path: &Path, contacts: u64) {
    let mut out = BufWriter::new(File::create(path).expect("contacts.csv"));
    writeln!(out, "{HEADER}").expect("a line");
    let mut dice = Dice(1);
    for id in 0..contacts {
        let first = FIRST_NAMES[dice.pick(FIRST_NAMES.len())];
        let country = COUNTRIES[dice.pick(COUNTRIES.len())];
        let (day, hour) = (dice.pick(28) + 1, dice.pick(24));
        let domain =
            if id.is_multiple_of(4) { "gmail.com".to_owned() } else { format!("company{}.example", id / 3) };
        writeln!(
            out,
            "{id},person{id}@{domain},{first},Surname{},Head of Operations,{country},Lisboa,organic,{},{},{},{},\
             2026-11-{day:02}T{hour:02}:00:00Z,2026-11-{day:02}T{hour:02}:30:00Z,{}",
            dice.pick(50_000),
            dice.pick(101),
            dice.pick(6),
            dice.pick(3),
            dice.pick(20) == 0,
            dice.pick(8_000),
        )
        .expect("a line");
    }
    out.flush().expect("the last lines");
}

fn run(folder: &Path, args: &[&str]) -> Duration {
    let start = Instant::now();
    let output = handoff(folder, args).output().expect("the binary runs");
    let took = start.elapsed();
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    took
}

fn handoff(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(BINARY);
    command.args(args).arg("--quiet").current_dir(folder).env("HANDOFF_NOW", "2026-11-28T23:45:00Z");
    command
}

/// In milliseconds.
fn median(folder: &Path, args: &[&str]) -> f64 {
    let mut times: Vec<Duration> = (0..ROUNDS).map(|_| run(folder, args)).collect();
    times.sort_unstable();
    times[ROUNDS / 2].as_secs_f64() * 1_000.0
}

/// The peak of one run with nothing new, as the kernel counted it.
fn peak_kib(folder: &Path) -> Option<u64> {
    let output = Command::new("/usr/bin/time")
        .args(["-f", "%M", BINARY, "run", "--quiet"])
        .current_dir(folder)
        .env("HANDOFF_NOW", "2026-11-28T23:45:00Z")
        .output()
        .ok()?;
    String::from_utf8_lossy(&output.stderr).trim().parse().ok()
}

/// The same numbers every time.
struct Dice(u64);

impl Dice {
    fn pick(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }
}

fn say(what: &str, figure: f64, unit: &str, most: f64) {
    let mark = if figure <= most { "" } else { "  MISSED" };
    println!("{what}: {figure:.1} {unit} (at most {most} {unit}){mark}");
}

/// A thousandth.
#[expect(clippy::cast_precision_loss, reason = "sizes far below 2^52")]
fn millis(count: u64) -> f64 {
    count as f64 / 1_000.0
}

fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    format!("{}, {cores} cores", model.map_or("an unknown processor", |(_, model)| model))
}
