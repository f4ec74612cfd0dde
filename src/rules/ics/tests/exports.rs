//! What Google, Outlook, Exchange, Apple and Nextcloud write that the RFC does not, or not so.

use super::*;

/// Noon to one on 24 November of Berlin's clocks.
const NOON: (&str, &str) = ("2026-11-24T11:00", "2026-11-24T12:00");

#[test]
fn a_zone_is_known_by_the_name_that_its_vendor_has_for_it() {
    for zone in [
        "W. Europe Standard Time",
        "\"W. Europe Standard Time\"",
        "\"(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna\"",
        "Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna",
        "/softwarestudio.org/Olson_20011030_5/Europe/Berlin",
        "Europe/Berlin\0\0",
        "\u{201c}\"Europe/Berlin\"",
    ] {
        let zone = zone.trim_start_matches('\u{201c}');
        let body = format!("DTSTART;TZID={zone}:20261124T120000\nDURATION:PT1H");
        assert_eq!(in_2026(&[&body]), Ok(vec![span(NOON.0, NOON.1)]), "{zone}");
    }
}

fn office(rules: &str, name: &str) -> String {
    let event = format!("DTSTART;TZID={name}:20261124T120000\nDURATION:PT1H");
    let text = calendar(&[&event, "DTSTART;TZID=Office:20260724T120000\nDURATION:PT1H"]);
    text.replacen(
        "BEGIN:VEVENT",
        &format!("BEGIN:VTIMEZONE\nTZID:Office\n{rules}END:VTIMEZONE\nBEGIN:VEVENT"),
        1,
    )
}

fn part(kind: &str, from: &str, to: &str, rest: &str) -> String {
    format!("BEGIN:{kind}\nTZOFFSETFROM:{from}\nTZOFFSETTO:{to}\n{rest}\nEND:{kind}\n")
}

#[test]
fn a_zone_that_only_the_file_defines_is_what_it_does() {
    let winter = part(
        "STANDARD",
        "+0200",
        "+0100",
        "DTSTART:16011028T030000\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10",
    );
    let summer =
        part("DAYLIGHT", "+0100", "+0200", "DTSTART:16010325T020000\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3");
    let both = Ok(vec![span("2026-07-24T10:00", "2026-07-24T11:00"), span(NOON.0, NOON.1)]);
    assert_eq!(absences(&office(&format!("{winter}{summer}"), "Office")), both);
    assert_eq!(absences(&office(&format!("X-LIC-LOCATION:Europe/Berlin\n{winter}"), "\"Office\"")), both);
    let kathmandu = part("STANDARD", "+0545", "+0545", "DTSTART:16010101T000000");
    let there =
        Ok(vec![span("2026-07-24T06:15", "2026-07-24T07:15"), span("2026-11-24T06:15", "2026-11-24T07:15")]);
    assert_eq!(absences(&office(&kathmandu, "Office")), there);
    let nowhere = part("STANDARD", "+0117", "+0117", "DTSTART:16010101T000000");
    let why = absences(&office(&nowhere, "Office")).unwrap_err();
    assert!(why.contains("keeps the time of no place in the IANA database"), "{why}");
    let other_day = summer.replace("-1SU", "2SU");
    assert!(
        absences(&office(&format!("{winter}{other_day}"), "Office")).is_err(),
        "no zone begins summer so"
    );
}

#[test]
fn a_time_without_a_zone_is_on_the_clocks_of_the_calendar() {
    let event = "DTSTART:20261124T060000\nDURATION:PT1H";
    let text = calendar(&[event]).replacen("VERSION:2.0", "X-WR-TIMEZONE:America/New_York", 1);
    assert_eq!(absences(&text), Ok(vec![span(NOON.0, NOON.1)]));
    let unknown = calendar(&[event]).replacen("VERSION:2.0", "X-WR-TIMEZONE:Nowhere", 1);
    assert_eq!(absences(&unknown), Ok(vec![span("2026-11-24T05:00", "2026-11-24T06:00")]));
}

