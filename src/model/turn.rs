//! Where a rep stands in the rotation of a team.

/// One lead, in the unit that accounts are kept in. Every number up to 24 divides it, so the shares of most teams are exact.
pub const LEAD: i64 = 5_354_228_880;

/// One member's place: an account over all time, and the turns within the present window, which is a stretch of turns
/// in which the same members were eligible with the same weights.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Turn {
    /// What the team owes the rep, in parts of a [`LEAD`]; below zero, what the rep had in advance. All members together: 0.
    pub owed: i64,
    /// The number of the rep's latest turn among the team's; 0 before the first.
    pub last: i64,
    /// Credited turns that the rep has yet to get back.
    pub back: u32,
    /// How many turns the team had seen when the rep last got one back.
    pub back_at: Option<i64>,
    /// The window that the rep was in last: the number of its first turn.
    pub window: i64,
    /// The rep's weight in that window, and everybody's.
    pub weight: u32,
    pub total: i64,
    /// The rep's turns in that window.
    pub turns: i64,
}
