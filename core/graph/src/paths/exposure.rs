//! What anybody may do, by resources' own policies, access lists and trust policies.
//!
//! Asked is for somebody with an address of the internet who has nothing to do with the estate:
//! anonymous, with an account of AWS that may do everything, or with a workload of its own at a
//! public issuer of tokens. All that is known of such a caller is all there is, so the context is
//! complete: nothing of the estate's own (an endpoint, an organization) is in it.

use super::aws::world::{Actor, World, parsed};
use super::net::Edge;
use crate::estate::{Attr, Item, View};
use selvedge_access::policy::Kind;
use selvedge_access::principal::NameKind;
use selvedge_access::request::S3Block;
use selvedge_access::{Context, Effect, Policy, PolicySet, Request, evaluate};
use selvedge_model::{EntityId, EntityKind};
use std::collections::BTreeSet;

/// An account that is nobody's of the estate.
const STRANGER: &str = "000000000001";

/// An address of the internet that no policy is likely to name (RFC 7526: no longer in use).
const ADDRESS: &str = "192.88.99.77";

/// Issuers at which anybody can have a workload, with the subject of a stranger's token. Recalled:
/// the forms of the subjects.
const ISSUERS: [(&str, &str); 3] = [
    ("token.actions.githubusercontent.com", "repo:stranger/stranger:ref:refs/heads/main"),
    ("gitlab.com", "project_path:stranger/stranger:ref_type:branch:ref:main"),
    ("app.terraform.io", "organization:stranger:project:stranger:workspace:stranger:run_phase:apply"),
];

/// Something that anybody may do.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Exposure {
    /// What is open.
    pub resource: EntityId,
    /// What anybody may do there: `s3:GetObject`.
    pub can: BTreeSet<String>,
    /// Who: `anybody`, `anybody with an AWS account`, …
    pub who: String,
    /// Statements that allow it.
    pub evidence: BTreeSet<String>,
    /// Whether it lets in who then acts as a role.
    pub is_entry: bool,
}

/// What is asked of a resource by the kind of it, with the resource that is asked about.
fn questions(item: &Item) -> Vec<(&'static str, String)> {
    let key = item.id.key.as_str();
    match item.word.as_str() {
        "s3:bucket" => vec![
            ("s3:GetObject", format!("arn:aws:s3:::{key}/selvedge-any")),
            ("s3:PutObject", format!("arn:aws:s3:::{key}/selvedge-any")),
            ("s3:DeleteObject", format!("arn:aws:s3:::{key}/selvedge-any")),
            ("s3:ListBucket", format!("arn:aws:s3:::{key}")),
            ("s3:PutBucketPolicy", format!("arn:aws:s3:::{key}")),
        ],
        "lambda:function" => {
            vec![("lambda:InvokeFunction", key.to_owned()), ("lambda:UpdateFunctionCode", key.to_owned())]
        }
        "kms:key" => vec![("kms:Decrypt", key.to_owned()), ("kms:CreateGrant", key.to_owned())],
        "secretsmanager:secret" => vec![("secretsmanager:GetSecretValue", key.to_owned())],
        _ => Vec::new(),
    }
}

/// What is open by a resource's own policy or list.
pub(super) fn of_item(view: &View, item: &Item) -> Vec<Exposure> {
    of_resource(view, item).into_iter().chain(of_list(view, item)).collect()
}

/// What is open by a role's trust policy. `own` are the estate's accounts.
pub(super) fn of_role(actor: &Actor, own: &BTreeSet<String>) -> Vec<Exposure> {
    let Some((name, trust)) = &actor.trust else { return Vec::new() };
    let mut out = partners(actor, own);
    out.extend(connector(actor));
    let who = strangers(&actor.arn, &actor.account, name, trust);
    out.extend(who.map(|(who, action, evidence)| Exposure {
        resource: actor.id.clone(),
        can: BTreeSet::from([action.to_owned()]),
        who: who.to_owned(),
        evidence,
        is_entry: true,
    }));
    out
}

fn of_resource(view: &View, item: &Item) -> Option<Exposure> {
    let document = item.attributes.get("policy")?;
    let policy = parsed(Kind::Resource, document);
    let set = PolicySet {
        resource: Some((format!("{} policy", item.id.key), policy)),
        identity: vec![everything()],
        s3: S3Block { restrict_public_buckets: blocks(view, item, "RestrictPublicBuckets") },
        ..PolicySet::default()
    };
    let owner = item.scope.as_ref().map(|scope| scope.key.as_str());
    for who in ["anybody", "anybody with an AWS account"] {
        let (mut can, mut evidence) = (BTreeSet::new(), BTreeSet::new());
        for (action, resource) in questions(item) {
            let request = Request::new(action, resource, outside());
            let request = match who {
                "anybody" => request.by("anonymous").between(None, owner),
                _ => request.by(stranger()).between(Some(STRANGER), owner.or(Some("unknown"))),
            };
            let answer = evaluate(&set, &request);
            if answer.is_allow() {
                can.insert(action.to_owned());
                evidence.extend(answer.decided_by.iter().filter(|one| one.policy.ends_with(" policy")).map(cited));
            }
        }
        if !can.is_empty() {
            return Some(Exposure { resource: item.id.clone(), can, who: who.to_owned(), evidence, is_entry: false });
        }
    }
    None
}

