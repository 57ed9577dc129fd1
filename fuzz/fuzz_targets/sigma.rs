//! Any text as a Sigma rule file.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| selvedge_fuzz::sigma(data));
