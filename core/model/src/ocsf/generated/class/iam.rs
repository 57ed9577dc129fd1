//! Classes of Identity & Access Management.
//!
//! Made from OCSF 1.8.0 by `cargo xtask gen-ocsf`; not to be edited.

classes! {
    ACCOUNT_CHANGE account_change {
        uid: 3001, name: "account_change", caption: "Account Change",
        category: 3, "Identity & Access Management",
        deprecated: false,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users",
            "macos/macos_users", "osint", "security_control",
        ],
        required: [
            "activity_id", "category_uid", "class_uid", "metadata", "severity_id", "time", "type_uid", "user",
        ],
        required_with: ["cloud" => "cloud", "osint" => "osint"],
        at_least_one: [],
        just_one: [],
        activities: {
            UNKNOWN = 0, "Unknown";
            CREATE = 1, "Create";
            ENABLE = 2, "Enable";
            PASSWORD_CHANGE = 3, "Password Change";
            PASSWORD_RESET = 4, "Password Reset";
            DISABLE = 5, "Disable";
            DELETE = 6, "Delete";
            ATTACH_POLICY = 7, "Attach Policy";
            DETACH_POLICY = 8, "Detach Policy";
            LOCK = 9, "Lock";
            MFA_FACTOR_ENABLE = 10, "MFA Factor Enable";
            MFA_FACTOR_DISABLE = 11, "MFA Factor Disable";
            UNLOCK = 12, "Unlock";
            OTHER = 99, "Other";
        }
    }
    AUTHENTICATION authentication {
        uid: 3002, name: "authentication", caption: "Authentication",
        category: 3, "Identity & Access Management",
        deprecated: false,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users",
            "macos/macos_users", "osint", "security_control",
        ],
        required: [
            "activity_id", "category_uid", "class_uid", "metadata", "severity_id", "time", "type_uid", "user",
        ],
        required_with: ["cloud" => "cloud", "osint" => "osint"],
        at_least_one: ["service", "dst_endpoint"],
        just_one: [],
        activities: {
            UNKNOWN = 0, "Unknown";
            LOGON = 1, "Logon";
            LOGOFF = 2, "Logoff";
            AUTHENTICATION_TICKET = 3, "Authentication Ticket";
            SERVICE_TICKET_REQUEST = 4, "Service Ticket Request";
            SERVICE_TICKET_RENEW = 5, "Service Ticket Renew";
            PREAUTH = 6, "Preauth";
            ACCOUNT_SWITCH = 7, "Account Switch";
            OTHER = 99, "Other";
        }
    }
    AUTHORIZE_SESSION authorize_session {
        uid: 3003, name: "authorize_session", caption: "Authorize Session",
        category: 3, "Identity & Access Management",
        deprecated: false,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users",
            "macos/macos_users", "osint", "security_control",
        ],
        required: [
            "activity_id", "category_uid", "class_uid", "metadata", "severity_id", "time", "type_uid", "user",
        ],
        required_with: ["cloud" => "cloud", "osint" => "osint"],
        at_least_one: [],
        just_one: ["privileges", "group"],
        activities: {
            UNKNOWN = 0, "Unknown";
            ASSIGN_PRIVILEGES = 1, "Assign Privileges";
            ASSIGN_GROUPS = 2, "Assign Groups";
            OTHER = 99, "Other";
        }
    }
    ENTITY_MANAGEMENT entity_management {
        uid: 3004, name: "entity_management", caption: "Entity Management",
        category: 3, "Identity & Access Management",
        deprecated: false,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users",
            "macos/macos_users", "osint", "security_control",
        ],
        required: [
            "activity_id", "category_uid", "class_uid", "entity", "metadata", "severity_id", "time", "type_uid",
        ],
        required_with: ["cloud" => "cloud", "osint" => "osint"],
        at_least_one: [],
        just_one: [],
        activities: {
            UNKNOWN = 0, "Unknown";
            CREATE = 1, "Create";
            READ = 2, "Read";
            UPDATE = 3, "Update";
            DELETE = 4, "Delete";
            MOVE = 5, "Move";
            ENROLL = 6, "Enroll";
            UNENROLL = 7, "Unenroll";
            ENABLE = 8, "Enable";
            DISABLE = 9, "Disable";
            ACTIVATE = 10, "Activate";
            DEACTIVATE = 11, "Deactivate";
            SUSPEND = 12, "Suspend";
            RESUME = 13, "Resume";
            OTHER = 99, "Other";
        }
    }
    USER_ACCESS user_access {
        uid: 3005, name: "user_access", caption: "User Access Management",
        category: 3, "Identity & Access Management",
        deprecated: false,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users",
            "macos/macos_users", "osint", "security_control",
        ],
        required: [
            "activity_id", "category_uid", "class_uid", "metadata", "privileges", "severity_id", "time", "type_uid",
            "user",
        ],
        required_with: ["cloud" => "cloud", "osint" => "osint"],
        at_least_one: [],
        just_one: [],
        activities: {
            UNKNOWN = 0, "Unknown";
            ASSIGN_PRIVILEGES = 1, "Assign Privileges";
            REVOKE_PRIVILEGES = 2, "Revoke Privileges";
            OTHER = 99, "Other";
        }
    }
    GROUP_MANAGEMENT group_management {
        uid: 3006, name: "group_management", caption: "Group Management",
        category: 3, "Identity & Access Management",
        deprecated: false,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users",
            "macos/macos_users", "osint", "security_control",
        ],
        required: [
            "activity_id", "category_uid", "class_uid", "group", "metadata", "severity_id", "time", "type_uid",
        ],
        required_with: ["cloud" => "cloud", "osint" => "osint"],
        at_least_one: [],
        just_one: [],
        activities: {
            UNKNOWN = 0, "Unknown";
            ASSIGN_PRIVILEGES = 1, "Assign Privileges";
            REVOKE_PRIVILEGES = 2, "Revoke Privileges";
            ADD_USER = 3, "Add User";
            REMOVE_USER = 4, "Remove User";
            DELETE = 5, "Delete";
            CREATE = 6, "Create";
            ADD_SUBGROUP = 7, "Add Subgroup";
            REMOVE_SUBGROUP = 8, "Remove Subgroup";
            OTHER = 99, "Other";
        }
    }
}
