//! Median, least and most of several runs.

use serde::Serialize;

/// Of an odd or even number of runs; the median of an even number is the mean of
/// the two in the middle.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct Spread {
    /// In the middle.
    pub(crate) median: f64,
    /// Least.
    pub(crate) min: f64,
    /// Most.
    pub(crate) max: f64,
}

impl Spread {
    /// Of at least one value.
    pub(crate) fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut sorted: Vec<f64> = values.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        let (min, max) = (*sorted.first()?, *sorted.last()?);
        let (low, high) = (sorted.get((sorted.len() - 1) / 2)?, sorted.get(sorted.len() / 2)?);
        Some(Self { median: low.midpoint(*high), min, max })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spreads_table() {
        for (values, expected) in [
            (vec![], None),
            (vec![2.0], Some((2.0, 2.0, 2.0))),
            (vec![3.0, 1.0, 2.0], Some((2.0, 1.0, 3.0))),
            (vec![4.0, 1.0, 2.0, 9.0], Some((3.0, 1.0, 9.0))),
        ] {
            let found = Spread::of(values.clone()).map(|s| (s.median, s.min, s.max));
            assert_eq!(found, expected, "{values:?}");
        }
    }
}
