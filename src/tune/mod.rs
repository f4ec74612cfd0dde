//! Thresholds for a goal, from history: searched on its earlier part, proved on the later one that the search never saw.
//! Pure: contacts come in as typed values.

mod goal;
mod knobs;
mod measure;
mod propose;

pub use goal::{Claim, Goal};
pub use knobs::{Knob, knobs, set};
pub use measure::{Measured, Part, Sample, Samples};
pub use propose::{Change, Refusal, Tuned, edits, tune};
