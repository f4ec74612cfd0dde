//! `rules.toml`: from text to a compiled, checked [`Rules`], or to findings with their places.

mod condition;
mod definition;
mod fields;
mod finding;
mod hours;
mod ics;
mod item;
mod reader;
mod suggest;

pub use condition::{Condition, Keys, Leaf, Moment, Operand, Test};
pub use definition::{
    Agreement, Connection, Decay, Disqualifier, Example, Expectation, Icp, Limits, List, Member,
    NobodyAvailable, OffShift, Outcome, OutcomeEvent, Pick, PointSheet, Points, Priority, Route, RouteTarget,
    Rules, Team, Tier,
};
pub use fields::Fields;
pub use finding::{Finding, Findings, Severity};
pub use hours::{absence, shifts};
pub use ics::absences;
pub use item::{Entry, Item, Node, Table};
pub use reader::{Reader, as_number, format_duration, parse_duration, wrong_type};
pub use suggest::{did_you_mean, nearest};
