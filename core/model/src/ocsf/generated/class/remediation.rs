//! Classes of Remediation.
//!
//! Made from OCSF 1.8.0 by `cargo xtask gen-ocsf`; not to be edited.

classes! {
    REMEDIATION_ACTIVITY remediation_activity {
        uid: 7001, name: "remediation_activity", caption: "Remediation Activity",
        category: 7, "Remediation",
        deprecated: false,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users",
            "macos/macos_users", "osint", "security_control",
        ],
        required: [
            "activity_id", "category_uid", "class_uid", "command_uid", "metadata", "severity_id", "time",
            "type_uid",
        ],
        required_with: ["cloud" => "cloud", "osint" => "osint"],
        at_least_one: [],
        just_one: [],
        activities: {
            UNKNOWN = 0, "Unknown";
            ISOLATE = 1, "Isolate";
            EVICT = 2, "Evict";
            RESTORE = 3, "Restore";
            HARDEN = 4, "Harden";
            DETECT = 5, "Detect";
            OTHER = 99, "Other";
        }
    }
    FILE_REMEDIATION_ACTIVITY file_remediation_activity {
        uid: 7002, name: "file_remediation_activity", caption: "File Remediation Activity",
        category: 7, "Remediation",
        deprecated: false,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users",
            "macos/macos_users", "osint", "security_control",
        ],
        required: [
            "activity_id", "category_uid", "class_uid", "command_uid", "file", "metadata", "severity_id", "time",
            "type_uid",
        ],
        required_with: ["cloud" => "cloud", "osint" => "osint"],
        at_least_one: [],
        just_one: [],
        activities: {
            UNKNOWN = 0, "Unknown";
            ISOLATE = 1, "Isolate";
            EVICT = 2, "Evict";
            RESTORE = 3, "Restore";
            HARDEN = 4, "Harden";
            DETECT = 5, "Detect";
            OTHER = 99, "Other";
        }
    }
    PROCESS_REMEDIATION_ACTIVITY process_remediation_activity {
        uid: 7003, name: "process_remediation_activity", caption: "Process Remediation Activity",
        category: 7, "Remediation",
        deprecated: false,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users",
            "macos/macos_users", "osint", "security_control",
        ],
        required: [
            "activity_id", "category_uid", "class_uid", "command_uid", "metadata", "process", "severity_id", "time",
            "type_uid",
        ],
        required_with: ["cloud" => "cloud", "osint" => "osint"],
        at_least_one: [],
        just_one: [],
        activities: {
            UNKNOWN = 0, "Unknown";
            ISOLATE = 1, "Isolate";
            EVICT = 2, "Evict";
            RESTORE = 3, "Restore";
            HARDEN = 4, "Harden";
            DETECT = 5, "Detect";
            OTHER = 99, "Other";
        }
    }
    NETWORK_REMEDIATION_ACTIVITY network_remediation_activity {
        uid: 7004, name: "network_remediation_activity", caption: "Network Remediation Activity",
        category: 7, "Remediation",
        deprecated: false,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users",
            "macos/macos_users", "osint", "security_control",
        ],
        required: [
            "activity_id", "category_uid", "class_uid", "command_uid", "connection_info", "metadata", "severity_id",
            "time", "type_uid",
        ],
        required_with: ["cloud" => "cloud", "osint" => "osint"],
        at_least_one: [],
        just_one: [],
        activities: {
            UNKNOWN = 0, "Unknown";
            ISOLATE = 1, "Isolate";
            EVICT = 2, "Evict";
            RESTORE = 3, "Restore";
            HARDEN = 4, "Harden";
            DETECT = 5, "Detect";
            OTHER = 99, "Other";
        }
    }
}
