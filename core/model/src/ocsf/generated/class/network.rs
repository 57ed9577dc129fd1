//! Classes of Network Activity.
//!
//! Made from OCSF 1.8.0 by `cargo xtask gen-ocsf`; not to be edited.

classes! {
    NETWORK_ACTIVITY network_activity {
        uid: 4001, name: "network_activity", caption: "Network Activity",
        category: 4, "Network Activity",
        deprecated: false,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users", "load_balancer",
            "macos/macos_users", "network_proxy", "osint", "security_control",
        ],
        required: ["activity_id", "category_uid", "class_uid", "metadata", "severity_id", "time", "type_uid"],
        required_with: ["cloud" => "cloud", "osint" => "osint"],
        at_least_one: ["dst_endpoint", "src_endpoint"],
        just_one: [],
        activities: {
            UNKNOWN = 0, "Unknown";
            OPEN = 1, "Open";
            CLOSE = 2, "Close";
            RESET = 3, "Reset";
            FAIL = 4, "Fail";
            REFUSE = 5, "Refuse";
            TRAFFIC = 6, "Traffic";
            LISTEN = 7, "Listen";
            OTHER = 99, "Other";
        }
    }
    HTTP_ACTIVITY http_activity {
        uid: 4002, name: "http_activity", caption: "HTTP Activity",
        category: 4, "Network Activity",
        deprecated: false,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users", "load_balancer",
            "macos/macos_users", "network_proxy", "osint", "security_control", "trace",
        ],
        required: ["activity_id", "category_uid", "class_uid", "metadata", "severity_id", "time", "type_uid"],
        required_with: ["cloud" => "cloud", "osint" => "osint"],
        at_least_one: ["http_request", "http_response"],
        just_one: [],
        activities: {
            UNKNOWN = 0, "Unknown";
            CONNECT = 1, "Connect";
            DELETE = 2, "Delete";
            GET = 3, "Get";
            HEAD = 4, "Head";
            OPTIONS = 5, "Options";
            POST = 6, "Post";
            PUT = 7, "Put";
            TRACE = 8, "Trace";
            PATCH = 9, "Patch";
            OTHER = 99, "Other";
        }
    }
    DNS_ACTIVITY dns_activity {
        uid: 4003, name: "dns_activity", caption: "DNS Activity",
        category: 4, "Network Activity",
        deprecated: false,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users", "load_balancer",
            "macos/macos_users", "network_proxy", "osint", "security_control",
        ],
        required: ["activity_id", "category_uid", "class_uid", "metadata", "severity_id", "time", "type_uid"],
        required_with: ["cloud" => "cloud", "osint" => "osint"],
        at_least_one: ["dst_endpoint", "src_endpoint"],
        just_one: [],
        activities: {
            UNKNOWN = 0, "Unknown";
            QUERY = 1, "Query";
            RESPONSE = 2, "Response";
            TRAFFIC = 6, "Traffic";
            OTHER = 99, "Other";
        }
    }
    DHCP_ACTIVITY dhcp_activity {
        uid: 4004, name: "dhcp_activity", caption: "DHCP Activity",
        category: 4, "Network Activity",
        deprecated: false,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users", "load_balancer",
            "macos/macos_users", "network_proxy", "osint", "security_control",
        ],
        required: ["activity_id", "category_uid", "class_uid", "metadata", "severity_id", "time", "type_uid"],
        required_with: ["cloud" => "cloud", "osint" => "osint"],
        at_least_one: ["dst_endpoint", "src_endpoint"],
        just_one: [],
        activities: {
            UNKNOWN = 0, "Unknown";
            DISCOVER = 1, "Discover";
            OFFER = 2, "Offer";
            REQUEST = 3, "Request";
            DECLINE = 4, "Decline";
            ACK = 5, "Ack";
            NAK = 6, "Nak";
            RELEASE = 7, "Release";
            INFORM = 8, "Inform";
            EXPIRE = 9, "Expire";
            OTHER = 99, "Other";
        }
    }
    RDP_ACTIVITY rdp_activity {
        uid: 4005, name: "rdp_activity", caption: "RDP Activity",
        category: 4, "Network Activity",
        deprecated: false,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users", "load_balancer",
            "macos/macos_users", "network_proxy", "osint", "security_control",
        ],
        required: ["activity_id", "category_uid", "class_uid", "metadata", "severity_id", "time", "type_uid"],
        required_with: ["cloud" => "cloud", "osint" => "osint"],
        at_least_one: ["dst_endpoint", "src_endpoint"],
        just_one: [],
        activities: {
            UNKNOWN = 0, "Unknown";
            INITIAL_REQUEST = 1, "Initial Request";
            INITIAL_RESPONSE = 2, "Initial Response";
            CONNECT_REQUEST = 3, "Connect Request";
            CONNECT_RESPONSE = 4, "Connect Response";
            TLS_HANDSHAKE = 5, "TLS Handshake";
            TRAFFIC = 6, "Traffic";
            DISCONNECT = 7, "Disconnect";
            RECONNECT = 8, "Reconnect";
            OTHER = 99, "Other";
        }
    }
    SMB_ACTIVITY smb_activity {
        uid: 4006, name: "smb_activity", caption: "SMB Activity",
        category: 4, "Network Activity",
        deprecated: false,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users", "load_balancer",
            "macos/macos_users", "network_proxy", "osint", "security_control",
        ],
        required: ["activity_id", "category_uid", "class_uid", "metadata", "severity_id", "time", "type_uid"],
        required_with: ["cloud" => "cloud", "osint" => "osint"],
        at_least_one: ["dst_endpoint", "src_endpoint"],
        just_one: [],
        activities: {
            UNKNOWN = 0, "Unknown";
            FILE_SUPERSEDE = 1, "File Supersede";
            FILE_OPEN = 2, "File Open";
            FILE_CREATE = 3, "File Create";
            FILE_OPEN_IF = 4, "File Open If";
            FILE_OVERWRITE = 5, "File Overwrite";
            FILE_OVERWRITE_IF = 6, "File Overwrite If";
            OTHER = 99, "Other";
        }
    }
    SSH_ACTIVITY ssh_activity {
        uid: 4007, name: "ssh_activity", caption: "SSH Activity",
        category: 4, "Network Activity",
        deprecated: false,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users", "load_balancer",
            "macos/macos_users", "network_proxy", "osint", "security_control",
        ],
        required: ["activity_id", "category_uid", "class_uid", "metadata", "severity_id", "time", "type_uid"],
        required_with: ["cloud" => "cloud", "osint" => "osint"],
        at_least_one: ["dst_endpoint", "src_endpoint"],
        just_one: [],
        activities: {
            UNKNOWN = 0, "Unknown";
            OPEN = 1, "Open";
            CLOSE = 2, "Close";
            RESET = 3, "Reset";
            FAIL = 4, "Fail";
            REFUSE = 5, "Refuse";
            TRAFFIC = 6, "Traffic";
            LISTEN = 7, "Listen";
            OTHER = 99, "Other";
        }
    }
    FTP_ACTIVITY ftp_activity {
        uid: 4008, name: "ftp_activity", caption: "FTP Activity",
        category: 4, "Network Activity",
        deprecated: false,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users", "load_balancer",
            "macos/macos_users", "network_proxy", "osint", "security_control",
        ],
        required: ["activity_id", "category_uid", "class_uid", "metadata", "severity_id", "time", "type_uid"],
        required_with: ["cloud" => "cloud", "osint" => "osint"],
        at_least_one: ["dst_endpoint", "src_endpoint"],
        just_one: [],
        activities: {
            UNKNOWN = 0, "Unknown";
            PUT = 1, "Put";
            GET = 2, "Get";
            POLL = 3, "Poll";
            DELETE = 4, "Delete";
            RENAME = 5, "Rename";
            LIST = 6, "List";
            OTHER = 99, "Other";
        }
    }
    EMAIL_ACTIVITY email_activity {
        uid: 4009, name: "email_activity", caption: "Email Activity",
        category: 4, "Network Activity",
        deprecated: false,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users",
            "macos/macos_users", "osint", "security_control",
        ],
        required: [
            "activity_id", "category_uid", "class_uid", "direction_id", "email", "metadata", "severity_id", "time",
            "type_uid",
        ],
        required_with: ["cloud" => "cloud", "osint" => "osint"],
        at_least_one: [],
        just_one: [],
        activities: {
            UNKNOWN = 0, "Unknown";
            SEND = 1, "Send";
            RECEIVE = 2, "Receive";
            SCAN = 3, "Scan";
            TRACE = 4, "Trace";
            MTA_RELAY = 5, "MTA Relay";
            OTHER = 99, "Other";
        }
    }
    #[deprecated = "since OCSF 1.1.0: Use the new class: 'File Hosting Activity' in the 'Application'  category."]
    NETWORK_FILE_ACTIVITY network_file_activity {
        uid: 4010, name: "network_file_activity", caption: "Network File Activity",
        category: 4, "Network Activity",
        deprecated: true,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users", "load_balancer",
            "macos/macos_users", "network_proxy", "osint", "security_control",
        ],
        required: [
            "activity_id", "actor", "category_uid", "class_uid", "file", "metadata", "severity_id", "src_endpoint",
            "time", "type_uid",
        ],
        required_with: ["cloud" => "cloud", "osint" => "osint"],
        at_least_one: ["dst_endpoint", "src_endpoint"],
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
            OTHER = 99, "Other";
        }
    }
    #[deprecated = "since OCSF 1.3.0: Use the Email Activity class with the email.files[] array instead."]
    EMAIL_FILE_ACTIVITY email_file_activity {
        uid: 4011, name: "email_file_activity", caption: "Email File Activity",
        category: 4, "Network Activity",
        deprecated: true,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users",
            "macos/macos_users", "osint", "security_control",
        ],
        required: [
            "activity_id", "category_uid", "class_uid", "email_uid", "file", "metadata", "severity_id", "time",
            "type_uid",
        ],
        required_with: ["cloud" => "cloud", "osint" => "osint"],
        at_least_one: [],
        just_one: [],
        activities: {
            UNKNOWN = 0, "Unknown";
            SEND = 1, "Send";
            RECEIVE = 2, "Receive";
            SCAN = 3, "Scan";
            OTHER = 99, "Other";
        }
    }
    #[deprecated = "since OCSF 1.3.0: Use the Email Activity class with the email.urls[] array instead."]
    EMAIL_URL_ACTIVITY email_url_activity {
        uid: 4012, name: "email_url_activity", caption: "Email URL Activity",
        category: 4, "Network Activity",
        deprecated: true,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users",
            "macos/macos_users", "osint", "security_control",
        ],
        required: [
            "activity_id", "category_uid", "class_uid", "email_uid", "metadata", "severity_id", "time", "type_uid",
            "url",
        ],
        required_with: ["cloud" => "cloud", "osint" => "osint"],
        at_least_one: [],
        just_one: [],
        activities: {
            UNKNOWN = 0, "Unknown";
            SEND = 1, "Send";
            RECEIVE = 2, "Receive";
            SCAN = 3, "Scan";
            OTHER = 99, "Other";
        }
    }
    NTP_ACTIVITY ntp_activity {
        uid: 4013, name: "ntp_activity", caption: "NTP Activity",
        category: 4, "Network Activity",
        deprecated: false,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users", "load_balancer",
            "macos/macos_users", "network_proxy", "osint", "security_control",
        ],
        required: [
            "activity_id", "category_uid", "class_uid", "metadata", "severity_id", "time", "type_uid", "version",
        ],
        required_with: ["cloud" => "cloud", "osint" => "osint"],
        at_least_one: ["dst_endpoint", "src_endpoint"],
        just_one: [],
        activities: {
            UNKNOWN = 0, "Unknown";
            SYMMETRIC_ACTIVE_EXCHANGE = 1, "Symmetric Active Exchange";
            SYMMETRIC_PASSIVE_RESPONSE = 2, "Symmetric Passive Response";
            CLIENT_SYNCHRONIZATION = 3, "Client Synchronization";
            SERVER_RESPONSE = 4, "Server Response";
            BROADCAST = 5, "Broadcast";
            CONTROL = 6, "Control";
            PRIVATE_USE_CASE = 7, "Private Use Case";
            OTHER = 99, "Other";
        }
    }
    TUNNEL_ACTIVITY tunnel_activity {
        uid: 4014, name: "tunnel_activity", caption: "Tunnel Activity",
        category: 4, "Network Activity",
        deprecated: false,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users", "load_balancer",
            "macos/macos_users", "network_proxy", "osint", "security_control",
        ],
        required: ["activity_id", "category_uid", "class_uid", "metadata", "severity_id", "time", "type_uid"],
        required_with: ["cloud" => "cloud", "osint" => "osint"],
        at_least_one: [
            "connection_info", "session", "src_endpoint", "traffic", "tunnel_interface", "tunnel_type_id",
        ],
        just_one: [],
        activities: {
            UNKNOWN = 0, "Unknown";
            OPEN = 1, "Open";
            CLOSE = 2, "Close";
            RENEW = 3, "Renew";
            OTHER = 99, "Other";
        }
    }
}
