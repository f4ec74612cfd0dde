//! Every command, flag and its help.

mod history;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub use self::history::{BacktestArgs, FieldsArgs, HistoryArgs, TuneArgs};
use crate::model::{Kind, Timestamp};

/// Hand marketing-qualified leads to sales within minutes: each once, to the right rep, with context, and escalate until
/// somebody acts.
#[derive(Debug, Parser)]
#[command(name = "handoff", version, max_term_width = 110, after_help = after_help())]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

/// What cron and scripts may rely on.
pub const EXIT_CODES: [(u8, &str); 3] = [
    (0, "done"),
    (1, "something failed or is held, and is recorded for the next run"),
    (2, "rules or usage wrong, nothing done"),
];

fn after_help() -> String {
    let codes = EXIT_CODES.map(|(code, meaning)| format!("{code} {meaning}"));
    format!("Exit codes: {}.\nData goes to stdout, everything else to stderr.", codes.join("; "))
}

/// Flags that every command takes.
#[derive(Args, Debug)]
pub struct Global {
    /// The definition
    #[arg(long, global = true, value_name = "PATH", default_value = "rules.toml")]
    pub rules: PathBuf,
    /// The state; by default handoff.db beside the definition
    #[arg(long, global = true, value_name = "PATH")]
    pub db: Option<PathBuf>,
    /// How to print; a run prints to a terminal, or when this is given
    #[arg(long, global = true, value_name = "FORMAT")]
    pub format: Option<Format>,
    /// Show what would be done; write and send nothing
    #[arg(long, global = true)]
    pub dry_run: bool,
    /// Decide as of then, such as 2026-11-23T10:00:00Z; with --dry-run, and for commands that only look
    #[arg(long, global = true, value_name = "TIME", value_parser = parse_time)]
    pub at: Option<Timestamp>,
    /// Say more on stderr
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// Say only what failed
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// How to write on stderr
    #[arg(long, global = true, value_name = "FORMAT", default_value = "text")]
    pub log_format: LogFormat,
    /// When to use colour
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Table,
    Json,
    /// Workflow annotations of GitHub; for `check`
    Github,
    /// SARIF 2.1.0, for code scanning; for `check`
    Sarif,
    /// Metrics as text; for `status`
    Prometheus,
    /// For spreadsheets; for `fields`
    Csv,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    Text,
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Do everything that is due: sync, evaluate, route, escalate (the cron line)
    Run(RunArgs),
    /// Read changed contacts
    Sync(SyncArgs),
    /// Judge the contacts that are due
    Evaluate(EvaluateArgs),
    /// Assign reps to waiting handoffs, and deliver
    Route,
    /// See what reps did, and do what the SLAs say
    Escalate,
    /// Find what is wrong with a definition
    Check(CheckArgs),
    /// Run the definition's own examples
    Test(TestArgs),
    /// Replay the definition over history: who qualifies, how well that meets the outcome, what would change
    Backtest(BacktestArgs),
    /// Propose thresholds for a goal, proved on contacts that were held out; exit 1 when the data cannot support it
    Tune(TuneArgs),
    /// Say what the data behind the definition is like: per field what is filled, unreadable and frequent; per condition whom
    /// it finds; exit 1 when a field that decides cannot be read for many
    Fields(FieldsArgs),
    /// Say why a contact is or is not handed off
    Explain(ExplainArgs),
    /// Say what changed in meaning between two definitions; with --db, how many stored contacts that moves
    Diff(DiffArgs),
    /// Say how things stand; exit 1 when something needs attention
    Status,
    /// Send failed effects again; those that may have happened are looked up first
    Retry,
    /// Let held handoffs go
    Release(ReleaseArgs),
    /// Mute the escalations of some contacts for a while; alone, list what is muted
    Silence(SilenceArgs),
    /// Take a request of a service that says something changed, as a web server's CGI program; runs stay on time without
    Receive(ReceiveArgs),
    /// Copy the database to a file, also while a run is at work
    Backup(BackupArgs),
    /// Erase a person from the database; say what remains in the CRM and the chat
    Forget(ForgetArgs),
    /// Write the definition as a page for people: who qualifies, who takes it, how fast
    Docs(DocsArgs),
    /// Print the JSON Schema of rules.toml, for editors
    Schema,
    /// Start a definition for contacts in a CSV file, or prepare the CRM
    Init(InitArgs),
}

#[derive(Args, Debug, Default)]
pub struct RunArgs {
    /// Hand off also who qualifies at the first sync
    #[arg(long)]
    pub include_existing: bool,
    /// Seconds after which nothing more is sent; the rest stays for the next run
    #[arg(long, value_name = "SECONDS", default_value_t = 50)]
    pub deadline: u64,
}

#[derive(Args, Debug, Default)]
pub struct SyncArgs {
    /// Read every contact anew, whenever it changed, and say how many were missed; the next run hands them off. What takes
    /// longer than 50 seconds is read by the runs that follow, and new leads wait for it: 100,000 contacts take two minutes
    #[arg(long)]
    pub all: bool,
}

