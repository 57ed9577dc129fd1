//! Any bytes, in any chunks: the same pieces, each within the file.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| selvedge_fuzz::framer(data));
