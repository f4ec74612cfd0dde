//! Yes and no: what CRMs write, what spreadsheets write in their users' languages, and marks.

use crate::model::fold;

/// Nearly every cell of the kind.
const YES: [&str; 6] = ["true", "yes", "1", "y", "t", "x"];
const NO: [&str; 5] = ["false", "no", "0", "n", "f"];

/// Folded. German, French, Spanish, Portuguese, Italian, Dutch, Polish, Czech, Swedish, Danish, Norwegian, Finnish,
/// Hungarian, Romanian, Turkish, Russian. The French `o` is left out: it looks like a zero.
#[rustfmt::skip]
const YES_ABROAD: [&str; 38] = [
    "on", "checked", "1.0", "1,0", "✓", "✔", "✔️", "✅", "☑", "☑️",
    "wahr", "ja", "j", "vrai", "oui", "verdadero", "sí", "si", "s", "verdadeiro", "sim", "vero", "sì", "waar",
    "prawda", "tak", "pravda", "ano", "sant", "sand", "sann", "tosi", "kyllä", "igaz", "igen", "adevărat", "evet", "да",
];
#[rustfmt::skip]
const NO_ABROAD: [&str; 36] = [
    "off", "unchecked", "0.0", "0,0", "✗", "✘", "❌", "☐",
    "falsch", "nein", "faux", "non", "falso", "não", "nao", "onwaar", "nee", "fałsz", "nie", "nepravda", "ne",
    "falskt", "falsk", "nej", "nei", "usann", "epätosi", "ei", "hamis", "nem", "fals", "nu", "hayır", "hayir", "yanlış",
    "нет",
];

pub(super) fn read(raw: &str) -> Option<bool> {
    let is_in = |words: &[&str], raw: &str| words.iter().any(|word| raw.eq_ignore_ascii_case(word));
    if is_in(&YES, raw) {
        return Some(true);
    }
    if is_in(&NO, raw) {
        return Some(false);
    }
    let word = fold(raw);
    let is_in = |words: &[&str]| words.iter().any(|known| fold(known) == word);
    if is_in(&YES_ABROAD) { Some(true) } else { is_in(&NO_ABROAD).then_some(false) }
}
