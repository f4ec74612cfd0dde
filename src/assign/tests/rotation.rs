//! The rotation over ten thousand random histories: who is picked, and how far anybody ever is from the share.

use proptest::prelude::*;

use crate::assign::RepLoad;
use crate::assign::pick::Candidate;
use crate::assign::rotation::{How, after_given_back, after_turn, next};
use crate::model::{LEAD, RepId, Turn};

/// A team whose leads come one after the other.
#[derive(Clone, Debug)]
struct Desk {
    members: Vec<Candidate>,
    latest: i64,
}

impl Desk {
    fn new(weights: &[u32]) -> Self {
        let member = |(n, weight): (usize, &u32)| Candidate {
            rep: RepId(n),
            weight: *weight,
            turn: Turn::default(),
            load: RepLoad::default(),
        };
        Self { members: weights.iter().enumerate().map(member).collect(), latest: 0 }
    }

    fn eligible(&self, who: &[bool]) -> Vec<Candidate> {
        self.members.iter().filter(|member| who.get(member.rep.0) != Some(&false)).copied().collect()
    }

    /// One lead for those whose bit is set.
    fn lead(&mut self, who: &[bool]) -> Option<(RepId, How)> {
        let candidates = self.eligible(who);
        let (at, how) = next(&candidates, self.latest)?;
        match how {
            How::GivenBack => self.keep(&[after_given_back(&candidates[at], self.latest)]),
            How::Owed(_) | How::Due => self.keep(&after_turn(&candidates, self.latest, at)),
        }
        Some((candidates[at].rep, how))
    }

    /// A lead that stays with the rep who has its company.
    fn stick(&mut self, who: &[bool], rep: RepId) {
        let candidates = self.eligible(who);
        if let Some(at) = candidates.iter().position(|member| member.rep == rep) {
            self.keep(&after_turn(&candidates, self.latest, at));
        }
    }

    fn keep(&mut self, turns: &[(RepId, Turn)]) {
        for (rep, turn) in turns {
            self.latest = self.latest.max(turn.last);
            self.member(*rep).turn = *turn;
        }
    }

    fn member(&mut self, rep: RepId) -> &mut Candidate {
        self.members.iter_mut().find(|member| member.rep == rep).unwrap()
    }

    fn sequence(&mut self, leads: usize) -> String {
        let letter = |rep: RepId| char::from(b'A' + u8::try_from(rep.0).unwrap());
        (0..leads).map(|_| letter(self.lead(&[]).unwrap().0)).collect()
    }
}

/// What happens to a team.
#[derive(Clone, Debug)]
enum Event {
    Leads(usize),
    /// Comes or goes: a shift, an absence, a cap, a new member, one who leaves.
    Toggle(usize),
    Weight(usize, u32),
    Stick(usize),
    Credit(usize),
}

fn histories() -> impl Strategy<Value = (Vec<u32>, Vec<Event>)> {
    let weight = prop_oneof![3 => 1..4_u32, 1 => 1..30_u32];
    let weights = prop_oneof![
        prop::collection::vec(weight, 1..7),
        (1..7_usize, 1..4_u32).prop_map(|(k, w)| vec![w; k])
    ];
    let event = prop_oneof![
        6 => (1..16_usize).prop_map(Event::Leads),
        4 => (0..6_usize).prop_map(Event::Toggle),
        1 => (0..6_usize, 1..8_u32).prop_map(|(rep, weight)| Event::Weight(rep, weight)),
        1 => (0..6_usize).prop_map(Event::Stick),
        1 => (0..6_usize).prop_map(Event::Credit),
    ];
    (weights, prop::collection::vec(event, 1..10))
}

/// A stretch with the same eligible members and weights: who got the turns, and how many of those were not by rotation.
#[derive(Default)]
pub(super) struct Stretch {
    pub(super) members: Vec<(RepId, u32)>,
    pub(super) turns: Vec<RepId>,
    pub(super) stuck: Vec<RepId>,
}

