//! AWS CloudTrail: record to OCSF and to facts.
//!
//! Field rules: facts "logs" section 1; the OCSF mapping follows the schema
//! project's published CloudTrail mapping (classes 3001, 3002 and 6003).

mod changes;
mod class;
mod facts;
mod insight;
mod portal;
mod trail;

pub(crate) use changes::changes;
pub(crate) use facts::facts;

use crate::mapped::{Mapped, Raw, identity};
use crate::ocsf::{self, Head};
use crate::{get, json::Json};
use selvedge_model::event::{
    Actor, Api, ApiResponse, Cloud, Endpoint, HttpRequest, Named, Ocsf, Resource, Session, Text, User,
};
use selvedge_model::{Timestamp, time};
pub(crate) use trail::Trail;

/// Maps a record, whose fields are found already; the error says which is missing or
/// wrong.
pub(crate) fn map<'a>(raw: Raw<'a>, trail: &Trail<'a>) -> Result<Mapped<'a>, String> {
    let occurred_at = trail.time().ok_or("eventTime is missing or no time")?;
    let account = trail.account();
    let uid: Text<'_> = trail.event_id.map_or_else(|| raw.digest_id(), Into::into);
    Ok(Mapped {
        identity: identity(account, trail.event_id),
        occurred_at,
        revision: trail.addendum.and_then(|addendum| get::moment(addendum, &["updatedTime"])),
        ocsf: to_ocsf(trail, occurred_at, uid, account),
    })
}

fn to_ocsf<'a>(trail: &Trail<'a>, at: Timestamp, uid: Text<'a>, account: &'a str) -> Box<Ocsf<'a>> {
    let (class, activity) = class::of(trail);
    let mut out = ocsf::build(Head {
        class,
        activity,
        time: at,
        status: Some(trail.succeeded()),
        uid: uid.clone(),
        product: ("AWS", "CloudTrail"),
        feature: trail.category.map(Into::into),
        profiles: &["cloud"],
    });
    out.metadata.event_code = trail.event_type.map(Into::into);
    out.metadata.original_time = trail.event_time.map(Into::into);
    out.cloud = Some(Cloud {
        provider: "AWS",
        account: (!account.is_empty()).then(|| Named { uid: Some(account.into()), name: None }),
        region: trail.region.map(Into::into),
    });
    if let Some(insight) = trail.insight {
        insight::fill(trail, insight, uid, &mut out);
        ocsf::observe(&mut out);
        return out;
    }
    out.status_code = trail.error.map(Into::into);
    out.status_detail = trail.error_message.map(Into::into);
    let caller = user(trail);
    out.api = Some(Api {
        operation: trail.operation.unwrap_or(ocsf::UNKNOWN).into(),
        service: trail.service.map(named),
        request: trail.request_id.map(|uid| Named { uid: Some(uid.into()), name: None }),
        response: trail.error.map(|error| ApiResponse {
            code: None,
            error: Some(error.into()),
            error_message: trail.error_message.map(Into::into),
        }),
    });
    out.src_endpoint = Some(source(trail));
    out.http_request =
        trail.user_agent.map(|agent| HttpRequest { user_agent: Some(agent.into()), ..Default::default() });
    // Each class has its own place for what the call was about.
    if class == ocsf::AUTHENTICATION {
        authentication(trail, &caller, &mut out);
    } else if class == ocsf::ACCOUNT_CHANGE {
        out.user = Some(changed(trail, &caller));
    } else {
        out.resources = resources(trail);
    }
    out.actor = Some(actor(trail, caller));
    ocsf::observe(&mut out);
    out
}

fn named(name: &str) -> Named<'_> {
    Named { uid: None, name: Some(name.into()) }
}

/// The caller.
fn user<'a>(trail: &Trail<'a>) -> User<'a> {
    let identity = &trail.identity;
    let on_behalf = || identity.on_behalf_of.and_then(|on| get::text(on, &["userId"]));
    let mut user = User {
        uid: identity.arn.or(identity.principal_id).or_else(on_behalf).map(Into::into),
        uid_alt: identity.principal_id.map(Into::into),
        name: identity.user_name.or(identity.issuer_name()).or(identity.invoked_by).map(Into::into),
        type_id: Some(match identity.kind {
            Some("Root") => 2,
            Some("IAMUser" | "SAMLUser" | "IdentityCenterUser" | "FederatedUser") => 1,
            Some("AWSService") => 4,
            Some(_) => 99,
            None => 0,
        }),
        type_: identity.kind.map(Into::into),
        credential_uid: identity.access_key_id.map(Into::into),
        account: identity.account_id.map(|uid| Named { uid: Some(uid.into()), name: None }),
        ..User::default()
    };
    if user.uid.is_none() && user.name.is_none() && user.account.is_none() {
        user.name = Some(ocsf::UNKNOWN.into());
    }
    user
}

