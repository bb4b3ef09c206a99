#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| driftline_fuzz::read_times(text));
