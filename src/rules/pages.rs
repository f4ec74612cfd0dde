//! The page of each code: what it means, a wrong snippet and a right one.

use super::codes::CODES;

/// What `check --explain` shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    pub code: &'static str,
    /// One line.
    pub meaning: &'static str,
    /// Paragraphs and snippets, for people.
    pub text: &'static str,
}

/// The page of a code, however it is capitalised.
pub fn page(code: &str) -> Option<Page> {
    let (code, text) = PAGES.iter().find(|(known, _)| known.eq_ignore_ascii_case(code.trim()))?;
    let (_, meaning) = CODES.iter().find(|(known, _)| known == code)?;
    Some(Page { code, meaning, text })
}

const PAGES: &[(&str, &str)] = &[
    ("H001", include_str!("pages/H001.md")),
    ("H002", include_str!("pages/H002.md")),
    ("H003", include_str!("pages/H003.md")),
    ("H004", include_str!("pages/H004.md")),
    ("H005", include_str!("pages/H005.md")),
    ("H010", include_str!("pages/H010.md")),
    ("H011", include_str!("pages/H011.md")),
    ("H012", include_str!("pages/H012.md")),
    ("H013", include_str!("pages/H013.md")),
    ("H014", include_str!("pages/H014.md")),
    ("H015", include_str!("pages/H015.md")),
    ("H016", include_str!("pages/H016.md")),
    ("H017", include_str!("pages/H017.md")),
    ("H020", include_str!("pages/H020.md")),
    ("H021", include_str!("pages/H021.md")),
    ("H022", include_str!("pages/H022.md")),
    ("H023", include_str!("pages/H023.md")),
    ("H024", include_str!("pages/H024.md")),
    ("H030", include_str!("pages/H030.md")),
    ("H031", include_str!("pages/H031.md")),
    ("H032", include_str!("pages/H032.md")),
    ("H033", include_str!("pages/H033.md")),
    ("H034", include_str!("pages/H034.md")),
    ("H040", include_str!("pages/H040.md")),
    ("H041", include_str!("pages/H041.md")),
    ("H050", include_str!("pages/H050.md")),
    ("H051", include_str!("pages/H051.md")),
    ("H052", include_str!("pages/H052.md")),
    ("H053", include_str!("pages/H053.md")),
    ("H054", include_str!("pages/H054.md")),
    ("H055", include_str!("pages/H055.md")),
    ("H056", include_str!("pages/H056.md")),
    ("H057", include_str!("pages/H057.md")),
    ("H058", include_str!("pages/H058.md")),
    ("H060", include_str!("pages/H060.md")),
    ("H061", include_str!("pages/H061.md")),
    ("H070", include_str!("pages/H070.md")),
    ("H080", include_str!("pages/H080.md")),
    ("H090", include_str!("pages/H090.md")),
    ("H091", include_str!("pages/H091.md")),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_page() {
        for (code, meaning) in CODES {
            let page = page(&code.to_lowercase()).unwrap_or_else(|| panic!("{code} has no page"));
            assert_eq!((page.code, page.meaning), (*code, *meaning));
            assert!(
                page.text.contains("\nWrong:\n\n    ") && page.text.contains("\nRight:\n\n    "),
                "{code}"
            );
        }
        assert_eq!(PAGES.len(), CODES.len());
    }
}
