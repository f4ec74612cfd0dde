//! What people and programs see: data on stdout, everything else on stderr.

pub mod explain;
pub mod findings;
mod printer;
mod progress;
pub mod report;
pub mod status;
mod table;

pub use printer::Printer;
pub use progress::Progress;
pub use table::table;
