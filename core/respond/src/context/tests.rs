//! Which changes within one Entra session are suspicious, as a table.

use super::*;
use selvedge_model::fact::Cite;
use selvedge_model::{Digest, EventId, RecordId};

fn table() -> ContextChange {
    ContextChange {
        device_lost: 3,
        device_changed: 3,
        network_changed: 2,
        address_changed: 1,
        country_changed: 1,
        system_changed: 2,
        browser_changed: 1,
        token_replayed: 1,
        usual_network: -2,
        suspicious_at: 5,
        suspicious_with_egress_at: 4,
    }
}

/// A sign-in of session `s1` from `(ip, asn, country)` on `(device, os, browser)`.
fn row(minute: i64, place: (&str, i64, &str), machine: (&str, &str, &str), begins: bool) -> SignIn {
    let id = format!("r{minute}");
    SignIn {
        cite: Cite {
            event: EventId(Digest::of(id.as_bytes())),
            record: RecordId::new(id.clone()),
            at: Timestamp::from_second(minute * 60).expect("a time"),
        },
        request_id: id,
        tenant: "t".into(),
        user_id: "u".into(),
        upn: "ada@example.com".into(),
        service_principal_id: None,
        app_id: "a".into(),
        app_name: "Azure Portal".into(),
        resource_id: "r".into(),
        session_id: Some("s1".into()),
        ip: place.0.into(),
        asn: Some(place.1),
        country: Some(place.2.into()),
        device_id: machine.0.into(),
        device_trusted: !machine.0.is_empty(),
        os: machine.1.into(),
        browser: machine.2.into(),
        user_agent: String::new(),
        interactive: begins,
        fresh_credential: begins,
        fresh_mfa: begins,
        incoming_token: if begins { "none".into() } else { "refreshtoken".into() },
        result: "0".into(),
        federated_credential_id: None,
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Seen {
    Nothing,
    WithEgress,
    Alone,
}

fn check(base: &SignIn, later: &SignIn) -> Seen {
    match risks(&[base, later], &table()).as_slice() {
        [] => Seen::Nothing,
        [risk] if risk.needs_egress => Seen::WithEgress,
        _ => Seen::Alone,
    }
}

#[test]
fn changes_table() {
    let office = ("198.51.100.7", 64500, "DE");
    let near = ("198.51.100.99", 64500, "DE");
    let home = ("203.0.113.7", 64501, "DE");
    let far = ("203.0.113.77", 64502, "SG");
    let own = ("d1", "Windows10", "Chrome 126");
    let byod = ("", "Windows10", "Chrome 126");
    let mac = ("", "MacOs", "Chrome 126");
    let firefox = ("", "Windows10", "Firefox 127");
    let edge = ("d1", "Windows10", "Edge 126");
    let tool = ("", "", "Python Requests 2.32");
    for (what, begin, later, seen) in [
        ("replayed far away", (office, own), (far, byod), Seen::Alone),
        ("replayed through a provider at home", (office, own), (home, byod), Seen::Alone),
        ("two systems at two addresses of one provider", (office, own), (near, mac), Seen::Alone),
        ("two systems at one address", (office, own), (office, mac), Seen::Nothing),
        ("another browser at another address of one provider", (office, own), (near, firefox), Seen::Alone),
        ("another browser at one address", (office, own), (office, firefox), Seen::Nothing),
        ("no registered device, another browser of one provider", (office, byod), (near, firefox), Seen::Nothing),
        ("the own device, another browser on a VPN", (office, own), (far, edge), Seen::Nothing),
        ("one system roaming within a provider", (office, byod), (near, byod), Seen::Nothing),
        ("the own device on a VPN", (office, own), (far, own), Seen::Nothing),
        ("no registered device, at home", (office, byod), (home, byod), Seen::Nothing),
        ("no registered device, far away", (office, byod), (far, byod), Seen::WithEgress),
        ("no registered device, far away, with a tool", (office, byod), (far, tool), Seen::Alone),
        ("no registered device, two systems of one provider", (office, byod), (near, mac), Seen::WithEgress),
    ] {
        let base = row(0, begin.0, begin.1, true);
        let later = row(60, later.0, later.1, false);
        assert_eq!(check(&base, &later), seen, "{what}");
    }
}

#[test]
fn one_address_in_one_session_is_one_hand() {
    let far = ("203.0.113.77", 64502, "SG");
    let base = row(0, ("198.51.100.7", 64500, "DE"), ("", "Windows10", "Chrome 126"), true);
    let elsewhere = row(60, ("203.0.113.9", 64502, "SG"), ("", "Windows10", "Chrome 126"), false);
    let shows_less = row(70, far, ("", "Windows10", "Chrome 126"), false);
    let shows_enough = row(90, far, ("", "Linux", "Firefox 127"), false);
    let found = risks(&[&base, &elsewhere, &shows_less, &shows_enough], &table());
    let ids: Vec<&str> = found.iter().flat_map(SessionRisk::requests).collect();
    assert_eq!(ids, ["r70", "r90"]);
    assert!(!found.iter().any(|risk| risk.needs_egress));
}

#[test]
fn a_cookie_is_no_sign_in() {
    let base = row(0, ("198.51.100.7", 64500, "DE"), ("", "Windows10", "Chrome 126"), true);
    let mut later = row(60, ("203.0.113.77", 64502, "SG"), ("", "Windows10", "Chrome 126"), true);
    assert_eq!(check(&base, &later), Seen::Nothing, "the person showed a credential");
    (later.fresh_credential, later.fresh_mfa) = (false, false);
    assert_eq!(check(&base, &later), Seen::WithEgress, "only a cookie");
}
