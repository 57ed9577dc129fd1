//! The rows' forms, each with how often it comes beside the others of its log.
//! Holes are those of [`crate::traffic::template`].
#![cfg_attr(rustfmt, rustfmt::skip)]

/// What surrounds the `properties` of Entra's rows.
macro_rules! row {
    ($category:literal, $operation:literal, $code:literal, $ip:literal, $who:literal, $properties:expr) => {
        concat!(
            r#"{"time":"<written>.<n:1000000:9999999>Z","resourceId":"/tenants/<tenant>/providers/Microsoft.aadiam","operationName":""#, $operation,
            r#"","operationVersion":"1.0","category":""#, $category, r#"","tenantId":"<tenant>","resultType":""#, $code,
            r#"","resultSignature":"None","durationMs":0,"callerIpAddress":""#, $ip, r#"","correlationId":"<guid=c>","#, $who,
            r#""Level":4,"properties":"#, $properties, "}"
        )
    };
}

/// A user's sign-in: log, result's code and the rest of its status, id, token
/// identifier, resource, whether with a credential, steps, policies' verdict,
/// protocol, kind of token.
macro_rules! user {
    ($category:literal, $code:literal, $status:literal, $id:literal, $uti:literal, $resource:literal, $interactive:literal, $steps:expr, $verdict:literal, $protocol:literal, $token:literal) => {
        row!($category, "Sign-in activity", $code, "<ip>", r#""identity":"<name>","location":"<country>","#, concat!(
            r#"{"id":""#, $id, r#"","createdDateTime":"<now>.<n:1000000:9999999>+00:00","userDisplayName":"<name>","userPrincipalName":"<upn>","userId":"<user>","appId":"<app>","appDisplayName":"<appname>","ipAddress":"<ip>","status":{"errorCode":"#, $code, $status,
            r#"},"clientAppUsed":"<pick:Browser|Browser|Mobile Apps and Desktop clients>","userAgent":"<agent>","deviceDetail":{"deviceId":"<device>","displayName":"<devicename>","operatingSystem":"<os>","browser":"<browser>","isCompliant":true,"isManaged":true,"trustType":"Azure AD joined"},"#,
            r#""location":{"city":"<city>","state":"","countryOrRegion":"<country>","geoCoordinates":{"latitude":<lat>,"longitude":<lon>}},"mfaDetail":{},"correlationId":"<c>","conditionalAccessStatus":""#, $verdict,
            r#"","appliedConditionalAccessPolicies":[<*1:4>{"id":"<guid>","displayName":"CA<n:100:199> <words:2:6>","enforcedGrantControls":["<pick:Mfa|RequireCompliantDevice|Block>"],"enforcedSessionControls":[<?200>"SignInFrequency"<?>],"result":"<pick:success|notApplied|notEnabled|reportOnlySuccess>","conditionsSatisfied":<n:0:63>,"conditionsNotSatisfied":<n:0:3>}<*>],"#,
            r#""originalRequestId":"<i>","isInteractive":"#, $interactive, r#","tokenIssuerName":"","tokenIssuerType":"AzureAD","authenticationProcessingDetails":[{"key":"Legacy TLS (TLS 1.0, 1.1, 3DES)","value":"False"},{"key":"Is CAE Token","value":"<pick:True|False>"}],"networkLocationDetails":[<?600>{"networkType":"trustedNamedLocation","networkNames":["<city> office"]}<?>],"#,
            r#""clientCredentialType":"none","processingTimeInMilliseconds":<n:40:420>,"riskDetail":"none","riskLevelAggregated":"none","riskLevelDuringSignIn":"none","riskState":"none","riskEventTypes":[],"riskEventTypes_v2":[],"#, $resource,
            r#""resourceTenantId":"<tenant>","homeTenantId":"<tenant>","tenantId":"<tenant>","authenticationDetails":"#, $steps,
            r#","authenticationRequirementPolicies":[<?300>{"requirementProvider":"multiConditionalAccess","detail":"Conditional Access"}<?>],"authenticationRequirement":"multiFactorAuthentication","servicePrincipalId":"","userType":"Member","flaggedForReview":false,"isTenantRestricted":false,"autonomousSystemNumber":<asn>,"crossTenantAccessType":"none","privateLinkDetails":{},"ssoExtensionVersion":"","#,
            r#""uniqueTokenIdentifier":""#, $uti, r#"","authenticationStrengths":[],"incomingTokenType":""#, $token, r#"","authenticationProtocol":""#, $protocol,
            r#"","appServicePrincipalId":null,"rngcStatus":0,"sessionId":"<session>","signInTokenProtectionStatus":"none"}"#
        ))
    };
}

