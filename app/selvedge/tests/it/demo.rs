//! The demo is a check of its own; here it runs with several seeds.

use std::process::Command;

#[test]
fn the_demo_comes_out_for_every_seed() {
    for seed in ["1", "2", "3", "7", "1000"] {
        for form in [&["--json"][..], &[]] {
            let out = Command::new(env!("CARGO_BIN_EXE_selvedge")).args(["demo", "--seed", seed]).args(form).output();
            let out = out.expect("the binary runs");
            assert!(out.status.success(), "seed {seed}: {}", String::from_utf8_lossy(&out.stderr));
            assert!(!out.stdout.is_empty());
        }
    }
}
