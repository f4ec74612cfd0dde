//! The page as Markdown.

use super::{Block, Page};

pub(crate) fn markdown(page: &Page) -> String {
    let mut text = format!("# {}\n", escaped(&page.title));
    page.lead.iter().for_each(|lead| block(lead, &mut text));
    for section in &page.sections {
        text.push_str(&format!("\n## {}\n", section.title));
        section.blocks.iter().for_each(|part| block(part, &mut text));
    }
    text
}

fn block(block: &Block, text: &mut String) {
    text.push('\n');
    match block {
        Block::Text(line) => text.push_str(&format!("{}\n", escaped(line))),
        Block::List { numbered, items } => {
            for (item, n) in items.iter().zip(1_u32..) {
                let mark = if *numbered { format!("{n}.") } else { "-".to_owned() };
                text.push_str(&format!("{mark} **{}**: {}\n", escaped(&item.name), escaped(&item.text)));
            }
        }
        Block::Table { header, rows } => {
            text.push_str(&format!("| {} |\n|{}\n", header.join(" | "), " --- |".repeat(header.len())));
            for row in rows {
                let cells: Vec<String> = row.iter().map(|cell| escaped(cell)).collect();
                text.push_str(&format!("| {} |\n", cells.join(" | ")));
            }
        }
    }
}

/// Every character that Markdown could take for markup, made plain.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' | '!' => {
                escaped.push('\\');
                escaped.push(c);
            }
            _ => escaped.push(c),
        }
    }
    escaped
}
