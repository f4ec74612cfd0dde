//! The page as one HTML file: nothing is loaded from anywhere, nothing runs.

use super::{Block, Item, Page};

/// Styles of this page and nothing else.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

const STYLE: &str = "\
:root{color-scheme:light dark;--line:#d8dee4;--soft:#57606a;--head:#f6f8fa}\
@media(prefers-color-scheme:dark){:root{--line:#3d444d;--soft:#9198a1;--head:#1c2128}}\
body{font:16px/1.55 system-ui,sans-serif;max-width:62rem;margin:2.5rem auto;padding:0 1.25rem}\
h1{font-size:1.9rem;line-height:1.25;margin:0 0 .25rem}\
h1+p{color:var(--soft);margin-top:0}\
h2{font-size:1.2rem;margin:2.2rem 0 .6rem;padding-bottom:.3rem;border-bottom:1px solid var(--line)}\
.wide{overflow-x:auto}\
table{border-collapse:collapse;width:100%;font-size:.92rem}\
th,td{text-align:left;vertical-align:top;padding:.45rem .7rem;border-bottom:1px solid var(--line)}\
th{background:var(--head);font-weight:600;white-space:nowrap}\
td{overflow-wrap:anywhere}\
li{margin:.3rem 0}\
@media print{body{margin:0;max-width:none}h2{break-after:avoid}tr{break-inside:avoid}}";

pub(crate) fn html(page: &Page) -> String {
    let title = escaped(&page.title);
    let mut text = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n"
    );
    page.lead.iter().for_each(|lead| block(lead, &mut text));
    for section in &page.sections {
        text.push_str(&format!("<h2>{}</h2>\n", escaped(section.title)));
        section.blocks.iter().for_each(|part| block(part, &mut text));
    }
    text.push_str("</body>\n</html>");
    text
}

fn block(block: &Block, text: &mut String) {
    match block {
        Block::Text(line) => text.push_str(&format!("<p>{}</p>\n", escaped(line))),
        Block::List { numbered, items } => {
            let tag = if *numbered { "ol" } else { "ul" };
            let items: String = items.iter().map(item).collect();
            text.push_str(&format!("<{tag}>\n{items}</{tag}>\n"));
        }
        Block::Table { header, rows } => {
            let head: String =
                header.iter().map(|cell| format!("<th scope=\"col\">{}</th>", escaped(cell))).collect();
            text.push_str(&format!("<div class=\"wide\"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n"));
            for row in rows {
                let cells: String = row.iter().map(|cell| format!("<td>{}</td>", escaped(cell))).collect();
                text.push_str(&format!("<tr>{cells}</tr>\n"));
            }
            text.push_str("</tbody>\n</table></div>\n");
        }
    }
}

fn item(item: &Item) -> String {
    format!("<li><strong>{}</strong>: {}</li>\n", escaped(&item.name), escaped(&item.text))
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(c),
        }
    }
    escaped
}