#[test]
fn days_are_taken_out_of_a_series_however_they_are_written() {
    let series = "UID:a\nDTSTART;VALUE=DATE:20261123\nRRULE:FREQ=DAILY;COUNT=2\n";
    for exdate in [
        "EXDATE;TZID=Europe/Berlin:20261123T000000",
        "EXDATE;VALUE=DATE:20261123",
        "EXDATE:20261123",
        "EXDATE:20261122T230000Z",
        "EXDATE:20261123T000000Z",
        "EXDATE:20261123T000000",
        "EXDATE;TZID=America/New_York:20261123T000000",
    ] {
        assert_eq!(
            in_2026(&[&format!("{series}{exdate}")]),
            Ok(vec![days("2026-11-24", "2026-11-24")]),
            "{exdate}"
        );
        let id = exdate.replace("EXDATE", "RECURRENCE-ID");
        let cancelled = format!("UID:a\n{id}\nDTSTART;VALUE=DATE:20261123\nSTATUS:CANCELLED");
        assert_eq!(
            in_2026(&[series.trim_end(), &cancelled]),
            Ok(vec![days("2026-11-24", "2026-11-24")]),
            "{id}"
        );
    }
    let series =
        "UID:a\nDTSTART;TZID=America/New_York:20261123T050000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=2\n";
    for exdate in [
        "EXDATE:20261123T050000",
        "EXDATE:20261123T100000Z",
        "EXDATE;TZID=Europe/Berlin:20261123T110000",
        "EXDATE;VALUE=DATE:20261123",
    ] {
        let left = Ok(vec![span("2026-11-24T10:00", "2026-11-24T11:00")]);
        assert_eq!(in_2026(&[&format!("{series}{exdate}")]), left, "{exdate}");
        let id = exdate.replace("EXDATE", "RECURRENCE-ID");
        let cancelled =
            format!("UID:a\n{id}\nDTSTART;TZID=America/New_York:20261123T050000\nSTATUS:CANCELLED");
        assert_eq!(in_2026(&[series.trim_end(), &cancelled]), left, "{id}");
    }
}

#[test]
fn a_change_to_this_and_all_later_instances_moves_them() {
    let series = "UID:a\nDTSTART;TZID=Europe/Berlin:20261123T100000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=4";
    let later = "UID:a\nRECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20261124T100000\n\
                 DTSTART;TZID=Europe/Berlin:20261124T140000\nDURATION:PT2H";
    let single =
        "UID:a\nRECURRENCE-ID;TZID=Europe/Berlin:20261125T100000\nDTSTART:20261125T060000Z\nDURATION:PT1H";
    assert_eq!(
        in_2026(&[series, later, single]),
        Ok(vec![
            span("2026-11-23T09:00", "2026-11-23T10:00"),
            span("2026-11-24T13:00", "2026-11-24T15:00"),
            span("2026-11-25T06:00", "2026-11-25T07:00"),
            span("2026-11-26T13:00", "2026-11-26T15:00"),
        ])
    );
    let ended = format!("{later}\nSTATUS:CANCELLED");
    assert_eq!(in_2026(&[series, &ended]).unwrap().len(), 1);
}

#[test]
fn the_latest_version_of_an_event_counts() {
    let version =
        |sequence: &str, day: &str| format!("UID:a\nSEQUENCE:{sequence}\nDTSTART;VALUE=DATE:202611{day}");
    let (first, second) = (version("2", "10"), version("10", "11"));
    for order in [[&*first, &*second], [&*second, &*first]] {
        assert_eq!(in_2026(&order), Ok(vec![days("2026-11-11", "2026-11-11")]));
    }
    let cancelled = format!("{}\nSTATUS:CANCELLED", version("11", "11"));
    assert_eq!(in_2026(&[&cancelled, &second, &first]), Ok(vec![]));
    let withdrawn = calendar(&[&first]).replacen("VERSION:2.0", "METHOD:CANCEL", 1);
    assert_eq!(absences(&withdrawn), Ok(vec![]));
}

#[test]
fn what_is_shown_as_free_or_declined_keeps_nobody_from_work() {
    let whole = "DTSTART;VALUE=DATE:20261224\n";
    for free in [
        "TRANSP:TRANSPARENT",
        "X-MICROSOFT-CDO-BUSYSTATUS:FREE",
        "X-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE",
        "ATTENDEE;CN=\"Lima, Ana\";PARTSTAT=DECLINED:mailto:Ana@acme.example",
        "ATTENDEE;PARTSTAT=declined;EMAIL=ana@acme.example:urn:uuid:1",
        "ATTENDEE;PARTSTAT=DECLINED:MAILTO:ana@ac\n me.example",
    ] {
        assert_eq!(away(&[&format!("{whole}{free}")]), [], "{free}");
        assert_eq!(in_2026(&[&format!("{whole}{free}")]).unwrap().len(), 1, "{free} is a holiday");
    }
    for busy in [
        "TRANSP:OPAQUE",
        "X-MICROSOFT-CDO-BUSYSTATUS:OOF",
        "X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE",
        "ATTENDEE;PARTSTAT=DECLINED:mailto:bo@acme.example",
        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:ana@acme.example",
    ] {
        assert_eq!(away(&[&format!("{whole}{busy}")]).len(), 1, "{busy}");
    }
}

