//! Any text as a thresholds file.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| selvedge_fuzz::thresholds(data));
