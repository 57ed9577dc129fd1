//! Azure Resource Manager. Source: Microsoft's own API specifications; the
//! permissions are Azure RBAC's operations.

use crate::op::{Method, Wire, rows};

const LOCKS: &str = "2020-05-01";
const AUTHORIZATION: &str = "2022-04-01";
const LOGIC: &str = "2019-05-01";
const NETWORK: &str = "2024-01-01";
const STORAGE: &str = "2023-05-01";

const fn arm(method: Method, path: &'static str, version: &'static str) -> Wire {
    Wire::Arm { method, path, version }
}

rows! {
    LIST_LOCKS = "GET Microsoft.Authorization/locks", "Microsoft.Authorization/locks/read", "", Read,
        arm(Method::Get, "{id+}/providers/Microsoft.Authorization/locks", LOCKS);
    GET_ROLE_ASSIGNMENT = "GET Microsoft.Authorization/roleAssignments",
        "Microsoft.Authorization/roleAssignments/read", "", Read, arm(Method::Get, "{id+}", AUTHORIZATION);
    PUT_ROLE_ASSIGNMENT = "PUT Microsoft.Authorization/roleAssignments",
        "Microsoft.Authorization/roleAssignments/write", "", Idempotent, arm(Method::Put, "{id+}", AUTHORIZATION);
    DELETE_ROLE_ASSIGNMENT = "DELETE Microsoft.Authorization/roleAssignments",
        "Microsoft.Authorization/roleAssignments/delete", "", Idempotent, arm(Method::Delete, "{id+}", AUTHORIZATION);
    GET_WORKFLOW = "GET Microsoft.Logic/workflows", "Microsoft.Logic/workflows/read", "", Read,
        arm(Method::Get, "{id+}", LOGIC);
    DISABLE_WORKFLOW = "POST Microsoft.Logic/workflows/disable", "Microsoft.Logic/workflows/disable/action", "",
        Idempotent, arm(Method::Post, "{id+}/disable", LOGIC);
    ENABLE_WORKFLOW = "POST Microsoft.Logic/workflows/enable", "Microsoft.Logic/workflows/enable/action", "",
        Idempotent, arm(Method::Post, "{id+}/enable", LOGIC);
    GET_INTERFACE = "GET Microsoft.Network/networkInterfaces", "Microsoft.Network/networkInterfaces/read", "", Read,
        arm(Method::Get, "{id+}", NETWORK);
    PUT_INTERFACE = "PUT Microsoft.Network/networkInterfaces", "Microsoft.Network/networkInterfaces/write", "",
        Idempotent, arm(Method::Put, "{id+}", NETWORK);
    GET_STORAGE_ACCOUNT = "GET Microsoft.Storage/storageAccounts", "Microsoft.Storage/storageAccounts/read", "", Read,
        arm(Method::Get, "{id+}", STORAGE);
    PATCH_STORAGE_ACCOUNT = "PATCH Microsoft.Storage/storageAccounts", "Microsoft.Storage/storageAccounts/write", "",
        Idempotent, arm(Method::Patch, "{id+}", STORAGE);
}
