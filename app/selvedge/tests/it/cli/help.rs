//! Help, usage, completions and explanations.

use super::Program;
use std::collections::BTreeSet;
use std::path::Path;

/// The commands that a help text lists.
fn commands(help: &str) -> Vec<String> {
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    // Further lines of a description are indented more.
    let first = listed.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    first.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").map(str::to_owned).collect()
}

#[test]
fn every_command_has_help_with_an_example() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::new(folder.path());
    let mut open: Vec<Vec<String>> = vec![Vec::new()];
    let mut seen = BTreeSet::new();
    while let Some(path) = open.pop() {
        let mut args: Vec<&str> = path.iter().map(String::as_str).collect();
        args.push("--help");
        let ran = program.expect(0, &args);
        assert!(ran.out.contains("Example"), "{args:?}: {}", ran.out);
        for name in commands(&ran.out) {
            open.push(path.iter().cloned().chain([name]).collect());
        }
        seen.insert(path.join(" "));
    }
    let known = [
        "access",
        "access can",
        "access check",
        "access condition",
        "access explain",
        "access who-can",
        "approve",
        "completions",
        "config",
        "demo",
        "explain",
        "incidents",
        "journal",
        "journal replay",
        "journal show",
        "journal verify",
        "network exposed",
        "network reach",
        "normalize",
        "paths",
        "permissions",
        "plan",
        "plan script",
        "plan show",
        "policy compare",
        "replay",
        "report",
        "respond",
        "resume",
        "rules",
        "rules lint",
        "rules list",
        "rules test",
        "stuck",
        "undo",
        "what-if",
    ];
    for name in known {
        assert!(seen.contains(name), "{name} is not listed: {seen:?}");
    }
}

#[test]
fn wrong_usage_exits_with_2_and_says_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::new(folder.path());
    for (args, says) in [
        (&[][..], "Usage:"),
        (&["frobnicate"], "unrecognized subcommand 'frobnicate'"),
        (&["replay"], "<PATH>..."),
        (&["replay", "logs", "--fail-on", "awful"], "possible values: info, low, medium, high, critical"),
        (&["replay", "logs", "--frobnicate"], "unexpected argument '--frobnicate'"),
        (&["normalize"], "<PATH>..."),
        (&["report"], "<INCIDENT>"),
        (&["respond"], "<INCIDENT>"),
        (&["respond", "INC-1", "--apply", "--dry-run"], "cannot be used with"),
        (&["approve", "INC-1", "--by", "ana"], "--plan <HASH>"),
        (&["approve", "INC-1", "--plan", "0e021745"], "--by <NAME>"),
        (&["undo", "INC-1"], "--by <NAME>"),
        (&["resume"], "<INCIDENT>"),
        (&["permissions", "--read", "--act"], "cannot be used with"),
        (&["journal"], "Usage:"),
        (&["graph"], "Usage:"),
        (&["journal", "replay"], "<INCIDENT>"),
        (&["explain"], "<CODE|RULE>"),
        (&["completions", "nosuchshell"], "possible values"),
        (&["demo", "--seed", "seven"], "invalid value 'seven'"),
    ] {
        let ran = program.expect(2, args);
        assert!(ran.out.is_empty() && ran.err.contains(says), "{args:?}: {ran:#?}");
    }
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert!(left.is_empty(), "wrong usage left something behind: {left:?}");
}

#[test]
fn completions_name_the_commands() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::new(folder.path());
    for shell in ["bash", "zsh", "fish"] {
        let ran = program.expect(0, &["completions", shell]);
        assert!(ran.out.contains("replay") && ran.out.contains("--estate") || shell == "fish", "{shell}");
        assert!(ran.out.contains("permissions"), "{shell}");
    }
}

/// The rows of the table of codes: code, meaning, next step.
fn rows() -> Vec<[String; 3]> {
    let table = include_str!("../../../../../docs/errors/README.md");
    let rows = table.lines().filter(|line| line.starts_with("| E0"));
    rows.map(|row| {
        let cells: Vec<String> = row.trim_matches(['|', ' ']).split(" | ").map(|cell| cell.trim().to_owned()).collect();
        <[String; 3]>::try_from(cells).unwrap_or_else(|cells| panic!("not three cells: {cells:?}"))
    })
    .collect()
}

#[test]
fn every_code_can_be_explained() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::new(folder.path());
    let rows = rows();
    let codes: Vec<&String> = rows.iter().map(|[code, ..]| code).collect();
    assert!(codes.is_sorted() && codes.len() > 30, "{codes:?}");
    for [code, means, next] in &rows {
        let ran = program.expect(0, &["explain", code, "--json"]);
        let told = &ran.objects()[0];
        assert_eq!(
            (&told["code"], &told["means"], &told["next"]),
            (&code.as_str().into(), &means.as_str().into(), &next.as_str().into())
        );
        assert!(!means.is_empty() && !next.is_empty(), "{code}");
    }
    let plain = program.expect(0, &["explain", "e0201"]);
    assert!(plain.out.starts_with("E0201: IAM lets nobody edit this role\nhelp: "), "{}", plain.out);
    let unknown = program.expect(1, &["explain", "E9999"]);
    assert!(
        unknown.err.starts_with("error[E0004]: there is no code or rule E9999\nhelp: docs/errors lists the codes"),
        "{unknown:#?}"
    );
}

/// Every `E0` and three digits in the sources below `folder`.
fn codes_in(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            codes_in(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs" || end == "cedar") {
            let text = std::fs::read_to_string(&path).unwrap();
            for (at, _) in text.match_indices("\"E0") {
                let code: String = text[at + 1..].chars().take_while(|c| *c != '"').collect();
                if code.len() == 5 && code[1..].bytes().all(|b| b.is_ascii_digit()) {
                    found.insert(code);
                }
            }
        }
    }
}

#[test]
fn every_code_in_the_sources_is_in_the_table() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut used = BTreeSet::new();
    for folder in ["app", "content", "core", "edge", "ports"] {
        for entry in std::fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let sources = if path.ends_with("src") { path } else { path.join("src") };
            if sources.is_dir() {
                codes_in(&sources, &mut used);
            }
        }
    }
    assert!(used.len() > 30, "the sources were not found: {used:?}");
    let listed: BTreeSet<String> = rows().into_iter().map(|[code, ..]| code).collect();
    let missing: Vec<&String> = used.difference(&listed).collect();
    assert!(missing.is_empty(), "not in docs/errors/README.md: {missing:?}");
}
