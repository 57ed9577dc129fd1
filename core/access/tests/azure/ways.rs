//! Ways in beside roles: vaults, storage, databases, sites, borrowed identities (rows 30 to
//! 35 of the facts on Azure access, and section 5).

use crate::estate::*;
use selvedge_access::azure::ways::{self, AppSite, Caller, SasKind, VaultCaller};
use selvedge_access::{Decision, Truth};
use serde_json::{Value, json};

fn anonymous(account: Value, container: Value, website: Option<bool>, caller: Caller) -> (&'static str, &'static str) {
    let found = ways::anonymous_read(&account, &container, website, caller);
    (truth(&found.read), truth(&found.list))
}

#[test]
fn rows_30_to_32() {
    let open = json!({"defaultAction": "Allow"});
    let shut = json!({"defaultAction": "Deny", "ipRules": [{"value": "1.2.3.4", "action": "Allow"}]});
    let from = |text: &str| Caller::Address(text.parse().expect(text));
    let account = |switch: Value, acls: &Value| json!({"allowBlobPublicAccess": switch, "networkAcls": acls});
    let of = |level: &str| json!({"name": "c", "properties": {"publicAccess": level}});
    for (row, account, container, website, caller, expect) in [
        ("30", account(json!(false), &open), of("Container"), None, Caller::Anywhere, ("no", "no")),
        ("31 elsewhere", account(json!(true), &shut), of("Container"), None, Caller::Anywhere, ("no", "no")),
        ("31 1.2.3.4", account(json!(true), &shut), of("Container"), None, from("1.2.3.4"), ("yes", "yes")),
        ("31 1.2.3.5", account(json!(true), &shut), of("Container"), None, from("1.2.3.5"), ("no", "no")),
        ("blob level", account(json!(true), &open), of("Blob"), None, Caller::Anywhere, ("yes", "no")),
        ("none", account(json!(true), &open), of("None"), None, Caller::Anywhere, ("no", "no")),
        ("old account", account(json!(null), &open), of("Blob"), None, Caller::Anywhere, ("yes", "no")),
        ("32", account(json!(false), &open), json!({"name": "$web"}), Some(true), Caller::Anywhere, ("yes", "no")),
        (
            "32 not known",
            account(json!(false), &open),
            json!({"name": "$web"}),
            None,
            Caller::Anywhere,
            ("unknown", "no"),
        ),
        ("32 off", account(json!(false), &open), json!({"name": "$web"}), Some(false), Caller::Anywhere, ("no", "no")),
        ("32 shut", account(json!(false), &shut), json!({"name": "$web"}), Some(true), Caller::Anywhere, ("no", "no")),
        ("no network", json!({"allowBlobPublicAccess": true}), of("Blob"), None, Caller::Anywhere, ("unknown", "no")),
        (
            "public access off",
            json!({"allowBlobPublicAccess": true, "networkAcls": open, "publicNetworkAccess": "Disabled"}),
            of("Blob"),
            None,
            Caller::Anywhere,
            ("no", "no"),
        ),
    ] {
        assert_eq!(anonymous(account, container, website, caller), expect, "row {row}");
    }
}

