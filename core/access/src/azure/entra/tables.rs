//! Entra's roles, Graph's permissions and what each can do, as data.
//!
//! Sources: "Microsoft Entra built-in roles" (ids), "Privileged roles and
//! permissions", tables "Who can reset passwords" and "Who can perform sensitive
//! actions"; "Use Microsoft Entra groups to manage role assignments"; the edges
//! that BloodHound documents. What has none of these is marked.

use super::Operation;

/// Built-in roles that something here hangs on, by template id.
pub(super) mod role {
    pub(in super::super) const GLOBAL: &str = "62e90394-69f5-4237-9190-012177145e10";
    pub(in super::super) const PRIVILEGED_ROLE: &str = "e8611ab8-c189-46e8-94e1-60213ab1f814";
    pub(in super::super) const PRIVILEGED_AUTHENTICATION: &str = "7be44c8a-adaf-4e2a-84d6-ab2649e08a13";
    pub(in super::super) const AUTHENTICATION: &str = "c4e39bd9-1100-46d3-8c65-fb160da0071f";
    pub(in super::super) const HELPDESK: &str = "729827e3-9c14-49f7-bb1b-9608f156bbb8";
    pub(in super::super) const PASSWORD: &str = "966707d0-3269-4727-9be2-8c3a10f19b9d";
    pub(in super::super) const USER: &str = "fe930be7-5e62-47db-91af-98c3a49a38b1";
    pub(in super::super) const GROUPS: &str = "fdd7a751-b60b-444a-984c-02652fe8fa1c";
    pub(in super::super) const APPLICATION: &str = "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3";
    pub(in super::super) const CLOUD_APPLICATION: &str = "158c047a-c907-4556-b7ef-446551a6b5f7";
    pub(in super::super) const HYBRID_IDENTITY: &str = "8ac3fc64-6eca-42ea-9e69-59f4c7b60eb2";
    pub(in super::super) const SYNCHRONIZATION: &str = "d29b2b05-8046-44ba-8758-1e26182fcf32";
    pub(in super::super) const PARTNER_1: &str = "4ba39ca4-527c-499a-b93d-d9b492c50246";
    pub(in super::super) const PARTNER_2: &str = "e00e864a-17c5-4a4b-9c06-f5b95a8d5bd8";
    pub(in super::super) const DIRECTORY_WRITERS: &str = "9360feb5-f418-4baa-8175-e2a00bac4301";
    pub(in super::super) const DIRECTORY_READERS: &str = "88d8e3e3-8f55-4a1e-953a-9b9898b8876b";
    pub(in super::super) const INTUNE: &str = "3a2c62db-5318-420d-8d74-23affee5d9d5";
    pub(in super::super) const GOVERNANCE: &str = "45d8d3c5-c802-45c6-b32a-1d70b5e1e86e";
    pub(in super::super) const KNOWLEDGE: &str = "b5a8dcf3-09d5-43a9-a639-8e29ef291470";
    pub(in super::super) const KNOWLEDGE_MANAGER: &str = "744ec460-397e-42ad-a462-8b3f9747a02c";
    pub(in super::super) const GUEST_INVITER: &str = "95e79109-95c0-4d8e-aee3-d01accf2d47b";
    pub(in super::super) const MESSAGE_READER: &str = "790c1fb9-7f7d-4f88-86a1-ef1f95c05c1b";
    pub(in super::super) const REPORTS_READER: &str = "4a5d8f65-41da-4de4-8968-e035b65339cf";
    pub(in super::super) const USAGE_READER: &str = "75934031-6c7e-415a-99d7-48dbd49e875e";
    pub(in super::super) const EXPERIENCE: &str = "27460883-1df1-4691-b032-3b79643e5e63";
}
use role::*;

/// The application id of Microsoft Graph, in every tenant.
pub(super) const GRAPH: &str = "00000003-0000-0000-c000-000000000000";