/// A step of an authentication: method, whether it went well, and how.
macro_rules! step {
    ($method:literal, $well:literal, $how:literal) => {
        concat!(
            r#"{"authenticationStepDateTime":"<now>.<n:1000000:9999999>+00:00","authenticationMethod":""#, $method, r#"","succeeded":"#, $well,
            r#","authenticationStepResultDetail":""#, $how, r#"","authenticationStepRequirement":"Primary authentication","StatusSequence":0,"RequestSequence":<n:0:1>}"#
        )
    };
}

macro_rules! fresh {
    () => {
        concat!("[", step!("Password", "true", "Correct password"), ",", step!("<pick:Mobile app notification|Passkey (device-bound)|Text message|OATH verification code>", "true", "MFA completed in Azure AD"), "]")
    };
}

macro_rules! claimed {
    () => {
        concat!("[", step!("Previously satisfied", "true", "MFA requirement satisfied by claim in the token"), "]")
    };
}

/// A workload's sign-in: log, code and the rest of its status, address and
/// network, place, credential and its key, further members.
macro_rules! workload {
    ($category:literal, $code:literal, $status:literal, $ip:literal, $asn:literal, $place:literal, $credential:literal, $key:literal, $more:literal) => {
        row!($category, "Sign-in activity", $code, $ip, r#""identity":"","#, concat!(
            r#"{"id":"<guid=i>","createdDateTime":"<now>.<n:1000000:9999999>+00:00","userDisplayName":null,"userPrincipalName":null,"userId":null,"appId":"<spapp>","appDisplayName":"<spname>","ipAddress":""#, $ip, r#"","status":{"errorCode":"#, $code, $status, r#"},"location":"#, $place,
            r#","correlationId":"<c>","conditionalAccessStatus":"notApplied","appliedConditionalAccessPolicies":[],"isInteractive":false,"tokenIssuerType":"AzureAD","authenticationProcessingDetails":[],"networkLocationDetails":[],"clientCredentialType":""#, $credential,
            r#"","processingTimeInMilliseconds":<n:1:90>,"riskDetail":"none","riskLevelAggregated":"none","riskLevelDuringSignIn":"none","riskState":"none","riskEventTypes":[],"riskEventTypes_v2":[],"resourceDisplayName":"<pick:Microsoft Graph|Windows Azure Service Management API|Azure Key Vault|Azure Storage>","#,
            r#""resourceId":"<pick:00000003-0000-0000-c000-000000000000|797f4846-ba00-4fd7-ba43-dac1f8f63013|cfa8b339-82a2-471a-a3c9-0fc0be7a4093|e406a681-f3d4-42a8-90b6-c2b029497af1>","resourceTenantId":"<tenant>","homeTenantId":"<tenant>","authenticationDetails":[],"authenticationRequirement":"singleFactorAuthentication","servicePrincipalId":"<spid>","servicePrincipalName":"<spname>","servicePrincipalCredentialKeyId":""#, $key,
            r#"","servicePrincipalCredentialThumbprint":"<?300><caps:40><?>","federatedCredentialId":"","flaggedForReview":false,"isTenantRestricted":false,"autonomousSystemNumber":"#, $asn,
            r#","crossTenantAccessType":"none","uniqueTokenIdentifier":"<base64:22>","incomingTokenType":"none","authenticationProtocol":"none","resourceServicePrincipalId":"<guid>","signInTokenProtectionStatus":"none""#, $more, "}"
        ))
    };
}