#[test]
fn rows_33_to_35() {
    let identities = ["u".to_owned()].into();
    let caller = VaultCaller { identities: &identities, kind: "secrets", operation: "get" };
    let policies = json!([{"objectId": "U", "permissions": {"secrets": ["Get"]}}]);
    let read = "Microsoft.KeyVault/vaults/secrets/getSecret/action";
    let vault = "SUB/resourceGroups/r/providers/Microsoft.KeyVault/vaults/v";
    let nothing = rbac(json!({})).evaluate(&u(), &data(read, vault));
    let all = rbac(
        json!({"roleDefinitions": [role("r", &[], &[], &["*"])], "roleAssignments": [assignment("a", "u", "r", "SUB")]}),
    );
    let granted = all.evaluate(&u(), &data(read, vault));
    for (mode, by_role, expect) in [
        (json!(true), &nothing, "no"),
        (json!(true), &granted, "yes"),
        (json!(false), &nothing, "yes"),
        (json!(null), &nothing, "yes"),
        (json!("x"), &nothing, "unknown"),
        (json!("x"), &granted, "yes"),
    ] {
        let vault = json!({"enableRbacAuthorization": mode, "accessPolicies": policies});
        assert_eq!(truth(&ways::vault_data(&vault, caller, by_role)), expect, "row 33, mode {mode}");
    }
    let other = VaultCaller { operation: "delete", ..caller };
    let vault_props = json!({"enableRbacAuthorization": false, "accessPolicies": policies});
    assert_eq!(truth(&ways::vault_data(&vault_props, other, &granted)), "no", "roles do not count");

    let contributor = rbac(json!({"roleAssignments": [assignment("a", "u", CONTRIBUTOR, "SUB")]}));
    let may = |action: &str| match contributor.evaluate(&u(), &control(action, vault)).decision {
        Decision::Allow => Truth::Yes,
        Decision::Deny => Truth::No,
        Decision::Unknown { missing } => Truth::Unknown(missing),
    };
    let rights = || {
        (
            may("Microsoft.KeyVault/vaults/accessPolicies/write"),
            may("Microsoft.KeyVault/vaults/write"),
            may("Microsoft.Authorization/roleAssignments/write"),
        )
    };
    assert_eq!(rights(), (Truth::Yes, Truth::Yes, Truth::No));
    for (row, mode, expect) in [("34", false, "yes"), ("35", true, "unknown")] {
        let (policies, vault, assign) = rights();
        let found = ways::vault_takeover(&json!({"enableRbacAuthorization": mode}), policies, vault, assign);
        assert_eq!(truth(&found), expect, "row {row}");
    }
    assert_eq!(word(&contributor.evaluate(&u(), &data(read, vault))), "no role", "row 35");
    let owner = ways::vault_takeover(&json!({"enableRbacAuthorization": true}), Truth::No, Truth::No, Truth::Yes);
    assert_eq!(truth(&owner), "yes");
}

#[test]
fn keys_and_sas() {
    for (account, kind, expect) in [
        (json!({}), SasKind::Account, "yes"),
        (json!({"allowSharedKeyAccess": false}), SasKind::Account, "no"),
        (json!({"allowSharedKeyAccess": false}), SasKind::Service, "no"),
        (json!({"allowSharedKeyAccess": false}), SasKind::UserDelegation, "yes"),
        (json!({"allowSharedKeyAccess": "no"}), SasKind::Account, "unknown"),
    ] {
        assert_eq!(truth(&ways::sas_works(&account, kind)), expect, "{account} {kind:?}");
    }
    assert!(ways::sas_ended_by(SasKind::UserDelegation).iter().all(|how| !how.contains("rotating")));
}

#[test]
fn databases() {
    let enabled = json!({"publicNetworkAccess": "Enabled"});
    let rules = |list: &[(&str, &str)]| {
        json!(
            list.iter()
                .map(|(a, b)| json!({"properties": {"startIpAddress": a, "endIpAddress": b}}))
                .collect::<Vec<_>>()
        )
    };
    let somewhere = Caller::Address("9.9.9.9".parse().expect("address"));
    for (properties, list, caller, expect) in [
        (&enabled, rules(&[("0.0.0.0", "255.255.255.255")]), Caller::Anywhere, "yes"),
        (&enabled, rules(&[("0.0.0.0", "0.0.0.0")]), Caller::Anywhere, "no"),
        (&enabled, rules(&[("0.0.0.0", "0.0.0.0")]), somewhere, "unknown"),
        (&enabled, rules(&[("9.9.9.0", "9.9.9.255")]), somewhere, "yes"),
        (&enabled, rules(&[("9.9.8.0", "9.9.8.255")]), somewhere, "no"),
        (&enabled, rules(&[("0.0.0.1", "127.255.255.255"), ("128.0.0.0", "255.255.255.254")]), Caller::Anywhere, "yes"),
        (&enabled, rules(&[]), somewhere, "no"),
        (&enabled, json!([{"properties": {}}]), somewhere, "unknown"),
        (&json!({"publicNetworkAccess": "Disabled"}), rules(&[("0.0.0.0", "255.255.255.255")]), somewhere, "no"),
        (&json!({}), rules(&[]), somewhere, "unknown"),
    ] {
        assert_eq!(truth(&ways::sql_reach(properties, &list).admits(caller)), expect, "{properties} {list}");
        let flexible = json!({"network": properties});
        assert_eq!(truth(&ways::postgres_reach(&flexible, &list).admits(caller)), expect, "{properties} {list}");
    }
    let subnet = json!({"network": {"delegatedSubnetResourceId": "/x", "publicNetworkAccess": "Enabled"}});
    assert_eq!(ways::postgres_reach(&subnet, &json!([])), ways::Reach::Private);
}

