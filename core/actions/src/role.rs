//! What actions on IAM roles have in common: the role itself, read first.

use crate::a03_deny_session::refuse_locked;
use crate::doc::Doc;
use crate::op::Call;
use crate::ops::iam;
use crate::plan::Target;
use crate::setting::{Found, gone, shapeless};
use crate::{Refusal, name};
use selvedge_model::untrusted::quote_for_log as q;
use serde::{Deserialize, Serialize};

/// A role as the logs saw it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleRef {
    /// Account.
    pub account: String,
    /// Name, without path.
    pub role_name: String,
    /// Unique id: a recreated role has another.
    pub role_id: String,
    /// ARN, path included where known.
    pub role_arn: String,
}

impl RoleRef {
    pub(crate) fn target(&self) -> Target {
        Target::aws(&self.account, "iam-role", &self.role_arn, &self.role_name)
    }

    pub(crate) fn problem(&self) -> Option<&'static str> {
        let arn = selvedge_model::arn::Arn::parse(&self.role_arn);
        if !name::account(&self.account) {
            Some("the account is not twelve digits")
        } else if !name::iam(&self.role_name, 64) {
            Some("the role's name is none that IAM gives")
        } else if !name::prefixed(&self.role_id, "AROA") {
            Some("the role's unique id is none")
        } else if arn.is_none_or(|arn| arn.account != self.account || arn.name() != self.role_name) {
            Some("the ARN is of another role")
        } else {
            None
        }
    }

    pub(crate) fn params(&self) -> Doc {
        Doc::map([("RoleName", &self.role_name)])
    }

    pub(crate) fn read(&self) -> Call {
        Call::new(&self.account, iam::GET_ROLE, self.params())
    }

    /// The role, if it is still the one that the logs saw and IAM lets one edit
    /// it; with its names and tags for the guard.
    pub(crate) fn found<'a>(
        &self,
        answer: Option<&'a Doc>,
        value: impl Into<Doc>,
    ) -> Result<(&'a Doc, Found), Refusal> {
        let role = answer.and_then(|answer| answer.get("Role")).ok_or_else(|| gone(&self.role_name))?;
        let text = |member| role.text_at(&[member]).ok_or_else(|| shapeless(&self.role_name, member));
        let (path, id, arn) = (text("Path")?, text("RoleId")?, text("Arn")?);
        refuse_locked(path, &self.role_name)?;
        if id != self.role_id {
            return Err(Refusal::new(
                "E0203",
                format!(
                    "role {} now has id {}, the logs saw {}: it was recreated",
                    q(&self.role_name),
                    q(id),
                    q(&self.role_id)
                ),
                "sessions of the old role are dead; look at who recreated it",
            ));
        }
        let names = [arn, id, self.role_name.as_str()];
        Ok((role, Found::new(value, arn).names(names).tags(role.get("Tags"))))
    }
}
