//! Whom and what a GuardDuty finding is about.

use super::Finding;
use crate::json::Json;
use crate::loose;
use selvedge_model::event::{Actor, Named, Resource, Session, Text, User};
use selvedge_model::ocsf::id::user_type;

/// Members of `resource`, each an object or a list of them: OCSF's type (named
/// as CloudFormation does), where the id is, where the name is.
const PARTS: [(&str, &str, &[&str], &[&str]); 9] = [
    ("accessKeyDetails", "AWS::IAM::AccessKey", &["accessKeyId"], &["userName"]),
    ("s3BucketDetails", "AWS::S3::Bucket", &["arn"], &["name"]),
    ("eksClusterDetails", "AWS::EKS::Cluster", &["arn"], &["name"]),
    ("ecsClusterDetails", "AWS::ECS::Cluster", &["arn"], &["name"]),
    ("lambdaDetails", "AWS::Lambda::Function", &["functionArn"], &["functionName"]),
    ("rdsDbInstanceDetails", "AWS::RDS::DBInstance", &["dbInstanceArn"], &["dbInstanceIdentifier"]),
    ("rdsLimitlessDbDetails", "AWS::RDS::DBShardGroup", &["dbShardGroupArn"], &["dbShardGroupIdentifier"]),
    ("containerDetails", "Container", &["id"], &["name"]),
    ("rdsDbUserDetails", "DatabaseUser", &[], &["user"]),
];

/// All resources of a finding.
pub(super) fn all<'a>(finding: &Finding<'a>) -> Vec<Resource<'a>> {
    let mut out: Vec<Resource<'a>> = instance(finding).into_iter().collect();
    if let Some(resource) = loose::at(finding.json, &["resource"]) {
        for (name, kind, uid, title) in PARTS {
            let Some(part) = loose::at(resource, &[name]) else { continue };
            let one = (!part.is_array()).then_some(part);
            let made = one.into_iter().chain(part.elements()).map(|part| Resource {
                uid: uid.iter().find_map(|key| loose::text(part, &[key])),
                name: title.iter().find_map(|key| loose::text(part, &[key])),
                type_: Some(kind.into()),
                ..Resource::default()
            });
            out.extend(made.filter(|made| made.uid.is_some() || made.name.is_some()));
        }
    }
    out.extend(affected(finding).map(|(kind, arn)| Resource {
        uid: Some(arn.into()),
        type_: Some(kind.into()),
        ..Resource::default()
    }));
    let listed = finding.sequence().into_iter().flat_map(|sequence| loose::list(sequence, &["resources"]));
    out.extend(listed.filter_map(|part| {
        Some(Resource {
            uid: Some(loose::text(part, &["uid"])?),
            name: loose::text(part, &["name"]),
            type_: loose::text(part, &["resourceType"]),
            ..Resource::default()
        })
    }));
    out
}

/// The instance, by its ARN as Security Hub names it.
fn instance<'a>(finding: &Finding<'a>) -> Option<Resource<'a>> {
    let details = loose::at(finding.json, &["resource", "instanceDetails"])?;
    let id = loose::str(details, &["instanceId"])?;
    let uid: Text<'a> = match finding.region {
        Some(region) if id.starts_with("i-") && !finding.account.is_empty() => {
            let partition = loose::str(finding.json, &["partition"]).unwrap_or("aws");
            format!("arn:{partition}:ec2:{region}:{}:instance/{id}", finding.account).into()
        }
        _ => id.into(),
    };
    Some(Resource {
        uid: Some(uid),
        name: Some(id.into()),
        type_: Some("AWS::EC2::Instance".into()),
        ..Resource::default()
    })
}

/// What an API call was made on: type and ARN.
fn affected<'a>(finding: &Finding<'a>) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
    let action = finding.in_service("action");
    let listed = action.and_then(|action| loose::at(action, &["awsApiCallAction", "affectedResources"]));
    let members = listed.filter(|listed| listed.is_object()).into_iter().flat_map(Json::members);
    members.filter_map(|(kind, arn)| Some((kind, arn.as_str().filter(|arn| !arn.is_empty())?)))
}

/// Who acted: a principal of AWS, of a cluster or of a database.
pub(super) fn actor<'a>(finding: &Finding<'a>) -> Option<Actor<'a>> {
    let resource = loose::at(finding.json, &["resource"])?;
    if let Some(key) = loose::at(resource, &["accessKeyDetails"]) {
        let kind = loose::text(key, &["userType"]);
        let user = User {
            uid: loose::text(key, &["principalId"]),
            name: loose::text(key, &["userName"]),
            type_id: Some(match kind.as_deref() {
                Some("Root") => user_type::ADMIN,
                Some("IAMUser") => user_type::USER,
                Some("AWSService") => user_type::SERVICE,
                Some(_) => user_type::OTHER,
                None => user_type::UNKNOWN,
            }),
            type_: kind,
            ..User::default()
        };
        let session =
            loose::text(key, &["accessKeyId"]).map(|key| Session { credential_uid: Some(key), ..Session::default() });
        return named(user, session);
    }
    let of_cluster = loose::at(resource, &["kubernetesDetails", "kubernetesUserDetails"]).map(|user| User {
        uid: loose::text(user, &["uid"]),
        name: loose::text(user, &["username"]),
        ..User::default()
    });
    let of_database = || {
        let user = loose::text(resource, &["rdsDbUserDetails", "user"])?;
        Some(User { name: Some(user), ..User::default() })
    };
    of_cluster.or_else(of_database).and_then(|user| named(user, None))
}

/// An actor of an attack sequence.
pub(super) fn sequence_actor(actor: Json<'_>) -> Option<Actor<'_>> {
    let user = loose::at(actor, &["user"])?;
    let session =
        loose::text(user, &["credentialUid"]).map(|key| Session { credential_uid: Some(key), ..Session::default() });
    let account = loose::text(user, &["account", "uid"]).map(|uid| Named { uid: Some(uid), name: None });
    let kind = loose::text(user, &["type"]);
    let user = User {
        uid: loose::text(user, &["uid"]),
        name: loose::text(user, &["name"]),
        type_id: kind.is_some().then_some(user_type::OTHER),
        type_: kind,
        account,
        ..User::default()
    };
    named(user, session)
}

fn named<'a>(user: User<'a>, session: Option<Session<'a>>) -> Option<Actor<'a>> {
    let user = (user.uid.is_some() || user.name.is_some() || user.account.is_some()).then_some(user);
    (user.is_some() || session.is_some()).then(|| Actor { user, session, ..Actor::default() })
}
