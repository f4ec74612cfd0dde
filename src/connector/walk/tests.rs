//! Three services that are walked in the same way: one whose rows are ids, one whose rows carry their record, and one whose
//! records stand in two objects.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::bail;

use super::super::keyset::Row;
use super::*;

const PAGE: usize = 3;
const NOW: i64 = 1_795_428_000_000;

/// What a service lists of these ids, in pages, by ascending id; each row carries its id doubled.
fn list(ids: &[&str], query: &Query<'_>) -> Listed<String> {
    let mut ids: Vec<&str> =
        ids.iter().copied().filter(|id| query.beyond.is_none_or(|beyond| *id > beyond)).collect();
    ids.sort_unstable();
    let (total, is_more) = (ids.len() as u64, ids.len() > PAGE);
    ids.truncate(PAGE);
    let row = |id: &&str| Row { id: (*id).to_owned(), modified_ms: Some(NOW - 1), carried: id.repeat(2) };
    Listed {
        rows: ids.iter().map(row).collect(),
        total: Some(total),
        after: is_more.then(|| "more".to_owned()),
        date_ms: Some(NOW),
    }
}

/// Walks one window; what was stored, in order, and whether that is all.
fn walk(
    cursor: &mut Cursor,
    search: &Search<'_, String>,
    take: &mut dyn FnMut(&str) -> Result<()>,
) -> Result<bool> {
    let first =
        if cursor.window.is_none() { Some(open(cursor, search, NOW, TimeDelta::minutes(5))?) } else { None };
    let (known, window) = (cursor.clone(), cursor.window.clone().unwrap());
    let read = |batch: &Batch<String>| Ok(batch.to_read.iter().map(|row| row.carried.clone()).collect());
    let deadline = Instant::now() + Duration::from_secs(60);
    let walk: WindowWalk<'_, String, Vec<String>> =
        WindowWalk { service: "The service", search, read: &read, readers: 2, deadline };
    walk.walk(&known, &window, first, &mut |batch, records| {
        records.iter().try_for_each(|record| take(record))?;
        cursor.advance(batch.last_id.as_deref());
        Ok(())
    })
}

#[test]
fn rows_that_carry_their_record_are_stored_in_order_whoever_reads_them() {
    let ids = ["a1", "a2", "a3", "a4", "b1", "b2", "b3"];
    let mut stored = Vec::new();
    let mut cursor = Cursor::resume(None, String::new());
    let is_whole = walk(&mut cursor, &|query| Ok(list(&ids, query)), &mut |record| {
        stored.push(record.to_owned());
        Ok(())
    });
    assert!(is_whole.unwrap());
    assert_eq!(stored, ids.map(|id| id.repeat(2)));
}

#[test]
fn two_objects_are_one_walk_when_the_object_stands_before_the_id() {
    // Leads before contacts: the prefix is part of the key, so one cursor says how far both have been walked.
    let search = |query: &Query<'_>| {
        let of_object = |object: &str, ids: &[&str]| {
            let keys: Vec<String> = ids.iter().map(|id| format!("{object}:{id}")).collect();
            list(&keys.iter().map(String::as_str).collect::<Vec<_>>(), query)
        };
        let leads = of_object("00Q", &["1", "2", "3", "4"]);
        Ok(if leads.rows.is_empty() {
            of_object("0Z3", &["1", "2"])
        } else {
            Listed { after: Some("the contacts".to_owned()), ..leads }
        })
    };
    let mut stored = BTreeSet::new();
    let mut cursor = Cursor::resume(None, String::new());
    let is_whole = walk(&mut cursor, &search, &mut |record| {
        assert!(stored.insert(record.to_owned()), "{record} came twice");
        Ok(())
    });
    assert!(is_whole.unwrap());
    assert_eq!(stored.len(), 6, "{stored:?}");
}

#[test]
fn a_walk_that_is_killed_between_two_pages_goes_on_behind_the_last_that_was_stored() {
    let ids = ["1", "2", "3", "4", "5", "6", "7"];
    for kill_at in 1..ids.len() {
        let mut stored = Vec::new();
        let mut cursor = Cursor::resume(None, String::new());
        let killed = walk(&mut cursor, &|query| Ok(list(&ids, query)), &mut |record| {
            if stored.len() == kill_at {
                bail!("killed");
            }
            stored.push(record.to_owned());
            Ok(())
        });
        assert!(killed.is_err());
        let text = serde_json::to_string(&cursor).unwrap();
        let mut cursor = Cursor::resume(Some(&text), String::new());
        walk(&mut cursor, &|query| Ok(list(&ids, query)), &mut |record| {
            stored.push(record.to_owned());
            Ok(())
        })
        .unwrap();
        let all: BTreeSet<&String> = stored.iter().collect();
        assert_eq!(all.len(), ids.len(), "after {kill_at}: {stored:?}");
        assert!(
            stored.len() < ids.len() + PAGE,
            "only the page that was not stored is read again: {stored:?}"
        );
    }
}

#[test]
fn a_search_that_fails_leaves_what_was_found_before_it() {
    let requests = AtomicUsize::new(0);
    let search = |query: &Query<'_>| {
        if requests.fetch_add(1, Ordering::Relaxed) == 1 {
            bail!("the token has expired");
        }
        Ok(list(&["1", "2", "3", "4", "5"], query))
    };
    let mut stored = Vec::new();
    let mut cursor = Cursor::resume(None, String::new());
    let failed = walk(&mut cursor, &search, &mut |record| {
        stored.push(record.to_owned());
        Ok(())
    });
    assert!(failed.is_err());
    assert_eq!(stored, ["11", "22", "33"]);
}

#[test]
fn a_date_far_ahead_moves_the_end_of_a_window_no_further_than_the_overlap() {
    let minutes = |minutes: i64| minutes * 60_000;
    for (date, newest, end) in [
        (minutes(1), None, minutes(1)),
        (minutes(15), None, minutes(5)),
        (minutes(15), Some(minutes(7)), minutes(12)),
        (minutes(-3), Some(minutes(-4)), minutes(-3)),
    ] {
        let mut cursor = Cursor::resume(None, String::new());
        let row = |at: i64| Row { id: "1".to_owned(), modified_ms: Some(NOW + at), carried: () };
        let rows = || newest.map(row).into_iter().collect();
        let search =
            |_: &Query<'_>| Ok(Listed { rows: rows(), total: None, after: None, date_ms: Some(NOW + date) });
        open(&mut cursor, &search, NOW, TimeDelta::minutes(5)).unwrap();
        assert_eq!(cursor.window.unwrap().hi, NOW + end + 999, "{date} {newest:?}");
    }
}