#[test]
fn a_feed_of_busy_times_is_read() {
    let text = "BEGIN:VCALENDAR\nBEGIN:VFREEBUSY\nDTSTART:20261101T000000Z\nDTEND:20261201T000000Z\n\
                FREEBUSY;FBTYPE=BUSY:20261124T110000Z/20261124T120000Z,20261125T110000Z/PT1H\n\
                FREEBUSY;FBTYPE=FREE:20261126T110000Z/PT1H\nFREEBUSY:20261127T110000Z/PT1H\n\
                FREEBUSY:yesterday/PT1H\nEND:VFREEBUSY\nEND:VCALENDAR\n";
    let found = read(text, Whose::Rep("ana@acme.example"));
    let days: Vec<_> = found.absences.iter().map(|(absence, _)| *absence).collect();
    assert_eq!(
        days,
        [
            span(NOON.0, NOON.1),
            span("2026-11-25T11:00", "2026-11-25T12:00"),
            span("2026-11-27T11:00", "2026-11-27T12:00"),
        ]
    );
    assert_eq!(
        found.set_aside,
        ["line 8: FREEBUSY is 'yesterday', not a date such as 20261224 or 20261224T120000Z"]
    );
}

#[test]
fn a_fold_inside_a_character_and_other_encodings_are_read() {
    let text = calendar(&["SUMMARY:Urlaub Müller\nDTSTART;VALUE=DATE:20261224"]);
    let cut = text.replace("ü", "\u{1}");
    let folded: Vec<u8> =
        cut.bytes().flat_map(|byte| if byte == 1 { b"\xC3\r\n \xBC".to_vec() } else { vec![byte] }).collect();
    let utf_16: Vec<u8> = format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mac = text.replace("\r\n", "\r").into_bytes();
    let year = (day("2026-01-01"), day("2026-12-31"));
    for bytes in [folded, utf_16, mac] {
        let found = Calendar::read(&bytes, Whose::Everybody, Tz::UTC, year).unwrap();
        assert_eq!(found.absences, [(days("2026-12-24", "2026-12-24"), "Urlaub Müller".to_owned())]);
    }
}

#[test]
fn lines_of_a_text_that_was_not_folded_are_no_properties() {
    let text = "DESCRIPTION:Agenda\nStatus: cancelled\nSTATUS: CANCELLED\ndtstart:20200101\n\nkind regards\nRrule: daily\n";
    let body = format!("{text}DTSTART;VALUE=DATE:20261224");
    assert_eq!(in_2026(&[&body]), Ok(vec![days("2026-12-24", "2026-12-24")]));
    let lower = calendar(&["SUMMARY:x\nDTSTART;VALUE=DATE:20261224\nSTATUS:CANCELLED"]).to_lowercase();
    assert_eq!(absences(&lower), Ok(vec![]), "a file that writes its names in lower case");
    let by_hand = "DTSTART;VALUE=DATE: 20261224\nSTATUS: CANCELLED";
    assert_eq!(in_2026(&[by_hand]), Ok(vec![]));
}

#[test]
fn years_of_daily_series_cost_nothing() {
    let series =
        |kind: &str| format!("DTSTART;TZID=Europe/Berlin:20150105T080000\nDURATION:PT15M\nRRULE:FREQ={kind}");
    let many: Vec<String> =
        (0..12).map(|n| series("DAILY").replace("080000", &format!("0800{n:02}"))).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(in_2026(&many).unwrap().len(), 12 * 365);
    let fortnightly = in_2026(&[&series("WEEKLY;INTERVAL=2")]).unwrap();
    assert_eq!(
        fortnightly.first(),
        Some(&span("2026-01-05T07:00", "2026-01-05T07:15")),
        "574 weeks after the first"
    );
    assert_eq!(fortnightly.len(), 26);
    assert_eq!(in_2026(&[&series("DAILY;UNTIL=20200101T000000Z")]), Ok(vec![]));
    assert_eq!(
        in_2026(&[&series("DAILY;COUNT=4020")]).unwrap().len(),
        4020 - 4014,
        "the days since then are counted"
    );
}

#[test]
fn a_zone_of_windows_is_the_place_that_cldr_has_for_it_today() {
    for (windows, place, winter) in [
        ("Pacific Standard Time", "America/Los_Angeles", 20),
        ("India Standard Time", "Asia/Kolkata", 6),
        ("Central Europe Standard Time", "Europe/Budapest", 11),
        ("GMT Standard Time", "Europe/London", 12),
        ("Tokyo Standard Time", "Asia/Tokyo", 3),
        ("Central Asia Standard Time", "Asia/Bishkek", 6),
        ("South Sudan Standard Time", "Africa/Juba", 10),
    ] {
        let body = |zone: &str| format!("DTSTART;TZID={zone}:20261124T120000\nDURATION:PT1H");
        let found = in_2026(&[&body(windows)]);
        assert_eq!(found, in_2026(&[&body(place)]), "{windows}");
        let Ok([Absence::Span { from, .. }]) = found.as_deref() else { panic!("{windows}: {found:?}") };
        assert_eq!(chrono::Timelike::hour(from), winter, "{windows}");
    }
}
