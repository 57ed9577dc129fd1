//! Entra, Azure and Defender.

use crate::support::World;
use selvedge_actions::{Action, DisableServicePrincipal};
use serde_json::json;

const TENANT: &str = crate::support::TENANT;
const APP: &str = "7d0f2f0c-4a3e-4a53-8a5e-3d9be6f0a001";

pub(super) fn sample(id: &str, world: &World) -> Option<Action> {
    let tenant = TENANT.to_owned();
    Some(match id {
        "Z11" => {
            let app = json!({ "id": APP, "appId": APP, "displayName": "app", "accountEnabled": true });
            world.cloud.add_thing(TENANT, "servicePrincipals", APP, app);
            Action::DisableServicePrincipal(DisableServicePrincipal {
                tenant,
                object_id: APP.into(),
                name: "app".into(),
            })
        }
        _ => return None,
    })
}
