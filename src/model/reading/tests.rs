use proptest::prelude::*;

use super::*;

fn number(raw: &str, decimal: Decimal) -> Value {
    Reading { decimal, ..Reading::plain(Kind::Number) }.read(raw)
}

fn shown(reading: &Reading, raw: &str) -> String {
    reading.read(raw).shown()
}

#[test]
fn numbers_are_read_as_people_and_programs_write_them() {
    for (raw, expected) in [
        ("12.50", 12.5),
        ("1e5", 100_000.0),
        ("1,234", 1_234.0),
        ("1,234,567.89", 1_234_567.89),
        ("1.234,50", 1_234.5),
        ("1.234.567", 1_234_567.0),
        ("12,34,567", 1_234_567.0),
        ("80'000", 80_000.0),
        ("80\u{2019}000", 80_000.0),
        ("80 000", 80_000.0),
        ("80\u{a0}000", 80_000.0),
        ("80\u{202f}000.5", 80_000.5),
        ("$1,200.00", 1_200.0),
        ("US$ 1,200", 1_200.0),
        ("1 200 $US", 1_200.0),
        ("CHF 80'000", 80_000.0),
        ("1200 EUR", 1_200.0),
        ("5 kr.", 5.0),
        ("80%", 80.0),
        ("80 %", 80.0),
        ("+5", 5.0),
        ("\u{2212}5", -5.0),
        ("5-", -5.0),
        ("(1,200)", -1_200.0),
        ("($1,200.00)", -1_200.0),
        ("-$5", -5.0),
        ("$-5", -5.0),
        (".5", 0.5),
    ] {
        assert_eq!(number(raw, Decimal::Point), Value::Number(expected), "{raw}");
    }
    for (raw, expected) in [
        ("80,5", 80.5),
        ("1.080,00", 1_080.0),
        ("1.234", 1_234.0),
        ("1,234.50", 1_234.5),
        ("-0,5", -0.5),
        ("1,234", 1.234),
        ("1,5e3", 1_500.0),
        ("42", 42.0),
    ] {
        assert_eq!(number(raw, Decimal::Comma), Value::Number(expected), "{raw}");
    }
}

#[test]
fn what_may_be_another_number_is_none() {
    for raw in [
        "80,5",
        "1,23,4",
        "0,234",
        "1,2345",
        "1'23",
        "12 34",
        "1,234 567",
        "--5",
        "-5-",
        "(-5)",
        "$5€",
        "5 MIO",
        "5M",
        "NaN",
        "inf",
        "-infinity",
        "1e999",
        "twelve",
        "0x10",
        "1.2.3",
        "1,,234",
        ",",
        ".",
        "-",
        "$",
        "%",
        "()",
        "10-Jan",
        "2026-11-23",
        "٣",
        "1_000",
    ] {
        let value = number(raw, Decimal::Point);
        assert!(matches!(value, Value::Unreadable(_)), "{raw}: {value:?}");
    }
    assert!(matches!(number("1.5", Decimal::Comma), Value::Unreadable(_)));
}

#[test]
fn a_range_stands_for_the_number_that_the_field_names() {
    let with = |range| Reading { range, ..Reading::plain(Kind::Number) };
    for (raw, low, middle, high) in [
        ("51-200", "51", "125.5", "200"),
        ("51 \u{2013} 200", "51", "125.5", "200"),
        ("51 to 200", "51", "125.5", "200"),
        ("501-1,000", "501", "750.5", "1000"),
        ("10,000+", "10000", "10000", "10000"),
        (">500", "500", "500", "500"),
        (">= 500", "500", "500", "500"),
        ("< 50", "0", "25", "50"),
        ("1-10 employees", "1", "5.5", "10"),
        ("10 Mitarbeiter", "10", "10", "10"),
        ("$1M - $5M", "1000000", "3000000", "5000000"),
        ("42", "42", "42", "42"),
    ] {
        assert_eq!(shown(&with(Some(RangeEnd::Low)), raw), low, "{raw}");
        assert_eq!(shown(&with(Some(RangeEnd::Middle)), raw), middle, "{raw}");
        assert_eq!(shown(&with(Some(RangeEnd::High)), raw), high, "{raw}");
    }
    for raw in ["200-51", "1-5M", "1-5 million", "51-", "-", "+", "1-2-3", "2026-11-23"] {
        let value = with(Some(RangeEnd::Low)).read(raw);
        assert!(matches!(value, Value::Unreadable(_)) || raw == "51-", "{raw}: {value:?}");
    }
    assert_eq!(shown(&with(None), "51-200"), "a range and not a number: '51-200'");
}

