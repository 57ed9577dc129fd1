//! What GuardDuty saw: its actions as OCSF evidence.

use super::{Finding, resource};
use crate::json::Json;
use crate::loose;
use crate::ocsf;
use selvedge_model::event::{
    Actor, Api, ApiResponse, AutonomousSystem, ConnectionInfo, Endpoint, Evidence, Location, Named,
};
use selvedge_model::ocsf::id::connection_direction;

/// Members of `action`, of which a finding has one.
pub(super) const ACTIONS: [&str; 6] = [
    "awsApiCallAction",
    "networkConnectionAction",
    "portProbeAction",
    "dnsRequestAction",
    "kubernetesApiCallAction",
    "rdsLoginAttemptAction",
];

/// The action that is there, with its name. In answers of the API the others
/// may be there too, empty.
pub(super) fn of<'a>(finding: &Finding<'a>) -> Option<(&'static str, Json<'a>)> {
    let action = finding.in_service("action")?;
    let full = |name: &&'static str| {
        let found = loose::at(action, &[name]).filter(|found| found.members().next().is_some())?;
        Some((*name, found))
    };
    ACTIONS.iter().find_map(full)
}

/// Addresses that the finding's action came from, the first first.
pub(super) fn remote_ip<'a>(finding: &Finding<'a>) -> Option<&'a str> {
    let of_action = of(finding).and_then(|(_, action)| {
        let remote = |part: Json<'a>| ip_of(loose::at(part, &["remoteIpDetails"])?);
        let probes = || loose::list(action, &["portProbeDetails"]).find_map(remote);
        let listed = || loose::list(action, &["sourceIPs"]).find_map(Json::as_str);
        remote(action).or_else(probes).or_else(listed)
    });
    of_action.or_else(|| {
        let sequence = finding.sequence()?;
        loose::list(sequence, &["endpoints"]).find_map(|endpoint| loose::str(endpoint, &["ip"]))
    })
}

fn ip_of<'a>(details: Json<'a>) -> Option<&'a str> {
    loose::str(details, &["ipAddressV4"]).or_else(|| loose::str(details, &["ipAddressV6"]))
}

/// The evidence: who, from where, what.
pub(super) fn evidences<'a>(finding: &Finding<'a>) -> Vec<Evidence<'a>> {
    let actor = resource::actor(finding);
    let mut out: Vec<Evidence<'a>> = match of(finding) {
        Some(("portProbeAction", action)) => loose::list(action, &["portProbeDetails"]).map(probe).collect(),
        Some((name, action)) => vec![evidence(name, action)],
        None => finding.sequence().map(of_sequence).unwrap_or_default(),
    };
    if let Some(actor) = actor {
        match out.first_mut() {
            Some(first) => first.actor = first.actor.take().or(Some(actor)),
            None => out.push(Evidence { actor: Some(actor), ..Evidence::default() }),
        }
    }
    // OCSF has no evidence that shows nothing.
    out.retain(|evidence| *evidence != Evidence::default());
    out
}

fn evidence<'a>(name: &str, action: Json<'a>) -> Evidence<'a> {
    let mut out = Evidence { src_endpoint: remote(action), ..Evidence::default() };
    match name {
        "awsApiCallAction" => {
            out.api = loose::text(action, &["api"]).map(|operation| Api {
                operation,
                service: loose::text(action, &["serviceName"]).map(|name| Named { uid: None, name: Some(name) }),
                request: None,
                response: loose::text(action, &["errorCode"]).map(|error| ApiResponse {
                    code: None,
                    error: Some(error),
                    error_message: None,
                }),
            });
        }
        "kubernetesApiCallAction" => {
            out.api = loose::text(action, &["verb"]).map(|operation| Api {
                operation,
                service: Some(Named { uid: None, name: Some("kubernetes".into()) }),
                request: None,
                response: loose::integer(action, &["statusCode"])
                    .filter(|code| i32::try_from(*code).is_ok())
                    .map(|code| ApiResponse { code: Some(code), error: None, error_message: None }),
            });
        }
        "networkConnectionAction" => connection(action, &mut out),
        "dnsRequestAction" => {
            out.dst_endpoint =
                loose::text(action, &["domain"]).map(|domain| Endpoint { domain: Some(domain), ..Endpoint::default() });
        }
        _ => {}
    }
    out
}

