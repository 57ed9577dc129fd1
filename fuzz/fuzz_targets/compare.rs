//! Two IAM policies, a line each.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| selvedge_fuzz::compare(data));