impl Stretch {
    /// Every prefix is strictly within one turn of each share; every inner stretch within two, of equal weights within one.
    /// A lead that sticks to a rep, and nothing else, moves that by one.
    pub(super) fn check(&self) -> Result<(), TestCaseError> {
        let total: i64 = self.members.iter().map(|(_, weight)| i64::from(*weight)).sum();
        let is_equal = self.members.iter().all(|(_, weight)| *weight == self.members[0].1);
        let stuck = i64::try_from(self.stuck.len()).unwrap();
        for (rep, weight) in &self.members {
            let (mut low, mut high) = (0, 0);
            let mut ahead = 0_i64;
            for picked in &self.turns {
                ahead += if picked == rep { total } else { 0 } - i64::from(*weight);
                (low, high) = (low.min(ahead), high.max(ahead));
                prop_assert!(ahead.abs() < total * (1 + stuck), "{:?} of {:?}", self.turns, self.members);
                if stuck == 0 {
                    let most = if is_equal { total } else { 2 * total - 1 };
                    let inner = (ahead - low).max(high - ahead);
                    prop_assert!(inner <= most, "{:?} of {:?}", self.turns, self.members);
                }
            }
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, ..ProptestConfig::default() })]

    #[test]
    fn nobody_is_ever_a_lead_from_the_share_while_the_same_are_eligible((weights, events) in histories()) {
        let mut desk = Desk::new(&weights);
        let mut present = vec![true; weights.len()];
        let mut stretch = Stretch::default();
        let mut credits = vec![0_u32; weights.len()];
        let (mut all_stuck, mut since_given_back, mut given_back) = (0, 1, RepId(0));
        for event in events {
            let leads = match event {
                Event::Leads(leads) => leads,
                Event::Toggle(n) if n < weights.len() => { present[n] = !present[n]; 0 }
                Event::Weight(n, weight) if n < weights.len() => { desk.members[n].weight = weight; 0 }
                Event::Credit(n) if n < weights.len() && desk.members[n].turn.last > 0 => {
                    desk.members[n].turn.back += 1;
                    credits[n] += 1;
                    0
                }
                Event::Stick(n) if n < weights.len() && present[n] => {
                    enter(&mut stretch, &desk, &present)?;
                    desk.stick(&present, RepId(n));
                    stretch.turns.push(RepId(n));
                    stretch.stuck.push(RepId(n));
                    (all_stuck, since_given_back) = (all_stuck + 1, since_given_back + 1);
                    0
                }
                Event::Toggle(_) | Event::Weight(..) | Event::Credit(_) | Event::Stick(_) => 0,
            };
            for _ in 0..leads {
                let picked = desk.lead(&present);
                prop_assert_eq!(picked.is_some(), present.contains(&true));
                let Some((rep, how)) = picked else { break };
                prop_assert!(present[rep.0]);
                if how == How::GivenBack {
                    // Who got the last one and has left cannot be flooded.
                    let is_in_a_row = since_given_back == 0 && present[given_back.0];
                    prop_assert!(!is_in_a_row, "two credited turns in a row");
                    (since_given_back, given_back) = (0, rep);
                    credits[rep.0] -= 1;
                } else {
                    since_given_back += 1;
                    // A turn that is given back begins no stretch: it does not count in the window.
                    enter(&mut stretch, &desk, &present)?;
                    stretch.turns.push(rep);
                }
            }
            let left: Vec<u32> = desk.members.iter().map(|member| member.turn.back).collect();
            prop_assert_eq!(&left, &credits);
            // Over all windows, too, nobody is owed or ahead without bound.
            prop_assert_eq!(desk.members.iter().map(|member| member.turn.owed).sum::<i64>(), 0);
            for member in &desk.members {
                let most = LEAD * (i64::try_from(weights.len()).unwrap() + all_stuck);
                prop_assert!(member.turn.owed.abs() <= most, "{:?}", desk);
            }
        }
        stretch.check()?;
    }

    /// The order in which members are listed decides only between members who are owed the same and whose latest turns are
    /// equally long ago, which means that neither has ever had one.
    #[test]
    fn the_order_of_the_list_decides_nothing_between_those_who_have_had_a_turn(
        (weights, events) in histories(),
        seed in any::<u64>(),
    ) {
        let mut desk = Desk::new(&weights);
        for (last, member) in (1..).zip(&mut desk.members) {
            member.turn.last = last;
            desk.latest = last;
        }
        let mut other = desk.clone();
        let mut order = seed;
        other.members.sort_by_key(|_| {
            order = order.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            order >> 33
        });
        let mut present = vec![true; weights.len()];
        for event in events {
            match event {
                Event::Leads(leads) => {
                    for _ in 0..leads {
                        let rep = |picked: Option<(RepId, How)>| picked.map(|(rep, _)| rep);
                        prop_assert_eq!(rep(desk.lead(&present)), rep(other.lead(&present)));
                    }
                }
                Event::Toggle(n) if n < weights.len() => present[n] = !present[n],
                Event::Weight(n, weight) if n < weights.len() => {
                    desk.member(RepId(n)).weight = weight;
                    other.member(RepId(n)).weight = weight;
                }
                Event::Stick(n) if n < weights.len() && present[n] => {
                    desk.stick(&present, RepId(n));
                    other.stick(&present, RepId(n));
                }
                Event::Credit(n) if n < weights.len() => {
                    desk.member(RepId(n)).turn.back += 1;
                    other.member(RepId(n)).turn.back += 1;
                }
                Event::Toggle(_) | Event::Weight(..) | Event::Credit(_) | Event::Stick(_) => {}
            }
        }
    }

    /// Sets that change with every lead, as skills and shifts make them: each window is one lead long, and the account
    /// alone keeps it fair.
    #[test]
    fn whom_every_lead_may_go_to_changes_and_still_nobody_is_owed_more_than_the_team_has_members(
        weights in prop::collection::vec(1..6_u32, 2..6),
        sets in prop::collection::vec(1..63_usize, 1..5),
        leads in 20..60_usize,
    ) {
        let mut desk = Desk::new(&weights);
        for lead in 0..leads {
            let set = sets[lead % sets.len()];
            let who: Vec<bool> = (0..weights.len()).map(|n| set & (1 << n) != 0).collect();
            desk.lead(&who);
            for member in &desk.members {
                prop_assert!(member.turn.owed.abs() <= LEAD * i64::try_from(weights.len()).unwrap());
            }
        }
    }
}

