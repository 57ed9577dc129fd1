//! Classes of System Activity.
//!
//! Made from OCSF 1.8.0 by `cargo xtask gen-ocsf`; not to be edited.

classes! {
    FILE_ACTIVITY file_activity {
        uid: 1001, name: "file_activity", caption: "File System Activity",
        category: 1, "System Activity",
        deprecated: false,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users",
            "macos/macos_users", "osint", "security_control",
        ],
        required: [
            "activity_id", "actor", "category_uid", "class_uid", "device", "file", "metadata", "severity_id",
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
            RENAME = 5, "Rename";
            SET_ATTRIBUTES = 6, "Set Attributes";
            SET_SECURITY = 7, "Set Security";
            GET_ATTRIBUTES = 8, "Get Attributes";
            GET_SECURITY = 9, "Get Security";
            ENCRYPT = 10, "Encrypt";
            DECRYPT = 11, "Decrypt";
            MOUNT = 12, "Mount";
            UNMOUNT = 13, "Unmount";
            OPEN = 14, "Open";
            OTHER = 99, "Other";
        }
    }
    KERNEL_EXTENSION_ACTIVITY kernel_extension_activity {
        uid: 1002, name: "kernel_extension_activity", caption: "Kernel Extension Activity",
        category: 1, "System Activity",
        deprecated: false,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users",
            "macos/macos_users", "osint", "security_control",
        ],
        required: [
            "activity_id", "actor", "category_uid", "class_uid", "device", "driver", "metadata", "severity_id",
            "time", "type_uid",
        ],
        required_with: ["cloud" => "cloud", "osint" => "osint"],
        at_least_one: [],
        just_one: [],
        activities: {
            UNKNOWN = 0, "Unknown";
            LOAD = 1, "Load";
            UNLOAD = 2, "Unload";
            OTHER = 99, "Other";
        }
    }
    KERNEL_ACTIVITY kernel_activity {
        uid: 1003, name: "kernel_activity", caption: "Kernel Activity",
        category: 1, "System Activity",
        deprecated: false,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users",
            "macos/macos_users", "osint", "security_control",
        ],
        required: [
            "activity_id", "actor", "category_uid", "class_uid", "device", "kernel", "metadata", "severity_id",
            "time", "type_uid",
        ],
        required_with: ["cloud" => "cloud", "osint" => "osint"],
        at_least_one: [],
        just_one: [],
        activities: {
            UNKNOWN = 0, "Unknown";
            CREATE = 1, "Create";
            READ = 2, "Read";
            DELETE = 3, "Delete";
            INVOKE = 4, "Invoke";
            OTHER = 99, "Other";
        }
    }
    MEMORY_ACTIVITY memory_activity {
        uid: 1004, name: "memory_activity", caption: "Memory Activity",
        category: 1, "System Activity",
        deprecated: false,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users",
            "macos/macos_users", "osint", "security_control",
        ],
        required: [
            "activity_id", "actor", "category_uid", "class_uid", "device", "metadata", "process", "severity_id",
            "time", "type_uid",
        ],
        required_with: ["cloud" => "cloud", "osint" => "osint"],
        at_least_one: [],
        just_one: [],
        activities: {
            UNKNOWN = 0, "Unknown";
            ALLOCATE_PAGE = 1, "Allocate Page";
            MODIFY_PAGE = 2, "Modify Page";
            DELETE_PAGE = 3, "Delete Page";
            BUFFER_OVERFLOW = 4, "Buffer Overflow";
            DISABLE_DEP = 5, "Disable DEP";
            ENABLE_DEP = 6, "Enable DEP";
            READ = 7, "Read";
            WRITE = 8, "Write";
            MAP_VIEW = 9, "Map View";
            OTHER = 99, "Other";
        }
    }
    MODULE_ACTIVITY module_activity {
        uid: 1005, name: "module_activity", caption: "Module Activity",
        category: 1, "System Activity",
        deprecated: false,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users",
            "macos/macos_users", "osint", "security_control",
        ],
        required: [
            "activity_id", "actor", "category_uid", "class_uid", "device", "metadata", "module", "severity_id",
            "time", "type_uid",
        ],
        required_with: ["cloud" => "cloud", "osint" => "osint"],
        at_least_one: [],
        just_one: [],
        activities: {
            UNKNOWN = 0, "Unknown";
            LOAD = 1, "Load";
            UNLOAD = 2, "Unload";
            INVOKE = 3, "Invoke";
            OTHER = 99, "Other";
        }
    }
    SCHEDULED_JOB_ACTIVITY scheduled_job_activity {
        uid: 1006, name: "scheduled_job_activity", caption: "Scheduled Job Activity",
        category: 1, "System Activity",
        deprecated: false,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users",
            "macos/macos_users", "osint", "security_control",
        ],
        required: [
            "activity_id", "category_uid", "class_uid", "device", "job", "metadata", "severity_id", "time",
            "type_uid",
        ],
        required_with: ["cloud" => "cloud", "osint" => "osint"],
        at_least_one: [],
        just_one: [],
        activities: {
            UNKNOWN = 0, "Unknown";
            CREATE = 1, "Create";
            UPDATE = 2, "Update";
            DELETE = 3, "Delete";
            ENABLE = 4, "Enable";
            DISABLE = 5, "Disable";
            START = 6, "Start";
            OTHER = 99, "Other";
        }
    }
    PROCESS_ACTIVITY process_activity {
        uid: 1007, name: "process_activity", caption: "Process Activity",
        category: 1, "System Activity",
        deprecated: false,
        profiles: [
            "ai_operation", "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users",
            "macos/macos_users", "osint", "security_control",
        ],
        required: [
            "activity_id", "actor", "category_uid", "class_uid", "device", "metadata", "process", "severity_id",
            "time", "type_uid",
        ],
        required_with: ["cloud" => "cloud", "osint" => "osint"],
        at_least_one: [],
        just_one: [],
        activities: {
            UNKNOWN = 0, "Unknown";
            LAUNCH = 1, "Launch";
            TERMINATE = 2, "Terminate";
            OPEN = 3, "Open";
            INJECT = 4, "Inject";
            SET_USER_ID = 5, "Set User ID";
            OTHER = 99, "Other";
        }
    }
    EVENT_LOG_ACTVITY event_log_actvity {
        uid: 1008, name: "event_log_actvity", caption: "Event Log Activity",
        category: 1, "System Activity",
        deprecated: false,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users",
            "macos/macos_users", "osint", "security_control",
        ],
        required: ["activity_id", "category_uid", "class_uid", "metadata", "severity_id", "time", "type_uid"],
        required_with: ["cloud" => "cloud", "osint" => "osint"],
        at_least_one: ["log_file", "log_name", "log_provider", "log_type", "log_type_id"],
        just_one: [],
        activities: {
            UNKNOWN = 0, "Unknown";
            CLEAR = 1, "Clear";
            DELETE = 2, "Delete";
            EXPORT = 3, "Export";
            ARCHIVE = 4, "Archive";
            ROTATE = 5, "Rotate";
            START = 6, "Start";
            STOP = 7, "Stop";
            RESTART = 8, "Restart";
            ENABLE = 9, "Enable";
            DISABLE = 10, "Disable";
            OTHER = 99, "Other";
        }
    }
    SCRIPT_ACTIVITY script_activity {
        uid: 1009, name: "script_activity", caption: "Script Activity",
        category: 1, "System Activity",
        deprecated: false,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users",
            "macos/macos_users", "osint", "security_control",
        ],
        required: [
            "activity_id", "actor", "category_uid", "class_uid", "device", "metadata", "script", "severity_id",
            "time", "type_uid",
        ],
        required_with: ["cloud" => "cloud", "osint" => "osint"],
        at_least_one: [],
        just_one: [],
        activities: {
            UNKNOWN = 0, "Unknown";
            EXECUTE = 1, "Execute";
            OTHER = 99, "Other";
        }
    }
    PERIPHERAL_ACTIVITY peripheral_activity {
        uid: 1010, name: "peripheral_activity", caption: "Peripheral Activity",
        category: 1, "System Activity",
        deprecated: false,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users",
            "macos/macos_users", "osint", "security_control",
        ],
        required: [
            "activity_id", "actor", "category_uid", "class_uid", "device", "metadata", "peripheral_device",
            "severity_id", "time", "type_uid",
        ],
        required_with: ["cloud" => "cloud", "osint" => "osint"],
        at_least_one: [],
        just_one: [],
        activities: {
            UNKNOWN = 0, "Unknown";
            CONNECT = 1, "Connect";
            DISCONNECT = 2, "Disconnect";
            ENABLE = 3, "Enable";
            DISABLE = 4, "Disable";
            EJECT = 5, "Eject";
            OTHER = 99, "Other";
        }
    }
}
