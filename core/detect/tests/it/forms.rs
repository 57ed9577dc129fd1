//! One record in several forms gives one fact; and what each kind's fact says.

use crate::{Done, all_normalised, normalised, records};
use selvedge_detect::text::{Line, TextLog};
use selvedge_model::fact::Signal;
use selvedge_model::{Fact, Severity};
use serde_json::{Value, json};

const ALICE: &str = "5a1c93e4-27b8-4f60-8d15-c3e97a40b62f";
const TENANT: &str = "0b0f6a52-5b66-4f3e-9c2e-4f6a3d1c2b1a";

fn signal(done: &Done) -> Signal {
    let signals: Vec<&Signal> = done
        .facts
        .iter()
        .filter_map(|fact| match fact {
            Fact::Signal(signal) => Some(&**signal),
            _ => None,
        })
        .collect();
    assert_eq!(signals.len(), 1, "{:?}", done.facts);
    signals[0].clone()
}

/// What a signal says, whoever says it when.
fn said(done: &Done) -> Value {
    let mut said = serde_json::to_value(signal(done)).unwrap();
    said.as_object_mut().unwrap().remove("cite");
    said
}

/// The forms of one record; `same` if they also are one record by identity.
fn check(names: &[&str], same: bool) {
    let all: Vec<Done> = names.iter().map(|name| normalised(&records::named(name))).collect();
    for (name, done) in names.iter().zip(&all) {
        assert_eq!(said(done), said(&all[0]), "{name} and {}", names[0]);
        assert_eq!(done.ocsf["class_uid"], all[0].ocsf["class_uid"], "{name}");
        assert_eq!(done.ocsf["status_id"], all[0].ocsf["status_id"], "{name}");
        assert_eq!(done.id == all[0].id, same || *name == names[0], "{name}: identity");
    }
}

#[test]
fn every_form_says_the_same() {
    check(&["risk detection", "risk detection from Graph", "risk detection in a table"], true);
    check(&["Graph call", "Graph call in a table"], true);
    check(&["Defender alert", "Defender alert exported", "Defender alert in a table"], true);
    check(&["XDR incident", "XDR incident with one alert"], true);
    check(&["Sentinel incident", "Sentinel incident in a table"], true);
    check(&["recommendation", "recommendation in a table"], false);
    check(&["blob read", "blob read in a table"], true);
    check(&["secret read", "secret read in AzureDiagnostics", "secret read in a table"], false);
    check(&["workflow step", "workflow step in AzureDiagnostics", "workflow step in a table"], false);
    check(&["cluster call", "cluster call in AzureDiagnostics", "cluster call in a table"], true);
}

/// `(record, actor, name, session, address, operation, a target)`.
#[test]
fn facts_say_who_did_what() {
    let sign_in = "49f7d321-4642-41b6-a5b7-b74341544f00";
    for (record, actor, name, session, ip, operation, target) in [
        ("risk detection", ALICE, "alice@contoso.example", sign_in, "203.0.113.7", "passwordSpray", ALICE),
        ("risky user", ALICE, "alice@contoso.example", "", "", "riskyUser", ALICE),
        ("risk of a service principal", "5b1f1c52-3a0f-4d7b-9c0e-7d4c7f1e2a33", "ci", "", "", "leakedCredentials", ""),
        (
            "Graph call",
            ALICE,
            "",
            sign_in,
            "203.0.113.7",
            "POST /v1.0/applications/3b1d7c52-8f0e-4d6a-9c41-5e2a7f90b816/addPassword",
            "3b1d7c52-8f0e-4d6a-9c41-5e2a7f90b816",
        ),
        (
            "Graph call of an application",
            "5b1f1c52-3a0f-4d7b-9c0e-7d4c7f1e2a33",
            "",
            "s1",
            "203.0.113.7",
            "GET /beta//users",
            "",
        ),
        (
            "Defender alert",
            ALICE,
            "alice@contoso.example",
            "",
            "203.0.113.7",
            "ARM_AnomalousServiceOperation.CredentialAccess",
            "/subscriptions/5e1a0000-0000-4000-8000-000000000001/resourcegroups/rg/providers/microsoft.compute/virtualmachines/vm-claims",
        ),
        (
            "Defender alert about AWS",
            "arn:aws:iam::111122223333:user/bob",
            "bob",
            "",
            "203.0.113.7",
            "ARM_AnomalousServiceOperation.CredentialAccess",
            "arn:aws:s3:::contoso-claims",
        ),
        ("XDR alert", ALICE, "alice@contoso.example", "", "203.0.113.7", "Exfiltration", "arn:aws:s3:::contoso-claims"),
        ("XDR incident", ALICE, "alice@contoso.example", "", "203.0.113.7", "Multi-stage incident", "laptop-7"),
        ("NSG flow", "", "", "", "10.0.0.4", "flow allowed", "203.0.113.7"),
        ("VNet flow", "", "", "", "2001:db8::7", "flow denied", "2001:db8::4"),
        ("traffic analytics", "", "", "", "203.0.113.7", "flow denied", "10.0.0.4"),
        ("traffic analytics, older", "", "", "", "10.0.0.4", "flow allowed", "198.51.100.2"),
        ("web request", "", "", "", "203.0.113.7", "POST /uploads/a.aspx", "promo.azurewebsites.net"),
        ("publishing log-in", "", "alice@contoso.example", "", "203.0.113.7", "publishing log-in", ""),
        ("address check", "", "", "", "203.0.113.7", "address check", "promo.azurewebsites.net"),
        ("blob read", ALICE, "alice@contoso.example", "", "203.0.113.7", "GetBlob", "/stprod/claims/a.csv"),
        ("blob refused to nobody", "", "", "", "2001:db8::7", "ListBlobs", ""),
        (
            "secret read",
            ALICE,
            "alice@contoso.example",
            "",
            "203.0.113.7",
            "SecretGet",
            "https://kv-prod.vault.azure.net/secrets/db",
        ),
        ("secret refused", "", "", "", "203.0.113.7", "SecretGet", ""),
        ("workflow step", "", "wf", "08585", "", "Microsoft.Logic/workflows/workflowActionCompleted", ""),
        ("cluster call", ALICE, "dev@contoso.example", "", "203.0.113.7", "create secrets", "default/secrets/db"),
        ("cluster call refused", "system:anonymous", "system:anonymous", "", "2001:db8::7", "list pods/exec", "pods"),
    ] {
        let said = signal(&normalised(&records::named(record)));
        let found = (
            said.actor.as_str(),
            said.actor_name.as_str(),
            said.session.as_deref().unwrap_or_default(),
            said.ip.as_str(),
            said.operation.as_str(),
        );
        assert_eq!(found, (actor, name, session, ip, operation), "{record}");
        assert!(target.is_empty() || said.targets.iter().any(|known| known == target), "{record}: {:?}", said.targets);
    }
}