#[derive(Args, Debug, Default)]
pub struct EvaluateArgs {
    /// Every stored contact, not only those that are due; shows what a changed definition would do
    #[arg(long)]
    pub all: bool,
    /// With --all: hand them off, as far as `limits` of the definition allow
    #[arg(long, requires = "all")]
    pub apply: bool,
}

#[derive(Args, Debug)]
pub struct CheckArgs {
    /// Definitions, `-` for stdin; by default the one of --rules
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Say what a code means, with a wrong and a right snippet
    #[arg(long, value_name = "CODE", conflicts_with_all = ["files", "deny", "online"])]
    pub explain: Option<String>,
    /// Make warnings count as errors
    #[arg(long, value_name = "WHAT")]
    pub deny: Option<Deny>,
    /// Also ask the CRM whether it has every property
    #[arg(long)]
    pub online: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Deny {
    Warnings,
}

#[derive(Args, Debug)]
pub struct TestArgs {
    /// Files with further examples for the definition of --rules
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Only examples whose name contains this
    #[arg(long, value_name = "TEXT")]
    pub filter: Option<String>,
    /// Say which disqualifiers, tiers, ICP conditions, routes, teams and SLA steps the examples reach
    #[arg(long)]
    pub coverage: bool,
    /// Fail when they reach less than this many percent
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u32).range(0..=100))]
    pub min_coverage: Option<u32>,
    /// Change each threshold and test, and say which change no example notices
    #[arg(long)]
    pub mutants: bool,
    /// Also write a JUnit report
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub struct ExplainArgs {
    /// Its id or e-mail
    pub contact: String,
}

#[derive(Args, Debug)]
pub struct DiffArgs {
    /// The definition as it was
    pub old: PathBuf,
    /// The definition as it is to be
    pub new: PathBuf,
    /// Exit 1 when anything changed in meaning
    #[arg(long)]
    pub exit_code: bool,
}

#[derive(Args, Debug)]
pub struct DocsArgs {
    /// One self-contained HTML page instead of Markdown
    #[arg(long)]
    pub html: bool,
    /// Every key, operator, standard field, environment variable, exit code and finding instead of the definition
    #[arg(long, conflicts_with = "html")]
    pub reference: bool,
}

#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
pub struct ReleaseArgs {
    /// Contacts, by id or e-mail
    #[arg(value_name = "CONTACT")]
    pub contacts: Vec<String>,
    /// Every held handoff
    #[arg(long)]
    pub all: bool,
}

#[derive(Args, Debug)]
pub struct SilenceArgs {
    /// Whose escalations: a condition as in the definition, such as 'country = "DE", score.below = 80'
    #[arg(long, value_name = "CONDITION", requires_all = ["until", "reason"])]
    pub when: Option<String>,
    /// When they go on, such as 2026-11-30T08:00:00Z
    #[arg(long, value_name = "TIME", requires = "when", value_parser = parse_time)]
    pub until: Option<Timestamp>,
    /// Why, for those who wonder
    #[arg(long, value_name = "TEXT", requires = "when")]
    pub reason: Option<String>,
    /// End a silence now, by its number
    #[arg(long, value_name = "ID", conflicts_with = "when")]
    pub end: Option<i64>,
    /// Who says so
    #[arg(long, value_name = "NAME", env = "USER", hide_env_values = true)]
    pub by: Option<String>,
}

impl SilenceArgs {
    /// Whether it only lists.
    pub fn only_looks(&self) -> bool {
        self.when.is_none() && self.end.is_none()
    }
}

#[derive(Args, Debug)]
pub struct ReceiveArgs {
    /// Whose request it is
    #[arg(value_name = "FROM")]
    pub from: Sender,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Sender {
    /// A webhook of the CRM: the contacts that it names are read by the next run, whatever the search shows
    Crm,
    /// An event of the chat: a rep reacted or replied
    Chat,
}

#[derive(Args, Debug)]
pub struct BackupArgs {
    /// The copy
    pub file: PathBuf,
    /// Replace the file when there is one
    #[arg(long)]
    pub replace: bool,
}

#[derive(Args, Debug)]
pub struct ForgetArgs {
    /// The person's e-mail, or the id of the contact in the CRM
    pub email: String,
}

#[derive(Args, Debug)]
pub struct InitArgs {
    /// A file of contacts, or the folder of its contacts.csv; by default this one
    #[arg(value_name = "FILE|FOLDER", default_value = ".")]
    pub folder: PathBuf,
    /// Instead, create in the CRM what handoff would like to have there
    #[arg(long)]
    pub crm: bool,
    /// Create it without asking
    #[arg(long, requires = "crm")]
    pub yes: bool,
}

/// A moment as flags and the environment give it.
pub fn parse_time(text: &str) -> Result<Timestamp, String> {
    Kind::DateTime
        .read(text)
        .as_time()
        .ok_or_else(|| "write a moment such as 2026-11-23T10:00:00Z".to_owned())
}
