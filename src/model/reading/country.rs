//! Countries by the names that people write: `Deutschland`, `DEU`, `the Netherlands`, `U.S.`

use std::collections::HashMap;
use std::sync::LazyLock;

use icu_normalizer::DecomposingNormalizerBorrowed;

use crate::model::fold;

/// A country a line: its codes in ISO 3166-1 of two letters and of three, its name there, then its names in CLDR 47 and
/// others. Written by `.ci/countries.py`.
const COUNTRIES: &str = include_str!("countries.txt");

/// The code by every name.
static CODES: LazyLock<HashMap<String, &str>> = LazyLock::new(|| {
    let lines = COUNTRIES.lines().filter_map(|line| Some((line.split('\t').next()?, line)));
    lines.flat_map(|(code, line)| line.split('\t').map(move |name| (key(name), code))).collect()
});

/// The code of two letters.
pub(super) fn code(text: &str) -> Option<&'static str> {
    let key = key(text);
    let known = CODES.get(&key).or_else(|| CODES.get(key.strip_prefix("the")?));
    known.copied()
}

/// The names of ISO 3166-1.
pub fn country_names() -> impl Iterator<Item = &'static str> {
    COUNTRIES.lines().filter_map(|line| line.split('\t').nth(2))
}

/// Letters and digits without accents and case: `Côte d’Ivoire` is `Cote D'Ivoire`.
fn key(name: &str) -> String {
    const DECOMPOSER: DecomposingNormalizerBorrowed<'static> = DecomposingNormalizerBorrowed::new_nfkd();
    let name = fold(name).replace('&', "and");
    DECOMPOSER.normalize(&name).chars().filter(|c| c.is_alphanumeric()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_country_is_known_by_its_codes_and_names() {
        for (text, expected) in [
            ("DE", "DE"),
            ("deu", "DE"),
            ("Germany", "DE"),
            ("Federal Republic of Germany", "DE"),
            ("Deutschland", "DE"),
            ("ALLEMAGNE", "DE"),
            ("U.S.", "US"),
            ("USA", "US"),
            ("United States of America", "US"),
            ("EE.UU.", "US"),
            ("UK", "GB"),
            ("Great Britain", "GB"),
            ("Scotland", "GB"),
            ("Holland", "NL"),
            ("The Netherlands", "NL"),
            ("Türkiye", "TR"),
            ("TURKIYE", "TR"),
            ("Turkey", "TR"),
            ("Côte d’Ivoire", "CI"),
            ("Cote D'Ivoire", "CI"),
            ("Ivory Coast", "CI"),
            ("Česko", "CZ"),
            ("Österreich", "AT"),
            ("Espana", "ES"),
            ("Ελλάδα", "GR"),
            ("日本", "JP"),
            ("Bosnia & Herzegovina", "BA"),
            ("Bosnia and Herzegovina", "BA"),
            ("Korea, Republic of", "KR"),
            ("Iran (Islamic Republic of)", "IR"),
            ("NGA", "NG"),
            ("Kosovo", "XK"),
        ] {
            assert_eq!(code(text), Some(expected), "{text}");
        }
        for text in ["", "-", "Europe", "Korea", "Bavaria", "ZZ", "the"] {
            assert_eq!(code(text), None, "{text}");
        }
    }

    #[test]
    fn no_name_stands_for_two_countries() {
        let names = COUNTRIES.lines().flat_map(|line| line.split('\t')).count();
        assert_eq!(CODES.len(), names);
        assert_eq!(COUNTRIES.lines().count(), 250);
    }
}
