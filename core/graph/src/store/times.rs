//! Times in eight bytes each.

use selvedge_model::Timestamp;

/// No time.
pub(super) const NONE: i64 = i64::MIN;
/// Packed values from here on are nanoseconds since 1970; those below name a time
/// that does not fit, by its place in the side table.
const PLAIN: i64 = i64::MIN + (1 << 33);

/// Times that nanoseconds in 64 bits cannot say: before 1677 or after 2262. Logs
/// that lie hold them, and nothing may be lost.
#[derive(Debug, Clone, Default)]
pub(super) struct Times {
    odd: Vec<Timestamp>,
}

impl Times {
    /// Packs a time. One that does not fit, and finds no room in the side table
    /// either, becomes the nearest that fits.
    pub(super) fn pack(&mut self, time: Option<Timestamp>) -> i64 {
        let Some(time) = time else { return NONE };
        if let Some(plain) = plain(time) {
            return plain;
        }
        let place = self.odd.iter().position(|odd| *odd == time).unwrap_or(self.odd.len());
        let named = i64::try_from(place).ok().and_then(|place| NONE.checked_add(1)?.checked_add(place));
        match named.filter(|named| *named < PLAIN && place < MOST_ODD) {
            Some(named) => {
                if place == self.odd.len() {
                    self.odd.push(time);
                }
                named
            }
            None if time.as_nanosecond() < 0 => PLAIN,
            None => i64::MAX,
        }
    }

    /// The time again.
    pub(super) fn unpack(&self, packed: i64) -> Option<Timestamp> {
        if packed >= PLAIN {
            return Timestamp::from_nanosecond(i128::from(packed)).ok();
        }
        let place = packed.checked_sub(NONE)?.checked_sub(1)?;
        self.odd.get(usize::try_from(place).ok()?).copied()
    }

    /// Whether the packed time is `t` or before it; `None` if there is none.
    pub(super) fn has_come(&self, packed: i64, t: Moment) -> Option<bool> {
        match t.plain {
            Some(plain) if packed >= PLAIN => Some(packed <= plain),
            _ => self.unpack(packed).map(|time| time <= t.time),
        }
    }
}

/// Different times beyond the years 1677 to 2262 that are kept; they are looked
/// through one by one.
const MOST_ODD: usize = 1_000;

fn plain(time: Timestamp) -> Option<i64> {
    i64::try_from(time.as_nanosecond()).ok().filter(|plain| *plain >= PLAIN)
}

/// A time that many are compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    pub(super) time: Timestamp,
    plain: Option<i64>,
}

impl Moment {
    /// The moment of a time.
    pub fn of(time: Timestamp) -> Self {
        Self { time, plain: plain(time) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_time_is_lost() {
        let mut times = Times::default();
        let odd = [Timestamp::MIN, Timestamp::MAX, "1500-01-01T00:00:00Z".parse().unwrap()];
        let all = ["2026-05-18T17:00:00.123456789Z", "1969-12-31T23:59:59.5Z", "1678-01-01T00:00:00Z"];
        let all = all.iter().map(|text| text.parse().unwrap()).chain(odd).chain(odd);
        for time in all {
            let packed = times.pack(Some(time));
            assert_eq!(times.unpack(packed), Some(time));
            for (t, come) in [(time, true), (Timestamp::MAX, true), (Timestamp::MIN, time == Timestamp::MIN)] {
                assert_eq!(times.has_come(packed, Moment::of(t)), Some(come), "{time} at {t}");
            }
        }
        assert_eq!(times.odd.len(), 3, "each is kept once");
        let none = times.pack(None);
        assert_eq!((times.unpack(none), times.has_come(none, Moment::of(Timestamp::MIN))), (None, None));
    }

    #[test]
    fn odd_times_without_end_take_no_memory_without_end() {
        let mut times = Times::default();
        for n in 0..2_000 {
            let late = Timestamp::MAX - jiff::SignedDuration::from_secs(n);
            let packed = times.pack(Some(late));
            assert!(times.unpack(packed).is_some_and(|time| time > "2262-01-01T00:00:00Z".parse().unwrap()));
        }
        assert_eq!(times.odd.len(), MOST_ODD);
    }
}
