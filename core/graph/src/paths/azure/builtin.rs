//! Built-in roles of Azure that lead on, for estates whose role definitions were not exported.
//! Recalled; what is exported stands before it.

/// GUID, name, actions, exceptions, data actions.
pub(super) type BuiltIn =
    (&'static str, &'static str, &'static [&'static str], &'static [&'static str], &'static [&'static str]);

pub(super) const ROLES: &[BuiltIn] = &[
    ("8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "Owner", &["*"], &[], &[]),
    (
        "b24988ac-6180-42a0-ab88-20f7382dd24c",
        "Contributor",
        &["*"],
        &[
            "Microsoft.Authorization/*/Delete",
            "Microsoft.Authorization/*/Write",
            "Microsoft.Authorization/elevateAccess/Action",
            "Microsoft.Blueprint/blueprintAssignments/write",
            "Microsoft.Blueprint/blueprintAssignments/delete",
        ],
        &[],
    ),
    ("acdd72a7-3385-48ef-bd42-f606fba81ae7", "Reader", &["*/read"], &[], &[]),
    (
        "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
        "User Access Administrator",
        &["*/read", "Microsoft.Authorization/*", "Microsoft.Support/*"],
        &[],
        &[],
    ),
    (
        "f58310d9-a9f6-439a-9e8d-f62e7b41a168",
        "Role Based Access Control Administrator",
        &[
            "Microsoft.Authorization/roleAssignments/write",
            "Microsoft.Authorization/roleAssignments/delete",
            "*/read",
            "Microsoft.Support/*",
        ],
        &[],
        &[],
    ),
    (
        "9980e02c-c2be-4d73-94e8-173b1dc7cf3c",
        "Virtual Machine Contributor",
        &["Microsoft.Compute/virtualMachines/*", "Microsoft.Compute/virtualMachineScaleSets/*"],
        &[],
        &[],
    ),
    (
        "1c0163c0-47e6-4577-8991-ea5c82e286e4",
        "Virtual Machine Administrator Login",
        &["Microsoft.Compute/virtualMachines/*/read"],
        &[],
        &["Microsoft.Compute/virtualMachines/login/action", "Microsoft.Compute/virtualMachines/loginAsAdmin/action"],
    ),
    ("de139f84-1756-47ae-9be6-808fbbe84772", "Website Contributor", &["Microsoft.Web/sites/*"], &[], &[]),
    ("87a39d53-fc1b-424a-814c-f7e04687dc9e", "Logic App Contributor", &["Microsoft.Logic/*"], &[], &[]),
    (
        "f353d9bd-d4a6-484e-a77a-8050b599b867",
        "Automation Contributor",
        &["Microsoft.Automation/automationAccounts/*"],
        &[],
        &[],
    ),
    (
        "ed7f3fbd-7b88-4dd4-9017-9adb7ce333f8",
        "Azure Kubernetes Service Contributor Role",
        &["Microsoft.ContainerService/managedClusters/*"],
        &[],
        &[],
    ),
    (
        "4f8fab4f-1852-4a58-a46a-8eaf358af14a",
        "Avere Contributor",
        &["Microsoft.Compute/*/read", "Microsoft.Compute/virtualMachines/*", "Microsoft.Network/virtualNetworks/read"],
        &[],
        &[],
    ),
    ("f25e0fa2-a7c8-4377-a976-54943a77a395", "Key Vault Contributor", &["Microsoft.KeyVault/*"], &[], &[]),
    (
        "00482a5a-887f-4fb3-b363-3b7fe8e74483",
        "Key Vault Administrator",
        &["Microsoft.KeyVault/vaults/*/read"],
        &[],
        &["Microsoft.KeyVault/vaults/*"],
    ),
    (
        "4633458b-17de-408a-b874-0445c86b69e6",
        "Key Vault Secrets User",
        &[],
        &[],
        &["Microsoft.KeyVault/vaults/secrets/getSecret/action"],
    ),
    (
        "17d1049b-9a84-46fb-8f53-869881c3d3ab",
        "Storage Account Contributor",
        &["Microsoft.Storage/storageAccounts/*"],
        &[],
        &[],
    ),
    (
        "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1",
        "Storage Blob Data Reader",
        &["Microsoft.Storage/storageAccounts/blobServices/containers/read"],
        &[],
        &["Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"],
    ),
    (
        "f1a07417-d97a-45cb-824c-7a7467783830",
        "Managed Identity Operator",
        &[
            "Microsoft.ManagedIdentity/userAssignedIdentities/*/read",
            "Microsoft.ManagedIdentity/userAssignedIdentities/*/assign/action",
        ],
        &[],
        &[],
    ),
    (
        "e40ec5ca-96e0-45a2-b4ff-59039f2c2b59",
        "Managed Identity Contributor",
        &["Microsoft.ManagedIdentity/userAssignedIdentities/*"],
        &[],
        &[],
    ),
];
