//! What actions on Azure resources have in common: the resource, and the locks
//! that hold for it.

use crate::doc::Doc;
use crate::op::{Call, Op};
use crate::ops::arm;
use crate::plan::Target;
use crate::{Refusal, name};
use selvedge_model::untrusted::quote_for_log as q;
use serde::{Deserialize, Serialize};

/// A resource of Azure Resource Manager.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourceRef {
    /// Subscription.
    pub subscription: String,
    /// Resource id.
    pub id: String,
}

impl ResourceRef {
    /// Last segment of the id.
    pub fn name(&self) -> &str {
        self.id.rsplit('/').next().unwrap_or(&self.id)
    }

    pub(crate) fn target(&self, kind: &str) -> Target {
        Target::of("azure", &self.subscription, kind, &self.id.to_ascii_lowercase(), self.name())
    }

    /// Why this is no resource of the type (`microsoft.logic/workflows`) in its
    /// subscription.
    pub(crate) fn problem(&self, kind: &str) -> Option<&'static str> {
        let id = self.id.to_ascii_lowercase();
        let own = format!("/subscriptions/{}/", self.subscription.to_ascii_lowercase());
        let parts: Vec<&str> = id.rsplit('/').collect();
        let typed =
            matches!(parts.as_slice(), [_, last, provider, "providers", ..] if format!("{provider}/{last}") == kind);
        if !name::guid(&self.subscription) {
            Some("the subscription's id is none")
        } else if !name::resource_id(&self.id) || !id.starts_with(&own) {
            Some("the resource's id is none of this subscription")
        } else if !typed {
            Some("the resource is of another type")
        } else {
            None
        }
    }

    /// A call on the resource.
    pub(crate) fn call(&self, operation: Op) -> Call {
        Call::new(&self.subscription, operation, Doc::map([("id", &self.id)]))
    }

    /// The call that lists the locks that hold for it, inherited ones too.
    pub(crate) fn locks(&self) -> Call {
        self.call(arm::LIST_LOCKS)
    }

    /// Refuses what a lock blocks: `ReadOnly` every change, POST included;
    /// `CanNotDelete` deleting. Source: Azure docs, "Lock your resources".
    ///
    /// # Errors
    /// E0226 names the lock.
    pub(crate) fn refuse_locked(&self, locks: Option<&Doc>, deleting: bool) -> Result<(), Refusal> {
        let list = locks.map(|answer| answer.items_at(&["value"])).unwrap_or_default();
        let blocks = |lock: &&Doc| match lock.text_at(&["properties", "level"]) {
            Some("ReadOnly") => true,
            Some("CanNotDelete") => deleting,
            _ => false,
        };
        let Some(lock) = list.iter().find(blocks) else {
            return Ok(());
        };
        let known = lock.text_at(&["id"]).or_else(|| lock.text_at(&["name"])).unwrap_or("without a name");
        Err(Refusal::new(
            "E0226",
            format!("lock {} keeps {} from being changed", q(known), q(self.name())),
            "have an owner take the lock off, or use a lever outside the resource",
        ))
    }
}
