//! What people do at IAM Identity Center's sign-in and access portal.
//!
//! Field rules: facts "federation" section 2. Until July 2025 the caller was of type
//! `Unknown` with a user name; since then it is an `IdentityCenterUser` with the
//! identity store's user in `onBehalfOf`.

use super::trail::Trail;
use crate::get;
use crate::json::Json;
use selvedge_model::fact::{Cite, PortalUse};

/// What tells of a sign-in, of a role that is asked for, or of what the portal was
/// asked. `Federate` and the like were logged under either service.
const OPERATIONS: [&str; 10] = [
    "UserAuthentication",
    "CredentialChallenge",
    "CredentialVerification",
    "Authenticate",
    "Federate",
    "GetRoleCredentials",
    "ListAccounts",
    "ListAccountRoles",
    "ListApplications",
    "CreateToken",
];

/// Whether a record is of the portal and says whose act it is.
pub(super) fn is_one(trail: &Trail<'_>) -> bool {
    matches!(trail.service, Some("sso.amazonaws.com" | "signin.amazonaws.com"))
        && matches!(trail.identity.kind, Some("IdentityCenterUser" | "Unknown"))
        && trail.operation.is_some_and(|operation| OPERATIONS.contains(&operation))
        && (store_user(trail).is_some() || trail.identity.user_name.is_some())
}

fn store_user<'a>(trail: &Trail<'a>) -> Option<&'a str> {
    get::text(trail.identity.on_behalf_of?, &["userId"])
}

/// The fact of such a record.
pub(super) fn fact(trail: &Trail<'_>, cite: Cite) -> PortalUse {
    let own = |text: Option<&str>| text.map(str::to_owned);
    let more = |key: &str| own(trail.additional.and_then(|additional| get::text(additional, &[key])));
    // A call says it in its parameters, an event of the service in its details.
    let asked = |parameter: &str, detail: &str| {
        let text = |place: Option<Json<'_>>, key: &str| {
            place.and_then(|p| get::any(p, &[key])).and_then(get::as_text).map(str::to_owned)
        };
        text(trail.request.filter(|request| request.is_object()), parameter)
            .or_else(|| text(trail.service_details, detail))
    };
    let store = trail.identity.on_behalf_of.and_then(|on| get::text(on, &["identityStoreArn"]));
    PortalUse {
        cite,
        account: trail.account().to_owned(),
        operation: trail.operation.unwrap_or_default().to_owned(),
        store_user: store_user(trail).map(str::to_ascii_lowercase),
        store: store.and_then(|arn| arn.rsplit('/').next()).map(str::to_owned),
        user_name: trail.identity.user_name.unwrap_or_default().to_lowercase(),
        credential_id: own(trail.identity.credential_id),
        workflow_id: more("AuthWorkflowID"),
        credential_type: more("CredentialType"),
        role_account: asked("accountId", "account_id"),
        role_name: asked("roleName", "role_name"),
        ip: trail.source_ip.unwrap_or_default().to_owned(),
        user_agent: trail.user_agent.unwrap_or_default().to_owned(),
        error: own(trail.error.or_else(|| trail.login_failed().then_some("Failure"))),
    }
}
