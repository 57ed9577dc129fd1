//! What is stored where: what scanners say of stores, beside what people say.

use selvedge_graph::Estate;
use selvedge_graph::estate::{Classes, DataClass};
use serde_json::{Value, json};

const GROUP: &str = "/subscriptions/91613ac8-74fb-42e7-bae5-b6677d1a8c0d/resourceGroups/g/providers";

/// A bucket, a storage account, a server with a database.
fn stores(tags: &Value) -> Vec<Value> {
    vec![
        json!({"Buckets": [{"Name": "claims", "CreationDate": "2025-01-01T00:00:00Z"}]}),
        json!({"Bucket": "claims", "TagSet": tags}),
        json!([
            {"id": format!("{GROUP}/Microsoft.Storage/storageAccounts/store"), "name": "store",
                "type": "microsoft.storage/storageaccounts", "properties": {}},
            {"id": format!("{GROUP}/Microsoft.Sql/servers/srv"), "name": "srv", "type": "microsoft.sql/servers",
                "properties": {"fullyQualifiedDomainName": "srv.database.windows.net"}},
            {"id": format!("{GROUP}/Microsoft.Sql/servers/srv/databases/DB"), "name": "DB",
                "type": "microsoft.sql/servers/databases", "properties": {}}]),
    ]
}

fn estate(documents: &[Value], classes: &str) -> Estate {
    let (mut estate, mut problems) = (Estate::default(), Vec::new());
    for (n, document) in documents.iter().enumerate() {
        estate.add(&format!("111122223333/{n}.json"), document.to_string().as_bytes(), &mut problems);
    }
    let rules: Classes = serde_json::from_str(classes).unwrap();
    estate.add_classes("classes.toml", rules);
    problems.extend(estate.finish());
    assert_eq!(problems, []);
    assert_eq!(estate.unused_documents, 0);
    let state = serde_json::to_vec(&estate).unwrap();
    assert_eq!(serde_json::from_slice::<Estate>(&state).unwrap(), estate, "it is kept as it is");
    estate
}

/// The class of one store by name, what it rests on, and whether there is a
/// contradiction.
fn graded(estate: &Estate, name: &str) -> (DataClass, String, Option<String>) {
    let view = estate.view();
    let item = view.items.values().find(|item| item.name == name).unwrap();
    let class = item.data_class.clone().unwrap();
    (class.value, class.evidence.into_iter().collect::<Vec<_>>().join("; "), class.contradiction)
}

fn check(document: Value, store: &str, class: DataClass, why: &str) {
    let mut documents = stores(&json!([]));
    documents.push(document.clone());
    let (value, evidence, contradiction) = graded(&estate(&documents, r#"{"class": []}"#), store);
    assert_eq!((value, contradiction), (class, None), "{document}");
    let told = if why.is_empty() { String::new() } else { format!("111122223333/3.json: {why}") };
    assert_eq!(evidence, told, "{document}");
}

#[test]
fn macie() {
    use DataClass::{Confidential, Restricted, Unknown};
    let finding = |more: Value| {
        let mut finding = json!({"accountId": "111122223333", "category": "CLASSIFICATION", "id": "f1",
            "type": "SensitiveData:S3Object/Personal", "resourcesAffected": {"s3Bucket": {"name": "claims",
            "arn": "arn:aws:s3:::claims"}, "s3Object": {"key": "a.csv"}}, "classificationDetails": {"result":
            {"sensitiveData": [{"category": "PERSONAL_INFORMATION", "totalCount": 9}]}}});
        finding.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"findings": [finding]})
    };
    check(finding(json!({})), "claims", Restricted, "Macie found PERSONAL_INFORMATION");
    check(finding(json!({"archived": true})), "claims", Unknown, "");
    check(finding(json!({"sample": true})), "claims", Unknown, "");
    check(finding(json!({"category": "POLICY"})), "claims", Unknown, "");
    let own = json!({"classificationDetails": {"result": {"sensitiveData": [],
        "customDataIdentifiers": {"detections": [{"name": "claim number"}]}}}});
    check(finding(own), "claims", Confidential, "Macie found claim number");
    let bucket = |score: i64| json!({"buckets": [{"bucketName": "claims", "sensitivityScore": score}]});
    check(bucket(100), "claims", Confidential, "Macie found sensitivity score 100");
    check(bucket(51), "claims", Confidential, "Macie found sensitivity score 51");
    check(bucket(50), "claims", Unknown, "Macie found sensitivity score 50");
    check(bucket(1), "claims", Unknown, "Macie found sensitivity score 1");
    let resource = json!({"matchingResources": [{"matchingBucket": {"bucketName": "claims", "sensitivityScore": 80}}]});
    check(resource, "claims", Confidential, "Macie found sensitivity score 80");
    let asff = |state: &str| {
        json!({"Findings": [{"ProductArn": "arn:aws:securityhub:eu-west-1::product/aws/macie", "AwsAccountId": "111122223333",
            "Id": "f1", "RecordState": state, "Types": ["Sensitive Data Identifications/PII/SensitiveData:S3Object-Personal"],
            "Resources": [{"Type": "AwsS3Bucket", "Id": "arn:aws:s3:::claims"}, {"Type": "AwsS3Object",
                "Id": "arn:aws:s3:::claims/a.csv", "DataClassification": {"Result": {"SensitiveData":
                [{"Category": "FINANCIAL_INFORMATION"}]}}}]}]})
    };
    check(asff("ACTIVE"), "claims", Restricted, "Macie found FINANCIAL_INFORMATION");
    check(asff("ARCHIVED"), "claims", Unknown, "");
}

