//! A module for each numbered attribute that mappings fill.
//!
//! Made from OCSF 1.8.0 by `cargo xtask gen-ocsf`; not to be edited.

ids! {
    account_type: "account.type_id" {
        UNKNOWN = 0, "Unknown";
        LDAP_ACCOUNT = 1, "LDAP Account";
        WINDOWS_ACCOUNT = 2, "Windows Account";
        #[deprecated = "since OCSF 1.6.0: Utilize user.type_id to represent this information."]
        AWS_IAM_USER = 3, "AWS IAM User";
        #[deprecated = "since OCSF 1.6.0: Utilize user.type_id to represent this information."]
        AWS_IAM_ROLE = 4, "AWS IAM Role";
        GCP_ACCOUNT = 5, "GCP Account";
        AZURE_AD_ACCOUNT = 6, "Azure AD Account";
        MAC_OS_ACCOUNT = 7, "Mac OS Account";
        APPLE_ACCOUNT = 8, "Apple Account";
        LINUX_ACCOUNT = 9, "Linux Account";
        AWS_ACCOUNT = 10, "AWS Account";
        GCP_PROJECT = 11, "GCP Project";
        OCI_COMPARTMENT = 12, "OCI Compartment";
        AZURE_SUBSCRIPTION = 13, "Azure Subscription";
        SALESFORCE_ACCOUNT = 14, "Salesforce Account";
        GOOGLE_WORKSPACE = 15, "Google Workspace";
        SERVICENOW_INSTANCE = 16, "Servicenow Instance";
        M365_TENANT = 17, "M365 Tenant";
        EMAIL_ACCOUNT = 18, "Email Account";
        ACTIVEDIRECTORY_ACCOUNT = 19, "ActiveDirectory Account";
        OTHER = 99, "Other";
    }
    action: "base_event.action_id" {
        UNKNOWN = 0, "Unknown";
        ALLOWED = 1, "Allowed";
        DENIED = 2, "Denied";
        OBSERVED = 3, "Observed";
        MODIFIED = 4, "Modified";
        OTHER = 99, "Other";
    }
    analytic_state: "analytic.state_id" {
        UNKNOWN = 0, "Unknown";
        ACTIVE = 1, "Active";
        SUPPRESSED = 2, "Suppressed";
        EXPERIMENTAL = 3, "Experimental";
        OTHER = 99, "Other";
    }
    analytic_type: "analytic.type_id" {
        UNKNOWN = 0, "Unknown";
        RULE = 1, "Rule";
        BEHAVIORAL = 2, "Behavioral";
        STATISTICAL = 3, "Statistical";
        LEARNING_ML_DL = 4, "Learning (ML/DL)";
        FINGERPRINTING = 5, "Fingerprinting";
        TAGGING = 6, "Tagging";
        KEYWORD_MATCH = 7, "Keyword Match";
        REGULAR_EXPRESSIONS = 8, "Regular Expressions";
        EXACT_DATA_MATCH = 9, "Exact Data Match";
        PARTIAL_DATA_MATCH = 10, "Partial Data Match";
        INDEXED_DATA_MATCH = 11, "Indexed Data Match";
        OTHER = 99, "Other";
    }
    auth_factor: "auth_factor.factor_type_id" {
        UNKNOWN = 0, "Unknown";
        SMS = 1, "SMS";
        SECURITY_QUESTION = 2, "Security Question";
        PHONE_CALL = 3, "Phone Call";
        BIOMETRIC = 4, "Biometric";
        PUSH_NOTIFICATION = 5, "Push Notification";
        HARDWARE_TOKEN = 6, "Hardware Token";
        OTP = 7, "OTP";
        EMAIL = 8, "Email";
        U2F = 9, "U2F";
        WEBAUTHN = 10, "WebAuthn";
        PASSWORD = 11, "Password";
        OTHER = 99, "Other";
    }
    auth_protocol: "authentication.auth_protocol_id" {
        UNKNOWN = 0, "Unknown";
        NTLM = 1, "NTLM";
        KERBEROS = 2, "Kerberos";
        DIGEST = 3, "Digest";
        OPENID = 4, "OpenID";
        SAML = 5, "SAML";
        OAUTH_2_0 = 6, "OAUTH 2.0";
        PAP = 7, "PAP";
        CHAP = 8, "CHAP";
        EAP = 9, "EAP";
        RADIUS = 10, "RADIUS";
        BASIC_AUTHENTICATION = 11, "Basic Authentication";
        LDAP = 12, "LDAP";
        OTHER = 99, "Other";
    }
    compliance_status: "compliance.status_id" {
        UNKNOWN = 0, "Unknown";
        PASS = 1, "Pass";
        WARNING = 2, "Warning";
        FAIL = 3, "Fail";
        OTHER = 99, "Other";
    }
    confidence: "detection_finding.confidence_id" {
        UNKNOWN = 0, "Unknown";
        LOW = 1, "Low";
        MEDIUM = 2, "Medium";
        HIGH = 3, "High";
        OTHER = 99, "Other";
    }
    confidentiality: "data_classification.confidentiality_id" {
        UNKNOWN = 0, "Unknown";
        NOT_CONFIDENTIAL = 1, "Not Confidential";
        CONFIDENTIAL = 2, "Confidential";
        SECRET = 3, "Secret";
        TOP_SECRET = 4, "Top Secret";
        PRIVATE = 5, "Private";
        RESTRICTED = 6, "Restricted";
        OTHER = 99, "Other";
    }
    connection_boundary: "network_connection_info.boundary_id" {
        UNKNOWN = 0, "Unknown";
        LOCALHOST = 1, "Localhost";
        INTERNAL = 2, "Internal";
        EXTERNAL = 3, "External";
        SAME_VPC = 4, "Same VPC";
        INTERNET_VPC_GATEWAY = 5, "Internet/VPC Gateway";
        VIRTUAL_PRIVATE_GATEWAY = 6, "Virtual Private Gateway";
        INTRA_REGION_VPC = 7, "Intra-region VPC";
        INTER_REGION_VPC = 8, "Inter-region VPC";
        LOCAL_GATEWAY = 9, "Local Gateway";
        GATEWAY_VPC = 10, "Gateway VPC";
        INTERNET_GATEWAY = 11, "Internet Gateway";
        OTHER = 99, "Other";
    }
    connection_direction: "network_connection_info.direction_id" {
        UNKNOWN = 0, "Unknown";
        INBOUND = 1, "Inbound";
        OUTBOUND = 2, "Outbound";
        LATERAL = 3, "Lateral";
        LOCAL = 4, "Local";
        OTHER = 99, "Other";
    }
    databucket_type: "databucket.type_id" {
        UNKNOWN = 0, "Unknown";
        S3 = 1, "S3";
        AZURE_BLOB = 2, "Azure Blob";
        GCP_BUCKET = 3, "GCP Bucket";
        OTHER = 99, "Other";
    }
    datastore_type: "datastore_activity.type_id" {
        UNKNOWN = 0, "Unknown";
        DATABASE = 1, "Database";
        DATABUCKET = 2, "Databucket";
        TABLE = 3, "Table";
        OTHER = 99, "Other";
    }
    device_type: "device.type_id" {
        UNKNOWN = 0, "Unknown";
        SERVER = 1, "Server";
        DESKTOP = 2, "Desktop";
        LAPTOP = 3, "Laptop";
        TABLET = 4, "Tablet";
        MOBILE = 5, "Mobile";
        VIRTUAL = 6, "Virtual";
        IOT = 7, "IOT";
        BROWSER = 8, "Browser";
        FIREWALL = 9, "Firewall";
        SWITCH = 10, "Switch";
        HUB = 11, "Hub";
        ROUTER = 12, "Router";
        IDS = 13, "IDS";
        IPS = 14, "IPS";
        LOAD_BALANCER = 15, "Load Balancer";
        OTHER = 99, "Other";
    }
    disposition: "base_event.disposition_id" {
        UNKNOWN = 0, "Unknown";
        ALLOWED = 1, "Allowed";
        BLOCKED = 2, "Blocked";
        QUARANTINED = 3, "Quarantined";
        ISOLATED = 4, "Isolated";
        DELETED = 5, "Deleted";
        DROPPED = 6, "Dropped";
        CUSTOM_ACTION = 7, "Custom Action";
        APPROVED = 8, "Approved";
        RESTORED = 9, "Restored";
        EXONERATED = 10, "Exonerated";
        CORRECTED = 11, "Corrected";
        PARTIALLY_CORRECTED = 12, "Partially Corrected";
        UNCORRECTED = 13, "Uncorrected";
        DELAYED = 14, "Delayed";
        DETECTED = 15, "Detected";
        NO_ACTION = 16, "No Action";
        LOGGED = 17, "Logged";
        TAGGED = 18, "Tagged";
        ALERT = 19, "Alert";
        COUNT = 20, "Count";
        RESET = 21, "Reset";
        CAPTCHA = 22, "Captcha";
        CHALLENGE = 23, "Challenge";
        ACCESS_REVOKED = 24, "Access Revoked";
        REJECTED = 25, "Rejected";
        UNAUTHORIZED = 26, "Unauthorized";
        ERROR = 27, "Error";
        OTHER = 99, "Other";
    }
    endpoint_type: "network_endpoint.type_id" {
        UNKNOWN = 0, "Unknown";
        SERVER = 1, "Server";
        DESKTOP = 2, "Desktop";
        LAPTOP = 3, "Laptop";
        TABLET = 4, "Tablet";
        MOBILE = 5, "Mobile";
        VIRTUAL = 6, "Virtual";
        IOT = 7, "IOT";
        BROWSER = 8, "Browser";
        FIREWALL = 9, "Firewall";
        SWITCH = 10, "Switch";
        HUB = 11, "Hub";
        ROUTER = 12, "Router";
        IDS = 13, "IDS";
        IPS = 14, "IPS";
        LOAD_BALANCER = 15, "Load Balancer";
        OTHER = 99, "Other";
    }
    file_type: "file.type_id" {
        UNKNOWN = 0, "Unknown";
        REGULAR_FILE = 1, "Regular File";
        FOLDER = 2, "Folder";
        CHARACTER_DEVICE = 3, "Character Device";
        BLOCK_DEVICE = 4, "Block Device";
        LOCAL_SOCKET = 5, "Local Socket";
        NAMED_PIPE = 6, "Named Pipe";
        SYMBOLIC_LINK = 7, "Symbolic Link";
        EXECUTABLE_FILE = 8, "Executable File";
        OTHER = 99, "Other";
    }
    finding_status: "finding.status_id" {
        UNKNOWN = 0, "Unknown";
        NEW = 1, "New";
        IN_PROGRESS = 2, "In Progress";
        SUPPRESSED = 3, "Suppressed";
        RESOLVED = 4, "Resolved";
        ARCHIVED = 5, "Archived";
        DELETED = 6, "Deleted";
        OTHER = 99, "Other";
    }
    fingerprint_algorithm: "fingerprint.algorithm_id" {
        UNKNOWN = 0, "Unknown";
        MD5 = 1, "MD5";
        SHA_1 = 2, "SHA-1";
        SHA_256 = 3, "SHA-256";
        SHA_512 = 4, "SHA-512";
        CTPH = 5, "CTPH";
        TLSH = 6, "TLSH";
        QUICKXORHASH = 7, "quickXorHash";
        SHA_224 = 8, "SHA-224";
        SHA_384 = 9, "SHA-384";
        SHA_512_224 = 10, "SHA-512/224";
        SHA_512_256 = 11, "SHA-512/256";
        SHA3_224 = 12, "SHA3-224";
        SHA3_256 = 13, "SHA3-256";
        SHA3_384 = 14, "SHA3-384";
        SHA3_512 = 15, "SHA3-512";
        XXHASH_H3_64_BIT = 16, "xxHash H3 64-bit";
        XXHASH_H3_128_BIT = 17, "xxHash H3 128-bit";
        IMPHASH = 18, "Imphash";
        NPF = 19, "NPF";
        HASSH = 20, "HASSH";
        OTHER = 99, "Other";
    }
    impact: "finding.impact_id" {
        UNKNOWN = 0, "Unknown";
        LOW = 1, "Low";
        MEDIUM = 2, "Medium";
        HIGH = 3, "High";
        CRITICAL = 4, "Critical";
        OTHER = 99, "Other";
    }
    incident_status: "incident_finding.status_id" {
        UNKNOWN = 0, "Unknown";
        NEW = 1, "New";
        IN_PROGRESS = 2, "In Progress";
        ON_HOLD = 3, "On Hold";
        RESOLVED = 4, "Resolved";
        CLOSED = 5, "Closed";
        OTHER = 99, "Other";
    }
    kill_chain_phase: "kill_chain_phase.phase_id" {
        UNKNOWN = 0, "Unknown";
        RECONNAISSANCE = 1, "Reconnaissance";
        WEAPONIZATION = 2, "Weaponization";
        DELIVERY = 3, "Delivery";
        EXPLOITATION = 4, "Exploitation";
        INSTALLATION = 5, "Installation";
        COMMAND_CONTROL = 6, "Command & Control";
        ACTIONS_ON_OBJECTIVES = 7, "Actions on Objectives";
        OTHER = 99, "Other";
    }
    logon_type: "authentication.logon_type_id" {
        UNKNOWN = 0, "Unknown";
        SYSTEM = 1, "System";
        INTERACTIVE = 2, "Interactive";
        NETWORK = 3, "Network";
        BATCH = 4, "Batch";
        OS_SERVICE = 5, "OS Service";
        UNLOCK = 7, "Unlock";
        NETWORK_CLEARTEXT = 8, "Network Cleartext";
        NEW_CREDENTIALS = 9, "New Credentials";
        REMOTE_INTERACTIVE = 10, "Remote Interactive";
        CACHED_INTERACTIVE = 11, "Cached Interactive";
        CACHED_REMOTE_INTERACTIVE = 12, "Cached Remote Interactive";
        CACHED_UNLOCK = 13, "Cached Unlock";
        OTHER = 99, "Other";
    }
    managed_entity_type: "managed_entity.type_id" {
        UNKNOWN = 0, "Unknown";
        DEVICE = 1, "Device";
        USER = 2, "User";
        GROUP = 3, "Group";
        ORGANIZATION = 4, "Organization";
        POLICY = 5, "Policy";
        EMAIL = 6, "Email";
        NETWORK_ZONE = 7, "Network Zone";
        OTHER = 99, "Other";
    }
    observable_type: "observable.type_id" {
        UNKNOWN = 0, "Unknown";
        HOSTNAME = 1, "Hostname";
        IP_ADDRESS = 2, "IP Address";
        MAC_ADDRESS = 3, "MAC Address";
        USER_NAME = 4, "User Name";
        EMAIL_ADDRESS = 5, "Email Address";
        URL_STRING = 6, "URL String";
        FILE_NAME = 7, "File Name";
        HASH = 8, "Hash";
        PROCESS_NAME = 9, "Process Name";
        RESOURCE_UID = 10, "Resource UID";
        PORT = 11, "Port";
        SUBNET = 12, "Subnet";
        COMMAND_LINE = 13, "Command Line";
        COUNTRY = 14, "Country";
        PROCESS_ID = 15, "Process ID";
        HTTP_USER_AGENT = 16, "HTTP User-Agent";
        CWE_OBJECT_UID = 17, "CWE Object: uid";
        CVE_OBJECT_UID = 18, "CVE Object: uid";
        USER_CREDENTIAL_ID = 19, "User Credential ID";
        ENDPOINT = 20, "Endpoint";
        USER = 21, "User";
        EMAIL = 22, "Email";
        UNIFORM_RESOURCE_LOCATOR = 23, "Uniform Resource Locator";
        FILE = 24, "File";
        PROCESS = 25, "Process";
        GEO_LOCATION = 26, "Geo Location";
        CONTAINER = 27, "Container";
        REGISTRY_KEY = 28, "Registry Key";
        REGISTRY_VALUE = 29, "Registry Value";
        FINGERPRINT = 30, "Fingerprint";
        USER_OBJECT_UID = 31, "User Object: uid";
        GROUP_OBJECT_NAME = 32, "Group Object: name";
        GROUP_OBJECT_UID = 33, "Group Object: uid";
        ACCOUNT_OBJECT_NAME = 34, "Account Object: name";
        ACCOUNT_OBJECT_UID = 35, "Account Object: uid";
        SCRIPT_CONTENT = 36, "Script Content";
        SERIAL_NUMBER = 37, "Serial Number";
        RESOURCE_DETAILS_OBJECT_NAME = 38, "Resource Details Object: name";
        PROCESS_ENTITY_OBJECT_UID = 39, "Process Entity Object: uid";
        EMAIL_OBJECT_SUBJECT = 40, "Email Object: subject";
        EMAIL_OBJECT_UID = 41, "Email Object: uid";
        MESSAGE_UID = 42, "Message UID";
        REGISTRY_VALUE_OBJECT_NAME = 43, "Registry Value Object: name";
        ADVISORY_OBJECT_UID = 44, "Advisory Object: uid";
        FILE_PATH = 45, "File Path";
        REGISTRY_KEY_PATH = 46, "Registry Key Path";
        DEVICE_OBJECT_UID = 47, "Device Object: uid";
        NETWORK_ENDPOINT_OBJECT_UID = 48, "Network Endpoint Object: uid";
        OTHER = 99, "Other";
    }
    observation_point: "network_activity.observation_point_id" {
        UNKNOWN = 0, "Unknown";
        SOURCE = 1, "Source";
        DESTINATION = 2, "Destination";
        NEITHER = 3, "Neither";
        BOTH = 4, "Both";
        OTHER = 99, "Other";
    }
    priority: "incident_finding.priority_id" {
        UNKNOWN = 0, "Unknown";
        LOW = 1, "Low";
        MEDIUM = 2, "Medium";
        HIGH = 3, "High";
        CRITICAL = 4, "Critical";
        OTHER = 99, "Other";
    }
    protocol_version: "network_connection_info.protocol_ver_id" {
        UNKNOWN = 0, "Unknown";
        INTERNET_PROTOCOL_VERSION_4_IPV4 = 4, "Internet Protocol version 4 (IPv4)";
        INTERNET_PROTOCOL_VERSION_6_IPV6 = 6, "Internet Protocol version 6 (IPv6)";
        OTHER = 99, "Other";
    }
    resource_role: "resource_details.role_id" {
        UNKNOWN = 0, "Unknown";
        TARGET = 1, "Target";
        ACTOR = 2, "Actor";
        AFFECTED = 3, "Affected";
        RELATED = 4, "Related";
        OTHER = 99, "Other";
    }
    risk_level: "base_event.risk_level_id" {
        INFO = 0, "Info";
        LOW = 1, "Low";
        MEDIUM = 2, "Medium";
        HIGH = 3, "High";
        CRITICAL = 4, "Critical";
        OTHER = 99, "Other";
    }
    severity: "base_event.severity_id" {
        UNKNOWN = 0, "Unknown";
        INFORMATIONAL = 1, "Informational";
        LOW = 2, "Low";
        MEDIUM = 3, "Medium";
        HIGH = 4, "High";
        CRITICAL = 5, "Critical";
        FATAL = 6, "Fatal";
        OTHER = 99, "Other";
    }
    status: "base_event.status_id" {
        UNKNOWN = 0, "Unknown";
        SUCCESS = 1, "Success";
        FAILURE = 2, "Failure";
        OTHER = 99, "Other";
    }
    user_type: "user.type_id" {
        UNKNOWN = 0, "Unknown";
        USER = 1, "User";
        ADMIN = 2, "Admin";
        SYSTEM = 3, "System";
        SERVICE = 4, "Service";
        OTHER = 99, "Other";
    }
    verdict: "incident_finding.verdict_id" {
        UNKNOWN = 0, "Unknown";
        FALSE_POSITIVE = 1, "False Positive";
        TRUE_POSITIVE = 2, "True Positive";
        DISREGARD = 3, "Disregard";
        SUSPICIOUS = 4, "Suspicious";
        BENIGN = 5, "Benign";
        TEST = 6, "Test";
        INSUFFICIENT_DATA = 7, "Insufficient Data";
        SECURITY_RISK = 8, "Security Risk";
        MANAGED_EXTERNALLY = 9, "Managed Externally";
        DUPLICATE = 10, "Duplicate";
        OTHER = 99, "Other";
    }
}