#[test]
fn a_time_is_read_in_every_form_of_iso_8601() {
    let reading = Reading::plain(Kind::DateTime);
    for raw in [
        "2026-11-23T09:59:00.000+0000",
        "2026-11-23T09:59:00Z",
        "2026-11-23t09:59:00z",
        "2026-11-23 09:59 UTC",
        "2026-11-23 09:59",
        "2026-11-23T10:59+01",
        "2026-11-23T10:59:00 +01:00",
        "2026-11-23T08:59:00\u{2212}0100",
        "2026-11-23T09:59:00,000Z",
        "20261123T095900Z",
        "20261123T0959",
        "2026-W48-1T09:59",
        "2026W481T0959Z",
        "2026-327T09:59",
        "2026/11/23 9:59",
        "1795427940",
        "1795427940000",
        "Mon, 23 Nov 2026 09:59:00 GMT",
    ] {
        assert_eq!(shown(&reading, raw), "2026-11-23 09:59 UTC", "{raw}");
    }
    assert_eq!(shown(&reading, "2026-11-22T24:00"), "2026-11-23 00:00 UTC");
    assert_eq!(shown(&reading, "2016-12-31T23:59:60Z"), "2016-12-31 23:59 UTC");
    for raw in [
        "2026",
        "2026-02-31",
        "2026-11-23T25:00",
        "2026-11-23T09:60",
        "2026-11-23T09:59+25",
        "2026-11-23T09:59 CET",
        "12345678901234567",
        "11/7/2026 12:23 AM",
        "23/11/2026 09:59",
        "46349.4160",
        "01-02-2018",
        "2026-11-23T",
        "2026-11-23T09:59:00.Z",
    ] {
        assert!(matches!(reading.read(raw), Value::Unreadable(_)), "{raw}");
    }
}

#[test]
fn other_times_are_read_by_the_formats_in_their_order() {
    let formats = ["%m/%d/%Y %I:%M %p", "%d.%m.%Y", "%d/%m/%y %H:%M %z", "excel"];
    let reading = Reading {
        formats: formats.map(|format| Format::parse(format).unwrap()).to_vec(),
        zone: Some(Tz::America__New_York),
        ..Reading::plain(Kind::DateTime)
    };
    for (raw, expected) in [
        ("11/7/2026 12:23 AM", "2026-11-07 05:23 UTC"),
        ("11/23/2026 9:59\u{202f}pm", "2026-11-24 02:59 UTC"),
        ("23.11.2026", "2026-11-23 05:00 UTC"),
        ("23/11/26 09:59 +0100", "2026-11-23 08:59 UTC"),
        ("46349.4160", "2026-11-23 14:59 UTC"),
        ("2026-11-23T09:59:00Z", "2026-11-23 09:59 UTC"),
        ("2026-11-23 09:59", "2026-11-23 14:59 UTC"),
        ("1795427940", "2026-11-23 09:59 UTC"),
    ] {
        assert_eq!(shown(&reading, raw), expected, "{raw}");
    }
}

#[test]
fn a_time_that_clocks_skip_or_repeat_is_the_first_that_fits() {
    let reading = Reading { zone: Some(Tz::Europe__Berlin), ..Reading::plain(Kind::DateTime) };
    assert_eq!(shown(&reading, "2026-03-29 02:30"), "2026-03-29 01:00 UTC");
    assert_eq!(shown(&reading, "2026-10-25 02:30"), "2026-10-25 00:30 UTC");
    assert!(!reading.lacks_zone("2026-10-25 02:30"));
    let nowhere = Reading::plain(Kind::DateTime);
    assert!(nowhere.lacks_zone("2026-10-25 02:30"));
    for raw in ["2026-10-25T02:30Z", "1795427940", "soon"] {
        assert!(!nowhere.lacks_zone(raw), "{raw}");
    }
}

#[test]
fn a_format_that_no_date_can_be_read_by_is_refused() {
    for format in ["%d/%m", "%H:%M", "%I:%M %d.%m.%Y", "%Q", "", "date", "%Y-%m-%d %H:%M %Z"] {
        assert!(Format::parse(format).is_err(), "{format}");
    }
    for format in ["%d.%m.%Y", "%B %-d, %Y", "%d-%b-%y", "%Y-%j", "%G-W%V-%u", "%s", "%c", "%D %T", "Excel"] {
        assert!(Format::parse(format).is_ok(), "{format}");
    }
}

#[test]
fn yes_and_no_are_read_in_many_languages() {
    let reading = Reading::plain(Kind::Bool);
    for raw in ["WAHR", "VRAI", "Ja", "oui", "SÍ", "Sim", "Vero", "TAK", "x", "on", "1", "✓", "ДА", "TRUE"]
    {
        assert_eq!(reading.read(raw), Value::Bool(true), "{raw}");
    }
    for raw in ["FALSCH", "FAUX", "Nein", "Non", "NÃO", "NIE", "off", "0", "НЕТ", "FAŁSZ", "HAYIR", "False"]
    {
        assert_eq!(reading.read(raw), Value::Bool(false), "{raw}");
    }
    for raw in ["maybe", "2026-11-23", "o", "2"] {
        assert!(matches!(reading.read(raw), Value::Unreadable(_)), "{raw}");
    }
}

