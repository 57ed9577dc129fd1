//! Any bytes as an inventory export.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| selvedge_fuzz::estate(data));
