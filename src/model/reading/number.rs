//! Numbers as people and programs write them: signs, groups of digits, currencies, percent; and ranges of them.

use iso_currency::Currency;

use crate::model::fold;

/// What separates the fraction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Decimal {
    #[default]
    Point,
    Comma,
}

/// Which number stands for a range. One end that is open is the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RangeEnd {
    Low,
    Middle,
    High,
}

/// From one number to another; an end that is not there is open.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Range {
    low: Option<f64>,
    high: Option<f64>,
}

/// Signs of negative numbers: the hyphen, and the minus of typesetters.
const MINUS: [char; 2] = ['-', '\u{2212}'];

/// What people put between the ends of a range.
const BETWEEN: [&str; 6] = ["-", "\u{2013}", "\u{2014}", "\u{2212}", " to ", ".."];

/// What is counted in sizes of companies, in singular and plural; folded.
#[rustfmt::skip]
const COUNTED: [&str; 15] = [
    "employee", "employees", "people", "persons", "staff", "users", "seats", "fte", "ftes", "mitarbeiter", "mitarbeitende",
    "employés", "salariés", "empleados", "dipendenti",
];

/// Currencies that people write in other ways than by a sign or an ISO code.
const LOCAL_MONEY: [&str; 8] = ["kr", "kr.", "zł", "kč", "ft", "lei", "rs.", "fr."];

impl RangeEnd {
    /// The word that `rules.toml` uses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Middle => "middle",
            Self::High => "high",
        }
    }
}

impl Range {
    pub(super) fn at(self, end: RangeEnd) -> f64 {
        let (low, high) = match (self.low, self.high) {
            (Some(low), Some(high)) => (low, high),
            // "up to 50" begins at nothing; "10,000+" has no end that could stand for it.
            (None, Some(high)) => (0.0, high),
            (Some(low), None) => (low, low),
            (None, None) => (0.0, 0.0),
        };
        match end {
            RangeEnd::Low => low,
            RangeEnd::Middle => f64::midpoint(low, high),
            RangeEnd::High => high,
        }
    }
}

/// One number; `None` when it is none, or when its groups of digits are not groups.
pub(super) fn read(raw: &str, decimal: Decimal) -> Option<f64> {
    let is_plain = decimal == Decimal::Point || !raw.contains(['.', ',']);
    let plain = if is_plain { raw.parse().ok() } else { None };
    plain.or_else(|| dressed(raw, decimal)).filter(|number| number.is_finite())
}

/// `51-200`, `10,000+`, `> 500`, `1-10 employees`, `$1M - $5M`.
pub(super) fn range(raw: &str, decimal: Decimal) -> Option<Range> {
    let text = uncounted(raw.trim());
    let end = |text: &str| scaled(text.trim(), decimal).map(|(number, _)| number);
    if let Some(rest) = text.strip_suffix('+') {
        return Some(Range { low: Some(end(rest)?), high: None });
    }
    if let Some(rest) = text.strip_prefix(['>', '≥']) {
        return Some(Range { low: Some(end(rest.trim_start_matches('='))?), high: None });
    }
    if let Some(rest) = text.strip_prefix(['<', '≤']) {
        return Some(Range { low: None, high: Some(end(rest.trim_start_matches('='))?) });
    }
    let both = BETWEEN.iter().find_map(|between| {
        let (low, high) = text.split_once(between)?;
        let ((low, low_scale), (high, high_scale)) =
            (scaled(low.trim(), decimal)?, scaled(high.trim(), decimal)?);
        // `1-5M` may begin at one or at a million.
        (low_scale > 1.0 || high_scale <= 1.0).then_some((low, high))
    });
    let one = || end(text).filter(|_| text.len() < raw.trim().len()).map(|number| (number, number));
    let (low, high) = both.or_else(one).filter(|(low, high)| low <= high)?;
    Some(Range { low: Some(low), high: Some(high) })
}

/// An end of a range, and the unit that it is counted in: `10k`, `$5M`.
fn scaled(text: &str, decimal: Decimal) -> Option<(f64, f64)> {
    let units = [(['k', 'K'], 1e3), (['m', 'M'], 1e6), (['b', 'B'], 1e9)];
    let unit = units.iter().find_map(|(letters, scale)| Some((text.strip_suffix(*letters)?, *scale)));
    let (text, scale) = unit.unwrap_or((text, 1.0));
    Some((read(text, decimal)? * scale, scale))
}

/// Without what is counted: `1-10 employees`.
fn uncounted(text: &str) -> &str {
    let Some((rest, word)) = text.rsplit_once(char::is_whitespace) else { return text };
    if COUNTED.contains(&&*fold(word)) { rest.trim_end() } else { text }
}