/// The user or role that an IAM call changed.
fn changed<'a>(trail: &Trail<'a>, caller: &User<'a>) -> User<'a> {
    let asked = |key: &str| trail.request.and_then(|request| get::text(request, &[key]));
    let name = asked("userName").or_else(|| asked("roleName"));
    // These two are about the caller unless they name somebody.
    if name.is_none() && matches!(trail.operation, Some("ChangePassword" | "DeactivateMFADevice")) {
        return caller.clone();
    }
    let made = trail.answer.and_then(|answer| get::at(answer, &["user"]).or_else(|| get::at(answer, &["role"])));
    let of_made = |key: &str| made.and_then(|made| get::text(made, &[key])).map(Text::from);
    User {
        name: Some(name.unwrap_or(ocsf::UNKNOWN).into()),
        uid: of_made("arn"),
        uid_alt: of_made("userId").or_else(|| of_made("roleId")),
        ..User::default()
    }
}

/// Fills what only Authentication has: who was let in to what, and by which
/// session. Whoever assumes a role authenticates as that role's session.
fn authentication<'a>(trail: &Trail<'a>, caller: &User<'a>, out: &mut Ocsf<'a>) {
    let asked = |key: &str| trail.request.and_then(|request| get::text(request, &[key])).map(Text::from);
    let answered = |path: &[&str]| trail.answer.and_then(|answer| get::text(answer, path)).map(Text::from);
    let more = |key: &str| trail.additional.and_then(|additional| get::text(additional, &[key]));
    out.user = Some(match asked("roleArn") {
        Some(role) => User {
            uid: Some(role),
            uid_alt: answered(&["assumedRoleUser", "assumedRoleId"]),
            name: asked("roleSessionName"),
            ..User::default()
        },
        None => caller.clone(),
    });
    out.session = answered(&["credentials", "accessKeyId"]).map(|key| Session {
        uid: answered(&["assumedRoleUser", "arn"]),
        issuer: asked("roleArn"),
        credential_uid: Some(key),
        is_mfa: None,
        created_time: trail.time().map(time::epoch_ms),
    });
    out.more().service = Some(named(trail.service.unwrap_or(ocsf::UNKNOWN)));
    let login_to = more("LoginTo").map(|url| Endpoint { svc_name: Some(url.into()), ..Endpoint::default() });
    out.more().dst_endpoint = login_to;
    out.is_mfa = match more("MFAUsed") {
        Some("Yes") => Some(true),
        Some("No") => Some(false),
        _ => trail.identity.is_mfa(),
    };
}

fn actor<'a>(trail: &Trail<'a>, caller: User<'a>) -> Actor<'a> {
    let identity = &trail.identity;
    let session = identity.context.map(|_| Session {
        uid: identity.arn.map(Into::into),
        issuer: identity.issuer_arn().map(Into::into),
        credential_uid: None,
        is_mfa: identity.is_mfa(),
        created_time: identity.created().map(time::epoch_ms),
    });
    let provider = identity.provider.or_else(|| {
        identity.context.and_then(|context| get::text(context, &["webIdFederationData", "federatedProvider"]))
    });
    Actor {
        user: Some(caller),
        session,
        idp: provider.map(named),
        app_uid: None,
        app_name: identity.invoked_by.map(Into::into),
        invoked_by: identity.invoked_by.map(Into::into),
    }
}

fn source<'a>(trail: &Trail<'a>) -> Endpoint<'a> {
    let mut endpoint = Endpoint { uid: trail.vpc_endpoint.map(Into::into), ..Endpoint::default() };
    match trail.source_ip {
        Some(ip) if ocsf::is_ip(ip) => endpoint.ip = Some(ip.into()),
        Some(name) if name.ends_with(".amazonaws.com") => {
            endpoint.svc_name = Some(name.into());
            endpoint.domain = Some(name.into());
        }
        Some(other) => endpoint.svc_name = Some(other.into()),
        None => {
            let unknown = endpoint.uid.is_none().then_some(ocsf::UNKNOWN);
            endpoint.svc_name = trail.identity.invoked_by.or(unknown).map(Into::into);
        }
    }
    endpoint
}

fn resources<'a>(trail: &Trail<'a>) -> Vec<Resource<'a>> {
    trail.resources.into_iter().flat_map(Json::elements).filter_map(resource).collect()
}

fn resource(listed: Json<'_>) -> Option<Resource<'_>> {
    let uid = get::any(listed, &["ARN"]).and_then(get::as_text)?;
    let owner = get::any(listed, &["accountId"])
        .and_then(get::as_text)
        .map(|uid| User { account: Some(Named { uid: Some(uid.into()), name: None }), ..User::default() });
    Some(Resource {
        uid: Some(uid.into()),
        type_: get::text(listed, &["type"]).map(Into::into),
        owner,
        ..Default::default()
    })
}
