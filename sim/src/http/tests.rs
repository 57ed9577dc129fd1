//! Requests as a client sends them, over a socket.

use super::*;
use crate::SimClock;
use crate::cloud::faults::{Fault, FaultRule, Faults};
use crate::entra::UserSpec;
use jiff::SignedDuration;
use serde_json::{Value, json};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

const ALL: &[&str] = &["User.Read.All", "User.RevokeSessions.All", "User.EnableDisableAccount.All"];

struct Got {
    status: u16,
    head: String,
    body: Value,
}

fn send(addr: SocketAddr, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Got {
    let mut stream = TcpStream::connect(addr).unwrap();
    let mut request = format!("{method} {path} HTTP/1.1\r\nHost: {addr}\r\nConnection: close\r\n");
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str(&format!("Content-Length: {}\r\n\r\n{body}", body.len()));
    stream.write_all(request.as_bytes()).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Got { status, head: head.to_lowercase(), body: serde_json::from_str(body).unwrap_or(Value::Null) }
}

fn world() -> (SimClock, SimCloud) {
    let clock = SimClock::new("2026-05-18T12:00:00Z".parse().unwrap());
    let cloud = SimCloud::new(3, clock.clone());
    cloud.add_tenant("t", true);
    for (id, name) in [("u-1", "alice"), ("u-2", "bob"), ("u-3", "carol")] {
        cloud.add_user(
            "t",
            UserSpec {
                id: id.into(),
                upn: format!("{name}@contoso.com"),
                display_name: name.into(),
                user_type: "Member".into(),
                on_premises: None,
            },
        );
    }
    (clock, cloud)
}

/// Runs `test` against a served world.
fn with_face(test: impl FnOnce(&SimClock, &SimCloud, SocketAddr)) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (clock, cloud) = world();
    let face = GraphFace::new("t").with_token("all", ALL).with_token("reader", &["User.Read.All"]);
    let (addr, shutdown) = runtime.block_on(serve(cloud.clone(), face, "127.0.0.1:0".parse().unwrap())).unwrap();
    test(&clock, &cloud, addr);
    runtime.block_on(shutdown.stop());
    assert!(TcpStream::connect(addr).is_err(), "it has stopped");
}

const AUTH: (&str, &str) = ("Authorization", "Bearer all");
const READER: (&str, &str) = ("Authorization", "Bearer reader");
const JSON: (&str, &str) = ("Content-Type", "application/json");

