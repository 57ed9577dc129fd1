//! Whom and what a Security Hub finding is about.

use crate::json::Json;
use crate::{loose, ocsf};
use selvedge_model::event::{Actor, Api, ApiResponse, Endpoint, Named, Resource, Session, User};
use selvedge_model::ocsf::id::{resource_role, user_type};

/// How ids of access keys begin that are no ARN.
pub(super) const KEY_PREFIX: &str = "AWS::IAM::AccessKey:";

/// The finding's resources.
pub(super) fn each<'a>(json: Json<'a>) -> impl Iterator<Item = Json<'a>> + use<'a> {
    loose::list(json, &["Resources"])
}

/// The region that a resource says, for findings that say none.
pub(super) fn region(json: Json<'_>) -> Option<&str> {
    each(json).find_map(|one| loose::str(one, &["Region"]))
}

pub(super) fn all(json: Json<'_>) -> Vec<Resource<'_>> {
    each(json).filter_map(one).collect()
}

fn one(listed: Json<'_>) -> Option<Resource<'_>> {
    let role_id = match loose::str(listed, &["ResourceRole"]) {
        Some(word) if word.eq_ignore_ascii_case("Target") => Some(resource_role::TARGET),
        Some(word) if word.eq_ignore_ascii_case("Actor") => Some(resource_role::ACTOR),
        _ => None,
    };
    Some(Resource {
        uid: Some(loose::text(listed, &["Id"])?),
        type_: loose::text(listed, &["Type"]),
        region: loose::text(listed, &["Region"]),
        role_id,
        role: role_id.and_then(resource_role::name),
        ..Resource::default()
    })
}

/// The access key behind a finding, with the record's name for it.
fn key(json: Json<'_>) -> Option<(Json<'_>, Json<'_>)> {
    each(json).find_map(|one| Some((one, loose::at(one, &["Details", "AwsIamAccessKey"])?)))
}

/// Who acted: the key's principal, else a resource that is said to be the actor.
pub(super) fn actor(json: Json<'_>) -> Option<Actor<'_>> {
    if let Some((listed, details)) = key(json) {
        let issuer = |name: &str| loose::text(details, &["SessionContext", "SessionIssuer", name]);
        let kind = loose::text(details, &["PrincipalType"]);
        let bare = loose::str(listed, &["Id"]).map(|id| id.strip_prefix(KEY_PREFIX).unwrap_or(id));
        let key = loose::str(details, &["AccessKeyId"]).or(bare).filter(|key| !key.is_empty());
        let user = User {
            uid: loose::text(details, &["PrincipalId"]),
            name: loose::text(details, &["PrincipalName"])
                .or_else(|| loose::text(details, &["UserName"]))
                .or_else(|| issuer("UserName")),
            type_id: Some(if kind.is_some() { user_type::OTHER } else { user_type::UNKNOWN }),
            type_: kind,
            account: loose::text(details, &["AccountId"]).map(|uid| Named { uid: Some(uid), name: None }),
            ..User::default()
        };
        let session = Session {
            issuer: issuer("Arn"),
            credential_uid: key.map(Into::into),
            created_time: loose::ms(details, &["SessionContext", "Attributes", "CreationDate"]),
            is_mfa: loose::boolean(details, &["SessionContext", "Attributes", "MfaAuthenticated"]),
            ..Session::default()
        };
        let named = user.uid.is_some() || user.name.is_some() || user.account.is_some();
        return Some(Actor { user: named.then_some(user), session: Some(session), ..Actor::default() });
    }
    let acted = each(json).find(|one| loose::str(*one, &["ResourceRole"]) == Some("Actor"))?;
    let user =
        User { uid: Some(loose::text(acted, &["Id"])?), type_: loose::text(acted, &["Type"]), ..User::default() };
    Some(Actor { user: Some(user), ..Actor::default() })
}

/// Members of `Action`, and the part of GuardDuty's own fields that is alike.
const ACTIONS: [&str; 4] =
    ["AwsApiCallAction", "NetworkConnectionAction", "PortProbeAction", "KubernetesApiCallAction"];

/// The address that it came from.
pub(super) fn ip(json: Json<'_>) -> Option<&str> {
    let of = |action: &str| {
        let remote = loose::at(json, &["Action", action, "RemoteIpDetails"])?;
        loose::str(remote, &["IpAddressV4"]).or_else(|| loose::str(remote, &["IpAddressV6"]))
    };
    let of_action = ACTIONS.iter().find_map(|name| of(name));
    let probed = || {
        loose::list(json, &["Action", "PortProbeAction", "PortProbeDetails"])
            .find_map(|probe| loose::str(probe, &["RemoteIpDetails", "IpAddressV4"]))
    };
    let of_network =
        || loose::str(json, &["Network", "SourceIpV4"]).or_else(|| loose::str(json, &["Network", "SourceIpV6"]));
    of_action.or_else(probed).or_else(of_network).or_else(|| of_guardduty(json)).filter(|ip| ocsf::is_ip(ip))
}

/// GuardDuty's own fields, flattened under `ProductFields`.
fn of_guardduty(json: Json<'_>) -> Option<&str> {
    let fields = loose::at(json, &["ProductFields"])?;
    let mut members = fields.is_object().then(|| fields.members()).into_iter().flatten();
    members.find_map(|(key, value)| {
        let fits = key.starts_with("aws/guardduty/service/action/") && key.ends_with("/remoteIpDetails/ipAddressV4");
        fits.then(|| value.as_str()).flatten()
    })
}

pub(super) fn source(json: Json<'_>) -> Option<Endpoint<'_>> {
    let port = loose::integer(json, &["Network", "SourcePort"]).and_then(|port| u16::try_from(port).ok());
    ip(json).map(|ip| Endpoint { ip: Some(ip.into()), port, ..Endpoint::default() })
}

/// The call that was made.
pub(super) fn api(json: Json<'_>) -> Option<Api<'_>> {
    let call = loose::at(json, &["Action", "AwsApiCallAction"])?;
    Some(Api {
        operation: loose::text(call, &["Api"])?,
        service: loose::text(call, &["ServiceName"]).map(|name| Named { uid: None, name: Some(name) }),
        request: None,
        response: loose::text(call, &["ErrorCode"]).map(|error| ApiResponse {
            code: None,
            error: Some(error),
            error_message: None,
        }),
    })
}
