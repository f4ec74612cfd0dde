//! Whose turn it is in a team: weighted, within one lead of everybody's share, and fair over all time.
//!
//! Two things decide. **The window**: a stretch of turns in which the same members are eligible with the same weights. In
//! it, the j-th turn of a member with the share r may come once ⌊(j−1)/r⌋ turns are over and must be among the first
//! ⌈j/r⌉; a schedule that keeps these dates exists and earliest deadline first finds it (Tijdeman 1980, 'The chairman
//! assignment problem'; Baruah et al. 1996, 'Proportionate progress'), and whoever keeps them is always less than one turn
//! from the share. **The account**, over all windows: each eligible member earns the share of every lead, and the one who
//! gets it pays what all earned, as in the carpool problem (Fagin and Williams 1983). Of the choices that leave the dates
//! within reach, the member who is owed most is picked, then the one whose latest turn is longest ago, then the first
//! listed. Whoever is not eligible neither earns nor pays, and the window starts level for all.

use super::pick::Candidate;
use crate::model::{LEAD, RepId, Turn};

/// How far ahead a choice is proved: beyond it (weights of thousands to one) the earliest deadline decides.
const HORIZON: i64 = 4_096;

/// How a member came to be next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// A credited turn is given back: it counts neither in the window nor in the account.
    GivenBack,
    /// Owed most; what broke a tie.
    Owed(Tie),
    /// Somebody is owed more, and this turn cannot wait.
    Due,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tie {
    None,
    LongestAgo,
    ListedFirst,
}

/// The next member, as a position among the candidates.
pub(super) fn next(candidates: &[Candidate], latest: i64) -> Option<(usize, How)> {
    if let Some(at) = next_given_back(candidates, latest) {
        return Some((at, How::GivenBack));
    }
    let window = Window::of(candidates);
    let ranked = ranked(candidates, &window);
    let first = *ranked.first()?;
    let free = ranked.iter().copied().find(|at| window.is_released(*at) && window.can_follow(*at));
    let by_deadline = || {
        let released = ranked.iter().copied().filter(|at| window.is_released(*at));
        released.min_by_key(|at| window.deadline(*at))
    };
    let picked = free.or_else(by_deadline)?;
    let how = if owed(candidates, &window, picked) == owed(candidates, &window, first) {
        How::Owed(tie(candidates, &window, picked, &ranked))
    } else {
        How::Due
    };
    Some((picked, how))
}

/// Everybody's place after the candidate at `picked` has had a turn.
pub(super) fn after_turn(candidates: &[Candidate], latest: i64, picked: usize) -> Vec<(RepId, Turn)> {
    let window = Window::of(candidates);
    let earned: Vec<i64> = candidates.iter().map(|member| window.share(member.weight)).collect();
    let paid: i64 = earned.iter().sum();
    let start = window.start.unwrap_or(latest + 1);
    let members = candidates.iter().zip(&window.members).zip(earned).enumerate();
    members
        .map(|(at, ((candidate, (_, turns)), earned))| {
            let is_picked = at == picked;
            let paid = if is_picked { paid } else { 0 };
            let turn = Turn {
                owed: candidate.turn.owed.saturating_add(earned).saturating_sub(paid),
                last: if is_picked { latest + 1 } else { candidate.turn.last },
                window: start,
                weight: candidate.weight,
                total: window.total,
                turns: turns + i64::from(is_picked),
                ..candidate.turn
            };
            (candidate.rep, turn)
        })
        .collect()
}

/// The place of a member who was given a turn back.
pub(super) fn after_given_back(candidate: &Candidate, latest: i64) -> (RepId, Turn) {
    let back = candidate.turn.back.saturating_sub(1);
    (candidate.rep, Turn { back, back_at: Some(latest), ..candidate.turn })
}

/// What each candidate is owed for this lead, its own share of it included.
pub(super) fn owed_now(candidates: &[Candidate], at: usize) -> i64 {
    owed(candidates, &Window::of(candidates), at)
}

/// The candidate's turns in the window so far, and everybody's.
pub(super) fn turns_in_window(candidates: &[Candidate], at: usize) -> (i64, i64) {
    let window = Window::of(candidates);
    (window.members.get(at).map_or(0, |(_, turns)| *turns), window.turns())
}

/// An account in words: `owed 0.67 of a lead`.
pub(super) fn account(owed: i64) -> String {
    // Rounded to the nearest hundredth; the sign decides the word.
    let hundredths = (i128::from(owed.unsigned_abs()) * 100 + i128::from(LEAD / 2)) / i128::from(LEAD);
    let leads = format!("{}.{:02}", hundredths / 100, hundredths % 100);
    let unit = if hundredths < 100 { "of a lead" } else { "leads" };
    if owed < 0 && hundredths > 0 {
        format!("ahead by {leads} {unit}")
    } else {
        format!("owed {leads} {unit}")
    }
}

