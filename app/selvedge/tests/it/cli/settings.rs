//! `selvedge.toml`: where values come from, and errors that name the line and
//! never repeat a secret.

use super::Program;

const TENANT: &str = "5f0c2a9e-7d14-4b3a-8e61-0c9d2f7b6a35";
/// What somebody pastes by mistake.
const PASTED: &str = "wJalrXUtnFEMI-K7MDENG-bPxRfiCYEXAMPLEKEY";

#[test]
fn every_value_is_shown_with_where_it_came_from() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::new(folder.path());
    let bare = program.expect(0, &["config"]).out;
    assert!(bare.starts_with("file: none; all defaults\n"), "{bare}");
    assert!(bare.contains("\nrespond.mode = \"dry-run\"   (default)\n"), "{bare}");
    assert!(!bare.contains("(file)"), "{bare}");

    let text = "state_dir = \"kept\"\n[respond]\nbreak_glass = [\"bg@contoso.com\"]\n[respond.caps]\nsessions = 3\n";
    std::fs::write(folder.path().join("selvedge.toml"), text).unwrap();
    std::fs::write(folder.path().join("other.toml"), text.replace("= 3", "= 4")).unwrap();
    for (args, file, sessions) in
        [(&["config"][..], "selvedge.toml", 3), (&["config", "--config", "other.toml"], "other.toml", 4)]
    {
        let shown = program.expect(0, args).out;
        for line in [
            format!("file: {file}"),
            "state folder: kept".into(),
            "state_dir = \"kept\"   (file)".into(),
            "respond.break_glass = [\"bg@contoso.com\"]   (file)".into(),
            format!("respond.caps.sessions = {sessions}   (file)"),
            "respond.caps.principals = 1   (default)".into(),
        ] {
            assert!(shown.lines().any(|shown| shown == line), "{line}: {shown}");
        }
    }
    let json = program.expect(0, &["config", "--json"]).objects().remove(0);
    assert_eq!((&json["file"], &json["state_dir"]), (&"selvedge.toml".into(), &"kept".into()));
    assert_eq!(json["values"]["respond.caps.sessions"], 3);
}

#[test]
fn a_file_among_the_evidence_is_not_read_but_the_users_own_is() {
    let folder = tempfile::tempdir().unwrap();
    let run = || {
        std::process::Command::new(env!("CARGO_BIN_EXE_selvedge"))
            .arg("config")
            .current_dir(folder.path())
            .env("XDG_CONFIG_HOME", folder.path().join("config"))
            .output()
            .unwrap()
    };
    std::fs::write(folder.path().join("selvedge.toml"), "state_dir = \"planted\"\n").unwrap();
    let shown = String::from_utf8(run().stdout).unwrap();
    assert!(shown.starts_with("file: none; all defaults\n") && !shown.contains("planted"), "{shown}");
    let own = folder.path().join("config/selvedge");
    std::fs::create_dir_all(&own).unwrap();
    std::fs::write(own.join("selvedge.toml"), "state_dir = \"mine\"\n").unwrap();
    let shown = String::from_utf8(run().stdout).unwrap();
    assert!(shown.contains("state_dir = \"mine\"   (file)"), "{shown}");
}

#[test]
fn a_secret_is_shown_as_its_reference() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("token"), PASTED).unwrap();
    let text = format!("[graph.tenants.{TENANT}]\nread = {{ from = \"token\", token = \"file:token\" }}\n");
    std::fs::write(folder.path().join("selvedge.toml"), text).unwrap();
    for args in [&["config"][..], &["config", "--json"]] {
        let shown = Program::new(folder.path()).expect(0, args).out;
        assert!(shown.contains("file:token") && !shown.contains(PASTED), "{shown}");
    }
}

