//! Classes of Uncategorized.
//!
//! Made from OCSF 1.8.0 by `cargo xtask gen-ocsf`; not to be edited.

classes! {
    BASE_EVENT base_event {
        uid: 0, name: "base_event", caption: "Base Event",
        category: 0, "Uncategorized",
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
            OTHER = 99, "Other";
        }
    }
}