/// A number with a sign, brackets, a currency or a percent sign around it.
fn dressed(raw: &str, decimal: Decimal) -> Option<f64> {
    let mut text = raw.trim();
    let (mut is_signed, mut is_negative, mut has_unit) = (false, false, false);
    loop {
        let before = text;
        // Accountants write a loss in brackets.
        if let Some(inner) =
            text.strip_prefix('(').and_then(|text| text.strip_suffix(')')).filter(|_| !is_signed)
        {
            (text, is_signed, is_negative) = (inner, true, true);
        } else if let Some(rest) =
            text.strip_prefix(MINUS).or_else(|| text.strip_suffix(MINUS)).filter(|_| !is_signed)
        {
            (text, is_signed, is_negative) = (rest, true, true);
        } else if let Some(rest) = text.strip_prefix('+').filter(|_| !is_signed) {
            (text, is_signed) = (rest, true);
        } else if let Some(rest) = without_unit(text).filter(|_| !has_unit) {
            (text, has_unit) = (rest, true);
        }
        text = text.trim();
        if text == before {
            break;
        }
    }
    let number = grouped(text, decimal)?;
    Some(if is_negative { -number } else { number })
}

/// Without a currency or a percent sign at one end.
fn without_unit(text: &str) -> Option<&str> {
    let is_value = |c: char| c.is_ascii_digit() || "+()".contains(c) || MINUS.contains(&c);
    let (ahead, rest) = text.split_at_checked(text.find(is_value)?)?;
    if is_unit(ahead.trim()) {
        return Some(rest);
    }
    let behind = text.rsplit(is_value).next()?;
    is_unit(behind.trim()).then(|| text.strip_suffix(behind))?
}

/// `%`, `€`, `US$`, `$US`, `CHF`, `kr`.
fn is_unit(text: &str) -> bool {
    let is_sign = |c: char| matches!(c, '$' | '¢'..='¥' | '฿' | '৳' | '\u{20A0}'..='\u{20CF}' | '﷼' | '＄' | '￠'..='￦');
    let with_sign = || {
        let letters = text.trim_matches(is_sign);
        letters.len() < text.len()
            && letters.len() <= 3
            && letters.bytes().all(|byte| byte.is_ascii_alphabetic())
    };
    text == "%" || Currency::from_code(text).is_some() || LOCAL_MONEY.contains(&&*fold(text)) || with_sign()
}

/// What stands between groups of digits, besides the point and the comma.
fn is_gap(c: char) -> bool {
    matches!(c, ' ' | '\u{A0}' | '\u{2007}' | '\u{2009}' | '\u{202F}' | '\'' | '\u{2019}')
}

/// `1,234,567.89`, or the other way round where only that is possible. One separator alone is what `decimal` says: were it
/// guessed by the digits that follow, `80,5` and `1,234` of one column would be read in two ways.
fn grouped(text: &str, decimal: Decimal) -> Option<f64> {
    let (point, comma) = (text.rfind('.'), text.rfind(','));
    let mark = match (point, comma) {
        (Some(point), Some(comma)) => {
            if point > comma {
                '.'
            } else {
                ','
            }
        }
        _ => {
            if decimal == Decimal::Point {
                '.'
            } else {
                ','
            }
        }
    };
    let is_group = text.matches(mark).count() > 1;
    let (whole, fraction) = text.split_once(mark).filter(|_| !is_group).unwrap_or((text, ""));
    let mut number = String::with_capacity(text.len());
    let mut separators = whole.chars().filter(|c| !c.is_ascii_digit());
    if let Some(separator) = separators.next() {
        let is_same = |c: char| c == separator || is_gap(separator) && is_gap(c);
        let is_separator = is_gap(separator) || ".,".contains(separator);
        if !is_separator || !separators.all(is_same) || !are_groups(whole, separator) {
            return None;
        }
    }
    number.extend(whole.chars().filter(char::is_ascii_digit));
    if !fraction.is_empty() {
        number.push('.');
        number.push_str(fraction);
    }
    let is_number = number.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    if is_number { number.parse().ok() } else { None }
}

/// Groups of three, or as in India two after the first three: `12,34,567`. A number with groups begins with no zero.
fn are_groups(whole: &str, separator: char) -> bool {
    let lengths: Vec<usize> = whole.split(|c: char| !c.is_ascii_digit()).map(str::len).collect();
    let Some((last, others)) = lengths.split_last() else { return false };
    let Some((first, middle)) = others.split_first() else { return false };
    let by_three = (1..=3).contains(first) && middle.iter().all(|length| *length == 3);
    let by_two = separator == ',' && (1..=2).contains(first) && middle.iter().all(|length| *length == 2);
    *last == 3 && (by_three || by_two) && !whole.starts_with('0')
}