/// A connection: which end is the source tells its direction.
fn connection<'a>(action: Json<'a>, out: &mut Evidence<'a>) {
    let direction = loose::str(action, &["connectionDirection"]).unwrap_or_default();
    let outbound = direction.eq_ignore_ascii_case("OUTBOUND");
    let direction_id = if outbound {
        connection_direction::OUTBOUND
    } else if direction.eq_ignore_ascii_case("INBOUND") {
        connection_direction::INBOUND
    } else {
        connection_direction::UNKNOWN
    };
    out.connection_info = Some(ConnectionInfo {
        direction_id,
        direction: connection_direction::name(direction_id),
        ..ConnectionInfo::default()
    });
    let (far, near) = (out.src_endpoint.take(), local(action));
    (out.src_endpoint, out.dst_endpoint) = if outbound { (near, far) } else { (far, near) };
}

fn probe(details: Json<'_>) -> Evidence<'_> {
    Evidence { src_endpoint: remote(details), dst_endpoint: local(details), ..Evidence::default() }
}

fn port(of: Json<'_>, side: &str) -> Option<u16> {
    loose::integer(of, &[side, "port"]).and_then(|port| u16::try_from(port).ok())
}

fn local(of: Json<'_>) -> Option<Endpoint<'_>> {
    let ip = loose::at(of, &["localIpDetails"]).and_then(ip_of).filter(|ip| ocsf::is_ip(ip));
    let interface = loose::text(of, &["localNetworkInterface"]);
    (ip.is_some() || interface.is_some()).then(|| Endpoint {
        ip: ip.map(Into::into),
        port: port(of, "localPortDetails"),
        interface_uid: interface,
        ..Endpoint::default()
    })
}

/// The other end: an address with what GuardDuty knows of it, or an AWS service.
fn remote(of: Json<'_>) -> Option<Endpoint<'_>> {
    if let Some(details) = loose::at(of, &["remoteIpDetails"])
        && let Some(ip) = ip_of(details).filter(|ip| ocsf::is_ip(ip))
    {
        let country = loose::text(details, &["country", "countryCode"]);
        let city = loose::text(details, &["city", "cityName"]);
        let asn = loose::integer(details, &["organization", "asn"]).filter(|asn| i32::try_from(*asn).is_ok());
        return Some(Endpoint {
            ip: Some(ip.into()),
            port: port(of, "remotePortDetails"),
            location: (country.is_some() || city.is_some()).then_some(Location { country, city, region: None }),
            autonomous_system: asn.map(|number| AutonomousSystem {
                number: Some(number),
                name: loose::text(details, &["organization", "asnOrg"]),
            }),
            ..Endpoint::default()
        });
    }
    let domain = loose::text(of, &["domainDetails", "domain"])?;
    Some(Endpoint { domain: Some(domain), ..Endpoint::default() })
}

/// What an attack sequence lists: its actors and endpoints.
fn of_sequence(sequence: Json<'_>) -> Vec<Evidence<'_>> {
    let actors = loose::list(sequence, &["actors"]).filter_map(|actor| {
        let actor: Actor<'_> = resource::sequence_actor(actor)?;
        Some(Evidence { actor: Some(actor), ..Evidence::default() })
    });
    let endpoints = loose::list(sequence, &["endpoints"]).filter_map(|endpoint| {
        let ip = loose::text(endpoint, &["ip"]).filter(|ip| ocsf::is_ip(ip))?;
        Some(Evidence { src_endpoint: Some(Endpoint { ip: Some(ip), ..Endpoint::default() }), ..Evidence::default() })
    });
    actors.chain(endpoints).collect()
}