/// A stretch ends when somebody comes, goes or changes weight.
fn enter(stretch: &mut Stretch, desk: &Desk, present: &[bool]) -> Result<(), TestCaseError> {
    let members: Vec<(RepId, u32)> =
        desk.eligible(present).iter().map(|member| (member.rep, member.weight)).collect();
    if members != stretch.members {
        stretch.check()?;
        *stretch = Stretch { members, ..Stretch::default() };
    }
    Ok(())
}

#[test]
fn turns_follow_the_weights_and_are_spread_out() {
    for (weights, sequence) in
        [(&[1, 1, 1][..], "ABCABC"), (&[2, 1], "ABAABA"), (&[5, 1, 1], "AABACAAAABACAA")]
    {
        assert_eq!(Desk::new(weights).sequence(sequence.len()), sequence, "{weights:?}");
    }
}

#[test]
fn who_comes_back_from_an_absence_gets_no_flood_and_does_not_starve() {
    let mut desk = Desk::new(&[1, 1, 1]);
    for _ in 0..50 {
        desk.lead(&[true, true, false]);
    }
    assert_eq!(desk.sequence(6), "CABCAB");
}

#[test]
fn a_new_member_starts_level() {
    let mut desk = Desk::new(&[1, 1, 1]);
    for _ in 0..7 {
        desk.lead(&[true, true, false]);
    }
    // A had one more than B: B is owed a half, the newcomer nothing.
    assert_eq!(desk.sequence(6), "BCABCA");
}

#[test]
fn a_credited_turn_comes_back_at_once_and_several_come_back_one_at_a_time() {
    let mut desk = Desk::new(&[1, 1, 1]);
    desk.sequence(3);
    desk.members[0].turn.back = 3;
    // A's own turns go on beside those given back.
    assert_eq!(desk.sequence(9), "AAABACABC");
}

#[test]
fn extreme_weights_still_pick() {
    let mut desk = Desk::new(&[u32::MAX, 1, 1]);
    desk.members[0].turn.owed = i64::MAX;
    desk.members[1].turn.owed = i64::MIN;
    assert_eq!(desk.sequence(5), "AAAAA");
    assert!(desk.lead(&[false, true, true]).is_some());
    assert_eq!(desk.lead(&[false, false, false]), None);
}
