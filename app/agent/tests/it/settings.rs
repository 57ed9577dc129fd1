//! The configuration table.

use selvedge_agent::execute::{AGENT, RespondConfig};
use selvedge_guard::Mode;

#[test]
fn an_empty_table_is_a_careful_one() {
    let config: RespondConfig = toml::from_str("").unwrap();
    assert_eq!(config, RespondConfig::default());
    assert_eq!((config.mode, config.kill_switch_is_on()), (Mode::DryRun, false));
    assert!(config.exempt_tags.contains("response-exempt=true"));
    assert!(config.lists().own_principals.contains(AGENT));
}

#[test]
fn a_full_table_reads_and_a_misspelt_one_does_not() {
    let text = r#"
        mode = "act"
        kill_switch = false
        break_glass = ["breakglass@contoso.com"]
        protected_roles = ["OrganizationAccountAccessRole"]
        own_principals = ["SelvedgeResponder"]
        canary_roles = ["SelvedgeCanary"]
        exempt_tags = []
        [caps]
        sessions = 5
        approval_ttl = 900
    "#;
    let config: RespondConfig = toml::from_str(text).unwrap();
    assert_eq!((config.mode, config.caps.sessions, config.caps.approval_ttl), (Mode::Act, 5, 900));
    for bad in ["breakglass = []", "[caps]\nsession = 1", "mode = \"go\"", "kill_switch = \"yes\""] {
        assert!(toml::from_str::<RespondConfig>(bad).is_err(), "{bad}");
    }
}

#[test]
fn the_kill_switch_file_is_looked_for_each_time() {
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("stop");
    let config = RespondConfig { kill_switch_file: Some(file.clone()), ..RespondConfig::default() };
    assert!(!config.kill_switch_is_on());
    std::fs::write(&file, "").unwrap();
    assert!(config.kill_switch_is_on());
    // A path that cannot be looked at counts as on.
    let under_a_file = RespondConfig { kill_switch_file: Some(file.join("x")), ..RespondConfig::default() };
    assert!(under_a_file.kill_switch_is_on());
}
