//! Any bytes as an answer of IAM or STS.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| selvedge_fuzz::aws_answers(data));
