//! OCSF objects of any release as ours. An object that says nothing that counts
//! is none.

use super::{id, is_named};
use crate::json::Json;
use crate::{get, loose, ocsf};
use selvedge_model::event::{
    Actor, Api, ApiResponse, AutonomousSystem, Cloud, ConnectionInfo, DnsAnswer, DnsQuery, Endpoint, HttpRequest,
    Location, Named, Resource, Session, Text, Traffic, Url, User,
};
use selvedge_model::ocsf::id as ids;

/// Text that says something: some writers put a dash, or a pair of quotes.
fn text<'a>(value: Json<'a>, name: &str) -> Option<Text<'a>> {
    loose::str(value, &[name]).filter(|text| !matches!(*text, "-" | "''" | "null")).map(Text::from)
}

pub(super) fn named(value: Json<'_>) -> Option<Named<'_>> {
    let named = Named { uid: text(value, "uid"), name: text(value, "name") };
    is_named(&named).then_some(named)
}

/// The account, under its old and its new name.
fn account_in(value: Json<'_>) -> Option<Named<'_>> {
    let old = || text(value, "account_uid").map(|uid| Named { uid: Some(uid), name: None });
    get::any(value, &["account"]).and_then(named).or_else(old)
}

/// The account that an event is of.
pub(super) fn account(row: Json<'_>) -> Option<String> {
    let cloud = get::any(row, &["cloud"]).and_then(account_in).and_then(|account| account.uid);
    cloud.map(Text::into_owned)
}

pub(super) fn cloud(row: Json<'_>) -> Option<Cloud<'_>> {
    let cloud = get::any(row, &["cloud"])?;
    let provider = loose::str(cloud, &["provider"])?;
    let known =
        ["AWS", "Azure", "GCP", "OCI", "Alibaba", "IBM"].into_iter().find(|name| name.eq_ignore_ascii_case(provider));
    Some(Cloud {
        provider: known.or_else(|| provider.eq_ignore_ascii_case("Microsoft").then_some("Azure"))?,
        account: account_in(cloud),
        region: text(cloud, "region"),
    })
}

/// A user. Up to 1.0 `uuid` was the lasting id, which now is `uid`.
pub(super) fn user(value: Json<'_>) -> Option<User<'_>> {
    let (uid, uid_alt) = match text(value, "uuid") {
        Some(uuid) => (Some(uuid), text(value, "uid")),
        None => (text(value, "uid"), text(value, "uid_alt")),
    };
    let type_id = id(value, "type_id").filter(|id| ids::user_type::name(*id).is_some());
    let user = User {
        uid,
        uid_alt,
        name: text(value, "name"),
        type_: match type_id.and_then(ids::user_type::name) {
            Some(name) if type_id != Some(ids::user_type::OTHER) => Some(name.into()),
            _ => text(value, "type"),
        },
        type_id,
        credential_uid: text(value, "credential_uid"),
        account: account_in(value),
        domain: text(value, "domain"),
        ..User::default()
    };
    (user.uid.is_some() || user.name.is_some() || user.account.is_some()).then_some(user)
}

pub(super) fn session(value: Json<'_>) -> Session<'_> {
    Session {
        uid: text(value, "uid"),
        issuer: text(value, "issuer"),
        credential_uid: text(value, "credential_uid"),
        is_mfa: loose::boolean(value, &["is_mfa"]).or_else(|| loose::boolean(value, &["mfa"])),
        created_time: loose::ms(value, &["created_time"]).or_else(|| loose::ms(value, &["created_time_dt"])),
    }
}

pub(super) fn actor(value: Json<'_>) -> Option<Actor<'_>> {
    let actor = Actor {
        user: get::any(value, &["user"]).and_then(user),
        session: get::any(value, &["session"]).map(session).filter(|session| *session != Session::default()),
        idp: get::any(value, &["idp"]).and_then(named),
        app_uid: text(value, "app_uid"),
        app_name: text(value, "app_name").or_else(|| text(value, "invoked_by")),
        invoked_by: text(value, "invoked_by"),
    };
    // An identity provider or a session alone is no actor.
    (actor.user.is_some() || actor.app_name.is_some() || actor.app_uid.is_some()).then_some(actor)
}

pub(super) fn endpoint(value: Json<'_>) -> Option<Endpoint<'_>> {
    let port = loose::integer(value, &["port"]).and_then(|port| u16::try_from(port).ok());
    let place = get::any(value, &["location"]).map(|place| Location {
        country: text(place, "country"),
        city: text(place, "city"),
        region: text(place, "region"),
    });
    let endpoint = Endpoint {
        ip: text(value, "ip").filter(|ip| ocsf::is_ip(ip)),
        port,
        hostname: text(value, "hostname"),
        domain: text(value, "domain"),
        name: text(value, "name"),
        uid: text(value, "uid"),
        instance_uid: text(value, "instance_uid"),
        interface_uid: text(value, "interface_uid"),
        vpc_uid: text(value, "vpc_uid"),
        subnet_uid: text(value, "subnet_uid"),
        svc_name: text(value, "svc_name"),
        autonomous_system: get::any(value, &["autonomous_system"]).and_then(|system| {
            let number = loose::integer(system, &["number"]).filter(|number| i32::try_from(*number).is_ok());
            let name = text(system, "name");
            (number.is_some() || name.is_some()).then_some(AutonomousSystem { number, name })
        }),
        location: place.filter(|place| place.country.is_some() || place.city.is_some()),
        zone: text(value, "zone"),
        intermediate_ips: loose::list(value, &["intermediate_ips"])
            .filter_map(Json::as_str)
            .filter(|ip| ocsf::is_ip(ip))
            .map(Text::from)
            .collect(),
    };
    let one_of = [
        &endpoint.ip,
        &endpoint.uid,
        &endpoint.name,
        &endpoint.hostname,
        &endpoint.svc_name,
        &endpoint.instance_uid,
        &endpoint.interface_uid,
        &endpoint.domain,
    ];
    one_of.iter().any(|attribute| attribute.is_some()).then_some(endpoint)
}

pub(super) fn api(value: Json<'_>) -> Option<Api<'_>> {
    let response = get::any(value, &["response"]).map(|response| ApiResponse {
        code: loose::integer(response, &["code"]).filter(|code| i32::try_from(*code).is_ok()),
        error: text(response, "error"),
        error_message: text(response, "error_message"),
    });
    Some(Api {
        operation: text(value, "operation")?,
        service: get::any(value, &["service"]).and_then(named),
        // A request has an id, or it says nothing that we carry.
        request: get::any(value, &["request"]).and_then(named).filter(|request| request.uid.is_some()),
        response: response.filter(|response| *response != ApiResponse::default()),
    })
}

pub(super) fn http_request(value: Json<'_>) -> Option<HttpRequest<'_>> {
    let url = get::any(value, &["url"]).map(|url| Url {
        url_string: None,
        hostname: text(url, "hostname"),
        path: text(url, "path"),
        query_string: None,
        port: loose::integer(url, &["port"]).and_then(|port| u16::try_from(port).ok()),
        scheme: text(url, "scheme"),
    });
    let request = HttpRequest {
        user_agent: text(value, "user_agent"),
        http_method: text(value, "http_method"),
        url: url.filter(|url| *url != Url::default()),
        referrer: text(value, "referrer"),
        length: loose::integer(value, &["length"]).filter(|length| i32::try_from(*length).is_ok()),
    };
    (request != HttpRequest::default()).then_some(request)
}

pub(super) fn resource(value: Json<'_>) -> Option<Resource<'_>> {
    let role_id = id(value, "role_id").filter(|id| ids::resource_role::name(*id).is_some());
    let resource = Resource {
        uid: text(value, "uid"),
        name: text(value, "name"),
        type_: text(value, "type"),
        owner: get::any(value, &["owner"])
            .and_then(user)
            .or_else(|| Some(User { account: Some(account_in(value)?), ..User::default() })),
        region: text(value, "region"),
        role_id,
        role: role_id.and_then(ids::resource_role::name),
        ..Resource::default()
    };
    (resource.uid.is_some() || resource.name.is_some()).then_some(resource)
}

/// IANA's names are lower-case; only those that we know can be kept.
fn protocol(value: Json<'_>, number: Option<i64>) -> Option<&'static str> {
    number.and_then(crate::vpc_flow::protocol_name).or_else(|| {
        let name = loose::str(value, &["protocol_name"])?;
        ["tcp", "udp", "icmp", "ipv6-icmp"].into_iter().find(|known| known.eq_ignore_ascii_case(name))
    })
}

pub(super) fn connection(value: Json<'_>) -> ConnectionInfo<'_> {
    let direction_id =
        id(value, "direction_id").filter(|id| *id != 99 && ids::connection_direction::name(*id).is_some());
    let direction_id = direction_id.unwrap_or(ids::connection_direction::UNKNOWN);
    let boundary_id = id(value, "boundary_id").filter(|id| *id != 99 && ids::connection_boundary::name(*id).is_some());
    let small = |name: &str| loose::integer(value, &[name]).filter(|number| i32::try_from(*number).is_ok());
    let protocol_num = small("protocol_num");
    let version = match id(value, "protocol_ver_id") {
        Some(version) if matches!(version, 4 | 6) => Some(version),
        _ => match loose::str(value, &["protocol_ver"]) {
            Some("IPv4") => Some(4),
            Some("IPv6") => Some(6),
            _ => None,
        },
    };
    ConnectionInfo {
        direction_id,
        direction: ids::connection_direction::name(direction_id),
        protocol_num,
        protocol_name: protocol(value, protocol_num),
        protocol_ver_id: version,
        tcp_flags: small("tcp_flags"),
        boundary: boundary_id.and_then(ids::connection_boundary::name).map(Into::into),
        boundary_id,
        uid: text(value, "uid"),
    }
}

pub(super) fn traffic(value: Json<'_>) -> Option<Traffic> {
    let count = |name: &str| loose::integer(value, &[name]);
    let traffic = Traffic {
        bytes: count("bytes"),
        packets: count("packets"),
        bytes_in: count("bytes_in"),
        bytes_out: count("bytes_out"),
        packets_in: count("packets_in"),
        packets_out: count("packets_out"),
    };
    (traffic != Traffic::default()).then_some(traffic)
}

pub(super) fn query(value: Json<'_>) -> Option<DnsQuery<'_>> {
    Some(DnsQuery { hostname: text(value, "hostname")?, type_: text(value, "type"), class: text(value, "class") })
}

pub(super) fn answer(value: Json<'_>) -> Option<DnsAnswer<'_>> {
    Some(DnsAnswer { rdata: text(value, "rdata")?, type_: text(value, "type"), class: text(value, "class") })
}

/// What a control decided, by number and name.
type Decided = (Option<u8>, Option<&'static str>);

pub(super) fn action(row: Json<'_>) -> Decided {
    let known = id(row, "action_id").filter(|id| ids::action::name(*id).is_some());
    (known, known.and_then(ids::action::name))
}

pub(super) fn disposition(row: Json<'_>) -> Decided {
    let known = id(row, "disposition_id").filter(|id| ids::disposition::name(*id).is_some());
    (known, known.and_then(ids::disposition::name))
}