#[test]
fn mistakes_name_the_line_and_never_repeat_a_secret() {
    let keys = |value: &str| {
        format!(
            "[aws]\nregion = \"eu-west-1\"\n[aws.accounts.111122223333]\nread = {{ from = \"keys\", access_key_id = \"env:K\", secret_access_key = {value} }}\n"
        )
    };
    let tenant = |value: &str| format!("[graph.tenants.{TENANT}]\n\nread = {value}\n");
    for (name, text, line, says) in [
        ("an unknown table", "\n[respnd]\nmode = \"act\"\n".to_owned(), 2, "respnd"),
        ("an unknown key", "[respond]\nmode = \"act\"\nkillswitch = true\n".into(), 3, "killswitch"),
        ("a key of an account", "[aws.accounts.111122223333]\nreadrole = \"x\"\n".into(), 2, "readrole"),
        ("no TOML", "[respond\n".into(), 1, ""),
        ("an unknown mode", "[respond]\nmode = \"yolo\"\n".into(), 2, "dry-run"),
        ("a number as text", "[aws]\ntimeout_secs = \"ten\"\n".into(), 2, ""),
        ("a negative cap", "[respond.caps]\nsessions = -1\n".into(), 2, ""),
        ("a secret for a reference", keys(&format!("\"{PASTED}\"")), 4, "env:NAME"),
        ("a token for a reference", tenant(&format!("{{ from = \"token\", token = \"{PASTED}\" }}")), 3, "file:PATH"),
        ("a token for a table", tenant(&format!("\"{PASTED}\"")), 3, ""),
        ("a secret for a number", format!("[aws]\ntimeout_secs = \"{PASTED}\"\n"), 2, ""),
        ("a secret for a kind", tenant(&format!("{{ from = \"{PASTED}\" }}")), 3, "azure-cli"),
        ("a secret without quotes", tenant(PASTED), 3, ""),
    ] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("selvedge.toml"), &text).unwrap();
        let ran = Program::new(folder.path()).expect(1, &["config"]);
        assert!(ran.err.starts_with(&format!("error[E0003]: selvedge.toml:{line}: ")), "{name}: {ran:#?}");
        assert!(ran.err.contains(says) && ran.err.contains("docs/howto/configure.md"), "{name}: {ran:#?}");
        assert!(!format!("{ran:?}").contains(PASTED), "{name}: {ran:#?}");
    }
}

#[test]
fn a_database_of_addresses_that_cannot_be_used_is_told_before_anything_is_read() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("selvedge.toml"), "[behaviour]\ngeo = [\"places.mmdb\"]\n").unwrap();
    std::fs::create_dir(folder.path().join("logs")).unwrap();
    let program = Program::new(folder.path());
    let replay = ["replay", "logs", "--state", "state"];
    let missing = program.expect(1, &replay);
    assert!(missing.err.starts_with("error[E0006]: places.mmdb: "), "{missing:#?}");
    std::fs::write(folder.path().join("places.mmdb"), "no database").unwrap();
    let wrong = program.expect(1, &replay);
    assert!(wrong.err.contains("it is no database in MaxMind's format"), "{wrong:#?}");
    assert!(wrong.err.contains("[behaviour]"), "{wrong:#?}");
    assert!(!folder.path().join("state").exists(), "nothing was done");
}

#[test]
fn problems_of_values_are_told_all_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let text = "[aws]\nregion = \"US East\"\nendpoint = \"http://example.com\"\n[aws.accounts.1]\n[graph]\ntimeout_secs = 0\n[graph.tenants.\"contoso.com\"]\nread = { from = \"azure-cli\" }\n";
    std::fs::write(folder.path().join("mine.toml"), text).unwrap();
    let program = Program::new(folder.path());
    let ran = program.expect(1, &["--config", "mine.toml", "incidents", "--state", "state"]);
    for key in ["aws.region", "aws.endpoint", "aws.accounts.1", "graph.timeout_secs", "graph.tenants.contoso.com"] {
        assert!(ran.err.contains(key), "{key}: {ran:#?}");
    }
    assert!(!folder.path().join("state").exists(), "a bad configuration starts nothing");
    let ran = program.expect(1, &["config", "--config", "none.toml"]);
    assert!(ran.err.starts_with("error[E0002]: none.toml: ") && ran.err.contains("--config"), "{ran:#?}");
}
