//! The definition as a page for people: who agreed, who qualifies, who takes it, how fast. The page is plain data; Markdown
//! and HTML are two ways to write it.

mod handling;
mod html;
mod judging;
mod markdown;
mod reference;

use crate::model::one_line;
use crate::rules::{Rules, format_duration};

pub(crate) use html::html;
pub(crate) use markdown::markdown;
pub(crate) use reference::{Connectors, reference};

/// Longest text of one cell or sentence.
const TEXT_CHARS_MAX: usize = 600;

/// A page: a title, and sections.
#[derive(Debug)]
pub(crate) struct Page {
    title: String,
    lead: Vec<Block>,
    sections: Vec<Section>,
}

#[derive(Debug)]
struct Section {
    title: &'static str,
    blocks: Vec<Block>,
}

/// What a section is made of. Texts are one clean line each, and not yet escaped.
#[derive(Debug)]
enum Block {
    Text(String),
    /// Numbered when the order counts.
    List {
        numbered: bool,
        items: Vec<Item>,
    },
    Table {
        header: Vec<&'static str>,
        rows: Vec<Vec<String>>,
    },
}

/// An entry of a list: its name in bold, and what is said of it.
#[derive(Debug)]
struct Item {
    name: String,
    text: String,
}

impl Item {
    fn new(name: &str, text: &str) -> Self {
        Self { name: clean(name), text: clean(text) }
    }
}

impl Block {
    fn text(text: &str) -> Self {
        Self::Text(clean(text))
    }

    fn table(header: &[&'static str], rows: Vec<Vec<String>>) -> Self {
        let rows = rows.into_iter().map(|row| row.iter().map(|cell| clean(cell)).collect()).collect();
        Self::Table { header: header.to_vec(), rows }
    }
}

fn clean(text: &str) -> String {
    one_line(text, TEXT_CHARS_MAX)
}

/// The page of a definition.
pub(crate) fn page(rules: &Rules) -> Page {
    let sections = [
        judging::disqualifiers(rules),
        judging::tiers(rules),
        judging::icp(rules),
        judging::score(rules),
        handling::routes(rules),
        handling::teams(rules),
        handling::reps(rules),
        handling::slas(rules),
        handling::outcomes(rules),
        handling::limits(rules),
        judging::lists(rules),
        judging::fields(rules),
    ];
    let title = rules.agreement.name.as_deref().unwrap_or("When a lead passes from marketing to sales");
    Page {
        title: clean(title),
        lead: vec![Block::text(&agreed(rules))],
        sections: sections.into_iter().filter(|section| !section.blocks.is_empty()).collect(),
    }
}

/// Who agreed and when, and when it is due for another look.
fn agreed(rules: &Rules) -> String {
    let agreement = &rules.agreement;
    let who: Vec<String> = [(&agreement.marketing, "marketing"), (&agreement.sales, "sales")]
        .into_iter()
        .filter_map(|(who, side)| who.as_ref().map(|who| format!("{who} for {side}")))
        .collect();
    let by = if who.is_empty() { String::new() } else { format!(" by {}", who.join(" and ")) };
    let Some(on) = agreement.agreed_on else {
        return if by.is_empty() { "Nobody is named who agreed.".to_owned() } else { format!("Agreed{by}.") };
    };
    let review = agreement.review_every.and_then(|every| {
        let next = on.checked_add_signed(every)?;
        Some(format!(" Looked at again every {}, next on {next}.", format_duration(every)))
    });
    format!("Agreed on {on}{by}.{}", review.unwrap_or_default())
}