fn cited(one: &selvedge_access::StatementRef) -> String {
    let sid = one.sid.as_ref().map(|sid| format!("#{sid}")).unwrap_or_default();
    format!("{}.Statement[{}]{sid}", one.policy, one.index)
}

fn everything() -> (String, Policy) {
    let text = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;
    ("the stranger's own".to_owned(), Policy::parse(text).0)
}

fn stranger() -> String {
    format!("arn:aws:iam::{STRANGER}:user/stranger")
}

fn outside() -> Context {
    Context::complete()
        .with("aws:SourceIp", ADDRESS)
        .with("aws:SecureTransport", "true")
        .with("aws:ViaAWSService", "false")
}

/// Whether Block Public Access is on in one of its parts, at the bucket or its account.
fn blocks(view: &View, item: &Item, part: &str) -> bool {
    let on = |item: &Item| {
        let block = item.attributes.get("PublicAccessBlockConfiguration");
        block.and_then(|block| block.get(part)) == Some(&Attr::Bool(true))
    };
    on(item) || item.scope.as_ref().and_then(|scope| view.items.get(scope)).is_some_and(on)
}

/// A bucket's access control list. It counts for nothing where the owner's are enforced or public
/// lists are ignored. Source: S3 user guide, "Blocking public access", "Controlling ownership".
fn of_list(view: &View, item: &Item) -> Option<Exposure> {
    const GROUPS: [(&str, &str); 2] = [
        ("http://acs.amazonaws.com/groups/global/AllUsers", "anybody"),
        ("http://acs.amazonaws.com/groups/global/AuthenticatedUsers", "anybody with an AWS account"),
    ];
    let Some(Attr::List(grants)) = item.attributes.get("Grants").filter(|_| item.word == "s3:bucket") else {
        return None;
    };
    let enforced =
        item.attributes.get("OwnershipControls").is_some_and(|o| o.to_string().contains("BucketOwnerEnforced"));
    if enforced || blocks(view, item, "IgnorePublicAcls") {
        return None;
    }
    for (group, who) in GROUPS {
        let mut can = BTreeSet::new();
        for grant in grants {
            let uri = grant.get("Grantee").and_then(|grantee| grantee.get("URI")).and_then(Attr::as_text);
            if uri == Some(group) {
                let may: &[&str] = match grant.get("Permission").and_then(Attr::as_text) {
                    Some("READ") => &["s3:ListBucket"],
                    Some("WRITE") => &["s3:PutObject", "s3:DeleteObject"],
                    Some("READ_ACP") => &["s3:GetBucketAcl"],
                    Some("WRITE_ACP") => &["s3:PutBucketAcl"],
                    Some("FULL_CONTROL") => &["s3:ListBucket", "s3:PutObject", "s3:DeleteObject", "s3:PutBucketAcl"],
                    _ => &[],
                };
                can.extend(may.iter().map(|action| (*action).to_owned()));
            }
        }
        if !can.is_empty() {
            let evidence = BTreeSet::from([format!("{} access control list", item.id.key)]);
            return Some(Exposure { resource: item.id.clone(), can, who: who.to_owned(), evidence, is_entry: false });
        }
    }
    None
}

/// Who of strangers a role's trust policy lets in.
fn strangers(
    arn: &str,
    account: &str,
    name: &str,
    trust: &Policy,
) -> Option<(&'static str, &'static str, BTreeSet<String>)> {
    let set = PolicySet {
        resource: Some((name.to_owned(), trust.clone())),
        identity: vec![everything()],
        ..PolicySet::default()
    };
    let ask = |action: &str, who: &str, from: Option<&str>, context: Context| {
        let request = Request::new(action, arn, context).by(who).between(from, Some(account));
        let answer = evaluate(&set, &request);
        let evidence = answer.decided_by.iter().filter(|one| one.policy == name).map(cited).collect();
        answer.is_allow().then_some(evidence)
    };
    if let Some(evidence) = ask("sts:AssumeRole", &stranger(), Some(STRANGER), outside()) {
        return Some(("anybody with an AWS account", "sts:AssumeRole", evidence));
    }
    for (issuer, subject) in ISSUERS {
        let provider = format!("arn:aws:iam::{account}:oidc-provider/{issuer}");
        let context = outside()
            .with(&format!("{issuer}:sub"), subject)
            .with(&format!("{issuer}:aud"), "sts.amazonaws.com")
            .with("aws:FederatedProvider", provider.clone());
        if let Some(evidence) = ask("sts:AssumeRoleWithWebIdentity", &provider, None, context) {
            let who = match issuer {
                "token.actions.githubusercontent.com" => "every workflow of GitHub",
                "gitlab.com" => "every pipeline of GitLab",
                _ => "every workspace of Terraform Cloud",
            };
            return Some((who, "sts:AssumeRoleWithWebIdentity", evidence));
        }
    }
    None
}