/// A call of Microsoft Graph: application, who, how it proved itself, agent and
/// address.
macro_rules! graph {
    ($app:literal, $who:literal, $proof:literal, $agent:literal, $ip:literal) => {
        concat!(
            r#"{"time":"<written>.<n:1000000:9999999>Z","resourceId":"/TENANTS/<tenant>/PROVIDERS/MICROSOFT.AADIAM","operationName":"Microsoft Graph Activity","operationVersion":"<(v><pick:v1.0|v1.0|beta><)>","category":"MicrosoftGraphActivityLogs","resultSignature":"<(s><pick:200|200|200|200|200|200|204|404|403><)>","durationMs":"<n:9000:2900000=d>","callerIpAddress":""#, $ip,
            r#"","correlationId":"<guid=r>","level":"Informational","location":"<pick:North Europe|West Europe|East US>","properties":{"__UDI_RequiredFields_TenantId":"<tenant>","__UDI_RequiredFields_UniqueId":"<guid>","timeGenerated":"<now>.<n:1000000:9999999>Z","requestId":"<r>","operationId":"<r>","clientRequestId":"<guid>","apiVersion":"<v>","requestMethod":"<pick:GET|GET|GET|GET|POST|PATCH>","responseStatusCode":<s>,"tenantId":"<tenant>","durationMs":<d>,"responseSizeBytes":<n:2:90000>,"signInActivityId":"<base64:22>","appId":""#, $app, r#"","#, $who,
            r#""userAgent":""#, $agent, r#"","requestUri":"https://graph.microsoft.com/<v>/<pick:users|groups|devices|servicePrincipals|deviceManagement/managedDevices|security/alerts_v2|me/messages>/<?600><guid><?><?300>/<pick:memberOf|owners|appRoleAssignments><?>?$select=<pick:id,displayName|id,userPrincipalName,accountEnabled|*>&$top=<n:1:999>","ipAddress":""#, $ip,
            r#"","atContent":"<pick:Roles|Scopes>","clientAuthMethod":""#, $proof, r#"","identityProvider":"","tokenIssuedAt":"<ago:30:3600>","wids":"<guid>"}}"#
        )
    };
}

/// A row of the Activity Log: result, its signature and level, who, address, kind
/// of principal, claims.
macro_rules! activity {
    ($result:literal, $signature:literal, $level:literal, $ip:literal, $kind:literal, $claims:expr) => {
        concat!(
            r#"{"time":"<now>.<n:1000000:9999999>Z","resourceId":"<TARGET>","operationName":"<ACTION>","category":"Administrative","resultType":""#, $result, r#"","resultSignature":""#, $signature, r#"","durationMs":"<n:0:9000>","callerIpAddress":""#, $ip,
            r#"","correlationId":"<guid>","identity":{"authorization":{"scope":"<target>","action":"<action>","evidence":{"role":"<pick:Contributor|Owner|Website Contributor>","roleAssignmentScope":"/subscriptions/<subscription>","roleAssignmentId":"<hex:32>","roleDefinitionId":"<hex:32>","principalId":"<hex:32>","principalType":""#, $kind,
            r#""}},"claims":{"aud":"https://management.azure.com/","iss":"https://sts.windows.net/<tenant>/","iat":"<issued>","nbf":"<issued>","exp":"<n:1779100000:1779199999>","aio":"<base64:60>","uti":"<base64:22>","ver":"1.0","http://schemas.microsoft.com/identity/claims/tenantid":"<tenant>","#, $claims,
            r#"}},"level":""#, $level, r#"","location":"global","tenantId":"<tenant>","properties":{"eventDataId":"<guid>","eventCategory":"Administrative","entity":"<target>","message":"<action>","hierarchy":"<tenant>/<subscription>"<?300>,"statusCode":"<pick:OK|Created|Accepted>","serviceRequestId":"<guid>","responseBody":"{\"id\":\"<target>\",\"name\":\"<words:1:1>\",\"location\":\"westeurope\",\"properties\":{\"provisioningState\":\"Succeeded\",\"tags\":{\"<words:1:1>\":\"<words:1:1>\"}}}"<?>}}"#
        )
    };
    (person $result:literal, $signature:literal, $level:literal) => {
        activity!($result, $signature, $level, "<ip>", "User", r#""appid":"<app>","appidacr":"2","groups":"<guid>,<guid>","ipaddr":"<ip>","name":"<name>","http://schemas.microsoft.com/identity/claims/objectidentifier":"<user>","http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name":"<upn>","http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn":"<upn>","http://schemas.microsoft.com/identity/claims/scope":"user_impersonation","http://schemas.microsoft.com/claims/authnmethodsreferences":"pwd,mfa""#)
    };
    (workload $result:literal, $signature:literal, $level:literal) => {
        activity!($result, $signature, $level, "<spip>", "ServicePrincipal", r#""appid":"<spapp>","appidacr":"1","idtyp":"app","http://schemas.microsoft.com/identity/claims/objectidentifier":"<spid>","http://schemas.microsoft.com/identity/claims/identityprovider":"https://sts.windows.net/<tenant>/""#)
    };
}

/// A row of the audit log: category, what was done, by whom, to what, the service
/// that logged it and the type of operation.
macro_rules! audit {
    ($category:literal, $done:literal, $by:expr, $to:expr, $service:literal, $type:literal) => {
        row!("AuditLogs", $done, "", "<ip>", r#""identity":"<?500><name><?>","#, concat!(
            r#"{"id":"Directory_<guid>_<caps:5>_<n:1000000:99999999>","category":""#, $category, r#"","correlationId":"<c>","result":"<pick:success|success|success|success|success|success|success|failure>","resultReason":"","activityDisplayName":""#, $done,
            r#"","activityDateTime":"<now>.<n:1000000:9999999>+00:00","loggedByService":""#, $service, r#"","operationType":""#, $type, r#"","userAgent":null,"initiatedBy":"#, $by, r#","targetResources":["#, $to,
            r#"],"additionalDetails":[{"key":"User-Agent","value":"<agent>"}<?400>,{"key":"DeviceId","value":"<guid>"}<?>]}"#
        ))
    };
}

macro_rules! by_user {
    () => {
        r#"{"user":{"id":"<user>","displayName":null,"userPrincipalName":"<upn>","ipAddress":"<ip>","roles":[]}}"#
    };
}

macro_rules! by_app {
    () => {
        r#"{"app":{"appId":null,"displayName":"<pick:Microsoft Azure AD Group-Based Licensing|Device Registration Service|Azure AD Cloud Sync>","servicePrincipalId":"<spid>","servicePrincipalName":null}}"#
    };
}

/// A thing that was changed: type, further members, which properties.
macro_rules! target {
    ($type:literal, $more:literal, $properties:literal) => {
        concat!(r#"{"id":"<guid>","type":""#, $type, r#"","#, $more, r#""modifiedProperties":[<*1:4>{"displayName":""#, $properties, r#"","oldValue":"[\"<words:1:2>\"]","newValue":"[\"<words:1:2>\"]"}<*>]}"#)
    };
}

type Forms = &'static [(u64, &'static str)];

