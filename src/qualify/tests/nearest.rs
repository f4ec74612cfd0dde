//! The nearest change really is one, and there is no nearer.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::model::FieldId;
use crate::qualify::{changes_to, holds};
use crate::rules::{Condition, Leaf, Operand, Test};

/// Every leaf has a field of its own, so any set of them can come out either way; this is how many there may be at most.
const LEAVES_MAX: usize = 10;

fn tree() -> impl Strategy<Value = Condition> {
    let leaf = any::<bool>().prop_map(|flag| {
        let leaf = Leaf { operand: Operand::Score, test: Test::EqualsBool(flag), text: String::new() };
        Condition::Leaf(Box::new(leaf))
    });
    let tree = leaf.prop_recursive(4, 10, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Condition::All),
            vec(inner.clone(), 0..4).prop_map(Condition::Any),
            inner.prop_map(|part| Condition::Not(Box::new(part))),
        ]
    });
    tree.prop_filter("few leaves", |tree| tree.leaves().len() <= LEAVES_MAX)
}

/// Gives each leaf the next field.
fn number_leaves(condition: &mut Condition, next: &mut u16) {
    match condition {
        Condition::Leaf(leaf) => {
            leaf.operand = Operand::Field(FieldId(*next));
            *next += 1;
        }
        Condition::Not(part) => number_leaves(part, next),
        Condition::All(parts) | Condition::Any(parts) => {
            for part in parts {
                number_leaves(part, next);
            }
        }
    }
}

fn contact_of(flags: &[bool]) -> Contact {
    Contact::new(ContactId::parse("1").unwrap(), flags.iter().copied().map(Value::Bool).collect())
}

fn comes_out(condition: &Condition, flags: &[bool]) -> bool {
    holds(condition, &facts_at(&contact_of(flags), now()))
}

/// The fewest flags whose change makes the condition come out as wanted, by trying every set of them.
fn fewest(condition: &Condition, flags: &[bool], wanted: bool) -> Option<u32> {
    let sets = 0..1_u32 << flags.len();
    let changed = |set: u32| -> Vec<bool> {
        flags.iter().enumerate().map(|(at, flag)| flag ^ (set >> at & 1 == 1)).collect()
    };
    sets.filter(|set| comes_out(condition, &changed(*set)) == wanted).map(u32::count_ones).min()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn the_named_changes_flip_the_outcome_and_no_fewer_would(
        mut condition in tree(), flags in vec(any::<bool>(), LEAVES_MAX), wanted in any::<bool>(),
    ) {
        let mut leaves = 0;
        number_leaves(&mut condition, &mut leaves);
        let mut flags = flags[..usize::from(leaves)].to_vec();
        let expected = fewest(&condition, &flags, wanted);
        let contact = contact_of(&flags);
        let changes = changes_to(&condition, wanted, &facts_at(&contact, now()));
        prop_assert_eq!(changes.as_ref().map(Vec::len), expected.map(|fewest| fewest as usize));
        for change in changes.into_iter().flatten() {
            let Operand::Field(field) = change.leaf.operand else { unreachable!() };
            let Test::EqualsBool(asked) = change.leaf.test else { unreachable!() };
            flags[usize::from(field.0)] = if change.holds { asked } else { !asked };
        }
        prop_assert!(expected.is_none() || comes_out(&condition, &flags) == wanted);
    }
}
