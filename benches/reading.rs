//! How long it takes to read the cells of 1,000,000 rows into their types, a kind of cell after the other, by a definition that
//! says nothing of how they are written. `cargo bench --bench reading`

#![expect(clippy::print_stdout, reason = "a program for its authors")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use handoff::model::{Field, Kind};

const ROWS: usize = 1_000_000;
const ROUNDS: usize = 5;

const FIELDS: [(&str, Kind); 6] = [
    ("score", Kind::Number),
    ("opted_out", Kind::Bool),
    ("created_at", Kind::DateTime),
    ("job_title", Kind::Text),
    ("first_name", Kind::Text),
    ("email", Kind::Text),
];

fn main() {
    println!("{ROWS} rows, one core");
    for (name, kind) in FIELDS {
        let field = Field::new(name, name, kind);
        let cells: Vec<String> = (0..ROWS).map(|row| cell(name, row)).collect();
        let best = (0..ROUNDS).map(|_| read(&field, &cells)).min().unwrap_or_default();
        println!("{name}: {} ms", best.as_millis());
    }
}

fn read(field: &Field, cells: &[String]) -> Duration {
    let start = Instant::now();
    for cell in cells {
        black_box(field.read(black_box(cell)));
    }
    start.elapsed()
}

fn cell(field: &str, row: usize) -> String {
    match field {
        "score" => (row % 1_000).to_string(),
        "opted_out" => row.is_multiple_of(2).to_string(),
        "created_at" => format!("2026-11-20T10:{:02}:00Z", row % 60),
        "job_title" => format!("Head of Operations {row}"),
        "first_name" => format!("Inês Müller {row}"),
        _ => format!("person{row}@company{row}.example"),
    }
}