#[test]
fn what_the_map_says_goes_before_the_type() {
    let mut reading = Reading::plain(Kind::Bool);
    reading.map.texts = HashMap::from([("out".into(), Value::Bool(true)), ("n/a".into(), Value::Missing)]);
    reading.map.date = Some(Value::Bool(true));
    for (raw, expected) in
        [("OUT", "yes"), ("N/A", "missing"), ("2026-11-23", "yes"), ("no", "no"), ("?", "not yes or no: '?'")]
    {
        assert_eq!(shown(&reading, raw), expected, "{raw}");
    }
}

/// As a locale writes a number: with its separators.
fn localised(cents: i64, group: &str, decimal: char) -> String {
    let whole = (cents / 100).abs().to_string();
    let groups: Vec<&str> =
        whole.as_bytes().rchunks(3).rev().map(|group| std::str::from_utf8(group).unwrap()).collect();
    format!("{}{}{decimal}{:02}", if cents < 0 { "-" } else { "" }, groups.join(group), (cents % 100).abs())
}

proptest! {
    #[test]
    fn a_number_of_any_locale_reads_back(cents in -1_000_000_000_000_i64..1_000_000_000_000) {
        #[expect(clippy::cast_precision_loss, reason = "below 2^53")]
        let expected = Value::Number(cents as f64 / 100.0);
        for (group, mark, decimal) in [
            (",", '.', Decimal::Point), (".", ',', Decimal::Comma), ("", '.', Decimal::Point), ("", ',', Decimal::Comma),
            ("'", '.', Decimal::Point), ("\u{a0}", ',', Decimal::Comma), ("\u{202f}", ',', Decimal::Comma), (" ", '.', Decimal::Point),
        ] {
            let text = localised(cents, group, mark);
            for dressed in [text.clone(), format!("{text} €"), format!("EUR {text}"), format!("{text}%")] {
                prop_assert_eq!(number(&dressed, decimal), expected.clone(), "{}", dressed);
            }
        }
        if let Value::Number(value) = expected {
            let comma = Reading { decimal: Decimal::Comma, ..Reading::plain(Kind::Number) };
            prop_assert_eq!(comma.read(&comma.spell(value)), Value::Number(value));
        }
    }

    #[test]
    fn a_moment_reads_back_in_every_form(seconds in 0_i64..4_000_000_000, minutes in -720..=720_i32) {
        let at = chrono::DateTime::from_timestamp(seconds, 0).unwrap();
        let there = at.with_timezone(&chrono::FixedOffset::east_opt(minutes * 60).unwrap());
        let reading = Reading::plain(Kind::DateTime);
        for format in ["%Y-%m-%dT%H:%M:%S%:z", "%Y%m%dT%H%M%S%z", "%G-W%V-%u %H:%M:%S %:z", "%Y-%j %T%z"] {
            let text = there.format(format).to_string();
            prop_assert_eq!(reading.read(&text), Value::Time(at), "{}", text);
        }
        let formats = vec![Format::parse("%d.%m.%Y %H:%M:%S").unwrap()];
        let german = Reading { formats, ..reading };
        prop_assert_eq!(german.read(&at.format("%d.%m.%Y %H:%M:%S").to_string()), Value::Time(at));
    }

    #[test]
    fn no_text_is_a_panic(raw in "\\PC{0,24}|[0-9., '+%$()eE:/TZW-]{0,24}") {
        for kind in [Kind::Text, Kind::Number, Kind::Bool, Kind::DateTime] {
            for (decimal, range) in [(Decimal::Point, None), (Decimal::Comma, Some(RangeEnd::Middle))] {
                let formats = vec![Format::parse("%d.%m.%Y").unwrap(), Format::Excel];
                let reading = Reading { decimal, range, formats, zone: Some(Tz::Europe__Berlin), ..Reading::plain(kind) };
                let value = reading.read(&raw);
                prop_assert_eq!(value == Value::Missing, raw.trim().is_empty());
                reading.lacks_zone(&raw);
            }
        }
    }

    #[test]
    fn no_format_is_a_panic(format in "(%?[ -~]){0,8}", raw in "[0-9/.: apm-]{0,20}") {
        if let Ok(format) = Format::parse(&format) {
            Reading { formats: vec![format], ..Reading::plain(Kind::DateTime) }.read(&raw);
        }
    }
}
