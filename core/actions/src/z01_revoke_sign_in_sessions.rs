//! Z01: revoke an Entra user's refresh tokens and browser session cookies.
//!
//! Source: Microsoft Graph `user: revokeSignInSessions`; actions.md Z01.

use crate::call::{Answer, GraphMutation, GraphRead, Image, Mutation, Read};
use crate::contract::{Contract, DataMovement, EnforcedBy, Permission, Phase, Reversibility, Tier};
use crate::plan::Target;
use crate::{PreImage, ReadBack, Refusal};
use jiff::Timestamp;
use selvedge_model::time::to_second;
use selvedge_model::untrusted::quote_for_log;
use serde::{Deserialize, Serialize};

/// The parameters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevokeSignInSessions {
    /// Tenant.
    pub tenant: String,
    /// Object id.
    pub user_id: String,
    /// UPN, for people.
    pub upn: String,
}

/// The contract.
pub const CONTRACT: Contract = Contract {
    id: "Z01",
    title: "Revoke an Entra user's refresh tokens and browser sessions",
    cloud: "entra",
    operation: "POST /users/{id}/revokeSignInSessions",
    inverse: "none needed: the person signs in again",
    permissions: &[
        Permission { name: "User.Read.All", scope: "application permission", read: true },
        Permission { name: "User.RevokeSessions.All", scope: "application permission", read: false },
    ],
    refuse_if: &["the user does not exist", "the user is a guest: revocation has no effect on external users"],
    tier: Tier(1),
    blast: "one user's sessions in every application of the tenant",
    data_movement: DataMovement::None,
    reversibility: Reversibility::SelfHealing,
    phase: Phase::Settling,
    enforced_by: EnforcedBy::FailedSignIns,
    propagation_bound_secs: 900,
    dry_run: "the user is read; nothing is sent",
    traps: &[
        "access tokens live on for up to an hour (up to 28 hours, cut by event within 15 minutes, under continuous access evaluation)",
        "AWS role sessions that were already minted are not touched",
        "administrators need Privileged Authentication Administrator: expect 403 and escalate",
    ],
    source: "Microsoft Graph v1.0 user-revokesigninsessions; entra-docs users-revoke-access",
    example: "user 5a1c93e4-0000-4f60-8d15-c3e97a40b62f",
};

/// The one user of the answers, or why not.
pub(crate) fn user_of<'a>(answers: &'a [Answer], upn: &str) -> Result<&'a crate::UserImage, Refusal> {
    match answers {
        [Answer::User { user: Some(user) }] => Ok(user),
        [Answer::User { user: None }] => Err(Refusal::new(
            "E0211",
            format!("no user {} in the tenant", quote_for_log(upn)),
            "the account was deleted; check the directory's deleted items",
        )),
        _ => Err(Refusal::new("E0299", "the answers do not fit the reads", "this is a defect; report it")),
    }
}

impl RevokeSignInSessions {
    pub(crate) fn target(&self) -> Target {
        Target {
            cloud: "entra".into(),
            container: self.tenant.clone(),
            kind: "entra-user".into(),
            id: self.user_id.clone(),
            name: self.upn.clone(),
        }
    }

    pub(crate) fn reads(&self) -> Vec<Read> {
        vec![Read::Graph { tenant: self.tenant.clone(), op: GraphRead::GetUser { id: self.user_id.clone() } }]
    }

    pub(crate) fn check(&self, answers: &[Answer]) -> Result<PreImage, Refusal> {
        let user = user_of(answers, &self.upn)?;
        if user.user_type.eq_ignore_ascii_case("guest") {
            return Err(Refusal::new(
                "E0212",
                format!("{} is a guest: revoking sessions has no effect on external users", quote_for_log(&user.upn)),
                "disable the guest object (Z02) and tell the home tenant",
            ));
        }
        Ok(PreImage::new(Image::SessionsValidFrom { at: user.sessions_valid_from }, user.upn.clone()))
    }

    pub(crate) fn apply(&self, _moment: Option<Timestamp>) -> Result<Mutation, Refusal> {
        Ok(Mutation::Graph {
            tenant: self.tenant.clone(),
            op: GraphMutation::RevokeSignInSessions { id: self.user_id.clone() },
        })
    }

    /// Stored when `signInSessionsValidFromDateTime` moved forward from the
    /// pre-image, or is not older than the attempt (somebody may have revoked in
    /// the same second). Entra's clock need not agree with ours, so the move
    /// alone is enough; Entra keeps whole seconds.
    pub(crate) fn read_back(
        &self,
        answers: &[Answer],
        _mutation: &Mutation,
        before: &PreImage,
        since: Timestamp,
    ) -> ReadBack {
        let Ok(user) = user_of(answers, &self.upn) else {
            return ReadBack::Other;
        };
        let Image::SessionsValidFrom { at: was } = before.image else {
            return ReadBack::Other;
        };
        let now = user.sessions_valid_from;
        // `None` sorts before every moment.
        if now > was || now.is_some_and(|at| at >= to_second(since)) {
            ReadBack::After
        } else if now == was {
            ReadBack::Before
        } else {
            ReadBack::Other
        }
    }

    pub(crate) fn inverse(&self, _before: &PreImage) -> Option<Mutation> {
        None
    }

    pub(crate) fn residual(&self) -> String {
        format!(
            "Access tokens of {} live until they expire (up to one hour; sooner where continuous access evaluation applies); application cookies cannot be revoked by Entra.",
            quote_for_log(&self.upn)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::UserImage;

    #[test]
    fn read_back_needs_no_agreement_of_clocks() {
        let t = |text: &str| text.parse::<Timestamp>().unwrap();
        let action = RevokeSignInSessions { tenant: "t".into(), user_id: "u".into(), upn: "a@b.c".into() };
        let since = t("2026-05-18T12:00:00.7Z");
        for (before, now, expect) in [
            (None, None, ReadBack::Before),
            (None, Some("2026-05-18T12:00:01Z"), ReadBack::After),
            (None, Some("2026-05-18T11:58:00Z"), ReadBack::After),
            (Some("2026-05-01T00:00:00Z"), Some("2026-05-18T11:58:00Z"), ReadBack::After),
            (Some("2026-05-18T12:00:00Z"), Some("2026-05-18T12:00:00Z"), ReadBack::After),
            (Some("2026-05-18T11:00:00Z"), Some("2026-05-18T11:00:00Z"), ReadBack::Before),
            (Some("2026-05-18T11:00:00Z"), Some("2026-05-18T10:00:00Z"), ReadBack::Other),
            (Some("2026-05-18T11:00:00Z"), None, ReadBack::Other),
        ] {
            let user = UserImage {
                id: "u".into(),
                upn: "a@b.c".into(),
                enabled: true,
                user_type: "Member".into(),
                on_premises: false,
                sessions_valid_from: now.map(t),
            };
            let answers = [Answer::User { user: Some(user) }];
            let image = Image::SessionsValidFrom { at: before.map(t) };
            let pre = PreImage::new(image, String::new());
            let mutation = action.apply(None).unwrap();
            assert_eq!(action.read_back(&answers, &mutation, &pre, since), expect, "{before:?} {now:?}");
        }
    }
}
