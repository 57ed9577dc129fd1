//! Classes of Unmanned Systems.
//!
//! Made from OCSF 1.8.0 by `cargo xtask gen-ocsf`; not to be edited.

classes! {
    DRONE_FLIGHTS_ACTIVITY drone_flights_activity {
        uid: 8001, name: "drone_flights_activity", caption: "Drone Flights Activity",
        category: 8, "Unmanned Systems",
        deprecated: false,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users",
            "macos/macos_users", "osint", "security_control",
        ],
        required: [
            "activity_id", "category_uid", "class_uid", "dst_endpoint", "metadata", "severity_id", "time",
            "type_uid", "unmanned_aerial_system", "unmanned_system_operator",
        ],
        required_with: ["cloud" => "cloud", "osint" => "osint"],
        at_least_one: [
            "src_endpoint", "unmanned_aerial_system", "unmanned_system_operator", "unmanned_system_operating_area",
        ],
        just_one: [],
        activities: {
            UNKNOWN = 0, "Unknown";
            CAPTURE = 1, "Capture";
            RECORD = 2, "Record";
            OTHER = 99, "Other";
        }
    }
    AIRBORNE_BROADCAST_ACTIVITY airborne_broadcast_activity {
        uid: 8002, name: "airborne_broadcast_activity", caption: "Airborne Broadcast Activity",
        category: 8, "Unmanned Systems",
        deprecated: false,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users",
            "macos/macos_users", "osint", "security_control",
        ],
        required: [
            "activity_id", "category_uid", "class_uid", "metadata", "severity_id", "time", "type_uid",
            "unmanned_aerial_system", "unmanned_system_operator",
        ],
        required_with: ["cloud" => "cloud", "osint" => "osint"],
        at_least_one: ["aircraft", "unmanned_aerial_system", "unmanned_system_operating_area"],
        just_one: [],
        activities: {
            UNKNOWN = 0, "Unknown";
            CAPTURE = 1, "Capture";
            RECORD = 2, "Record";
            OTHER = 99, "Other";
        }
    }
}
