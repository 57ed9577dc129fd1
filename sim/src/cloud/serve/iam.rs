//! IAM.

use super::{Served, no_such};
use crate::cloud::state::State;
use jiff::Timestamp;
use selvedge_actions::{Call, Doc};

pub(super) fn serve(state: &mut State, call: &Call, _now: Timestamp) -> Served {
    let user = call.param("UserName");
    let keys = "iam-user-keys";
    Some(match call.operation.name() {
        "iam:ListAccessKeys" => Ok(state.things.get(&call.container, keys, user).cloned()),
        "iam:UpdateAccessKey" => {
            let Some(keys) = state.things.get_mut(&call.container, keys, user) else {
                return Some(Err(no_such("NoSuchEntity", user)));
            };
            let (id, status) = (call.param("AccessKeyId"), call.param("Status"));
            let mut found = false;
            let mut set = |key: &Doc| {
                let own = key.text_at(&["AccessKeyId"]) == Some(id);
                found |= own;
                if own { key.clone().with(&["Status"], status) } else { key.clone() }
            };
            let list: Vec<Doc> = keys.items_at(&["AccessKeyMetadata"]).iter().map(&mut set).collect();
            *keys = std::mem::take(keys).with(&["AccessKeyMetadata"], list);
            if found { Ok(None) } else { Err(no_such("NoSuchEntity", id)) }
        }
        _ => return None,
    })
}
