//! Classes of Findings.
//!
//! Made from OCSF 1.8.0 by `cargo xtask gen-ocsf`; not to be edited.

classes! {
    #[deprecated = "since OCSF 1.1.0: Use the new specific classes according to the use-case: Vulnerability Finding, Compliance Finding, Detection Finding, Incident Finding, Data Security Finding."]
    SECURITY_FINDING security_finding {
        uid: 2001, name: "security_finding", caption: "Security Finding",
        category: 2, "Findings",
        deprecated: true,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "linux/linux_users",
            "macos/macos_users", "osint", "security_control",
        ],
        required: [
            "activity_id", "category_uid", "class_uid", "finding", "metadata", "severity_id", "state_id", "time",
            "type_uid",
        ],
        required_with: ["cloud" => "cloud", "osint" => "osint"],
        at_least_one: [],
        just_one: [],
        activities: {
            UNKNOWN = 0, "Unknown";
            CREATE = 1, "Create";
            UPDATE = 2, "Update";
            CLOSE = 3, "Close";
            OTHER = 99, "Other";
        }
    }
    VULNERABILITY_FINDING vulnerability_finding {
        uid: 2002, name: "vulnerability_finding", caption: "Vulnerability Finding",
        category: 2, "Findings",
        deprecated: false,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "incident", "linux/linux_users",
            "macos/macos_users", "osint", "security_control",
        ],
        required: [
            "activity_id", "category_uid", "class_uid", "finding_info", "metadata", "severity_id", "time",
            "type_uid", "vulnerabilities",
        ],
        required_with: ["cloud" => "cloud", "osint" => "osint"],
        at_least_one: [],
        just_one: [],
        activities: {
            UNKNOWN = 0, "Unknown";
            CREATE = 1, "Create";
            UPDATE = 2, "Update";
            CLOSE = 3, "Close";
            OTHER = 99, "Other";
        }
    }
    COMPLIANCE_FINDING compliance_finding {
        uid: 2003, name: "compliance_finding", caption: "Compliance Finding",
        category: 2, "Findings",
        deprecated: false,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "incident", "linux/linux_users",
            "macos/macos_users", "osint", "security_control",
        ],
        required: [
            "activity_id", "category_uid", "class_uid", "compliance", "finding_info", "metadata", "severity_id",
            "time", "type_uid",
        ],
        required_with: ["cloud" => "cloud", "osint" => "osint"],
        at_least_one: [],
        just_one: [],
        activities: {
            UNKNOWN = 0, "Unknown";
            CREATE = 1, "Create";
            UPDATE = 2, "Update";
            CLOSE = 3, "Close";
            OTHER = 99, "Other";
        }
    }
    DETECTION_FINDING detection_finding {
        uid: 2004, name: "detection_finding", caption: "Detection Finding",
        category: 2, "Findings",
        deprecated: false,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "incident", "linux/linux_users",
            "macos/macos_users", "osint", "security_control",
        ],
        required: [
            "activity_id", "category_uid", "class_uid", "finding_info", "metadata", "severity_id", "time",
            "type_uid",
        ],
        required_with: ["cloud" => "cloud", "osint" => "osint"],
        at_least_one: [],
        just_one: [],
        activities: {
            UNKNOWN = 0, "Unknown";
            CREATE = 1, "Create";
            UPDATE = 2, "Update";
            CLOSE = 3, "Close";
            OTHER = 99, "Other";
        }
    }
    INCIDENT_FINDING incident_finding {
        uid: 2005, name: "incident_finding", caption: "Incident Finding",
        category: 2, "Findings",
        deprecated: false,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "incident", "linux/linux_users",
            "macos/macos_users", "osint", "security_control",
        ],
        required: [
            "activity_id", "category_uid", "class_uid", "finding_info_list", "metadata", "severity_id", "status_id",
            "time", "type_uid",
        ],
        required_with: ["cloud" => "cloud", "osint" => "osint"],
        at_least_one: ["assignee", "assignee_group"],
        just_one: [],
        activities: {
            UNKNOWN = 0, "Unknown";
            CREATE = 1, "Create";
            UPDATE = 2, "Update";
            CLOSE = 3, "Close";
            OTHER = 99, "Other";
        }
    }
    DATA_SECURITY_FINDING data_security_finding {
        uid: 2006, name: "data_security_finding", caption: "Data Security Finding",
        category: 2, "Findings",
        deprecated: false,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "incident", "linux/linux_users",
            "macos/macos_users", "osint", "security_control",
        ],
        required: [
            "activity_id", "category_uid", "class_uid", "finding_info", "metadata", "severity_id", "time",
            "type_uid",
        ],
        required_with: ["cloud" => "cloud", "osint" => "osint"],
        at_least_one: [],
        just_one: [],
        activities: {
            UNKNOWN = 0, "Unknown";
            CREATE = 1, "Create";
            UPDATE = 2, "Update";
            CLOSE = 3, "Close";
            #[deprecated = "since OCSF 1.4.0: Use status_id attribute instead."]
            SUPPRESSED = 4, "Suppressed";
            OTHER = 99, "Other";
        }
    }
    APPLICATION_SECURITY_POSTURE_FINDING application_security_posture_finding {
        uid: 2007, name: "application_security_posture_finding", caption: "Application Security Posture Finding",
        category: 2, "Findings",
        deprecated: false,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "incident", "linux/linux_users",
            "macos/macos_users", "osint", "security_control",
        ],
        required: [
            "activity_id", "category_uid", "class_uid", "finding_info", "metadata", "severity_id", "time",
            "type_uid",
        ],
        required_with: ["cloud" => "cloud", "osint" => "osint"],
        at_least_one: ["application", "compliance", "remediation", "vulnerabilities"],
        just_one: [],
        activities: {
            UNKNOWN = 0, "Unknown";
            CREATE = 1, "Create";
            UPDATE = 2, "Update";
            CLOSE = 3, "Close";
            OTHER = 99, "Other";
        }
    }
    IAM_ANALYSIS_FINDING iam_analysis_finding {
        uid: 2008, name: "iam_analysis_finding", caption: "IAM Analysis Finding",
        category: 2, "Findings",
        deprecated: false,
        profiles: [
            "cloud", "container", "data_classification", "datetime", "host", "incident", "linux/linux_users",
            "macos/macos_users", "osint", "security_control",
        ],
        required: [
            "activity_id", "category_uid", "class_uid", "finding_info", "metadata", "severity_id", "time",
            "type_uid",
        ],
        required_with: ["cloud" => "cloud", "osint" => "osint"],
        at_least_one: [
            "access_analysis_result", "applications", "identity_activity_metrics", "permission_analysis_results",
        ],
        just_one: [],
        activities: {
            UNKNOWN = 0, "Unknown";
            CREATE = 1, "Create";
            UPDATE = 2, "Update";
            CLOSE = 3, "Close";
            OTHER = 99, "Other";
        }
    }
}
