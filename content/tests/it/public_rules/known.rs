//! Records as the logs really have them, where their wording is not the rule's.
//! Invented values; shapes and words from the providers' references.

use super::forms::Form::{self, *};

/// A rule's file, and a record that it must fire on.
pub(super) const RECORDS: &[(&str, Form, &str)] = &[
    (
        "azure_group_user_addition_ca_modification",
        AuditGraph,
        r###"{"id":"Directory_1","category":"GroupManagement","correlationId":"c","result":"success","resultReason":"","activityDisplayName":"Add member to group","activityDateTime":"2026-11-01T10:00:00Z","loggedByService":"Core Directory","operationType":"Update","initiatedBy":{"app":null,"user":{"id":"u","displayName":null,"userPrincipalName":"admin@example.com","ipAddress":"203.0.113.7"}},"targetResources":[{"id":"t","displayName":"Bob","type":"User","userPrincipalName":"bob@example.com","modifiedProperties":[]}],"additionalDetails":[]}"###,
    ),
    (
        "azure_app_credential_added",
        AuditGraph,
        r###"{"id":"Directory_1","category":"ApplicationManagement","correlationId":"c","result":"success","resultReason":"","activityDisplayName":"Update application – Certificates and secrets management ","activityDateTime":"2026-11-01T10:00:00Z","loggedByService":"Core Directory","operationType":"Update","initiatedBy":{"app":null,"user":{"id":"u","displayName":null,"userPrincipalName":"admin@example.com","ipAddress":"203.0.113.7"}},"targetResources":[{"id":"t","displayName":"App","type":"Application","userPrincipalName":null,"modifiedProperties":[{"displayName":"KeyDescription","oldValue":"[]","newValue":"[\"[KeyIdentifier=1]\"]"}]}],"additionalDetails":[]}"###,
    ),
    (
        "azure_app_credential_added",
        AuditGraph,
        r###"{"id":"Directory_1","category":"ApplicationManagement","correlationId":"c","result":"success","resultReason":"","activityDisplayName":"Update service principal","activityDateTime":"2026-11-01T10:00:00Z","loggedByService":"Core Directory","operationType":"Update","initiatedBy":{"app":null,"user":{"id":"u","displayName":null,"userPrincipalName":"admin@example.com","ipAddress":"203.0.113.7"}},"targetResources":[{"id":"t","displayName":"App","type":"ServicePrincipal","userPrincipalName":null,"modifiedProperties":[{"displayName":"KeyDescription","oldValue":"[]","newValue":"[\"[KeyIdentifier=1]\"]"}]}],"additionalDetails":[]}"###,
    ),
    (
        "azure_app_uri_modifications",
        AuditGraph,
        r###"{"id":"Directory_1","category":"ApplicationManagement","correlationId":"c","result":"success","resultReason":"","activityDisplayName":"Update application","activityDateTime":"2026-11-01T10:00:00Z","loggedByService":"Core Directory","operationType":"Update","initiatedBy":{"app":null,"user":{"id":"u","displayName":null,"userPrincipalName":"admin@example.com","ipAddress":"203.0.113.7"}},"targetResources":[{"id":"t","displayName":"App","type":"Application","userPrincipalName":null,"modifiedProperties":[{"displayName":"AppAddress","oldValue":"[]","newValue":"[{\"Address\":\"https://x.example\"}]"}]}],"additionalDetails":[]}"###,
    ),
    (
        "azure_pim_activation_approve_deny",
        AuditGraph,
        r###"{"id":"Directory_1","category":"RoleManagement","correlationId":"c","result":"success","resultReason":"","activityDisplayName":"Add member to role request approved (PIM activation)","activityDateTime":"2026-11-01T10:00:00Z","loggedByService":"PIM","operationType":"Update","initiatedBy":{"app":null,"user":{"id":"u","displayName":null,"userPrincipalName":"admin@example.com","ipAddress":"203.0.113.7"}},"targetResources":[{"id":"t","displayName":"Bob","type":"User","userPrincipalName":"bob@example.com","modifiedProperties":[]}],"additionalDetails":[]}"###,
    ),
    (
        "azure_priviledged_role_assignment_add",
        AuditGraph,
        r###"{"id":"Directory_1","category":"RoleManagement","correlationId":"c","result":"success","resultReason":"","activityDisplayName":"Add eligible member to role in PIM completed (permanent)","activityDateTime":"2026-11-01T10:00:00Z","loggedByService":"PIM","operationType":"Update","initiatedBy":{"app":null,"user":{"id":"u","displayName":null,"userPrincipalName":"admin@example.com","ipAddress":"203.0.113.7"}},"targetResources":[{"id":"t","displayName":"Bob","type":"User","userPrincipalName":"bob@example.com","modifiedProperties":[]}],"additionalDetails":[]}"###,
    ),
    (
        "azure_priviledged_role_assignment_add",
        AuditGraph,
        r###"{"id":"Directory_1","category":"RoleManagement","correlationId":"c","result":"success","resultReason":"","activityDisplayName":"Add eligible member to role in PIM completed (timebound)","activityDateTime":"2026-11-01T10:00:00Z","loggedByService":"PIM","operationType":"Update","initiatedBy":{"app":null,"user":{"id":"u","displayName":null,"userPrincipalName":"admin@example.com","ipAddress":"203.0.113.7"}},"targetResources":[{"id":"t","displayName":"Bob","type":"User","userPrincipalName":"bob@example.com","modifiedProperties":[]}],"additionalDetails":[]}"###,
    ),
    (
        "azure_priviledged_role_assignment_bulk_change",
        AuditGraph,
        r###"{"id":"Directory_1","category":"RoleManagement","correlationId":"c","result":"success","resultReason":"","activityDisplayName":"Remove eligible member from role in PIM completed (permanent)","activityDateTime":"2026-11-01T10:00:00Z","loggedByService":"PIM","operationType":"Update","initiatedBy":{"app":null,"user":{"id":"u","displayName":null,"userPrincipalName":"admin@example.com","ipAddress":"203.0.113.7"}},"targetResources":[{"id":"t","displayName":"Bob","type":"User","userPrincipalName":"bob@example.com","modifiedProperties":[]}],"additionalDetails":[]}"###,
    ),
    (
        "azure_subscription_permissions_elevation_via_auditlogs",
        AuditGraph,
        r###"{"id":"Directory_1","category":"AzureRBACRoleManagementElevateAccess","correlationId":"c","result":"success","resultReason":"","activityDisplayName":"User has elevated their access to User Access Administrator for their Azure Resources","activityDateTime":"2026-11-01T10:00:00Z","loggedByService":"Azure RBAC (Elevated Access)","operationType":"Update","initiatedBy":{"app":null,"user":{"id":"u","displayName":null,"userPrincipalName":"admin@example.com","ipAddress":"203.0.113.7"}},"targetResources":[{"id":"t","displayName":"Bob","type":"User","userPrincipalName":"bob@example.com","modifiedProperties":[]}],"additionalDetails":[]}"###,
    ),
    (
        "azure_app_end_user_consent_blocked",
        AuditGraph,
        r###"{"id":"Directory_1","category":"ApplicationManagement","correlationId":"c","result":"failure","resultReason":"Microsoft.Online.Security.UserConsentBlockedForRiskyAppsException","activityDisplayName":"Consent to application","activityDateTime":"2026-11-01T10:00:00Z","loggedByService":"Core Directory","operationType":"Update","initiatedBy":{"app":null,"user":{"id":"u","displayName":null,"userPrincipalName":"admin@example.com","ipAddress":"203.0.113.7"}},"targetResources":[{"id":"t","displayName":"Bob","type":"User","userPrincipalName":"bob@example.com","modifiedProperties":[]}],"additionalDetails":[]}"###,
    ),
    (
        "azure_app_end_user_consent",
        AuditGraph,
        r###"{"id":"Directory_1","category":"ApplicationManagement","correlationId":"c","result":"success","resultReason":"","activityDisplayName":"Consent to application","activityDateTime":"2026-11-01T10:00:00Z","loggedByService":"Core Directory","operationType":"Update","initiatedBy":{"app":null,"user":{"id":"u","displayName":null,"userPrincipalName":"admin@example.com","ipAddress":"203.0.113.7"}},"targetResources":[{"id":"t","displayName":"App","type":"ServicePrincipal","userPrincipalName":null,"modifiedProperties":[{"displayName":"ConsentContext.IsAdminConsent","oldValue":null,"newValue":"\"False\""},{"displayName":"ConsentContext.OnBehalfOfAll","oldValue":null,"newValue":"\"False\""}]}],"additionalDetails":[]}"###,
    ),
    (
        "azure_user_password_change",
        AuditGraph,
        r###"{"id":"Directory_1","category":"UserManagement","correlationId":"c","result":"success","resultReason":"","activityDisplayName":"Reset password (self-service)","activityDateTime":"2026-11-01T10:00:00Z","loggedByService":"Core Directory","operationType":"Update","initiatedBy":{"app":null,"user":{"id":"u","displayName":null,"userPrincipalName":"bob@example.com","ipAddress":"203.0.113.7"}},"targetResources":[{"id":"t","displayName":"Bob","type":"User","userPrincipalName":"bob@example.com","modifiedProperties":[]}],"additionalDetails":[]}"###,
    ),
    (
        "azure_user_account_mfa_disable",
        AuditGraph,
        r###"{"id":"Directory_1","category":"UserManagement","correlationId":"c","result":"success","resultReason":"","activityDisplayName":"Update user","activityDateTime":"2026-11-01T10:00:00Z","loggedByService":"Core Directory","operationType":"Update","initiatedBy":{"app":null,"user":{"id":"u","displayName":null,"userPrincipalName":"admin@example.com","ipAddress":"203.0.113.7"}},"targetResources":[{"id":"t","displayName":"App","type":"User","userPrincipalName":"bob@example.com","modifiedProperties":[{"displayName":"StrongAuthenticationRequirement","oldValue":"[{\"RelyingParty\":\"*\",\"State\":1}]","newValue":"[{\"RelyingParty\":\"*\",\"State\":0}]"}]}],"additionalDetails":[]}"###,
    ),
    (
        "azure_user_account_mfa_disable",
        AuditGraph,
        r###"{"id":"Directory_1","category":"UserManagement","correlationId":"c","result":"success","resultReason":"","activityDisplayName":"Update user","activityDateTime":"2026-11-01T10:00:00Z","loggedByService":"Core Directory","operationType":"Update","initiatedBy":{"app":null,"user":{"id":"u","displayName":null,"userPrincipalName":"admin@example.com","ipAddress":"203.0.113.7"}},"targetResources":[{"id":"t","displayName":"App","type":"User","userPrincipalName":"bob@example.com","modifiedProperties":[{"displayName":"StrongAuthenticationRequirement","oldValue":"[]","newValue":"\"[{\\\"RelyingParty\\\":\\\"*\\\",\\\"State\\\":0}]\""}]}],"additionalDetails":[]}"###,
    ),
    (
        "azure_guest_to_member",
        AuditGraph,
        r###"{"id":"Directory_1","category":"UserManagement","correlationId":"c","result":"success","resultReason":"","activityDisplayName":"Update user","activityDateTime":"2026-11-01T10:00:00Z","loggedByService":"Core Directory","operationType":"Update","initiatedBy":{"app":null,"user":{"id":"u","displayName":null,"userPrincipalName":"admin@example.com","ipAddress":"203.0.113.7"}},"targetResources":[{"id":"t","displayName":"App","type":"User","userPrincipalName":"bob@example.com","modifiedProperties":[{"displayName":"UserType","oldValue":"[\"Guest\"]","newValue":"[\"Member\"]"},{"displayName":"Included Updated Properties","oldValue":null,"newValue":"\"UserType\""}]}],"additionalDetails":[]}"###,
    ),
    (
        "azure_ad_user_added_to_admin_role",
        AuditGraph,
        r###"{"id":"Directory_1","category":"RoleManagement","correlationId":"c","result":"success","resultReason":"","activityDisplayName":"Add member to role","activityDateTime":"2026-11-01T10:00:00Z","loggedByService":"Core Directory","operationType":"Update","initiatedBy":{"app":null,"user":{"id":"u","displayName":null,"userPrincipalName":"admin@example.com","ipAddress":"203.0.113.7"}},"targetResources":[{"id":"t","displayName":"App","type":"User","userPrincipalName":"bob@example.com","modifiedProperties":[{"displayName":"Role.DisplayName","oldValue":null,"newValue":"\"Global Administrator\""},{"displayName":"Role.TemplateId","oldValue":null,"newValue":"\"62e90394-69f5-4237-9190-012177145e10\""}]}],"additionalDetails":[]}"###,
    ),
    (
        "azure_ad_users_added_to_device_admin_roles",
        AuditGraph,
        r###"{"id":"Directory_1","category":"RoleManagement","correlationId":"c","result":"success","resultReason":"","activityDisplayName":"Add member to role","activityDateTime":"2026-11-01T10:00:00Z","loggedByService":"Core Directory","operationType":"Update","initiatedBy":{"app":null,"user":{"id":"u","displayName":null,"userPrincipalName":"admin@example.com","ipAddress":"203.0.113.7"}},"targetResources":[{"id":"t","displayName":"App","type":"User","userPrincipalName":"bob@example.com","modifiedProperties":[{"displayName":"Role.DisplayName","oldValue":null,"newValue":"\"Global Administrator\""},{"displayName":"Role.TemplateId","oldValue":null,"newValue":"\"62e90394-69f5-4237-9190-012177145e10\""}]}],"additionalDetails":[]}"###,
    ),
    (
        "azure_ad_new_root_ca_added",
        AuditGraph,
        r###"{"id":"Directory_1","category":"DirectoryManagement","correlationId":"c","result":"success","resultReason":"","activityDisplayName":"Set Company Information","activityDateTime":"2026-11-01T10:00:00Z","loggedByService":"Core Directory","operationType":"Update","initiatedBy":{"app":null,"user":{"id":"u","displayName":null,"userPrincipalName":"admin@example.com","ipAddress":"203.0.113.7"}},"targetResources":[{"id":"t","displayName":"App","type":"Other","userPrincipalName":null,"modifiedProperties":[{"displayName":"TrustedCAsForPasswordlessAuth","oldValue":"[]","newValue":"[\"MIIB\"]"},{"displayName":"Included Updated Properties","oldValue":null,"newValue":"\"TrustedCAsForPasswordlessAuth\""}]}],"additionalDetails":[]}"###,
    ),
    (
        "azure_tap_added",
        AuditGraph,
        r###"{"id":"Directory_1","category":"UserManagement","correlationId":"c","result":"success","resultReason":"Admin registered temporary access pass method for user","activityDisplayName":"Admin registered security info","activityDateTime":"2026-11-01T10:00:00Z","loggedByService":"Authentication Methods","operationType":"Update","initiatedBy":{"app":null,"user":{"id":"u","displayName":null,"userPrincipalName":"admin@example.com","ipAddress":"203.0.113.7"}},"targetResources":[{"id":"t","displayName":"Bob","type":"User","userPrincipalName":"bob@example.com","modifiedProperties":[]}],"additionalDetails":[]}"###,
    ),
    (
        "azure_app_role_added",
        AuditGraph,
        r###"{"id":"Directory_1","category":"RoleManagement","correlationId":"c","result":"success","resultReason":"","activityDisplayName":"Add member to role","activityDateTime":"2026-11-01T10:00:00Z","loggedByService":"Core Directory","operationType":"Update","initiatedBy":{"app":null,"user":{"id":"u","displayName":null,"userPrincipalName":"admin@example.com","ipAddress":"203.0.113.7"}},"targetResources":[{"id":"t","displayName":"App","type":"ServicePrincipal","userPrincipalName":null,"modifiedProperties":[{"displayName":"Role.DisplayName","oldValue":null,"newValue":"\"Reader\""}]}],"additionalDetails":[]}"###,
    ),
    (
        "azure_pim_too_many_global_admins",
        AuditGraph,
        r###"{"id":"Directory_1","category":"RoleManagement","correlationId":"c","result":"success","resultReason":"","activityDisplayName":"Triggered PIM alert","activityDateTime":"2026-11-01T10:00:00Z","loggedByService":"PIM","operationType":"Update","initiatedBy":{"app":null,"user":{"id":"u","displayName":null,"userPrincipalName":"admin@example.com","ipAddress":"203.0.113.7"}},"targetResources":[{"id":null,"displayName":"There are too many global administrators","type":"Other","modifiedProperties":[]}],"additionalDetails":[]}"###,
    ),
    (
        "azure_pim_account_stale",
        RiskGraph,
        r###"{"@odata.type":"#microsoft.graph.unifiedRoleManagementAlert","id":"DirectoryRole_6f1b4b7e-8a53-4f1f-8a6c-7d880d2f0a4c_StaleSignInAlert","alertDefinitionId":"DirectoryRole_6f1b4b7e-8a53-4f1f-8a6c-7d880d2f0a4c_StaleSignInAlert","scopeId":"/","scopeType":"DirectoryRole","incidentCount":2,"isActive":true,"lastModifiedDateTime":"2026-11-01T10:00:00Z","lastScannedDateTime":"2026-11-01T10:00:00Z"}"###,
    ),
    (
        "azure_pim_invalid_license",
        RiskGraph,
        r###"{"@odata.type":"#microsoft.graph.unifiedRoleManagementAlert","id":"DirectoryRole_6f1b4b7e-8a53-4f1f-8a6c-7d880d2f0a4c_InvalidLicenseAlert","alertDefinitionId":"DirectoryRole_6f1b4b7e-8a53-4f1f-8a6c-7d880d2f0a4c_InvalidLicenseAlert","scopeId":"/","scopeType":"DirectoryRole","incidentCount":2,"isActive":true,"lastModifiedDateTime":"2026-11-01T10:00:00Z","lastScannedDateTime":"2026-11-01T10:00:00Z"}"###,
    ),
    (
        "azure_pim_role_assigned_outside_of_pim",
        RiskGraph,
        r###"{"@odata.type":"#microsoft.graph.unifiedRoleManagementAlert","id":"DirectoryRole_6f1b4b7e-8a53-4f1f-8a6c-7d880d2f0a4c_RolesAssignedOutsidePrivilegedIdentityManagementAlert","alertDefinitionId":"DirectoryRole_6f1b4b7e-8a53-4f1f-8a6c-7d880d2f0a4c_RolesAssignedOutsidePrivilegedIdentityManagementAlert","scopeId":"/","scopeType":"DirectoryRole","incidentCount":2,"isActive":true,"lastModifiedDateTime":"2026-11-01T10:00:00Z","lastScannedDateTime":"2026-11-01T10:00:00Z"}"###,
    ),
    (
        "azure_pim_role_frequent_activation",
        RiskGraph,
        r###"{"@odata.type":"#microsoft.graph.unifiedRoleManagementAlert","id":"DirectoryRole_6f1b4b7e-8a53-4f1f-8a6c-7d880d2f0a4c_SequentialActivationRenewalsAlert","alertDefinitionId":"DirectoryRole_6f1b4b7e-8a53-4f1f-8a6c-7d880d2f0a4c_SequentialActivationRenewalsAlert","scopeId":"/","scopeType":"DirectoryRole","incidentCount":2,"isActive":true,"lastModifiedDateTime":"2026-11-01T10:00:00Z","lastScannedDateTime":"2026-11-01T10:00:00Z"}"###,
    ),
    (
        "azure_pim_role_no_mfa_required",
        RiskGraph,
        r###"{"@odata.type":"#microsoft.graph.unifiedRoleManagementAlert","id":"DirectoryRole_6f1b4b7e-8a53-4f1f-8a6c-7d880d2f0a4c_NoMfaOnRoleActivationAlert","alertDefinitionId":"DirectoryRole_6f1b4b7e-8a53-4f1f-8a6c-7d880d2f0a4c_NoMfaOnRoleActivationAlert","scopeId":"/","scopeType":"DirectoryRole","incidentCount":2,"isActive":true,"lastModifiedDateTime":"2026-11-01T10:00:00Z","lastScannedDateTime":"2026-11-01T10:00:00Z"}"###,
    ),
    (
        "azure_pim_role_not_used",
        RiskGraph,
        r###"{"@odata.type":"#microsoft.graph.unifiedRoleManagementAlert","id":"DirectoryRole_6f1b4b7e-8a53-4f1f-8a6c-7d880d2f0a4c_RedundantAssignmentAlert","alertDefinitionId":"DirectoryRole_6f1b4b7e-8a53-4f1f-8a6c-7d880d2f0a4c_RedundantAssignmentAlert","scopeId":"/","scopeType":"DirectoryRole","incidentCount":2,"isActive":true,"lastModifiedDateTime":"2026-11-01T10:00:00Z","lastScannedDateTime":"2026-11-01T10:00:00Z"}"###,
    ),
    (
        "azure_pim_too_many_global_admins",
        RiskGraph,
        r###"{"@odata.type":"#microsoft.graph.unifiedRoleManagementAlert","id":"DirectoryRole_6f1b4b7e-8a53-4f1f-8a6c-7d880d2f0a4c_TooManyGlobalAdminsAssignedToTenantAlert","alertDefinitionId":"DirectoryRole_6f1b4b7e-8a53-4f1f-8a6c-7d880d2f0a4c_TooManyGlobalAdminsAssignedToTenantAlert","scopeId":"/","scopeType":"DirectoryRole","incidentCount":2,"isActive":true,"lastModifiedDateTime":"2026-11-01T10:00:00Z","lastScannedDateTime":"2026-11-01T10:00:00Z"}"###,
    ),
    (
        "azure_identity_protection_impossible_travel",
        RiskGraph,
        r###"{"id":"k1","requestId":"q","correlationId":"c","riskEventType":"mcasImpossibleTravel","riskState":"atRisk","riskLevel":"medium","riskDetail":"none","source":"MicrosoftCloudAppSecurity","detectionTimingType":"offline","activity":"signin","ipAddress":"203.0.113.7","activityDateTime":"2026-11-01T10:00:00Z","detectedDateTime":"2026-11-01T10:00:01Z","lastUpdatedDateTime":"2026-11-01T10:00:02Z","userId":"u","userPrincipalName":"alice@example.com"}"###,
    ),
    (
        "azure_conditional_access_failure",
        SignInGraph,
        r###"{"id":"s1","createdDateTime":"2026-11-01T10:00:00Z","userDisplayName":"Alice","userPrincipalName":"alice@example.com","userId":"u","appId":"a","appDisplayName":"Office","ipAddress":"203.0.113.7","clientAppUsed":"Browser","userAgent":"Mozilla/5.0","correlationId":"c","conditionalAccessStatus":"failure","isInteractive":true,"riskState":"none","resourceDisplayName":"Graph","status":{"errorCode":53003,"failureReason":"Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.","additionalDetails":null},"deviceDetail":{"deviceId":"","operatingSystem":"Windows","browser":"Edge"},"location":{"countryOrRegion":"DE"}}"###,
    ),
    (
        "azure_conditional_access_failure",
        SignInHub,
        r###"{"time":"2026-11-01T10:00:05Z","resourceId":"/tenants/6f1b4b7e-8a53-4f1f-8a6c-7d880d2f0a4c/providers/Microsoft.aadiam","operationName":"Sign-in activity","category":"SignInLogs","tenantId":"6f1b4b7e-8a53-4f1f-8a6c-7d880d2f0a4c","resultType":"53003","resultSignature":"FAILURE","resultDescription":"Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.","callerIpAddress":"203.0.113.7","correlationId":"c","identity":"Alice","Level":4,"location":"DE","properties":{"id":"s1","createdDateTime":"2026-11-01T10:00:00Z","userDisplayName":"Alice","userPrincipalName":"alice@example.com","userId":"u","appId":"a","appDisplayName":"Office","ipAddress":"203.0.113.7","clientAppUsed":"Browser","userAgent":"Mozilla/5.0","correlationId":"c","conditionalAccessStatus":"failure","isInteractive":true,"riskState":"none","resourceDisplayName":"Graph","status":{"errorCode":53003,"failureReason":"Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.","additionalDetails":null},"deviceDetail":{"deviceId":"","operatingSystem":"Windows","browser":"Edge"},"location":{"countryOrRegion":"DE"}}}"###,
    ),
    (
        "azure_user_login_blocked_by_conditional_access",
        SignInGraph,
        r###"{"id":"s1","createdDateTime":"2026-11-01T10:00:00Z","userDisplayName":"Alice","userPrincipalName":"alice@example.com","userId":"u","appId":"a","appDisplayName":"Office","ipAddress":"203.0.113.7","clientAppUsed":"Browser","userAgent":"Mozilla/5.0","correlationId":"c","conditionalAccessStatus":"failure","isInteractive":true,"riskState":"none","resourceDisplayName":"Graph","status":{"errorCode":53003,"failureReason":"Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.","additionalDetails":null},"deviceDetail":{"deviceId":"","operatingSystem":"Windows","browser":"Edge"},"location":{"countryOrRegion":"DE"}}"###,
    ),
    (
        "azure_user_login_blocked_by_conditional_access",
        SignInHub,
        r###"{"time":"2026-11-01T10:00:05Z","resourceId":"/tenants/6f1b4b7e-8a53-4f1f-8a6c-7d880d2f0a4c/providers/Microsoft.aadiam","operationName":"Sign-in activity","category":"SignInLogs","tenantId":"6f1b4b7e-8a53-4f1f-8a6c-7d880d2f0a4c","resultType":"53003","resultSignature":"FAILURE","resultDescription":"Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.","callerIpAddress":"203.0.113.7","correlationId":"c","identity":"Alice","Level":4,"location":"DE","properties":{"id":"s1","createdDateTime":"2026-11-01T10:00:00Z","userDisplayName":"Alice","userPrincipalName":"alice@example.com","userId":"u","appId":"a","appDisplayName":"Office","ipAddress":"203.0.113.7","clientAppUsed":"Browser","userAgent":"Mozilla/5.0","correlationId":"c","conditionalAccessStatus":"failure","isInteractive":true,"riskState":"none","resourceDisplayName":"Graph","status":{"errorCode":53003,"failureReason":"Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.","additionalDetails":null},"deviceDetail":{"deviceId":"","operatingSystem":"Windows","browser":"Edge"},"location":{"countryOrRegion":"DE"}}}"###,
    ),
    (
        "azure_mfa_interrupted",
        SignInGraph,
        r###"{"id":"s1","createdDateTime":"2026-11-01T10:00:00Z","userDisplayName":"Alice","userPrincipalName":"alice@example.com","userId":"u","appId":"a","appDisplayName":"Office","ipAddress":"203.0.113.7","clientAppUsed":"Browser","userAgent":"Mozilla/5.0","correlationId":"c","conditionalAccessStatus":"failure","isInteractive":true,"riskState":"none","resourceDisplayName":"Graph","status":{"errorCode":50074,"failureReason":"Strong Authentication is required.","additionalDetails":null},"deviceDetail":{"deviceId":"","operatingSystem":"Windows","browser":"Edge"},"location":{"countryOrRegion":"DE"}}"###,
    ),
    (
        "azure_mfa_interrupted",
        SignInHub,
        r###"{"time":"2026-11-01T10:00:05Z","resourceId":"/tenants/6f1b4b7e-8a53-4f1f-8a6c-7d880d2f0a4c/providers/Microsoft.aadiam","operationName":"Sign-in activity","category":"SignInLogs","tenantId":"6f1b4b7e-8a53-4f1f-8a6c-7d880d2f0a4c","resultType":"50074","resultSignature":"FAILURE","resultDescription":"Strong Authentication is required.","callerIpAddress":"203.0.113.7","correlationId":"c","identity":"Alice","Level":4,"location":"DE","properties":{"id":"s1","createdDateTime":"2026-11-01T10:00:00Z","userDisplayName":"Alice","userPrincipalName":"alice@example.com","userId":"u","appId":"a","appDisplayName":"Office","ipAddress":"203.0.113.7","clientAppUsed":"Browser","userAgent":"Mozilla/5.0","correlationId":"c","conditionalAccessStatus":"failure","isInteractive":true,"riskState":"none","resourceDisplayName":"Graph","status":{"errorCode":50074,"failureReason":"Strong Authentication is required.","additionalDetails":null},"deviceDetail":{"deviceId":"","operatingSystem":"Windows","browser":"Edge"},"location":{"countryOrRegion":"DE"}}}"###,
    ),
    (
        "azure_mfa_interrupted",
        SignInGraph,
        r###"{"id":"s1","createdDateTime":"2026-11-01T10:00:00Z","userDisplayName":"Alice","userPrincipalName":"alice@example.com","userId":"u","appId":"a","appDisplayName":"Office","ipAddress":"203.0.113.7","clientAppUsed":"Browser","userAgent":"Mozilla/5.0","correlationId":"c","conditionalAccessStatus":"failure","isInteractive":true,"riskState":"none","resourceDisplayName":"Graph","status":{"errorCode":500121,"failureReason":"Authentication failed during strong authentication request.","additionalDetails":null},"deviceDetail":{"deviceId":"","operatingSystem":"Windows","browser":"Edge"},"location":{"countryOrRegion":"DE"}}"###,
    ),
    (
        "azure_mfa_interrupted",
        SignInHub,
        r###"{"time":"2026-11-01T10:00:05Z","resourceId":"/tenants/6f1b4b7e-8a53-4f1f-8a6c-7d880d2f0a4c/providers/Microsoft.aadiam","operationName":"Sign-in activity","category":"SignInLogs","tenantId":"6f1b4b7e-8a53-4f1f-8a6c-7d880d2f0a4c","resultType":"500121","resultSignature":"FAILURE","resultDescription":"Authentication failed during strong authentication request.","callerIpAddress":"203.0.113.7","correlationId":"c","identity":"Alice","Level":4,"location":"DE","properties":{"id":"s1","createdDateTime":"2026-11-01T10:00:00Z","userDisplayName":"Alice","userPrincipalName":"alice@example.com","userId":"u","appId":"a","appDisplayName":"Office","ipAddress":"203.0.113.7","clientAppUsed":"Browser","userAgent":"Mozilla/5.0","correlationId":"c","conditionalAccessStatus":"failure","isInteractive":true,"riskState":"none","resourceDisplayName":"Graph","status":{"errorCode":500121,"failureReason":"Authentication failed during strong authentication request.","additionalDetails":null},"deviceDetail":{"deviceId":"","operatingSystem":"Windows","browser":"Edge"},"location":{"countryOrRegion":"DE"}}}"###,
    ),
    (
        "azure_blocked_account_attempt",
        SignInGraph,
        r###"{"id":"s1","createdDateTime":"2026-11-01T10:00:00Z","userDisplayName":"Alice","userPrincipalName":"alice@example.com","userId":"u","appId":"a","appDisplayName":"Office","ipAddress":"203.0.113.7","clientAppUsed":"Browser","userAgent":"Mozilla/5.0","correlationId":"c","conditionalAccessStatus":"failure","isInteractive":true,"riskState":"none","resourceDisplayName":"Graph","status":{"errorCode":50057,"failureReason":"User account is disabled. The account has been disabled by an administrator.","additionalDetails":null},"deviceDetail":{"deviceId":"","operatingSystem":"Windows","browser":"Edge"},"location":{"countryOrRegion":"DE"}}"###,
    ),
    (
        "azure_blocked_account_attempt",
        SignInHub,
        r###"{"time":"2026-11-01T10:00:05Z","resourceId":"/tenants/6f1b4b7e-8a53-4f1f-8a6c-7d880d2f0a4c/providers/Microsoft.aadiam","operationName":"Sign-in activity","category":"SignInLogs","tenantId":"6f1b4b7e-8a53-4f1f-8a6c-7d880d2f0a4c","resultType":"50057","resultSignature":"FAILURE","resultDescription":"User account is disabled. The account has been disabled by an administrator.","callerIpAddress":"203.0.113.7","correlationId":"c","identity":"Alice","Level":4,"location":"DE","properties":{"id":"s1","createdDateTime":"2026-11-01T10:00:00Z","userDisplayName":"Alice","userPrincipalName":"alice@example.com","userId":"u","appId":"a","appDisplayName":"Office","ipAddress":"203.0.113.7","clientAppUsed":"Browser","userAgent":"Mozilla/5.0","correlationId":"c","conditionalAccessStatus":"failure","isInteractive":true,"riskState":"none","resourceDisplayName":"Graph","status":{"errorCode":50057,"failureReason":"User account is disabled. The account has been disabled by an administrator.","additionalDetails":null},"deviceDetail":{"deviceId":"","operatingSystem":"Windows","browser":"Edge"},"location":{"countryOrRegion":"DE"}}}"###,
    ),
    (
        "azure_login_to_disabled_account",
        SignInGraph,
        r###"{"id":"s1","createdDateTime":"2026-11-01T10:00:00Z","userDisplayName":"Alice","userPrincipalName":"alice@example.com","userId":"u","appId":"a","appDisplayName":"Office","ipAddress":"203.0.113.7","clientAppUsed":"Browser","userAgent":"Mozilla/5.0","correlationId":"c","conditionalAccessStatus":"failure","isInteractive":true,"riskState":"none","resourceDisplayName":"Graph","status":{"errorCode":50057,"failureReason":"User account is disabled. The account has been disabled by an administrator.","additionalDetails":null},"deviceDetail":{"deviceId":"","operatingSystem":"Windows","browser":"Edge"},"location":{"countryOrRegion":"DE"}}"###,
    ),
    (
        "azure_login_to_disabled_account",
        SignInHub,
        r###"{"time":"2026-11-01T10:00:05Z","resourceId":"/tenants/6f1b4b7e-8a53-4f1f-8a6c-7d880d2f0a4c/providers/Microsoft.aadiam","operationName":"Sign-in activity","category":"SignInLogs","tenantId":"6f1b4b7e-8a53-4f1f-8a6c-7d880d2f0a4c","resultType":"50057","resultSignature":"FAILURE","resultDescription":"User account is disabled. The account has been disabled by an administrator.","callerIpAddress":"203.0.113.7","correlationId":"c","identity":"Alice","Level":4,"location":"DE","properties":{"id":"s1","createdDateTime":"2026-11-01T10:00:00Z","userDisplayName":"Alice","userPrincipalName":"alice@example.com","userId":"u","appId":"a","appDisplayName":"Office","ipAddress":"203.0.113.7","clientAppUsed":"Browser","userAgent":"Mozilla/5.0","correlationId":"c","conditionalAccessStatus":"failure","isInteractive":true,"riskState":"none","resourceDisplayName":"Graph","status":{"errorCode":50057,"failureReason":"User account is disabled. The account has been disabled by an administrator.","additionalDetails":null},"deviceDetail":{"deviceId":"","operatingSystem":"Windows","browser":"Edge"},"location":{"countryOrRegion":"DE"}}}"###,
    ),
    (
        "azure_unusual_authentication_interruption",
        SignInGraph,
        r###"{"id":"s1","createdDateTime":"2026-11-01T10:00:00Z","userDisplayName":"Alice","userPrincipalName":"alice@example.com","userId":"u","appId":"a","appDisplayName":"Office","ipAddress":"203.0.113.7","clientAppUsed":"Browser","userAgent":"Mozilla/5.0","correlationId":"c","conditionalAccessStatus":"failure","isInteractive":true,"riskState":"none","resourceDisplayName":"Graph","status":{"errorCode":50097,"failureReason":"Device authentication is required.","additionalDetails":null},"deviceDetail":{"deviceId":"","operatingSystem":"Windows","browser":"Edge"},"location":{"countryOrRegion":"DE"}}"###,
    ),
    (
        "azure_unusual_authentication_interruption",
        SignInHub,
        r###"{"time":"2026-11-01T10:00:05Z","resourceId":"/tenants/6f1b4b7e-8a53-4f1f-8a6c-7d880d2f0a4c/providers/Microsoft.aadiam","operationName":"Sign-in activity","category":"SignInLogs","tenantId":"6f1b4b7e-8a53-4f1f-8a6c-7d880d2f0a4c","resultType":"50097","resultSignature":"FAILURE","resultDescription":"Device authentication is required.","callerIpAddress":"203.0.113.7","correlationId":"c","identity":"Alice","Level":4,"location":"DE","properties":{"id":"s1","createdDateTime":"2026-11-01T10:00:00Z","userDisplayName":"Alice","userPrincipalName":"alice@example.com","userId":"u","appId":"a","appDisplayName":"Office","ipAddress":"203.0.113.7","clientAppUsed":"Browser","userAgent":"Mozilla/5.0","correlationId":"c","conditionalAccessStatus":"failure","isInteractive":true,"riskState":"none","resourceDisplayName":"Graph","status":{"errorCode":50097,"failureReason":"Device authentication is required.","additionalDetails":null},"deviceDetail":{"deviceId":"","operatingSystem":"Windows","browser":"Edge"},"location":{"countryOrRegion":"DE"}}}"###,
    ),
    (
        "azure_unusual_authentication_interruption",
        SignInGraph,
        r###"{"id":"s1","createdDateTime":"2026-11-01T10:00:00Z","userDisplayName":"Alice","userPrincipalName":"alice@example.com","userId":"u","appId":"a","appDisplayName":"Office","ipAddress":"203.0.113.7","clientAppUsed":"Browser","userAgent":"Mozilla/5.0","correlationId":"c","conditionalAccessStatus":"failure","isInteractive":true,"riskState":"none","resourceDisplayName":"Graph","status":{"errorCode":50155,"failureReason":"Device authentication failed.","additionalDetails":null},"deviceDetail":{"deviceId":"","operatingSystem":"Windows","browser":"Edge"},"location":{"countryOrRegion":"DE"}}"###,
    ),
    (
        "azure_unusual_authentication_interruption",
        SignInHub,
        r###"{"time":"2026-11-01T10:00:05Z","resourceId":"/tenants/6f1b4b7e-8a53-4f1f-8a6c-7d880d2f0a4c/providers/Microsoft.aadiam","operationName":"Sign-in activity","category":"SignInLogs","tenantId":"6f1b4b7e-8a53-4f1f-8a6c-7d880d2f0a4c","resultType":"50155","resultSignature":"FAILURE","resultDescription":"Device authentication failed.","callerIpAddress":"203.0.113.7","correlationId":"c","identity":"Alice","Level":4,"location":"DE","properties":{"id":"s1","createdDateTime":"2026-11-01T10:00:00Z","userDisplayName":"Alice","userPrincipalName":"alice@example.com","userId":"u","appId":"a","appDisplayName":"Office","ipAddress":"203.0.113.7","clientAppUsed":"Browser","userAgent":"Mozilla/5.0","correlationId":"c","conditionalAccessStatus":"failure","isInteractive":true,"riskState":"none","resourceDisplayName":"Graph","status":{"errorCode":50155,"failureReason":"Device authentication failed.","additionalDetails":null},"deviceDetail":{"deviceId":"","operatingSystem":"Windows","browser":"Edge"},"location":{"countryOrRegion":"DE"}}}"###,
    ),
    (
        "azure_unusual_authentication_interruption",
        SignInGraph,
        r###"{"id":"s1","createdDateTime":"2026-11-01T10:00:00Z","userDisplayName":"Alice","userPrincipalName":"alice@example.com","userId":"u","appId":"a","appDisplayName":"Office","ipAddress":"203.0.113.7","clientAppUsed":"Browser","userAgent":"Mozilla/5.0","correlationId":"c","conditionalAccessStatus":"failure","isInteractive":true,"riskState":"none","resourceDisplayName":"Graph","status":{"errorCode":50158,"failureReason":"External security challenge was not satisfied.","additionalDetails":null},"deviceDetail":{"deviceId":"","operatingSystem":"Windows","browser":"Edge"},"location":{"countryOrRegion":"DE"}}"###,
    ),
    (
        "azure_unusual_authentication_interruption",
        SignInHub,
        r###"{"time":"2026-11-01T10:00:05Z","resourceId":"/tenants/6f1b4b7e-8a53-4f1f-8a6c-7d880d2f0a4c/providers/Microsoft.aadiam","operationName":"Sign-in activity","category":"SignInLogs","tenantId":"6f1b4b7e-8a53-4f1f-8a6c-7d880d2f0a4c","resultType":"50158","resultSignature":"FAILURE","resultDescription":"External security challenge was not satisfied.","callerIpAddress":"203.0.113.7","correlationId":"c","identity":"Alice","Level":4,"location":"DE","properties":{"id":"s1","createdDateTime":"2026-11-01T10:00:00Z","userDisplayName":"Alice","userPrincipalName":"alice@example.com","userId":"u","appId":"a","appDisplayName":"Office","ipAddress":"203.0.113.7","clientAppUsed":"Browser","userAgent":"Mozilla/5.0","correlationId":"c","conditionalAccessStatus":"failure","isInteractive":true,"riskState":"none","resourceDisplayName":"Graph","status":{"errorCode":50158,"failureReason":"External security challenge was not satisfied.","additionalDetails":null},"deviceDetail":{"deviceId":"","operatingSystem":"Windows","browser":"Edge"},"location":{"countryOrRegion":"DE"}}}"###,
    ),
    (
        "azure_legacy_authentication_protocols",
        SignInGraph,
        r###"{"id":"s1","createdDateTime":"2026-11-01T10:00:00Z","userDisplayName":"Alice","userPrincipalName":"alice@example.com","userId":"u","appId":"a","appDisplayName":"Office","ipAddress":"203.0.113.7","clientAppUsed":"IMAP4","userAgent":"Mozilla/5.0","correlationId":"c","conditionalAccessStatus":"failure","isInteractive":true,"riskState":"none","resourceDisplayName":"Graph","status":{"errorCode":0,"failureReason":"Other.","additionalDetails":null},"deviceDetail":{"deviceId":"","operatingSystem":"Windows","browser":"Edge"},"location":{"countryOrRegion":"DE"}}"###,
    ),
    (
        "azure_legacy_authentication_protocols",
        SignInHub,
        r###"{"time":"2026-11-01T10:00:05Z","resourceId":"/tenants/6f1b4b7e-8a53-4f1f-8a6c-7d880d2f0a4c/providers/Microsoft.aadiam","operationName":"Sign-in activity","category":"SignInLogs","tenantId":"6f1b4b7e-8a53-4f1f-8a6c-7d880d2f0a4c","resultType":"0","resultSignature":"SUCCESS","resultDescription":"Other.","callerIpAddress":"203.0.113.7","correlationId":"c","identity":"Alice","Level":4,"location":"DE","properties":{"id":"s1","createdDateTime":"2026-11-01T10:00:00Z","userDisplayName":"Alice","userPrincipalName":"alice@example.com","userId":"u","appId":"a","appDisplayName":"Office","ipAddress":"203.0.113.7","clientAppUsed":"IMAP4","userAgent":"Mozilla/5.0","correlationId":"c","conditionalAccessStatus":"failure","isInteractive":true,"riskState":"none","resourceDisplayName":"Graph","status":{"errorCode":0,"failureReason":"Other.","additionalDetails":null},"deviceDetail":{"deviceId":"","operatingSystem":"Windows","browser":"Edge"},"location":{"countryOrRegion":"DE"}}}"###,
    ),
    (
        "azure_legacy_authentication_protocols",
        SignInGraph,
        r###"{"id":"s1","createdDateTime":"2026-11-01T10:00:00Z","userDisplayName":"Alice","userPrincipalName":"alice@example.com","userId":"u","appId":"a","appDisplayName":"Office","ipAddress":"203.0.113.7","clientAppUsed":"Authenticated SMTP","userAgent":"Mozilla/5.0","correlationId":"c","conditionalAccessStatus":"failure","isInteractive":true,"riskState":"none","resourceDisplayName":"Graph","status":{"errorCode":50126,"failureReason":"Invalid username or password.","additionalDetails":null},"deviceDetail":{"deviceId":"","operatingSystem":"Windows","browser":"Edge"},"location":{"countryOrRegion":"DE"}}"###,
    ),
    (
        "azure_legacy_authentication_protocols",
        SignInHub,
        r###"{"time":"2026-11-01T10:00:05Z","resourceId":"/tenants/6f1b4b7e-8a53-4f1f-8a6c-7d880d2f0a4c/providers/Microsoft.aadiam","operationName":"Sign-in activity","category":"SignInLogs","tenantId":"6f1b4b7e-8a53-4f1f-8a6c-7d880d2f0a4c","resultType":"50126","resultSignature":"FAILURE","resultDescription":"Invalid username or password.","callerIpAddress":"203.0.113.7","correlationId":"c","identity":"Alice","Level":4,"location":"DE","properties":{"id":"s1","createdDateTime":"2026-11-01T10:00:00Z","userDisplayName":"Alice","userPrincipalName":"alice@example.com","userId":"u","appId":"a","appDisplayName":"Office","ipAddress":"203.0.113.7","clientAppUsed":"Authenticated SMTP","userAgent":"Mozilla/5.0","correlationId":"c","conditionalAccessStatus":"failure","isInteractive":true,"riskState":"none","resourceDisplayName":"Graph","status":{"errorCode":50126,"failureReason":"Invalid username or password.","additionalDetails":null},"deviceDetail":{"deviceId":"","operatingSystem":"Windows","browser":"Edge"},"location":{"countryOrRegion":"DE"}}}"###,
    ),
    (
        "azure_legacy_authentication_protocols",
        SignInGraph,
        r###"{"id":"s1","createdDateTime":"2026-11-01T10:00:00Z","userDisplayName":"Alice","userPrincipalName":"alice@example.com","userId":"u","appId":"a","appDisplayName":"Office","ipAddress":"203.0.113.7","clientAppUsed":"Other clients","userAgent":"Mozilla/5.0","correlationId":"c","conditionalAccessStatus":"failure","isInteractive":true,"riskState":"none","resourceDisplayName":"Graph","status":{"errorCode":0,"failureReason":"Other.","additionalDetails":null},"deviceDetail":{"deviceId":"","operatingSystem":"Windows","browser":"Edge"},"location":{"countryOrRegion":"DE"}}"###,
    ),
    (
        "azure_legacy_authentication_protocols",
        SignInHub,
        r###"{"time":"2026-11-01T10:00:05Z","resourceId":"/tenants/6f1b4b7e-8a53-4f1f-8a6c-7d880d2f0a4c/providers/Microsoft.aadiam","operationName":"Sign-in activity","category":"SignInLogs","tenantId":"6f1b4b7e-8a53-4f1f-8a6c-7d880d2f0a4c","resultType":"0","resultSignature":"SUCCESS","resultDescription":"Other.","callerIpAddress":"203.0.113.7","correlationId":"c","identity":"Alice","Level":4,"location":"DE","properties":{"id":"s1","createdDateTime":"2026-11-01T10:00:00Z","userDisplayName":"Alice","userPrincipalName":"alice@example.com","userId":"u","appId":"a","appDisplayName":"Office","ipAddress":"203.0.113.7","clientAppUsed":"Other clients","userAgent":"Mozilla/5.0","correlationId":"c","conditionalAccessStatus":"failure","isInteractive":true,"riskState":"none","resourceDisplayName":"Graph","status":{"errorCode":0,"failureReason":"Other.","additionalDetails":null},"deviceDetail":{"deviceId":"","operatingSystem":"Windows","browser":"Edge"},"location":{"countryOrRegion":"DE"}}}"###,
    ),
    (
        "azure_mfa_denies",
        SignInGraph,
        r###"{"id":"s1","createdDateTime":"2026-11-01T10:00:00Z","userDisplayName":"Alice","userPrincipalName":"alice@example.com","userId":"u","appId":"a","appDisplayName":"Office","ipAddress":"203.0.113.7","clientAppUsed":"Browser","userAgent":"Mozilla/5.0","correlationId":"c","conditionalAccessStatus":"failure","isInteractive":true,"riskState":"none","resourceDisplayName":"Graph","status":{"errorCode":500121,"failureReason":"Authentication failed during strong authentication request.","additionalDetails":"MFA denied; user declined the authentication"},"deviceDetail":{"deviceId":"","operatingSystem":"Windows","browser":"Edge"},"location":{"countryOrRegion":"DE"},"authenticationRequirement":"multiFactorAuthentication"}"###,
    ),
    (
        "azure_mfa_denies",
        SignInHub,
        r###"{"time":"2026-11-01T10:00:05Z","resourceId":"/tenants/6f1b4b7e-8a53-4f1f-8a6c-7d880d2f0a4c/providers/Microsoft.aadiam","operationName":"Sign-in activity","category":"SignInLogs","tenantId":"6f1b4b7e-8a53-4f1f-8a6c-7d880d2f0a4c","resultType":"500121","resultSignature":"FAILURE","resultDescription":"Authentication failed during strong authentication request.","callerIpAddress":"203.0.113.7","correlationId":"c","identity":"Alice","Level":4,"location":"DE","properties":{"id":"s1","createdDateTime":"2026-11-01T10:00:00Z","userDisplayName":"Alice","userPrincipalName":"alice@example.com","userId":"u","appId":"a","appDisplayName":"Office","ipAddress":"203.0.113.7","clientAppUsed":"Browser","userAgent":"Mozilla/5.0","correlationId":"c","conditionalAccessStatus":"failure","isInteractive":true,"riskState":"none","resourceDisplayName":"Graph","status":{"errorCode":500121,"failureReason":"Authentication failed during strong authentication request.","additionalDetails":"MFA denied; user declined the authentication"},"deviceDetail":{"deviceId":"","operatingSystem":"Windows","browser":"Edge"},"location":{"countryOrRegion":"DE"},"authenticationRequirement":"multiFactorAuthentication"}}"###,
    ),
    (
        "azure_app_device_code_authentication",
        SignInGraph,
        r###"{"id":"s1","createdDateTime":"2026-11-01T10:00:00Z","userDisplayName":"Alice","userPrincipalName":"alice@example.com","userId":"u","appId":"a","appDisplayName":"Office","ipAddress":"203.0.113.7","clientAppUsed":"Browser","userAgent":"Mozilla/5.0","correlationId":"c","conditionalAccessStatus":"failure","isInteractive":true,"riskState":"none","resourceDisplayName":"Graph","status":{"errorCode":0,"failureReason":"Other.","additionalDetails":null},"deviceDetail":{"deviceId":"","operatingSystem":"Windows","browser":"Edge"},"location":{"countryOrRegion":"DE"},"authenticationProtocol":"deviceCode","originalTransferMethod":"deviceCodeFlow"}"###,
    ),
    (
        "azure_app_device_code_authentication",
        SignInHub,
        r###"{"time":"2026-11-01T10:00:05Z","resourceId":"/tenants/6f1b4b7e-8a53-4f1f-8a6c-7d880d2f0a4c/providers/Microsoft.aadiam","operationName":"Sign-in activity","category":"SignInLogs","tenantId":"6f1b4b7e-8a53-4f1f-8a6c-7d880d2f0a4c","resultType":"0","resultSignature":"SUCCESS","resultDescription":"Other.","callerIpAddress":"203.0.113.7","correlationId":"c","identity":"Alice","Level":4,"location":"DE","properties":{"id":"s1","createdDateTime":"2026-11-01T10:00:00Z","userDisplayName":"Alice","userPrincipalName":"alice@example.com","userId":"u","appId":"a","appDisplayName":"Office","ipAddress":"203.0.113.7","clientAppUsed":"Browser","userAgent":"Mozilla/5.0","correlationId":"c","conditionalAccessStatus":"failure","isInteractive":true,"riskState":"none","resourceDisplayName":"Graph","status":{"errorCode":0,"failureReason":"Other.","additionalDetails":null},"deviceDetail":{"deviceId":"","operatingSystem":"Windows","browser":"Edge"},"location":{"countryOrRegion":"DE"},"authenticationProtocol":"deviceCode","originalTransferMethod":"deviceCodeFlow"}}"###,
    ),
    (
        "azure_app_ropc_authentication",
        SignInGraph,
        r###"{"id":"s1","createdDateTime":"2026-11-01T10:00:00Z","userDisplayName":"Alice","userPrincipalName":"alice@example.com","userId":"u","appId":"a","appDisplayName":"Office","ipAddress":"203.0.113.7","clientAppUsed":"Browser","userAgent":"Mozilla/5.0","correlationId":"c","conditionalAccessStatus":"failure","isInteractive":true,"riskState":"none","resourceDisplayName":"Graph","status":{"errorCode":0,"failureReason":"Other.","additionalDetails":null},"deviceDetail":{"deviceId":"","operatingSystem":"Windows","browser":"Edge"},"location":{"countryOrRegion":"DE"},"authenticationProtocol":"ropc"}"###,
    ),
    (
        "azure_app_ropc_authentication",
        SignInHub,
        r###"{"time":"2026-11-01T10:00:05Z","resourceId":"/tenants/6f1b4b7e-8a53-4f1f-8a6c-7d880d2f0a4c/providers/Microsoft.aadiam","operationName":"Sign-in activity","category":"SignInLogs","tenantId":"6f1b4b7e-8a53-4f1f-8a6c-7d880d2f0a4c","resultType":"0","resultSignature":"SUCCESS","resultDescription":"Other.","callerIpAddress":"203.0.113.7","correlationId":"c","identity":"Alice","Level":4,"location":"DE","properties":{"id":"s1","createdDateTime":"2026-11-01T10:00:00Z","userDisplayName":"Alice","userPrincipalName":"alice@example.com","userId":"u","appId":"a","appDisplayName":"Office","ipAddress":"203.0.113.7","clientAppUsed":"Browser","userAgent":"Mozilla/5.0","correlationId":"c","conditionalAccessStatus":"failure","isInteractive":true,"riskState":"none","resourceDisplayName":"Graph","status":{"errorCode":0,"failureReason":"Other.","additionalDetails":null},"deviceDetail":{"deviceId":"","operatingSystem":"Windows","browser":"Edge"},"location":{"countryOrRegion":"DE"},"authenticationProtocol":"ropc"}}"###,
    ),
    (
        "azure_ad_only_single_factor_auth_required",
        SignInGraph,
        r###"{"id":"s1","createdDateTime":"2026-11-01T10:00:00Z","userDisplayName":"Alice","userPrincipalName":"alice@example.com","userId":"u","appId":"a","appDisplayName":"Office","ipAddress":"203.0.113.7","clientAppUsed":"Browser","userAgent":"Mozilla/5.0","correlationId":"c","conditionalAccessStatus":"failure","isInteractive":true,"riskState":"none","resourceDisplayName":"Graph","status":{"errorCode":0,"failureReason":"Other.","additionalDetails":null},"deviceDetail":{"deviceId":"","operatingSystem":"Windows","browser":"Edge"},"location":{"countryOrRegion":"DE"},"authenticationRequirement":"singleFactorAuthentication"}"###,
    ),
    (
        "azure_ad_only_single_factor_auth_required",
        SignInHub,
        r###"{"time":"2026-11-01T10:00:05Z","resourceId":"/tenants/6f1b4b7e-8a53-4f1f-8a6c-7d880d2f0a4c/providers/Microsoft.aadiam","operationName":"Sign-in activity","category":"SignInLogs","tenantId":"6f1b4b7e-8a53-4f1f-8a6c-7d880d2f0a4c","resultType":"0","resultSignature":"SUCCESS","resultDescription":"Other.","callerIpAddress":"203.0.113.7","correlationId":"c","identity":"Alice","Level":4,"location":"DE","properties":{"id":"s1","createdDateTime":"2026-11-01T10:00:00Z","userDisplayName":"Alice","userPrincipalName":"alice@example.com","userId":"u","appId":"a","appDisplayName":"Office","ipAddress":"203.0.113.7","clientAppUsed":"Browser","userAgent":"Mozilla/5.0","correlationId":"c","conditionalAccessStatus":"failure","isInteractive":true,"riskState":"none","resourceDisplayName":"Graph","status":{"errorCode":0,"failureReason":"Other.","additionalDetails":null},"deviceDetail":{"deviceId":"","operatingSystem":"Windows","browser":"Edge"},"location":{"countryOrRegion":"DE"},"authenticationRequirement":"singleFactorAuthentication"}}"###,
    ),
    (
        "azure_ad_risky_sign_ins_with_singlefactorauth_from_unknown_devices",
        SignInGraph,
        r###"{"id":"s1","createdDateTime":"2026-11-01T10:00:00Z","userDisplayName":"Alice","userPrincipalName":"alice@example.com","userId":"u","appId":"a","appDisplayName":"Office","ipAddress":"203.0.113.7","clientAppUsed":"Browser","userAgent":"Mozilla/5.0","correlationId":"c","conditionalAccessStatus":"failure","isInteractive":true,"riskState":"atRisk","resourceDisplayName":"Graph","status":{"errorCode":0,"failureReason":"Other.","additionalDetails":null},"deviceDetail":{"deviceId":"","operatingSystem":"Windows","browser":"Edge"},"location":{"countryOrRegion":"DE"},"authenticationRequirement":"singleFactorAuthentication"}"###,
    ),
    (
        "azure_ad_risky_sign_ins_with_singlefactorauth_from_unknown_devices",
        SignInHub,
        r###"{"time":"2026-11-01T10:00:05Z","resourceId":"/tenants/6f1b4b7e-8a53-4f1f-8a6c-7d880d2f0a4c/providers/Microsoft.aadiam","operationName":"Sign-in activity","category":"SignInLogs","tenantId":"6f1b4b7e-8a53-4f1f-8a6c-7d880d2f0a4c","resultType":"0","resultSignature":"SUCCESS","resultDescription":"Other.","callerIpAddress":"203.0.113.7","correlationId":"c","identity":"Alice","Level":4,"location":"DE","properties":{"id":"s1","createdDateTime":"2026-11-01T10:00:00Z","userDisplayName":"Alice","userPrincipalName":"alice@example.com","userId":"u","appId":"a","appDisplayName":"Office","ipAddress":"203.0.113.7","clientAppUsed":"Browser","userAgent":"Mozilla/5.0","correlationId":"c","conditionalAccessStatus":"failure","isInteractive":true,"riskState":"atRisk","resourceDisplayName":"Graph","status":{"errorCode":0,"failureReason":"Other.","additionalDetails":null},"deviceDetail":{"deviceId":"","operatingSystem":"Windows","browser":"Edge"},"location":{"countryOrRegion":"DE"},"authenticationRequirement":"singleFactorAuthentication"}}"###,
    ),
    (
        "azure_ad_sign_ins_from_unknown_devices",
        SignInGraph,
        r###"{"id":"s1","createdDateTime":"2026-11-01T10:00:00Z","userDisplayName":"Alice","userPrincipalName":"alice@example.com","userId":"u","appId":"a","appDisplayName":"Office","ipAddress":"203.0.113.7","clientAppUsed":"Browser","userAgent":"Mozilla/5.0","correlationId":"c","conditionalAccessStatus":"failure","isInteractive":true,"riskState":"none","resourceDisplayName":"Graph","status":{"errorCode":0,"failureReason":"Other.","additionalDetails":null},"deviceDetail":{"deviceId":"","operatingSystem":"Windows","browser":"Edge"},"location":{"countryOrRegion":"DE"},"authenticationRequirement":"singleFactorAuthentication","networkLocationDetails":[]}"###,
    ),
    (
        "azure_ad_sign_ins_from_unknown_devices",
        SignInHub,
        r###"{"time":"2026-11-01T10:00:05Z","resourceId":"/tenants/6f1b4b7e-8a53-4f1f-8a6c-7d880d2f0a4c/providers/Microsoft.aadiam","operationName":"Sign-in activity","category":"SignInLogs","tenantId":"6f1b4b7e-8a53-4f1f-8a6c-7d880d2f0a4c","resultType":"0","resultSignature":"SUCCESS","resultDescription":"Other.","callerIpAddress":"203.0.113.7","correlationId":"c","identity":"Alice","Level":4,"location":"DE","properties":{"id":"s1","createdDateTime":"2026-11-01T10:00:00Z","userDisplayName":"Alice","userPrincipalName":"alice@example.com","userId":"u","appId":"a","appDisplayName":"Office","ipAddress":"203.0.113.7","clientAppUsed":"Browser","userAgent":"Mozilla/5.0","correlationId":"c","conditionalAccessStatus":"failure","isInteractive":true,"riskState":"none","resourceDisplayName":"Graph","status":{"errorCode":0,"failureReason":"Other.","additionalDetails":null},"deviceDetail":{"deviceId":"","operatingSystem":"Windows","browser":"Edge"},"location":{"countryOrRegion":"DE"},"authenticationRequirement":"singleFactorAuthentication","networkLocationDetails":[]}}"###,
    ),
    (
        "azure_ad_sign_ins_from_unknown_devices",
        SignInGraph,
        r###"{"id":"s1","createdDateTime":"2026-11-01T10:00:00Z","userDisplayName":"Alice","userPrincipalName":"alice@example.com","userId":"u","appId":"a","appDisplayName":"Office","ipAddress":"203.0.113.7","clientAppUsed":"Browser","userAgent":"Mozilla/5.0","correlationId":"c","conditionalAccessStatus":"failure","isInteractive":true,"riskState":"none","resourceDisplayName":"Graph","status":{"errorCode":0,"failureReason":"Other.","additionalDetails":null},"deviceDetail":{"deviceId":"","operatingSystem":"Windows","browser":"Edge"},"location":{"countryOrRegion":"DE"},"authenticationRequirement":"singleFactorAuthentication","networkLocationDetails":"[]"}"###,
    ),
    (
        "azure_ad_sign_ins_from_unknown_devices",
        SignInHub,
        r###"{"time":"2026-11-01T10:00:05Z","resourceId":"/tenants/6f1b4b7e-8a53-4f1f-8a6c-7d880d2f0a4c/providers/Microsoft.aadiam","operationName":"Sign-in activity","category":"SignInLogs","tenantId":"6f1b4b7e-8a53-4f1f-8a6c-7d880d2f0a4c","resultType":"0","resultSignature":"SUCCESS","resultDescription":"Other.","callerIpAddress":"203.0.113.7","correlationId":"c","identity":"Alice","Level":4,"location":"DE","properties":{"id":"s1","createdDateTime":"2026-11-01T10:00:00Z","userDisplayName":"Alice","userPrincipalName":"alice@example.com","userId":"u","appId":"a","appDisplayName":"Office","ipAddress":"203.0.113.7","clientAppUsed":"Browser","userAgent":"Mozilla/5.0","correlationId":"c","conditionalAccessStatus":"failure","isInteractive":true,"riskState":"none","resourceDisplayName":"Graph","status":{"errorCode":0,"failureReason":"Other.","additionalDetails":null},"deviceDetail":{"deviceId":"","operatingSystem":"Windows","browser":"Edge"},"location":{"countryOrRegion":"DE"},"authenticationRequirement":"singleFactorAuthentication","networkLocationDetails":"[]"}}"###,
    ),
    (
        "azure_account_lockout",
        SignInGraph,
        r###"{"id":"s1","createdDateTime":"2026-11-01T10:00:00Z","userDisplayName":"Alice","userPrincipalName":"alice@example.com","userId":"u","appId":"a","appDisplayName":"Office","ipAddress":"203.0.113.7","clientAppUsed":"Browser","userAgent":"Mozilla/5.0","correlationId":"c","conditionalAccessStatus":"failure","isInteractive":true,"riskState":"none","resourceDisplayName":"Graph","status":{"errorCode":50053,"failureReason":"The account is locked, you've tried to sign in too many times with an incorrect user ID or password.","additionalDetails":null},"deviceDetail":{"deviceId":"","operatingSystem":"Windows","browser":"Edge"},"location":{"countryOrRegion":"DE"}}"###,
    ),
    (
        "azure_account_lockout",
        SignInHub,
        r###"{"time":"2026-11-01T10:00:05Z","resourceId":"/tenants/6f1b4b7e-8a53-4f1f-8a6c-7d880d2f0a4c/providers/Microsoft.aadiam","operationName":"Sign-in activity","category":"SignInLogs","tenantId":"6f1b4b7e-8a53-4f1f-8a6c-7d880d2f0a4c","resultType":"50053","resultSignature":"FAILURE","resultDescription":"The account is locked, you've tried to sign in too many times with an incorrect user ID or password.","callerIpAddress":"203.0.113.7","correlationId":"c","identity":"Alice","Level":4,"location":"DE","properties":{"id":"s1","createdDateTime":"2026-11-01T10:00:00Z","userDisplayName":"Alice","userPrincipalName":"alice@example.com","userId":"u","appId":"a","appDisplayName":"Office","ipAddress":"203.0.113.7","clientAppUsed":"Browser","userAgent":"Mozilla/5.0","correlationId":"c","conditionalAccessStatus":"failure","isInteractive":true,"riskState":"none","resourceDisplayName":"Graph","status":{"errorCode":50053,"failureReason":"The account is locked, you've tried to sign in too many times with an incorrect user ID or password.","additionalDetails":null},"deviceDetail":{"deviceId":"","operatingSystem":"Windows","browser":"Edge"},"location":{"countryOrRegion":"DE"}}}"###,
    ),
    (
        "aws_route_53_domain_transferred_lock_disabled",
        Trail,
        r###"{"eventVersion":"1.11","userIdentity":{"type":"IAMUser","principalId":"AIDAEXAMPLE","arn":"arn:aws:iam::123456789012:user/alice","accountId":"123456789012","userName":"alice"},"eventTime":"2026-11-01T10:00:00Z","eventSource":"route53domains.amazonaws.com","eventName":"DisableDomainTransferLock","awsRegion":"us-east-1","sourceIPAddress":"203.0.113.7","userAgent":"aws-cli/2","requestParameters":null,"responseElements":null,"requestID":"r","eventID":"11111111-2222-4333-8444-555555555555","readOnly":false,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"123456789012","eventCategory":"Management"}"###,
    ),
    (
        "aws_route_53_domain_transferred_to_another_account",
        Trail,
        r###"{"eventVersion":"1.11","userIdentity":{"type":"IAMUser","principalId":"AIDAEXAMPLE","arn":"arn:aws:iam::123456789012:user/alice","accountId":"123456789012","userName":"alice"},"eventTime":"2026-11-01T10:00:00Z","eventSource":"route53domains.amazonaws.com","eventName":"TransferDomainToAnotherAwsAccount","awsRegion":"us-east-1","sourceIPAddress":"203.0.113.7","userAgent":"aws-cli/2","requestParameters":null,"responseElements":null,"requestID":"r","eventID":"11111111-2222-4333-8444-555555555555","readOnly":false,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"123456789012","eventCategory":"Management"}"###,
    ),
    (
        "aws_cloudtrail_console_login_failed_authentication",
        Trail,
        r###"{"eventVersion":"1.11","userIdentity":{"type":"IAMUser","principalId":"AIDAEXAMPLE","arn":"arn:aws:iam::123456789012:user/alice","accountId":"123456789012","userName":"alice"},"eventTime":"2026-11-01T10:00:00Z","eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin","awsRegion":"us-east-1","sourceIPAddress":"203.0.113.7","userAgent":"aws-cli/2","requestParameters":null,"responseElements":{"ConsoleLogin":"Failure"},"requestID":"r","eventID":"11111111-2222-4333-8444-555555555555","readOnly":false,"eventType":"AwsConsoleSignIn","managementEvent":true,"recipientAccountId":"123456789012","eventCategory":"Management","errorMessage":"Failed authentication"}"###,
    ),
    (
        "aws_cloudtrail_console_login_success_without_mfa",
        Trail,
        r###"{"eventVersion":"1.11","userIdentity":{"type":"IAMUser","principalId":"AIDAEXAMPLE","arn":"arn:aws:iam::123456789012:user/alice","accountId":"123456789012","userName":"alice"},"eventTime":"2026-11-01T10:00:00Z","eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin","awsRegion":"us-east-1","sourceIPAddress":"203.0.113.7","userAgent":"aws-cli/2","requestParameters":null,"responseElements":{"ConsoleLogin":"Success"},"requestID":"r","eventID":"11111111-2222-4333-8444-555555555555","readOnly":false,"eventType":"AwsConsoleSignIn","managementEvent":true,"recipientAccountId":"123456789012","eventCategory":"Management","additionalEventData":{"LoginTo":"https://console.aws.amazon.com","MobileVersion":"No","MFAUsed":"No"}}"###,
    ),
    (
        "aws_new_lambda_layer_attached",
        Trail,
        r###"{"eventVersion":"1.11","userIdentity":{"type":"IAMUser","principalId":"AIDAEXAMPLE","arn":"arn:aws:iam::123456789012:user/alice","accountId":"123456789012","userName":"alice"},"eventTime":"2026-11-01T10:00:00Z","eventSource":"lambda.amazonaws.com","eventName":"UpdateFunctionConfiguration20150331v2","awsRegion":"us-east-1","sourceIPAddress":"203.0.113.7","userAgent":"aws-cli/2","requestParameters":{"functionName":"f","layers":["arn:aws:lambda:us-east-1:123456789012:layer:x:1"]},"responseElements":null,"requestID":"r","eventID":"11111111-2222-4333-8444-555555555555","readOnly":false,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"123456789012","eventCategory":"Management"}"###,
    ),
    (
        "aws_ec2_startup_script_change",
        Trail,
        r###"{"eventVersion":"1.11","userIdentity":{"type":"IAMUser","principalId":"AIDAEXAMPLE","arn":"arn:aws:iam::123456789012:user/alice","accountId":"123456789012","userName":"alice"},"eventTime":"2026-11-01T10:00:00Z","eventSource":"ec2.amazonaws.com","eventName":"ModifyInstanceAttribute","awsRegion":"us-east-1","sourceIPAddress":"203.0.113.7","userAgent":"aws-cli/2","requestParameters":{"instanceId":"i-0","attribute":"userData","value":"<sensitiveDataRemoved>"},"responseElements":null,"requestID":"r","eventID":"11111111-2222-4333-8444-555555555555","readOnly":false,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"123456789012","eventCategory":"Management"}"###,
    ),
    (
        "aws_disable_bucket_versioning",
        Trail,
        r###"{"eventVersion":"1.11","userIdentity":{"type":"IAMUser","principalId":"AIDAEXAMPLE","arn":"arn:aws:iam::123456789012:user/alice","accountId":"123456789012","userName":"alice"},"eventTime":"2026-11-01T10:00:00Z","eventSource":"s3.amazonaws.com","eventName":"PutBucketVersioning","awsRegion":"us-east-1","sourceIPAddress":"203.0.113.7","userAgent":"aws-cli/2","requestParameters":{"bucketName":"b","Host":"b.s3.amazonaws.com","versioning":"","VersioningConfiguration":{"Status":"Suspended"}},"responseElements":null,"requestID":"r","eventID":"11111111-2222-4333-8444-555555555555","readOnly":false,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"123456789012","eventCategory":"Management"}"###,
    ),
    (
        "aws_rds_change_master_password",
        Trail,
        r###"{"eventVersion":"1.11","userIdentity":{"type":"IAMUser","principalId":"AIDAEXAMPLE","arn":"arn:aws:iam::123456789012:user/alice","accountId":"123456789012","userName":"alice"},"eventTime":"2026-11-01T10:00:00Z","eventSource":"rds.amazonaws.com","eventName":"ModifyDBInstance","awsRegion":"us-east-1","sourceIPAddress":"203.0.113.7","userAgent":"aws-cli/2","requestParameters":null,"responseElements":{"dBInstanceIdentifier":"d","pendingModifiedValues":{"masterUserPassword":"****"}},"requestID":"r","eventID":"11111111-2222-4333-8444-555555555555","readOnly":false,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"123456789012","eventCategory":"Management"}"###,
    ),
    (
        "aws_rds_public_db_restore",
        Trail,
        r###"{"eventVersion":"1.11","userIdentity":{"type":"IAMUser","principalId":"AIDAEXAMPLE","arn":"arn:aws:iam::123456789012:user/alice","accountId":"123456789012","userName":"alice"},"eventTime":"2026-11-01T10:00:00Z","eventSource":"rds.amazonaws.com","eventName":"RestoreDBInstanceFromDBSnapshot","awsRegion":"us-east-1","sourceIPAddress":"203.0.113.7","userAgent":"aws-cli/2","requestParameters":null,"responseElements":{"publiclyAccessible":true},"requestID":"r","eventID":"11111111-2222-4333-8444-555555555555","readOnly":false,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"123456789012","eventCategory":"Management"}"###,
    ),
    (
        "aws_cloudtrail_guardduty_detector_deleted_or_updated",
        Trail,
        r###"{"eventVersion":"1.11","userIdentity":{"type":"IAMUser","principalId":"AIDAEXAMPLE","arn":"arn:aws:iam::123456789012:user/alice","accountId":"123456789012","userName":"alice"},"eventTime":"2026-11-01T10:00:00Z","eventSource":"guardduty.amazonaws.com","eventName":"UpdateDetector","awsRegion":"us-east-1","sourceIPAddress":"203.0.113.7","userAgent":"aws-cli/2","requestParameters":{"detectorId":"d","enable":false},"responseElements":null,"requestID":"r","eventID":"11111111-2222-4333-8444-555555555555","readOnly":false,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"123456789012","eventCategory":"Management"}"###,
    ),
    (
        "aws_iam_s3browser_templated_s3_bucket_policy_creation",
        Trail,
        r###"{"eventVersion":"1.11","userIdentity":{"type":"IAMUser","principalId":"AIDAEXAMPLE","arn":"arn:aws:iam::123456789012:user/alice","accountId":"123456789012","userName":"alice"},"eventTime":"2026-11-01T10:00:00Z","eventSource":"iam.amazonaws.com","eventName":"PutUserPolicy","awsRegion":"us-east-1","sourceIPAddress":"203.0.113.7","userAgent":"S3 Browser/9.5.5 (https://s3browser.com)","requestParameters":{"userName":"u","policyName":"p","policyDocument":"{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Allow\", \"Action\": [\"s3:GetObject\"], \"Resource\": [\"arn:aws:s3:::<YOUR-BUCKET-NAME>/*\"]}]}"},"responseElements":null,"requestID":"r","eventID":"11111111-2222-4333-8444-555555555555","readOnly":false,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"123456789012","eventCategory":"Management"}"###,
    ),
    (
        "aws_ecs_task_definition_cred_endpoint_query",
        Trail,
        r###"{"eventVersion":"1.11","userIdentity":{"type":"IAMUser","principalId":"AIDAEXAMPLE","arn":"arn:aws:iam::123456789012:user/alice","accountId":"123456789012","userName":"alice"},"eventTime":"2026-11-01T10:00:00Z","eventSource":"ecs.amazonaws.com","eventName":"RegisterTaskDefinition","awsRegion":"us-east-1","sourceIPAddress":"203.0.113.7","userAgent":"aws-cli/2","requestParameters":{"family":"f","containerDefinitions":[{"name":"a"},{"name":"b","command":["sh","-c","curl 169.254.170.2$AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"]}]},"responseElements":null,"requestID":"r","eventID":"11111111-2222-4333-8444-555555555555","readOnly":false,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"123456789012","eventCategory":"Management"}"###,
    ),
    (
        "aws_root_account_usage",
        Trail,
        r###"{"eventVersion":"1.11","userIdentity":{"type":"Root","principalId":"123456789012","arn":"arn:aws:iam::123456789012:root","accountId":"123456789012"},"eventTime":"2026-11-01T10:00:00Z","eventSource":"iam.amazonaws.com","eventName":"CreateUser","awsRegion":"us-east-1","sourceIPAddress":"203.0.113.7","userAgent":"aws-cli/2","requestParameters":null,"responseElements":null,"requestID":"r","eventID":"11111111-2222-4333-8444-555555555555","readOnly":false,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"123456789012","eventCategory":"Management"}"###,
    ),
    (
        "aws_update_login_profile",
        Trail,
        r###"{"eventVersion":"1.11","userIdentity":{"type":"IAMUser","principalId":"AIDAEXAMPLE","arn":"arn:aws:iam::123456789012:user/alice","accountId":"123456789012","userName":"alice"},"eventTime":"2026-11-01T10:00:00Z","eventSource":"iam.amazonaws.com","eventName":"UpdateLoginProfile","awsRegion":"us-east-1","sourceIPAddress":"203.0.113.7","userAgent":"aws-cli/2","requestParameters":{"userName":"bob"},"responseElements":null,"requestID":"r","eventID":"11111111-2222-4333-8444-555555555555","readOnly":false,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"123456789012","eventCategory":"Management"}"###,
    ),
    (
        "azure_rare_operations",
        ActivityHub,
        r###"{"time":"2026-11-01T10:00:00.0000000Z","resourceId":"/SUBSCRIPTIONS/0B6F2C7D-9A41-4C3B-8A0E-5E5E1C9D7F21/RESOURCEGROUPS/RG/PROVIDERS/MICROSOFT.STORAGE/STORAGEACCOUNTS/S1","operationName":"MICROSOFT.STORAGE/STORAGEACCOUNTS/LISTKEYS/ACTION","category":"Administrative","resultType":"Success","resultSignature":"Succeeded.","callerIpAddress":"203.0.113.7","correlationId":"c","identity":{"authorization":{"scope":"/SUBSCRIPTIONS/0B6F2C7D-9A41-4C3B-8A0E-5E5E1C9D7F21/RESOURCEGROUPS/RG/PROVIDERS/MICROSOFT.STORAGE/STORAGEACCOUNTS/S1","action":"MICROSOFT.STORAGE/STORAGEACCOUNTS/LISTKEYS/ACTION"},"claims":{"oid":"o"}},"level":"Information","properties":{"eventCategory":"Administrative"}}"###,
    ),
    (
        "azure_granting_permission_detection",
        ActivityHub,
        r###"{"time":"2026-11-01T10:00:00.0000000Z","resourceId":"/SUBSCRIPTIONS/0B6F2C7D-9A41-4C3B-8A0E-5E5E1C9D7F21/RESOURCEGROUPS/RG/PROVIDERS/MICROSOFT.STORAGE/STORAGEACCOUNTS/S1/PROVIDERS/MICROSOFT.AUTHORIZATION/ROLEASSIGNMENTS/X","operationName":"MICROSOFT.AUTHORIZATION/ROLEASSIGNMENTS/WRITE","category":"Administrative","resultType":"Success","resultSignature":"Succeeded.","callerIpAddress":"203.0.113.7","correlationId":"c","identity":{"authorization":{"scope":"/SUBSCRIPTIONS/0B6F2C7D-9A41-4C3B-8A0E-5E5E1C9D7F21/RESOURCEGROUPS/RG/PROVIDERS/MICROSOFT.STORAGE/STORAGEACCOUNTS/S1/PROVIDERS/MICROSOFT.AUTHORIZATION/ROLEASSIGNMENTS/X","action":"MICROSOFT.AUTHORIZATION/ROLEASSIGNMENTS/WRITE"},"claims":{"oid":"o"}},"level":"Information","properties":{"eventCategory":"Administrative"}}"###,
    ),
    (
        "azure_creating_number_of_resources_detection",
        ActivityHub,
        r###"{"time":"2026-11-01T10:00:00.0000000Z","resourceId":"/SUBSCRIPTIONS/0B6F2C7D-9A41-4C3B-8A0E-5E5E1C9D7F21/RESOURCEGROUPS/RG/PROVIDERS/MICROSOFT.STORAGE/STORAGEACCOUNTS/S1","operationName":"MICROSOFT.COMPUTE/VIRTUALMACHINES/WRITE","category":"Administrative","resultType":"Success","resultSignature":"Succeeded.","callerIpAddress":"203.0.113.7","correlationId":"c","identity":{"authorization":{"scope":"/SUBSCRIPTIONS/0B6F2C7D-9A41-4C3B-8A0E-5E5E1C9D7F21/RESOURCEGROUPS/RG/PROVIDERS/MICROSOFT.STORAGE/STORAGEACCOUNTS/S1","action":"MICROSOFT.COMPUTE/VIRTUALMACHINES/WRITE"},"claims":{"oid":"o"}},"level":"Information","properties":{"eventCategory":"Administrative"}}"###,
    ),
    (
        "azure_subscription_permissions_elevation_via_activitylogs",
        ActivityHub,
        r###"{"time":"2026-11-01T10:00:00.0000000Z","resourceId":"/PROVIDERS/MICROSOFT.AUTHORIZATION","operationName":"MICROSOFT.AUTHORIZATION/ELEVATEACCESS/ACTION","category":"Administrative","resultType":"Success","resultSignature":"Succeeded.","callerIpAddress":"203.0.113.7","correlationId":"c","identity":{"authorization":{"scope":"/PROVIDERS/MICROSOFT.AUTHORIZATION","action":"MICROSOFT.AUTHORIZATION/ELEVATEACCESS/ACTION"},"claims":{"oid":"o"}},"level":"Information","properties":{"eventCategory":"Administrative"}}"###,
    ),
    (
        "azure_aadhybridhealth_adfs_service_delete",
        ActivityHub,
        r###"{"time":"2026-11-01T10:00:00.0000000Z","resourceId":"/PROVIDERS/MICROSOFT.ADHYBRIDHEALTHSERVICE/SERVICES/ADFEDERATIONSERVICE-STS.EXAMPLE.COM","operationName":"MICROSOFT.ADHYBRIDHEALTHSERVICE/SERVICES/DELETE","category":"Administrative","resultType":"Success","resultSignature":"Succeeded.","callerIpAddress":"203.0.113.7","correlationId":"c","identity":{"authorization":{"scope":"/PROVIDERS/MICROSOFT.ADHYBRIDHEALTHSERVICE/SERVICES/ADFEDERATIONSERVICE-STS.EXAMPLE.COM","action":"MICROSOFT.ADHYBRIDHEALTHSERVICE/SERVICES/DELETE"},"claims":{"oid":"o"}},"level":"Information","properties":{"eventCategory":"Administrative"}}"###,
    ),
];

