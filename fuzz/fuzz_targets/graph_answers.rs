//! Any bytes as an answer of Microsoft Graph.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| selvedge_fuzz::graph_answers(data));
