//! The page as Markdown.

use super::{Block, Page};

pub(crate) fn markdown(page: &Page) -> String {
    let mut parts = vec![format!("# {}\n", escaped(&page.title))];
    parts.extend(page.lead.iter().map(block));
    for section in &page.sections {
        parts.push(format!("\n## {}\n", section.title));
        parts.extend(section.blocks.iter().map(block));
    }
    parts.concat()
}

/// A block with a blank line before it.
fn block(block: &Block) -> String {
    match block {
        Block::Text(line) => format!("\n{}\n", escaped(line)),
        Block::List { numbered, items } => {
            let lines = items.iter().zip(1_u32..).map(|(item, n)| {
                let mark = if *numbered { format!("{n}.") } else { "-".to_owned() };
                format!("{mark} **{}**: {}\n", escaped(&item.name), escaped(&item.text))
            });
            format!("\n{}", lines.collect::<Vec<_>>().concat())
        }
        Block::Table { header, rows } => {
            let rows = rows.iter().map(|row| {
                let cells: Vec<String> = row.iter().map(|cell| escaped(cell)).collect();
                format!("| {} |\n", cells.join(" | "))
            });
            let rule = " --- |".repeat(header.len());
            format!("\n| {} |\n|{rule}\n{}", header.join(" | "), rows.collect::<Vec<_>>().concat())
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
