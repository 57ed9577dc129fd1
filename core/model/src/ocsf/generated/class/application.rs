//! Classes of Application Activity.
//!
//! Made from OCSF 1.8.0 by `cargo xtask gen-ocsf`; not to be edited.

classes! {
    WEB_RESOURCES_ACTIVITY web_resources_activity {
        uid: 6001, name: "web_resources_activity", caption: "Web Resources Activity",
        category: 6, "Application Activity",
        deprecated: false,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users",
            "macos/macos_users", "network_proxy", "osint", "security_control",
        ],
        required: [
            "activity_id", "category_uid", "class_uid", "metadata", "severity_id", "time", "type_uid",
            "web_resources",
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
            SEARCH = 5, "Search";
            IMPORT = 6, "Import";
            EXPORT = 7, "Export";
            SHARE = 8, "Share";
            OTHER = 99, "Other";
        }
    }
    APPLICATION_LIFECYCLE application_lifecycle {
        uid: 6002, name: "application_lifecycle", caption: "Application Lifecycle",
        category: 6, "Application Activity",
        deprecated: false,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users",
            "macos/macos_users", "osint", "security_control",
        ],
        required: [
            "activity_id", "app", "category_uid", "class_uid", "metadata", "severity_id", "time", "type_uid",
        ],
        required_with: ["cloud" => "cloud", "osint" => "osint"],
        at_least_one: [],
        just_one: [],
        activities: {
            UNKNOWN = 0, "Unknown";
            INSTALL = 1, "Install";
            REMOVE = 2, "Remove";
            START = 3, "Start";
            STOP = 4, "Stop";
            RESTART = 5, "Restart";
            ENABLE = 6, "Enable";
            DISABLE = 7, "Disable";
            UPDATE = 8, "Update";
            OTHER = 99, "Other";
        }
    }
    API_ACTIVITY api_activity {
        uid: 6003, name: "api_activity", caption: "API Activity",
        category: 6, "Application Activity",
        deprecated: false,
        profiles: [
            "ai_operation", "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users",
            "macos/macos_users", "osint", "security_control", "trace",
        ],
        required: [
            "activity_id", "actor", "api", "category_uid", "class_uid", "metadata", "severity_id", "src_endpoint",
            "time", "type_uid",
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
            OTHER = 99, "Other";
        }
    }
    #[deprecated = "since OCSF 1.1.0: Use the Web Resources Activity class with the Security Control and/or Network Proxy profile instead."]
    WEB_RESOURCE_ACCESS_ACTIVITY web_resource_access_activity {
        uid: 6004, name: "web_resource_access_activity", caption: "Web Resource Access Activity",
        category: 6, "Application Activity",
        deprecated: true,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users",
            "macos/macos_users", "network_proxy", "osint", "security_control",
        ],
        required: [
            "activity_id", "category_uid", "class_uid", "http_request", "metadata", "severity_id", "time",
            "type_uid", "web_resources",
        ],
        required_with: ["cloud" => "cloud", "osint" => "osint"],
        at_least_one: [],
        just_one: [],
        activities: {
            UNKNOWN = 0, "Unknown";
            ACCESS_GRANT = 1, "Access Grant";
            ACCESS_DENY = 2, "Access Deny";
            ACCESS_REVOKE = 3, "Access Revoke";
            ACCESS_ERROR = 4, "Access Error";
            OTHER = 99, "Other";
        }
    }
    DATASTORE_ACTIVITY datastore_activity {
        uid: 6005, name: "datastore_activity", caption: "Datastore Activity",
        category: 6, "Application Activity",
        deprecated: false,
        profiles: [
            "ai_operation", "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users",
            "macos/macos_users", "osint", "security_control",
        ],
        required: [
            "activity_id", "actor", "category_uid", "class_uid", "metadata", "severity_id", "src_endpoint", "time",
            "type_uid",
        ],
        required_with: ["cloud" => "cloud", "osint" => "osint"],
        at_least_one: ["database", "databucket", "table"],
        just_one: [],
        activities: {
            UNKNOWN = 0, "Unknown";
            READ = 1, "Read";
            UPDATE = 2, "Update";
            CONNECT = 3, "Connect";
            QUERY = 4, "Query";
            WRITE = 5, "Write";
            CREATE = 6, "Create";
            DELETE = 7, "Delete";
            LIST = 8, "List";
            ENCRYPT = 9, "Encrypt";
            DECRYPT = 10, "Decrypt";
            OTHER = 99, "Other";
        }
    }
    FILE_HOSTING file_hosting {
        uid: 6006, name: "file_hosting", caption: "File Hosting Activity",
        category: 6, "Application Activity",
        deprecated: false,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users",
            "macos/macos_users", "osint", "security_control",
        ],
        required: [
            "activity_id", "actor", "category_uid", "class_uid", "file", "metadata", "severity_id", "src_endpoint",
            "time", "type_uid",
        ],
        required_with: ["cloud" => "cloud", "osint" => "osint"],
        at_least_one: [],
        just_one: [],
        activities: {
            UNKNOWN = 0, "Unknown";
            UPLOAD = 1, "Upload";
            DOWNLOAD = 2, "Download";
            UPDATE = 3, "Update";
            DELETE = 4, "Delete";
            RENAME = 5, "Rename";
            COPY = 6, "Copy";
            MOVE = 7, "Move";
            RESTORE = 8, "Restore";
            PREVIEW = 9, "Preview";
            LOCK = 10, "Lock";
            UNLOCK = 11, "Unlock";
            SHARE = 12, "Share";
            UNSHARE = 13, "Unshare";
            OPEN = 14, "Open";
            SYNC = 15, "Sync";
            UNSYNC = 16, "Unsync";
            ACCESS_CHECK = 17, "Access Check";
            OTHER = 99, "Other";
        }
    }
    SCAN_ACTIVITY scan_activity {
        uid: 6007, name: "scan_activity", caption: "Scan Activity",
        category: 6, "Application Activity",
        deprecated: false,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users",
            "macos/macos_users", "osint", "security_control",
        ],
        required: [
            "activity_id", "category_uid", "class_uid", "metadata", "scan", "severity_id", "time", "type_uid",
        ],
        required_with: ["cloud" => "cloud", "osint" => "osint"],
        at_least_one: [],
        just_one: [],
        activities: {
            UNKNOWN = 0, "Unknown";
            STARTED = 1, "Started";
            COMPLETED = 2, "Completed";
            CANCELLED = 3, "Cancelled";
            DURATION_VIOLATION = 4, "Duration Violation";
            PAUSE_VIOLATION = 5, "Pause Violation";
            ERROR = 6, "Error";
            PAUSED = 7, "Paused";
            RESUMED = 8, "Resumed";
            RESTARTED = 9, "Restarted";
            DELAYED = 10, "Delayed";
            OTHER = 99, "Other";
        }
    }
    APPLICATION_ERROR application_error {
        uid: 6008, name: "application_error", caption: "Application Error",
        category: 6, "Application Activity",
        deprecated: false,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users",
            "macos/macos_users", "osint", "security_control",
        ],
        required: ["activity_id", "category_uid", "class_uid", "metadata", "severity_id", "time", "type_uid"],
        required_with: ["cloud" => "cloud", "osint" => "osint"],
        at_least_one: [],
        just_one: [],
        activities: {
            UNKNOWN = 0, "Unknown";
            GENERAL_ERROR = 1, "General Error";
            TRANSLATION_ERROR = 2, "Translation Error";
            OTHER = 99, "Other";
        }
    }
}
