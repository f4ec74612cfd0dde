//! What a channel says around the texts of a handoff, as data: the words themselves stand with all others that reps read.

/// Words of a channel's own, in the language of those who read it.
#[derive(Clone, Copy, Debug)]
pub struct ChannelWords {
    /// The title of a lead without one.
    pub untitled: &'static str,
    /// Stands before the link to the record in plain text.
    pub record: &'static str,
    /// Names the link to the record.
    pub open_record: &'static str,
    /// The state of a new handoff, by the name of its rep.
    pub waiting_for: fn(&str) -> String,
    /// How to answer, by the reactions that accept and reject.
    pub how_to_answer: fn(&str, &str) -> String,
    /// Of lines that a message has no room for.
    pub more_lines: fn(usize) -> String,
}