#[test]
fn azure() {
    use DataClass::{Confidential, Internal, Restricted, Unknown};
    let label = |label: &str, rank: &str| {
        json!({"value": [{"id": format!("{GROUP}/Microsoft.Sql/servers/srv/databases/DB/schemas/dbo/tables/t/columns/c/sensitivityLabels/current"),
            "name": "current", "type": "Microsoft.Sql/servers/databases/schemas/tables/columns/sensitivityLabels",
            "properties": {"labelName": label, "informationType": "Financial", "rank": rank}}]})
    };
    let sql = "Azure SQL classification found ";
    check(label("Confidential - GDPR", "Medium"), "DB", Confidential, &format!("{sql}Confidential - GDPR, Financial"));
    check(label("Highly Confidential", "None"), "DB", Restricted, &format!("{sql}Financial, Highly Confidential"));
    check(label("Public", "Low"), "DB", Internal, &format!("{sql}Financial, Public"));
    check(label("Ours", "High"), "DB", Restricted, &format!("{sql}Financial, Ours"));
    let alert = |extended: Value| {
        json!({"data": [{"id": format!("{GROUP}/Microsoft.Security/locations/westeurope/alerts/a"), "name": "a",
            "type": "microsoft.security/locations/alerts", "properties": {"resourceIdentifiers": [{"type": "AzureResource",
            "azureResourceId": format!("{GROUP}/Microsoft.Storage/storageAccounts/store")}], "extendedProperties": extended}}]})
    };
    let defender = "Defender for Cloud found ";
    check(
        alert(json!({"Top sensitivity label": "Confidential"})),
        "store",
        Confidential,
        &format!("{defender}Confidential"),
    );
    check(
        alert(json!({"Sensitive information types": "Credit Card Number", "Top sensitivity label": "General"})),
        "store",
        Restricted,
        &format!("{defender}Credit Card Number, General"),
    );
    check(alert(json!({"Top sensitivity label": "None", "Other": "x"})), "store", Unknown, "");
}

#[test]
fn purview() {
    use DataClass::{Confidential, Restricted, Unknown};
    let asset = |name: &str, classes: &[&str], labels: &[&str]| {
        json!({"@search.count": 1, "value": [{"@search.score": 1, "id": "24c16e53-1bfd-4d6c-b4ce-b1f6f6f60000",
            "qualifiedName": name, "name": "t", "entityType": "x", "classification": classes, "label": labels}]})
    };
    let email = ["MICROSOFT.PERSONAL.EMAIL"];
    let found = "Purview found MICROSOFT.PERSONAL.EMAIL";
    check(asset("mssql://srv.database.windows.net/db/dbo/t", &email, &[]), "DB", Restricted, found);
    check(asset("https://store.blob.core.windows.net/raw/a.csv", &email, &[]), "store", Restricted, found);
    check(asset("https://claims.s3.amazonaws.com/raw/a.csv", &email, &[]), "claims", Restricted, found);
    check(asset("s3://claims/a.csv", &["Contoso.Claim"], &[]), "claims", Confidential, "Purview found Contoso.Claim");
    check(
        asset("s3://claims/a.csv", &[], &["Highly Confidential"]),
        "claims",
        Restricted,
        "Purview found Highly Confidential",
    );
    check(asset("s3://claims/a.csv", &[], &[]), "claims", Unknown, "");
    check(asset(&format!("{GROUP}/Microsoft.Sql/servers/srv/databases/db"), &email, &[]), "DB", Restricted, found);
}

