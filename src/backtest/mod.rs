//! A definition over history: contacts with what became of them -> who would have qualified, how well that meets the outcome,
//! what another definition would have done, and what the reps would have had to take. Pure: contacts come in one by one, as
//! typed values; nothing here reads a file, a database or a clock.

mod bands;
mod capacity;
mod difference;
mod lens;
mod replay;
mod report;
mod routing;
mod sweep;

pub use bands::{Band, Fall, bands, steepest_fall};
pub use capacity::{TeamCapacity, capacity};
pub use difference::{Difference, Differences, Move, Reason};
pub use lens::{AsOf, Column, Lens, Seen};
pub use replay::{
    Case, Lead, Questions, Replay, Replayed, field_of, fields_looked_at, fields_of_conditions,
    fields_of_targets,
};
pub use report::{DayRow, GroupRow, Report, Span, TierRow, Wanted, days_between, report};
pub use routing::{RepRow, Routed, prepare, rehearse};
pub use sweep::{Quantity, Step, Sweep, sweep};