/// A rule's file, and a record that is nearly what it means.
pub(super) const NEAR_MISSES: &[(&str, Form, &str)] = &[
    (
        "azure_ad_account_created_deleted",
        AuditGraph,
        r###"{"id":"Directory_1","category":"UserManagement","correlationId":"c","result":"failure","resultReason":"","activityDisplayName":"Add user","activityDateTime":"2026-11-01T10:00:00Z","loggedByService":"Core Directory","operationType":"Update","initiatedBy":{"app":null,"user":{"id":"u","displayName":null,"userPrincipalName":"admin@example.com","ipAddress":"203.0.113.7"}},"targetResources":[{"id":"t","displayName":"Bob","type":"User","userPrincipalName":"bob@example.com","modifiedProperties":[]}],"additionalDetails":[]}"###,
    ),
    (
        "azure_user_account_mfa_disable",
        AuditGraph,
        r###"{"id":"Directory_1","category":"UserManagement","correlationId":"c","result":"success","resultReason":"","activityDisplayName":"Update user","activityDateTime":"2026-11-01T10:00:00Z","loggedByService":"Core Directory","operationType":"Update","initiatedBy":{"app":null,"user":{"id":"u","displayName":null,"userPrincipalName":"admin@example.com","ipAddress":"203.0.113.7"}},"targetResources":[{"id":"t","displayName":"App","type":"User","userPrincipalName":"bob@example.com","modifiedProperties":[{"displayName":"StrongAuthenticationRequirement","oldValue":"[]","newValue":"[{\"RelyingParty\":\"*\",\"State\":1}]"}]}],"additionalDetails":[]}"###,
    ),
    (
        "azure_app_end_user_consent",
        AuditGraph,
        r###"{"id":"Directory_1","category":"ApplicationManagement","correlationId":"c","result":"success","resultReason":"","activityDisplayName":"Consent to application","activityDateTime":"2026-11-01T10:00:00Z","loggedByService":"Core Directory","operationType":"Update","initiatedBy":{"app":null,"user":{"id":"u","displayName":null,"userPrincipalName":"admin@example.com","ipAddress":"203.0.113.7"}},"targetResources":[{"id":"t","displayName":"App","type":"ServicePrincipal","userPrincipalName":null,"modifiedProperties":[{"displayName":"ConsentContext.IsAdminConsent","oldValue":null,"newValue":"\"True\""},{"displayName":"ConsentContext.OnBehalfOfAll","oldValue":null,"newValue":"\"False\""}]}],"additionalDetails":[]}"###,
    ),
    (
        "azure_guest_to_member",
        AuditGraph,
        r###"{"id":"Directory_1","category":"UserManagement","correlationId":"c","result":"success","resultReason":"","activityDisplayName":"Update user","activityDateTime":"2026-11-01T10:00:00Z","loggedByService":"Core Directory","operationType":"Update","initiatedBy":{"app":null,"user":{"id":"u","displayName":null,"userPrincipalName":"admin@example.com","ipAddress":"203.0.113.7"}},"targetResources":[{"id":"t","displayName":"App","type":"User","userPrincipalName":"bob@example.com","modifiedProperties":[{"displayName":"UserType","oldValue":"[\"Member\"]","newValue":"[\"Guest\"]"}]}],"additionalDetails":[]}"###,
    ),
    (
        "azure_app_credential_added",
        AuditGraph,
        r###"{"id":"Directory_1","category":"ApplicationManagement","correlationId":"c","result":"success","resultReason":"","activityDisplayName":"Update application","activityDateTime":"2026-11-01T10:00:00Z","loggedByService":"Core Directory","operationType":"Update","initiatedBy":{"app":null,"user":{"id":"u","displayName":null,"userPrincipalName":"admin@example.com","ipAddress":"203.0.113.7"}},"targetResources":[{"id":"t","displayName":"App","type":"Application","userPrincipalName":null,"modifiedProperties":[{"displayName":"DisplayName","oldValue":"[\"a\"]","newValue":"[\"b\"]"}]}],"additionalDetails":[]}"###,
    ),
    (
        "azure_app_uri_modifications",
        AuditGraph,
        r###"{"id":"Directory_1","category":"ApplicationManagement","correlationId":"c","result":"failure","resultReason":"","activityDisplayName":"Update application","activityDateTime":"2026-11-01T10:00:00Z","loggedByService":"Core Directory","operationType":"Update","initiatedBy":{"app":null,"user":{"id":"u","displayName":null,"userPrincipalName":"admin@example.com","ipAddress":"203.0.113.7"}},"targetResources":[{"id":"t","displayName":"App","type":"Application","userPrincipalName":null,"modifiedProperties":[{"displayName":"AppAddress","oldValue":"[]","newValue":"[{}]"}]}],"additionalDetails":[]}"###,
    ),
    (
        "azure_user_password_change",
        AuditGraph,
        r###"{"id":"Directory_1","category":"UserManagement","correlationId":"c","result":"success","resultReason":"","activityDisplayName":"Update user","activityDateTime":"2026-11-01T10:00:00Z","loggedByService":"Core Directory","operationType":"Update","initiatedBy":{"app":null,"user":{"id":"u","displayName":null,"userPrincipalName":"admin@example.com","ipAddress":"203.0.113.7"}},"targetResources":[{"id":"t","displayName":"Bob","type":"User","userPrincipalName":"bob@example.com","modifiedProperties":[]}],"additionalDetails":[]}"###,
    ),
    (
        "azure_privileged_account_creation",
        AuditGraph,
        r###"{"id":"Directory_1","category":"UserManagement","correlationId":"c","result":"success","resultReason":"","activityDisplayName":"Add user","activityDateTime":"2026-11-01T10:00:00Z","loggedByService":"Core Directory","operationType":"Update","initiatedBy":{"app":null,"user":{"id":"u","displayName":null,"userPrincipalName":"admin@example.com","ipAddress":"203.0.113.7"}},"targetResources":[{"id":"t","displayName":"Bob","type":"User","userPrincipalName":"bob@example.com","modifiedProperties":[]}],"additionalDetails":[]}"###,
    ),
    (
        "azure_legacy_authentication_protocols",
        SignInGraph,
        r###"{"id":"s1","createdDateTime":"2026-11-01T10:00:00Z","userDisplayName":"Alice","userPrincipalName":"alice@example.com","userId":"u","appId":"a","appDisplayName":"Office","ipAddress":"203.0.113.7","clientAppUsed":"Browser","userAgent":"Mozilla/5.0","correlationId":"c","conditionalAccessStatus":"failure","isInteractive":true,"riskState":"none","resourceDisplayName":"Graph","status":{"errorCode":0,"failureReason":"Other.","additionalDetails":null},"deviceDetail":{"deviceId":"","operatingSystem":"Windows","browser":"Edge"},"location":{"countryOrRegion":"DE"}}"###,
    ),
    (
        "azure_mfa_interrupted",
        SignInGraph,
        r###"{"id":"s1","createdDateTime":"2026-11-01T10:00:00Z","userDisplayName":"Alice","userPrincipalName":"alice@example.com","userId":"u","appId":"a","appDisplayName":"Office","ipAddress":"203.0.113.7","clientAppUsed":"Browser","userAgent":"Mozilla/5.0","correlationId":"c","conditionalAccessStatus":"failure","isInteractive":true,"riskState":"none","resourceDisplayName":"Graph","status":{"errorCode":50126,"failureReason":"Invalid username or password or Invalid on-premise username or password.","additionalDetails":null},"deviceDetail":{"deviceId":"","operatingSystem":"Windows","browser":"Edge"},"location":{"countryOrRegion":"DE"}}"###,
    ),
    (
        "azure_ad_only_single_factor_auth_required",
        SignInGraph,
        r###"{"id":"s1","createdDateTime":"2026-11-01T10:00:00Z","userDisplayName":"Alice","userPrincipalName":"alice@example.com","userId":"u","appId":"a","appDisplayName":"Office","ipAddress":"203.0.113.7","clientAppUsed":"Browser","userAgent":"Mozilla/5.0","correlationId":"c","conditionalAccessStatus":"failure","isInteractive":true,"riskState":"none","resourceDisplayName":"Graph","status":{"errorCode":50126,"failureReason":"Invalid username or password.","additionalDetails":null},"deviceDetail":{"deviceId":"","operatingSystem":"Windows","browser":"Edge"},"location":{"countryOrRegion":"DE"},"authenticationRequirement":"singleFactorAuthentication"}"###,
    ),
    (
        "azure_ad_sign_ins_from_unknown_devices",
        SignInGraph,
        r###"{"id":"s1","createdDateTime":"2026-11-01T10:00:00Z","userDisplayName":"Alice","userPrincipalName":"alice@example.com","userId":"u","appId":"a","appDisplayName":"Office","ipAddress":"203.0.113.7","clientAppUsed":"Browser","userAgent":"Mozilla/5.0","correlationId":"c","conditionalAccessStatus":"failure","isInteractive":true,"riskState":"none","resourceDisplayName":"Graph","status":{"errorCode":0,"failureReason":"Other.","additionalDetails":null},"deviceDetail":{"deviceId":"","operatingSystem":"Windows","browser":"Edge"},"location":{"countryOrRegion":"DE"},"authenticationRequirement":"singleFactorAuthentication","networkLocationDetails":[{"networkType":"trustedNamedLocation"}]}"###,
    ),
    (
        "azure_ad_sign_ins_from_unknown_devices",
        SignInGraph,
        r###"{"id":"s1","createdDateTime":"2026-11-01T10:00:00Z","userDisplayName":"Alice","userPrincipalName":"alice@example.com","userId":"u","appId":"a","appDisplayName":"Office","ipAddress":"203.0.113.7","clientAppUsed":"Browser","userAgent":"Mozilla/5.0","correlationId":"c","conditionalAccessStatus":"failure","isInteractive":true,"riskState":"none","resourceDisplayName":"Graph","status":{"errorCode":0,"failureReason":"Other.","additionalDetails":null},"deviceDetail":{"deviceId":"d"},"location":{"countryOrRegion":"DE"},"authenticationRequirement":"singleFactorAuthentication","networkLocationDetails":[]}"###,
    ),
    (
        "azure_ad_device_registration_or_join_without_mfa",
        SignInGraph,
        r###"{"id":"s1","createdDateTime":"2026-11-01T10:00:00Z","userDisplayName":"Alice","userPrincipalName":"alice@example.com","userId":"u","appId":"a","appDisplayName":"Office","ipAddress":"203.0.113.7","clientAppUsed":"Browser","userAgent":"Mozilla/5.0","correlationId":"c","conditionalAccessStatus":"success","isInteractive":true,"riskState":"none","resourceDisplayName":"Device Registration Service","status":{"errorCode":0,"failureReason":"Other.","additionalDetails":null},"deviceDetail":{"deviceId":"","operatingSystem":"Windows","browser":"Edge"},"location":{"countryOrRegion":"DE"},"authenticationRequirement":"multiFactorAuthentication"}"###,
    ),
    (
        "aws_delete_saml_provider",
        Trail,
        r###"{"eventVersion":"1.11","userIdentity":{"type":"IAMUser","principalId":"AIDAEXAMPLE","arn":"arn:aws:iam::123456789012:user/alice","accountId":"123456789012","userName":"alice"},"eventTime":"2026-11-01T10:00:00Z","eventSource":"iam.amazonaws.com","eventName":"DeleteSAMLProvider","awsRegion":"us-east-1","sourceIPAddress":"203.0.113.7","userAgent":"aws-cli/2","requestParameters":null,"responseElements":null,"requestID":"r","eventID":"11111111-2222-4333-8444-555555555555","readOnly":false,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"123456789012","eventCategory":"Management","errorCode":"AccessDenied"}"###,
    ),
    (
        "aws_cloudtrail_bucket_deleted",
        Trail,
        r###"{"eventVersion":"1.11","userIdentity":{"type":"IAMUser","principalId":"AIDAEXAMPLE","arn":"arn:aws:iam::123456789012:user/alice","accountId":"123456789012","userName":"alice"},"eventTime":"2026-11-01T10:00:00Z","eventSource":"s3.amazonaws.com","eventName":"DeleteBucket","awsRegion":"us-east-1","sourceIPAddress":"203.0.113.7","userAgent":"aws-cli/2","requestParameters":null,"responseElements":null,"requestID":"r","eventID":"11111111-2222-4333-8444-555555555555","readOnly":false,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"123456789012","eventCategory":"Management","errorCode":"AccessDenied"}"###,
    ),
    (
        "aws_new_lambda_layer_attached",
        Trail,
        r###"{"eventVersion":"1.11","userIdentity":{"type":"IAMUser","principalId":"AIDAEXAMPLE","arn":"arn:aws:iam::123456789012:user/alice","accountId":"123456789012","userName":"alice"},"eventTime":"2026-11-01T10:00:00Z","eventSource":"lambda.amazonaws.com","eventName":"UpdateFunctionConfiguration20150331v2","awsRegion":"us-east-1","sourceIPAddress":"203.0.113.7","userAgent":"aws-cli/2","requestParameters":{"functionName":"f","layers":[]},"responseElements":null,"requestID":"r","eventID":"11111111-2222-4333-8444-555555555555","readOnly":false,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"123456789012","eventCategory":"Management"}"###,
    ),
    (
        "aws_rds_change_master_password",
        Trail,
        r###"{"eventVersion":"1.11","userIdentity":{"type":"IAMUser","principalId":"AIDAEXAMPLE","arn":"arn:aws:iam::123456789012:user/alice","accountId":"123456789012","userName":"alice"},"eventTime":"2026-11-01T10:00:00Z","eventSource":"rds.amazonaws.com","eventName":"ModifyDBInstance","awsRegion":"us-east-1","sourceIPAddress":"203.0.113.7","userAgent":"aws-cli/2","requestParameters":null,"responseElements":{"pendingModifiedValues":{}},"requestID":"r","eventID":"11111111-2222-4333-8444-555555555555","readOnly":false,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"123456789012","eventCategory":"Management"}"###,
    ),
    (
        "aws_root_account_usage",
        Trail,
        r###"{"eventVersion":"1.11","userIdentity":{"type":"Root","accountId":"123456789012"},"eventTime":"2026-11-01T10:00:00Z","eventSource":"kms.amazonaws.com","eventName":"RotateKey","awsRegion":"us-east-1","sourceIPAddress":"203.0.113.7","userAgent":"aws-cli/2","requestParameters":null,"responseElements":null,"requestID":"r","eventID":"11111111-2222-4333-8444-555555555555","readOnly":false,"eventType":"AwsServiceEvent","managementEvent":true,"recipientAccountId":"123456789012","eventCategory":"Management"}"###,
    ),
    (
        "aws_enum_buckets",
        Trail,
        r###"{"eventVersion":"1.11","userIdentity":{"type":"AssumedRole","arn":"arn:aws:sts::123456789012:assumed-role/r/s","principalId":"AROA:s","accountId":"123456789012"},"eventTime":"2026-11-01T10:00:00Z","eventSource":"s3.amazonaws.com","eventName":"ListBuckets","awsRegion":"us-east-1","sourceIPAddress":"203.0.113.7","userAgent":"aws-cli/2","requestParameters":null,"responseElements":null,"requestID":"r","eventID":"11111111-2222-4333-8444-555555555555","readOnly":false,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"123456789012","eventCategory":"Management"}"###,
    ),
    (
        "aws_ec2_vm_export_failure",
        Trail,
        r###"{"eventVersion":"1.11","userIdentity":{"type":"IAMUser","principalId":"AIDAEXAMPLE","arn":"arn:aws:iam::123456789012:user/alice","accountId":"123456789012","userName":"alice"},"eventTime":"2026-11-01T10:00:00Z","eventSource":"ec2.amazonaws.com","eventName":"CreateInstanceExportTask","awsRegion":"us-east-1","sourceIPAddress":"203.0.113.7","userAgent":"aws-cli/2","requestParameters":null,"responseElements":null,"requestID":"r","eventID":"11111111-2222-4333-8444-555555555555","readOnly":false,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"123456789012","eventCategory":"Management","errorCode":"Client.UnauthorizedOperation"}"###,
    ),
    (
        "aws_console_getsignintoken",
        Trail,
        r###"{"eventVersion":"1.11","userIdentity":{"type":"IAMUser","principalId":"AIDAEXAMPLE","arn":"arn:aws:iam::123456789012:user/alice","accountId":"123456789012","userName":"alice"},"eventTime":"2026-11-01T10:00:00Z","eventSource":"signin.amazonaws.com","eventName":"GetSigninToken","awsRegion":"us-east-1","sourceIPAddress":"203.0.113.7","userAgent":"Jersey/${project.version} (HttpUrlConnection 1.8.0)","requestParameters":null,"responseElements":null,"requestID":"r","eventID":"11111111-2222-4333-8444-555555555555","readOnly":false,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"123456789012","eventCategory":"Management"}"###,
    ),
    (
        "azure_keyvault_modified_or_deleted",
        ActivityHub,
        r###"{"time":"2026-11-01T10:00:00.0000000Z","resourceId":"/SUBSCRIPTIONS/0B6F2C7D-9A41-4C3B-8A0E-5E5E1C9D7F21/RESOURCEGROUPS/RG/PROVIDERS/MICROSOFT.STORAGE/STORAGEACCOUNTS/S1","operationName":"MICROSOFT.KEYVAULT/VAULTS/READ","category":"Administrative","resultType":"Success","resultSignature":"Succeeded.","callerIpAddress":"203.0.113.7","correlationId":"c","identity":{"authorization":{"scope":"/SUBSCRIPTIONS/0B6F2C7D-9A41-4C3B-8A0E-5E5E1C9D7F21/RESOURCEGROUPS/RG/PROVIDERS/MICROSOFT.STORAGE/STORAGEACCOUNTS/S1","action":"MICROSOFT.KEYVAULT/VAULTS/READ"},"claims":{"oid":"o"}},"level":"Information","properties":{"eventCategory":"Administrative"}}"###,
    ),
    (
        "azure_dns_zone_modified_or_deleted",
        ActivityHub,
        r###"{"time":"2026-11-01T10:00:00.0000000Z","resourceId":"/SUBSCRIPTIONS/0B6F2C7D-9A41-4C3B-8A0E-5E5E1C9D7F21/RESOURCEGROUPS/RG/PROVIDERS/MICROSOFT.STORAGE/STORAGEACCOUNTS/S1","operationName":"MICROSOFT.NETWORK/DNSZONES/A/READ","category":"Administrative","resultType":"Success","resultSignature":"Succeeded.","callerIpAddress":"203.0.113.7","correlationId":"c","identity":{"authorization":{"scope":"/SUBSCRIPTIONS/0B6F2C7D-9A41-4C3B-8A0E-5E5E1C9D7F21/RESOURCEGROUPS/RG/PROVIDERS/MICROSOFT.STORAGE/STORAGEACCOUNTS/S1","action":"MICROSOFT.NETWORK/DNSZONES/A/READ"},"claims":{"oid":"o"}},"level":"Information","properties":{"eventCategory":"Administrative"}}"###,
    ),
];