#[test]
fn the_higher_of_people_and_scanners_holds_and_a_contradiction_is_told() {
    use DataClass::{Confidential, Public, Restricted, Unknown};
    let scan = |score: i64| json!({"buckets": [{"bucketName": "claims", "sensitivityScore": score}]});
    let tag = |value: &str| json!([{"Key": "data-class", "Value": value}]);
    let rule = |class: &str| format!(r#"{{"class": [{{"match": "claims", "data_class": "{class}"}}]}}"#);
    let none = r#"{"class": []}"#.to_owned();
    let told = |said: &str| Some(format!("people say {said}, scanners found confidential; the higher holds"));
    for (tags, classes, score, class, pieces, contradiction) in [
        (json!([]), none.clone(), 90, Confidential, 1, None),
        (json!([]), none.clone(), 10, Unknown, 1, None),
        (tag("public"), none.clone(), 90, Confidential, 2, told("public")),
        (tag("PII"), none.clone(), 90, Restricted, 2, told("restricted")),
        (tag("confidential"), none.clone(), 90, Confidential, 2, None),
        // A scanner that found nothing contradicts nobody.
        (tag("PII"), none, 10, Restricted, 2, None),
        (tag("PII"), rule("public"), 10, Public, 2, None),
        (tag("PII"), rule("public"), 90, Confidential, 2, told("public")),
    ] {
        let mut documents = stores(&tags);
        documents.push(scan(score));
        let made = estate(&documents, &classes);
        let (value, evidence, said) = graded(&made, "claims");
        assert_eq!((value, said), (class, contradiction), "{tags} {classes} {score}: {evidence}");
        assert_eq!(evidence.split("; ").count(), pieces, "{evidence}");
        documents.reverse();
        let (turned, _, _) = graded(&estate(&documents, &classes), "claims");
        assert_eq!(turned, class, "whatever the order");
    }
}

#[test]
fn what_scanners_say_of_stores_that_nobody_described_is_a_lack() {
    let made = estate(&[json!({"buckets": [{"bucketName": "far", "sensitivityScore": 90}]})], r#"{"class": []}"#);
    let lacks = made.view().lacks;
    assert!(lacks.iter().any(|lack| lack.starts_with("1 classifications of scanners")), "{lacks:?}");
    assert!(made.view().items.is_empty());
}

#[test]
fn settings_that_name_stores_are_stated_flows_and_their_secrets_are_nowhere() {
    let mut documents = stores(&json!([]));
    let site = format!("{GROUP}/Microsoft.Web/sites/shop");
    documents.push(json!({"Functions": [{"FunctionArn": "arn:aws:lambda:eu-west-1:111122223333:function:resize",
        "FunctionName": "resize", "Environment": {"Variables": {"OUT_BUCKET": "claims", "TOKEN": "hunter2",
            "DB": "postgres://app:hunter2@srv.database.windows.net/x"}}}]}));
    documents.push(json!({"id": format!("{site}/config/connectionstrings"), "name": "connectionstrings",
        "type": "Microsoft.Web/sites/config", "properties": {"Main": {"type": "SQLAzure",
            "value": "Server=tcp:srv.database.windows.net,1433;Initial Catalog=DB;Password=hunter2"}}}));
    documents.push(json!({"id": format!("{site}/config/appsettings"), "name": "appsettings",
        "type": "Microsoft.Web/sites/config", "properties": {"STORE":
            "DefaultEndpointsProtocol=https;AccountName=store;AccountKey=hunter2;EndpointSuffix=core.windows.net"}}));
    let made = estate(&documents, r#"{"class": []}"#);
    let view = made.view();
    let short = |key: &str| key.rsplit(['/', ':']).next().unwrap().to_owned();
    let flows: Vec<String> = view
        .relations
        .iter()
        .filter(|((_, kind, to), _)| format!("{kind:?}") == "FlowsTo" && format!("{:?}", to.kind) != "Address")
        .map(|((from, _, to), ground)| format!("{} > {} {:?}", short(&from.key), short(&to.key), ground.derived_by))
        .collect();
    assert_eq!(
        flows,
        [
            "resize > claims None",
            "resize > srv Some(\"host name\")",
            "shop > srv Some(\"host name\")",
            "shop > store Some(\"host name\")",
        ]
    );
    assert!(!serde_json::to_string(&made).unwrap().contains("hunter2"), "no secret is kept");
}
