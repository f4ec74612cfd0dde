//! The page as one HTML file: nothing is loaded from anywhere, nothing runs.

use super::{Block, Item, Page};
use crate::model::escape_html;

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
td{overflow-wrap:break-word}\
li{margin:.3rem 0}\
@media print{body{margin:0;max-width:none}h2{break-after:avoid}tr{break-inside:avoid}}";

pub(crate) fn html(page: &Page) -> String {
    let title = escape_html(&page.title);
    let head = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n"
    );
    let mut parts = vec![head];
    parts.extend(page.lead.iter().map(block));
    for section in &page.sections {
        parts.push(format!("<h2>{}</h2>\n", escape_html(section.title)));
        parts.extend(section.blocks.iter().map(block));
    }
    parts.push("</body>\n</html>".to_owned());
    parts.concat()
}

fn block(block: &Block) -> String {
    match block {
        Block::Text(line) => format!("<p>{}</p>\n", escape_html(line)),
        Block::List { numbered, items } => {
            let tag = if *numbered { "ol" } else { "ul" };
            let items: Vec<String> = items.iter().map(item).collect();
            format!("<{tag}>\n{}</{tag}>\n", items.concat())
        }
        Block::Table { header, rows } => {
            let head: Vec<String> =
                header.iter().map(|cell| format!("<th scope=\"col\">{}</th>", escape_html(cell))).collect();
            let rows: Vec<String> = rows.iter().map(|cells| row(cells)).collect();
            format!(
                "<div class=\"wide\"><table>\n<thead><tr>{}</tr></thead>\n<tbody>\n{}</tbody>\n</table></div>\n",
                head.concat(),
                rows.concat()
            )
        }
    }
}

fn row(cells: &[String]) -> String {
    let cells: Vec<String> = cells.iter().map(|cell| format!("<td>{}</td>", escape_html(cell))).collect();
    format!("<tr>{}</tr>\n", cells.concat())
}

fn item(item: &Item) -> String {
    format!("<li><strong>{}</strong>: {}</li>\n", escape_html(&item.name), escape_html(&item.text))
}