/// Which built-in roles carry which operation, protections aside.
pub(super) const ROLES: &[(Operation, &[&str])] = &[
    (
        Operation::ResetPassword,
        &[GLOBAL, PRIVILEGED_AUTHENTICATION, AUTHENTICATION, HELPDESK, PASSWORD, USER, PARTNER_1, PARTNER_2],
    ),
    (Operation::AddAuthenticationMethod, &[GLOBAL, PRIVILEGED_AUTHENTICATION, AUTHENTICATION]),
    (Operation::ChangeSensitive, &[GLOBAL, PRIVILEGED_AUTHENTICATION, AUTHENTICATION, USER]),
    (Operation::AddCredential, &[GLOBAL, APPLICATION, CLOUD_APPLICATION]),
    (
        Operation::AddOwner,
        &[GLOBAL, APPLICATION, CLOUD_APPLICATION, HYBRID_IDENTITY, SYNCHRONIZATION, PARTNER_1, PARTNER_2],
    ),
    (
        Operation::AddMember,
        // recalled, but for the protected groups' two.
        &[
            GLOBAL,
            PRIVILEGED_ROLE,
            GROUPS,
            USER,
            DIRECTORY_WRITERS,
            INTUNE,
            GOVERNANCE,
            KNOWLEDGE,
            KNOWLEDGE_MANAGER,
            PARTNER_1,
            PARTNER_2,
        ],
    ),
    (Operation::GrantDirectoryRole, &[GLOBAL, PRIVILEGED_ROLE]),
    (Operation::GrantAppRole, &[GLOBAL, PRIVILEGED_ROLE, APPLICATION, CLOUD_APPLICATION]),
    (Operation::EditSamlApp, &[GLOBAL, APPLICATION, CLOUD_APPLICATION]),
    (Operation::ElevateAccess, &[GLOBAL]),
];

/// Roles whose groups' members these may change though the group may hold roles.
pub(super) const OVER_PROTECTED_GROUPS: &[&str] = &[GLOBAL, PRIVILEGED_ROLE];

/// Roles that consent to anything but Graph's application permissions.
pub(super) const NOT_FOR_GRAPH: &[&str] = &[APPLICATION, CLOUD_APPLICATION];

/// Roles that stop at nobody.
pub(super) const OVER_EVERYBODY: &[&str] = &[GLOBAL, PRIVILEGED_AUTHENTICATION];

/// Who may reset the password of somebody who holds which roles. Whoever holds any
/// other role, or is a member or owner of a role-assignable group, is left to
/// [`OVER_EVERYBODY`].
pub(super) const RESETS: &[(&str, &[&str])] = &[
    (PASSWORD, &[DIRECTORY_READERS, GUEST_INVITER, PASSWORD]),
    (
        HELPDESK,
        &[
            DIRECTORY_READERS,
            GUEST_INVITER,
            HELPDESK,
            MESSAGE_READER,
            PASSWORD,
            REPORTS_READER,
            EXPERIENCE,
            USAGE_READER,
        ],
    ),
    (
        AUTHENTICATION,
        &[
            AUTHENTICATION,
            DIRECTORY_READERS,
            GUEST_INVITER,
            MESSAGE_READER,
            PASSWORD,
            REPORTS_READER,
            EXPERIENCE,
            USAGE_READER,
        ],
    ),
    (
        USER,
        &[
            DIRECTORY_READERS,
            GROUPS,
            GUEST_INVITER,
            HELPDESK,
            MESSAGE_READER,
            PASSWORD,
            REPORTS_READER,
            USER,
            EXPERIENCE,
            USAGE_READER,
        ],
    ),
    (PARTNER_1, &[]),
];

/// The same for sensitive actions. Only what differs.
pub(super) const SENSITIVE: &[(&str, &[&str])] = &[(
    AUTHENTICATION,
    &[
        AUTHENTICATION,
        DIRECTORY_READERS,
        GUEST_INVITER,
        HELPDESK,
        MESSAGE_READER,
        PASSWORD,
        REPORTS_READER,
        EXPERIENCE,
        USAGE_READER,
    ],
)];

/// Roles that may hold back nobody, though the table does not name them.
pub(super) const DEPRECATED_OVER_EVERYBODY: &[&str] = &[PARTNER_2];

