//! CSV for spreadsheets: what the CRM says must not run there as a formula.

use std::borrow::Cow;

use anyhow::Result;

/// Rows under a header. Numbers are written by us; everything else goes through [`guarded`].
pub(super) fn csv(header: &[&str], rows: &[Vec<String>]) -> Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(header)?;
    for row in rows {
        writer.write_record(row.iter().map(|cell| guarded(cell).into_owned()))?;
    }
    Ok(writer.into_inner()?)
}

/// A quote before whatever a spreadsheet would take as a formula
/// (<https://owasp.org/www-community/attacks/CSV_Injection>). A plain number, negative ones too, is none.
fn guarded(cell: &str) -> Cow<'_, str> {
    // Some spreadsheets take the full-width signs as well, and look past what they do not show.
    let seen = cell.trim_start_matches([' ', '\0', '\u{feff}']);
    let begins = seen.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r', '\n']);
    let is_formula = begins && cell.parse::<f64>().is_err();
    if is_formula { Cow::Owned(format!("'{cell}")) } else { Cow::Borrowed(cell) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_that_would_run_as_a_formula_is_quoted() {
        for formula in
            ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "\tx", "\r=1", "  =1", "\0=1", "＝1+1", "＠x", "\n=1"]
        {
            assert_eq!(guarded(formula), format!("'{formula}"));
        }
        for plain in ["a=1", "-2.5", "+3", "", "1e9"] {
            assert_eq!(guarded(plain), plain);
        }
    }
}
