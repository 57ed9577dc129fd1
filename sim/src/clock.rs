//! Virtual time, and a small executor that moves it.
//!
//! Nothing here waits on the real clock: when every future of a run waits for a
//! time, the clock jumps to the earliest of those times.

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use selvedge_ports::Clock;
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

/// Adds, staying at the end of time instead of overflowing.
pub(crate) fn plus(time: Timestamp, duration: SignedDuration) -> Timestamp {
    time.checked_add(duration).unwrap_or(if duration.is_negative() { Timestamp::MIN } else { Timestamp::MAX })
}

/// A clock that stands still until it is moved. Clones share the time.
#[derive(Debug, Clone)]
pub struct SimClock(Arc<Mutex<Inner>>);

#[derive(Debug)]
struct Inner {
    now: Timestamp,
    next_timer: u64,
    /// By moment, then by order of registration, so that equal moments wake in a
    /// fixed order.
    timers: BTreeMap<(Timestamp, u64), Option<Waker>>,
}

impl SimClock {
    /// A clock that shows `start`.
    pub fn new(start: Timestamp) -> Self {
        Self(Arc::new(Mutex::new(Inner { now: start, next_timer: 0, timers: BTreeMap::new() })))
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Now.
    pub fn now(&self) -> Timestamp {
        self.lock().now
    }

    /// Moves the time on by `duration`; does nothing if it is not positive.
    pub fn advance(&self, duration: SignedDuration) {
        let target = plus(self.now(), duration);
        self.advance_to(target);
    }

    /// Moves the time on to `target`, waking what waited for the moments on the
    /// way; does nothing if `target` is past.
    pub fn advance_to(&self, target: Timestamp) {
        let woken: Vec<Waker> = {
            let mut inner = self.lock();
            inner.now = inner.now.max(target);
            let now = inner.now;
            inner.timers.range_mut(..=(now, u64::MAX)).filter_map(|(_, waker)| waker.take()).collect()
        };
        for waker in woken {
            waker.wake();
        }
    }

    /// Jumps to the earliest moment that something waits for. Returns whether
    /// there was one.
    pub fn advance_to_next_timer(&self) -> bool {
        let next = self.lock().timers.keys().next().map(|(at, _)| *at);
        match next {
            Some(at) => {
                self.advance_to(at);
                true
            }
            None => false,
        }
    }
}

#[async_trait]
impl Clock for SimClock {
    fn now(&self) -> Timestamp {
        Self::now(self)
    }

    async fn sleep(&self, duration: SignedDuration) {
        if duration.is_positive() {
            Sleep { clock: self.clone(), until: plus(self.now(), duration), timer: None }.await;
        }
    }
}

struct Sleep {
    clock: SimClock,
    until: Timestamp,
    timer: Option<u64>,
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        let mut inner = this.clock.lock();
        if inner.now >= this.until {
            return Poll::Ready(());
        }
        let id = *this.timer.get_or_insert_with(|| {
            inner.next_timer += 1;
            inner.next_timer
        });
        inner.timers.insert((this.until, id), Some(cx.waker().clone()));
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        // A dropped sleeper (a crash, a lost race) must not hold the clock back.
        if let Some(id) = self.timer {
            self.clock.lock().timers.remove(&(self.until, id));
        }
    }
}

struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// Runs `future` to its end on this thread, in virtual time. Deterministic: the
/// same future with the same clock makes the same steps.
///
/// # Panics
/// If the future waits for something that no timer of `clock` will bring: it
/// would hang forever.
pub fn run<F: Future>(clock: &SimClock, future: F) -> F::Output {
    let flag = Arc::new(Flag(AtomicBool::new(false)));
    let waker = Waker::from(flag.clone());
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
        if flag.0.swap(false, Ordering::SeqCst) {
            continue;
        }
        assert!(clock.advance_to_next_timer(), "the simulation waits for something that never comes");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::future::{Either, join, join_all, select};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn secs(n: i64) -> SignedDuration {
        SignedDuration::from_secs(n)
    }

    #[test]
    fn two_sleepers_in_parallel_take_as_long_as_the_longer() {
        let clock = SimClock::new(at(100));
        let order = Mutex::new(Vec::new());
        let sleeper = |name: &'static str, first: i64, second: i64| {
            let (clock, order) = (clock.clone(), &order);
            async move {
                for step in [first, second] {
                    Clock::sleep(&clock, secs(step)).await;
                    order.lock().unwrap().push((name, clock.now().as_second()));
                }
            }
        };
        run(&clock, join(sleeper("a", 3, 4), sleeper("b", 5, 1)));
        assert_eq!(*order.lock().unwrap(), [("a", 103), ("b", 105), ("b", 106), ("a", 107)]);
        assert_eq!(clock.now(), at(107));
    }

    #[test]
    fn equal_moments_wake_in_the_order_of_asking() {
        let clock = SimClock::new(at(0));
        let order = Mutex::new(Vec::new());
        run(
            &clock,
            join_all((0..5).map(|n| {
                let (clock, order) = (clock.clone(), &order);
                async move {
                    Clock::sleep(&clock, secs(9)).await;
                    order.lock().unwrap().push(n);
                }
            })),
        );
        assert_eq!(*order.lock().unwrap(), [0, 1, 2, 3, 4]);
    }

    #[test]
    fn a_dropped_sleeper_does_not_move_the_clock() {
        let clock = SimClock::new(at(0));
        let won = run(&clock, async {
            let long = pin!(Clock::sleep(&clock, secs(1000)));
            let short = pin!(Clock::sleep(&clock, secs(1)));
            matches!(select(long, short).await, Either::Right(_))
        });
        assert!(won);
        assert_eq!(clock.now(), at(1));
        assert!(!clock.advance_to_next_timer(), "the long sleeper's timer is gone");
    }

    #[test]
    fn no_or_negative_time_returns_at_once() {
        let clock = SimClock::new(at(7));
        run(&clock, async {
            Clock::sleep(&clock, SignedDuration::ZERO).await;
            Clock::sleep(&clock, secs(-5)).await;
        });
        assert_eq!(clock.now(), at(7));
    }

    #[test]
    #[should_panic(expected = "never comes")]
    fn a_hang_is_reported() {
        run(&SimClock::new(at(0)), std::future::pending::<()>());
    }
}