#[test]
fn app_sites() {
    let on = json!({"platform": {"enabled": true}, "globalValidation": {"requireAuthentication": true,
        "unauthenticatedClientAction": "RedirectToLoginPage", "excludedPaths": ["/health"]}});
    let off = json!({"platform": {"enabled": false}});
    let lax =
        json!({"platform": {"enabled": true}, "globalValidation": {"unauthenticatedClientAction": "AllowAnonymous"}});
    let open = json!({"ipSecurityRestrictions": [{"ipAddress": "Any", "action": "Allow", "priority": 2147483647}]});
    let some = json!({"ipSecurityRestrictions": [{"ipAddress": "Any", "action": "Deny", "priority": 2147483647},
        {"ipAddress": "1.2.3.0/24", "action": "Allow", "priority": 100}]});
    let tag = json!({"ipSecurityRestrictions": [{"tag": "ServiceTag", "action": "Allow"}]});
    let inside = Caller::Address("1.2.3.4".parse().expect("address"));
    let none = json!({});
    for (web, auth, path, caller, expect) in [
        (&open, &off, "/", Caller::Anywhere, "yes"),
        (&open, &lax, "/", Caller::Anywhere, "yes"),
        (&open, &on, "/", Caller::Anywhere, "no"),
        (&open, &on, "/health", Caller::Anywhere, "yes"),
        (&open, &on, "/health/live", Caller::Anywhere, "yes"),
        (&open, &on, "/healthy", Caller::Anywhere, "no"),
        (&open, &none, "/", Caller::Anywhere, "unknown"),
        (&some, &off, "/", Caller::Anywhere, "no"),
        (&some, &off, "/", inside, "yes"),
        (&tag, &off, "/", Caller::Anywhere, "unknown"),
        (&none, &off, "/", Caller::Anywhere, "unknown"),
        (&none, &on, "/", Caller::Anywhere, "no"),
    ] {
        let site = AppSite { properties: &none, web, auth };
        assert_eq!(truth(&ways::app_site_open(site, path, caller)), expect, "{web} {auth} {path}");
    }
    let private = json!({"publicNetworkAccess": "Disabled"});
    let site = AppSite { properties: &private, web: &open, auth: &off };
    assert_eq!(ways::app_site_open(site, "/", Caller::Anywhere), Truth::No);
}

#[test]
fn borrowed_identities() {
    let identity = scope("SUB/resourceGroups/i/providers/Microsoft.ManagedIdentity/userAssignedIdentities/x");
    let operator = role("operator", &["Microsoft.ManagedIdentity/userAssignedIdentities/*/assign/action"], &[], &[]);
    let assign = role("assign", &["Microsoft.ManagedIdentity/userAssignedIdentities/assign/action"], &[], &[]);
    let vms = role("vms", &["Microsoft.Compute/virtualMachines/*"], &[], &[]);
    let estate = |list: &[(&str, &str)]| {
        rbac(json!({"roleDefinitions": [operator, assign, vms, role(CONTRIBUTOR, &["*"], &[], &[])],
            "roleAssignments": list.iter().map(|(role, at)| assignment("a", "u", role, at)).collect::<Vec<_>>()}))
    };
    let id = "SUB/resourceGroups/i";
    for (list, host, expect) in [
        (vec![("assign", id), ("vms", VM)], VM, "yes"),
        (vec![("assign", id)], VM, "no"),
        (vec![("vms", VM)], VM, "no"),
        (vec![("assign", id), ("vms", "SUB/resourceGroups/r")], "SUB/resourceGroups/r", "yes"),
        (vec![(CONTRIBUTOR, "SUB")], VM, "yes"),
    ] {
        let found = ways::can_attach_identity(&estate(&list), &u(), "u", &identity, &scope(host));
        assert_eq!(truth(&found), expect, "{list:?}");
    }
    assert_eq!(ways::can_federate_identity(&estate(&[(CONTRIBUTOR, "SUB")]), &u(), "u", &identity), Truth::Yes);
    assert_eq!(ways::can_federate_identity(&estate(&[("assign", id)]), &u(), "u", &identity), Truth::No);
}
