//! What is known of OCSF, held against the tables.

use super::*;

#[test]
fn classes_are_found_by_number() {
    for (uid, name, caption, category) in [
        (0, "base_event", "Base Event", "Uncategorized"),
        (2004, "detection_finding", "Detection Finding", "Findings"),
        (3002, "authentication", "Authentication", "Identity & Access Management"),
        (3005, "user_access", "User Access Management", "Identity & Access Management"),
        (4001, "network_activity", "Network Activity", "Network Activity"),
        (6003, "api_activity", "API Activity", "Application Activity"),
        (201_001, "win/registry_key_activity", "Registry Key Activity", "System Activity"),
    ] {
        let class = Class::by_uid(uid).unwrap();
        assert_eq!((class.name, class.caption, class.category_caption), (name, caption, category), "{uid}");
        assert_eq!(class.uid / 1000 % 100, class.category, "{uid}");
    }
    for none in [1, 2000, 3000, 3999, 1_003_002, u32::MAX] {
        assert_eq!(Class::by_uid(none), None, "{none}");
    }
}

/// What a binary search and the mappings rely on.
#[test]
fn every_class_is_whole() {
    assert!(Class::all().windows(2).all(|pair| pair[0].uid < pair[1].uid));
    for class in Class::all() {
        assert_eq!(Class::by_uid(class.uid), Some(*class), "{}", class.name);
        assert!(class.activities.windows(2).all(|pair| pair[0].0 < pair[1].0), "{}", class.name);
        for (id, caption) in [(0, "Unknown"), (99, "Other")] {
            assert_eq!(class.activity(id), Some(caption), "{}", class.name);
        }
        for required in ["activity_id", "category_uid", "class_uid", "metadata", "severity_id", "time", "type_uid"] {
            assert!(class.required.contains(&required), "{} {required}", class.name);
        }
        assert!(class.required_with.iter().all(|(profile, _)| class.profiles.contains(profile)), "{}", class.name);
    }
}

#[test]
fn activities_have_their_names_and_types() {
    for (class, id, name, type_uid) in [
        (class::BASE_EVENT, class::base_event::OTHER, Some("Other"), 99),
        (class::AUTHENTICATION, class::authentication::LOGON, Some("Logon"), 300_201),
        (class::API_ACTIVITY, class::api_activity::DELETE, Some("Delete"), 600_304),
        (class::USER_ACCESS, class::user_access::REVOKE_PRIVILEGES, Some("Revoke Privileges"), 300_502),
        (class::REGISTRY_KEY_ACTIVITY, 9, Some("Export"), 20_100_109),
        (class::AUTHENTICATION, 77, None, 300_277),
    ] {
        assert_eq!((class.activity(id), class.type_uid(id)), (name, type_uid), "{} {id}", class.name);
    }
}

#[test]
fn rules_of_classes_are_there() {
    assert!(class::AUTHENTICATION.required.contains(&"user"));
    assert_eq!(class::AUTHENTICATION.at_least_one, ["service", "dst_endpoint"]);
    assert_eq!(class::AUTHORIZE_SESSION.just_one, ["privileges", "group"]);
    assert_eq!(class::INCIDENT_FINDING.at_least_one, ["assignee", "assignee_group"]);
    assert_eq!(class::API_ACTIVITY.required_with, [("cloud", "cloud"), ("osint", "osint")]);
    assert!(class::API_ACTIVITY.profiles.contains(&"ai_operation"));
    // Of an object that it can hold, and of none.
    assert!(class::AUTHENTICATION.profiles.contains(&"container"));
    assert!(!class::AUTHENTICATION.profiles.contains(&"incident"));
    let deprecated = Class::all().iter().filter(|class| class.deprecated).map(|class| class.uid);
    assert!(deprecated.clone().any(|uid| uid == 2001) && deprecated.count() < Class::all().len() / 2);
}

#[test]
fn values_have_their_names() {
    use id::*;
    for (found, caption) in [
        (severity::name(severity::HIGH), Some("High")),
        (severity::name(7), None),
        (status::name(status::FAILURE), Some("Failure")),
        // A finding's own status, where the numbers mean something else.
        (finding_status::name(1), Some("New")),
        (finding_status::name(finding_status::SUPPRESSED), Some("Suppressed")),
        (incident_status::name(3), Some("On Hold")),
        // Laid over by a profile.
        (action::name(3), Some("Observed")),
        (observable_type::name(observable_type::IP_ADDRESS), Some("IP Address")),
        (observable_type::name(31), Some("User Object: uid")),
        (observable_type::name(observable_type::RESOURCE_UID), Some("Resource UID")),
        (fingerprint_algorithm::name(fingerprint_algorithm::SHA_256), Some("SHA-256")),
        (connection_direction::name(connection_direction::INBOUND), Some("Inbound")),
        (user_type::name(user_type::SERVICE), Some("Service")),
        (risk_level::name(0), Some("Info")),
        (kill_chain_phase::name(7), Some("Actions on Objectives")),
    ] {
        assert_eq!(found, caption);
    }
    assert_eq!(fingerprint_algorithm::SHA_256, 3);
}
