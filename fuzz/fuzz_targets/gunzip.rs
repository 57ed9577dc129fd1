//! Any bytes as a file, plain or compressed.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| selvedge_fuzz::gunzip(data));