/// Accounts that are the estate's own.
pub(super) fn accounts(view: &View, world: &World) -> BTreeSet<String> {
    let exported = world.actors.values().map(|actor| actor.account.clone());
    let listed =
        view.items.values().filter(|item| item.word == "organizations:account").map(|item| item.id.key.clone());
    exported.chain(listed).collect()
}

/// Accounts of others whose administrators a role lets in without a word that they agreed on
/// (`sts:ExternalId`): whoever can have such an account act for them has the role. Source: IAM user
/// guide, "The confused deputy problem".
fn partners(actor: &Actor, own: &BTreeSet<String>) -> Vec<Exposure> {
    let Some((name, trust)) = &actor.trust else { return Vec::new() };
    let statements = trust.statements.iter().filter(|one| one.effect != Some(Effect::Deny));
    let names =
        statements.filter_map(|one| one.principals.as_ref()).filter(|one| !one.except).flat_map(|one| &one.names);
    let mut others: BTreeSet<&str> = BTreeSet::new();
    for text in names.filter(|name| name.kind == NameKind::Aws).map(|name| name.text.as_str()) {
        let account = text.split(':').nth(4).unwrap_or(text);
        let is_account = account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit());
        if is_account && !own.contains(account) {
            others.insert(account);
        }
    }
    let set = PolicySet {
        resource: Some((name.clone(), trust.clone())),
        identity: vec![everything()],
        ..PolicySet::default()
    };
    let lets_in = |other: &str| {
        let who = format!("arn:aws:iam::{other}:user/stranger");
        let request = Request::new("sts:AssumeRole", actor.arn.clone(), outside())
            .by(who)
            .between(Some(other), Some(&actor.account));
        let answer = evaluate(&set, &request);
        let evidence: BTreeSet<String> =
            answer.decided_by.iter().filter(|one| one.policy == *name).map(cited).collect();
        answer.is_allow().then_some(evidence)
    };
    let found = others.into_iter().filter_map(|other| {
        Some(Exposure {
            resource: actor.id.clone(),
            can: BTreeSet::from(["sts:AssumeRole".to_owned()]),
            who: format!("AWS account {other}, which is not one of the estate's, without an external id"),
            evidence: lets_in(other)?,
            is_entry: false,
        })
    });
    found.collect()
}

/// The issuer of tokens with which Microsoft's own connectors enter AWS. Federation facts, X18.
const CONNECTORS: &str = "sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d/";

/// A role that Microsoft's connectors may take for any of their customers: neither the session's
/// name nor the subject is pinned, so another customer's connector that is told the role's ARN has
/// it.
fn connector(actor: &Actor) -> Option<Exposure> {
    let (_, trust) = actor.trust.as_ref()?;
    let provider = format!("arn:aws:iam::{}:oidc-provider/{CONNECTORS}", actor.account);
    let conditions = trust.statements.iter().flat_map(|statement| &statement.conditions);
    let audiences = conditions.filter(|one| one.key().to_ascii_lowercase().ends_with(":aud"));
    let audience = audiences.flat_map(|one| one.values()).next().cloned().unwrap_or_else(|| "any".to_owned());
    let keys = [(format!("{CONNECTORS}:aud"), audience)];
    let verdict = super::cross::opens(actor, &provider, "sts:AssumeRoleWithWebIdentity", &keys)?;
    verdict.is_certain().then(|| Exposure {
        resource: actor.id.clone(),
        can: BTreeSet::from(["sts:AssumeRoleWithWebIdentity".to_owned()]),
        who: "Microsoft's connectors of any tenant".into(),
        evidence: verdict.by,
        is_entry: false,
    })
}

/// Everybody, as a node of the net.
pub fn anybody() -> EntityId {
    EntityId::new(EntityKind::Resource, "*")
}

/// The edge from everybody to what lets everybody in.
pub(super) fn entry(exposure: &Exposure) -> Edge {
    let can: Vec<&str> = exposure.can.iter().map(String::as_str).collect();
    Edge {
        from: anybody(),
        to: exposure.resource.clone(),
        way: "open-to-anybody".into(),
        does: format!("needs nothing of the estate's own: {} may {}", exposure.who, can.join(", ")),
        through: None,
        certain: true,
        missing: BTreeSet::new(),
        evidence: exposure.evidence.clone(),
        attack: vec!["T1078.004".into()],
        fix: "name in the policy who may, and under which conditions".into(),
        cost: 0,
        host: None,
    }
}
