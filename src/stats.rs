//! Shares and what they can bear: precision, recall, lift, and 95 % intervals. Pure arithmetic; knows nothing of contacts.

use serde::Serialize;

/// The standard normal quantile of 0.975: intervals are two-sided, at 95 %.
const Z: f64 = 1.959_963_984_540_054;

/// So many of so many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Share {
    pub hits: u64,
    /// Never less than `hits`.
    pub of: u64,
}

/// Where a value lies with 95 % confidence; both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Interval {
    pub low: f64,
    pub high: f64,
}

/// How well a choice of contacts meets the outcome: 'leads' are those chosen.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Quality {
    pub leads: u64,
    pub converted: u64,
    /// Converted leads by leads, 0 to 1; `None` without leads.
    pub precision: Option<f64>,
    pub interval: Option<Interval>,
    /// Converted leads by all who converted, 0 to 1; `None` when nobody did.
    pub recall: Option<f64>,
    /// Precision by the share of everybody who converted; 1 is no better than chance.
    pub lift: Option<f64>,
}

impl Share {
    pub fn count(&mut self, hit: bool) {
        self.hits += u64::from(hit);
        self.of += 1;
    }

    pub fn add(&mut self, other: Self) {
        self.hits += other.hits;
        self.of += other.of;
    }

    /// 0 to 1; `None` of nothing.
    pub fn rate(self) -> Option<f64> {
        ratio(self.hits, self.of)
    }

    /// The Wilson score interval: honest for few cases and for rates near 0 and 1, where the usual `p ± z·s` is not.
    /// E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of the American
    /// Statistical Association 22 (1927), 209–212.
    pub fn interval(self) -> Option<Interval> {
        let p = self.rate()?;
        let n = float(self.of);
        let scale = 1.0 + Z * Z / n;
        let center = (p + Z * Z / (2.0 * n)) / scale;
        let half = Z / scale * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
        // At 0 and 1 the ends are exact; rounding would leave them a hair beside.
        let low = if self.hits == 0 { 0.0 } else { (center - half).max(0.0) };
        let high = if self.hits == self.of { 1.0 } else { (center + half).min(1.0) };
        Some(Interval { low, high })
    }
}

impl Quality {
    /// `chosen` of the leads, `all` of everybody.
    pub fn of(chosen: Share, all: Share) -> Self {
        let precision = chosen.rate();
        let base = all.rate().filter(|base| *base > 0.0);
        Self {
            leads: chosen.of,
            converted: chosen.hits,
            precision,
            interval: chosen.interval(),
            recall: ratio(chosen.hits, all.hits),
            lift: precision.zip(base).map(|(precision, base)| precision / base),
        }
    }
}

impl Interval {
    pub fn contains(self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }

    pub fn width(self) -> f64 {
        self.high - self.low
    }

    #[must_use]
    pub fn scaled(self, by: f64) -> Self {
        Self { low: self.low * by, high: self.high * by }
    }
}

/// Where the mean of a count lies that came out as `count`, if events come independently of each other: Byar's
/// approximation to the exact Poisson interval. N. E. Breslow, N. E. Day, "Statistical Methods in Cancer Research",
/// vol. II (1987), 69.
pub fn poisson(count: u64) -> Interval {
    let end = |k: f64, sign: f64| k * (1.0 - 1.0 / (9.0 * k) + sign * Z / (3.0 * k.sqrt())).powi(3);
    let low = if count == 0 { 0.0 } else { end(float(count), -1.0).max(0.0) };
    Interval { low, high: end(float(count) + 1.0, 1.0) }
}

/// `part / whole`; `None` of nothing.
pub fn ratio(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| float(part) / float(whole))
}

/// A count as a number.
#[expect(clippy::cast_precision_loss, reason = "contacts and days are far fewer than 2^52")]
pub fn float(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn share(hits: u64, of: u64) -> Share {
        Share { hits, of }
    }

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() < 5e-4
    }

    #[test]
    fn the_interval_is_the_one_of_the_textbooks() {
        // R. G. Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
        for (hits, of, low, high) in
            [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (1, 29, 0.0061, 0.1718)]
        {
            let interval = share(hits, of).interval().unwrap();
            assert!(close(interval.low, low) && close(interval.high, high), "{interval:?}");
        }
        let none = share(0, 20).interval().unwrap();
        assert!(none.low.to_bits() == 0 && close(none.high, 0.1611), "{none:?}");
    }

    #[test]
    fn a_mean_of_few_events_has_the_interval_of_the_tables() {
        // Exact: 10 -> 4.795 to 18.39; Byar's is within a few hundredths.
        let interval = poisson(10);
        assert!((interval.low - 4.79).abs() < 0.02 && (interval.high - 18.39).abs() < 0.02, "{interval:?}");
        assert!((poisson(0).high - 3.689).abs() < 0.05);
    }

    #[test]
    fn lift_is_precision_by_the_base_rate() {
        let quality = Quality::of(share(30, 50), share(60, 300));
        assert_eq!(quality.lift, Some(0.6 / 0.2));
        assert_eq!((quality.precision, quality.recall), (Some(0.6), Some(0.5)));
        assert_eq!(Quality::of(share(0, 0), share(0, 10)).lift, None);
    }

    proptest! {
        #[test]
        fn an_interval_holds_its_rate_and_stays_between_0_and_1(of in 1_u64..100_000, part in 0.0..=1.0_f64) {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and `of`")]
            let hits = (part * float(of)) as u64;
            let share = share(hits, of);
            let interval = share.interval().unwrap();
            prop_assert!(0.0 <= interval.low && interval.high <= 1.0);
            prop_assert!(interval.contains(share.rate().unwrap()));
        }

        #[test]
        fn more_of_the_same_narrows_the_interval(hits in 0_u64..1_000, misses in 0_u64..1_000, times in 2_u64..9) {
            prop_assume!(hits + misses > 0);
            let few = share(hits, hits + misses).interval().unwrap();
            let many = share(hits * times, (hits + misses) * times).interval().unwrap();
            prop_assert!(many.width() < few.width());
        }

        #[test]
        fn success_and_failure_mirror_each_other(hits in 0_u64..1_000, misses in 0_u64..1_000) {
            prop_assume!(hits + misses > 0);
            let yes = share(hits, hits + misses).interval().unwrap();
            let no = share(misses, hits + misses).interval().unwrap();
            prop_assert!((yes.low - (1.0 - no.high)).abs() < 1e-12 && (yes.high - (1.0 - no.low)).abs() < 1e-12);
        }

        #[test]
        fn the_mean_of_a_count_lies_around_it(count in 0_u64..1_000_000) {
            prop_assert!(poisson(count).contains(float(count)));
        }

        #[test]
        fn choosing_everybody_lifts_nothing(hits in 1_u64..1_000, misses in 0_u64..1_000) {
            let all = share(hits, hits + misses);
            let quality = Quality::of(all, all);
            prop_assert_eq!((quality.recall, quality.lift), (Some(1.0), Some(1.0)));
        }
    }
}
