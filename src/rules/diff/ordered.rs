//! Lists whose order counts: the first entry that holds decides.

use super::named::Pairs;
use super::{Notes, Rules, arrow};

/// What came, went, got another name or changed places in a list whose order counts.
pub(super) fn ordered<T: Clone>(
    notes: &mut Notes<'_>,
    part: &'static str,
    (old, new): (&[T], &[T]),
    pairs: &Pairs,
    name: impl Fn(&T) -> String,
    words: impl Fn(&T) -> String,
    of: impl Fn(&mut Rules) -> &mut Vec<T>,
) {
    for (before, after) in pairs.renamed.iter().filter_map(|(was, is)| old.get(*was).zip(new.get(*is))) {
        notes.say(part, format!("{part} '{}' is now called '{}'", name(before), name(after)));
    }
    for at in pairs.went.iter().copied() {
        let Some(gone) = old.get(at) else { continue };
        notes
            .say_moving(part, format!("{part} '{}' removed", name(gone)), |rules| drop(of(rules).remove(at)));
    }
    for at in pairs.came.iter().copied() {
        let Some(came) = new.get(at) else { continue };
        let place = pairs.place_of(at);
        let before = place.and_then(|place| old.get(place));
        let before =
            before.map_or_else(|| "at the end".to_owned(), |next| format!("before '{}'", name(next)));
        let text = format!("{part} '{}' added {before}: {}", name(came), words(came));
        notes.say_moving(part, text, |rules| {
            let entries = of(rules);
            let place = place.unwrap_or(entries.len());
            entries.insert(place, came.clone());
        });
    }
    if !pairs.in_order() {
        notes.say_moving(part, order_text(part, pairs, old, &name), |rules| {
            *of(rules) = pairs.reordered(old);
        });
    }
}

/// `tiers are tried in another order: a, b → b, a`.
pub(super) fn order_text<T>(part: &str, pairs: &Pairs, old: &[T], name: impl Fn(&T) -> String) -> String {
    let names = |order: &[(usize, usize)]| {
        let names: Vec<String> = order.iter().filter_map(|(was, _)| old.get(*was)).map(&name).collect();
        names.join(", ")
    };
    let mut by_new = pairs.both.clone();
    by_new.sort_by_key(|(_, is)| *is);
    arrow(&format!("{part}s are tried in another order:"), &names(&pairs.both), &names(&by_new))
}
