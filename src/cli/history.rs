//! The commands that look at many contacts: `backtest`, `tune` and `fields`.

use std::path::PathBuf;

use clap::Args;

/// Where history comes from.
#[derive(Args, Debug)]
pub struct HistoryArgs {
    /// A CSV or JSON Lines file, read by the definition's fields; by default the stored contacts
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// The field or column that says when a contact counts; by default `created_at`, else `modified_at`
    #[arg(long, value_name = "FIELD")]
    pub date: Option<String>,
    /// The field or column that says who became what sales hoped for: yes, true, 1, or any number above 0
    #[arg(long, value_name = "FIELD")]
    pub outcome: Option<String>,
}

#[derive(Args, Debug)]
pub struct BacktestArgs {
    #[command(flatten)]
    pub history: HistoryArgs,
    /// Another definition, such as the present one: who is newly in, newly out or in another tier, and why
    #[arg(long, value_name = "RULES")]
    pub against: Option<PathBuf>,
    /// With --against: how many contacts of each kind to list
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub list: usize,
    /// Also by the values of this field or column; by default source, where there is one
    #[arg(long, value_name = "FIELD")]
    pub by: Option<String>,
    /// Move a threshold over this number: score, fit, or a field or column
    #[arg(long, value_name = "FIELD")]
    pub sweep: Option<String>,
    /// Compare leads a week with what the reps can take; needs dates
    #[arg(long)]
    pub capacity: bool,
    /// Also write the figures as CSV
    #[arg(long, value_name = "FILE")]
    pub csv: Option<PathBuf>,
}

#[derive(Args, Debug)]
#[command(group = clap::ArgGroup::new("goal").required(true).multiple(true))]
pub struct TuneArgs {
    #[command(flatten)]
    pub history: HistoryArgs,
    /// The goal: about this many leads a day
    #[arg(long, value_name = "N", group = "goal", conflicts_with = "leads", value_parser = positive)]
    pub leads_per_day: Option<f64>,
    /// The goal: about this many leads in all; for history without dates
    #[arg(long, value_name = "N", group = "goal", value_parser = positive)]
    pub leads: Option<f64>,
    /// The goal: at least this share of leads converts, such as 0.6
    #[arg(long, value_name = "SHARE", group = "goal", requires = "outcome", value_parser = share)]
    pub precision: Option<f64>,
}

#[derive(Args, Debug)]
pub struct FieldsArgs {
    /// A CSV or JSON Lines file, read by the definition's fields; by default the stored contacts, and before there are any the
    /// definition's own files
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Ask the CRM itself: files are read whole, of a service those contacts that changed last
    #[arg(long, conflicts_with = "file")]
    pub online: bool,
}

/// A number above 0.
fn positive(text: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().ok().filter(|number| number.is_finite() && *number > 0.0);
    number.ok_or_else(|| "write a number above 0".to_owned())
}

/// A share, between 0 and 1.
fn share(text: &str) -> Result<f64, String> {
    let share = positive(text).ok().filter(|share| *share < 1.0);
    share.ok_or_else(|| "write a share between 0 and 1, such as 0.6".to_owned())
}