/// `(record, severity, techniques, tactics)` of what a provider reports; `None`
/// for what is settled, a sample, or no detection.
#[test]
fn reports_table() {
    type Expect = Option<(Severity, &'static [&'static str], &'static [&'static str])>;
    let table: [(&str, Expect); 24] = [
        ("risk detection", Some((Severity::High, &["T1078", "T1110.003"], &["credential-access"]))),
        ("risk dismissed", None),
        ("risk remediated", Some((Severity::Low, &["T1078", "T1110.003"], &["credential-access"]))),
        ("risky user", Some((Severity::Medium, &[], &[]))),
        ("risky service principal", Some((Severity::High, &[], &[]))),
        ("risk of a service principal", Some((Severity::High, &["T1589.001"], &["credential-access"]))),
        ("alert of PIM", Some((Severity::High, &["T1098.003"], &["persistence"]))),
        ("incident of PIM", Some((Severity::Low, &["T1556.006"], &["persistence"]))),
        ("Defender alert", Some((Severity::Medium, &["T1003"], &["credential-access"]))),
        ("Defender alert, a sample", None),
        ("Defender alert, dismissed", None),
        ("alert of a Sentinel rule", Some((Severity::Medium, &["T1003"], &["initial-access", "persistence"]))),
        ("XDR alert", Some((Severity::High, &["T1530"], &["exfiltration"]))),
        ("XDR alert, streamed", Some((Severity::High, &["T1530"], &["exfiltration"]))),
        ("XDR alert in a table", Some((Severity::High, &["T1530"], &["exfiltration"]))),
        ("XDR alert, resolved", None),
        ("XDR alert, a false alarm", None),
        ("XDR evidence, streamed", None),
        ("XDR incident", Some((Severity::High, &["T1530"], &["exfiltration"]))),
        ("XDR incident, closed", None),
        ("Sentinel incident", Some((Severity::Medium, &["T1110"], &["credential-access"]))),
        ("Sentinel incident, closed", None),
        ("health of Sentinel", None),
        ("recommendation", None),
    ];
    for (record, expect) in table {
        let said = signal(&normalised(&records::named(record))).report;
        let found = said.as_ref().map(|report| (report.severity, report.attack.clone(), report.tactics.clone()));
        let own = |list: &[&str]| list.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        assert_eq!(found, expect.map(|(severity, attack, tactics)| (severity, own(attack), own(tactics))), "{record}");
    }
}

#[test]
fn a_later_version_is_the_same_record() {
    for (record, pointer) in [
        ("risk detection", "/properties/lastUpdatedDateTime"),
        ("Defender alert", "/properties/processingEndTimeUtc"),
        ("XDR alert", "/lastUpdateDateTime"),
        ("Sentinel incident", "/properties/lastModifiedTimeUtc"),
    ] {
        let first = normalised(&records::named(record));
        let mut later = records::named(record);
        *later.pointer_mut(pointer).unwrap() = "2026-05-19T09:00:00Z".into();
        let later = normalised(&later);
        assert_eq!(later.id, first.id, "{record}");
        assert!(later.revision > first.revision, "{record}: {:?} after {:?}", later.revision, first.revision);
    }
}