/// Graph's application permissions that carry an operation: id, name, operation.
/// The ids are recalled; the effects are BloodHound's where not marked.
pub(super) const PERMISSIONS: &[(&str, &str, &[Operation])] = &[
    (
        "9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8",
        "RoleManagement.ReadWrite.Directory",
        &[
            Operation::GrantDirectoryRole,
            Operation::AddMember,
            Operation::AddOwner,
            Operation::AddCredential,
            Operation::GrantAppRole,
        ],
    ),
    ("06b708a9-e830-4db3-a914-8e69da51d44f", "AppRoleAssignment.ReadWrite.All", &[Operation::GrantAppRole]),
    (
        "1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9",
        "Application.ReadWrite.All",
        &[Operation::AddOwner, Operation::AddCredential, Operation::EditSamlApp],
    ),
    ("89c8469c-83ad-45f7-8ff2-6e3d4285709e", "ServicePrincipalEndpoint.ReadWrite.All", &[Operation::AddOwner]),
    ("62a82d76-70ea-41e2-9197-370581804d09", "Group.ReadWrite.All", &[Operation::AddMember]),
    ("dbaae8cf-10b5-4b86-a4a1-f871c94c6695", "GroupMember.ReadWrite.All", &[Operation::AddMember]),
    ("19dbc75e-c2e2-444c-a770-ec69d8559fc7", "Directory.ReadWrite.All", &[Operation::AddMember]),
    // recalled:
    (
        "50483e42-d915-4231-9639-7fdb7fd190e5",
        "UserAuthenticationMethod.ReadWrite.All",
        &[Operation::AddAuthenticationMethod],
    ),
    ("56760768-b641-451f-8906-e1b8ab31bca7", "User-PasswordProfile.ReadWrite.All", &[Operation::ResetPassword]),
    (
        "dd199f4a-f148-40a4-a2ec-f0069cc799ec",
        "RoleAssignmentSchedule.ReadWrite.Directory",
        &[Operation::GrantDirectoryRole],
    ),
    (
        "fee28b28-e1f3-4841-818e-2704dc62245f",
        "RoleEligibilitySchedule.ReadWrite.Directory",
        &[Operation::GrantDirectoryRole],
    ),
];

/// Permissions that open other ways to the whole tenant: id, name, what they open; recalled.
pub(super) const WATCHED: &[(&str, &str, &str)] = &[
    (
        "01c0a623-fc9b-48e9-b794-0756f8e8f067",
        "Policy.ReadWrite.ConditionalAccess",
        "switch off what sign-ins must satisfy",
    ),
    ("7e05723c-0bb0-42da-be95-ae9f08a6e53c", "Domain.ReadWrite.All", "federate a domain and sign in as anybody in it"),
    ("9b50c33d-700f-43b1-b2eb-87e89b703581", "Synchronization.ReadWrite.All", "change what synchronization writes"),
    (
        "854d9ab1-6657-4ec8-be45-823027bca009",
        "PrivilegedAccess.ReadWrite.AzureAD",
        "assign directory roles through PIM",
    ),
    (
        "2f6817f8-7b12-4f0f-bc18-eeaf60705a9e",
        "PrivilegedAccess.ReadWrite.AzureADGroup",
        "assign membership of groups through PIM",
    ),
    (
        "6f9d5abc-2db6-400b-a267-7de22a40fb87",
        "PrivilegedAccess.ReadWrite.AzureResources",
        "assign Azure roles through PIM",
    ),
    (
        "9241abd9-d0e6-425a-bd4f-47ba86e767a4",
        "DeviceManagementConfiguration.ReadWrite.All",
        "run scripts on managed devices",
    ),
];

/// The permission that works on what the application itself owns.
pub(super) const OWNED_BY: (&str, &str) = ("18a4783c-866b-4cc7-a460-3d5e5662c884", "Application.ReadWrite.OwnedBy");

/// What a custom role must list to carry an operation, lower-cased; any suffices.
pub(super) const CUSTOM: &[(Operation, &[&str])] = &[
    (Operation::ResetPassword, &["microsoft.directory/users/password/update"]),
    (
        Operation::AddCredential,
        &[
            "microsoft.directory/applications/credentials/update",
            "microsoft.directory/serviceprincipals/credentials/update",
            "microsoft.directory/applications.myorganization/credentials/update",
        ],
    ),
    (
        Operation::AddOwner,
        &[
            "microsoft.directory/applications/owners/update",
            "microsoft.directory/serviceprincipals/owners/update",
            "microsoft.directory/groups/owners/update",
        ],
    ),
    (
        Operation::AddMember,
        &["microsoft.directory/groups/members/update", "microsoft.directory/groups.security/members/update"],
    ),
    (Operation::GrantAppRole, &["microsoft.directory/serviceprincipals/approleassignedto/update"]),
    (
        Operation::EditSamlApp,
        &[
            "microsoft.directory/serviceprincipals/authentication/update",
            "microsoft.directory/serviceprincipals/basic/update",
            "microsoft.directory/applications/authentication/update",
            "microsoft.directory/serviceprincipals/approleassignedto/update",
        ],
    ),
];
