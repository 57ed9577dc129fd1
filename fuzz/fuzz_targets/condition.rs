//! Any text as a condition of Azure.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| selvedge_fuzz::condition(data));