/// Whose credited turn is given back now. Between two of these the rotation goes on by one while who got the first is there,
/// so that nobody is flooded.
fn next_given_back(candidates: &[Candidate], latest: i64) -> Option<usize> {
    if candidates.iter().any(|member| member.turn.back_at == Some(latest)) {
        return None;
    }
    let waiting = candidates.iter().enumerate().filter(|(_, member)| member.turn.back > 0);
    let order = |member: &Candidate| (std::cmp::Reverse(member.turn.back), member.turn.last);
    waiting.min_by_key(|(_, member)| order(member)).map(|(at, _)| at)
}

/// The candidates, who is owed most first.
fn ranked(candidates: &[Candidate], window: &Window) -> Vec<usize> {
    let mut ranked: Vec<usize> = (0..candidates.len()).collect();
    let last = |at: usize| candidates.get(at).map(|member| member.turn.last);
    ranked.sort_by_key(|at| (std::cmp::Reverse(owed(candidates, window, *at)), last(*at)));
    ranked
}

fn owed(candidates: &[Candidate], window: &Window, at: usize) -> i64 {
    let candidate = candidates.get(at);
    candidate.map_or(0, |member| member.turn.owed.saturating_add(window.share(member.weight)))
}

/// What set the picked one apart from others who are owed as much and could have been picked.
fn tie(candidates: &[Candidate], window: &Window, picked: usize, ranked: &[usize]) -> Tie {
    let mine = owed(candidates, window, picked);
    let behind = ranked.iter().skip_while(|at| **at != picked).skip(1);
    let next = behind
        .copied()
        .find(|at| window.is_released(*at))
        .and_then(|at| (owed(candidates, window, at) == mine).then_some(candidates.get(at)?.turn.last));
    match (next, candidates.get(picked)) {
        (Some(last), Some(member)) if member.turn.last < last => Tie::LongestAgo,
        (Some(_), _) => Tie::ListedFirst,
        (None, _) => Tie::None,
    }
}

/// A window, before its next turn.
struct Window {
    /// `None`: it begins now.
    start: Option<i64>,
    total: i64,
    /// Weight and turns, in the order of the candidates.
    members: Vec<(i64, i64)>,
}

impl Window {
    /// The window that these candidates are in: the old one if nobody joined, left or changed weight, else a new one.
    fn of(candidates: &[Candidate]) -> Self {
        let total: i64 = candidates.iter().map(|member| i64::from(member.weight)).sum();
        let start = candidates.first().map(|member| member.turn.window).filter(|start| *start > 0);
        let goes_on = candidates.iter().all(|Candidate { turn, weight, .. }| {
            Some(turn.window) == start && turn.total == total && turn.weight == *weight
        });
        let start = start.filter(|_| goes_on);
        let turns = |turn: &Turn| if start.is_some() { turn.turns } else { 0 };
        let members = candidates.iter().map(|member| (i64::from(member.weight), turns(&member.turn)));
        Self { start, total, members: members.collect() }
    }

    fn turns(&self) -> i64 {
        self.members.iter().map(|(_, turns)| turns).sum()
    }

    /// A member's part of one lead.
    fn share(&self, weight: u32) -> i64 {
        let part = i128::from(LEAD) * i128::from(weight) / i128::from(self.total.max(1));
        i64::try_from(part).unwrap_or(LEAD)
    }

    /// Whether the next turn leaves the member less than one turn ahead of the share.
    fn is_released(&self, at: usize) -> bool {
        let next = self.turns() + 1;
        self.members.get(at).is_some_and(|(weight, turns)| turns * self.total < weight * next)
    }

    /// The turn by which the member's next must have come.
    fn deadline(&self, at: usize) -> i64 {
        self.members.get(at).map_or(i64::MAX, |(weight, turns)| ceil((turns + 1) * self.total, *weight))
    }

    /// Whether everybody's dates can still be kept after this member's turn: up to no turn do more turns fall due than there
    /// are. Once every member's share has caught up with its turns, that holds by itself.
    fn can_follow(&self, picked: usize) -> bool {
        let gone = self.turns() + 1;
        let mut members = self.members.clone();
        if let Some((_, turns)) = members.get_mut(picked) {
            *turns += 1;
        }
        let caught_up = members.iter().map(|(weight, turns)| ceil(turns * self.total, *weight)).max();
        let end = caught_up.unwrap_or(gone);
        let due = |by: i64| -> i64 {
            members.iter().map(|(weight, turns)| (weight * by / self.total - turns).max(0)).sum()
        };
        end - gone <= HORIZON && (gone..=end).all(|by| due(by) <= by - gone)
    }
}

/// `a / b`, rounded up; both positive.
fn ceil(a: i64, b: i64) -> i64 {
    (a + b - 1) / b
}
