//! The program's allocator: see ADR 0009. It is a crate of its own because it holds the only
//! call into C that is ours; all other crates forbid `unsafe`.

/// The allocator, for `#[global_allocator]`.
pub use mimalloc::MiMalloc as Allocator;

/// `mi_option_purge_delay` of mimalloc 2 (its `mimalloc.h`), which the bindings do not name.
const PURGE_DELAY: libmimalloc_sys::mi_option_t = 15;

/// From now on memory that is freed goes back to the system at once, not some ten
/// milliseconds later. A decision frees in small pieces what it took in small pieces: with
/// the delay the most that was held differed by 100 MiB from run to run of one import.
pub fn give_back_at_once() {
    #[expect(unsafe_code, reason = "a setter of a number: it takes no pointer, and any thread may call it")]
    unsafe {
        libmimalloc_sys::mi_option_set(PURGE_DELAY, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_option_is_the_one_that_is_meant() {
        #[expect(unsafe_code, reason = "a getter of a number")]
        let read = || unsafe { libmimalloc_sys::mi_option_get(PURGE_DELAY) };
        assert_eq!(read(), 10, "the delay that mimalloc 2 begins with, in milliseconds");
        give_back_at_once();
        assert_eq!(read(), 0);
    }
}
