//! Bytes and JSON spoilt in ways that a seed repeats.

#![allow(dead_code, reason = "each test binary uses its own part of this")]

use serde_json::{Map, Number, Value};

/// The generator `SplitMix64`: the same seed, the same numbers, on every machine.
#[derive(Clone, Debug)]
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Below `end`, which is above 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).expect("below a usize")
    }

    pub(crate) fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub(crate) fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

/// What parsers, terminals, spreadsheets and clocks have stumbled over.
pub(crate) const NASTY: [&str; 34] = [
    "\0",
    "\u{202e}",
    "\u{feff}",
    "\r\n",
    "\n",
    "\"",
    "\"\"\"",
    "'",
    "\\",
    "\\ud800",
    "\x1b]52;c;aGk=\x07",
    "=cmd|' /C calc'!A0",
    "<!channel>",
    "</script>",
    "{{7*7}}",
    "%s%n",
    "../../etc/passwd",
    "9223372036854775808",
    "-9223372036854775809",
    "1e999",
    "-0",
    "NaN",
    "0x10",
    "2026-02-30T25:61:61Z",
    "+292277026596-12-04",
    "0000-00-00",
    "[[[[[[[[[[[[[[[[",
    "{{{{{{{{{{{{{{{{",
    ",,,,,,,,",
    ";",
    "#",
    "=",
    "null",
    "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}",
];

/// One to four changes: bytes flipped, taken out, doubled, cut off, or something nasty put in.
pub(crate) fn spoil(bytes: &[u8], random: &mut Random) -> Vec<u8> {
    let mut spoilt = bytes.to_vec();
    for _ in 0..=random.below(4) {
        let at = random.below(spoilt.len() + 1);
        let end = (at + 1 + random.below(24)).min(spoilt.len());
        match random.below(7) {
            0 if at < spoilt.len() => spoilt[at] ^= 1 << random.below(8),
            1 => drop(spoilt.drain(at.min(end)..end)),
            2 => {
                let again = spoilt[at.min(end)..end].to_vec();
                spoilt.splice(at..at, again);
            }
            3 if random.one_in(4) => spoilt.truncate(at),
            4 => {
                let long = random.pick(&NASTY).repeat(1 + random.below(400));
                spoilt.splice(at..at, long.into_bytes());
            }
            _ => {
                let nasty = random.pick(&NASTY).bytes();
                spoilt.splice(at..at, nasty);
            }
        }
    }
    spoilt
}

/// As [`spoil`], for text.
pub(crate) fn spoil_text(text: &str, random: &mut Random) -> String {
    String::from_utf8_lossy(&spoil(text.as_bytes(), random)).into_owned()
}

/// JSON that is still JSON, with a value of another kind, a key missing or a list doubled; or spoilt as bytes are.
pub(crate) fn spoil_json(body: &[u8], random: &mut Random) -> Vec<u8> {
    match serde_json::from_slice::<Value>(body) {
        Ok(mut value) if !random.one_in(4) => {
            for _ in 0..=random.below(3) {
                spoil_value(&mut value, random);
            }
            value.to_string().into_bytes()
        }
        Ok(_) | Err(_) => spoil(body, random),
    }
}

fn spoil_value(value: &mut Value, random: &mut Random) {
    if random.one_in(6) {
        *value = another(random);
        return;
    }
    match value {
        Value::Array(items) if !items.is_empty() => {
            let at = random.below(items.len());
            match random.below(8) {
                0 => items.push(items[at].clone()),
                1 => drop(items.remove(at)),
                _ => spoil_value(&mut items[at], random),
            }
        }
        Value::Object(map) if !map.is_empty() => {
            let keys: Vec<String> = map.keys().cloned().collect();
            let key = random.pick(&keys);
            match random.below(8) {
                0 => drop(map.remove(key)),
                _ => spoil_value(&mut map[key], random),
            }
        }
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Array(_)
        | Value::Object(_) => *value = another(random),
    }
}

fn another(random: &mut Random) -> Value {
    match random.below(10) {
        0 => Value::Null,
        1 => Value::Bool(true),
        2 => Value::from(random.next()),
        3 => Number::from_f64(-1e300).map_or(Value::Null, Value::Number),
        4 => Value::Array(vec![Value::Null; random.below(3)]),
        5 => Value::Object(Map::new()),
        6 => Value::from(""),
        7 => Value::from(i64::MIN),
        8 => Value::from(i64::MAX),
        _ => Value::from(random.pick(&NASTY).repeat(1 + random.below(60))),
    }
}
