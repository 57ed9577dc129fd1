//! Classes of Discovery.
//!
//! Made from OCSF 1.8.0 by `cargo xtask gen-ocsf`; not to be edited.

classes! {
    INVENTORY_INFO inventory_info {
        uid: 5001, name: "inventory_info", caption: "Device Inventory Info",
        category: 5, "Discovery",
        deprecated: false,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users",
            "macos/macos_users", "osint", "security_control",
        ],
        required: [
            "activity_id", "category_uid", "class_uid", "device", "metadata", "severity_id", "time", "type_uid",
        ],
        required_with: ["cloud" => "cloud", "osint" => "osint"],
        at_least_one: [],
        just_one: [],
        activities: {
            UNKNOWN = 0, "Unknown";
            LOG = 1, "Log";
            COLLECT = 2, "Collect";
            OTHER = 99, "Other";
        }
    }
    #[deprecated = "since OCSF 1.5.0: Use Compliance Finding class."]
    CONFIG_STATE config_state {
        uid: 5002, name: "config_state", caption: "Device Config State",
        category: 5, "Discovery",
        deprecated: true,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users",
            "macos/macos_users", "osint", "security_control",
        ],
        required: [
            "activity_id", "category_uid", "class_uid", "device", "metadata", "severity_id", "time", "type_uid",
        ],
        required_with: ["cloud" => "cloud", "osint" => "osint"],
        at_least_one: [],
        just_one: [],
        activities: {
            UNKNOWN = 0, "Unknown";
            LOG = 1, "Log";
            COLLECT = 2, "Collect";
            OTHER = 99, "Other";
        }
    }
    USER_INVENTORY user_inventory {
        uid: 5003, name: "user_inventory", caption: "User Inventory Info",
        category: 5, "Discovery",
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
            LOG = 1, "Log";
            COLLECT = 2, "Collect";
            OTHER = 99, "Other";
        }
    }
    PATCH_STATE patch_state {
        uid: 5004, name: "patch_state", caption: "Operating System Patch State",
        category: 5, "Discovery",
        deprecated: false,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users",
            "macos/macos_users", "osint", "security_control",
        ],
        required: [
            "activity_id", "category_uid", "class_uid", "device", "metadata", "severity_id", "time", "type_uid",
        ],
        required_with: ["cloud" => "cloud", "osint" => "osint"],
        at_least_one: ["device.os.sp_name", "device.os.sp_ver", "device.os.version"],
        just_one: [],
        activities: {
            UNKNOWN = 0, "Unknown";
            LOG = 1, "Log";
            COLLECT = 2, "Collect";
            OTHER = 99, "Other";
        }
    }
    #[deprecated = "since OCSF 1.5.0: Use the Live Evidence Info class."]
    KERNEL_OBJECT_QUERY kernel_object_query {
        uid: 5006, name: "kernel_object_query", caption: "Kernel Object Query",
        category: 5, "Discovery",
        deprecated: true,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users",
            "macos/macos_users", "osint", "security_control",
        ],
        required: [
            "activity_id", "category_uid", "class_uid", "kernel", "metadata", "query_result_id", "severity_id",
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
    #[deprecated = "since OCSF 1.5.0: Use the Live Evidence Info class."]
    FILE_QUERY file_query {
        uid: 5007, name: "file_query", caption: "File Query",
        category: 5, "Discovery",
        deprecated: true,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users",
            "macos/macos_users", "osint", "security_control",
        ],
        required: [
            "activity_id", "category_uid", "class_uid", "file", "metadata", "query_result_id", "severity_id",
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
    #[deprecated = "since OCSF 1.5.0: Use the Live Evidence Info class."]
    FOLDER_QUERY folder_query {
        uid: 5008, name: "folder_query", caption: "Folder Query",
        category: 5, "Discovery",
        deprecated: true,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users",
            "macos/macos_users", "osint", "security_control",
        ],
        required: [
            "activity_id", "category_uid", "class_uid", "folder", "metadata", "query_result_id", "severity_id",
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
    #[deprecated = "since OCSF 1.5.0: Use the Live Evidence Info class."]
    ADMIN_GROUP_QUERY admin_group_query {
        uid: 5009, name: "admin_group_query", caption: "Admin Group Query",
        category: 5, "Discovery",
        deprecated: true,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users",
            "macos/macos_users", "osint", "security_control",
        ],
        required: [
            "activity_id", "category_uid", "class_uid", "group", "metadata", "query_result_id", "severity_id",
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
    #[deprecated = "since OCSF 1.5.0: Use the Live Evidence Info class."]
    JOB_QUERY job_query {
        uid: 5010, name: "job_query", caption: "Job Query",
        category: 5, "Discovery",
        deprecated: true,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users",
            "macos/macos_users", "osint", "security_control",
        ],
        required: [
            "activity_id", "category_uid", "class_uid", "job", "metadata", "query_result_id", "severity_id", "time",
            "type_uid",
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
    #[deprecated = "since OCSF 1.5.0: Use the Live Evidence Info class."]
    MODULE_QUERY module_query {
        uid: 5011, name: "module_query", caption: "Module Query",
        category: 5, "Discovery",
        deprecated: true,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users",
            "macos/macos_users", "osint", "security_control",
        ],
        required: [
            "activity_id", "category_uid", "class_uid", "metadata", "module", "process", "query_result_id",
            "severity_id", "time", "type_uid",
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
    #[deprecated = "since OCSF 1.5.0: Use the Live Evidence Info class."]
    NETWORK_CONNECTION_QUERY network_connection_query {
        uid: 5012, name: "network_connection_query", caption: "Network Connection Query",
        category: 5, "Discovery",
        deprecated: true,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users",
            "macos/macos_users", "osint", "security_control",
        ],
        required: [
            "activity_id", "category_uid", "class_uid", "connection_info", "metadata", "process", "query_result_id",
            "severity_id", "state_id", "time", "type_uid",
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
    #[deprecated = "since OCSF 1.5.0: Use the Live Evidence Info class."]
    NETWORKS_QUERY networks_query {
        uid: 5013, name: "networks_query", caption: "Networks Query",
        category: 5, "Discovery",
        deprecated: true,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users",
            "macos/macos_users", "osint", "security_control",
        ],
        required: [
            "activity_id", "category_uid", "class_uid", "metadata", "network_interfaces", "query_result_id",
            "severity_id", "time", "type_uid",
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
    #[deprecated = "since OCSF 1.5.0: Use the Live Evidence Info class."]
    PERIPHERAL_DEVICE_QUERY peripheral_device_query {
        uid: 5014, name: "peripheral_device_query", caption: "Peripheral Device Query",
        category: 5, "Discovery",
        deprecated: true,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users",
            "macos/macos_users", "osint", "security_control",
        ],
        required: [
            "activity_id", "category_uid", "class_uid", "metadata", "peripheral_device", "query_result_id",
            "severity_id", "time", "type_uid",
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
    #[deprecated = "since OCSF 1.5.0: Use the Live Evidence Info class."]
    PROCESS_QUERY process_query {
        uid: 5015, name: "process_query", caption: "Process Query",
        category: 5, "Discovery",
        deprecated: true,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users",
            "macos/macos_users", "osint", "security_control",
        ],
        required: [
            "activity_id", "category_uid", "class_uid", "metadata", "process", "query_result_id", "severity_id",
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
    #[deprecated = "since OCSF 1.5.0: Use the Live Evidence Info class."]
    SERVICE_QUERY service_query {
        uid: 5016, name: "service_query", caption: "Service Query",
        category: 5, "Discovery",
        deprecated: true,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users",
            "macos/macos_users", "osint", "security_control",
        ],
        required: [
            "activity_id", "category_uid", "class_uid", "metadata", "query_result_id", "service", "severity_id",
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
    #[deprecated = "since OCSF 1.5.0: Use the Live Evidence Info class."]
    SESSION_QUERY session_query {
        uid: 5017, name: "session_query", caption: "User Session Query",
        category: 5, "Discovery",
        deprecated: true,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users",
            "macos/macos_users", "osint", "security_control",
        ],
        required: [
            "activity_id", "category_uid", "class_uid", "metadata", "query_result_id", "session", "severity_id",
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
    #[deprecated = "since OCSF 1.5.0: Use the Live Evidence Info class."]
    USER_QUERY user_query {
        uid: 5018, name: "user_query", caption: "User Query",
        category: 5, "Discovery",
        deprecated: true,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users",
            "macos/macos_users", "osint", "security_control",
        ],
        required: [
            "activity_id", "category_uid", "class_uid", "metadata", "query_result_id", "severity_id", "time",
            "type_uid", "user",
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
    DEVICE_CONFIG_STATE_CHANGE device_config_state_change {
        uid: 5019, name: "device_config_state_change", caption: "Device Config State Change",
        category: 5, "Discovery",
        deprecated: false,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users",
            "macos/macos_users", "osint", "security_control",
        ],
        required: [
            "activity_id", "category_uid", "class_uid", "device", "metadata", "severity_id", "time", "type_uid",
        ],
        required_with: ["cloud" => "cloud", "osint" => "osint"],
        at_least_one: [],
        just_one: [],
        activities: {
            UNKNOWN = 0, "Unknown";
            LOG = 1, "Log";
            COLLECT = 2, "Collect";
            OTHER = 99, "Other";
        }
    }
    SOFTWARE_INFO software_info {
        uid: 5020, name: "software_info", caption: "Software Inventory Info",
        category: 5, "Discovery",
        deprecated: false,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users",
            "macos/macos_users", "osint", "security_control",
        ],
        required: [
            "activity_id", "category_uid", "class_uid", "device", "metadata", "severity_id", "time", "type_uid",
        ],
        required_with: ["cloud" => "cloud", "osint" => "osint"],
        at_least_one: [],
        just_one: [],
        activities: {
            UNKNOWN = 0, "Unknown";
            LOG = 1, "Log";
            COLLECT = 2, "Collect";
            OTHER = 99, "Other";
        }
    }
    OSINT_INVENTORY_INFO osint_inventory_info {
        uid: 5021, name: "osint_inventory_info", caption: "OSINT Inventory Info",
        category: 5, "Discovery",
        deprecated: false,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users",
            "macos/macos_users", "osint", "security_control",
        ],
        required: [
            "activity_id", "category_uid", "class_uid", "metadata", "osint", "severity_id", "time", "type_uid",
        ],
        required_with: ["cloud" => "cloud"],
        at_least_one: [],
        just_one: [],
        activities: {
            UNKNOWN = 0, "Unknown";
            LOG = 1, "Log";
            COLLECT = 2, "Collect";
            OTHER = 99, "Other";
        }
    }
    #[deprecated = "since OCSF 1.5.0: Use the Live Evidence Info class."]
    STARTUP_ITEM_QUERY startup_item_query {
        uid: 5022, name: "startup_item_query", caption: "Startup Item Query",
        category: 5, "Discovery",
        deprecated: true,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users",
            "macos/macos_users", "osint", "security_control",
        ],
        required: [
            "activity_id", "category_uid", "class_uid", "metadata", "query_result_id", "severity_id",
            "startup_item", "time", "type_uid",
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
    CLOUD_RESOURCES_INVENTORY_INFO cloud_resources_inventory_info {
        uid: 5023, name: "cloud_resources_inventory_info", caption: "Cloud Resources Inventory Info",
        category: 5, "Discovery",
        deprecated: false,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users",
            "macos/macos_users", "osint", "security_control",
        ],
        required: ["activity_id", "category_uid", "class_uid", "metadata", "severity_id", "time", "type_uid"],
        required_with: ["osint" => "osint"],
        at_least_one: ["cloud", "container", "database", "databucket", "idp", "resources", "table"],
        just_one: [],
        activities: {
            UNKNOWN = 0, "Unknown";
            LOG = 1, "Log";
            COLLECT = 2, "Collect";
            OTHER = 99, "Other";
        }
    }
    EVIDENCE_INFO evidence_info {
        uid: 5040, name: "evidence_info", caption: "Live Evidence Info",
        category: 5, "Discovery",
        deprecated: false,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users",
            "macos/macos_users", "osint", "security_control",
        ],
        required: [
            "activity_id", "category_uid", "class_uid", "device", "metadata", "query_evidence", "query_result_id",
            "severity_id", "time", "type_uid",
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