#[test]
fn status_and_code_table() {
    with_face(|_, _, addr| {
        let user = "/v1.0/users/u-1";
        let revoke = "/v1.0/users/u-1/revokeSignInSessions";
        let off = r#"{"accountEnabled":false}"#;
        for (method, path, headers, body, status, code) in [
            ("GET", user, vec![], "", 401, "InvalidAuthenticationToken"),
            ("GET", user, vec![("Authorization", "Bearer nobody")], "", 401, "InvalidAuthenticationToken"),
            ("GET", "/v1.0/users/u-9", vec![AUTH], "", 404, "Request_ResourceNotFound"),
            ("GET", "/v1.0/users/u-1?$select=shoeSize", vec![AUTH], "", 400, "BadRequest"),
            ("GET", "/v1.0/users/u-1?$expand=manager", vec![AUTH], "", 400, "BadRequest"),
            ("GET", "/v1.0/users?$top=0", vec![AUTH], "", 400, "Request_BadRequest"),
            ("GET", "/v1.0/groups", vec![AUTH], "", 400, "BadRequest"),
            ("DELETE", user, vec![AUTH], "", 400, "BadRequest"),
            ("PATCH", user, vec![READER, JSON], off, 403, "Authorization_RequestDenied"),
            ("PATCH", user, vec![AUTH], off, 400, "BadRequest"),
            ("PATCH", user, vec![AUTH, JSON], "{", 400, "BadRequest"),
            ("PATCH", user, vec![AUTH, JSON], r#"{"shoeSize":41}"#, 400, "Request_BadRequest"),
            ("PATCH", user, vec![AUTH, JSON], r#"{"accountEnabled":"false"}"#, 400, "Request_BadRequest"),
            ("PATCH", user, vec![AUTH, JSON], r#"{"accountEnabled":null}"#, 400, "Request_BadRequest"),
            ("PATCH", user, vec![AUTH, JSON], r#"{"displayName":7}"#, 400, "Request_BadRequest"),
            ("PATCH", user, vec![AUTH, JSON], r#"{"businessPhones":"7"}"#, 400, "Request_BadRequest"),
            ("PATCH", user, vec![AUTH, JSON], r#"{"id":"x"}"#, 400, "Request_BadRequest"),
            ("PATCH", user, vec![AUTH, JSON], r#"{"displayName":"x"}"#, 403, "Authorization_RequestDenied"),
            ("PATCH", "/v1.0/users/u-9", vec![AUTH, JSON], off, 404, "Request_ResourceNotFound"),
            ("POST", revoke, vec![READER], "", 403, "Authorization_RequestDenied"),
            ("POST", "/v1.0/users/u-9/revokeSignInSessions", vec![AUTH], "", 404, "Request_ResourceNotFound"),
        ] {
            let got = send(addr, method, path, &headers, body);
            assert_eq!(got.status, status, "{method} {path} {body}: {}", got.body);
            assert_eq!(got.body["error"]["code"], code, "{method} {path} {body}");
            let inner = &got.body["error"]["innerError"];
            assert!(inner["request-id"].is_string() && inner["date"].is_string(), "{inner}");
            assert!(got.body["error"]["message"].is_string());
            assert!(got.head.contains("\r\nrequest-id: "), "{}", got.head);
        }
    });
}

#[test]
fn a_user_is_shown_disabled_and_revoked() {
    with_face(|clock, cloud, addr| {
        let path = "/v1.0/users/u-1?$select=id,accountEnabled,onPremisesSyncEnabled,signInSessionsValidFromDateTime";
        let got = send(addr, "GET", path, &[AUTH], "");
        assert_eq!(
            got.body,
            json!({
                "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#users(id,accountEnabled,onPremisesSyncEnabled,signInSessionsValidFromDateTime)/$entity",
                "id": "u-1", "accountEnabled": true, "onPremisesSyncEnabled": null,
                "signInSessionsValidFromDateTime": "2026-05-18T12:00:00Z",
            })
        );
        let by_default = send(addr, "GET", "/v1.0/users/alice@contoso.com", &[AUTH], "").body;
        assert_eq!(by_default["@odata.context"], "https://graph.microsoft.com/v1.0/$metadata#users/$entity");
        assert!(by_default.get("accountEnabled").is_none(), "only with $select");
        assert!(by_default.get("jobTitle").is_some_and(Value::is_null));

        clock.advance(SignedDuration::from_secs(90));
        let got = send(addr, "PATCH", "/v1.0/users/u-1", &[AUTH, JSON], r#"{"accountEnabled":false}"#);
        assert_eq!((got.status, got.body), (204, Value::Null));
        let got = send(addr, "POST", "/v1.0/users/u-1/revokeSignInSessions", &[AUTH], "");
        assert_eq!(got.status, 200);
        assert_eq!(
            got.body,
            json!({ "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#Edm.Boolean", "value": true })
        );
        let got = send(addr, "GET", path, &[AUTH], "").body;
        assert_eq!(got["accountEnabled"], false);
        assert_eq!(got["signInSessionsValidFromDateTime"], "2026-05-18T12:01:30Z");
        let counts = cloud.mutations();
        assert_eq!(counts["PATCH /users/{id}"].applied, 1);
        assert_eq!(counts["POST /users/{id}/revokeSignInSessions"].applied, 1);
        assert_eq!(cloud.logs().len(), 2, "both stand in the audit log");
    });
}

#[test]
fn pages_follow_each_other() {
    with_face(|_, _, addr| {
        let mut path = "/v1.0/users?$top=2&$select=id".to_owned();
        let mut ids = Vec::new();
        for page in 0.. {
            let got = send(addr, "GET", &path, &[AUTH], "");
            assert_eq!(got.status, 200);
            ids.extend(got.body["value"].as_array().unwrap().iter().map(|user| user["id"].clone()));
            match got.body.get("@odata.nextLink") {
                Some(next) => path = next.as_str().unwrap().replace(&format!("http://{addr}"), ""),
                None => {
                    assert_eq!(page, 1);
                    break;
                }
            }
        }
        assert_eq!(ids, ["u-1", "u-2", "u-3"]);
    });
}

#[test]
fn faults_show_as_http() {
    let off = r#"{"accountEnabled":false}"#;
    let patch = Some("PATCH /users/{id}");
    let throttled = Fault::Throttled { retry_after: Some(SignedDuration::from_secs(7)) };
    for (faults, status, header, applied) in [
        (Faults::none().with(FaultRule::nth(patch, 1, throttled)), 429, "retry-after: 7", false),
        (Faults::none().with(FaultRule::nth(patch, 1, Fault::Unavailable)), 503, "", false),
        (Faults::none().with(FaultRule::nth(patch, 1, Fault::LostAnswer)), 504, "", true),
        (Faults::none().with(FaultRule::nth(patch, 1, Fault::LostRequest)), 504, "", false),
        (Faults::none().without_permission("User.EnableDisableAccount.All"), 403, "", false),
    ] {
        with_face(|_, cloud, addr| {
            cloud.set_faults(faults);
            let got = send(addr, "PATCH", "/v1.0/users/u-1", &[AUTH, JSON], off);
            assert_eq!(got.status, status, "{}", got.body);
            assert!(got.head.contains(header), "{}", got.head);
            cloud.set_faults(Faults::none());
            let read = send(addr, "GET", "/v1.0/users/u-1?$select=accountEnabled", &[AUTH], "");
            assert_eq!(read.body["accountEnabled"], !applied, "{status}");
        });
    }
}

#[test]
fn only_loopback_is_served() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (_, cloud) = world();
    let error = runtime.block_on(serve(cloud, GraphFace::new("t"), "0.0.0.0:0".parse().unwrap())).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
}

/// Names and types against Microsoft's metadata.
#[test]
fn properties_agree_with_the_metadata() {
    let Some(specs) = std::env::var_os("SELVEDGE_AZURE_SPECS") else {
        eprintln!("skipped {} cases: SELVEDGE_AZURE_SPECS is not set", users::PROPERTIES.len());
        return;
    };
    let path = std::path::Path::new(&specs).join("microsoftgraph_msgraph-metadata/schemas/v1.0-Prod.csdl");
    let text = std::fs::read_to_string(path).unwrap();
    let block = |name: &str| {
        let start = text.find(&format!("<EntityType Name=\"{name}\"")).unwrap();
        let end = text[start..].find("</EntityType>").unwrap();
        &text[start..start + end]
    };
    let (user, entity) = (block("user"), block("entity"));
    for property in users::PROPERTIES {
        let wanted = format!("<Property Name=\"{}\" Type=\"{}\"", property.name, property.edm);
        assert!(user.contains(&wanted) || entity.contains(&wanted), "{wanted}");
    }
    let action = text.find("<Action Name=\"revokeSignInSessions\" IsBound=\"true\">").unwrap();
    let action = &text[action..action + 300];
    assert!(action.contains("Type=\"graph.user\"") && action.contains("<ReturnType Type=\"Edm.Boolean\""), "{action}");
}
