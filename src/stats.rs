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

/// How probable a fall from one share to a lower one at least this steep is, if both are drawn from the same: the one-sided
/// exact test of R. A. Fisher, "Statistical Methods for Research Workers", 5th ed. (1934), § 21.02. It holds for any size of
/// either share, and is 1 for what is no fall.
pub fn fall_by_chance(from: Share, to: Share) -> f64 {
    if from.rate() <= to.rate() {
        return 1.0;
    }
    // Of all the tables with these sums, how often each occurs by the one that was seen: Σ over those as steep by Σ over all.
    let hits = from.hits + to.hits;
    let (of, all, others) = (float(from.of), float(hits), float(to.of) - float(hits));
    let next = |k: f64| (all - k) * (of - k) / ((k + 1.0) * (others + k + 1.0));
    let mut weight = 1.0;
    let as_steep: f64 = (from.hits..=hits.min(from.of))
        .map(|k| {
            let this = weight;
            weight *= next(float(k));
            this
        })
        .sum();
    weight = 1.0;
    let less_steep: f64 = (hits.saturating_sub(to.of)..from.hits)
        .rev()
        .map(|k| {
            weight /= next(float(k));
            weight
        })
        .sum();
    as_steep / (as_steep + less_steep)
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
    fn a_fall_by_chance_is_as_probable_as_fisher_says() {
        // The twins of convicts, § 21.02: 10 of 13 beside 2 of 17.
        let twins = fall_by_chance(share(10, 13), share(2, 17));
        assert!((twins - 619.0 / 1_330_665.0).abs() < 1e-12, "{twins}");
        // The lady who tastes tea, "The Design of Experiments" (1935), § 5 and § 10.
        let tea = fall_by_chance(share(4, 4), share(0, 4));
        assert!((tea - 1.0 / 70.0).abs() < 1e-12, "{tea}");
        let one_off = fall_by_chance(share(3, 4), share(1, 4));
        assert!((one_off - 17.0 / 70.0).abs() < 1e-12, "{one_off}");
    }

    #[test]
    fn what_is_no_fall_or_a_certain_one_has_an_answer_too() {
        for (from, to) in [((1, 4), (1, 4)), ((0, 9), (9, 9)), ((0, 0), (1, 2)), ((1, 2), (0, 0))] {
            let chance = fall_by_chance(share(from.0, from.1), share(to.0, to.1));
            assert!((chance - 1.0).abs() < f64::EPSILON, "{from:?} {to:?} {chance}");
        }
        let certain = fall_by_chance(share(40_000, 40_000), share(0, 40_000));
        assert!((0.0..1e-300).contains(&certain), "{certain}");
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
        fn a_steeper_fall_is_less_probable(hits in 1_u64..60, misses in 0_u64..60, low in 0_u64..60, of in 1_u64..60) {
            let (from, to) = (share(hits, hits + misses), share(low.min(of), of));
            let chance = fall_by_chance(from, to);
            prop_assert!((0.0..=1.0).contains(&chance));
            let steeper = fall_by_chance(from, share(to.hits.saturating_sub(1), to.of));
            prop_assert!(steeper <= chance + 1e-12, "{steeper} {chance}");
        }

        #[test]
        fn choosing_everybody_lifts_nothing(hits in 1_u64..1_000, misses in 0_u64..1_000) {
            let all = share(hits, hits + misses);
            let quality = Quality::of(all, all);
            prop_assert_eq!((quality.recall, quality.lift), (Some(1.0), Some(1.0)));
        }
    }
}