/// Each tuple is a record, and none is lost.
#[test]
fn rows_of_flows_hold_many_records() {
    let mut row = records::named("NSG flow");
    let tuple = |n: u8| json!(format!("1779125346,10.0.0.{n},203.0.113.7,44931,443,T,O,A,B,,,,"));
    row["properties"]["flows"][0]["flows"][0]["flowTuples"] = json!([tuple(1), tuple(2), "bad", 7, tuple(1)]);
    let all = all_normalised(&row);
    let unmapped: Vec<bool> = all.iter().map(Done::is_unmapped).collect();
    assert_eq!(unmapped, [false, false, true, true, false]);
    assert_ne!(all[0].id, all[1].id);
    assert_eq!(all[0].id, all[4].id, "the same tuple of the same row");
    assert!(all[2].unmapped_because.as_deref().is_some_and(|why| why.contains("malformed")), "{:?}", all[2]);
    assert_eq!(all[0].ocsf["activity_name"], "Open");
    assert!(all[0].ocsf.get("traffic").is_none(), "nothing was counted yet");
    // The same tuple under another rule is another record.
    row["properties"]["flows"][0]["rule"] = "Other".into();
    assert_ne!(all_normalised(&row)[0].id, all[0].id);
}

/// Rows of the portals' own downloads.
#[test]
fn downloads_of_the_portals_are_read() {
    let read = |heading: &str, row: &str| {
        let mut log = TextLog::default();
        assert_eq!(log.row(heading.as_bytes()), Line::Heading);
        let Line::Record(text) = log.row(row.as_bytes()) else { panic!("unreadable: {row}") };
        normalised(&serde_json::from_str(&text).unwrap())
    };
    let sign_in = read(
        "Date (UTC),Request ID,User agent,Correlation ID,User ID,User,Username,Application,Application ID ,Resource,Resource ID ,Resource tenant ID,IP address,Location,Status,Sign-in error code,Failure reason,Device ID,Browser,Operating System,Compliant,Authentication requirement,Session ID,Conditional Access",
        &format!(
            "2026-05-18T17:20:01Z,49f7d321-4642-41b6-a5b7-b74341544f00,Mozilla/5.0,c1,{ALICE},Alice,Alice@contoso.example,Azure Portal,c44b4083-3bb0-49c1-b47d-974e53cbdf3c,ARM,797f4846-ba00-4fd7-ba43-dac1f8f63013,{TENANT},203.0.113.7,\"Bonn, Nordrhein-Westfalen, DE\",Success,None,Other.,d1,Edge 124,Windows10,true,Multifactor authentication,s1,Success"
        ),
    );
    let Some(Fact::SignIn(fact)) = sign_in.facts.first() else { panic!("{sign_in:?}") };
    let found = (
        fact.request_id.as_str(),
        fact.user_id.as_str(),
        fact.upn.as_str(),
        fact.country.as_deref(),
        fact.result.as_str(),
        fact.device_trusted,
        fact.tenant.as_str(),
    );
    assert_eq!(
        found,
        ("49f7d321-4642-41b6-a5b7-b74341544f00", ALICE, "alice@contoso.example", Some("DE"), "0", true, TENANT)
    );

    let audit = read(
        "Date (UTC),CorrelationId,Service,Category,Activity,Result,ResultReason,ActorType,ActorDisplayName,ActorObjectId,ActorUserPrincipalName,IPAddress,Target1Type,Target1DisplayName,Target1ObjectId,Target1UserPrincipalName,Target1ModifiedProperty1Name,Target1ModifiedProperty1OldValue,Target1ModifiedProperty1NewValue,Target2Type,Target2ObjectId",
        &format!(
            "5/18/2026 5:40:00 PM,c1,Core Directory,RoleManagement,Add member to role,success,,User,Alice,{ALICE},Alice@contoso.example,203.0.113.7,User,Eve,8b8b,eve@contoso.example,Role.DisplayName,,\"\"\"Global Administrator\"\"\",,"
        ),
    );
    let Some(Fact::EntraChange(fact)) = audit.facts.first() else { panic!("{audit:?}") };
    assert_eq!(
        (fact.initiator_id.as_str(), fact.targets.as_slice()),
        (ALICE, &[("User".to_owned(), "8b8b".to_owned())][..])
    );
    assert_eq!(
        audit.ocsf["unmapped"]["changes"],
        json!([{"object": "8b8b", "property": "Role.DisplayName", "after": "Global Administrator"}])
    );

    let operation = read(
        "Correlation id,Operation name,Status,Event category,Level,Time,Subscription,Event initiated by,Resource type,Resource group,Resource",
        "c1,Create role assignment,Succeeded,Administrative,Informational,2026-05-18T17:31:00Z,5e1a0000-0000-4000-8000-000000000001,alice@contoso.example,,rg,/subscriptions/5e1a0000-0000-4000-8000-000000000001/resourceGroups/rg",
    );
    let Some(Fact::ArmUse(fact)) = operation.facts.first() else { panic!("{operation:?}") };
    assert_eq!(
        (fact.operation.as_str(), fact.status.as_str(), fact.upn.as_str()),
        ("create role assignment", "succeeded", "alice@contoso.example")
    );
}
