//! Classes of the extension `win`.
//!
//! Made from OCSF 1.8.0 by `cargo xtask gen-ocsf`; not to be edited.

classes! {
    REGISTRY_KEY_ACTIVITY registry_key_activity {
        uid: 201001, name: "win/registry_key_activity", caption: "Registry Key Activity",
        category: 1, "System Activity",
        deprecated: false,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users",
            "macos/macos_users", "osint", "security_control",
        ],
        required: [
            "activity_id", "actor", "category_uid", "class_uid", "device", "metadata", "reg_key", "severity_id",
            "time", "type_uid",
        ],
        required_with: ["cloud" => "cloud", "osint" => "osint"],
        at_least_one: [],
        just_one: [],
        activities: {
            UNKNOWN = 0, "Unknown";
            CREATE = 1, "Create";
            READ = 2, "Read";
            MODIFY = 3, "Modify";
            DELETE = 4, "Delete";
            RENAME = 5, "Rename";
            SET_SECURITY = 6, "Set Security";
            RESTORE = 7, "Restore";
            IMPORT = 8, "Import";
            EXPORT = 9, "Export";
            OTHER = 99, "Other";
        }
    }
    REGISTRY_VALUE_ACTIVITY registry_value_activity {
        uid: 201002, name: "win/registry_value_activity", caption: "Registry Value Activity",
        category: 1, "System Activity",
        deprecated: false,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users",
            "macos/macos_users", "osint", "security_control",
        ],
        required: [
            "activity_id", "actor", "category_uid", "class_uid", "device", "metadata", "reg_value", "severity_id",
            "time", "type_uid",
        ],
        required_with: ["cloud" => "cloud", "osint" => "osint"],
        at_least_one: [],
        just_one: [],
        activities: {
            UNKNOWN = 0, "Unknown";
            GET = 1, "Get";
            SET = 2, "Set";
            MODIFY = 3, "Modify";
            DELETE = 4, "Delete";
            OTHER = 99, "Other";
        }
    }
    WINDOWS_RESOURCE_ACTIVITY windows_resource_activity {
        uid: 201003, name: "win/windows_resource_activity", caption: "Windows Resource Activity",
        category: 1, "System Activity",
        deprecated: false,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users",
            "macos/macos_users", "osint", "security_control",
        ],
        required: [
            "activity_id", "actor", "category_uid", "class_uid", "device", "metadata", "severity_id", "time",
            "type_uid", "win_resource",
        ],
        required_with: ["cloud" => "cloud", "osint" => "osint"],
        at_least_one: [],
        just_one: [],
        activities: {
            UNKNOWN = 0, "Unknown";
            ACCESS = 1, "Access";
            OTHER = 99, "Other";
        }
    }
    WINDOWS_SERVICE_ACTIVITY windows_service_activity {
        uid: 201004, name: "win/windows_service_activity", caption: "Windows Service Activity",
        category: 1, "System Activity",
        deprecated: false,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users",
            "macos/macos_users", "osint", "security_control",
        ],
        required: [
            "activity_id", "actor", "category_uid", "class_uid", "device", "metadata", "severity_id", "time",
            "type_uid", "win_service",
        ],
        required_with: ["cloud" => "cloud", "osint" => "osint"],
        at_least_one: [],
        just_one: [],
        activities: {
            UNKNOWN = 0, "Unknown";
            CREATE = 1, "Create";
            RECONFIGURE = 2, "Reconfigure";
            START = 3, "Start";
            STOP = 4, "Stop";
            PAUSE = 5, "Pause";
            CONTINUE = 6, "Continue";
            DELETE = 7, "Delete";
            OTHER = 99, "Other";
        }
    }
    #[deprecated = "since OCSF 1.5.0: Use the Evidence Info class with the Query Evidence object populated with Registry Key instead."]
    REGISTRY_KEY_QUERY registry_key_query {
        uid: 205004, name: "win/registry_key_query", caption: "Registry Key Query",
        category: 5, "Discovery",
        deprecated: true,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users",
            "macos/macos_users", "osint", "security_control",
        ],
        required: [
            "activity_id", "category_uid", "class_uid", "metadata", "query_result_id", "reg_key", "severity_id",
            "time", "type_uid",
        ],
        required_with: ["cloud" => "cloud", "osint" => "osint"],
        at_least_one: [],
        just_one: [],
        activities: {
            UNKNOWN = 0, "Unknown";
            QUERY = 1, "Query";
            OTHER = 99, "Other";
        }
    }
    #[deprecated = "since OCSF 1.5.0: Use the Evidence Info class with the Query Evidence object populated with Registry Value instead."]
    REGISTRY_VALUE_QUERY registry_value_query {
        uid: 205005, name: "win/registry_value_query", caption: "Registry Value Query",
        category: 5, "Discovery",
        deprecated: true,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users",
            "macos/macos_users", "osint", "security_control",
        ],
        required: [
            "activity_id", "category_uid", "class_uid", "metadata", "query_result_id", "reg_value", "severity_id",
            "time", "type_uid",
        ],
        required_with: ["cloud" => "cloud", "osint" => "osint"],
        at_least_one: [],
        just_one: [],
        activities: {
            UNKNOWN = 0, "Unknown";
            QUERY = 1, "Query";
            OTHER = 99, "Other";
        }
    }
    #[deprecated = "since OCSF 1.5.0: Use the Evidence Info class with the Query Evidence object populated with File instead."]
    PREFETCH_QUERY prefetch_query {
        uid: 205019, name: "win/prefetch_query", caption: "Prefetch Query",
        category: 5, "Discovery",
        deprecated: true,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users",
            "macos/macos_users", "osint", "security_control",
        ],
        required: [
            "activity_id", "category_uid", "class_uid", "metadata", "name", "query_result_id", "severity_id",
            "time", "type_uid",
        ],
        required_with: ["cloud" => "cloud", "osint" => "osint"],
        at_least_one: [],
        just_one: [],
        activities: {
            UNKNOWN = 0, "Unknown";
            QUERY = 1, "Query";
            OTHER = 99, "Other";
        }
    }
}
