//! What people and programs see: data on stdout, everything else on stderr.

pub(crate) mod backtest;
mod bars;
pub mod crash;
mod csv;
pub(crate) mod diff;
pub(crate) mod docs;
mod due;
pub(crate) mod explain;
pub(crate) mod fields;
pub mod findings;
pub(crate) mod forget;
pub(crate) mod junit;
pub(crate) mod metrics;
pub(crate) mod patch;
mod place;
mod printable;
mod printer;
mod progress;
pub mod report;
pub mod sarif;
pub(crate) mod silence;
pub mod status;
mod table;
pub(crate) mod tune;

pub use printable::Printable;
pub use printer::Printer;
pub use progress::Progress;
pub use table::{Cell, table};
