//! Whether the quotes of a record are as a writer of CSV sets them. One that nobody closed takes the rows after it into its
//! cell; it ends at the end of the file, or in the middle of another cell.

/// The quote that began a cell and was never closed, or was closed with more of the cell behind it.
pub(super) fn stray(record: &[u8], delimiter: u8) -> Option<usize> {
    enum Place {
        Begins,
        Bare,
        Quoted(usize),
        /// Behind a quote that closes the cell, or is the first half of a doubled one.
        Closed(usize),
    }
    let mut place = Place::Begins;
    for (at, byte) in record.iter().enumerate() {
        let ends_cell = *byte == delimiter || matches!(byte, b'\r' | b'\n');
        place = match place {
            Place::Begins if *byte == b'"' => Place::Quoted(at),
            Place::Begins | Place::Bare if ends_cell => Place::Begins,
            Place::Begins | Place::Bare => Place::Bare,
            Place::Quoted(open) if *byte == b'"' => Place::Closed(open),
            Place::Closed(open) if *byte == b'"' => Place::Quoted(open),
            Place::Closed(_) if ends_cell => Place::Begins,
            Place::Closed(open) if *byte == b' ' => Place::Closed(open),
            Place::Closed(open) => return Some(open),
            quoted @ Place::Quoted(_) => quoted,
        };
    }
    if let Place::Quoted(open) = place { Some(open) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quote_that_was_left_open_is_found_and_no_other() {
        for (record, expected) in [
            ("1,\"a\nb\",x\n", None),
            ("1,\"a \"\"b\"\"\nc\"\r\n", None),
            ("1,5\" pipe,\"a\nb\"\n", None),
            ("1,\"a\nb\" ,c\n", None),
            ("1,\"a\n2,b\n", Some(2)),
            ("1,\"a\n2,\"b\"\n", Some(2)),
            ("1,\"a\nb\",\"c\n2,d\n", Some(8)),
        ] {
            assert_eq!(stray(record.as_bytes(), b','), expected, "{record:?}");
        }
    }
}