/// Sign-ins of users with a credential.
pub(super) const INTERACTIVE: Forms = &[
    (880, user!("SignInLogs", "0", "", "<guid=i>", "<base64:22>", r#""resourceDisplayName":"<resourcename>","resourceId":"<resource>","#, "true", fresh!(), "success", "none", "none")),
    (45, user!("SignInLogs", "50126", r#","failureReason":"Error validating credentials due to invalid username or password.""#, "<guid=i>", "<base64:22>", r#""resourceDisplayName":"<resourcename>","resourceId":"<resource>","#, "true", concat!("[", step!("Password", "false", "Invalid username or password or Invalid on-premise username or password."), "]"), "notApplied", "none", "none")),
    (60, user!("SignInLogs", "50074", r#","failureReason":"Strong Authentication is required.""#, "<guid=i>", "<base64:22>", r#""resourceDisplayName":"<resourcename>","resourceId":"<resource>","#, "true", "[]", "failure", "none", "none")),
    (15, user!("SignInLogs", "53003", r#","failureReason":"Access has been blocked by Conditional Access policies.""#, "<guid=i>", "<base64:22>", r#""resourceDisplayName":"<resourcename>","resourceId":"<resource>","#, "true", fresh!(), "failure", "none", "none")),
];

/// Sign-ins of clients on behalf of users.
pub(super) const NON_INTERACTIVE: Forms = &[
    (965, user!("NonInteractiveUserSignInLogs", "0", r#","additionalDetails":"MFA requirement satisfied by claim in the token""#, "<guid=i>", "<base64:22>", r#""resourceDisplayName":"<resourcename>","resourceId":"<resource>","#, "false", claimed!(), "success", "none", "<pick:primaryRefreshToken|refreshToken|refreshToken>")),
    (35, user!("NonInteractiveUserSignInLogs", "70043", r#","failureReason":"The refresh token has expired or is invalid due to sign-in frequency checks by conditional access.""#, "<guid=i>", "<base64:22>", r#""resourceDisplayName":"<resourcename>","resourceId":"<resource>","#, "false", "[]", "notApplied", "none", "refreshToken")),
];

/// The sign-in to the AWS application, out of a running session.
pub(super) const TO_AWS: &str = user!("NonInteractiveUserSignInLogs", "0", r#","additionalDetails":"MFA requirement satisfied by claim in the token""#, "<id=i>", "<uti>", r#""resourceDisplayName":"<appname>","resourceId":"<app>","#, "false", claimed!(), "success", "saml20", "primaryRefreshToken");

/// Sign-ins of applications.
pub(super) const SERVICE_PRINCIPAL: Forms = &[
    (960, workload!("ServicePrincipalSignInLogs", "0", "", "<spip>", "8075", r#"{"city":"<pick:Amsterdam|Dublin|Boydton>","state":"<words:1:1>","countryOrRegion":"<pick:NL|IE|US>","geoCoordinates":{"latitude":52.35,"longitude":4.9}}"#, "<pick:clientSecret|clientSecret|certificate|federatedIdentityCredential>", "<spkey>", "")),
    (40, workload!("ServicePrincipalSignInLogs", "7000222", r#","failureReason":"The provided client secret keys for app '<spapp>' are expired.""#, "<spip>", "8075", r#"{"city":"Dublin","state":"","countryOrRegion":"IE","geoCoordinates":{"latitude":53.35,"longitude":-6.26}}"#, "clientSecret", "<spkey>", "")),
];

/// Sign-ins of Azure's own machines, which come without an address.
pub(super) const MANAGED_IDENTITY: Forms = &[
    (1, workload!("ManagedIdentitySignInLogs", "0", "", "", "0", r#"{"city":"","state":"","countryOrRegion":"","geoCoordinates":{"latitude":0,"longitude":0}}"#, "none", "", r#","managedServiceIdentity":{"msiType":"<pick:SystemAssigned|UserAssigned>","associatedResourceId":"<target>"}"#)),
];

/// Calls of Microsoft Graph.
pub(super) const GRAPH: Forms = &[
    (6, graph!("<spapp>", r#""servicePrincipalId":"<spid>","userId":"","roles":"User.Read.All Group.Read.All<?400> Device.Read.All<?><?200> AuditLog.Read.All<?>","scopes":"","#, "<pick:1|2>", "<pick:python-requests/2.31.0|Microsoft Azure Graph Client Library 2.1.9|Go-http-client/2.0>", "<spip>")),
    (4, graph!("<app>", r#""servicePrincipalId":"","userId":"<user>","roles":"","scopes":"email openid profile User.Read<?400> Mail.ReadBasic<?><?300> Files.ReadWrite.All<?>","#, "0", "<agent>", "<ip>")),
];

/// The Activity Log: a row when an operation begins, one when it ends.
pub(super) const ACTIVITY: Forms = &[
    (4, activity!(person "Start", "Started.", "Information")),
    (4, activity!(person "Success", "Succeeded.<pick:OK|Created>", "Information")),
    (1, activity!(person "Accept", "Accepted.Accepted", "Information")),
    (1, activity!(person "Failure", "Failed.<pick:Conflict|BadRequest|Forbidden>", "Error")),
    (6, activity!(workload "Start", "Started.", "Information")),
    (6, activity!(workload "Success", "Succeeded.<pick:OK|Created>", "Information")),
];

/// Changes to the directory.
pub(super) const AUDIT: Forms = &[
    (40, audit!("UserManagement", "Update user", by_app!(), target!("User", r#""displayName":null,"userPrincipalName":"<words:1:1>.<n:1:999>@contoso.com","#, "<pick:Department|JobTitle|Mobile|Included Updated Properties|StsRefreshTokensValidFrom>"), "Core Directory", "Update")),
    (25, audit!("Device", "Update device", by_app!(), target!("Device", r#""displayName":"CON-<caps:6>","#, "<pick:DeviceOSVersion|ApproximateLastLogonTimeStamp|IsCompliant>"), "Core Directory", "Update")),
    (16, audit!("GroupManagement", "Add member to group", by_user!(), target!("User", r#""displayName":null,"userPrincipalName":"<words:1:1>.<n:1:999>@contoso.com","#, "<pick:Group.ObjectID|Group.DisplayName>"), "Core Directory", "Assign")),
    (10, audit!("GroupManagement", "Remove member from group", by_user!(), target!("User", r#""displayName":null,"userPrincipalName":"<words:1:1>.<n:1:999>@contoso.com","#, "<pick:Group.ObjectID|Group.DisplayName>"), "Core Directory", "Unassign")),
    (6, audit!("UserManagement", "User registered security info", by_user!(), target!("User", r#""displayName":"<name>","userPrincipalName":"<upn>","#, "<pick:PhoneAppDetail|StrongAuthenticationMethod>"), "Authentication Methods", "Add")),
    (6, audit!("ApplicationManagement", "Update service principal", by_app!(), target!("ServicePrincipal", r#""displayName":"<words:1:2> app","#, "<pick:KeyDescription|AppAddress|TargetId.ServicePrincipalNames>"), "Core Directory", "Update")),
    (4, audit!("UserManagement", "Change user license", by_app!(), target!("User", r#""displayName":null,"#, "AssignedLicense"), "Core Directory", "Update")),
    (2, audit!("UserManagement", "Reset password (self-service)", by_user!(), target!("User", r#""displayName":"<name>","userPrincipalName":"<upn>","#, "Action Client Name"), "Self-service Password Management", "Update")),
];
