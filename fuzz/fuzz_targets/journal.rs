//! Any bytes as what the journal keeps.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| selvedge_fuzz::journal(data));
