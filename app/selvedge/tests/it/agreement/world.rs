//! The estate of the comparison: made in an emulator, and as the evaluator is told of it.

use super::call::{Given, REGION, arn, encoded, version};
use crate::ministack::emulator::{ACCOUNT, Call, Emulator, Keys, USER_AGENT};
use selvedge_access::policy::Kind;
use selvedge_access::{Context, Policy, PolicySet, Request};
use selvedge_aws::xml::Node;
use selvedge_model::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What the estate is, and what of it is only known once it is made.
pub(crate) struct World {
    estate: Value,
    /// Keys by the name that lines have for a principal.
    pub(super) credentials: BTreeMap<String, Keys>,
    /// `aws:userid` of principals.
    ids: BTreeMap<String, String>,
    keys: BTreeMap<String, String>,
    secrets: BTreeMap<String, String>,
    now: Timestamp,
}

fn entries(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_object().into_iter().flatten().map(|(name, value)| (name.as_str(), value))
}

fn texts(value: &Value) -> impl Iterator<Item = &str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str)
}

fn pairs(value: &Value) -> impl Iterator<Item = (&str, &str)> {
    entries(value).map(|(name, value)| (name, value.as_str().unwrap()))
}

/// A document: the estate gives the statements alone where nothing else is of note.
fn document(given: &Value) -> Value {
    if given.is_array() { json!({"Version": "2012-10-17", "Statement": given}) } else { given.clone() }
}

fn read(kind: Kind, name: &str, given: &Value) -> (String, Policy) {
    let (policy, problems) = Policy::read(kind, &document(given));
    assert_eq!(problems, [], "{name}");
    (name.to_owned(), policy)
}

fn policy_arn(name: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:policy/{name}")
}

impl World {
    /// As it will be, without an emulator.
    pub(crate) fn imagined() -> Self {
        let estate = serde_json::from_str(include_str!("estate.json")).unwrap();
        let (credentials, ids, keys, secrets) = Default::default();
        Self { estate, credentials, ids, keys, secrets, now: Timestamp::now() }
    }

    pub(super) fn key(&self, name: &str) -> String {
        self.keys.get(name).cloned().unwrap_or_else(|| format!("key-{name}"))
    }

    pub(super) fn secret(&self, name: &str) -> String {
        let imagined = || format!("arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{name}-abcdef");
        self.secrets.get(name).cloned().unwrap_or_else(imagined)
    }

    fn managed(&self, kind: Kind, name: &str) -> (String, Policy) {
        read(kind, name, &self.estate["managed"][name])
    }

    /// The policies of one user, group or role.
    fn identity_of(&self, entity: &Value, into: &mut Vec<(String, Policy)>) {
        into.extend(entries(&entity["inline"]).map(|(name, given)| read(Kind::Identity, name, given)));
        into.extend(texts(&entity["attached"]).map(|name| self.managed(Kind::Identity, name)));
        for group in texts(&entity["groups"]) {
            self.identity_of(&self.estate["groups"][group], into);
        }
    }

    /// What the evaluator is asked: the policies as they are written, and the request with all
    /// keys that it has.
    pub(crate) fn question(&self, who: &str, action: &str, on: &str, keys: &Given) -> (PolicySet, Request) {
        let session = who.split_once('/');
        let is_federated = self.is_federated(who);
        let entity = match session {
            Some((user, _)) if is_federated => &self.estate["users"][user],
            Some((role, _)) => &self.estate["roles"][role],
            None => &self.estate["users"][who],
        };
        assert!(entity.is_object(), "there is no {who}");
        let mut set = PolicySet { resource: self.resource(action, on), ..PolicySet::default() };
        self.identity_of(entity, &mut set.identity);
        set.boundary = entity["boundary"].as_str().map(|name| self.managed(Kind::Boundary, name));
        let opened = &self.estate["sessions"][who];
        set.session.extend(opened.get("policy").map(|given| read(Kind::Session, "session", given)));
        set.session.extend(texts(&opened["policies"]).map(|name| self.managed(Kind::Session, name)));
        let account = entity["account"].as_str().unwrap_or(ACCOUNT);
        let principal = match session {
            Some((_, name)) if is_federated => format!("arn:aws:sts::{ACCOUNT}:federated-user/{name}"),
            Some(_) => format!("arn:aws:sts::{ACCOUNT}:assumed-role/{who}"),
            None => format!("arn:aws:iam::{account}:user{}{who}", entity["path"].as_str().unwrap_or("/")),
        };
        let region = keys.iter().find(|(key, _)| key == "aws:RequestedRegion").map_or(REGION, |(_, value)| value);
        let context = self.context(who, entity, action, on, keys);
        let asked = Request::new(action, arn(action, on, region, self), context);
        (set, asked.by(principal).between(Some(account), Some(ACCOUNT)))
    }

    /// Whether a session is one that a user opened for somebody, and not one of a role.
    fn is_federated(&self, who: &str) -> bool {
        self.estate["sessions"][who]["federated"] == true
    }

    /// The entry of the resource in the estate, and the name of its kind there.
    fn entry(&self, action: &str, on: &str) -> &Value {
        let (name, rest) = on.split_once('/').unwrap_or((on, ""));
        match action.split(':').next().unwrap() {
            "s3" => &self.estate["buckets"][name],
            "sqs" => &self.estate["queues"][name],
            "sns" => &self.estate["topics"][name],
            "dynamodb" => &self.estate["tables"][name],
            "kms" => &self.estate["keys"][name],
            "secretsmanager" => &self.estate["secrets"][name],
            _ if name == "role" => &self.estate["roles"][rest],
            _ => &Value::Null,
        }
    }

    fn resource(&self, action: &str, on: &str) -> Option<(String, Policy)> {
        let entry = self.entry(action, on);
        if action == "sts:AssumeRole" {
            return Some(read(Kind::Trust, on, &trust(entry)));
        }
        if action.starts_with("iam:") {
            return None;
        }
        entry.get("policy").map(|given| read(Kind::Resource, on, given))
    }

    fn context(&self, who: &str, entity: &Value, action: &str, on: &str, keys: &Given) -> Context {
        let is_session = who.contains('/');
        let now = self.now.to_string();
        let unknown = || if is_session { format!("AROAX:{}", who.split('/').nth(1).unwrap()) } else { "AIDAX".into() };
        let mut context = Context::complete()
            .with("aws:SourceIp", "127.0.0.1")
            .with("aws:SecureTransport", "false")
            .with("aws:UserAgent", USER_AGENT)
            .with("aws:RequestedRegion", REGION)
            .with("aws:CurrentTime", now.clone())
            .with("aws:EpochTime", self.now.as_second().to_string())
            .with("aws:ViaAWSService", "false")
            .with("aws:userid", self.ids.get(who).cloned().unwrap_or_else(unknown));
        if is_session {
            context = context.with("aws:TokenIssueTime", now).with("aws:MultiFactorAuthPresent", "false");
        }
        let own = if self.is_federated(who) { &Value::Null } else { &entity["tags"] };
        for (name, value) in pairs(own).chain(pairs(&self.estate["sessions"][who]["tags"])) {
            context = context.with(&format!("aws:PrincipalTag/{name}"), value);
        }
        // S3 has tags of objects, under a name of its own.
        if action == "s3:GetObject" {
            for (name, value) in pairs(&self.estate["objects"][on]) {
                context = context.with(&format!("s3:ExistingObjectTag/{name}"), value);
            }
        } else {
            for (name, value) in pairs(&self.entry(action, on)["tags"]) {
                context = context.with(&format!("aws:ResourceTag/{name}"), value);
            }
        }
        let brought = keys.iter().filter_map(|(key, _)| key.strip_prefix("aws:RequestTag/"));
        let brought: Vec<String> = brought.map(str::to_owned).collect();
        if !brought.is_empty() {
            context = context.with_all("aws:TagKeys", brought);
        }
        for (key, value) in keys {
            context = context.with_all(key, value.split(',').map(str::to_owned).collect());
        }
        context
    }
}

/// Whoever the account lets may assume a role, unless its entry says otherwise.
fn trust(role: &Value) -> Value {
    let usual = || {
        json!([{"Effect": "Allow", "Principal": {"AWS": format!("arn:aws:iam::{ACCOUNT}:root")},
            "Action": ["sts:AssumeRole", "sts:TagSession"]}])
    };
    role.get("trust").cloned().unwrap_or_else(usual)
}

fn tagged<'a>(entity: &'a Value, list: &str) -> Vec<(String, &'a str)> {
    let tag = |(n, (key, value)): (usize, (&'a str, &'a str))| {
        [(format!("{list}.{}.Key", n + 1), key), (format!("{list}.{}.Value", n + 1), value)]
    };
    pairs(&entity["tags"]).enumerate().flat_map(tag).collect()
}

/// Makes things as the account's root.
struct Maker<'a> {
    emulator: &'a Emulator,
    by: &'a Keys,
}

impl Maker<'_> {
    async fn form(&self, service: &str, operation: &str, given: &[(String, &str)]) -> Node {
        let fixed = [("Action", operation), ("Version", version(service))];
        let given = given.iter().map(|(name, value)| (name.as_str(), *value));
        let body = encoded(&fixed.into_iter().chain(given).collect::<Vec<_>>());
        Node::parse(&self.send(service, "POST", "/", Vec::new(), body).await).unwrap()
    }

    async fn simple(&self, service: &str, operation: &str, given: &[(&str, &str)]) -> Node {
        let given: Vec<(String, &str)> = given.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
        self.form(service, operation, &given).await
    }

    async fn json(&self, service: &str, target: &str, body: Value) -> Value {
        let headers = vec![
            ("content-type".to_owned(), "application/x-amz-json-1.1".to_owned()),
            ("x-amz-target".to_owned(), target.to_owned()),
        ];
        serde_json::from_slice(&self.send(service, "POST", "/", headers, body.to_string()).await).unwrap()
    }

    async fn send(
        &self,
        service: &str,
        method: &'static str,
        path: &str,
        headers: Vec<(String, String)>,
        body: String,
    ) -> Vec<u8> {
        let call = Call { service: service.into(), region: REGION.into(), method, path: path.into(), headers, body };
        let (status, answer) = self.emulator.call(self.by, &call).await;
        assert!(status < 300, "{status} {} to {method} {path} {}", String::from_utf8_lossy(&answer), call.body);
        answer
    }

    async fn policies(&self, kind: &str, name: &str, entity: &Value) {
        let key = format!("{kind}Name");
        for (policy, given) in entries(&entity["inline"]) {
            let text = document(given).to_string();
            let given = [(key.as_str(), name), ("PolicyName", policy), ("PolicyDocument", &text)];
            self.simple("iam", &format!("Put{kind}Policy"), &given).await;
        }
        for policy in texts(&entity["attached"]) {
            let given = [(key.as_str(), name), ("PolicyArn", &policy_arn(policy))];
            self.simple("iam", &format!("Attach{kind}Policy"), &given).await;
        }
        for group in texts(&entity["groups"]) {
            self.simple("iam", "AddUserToGroup", &[("UserName", name), ("GroupName", group)]).await;
        }
    }

    /// Path, tags and boundary of a user or role that is to be made.
    fn entity<'a>(&self, entity: &'a Value, boundary: &'a str) -> Vec<(String, &'a str)> {
        let mut given = tagged(entity, "Tags.member");
        given.extend(entity["path"].as_str().map(|path| ("Path".to_owned(), path)));
        if !boundary.is_empty() {
            given.push(("PermissionsBoundary".to_owned(), boundary));
        }
        given
    }
}

/// The text of an element anywhere in an answer.
fn found(node: &Node, name: &str) -> Option<String> {
    if node.name == name {
        return Some(node.text.clone());
    }
    node.children.iter().find_map(|child| found(child, name))
}

impl World {
    /// The same, made in an emulator, without some users and sessions.
    pub(crate) async fn made(emulator: &Emulator, root: &Keys, without: &[&str]) -> Self {
        let mut world = Self::imagined();
        let maker = Maker { emulator, by: root };
        let estate = world.estate.clone();
        for (name, given) in entries(&estate["managed"]) {
            let text = document(given).to_string();
            maker.simple("iam", "CreatePolicy", &[("PolicyName", name), ("PolicyDocument", &text)]).await;
        }
        for (name, group) in entries(&estate["groups"]) {
            maker.simple("iam", "CreateGroup", &[("GroupName", name)]).await;
            maker.policies("Group", name, group).await;
        }
        world.make_users(&maker, &estate["users"], without).await;
        for (name, role) in entries(&estate["roles"]) {
            let (text, boundary) = (document(&trust(role)).to_string(), boundary(role));
            let mut given = maker.entity(role, &boundary);
            given.extend([("RoleName".to_owned(), name), ("AssumeRolePolicyDocument".to_owned(), &text)]);
            maker.form("iam", "CreateRole", &given).await;
            maker.policies("Role", name, role).await;
        }
        world.make_resources(&maker, &estate).await;
        world.open_sessions(emulator, &estate["sessions"], without).await;
        world.now = Timestamp::now();
        world
    }

    async fn make_users(&mut self, maker: &Maker<'_>, users: &Value, without: &[&str]) {
        for (name, user) in entries(users).filter(|(name, _)| !without.contains(name)) {
            // The emulator takes the number of an account for the key of its root.
            let other = user["account"].as_str().map(|id| Keys { id: id.into(), ..maker.by.clone() });
            let maker = Maker { emulator: maker.emulator, by: other.as_ref().unwrap_or(maker.by) };
            let boundary = boundary(user);
            let mut given = maker.entity(user, &boundary);
            given.push(("UserName".to_owned(), name));
            let made = maker.form("iam", "CreateUser", &given).await;
            self.ids.insert(name.into(), found(&made, "UserId").unwrap());
            maker.policies("User", name, user).await;
            let key = maker.simple("iam", "CreateAccessKey", &[("UserName", name)]).await;
            let (id, secret) = (found(&key, "AccessKeyId").unwrap(), found(&key, "SecretAccessKey").unwrap());
            self.credentials.insert(name.into(), Keys { id, secret, token: None });
        }
    }

    async fn make_resources(&mut self, maker: &Maker<'_>, estate: &Value) {
        for (name, _) in entries(&estate["buckets"]) {
            maker.send("s3", "PUT", &format!("/{name}"), Vec::new(), String::new()).await;
        }
        for (path, tags) in entries(&estate["objects"]) {
            let tags: Vec<(&str, &str)> = pairs(tags).collect();
            let header = ("x-amz-tagging".to_owned(), encoded(&tags));
            let headers = if tags.is_empty() { Vec::new() } else { vec![header] };
            maker.send("s3", "PUT", &format!("/{path}"), headers, "data".into()).await;
        }
        for (name, bucket) in entries(&estate["buckets"]) {
            let Some(policy) = bucket.get("policy") else { continue };
            // A new bucket takes no public policy.
            maker.send("s3", "DELETE", &format!("/{name}?publicAccessBlock"), Vec::new(), String::new()).await;
            let text = document(policy).to_string();
            maker.send("s3", "PUT", &format!("/{name}?policy"), Vec::new(), text).await;
        }
        for (name, queue) in entries(&estate["queues"]) {
            let text = queue.get("policy").map(|policy| document(policy).to_string());
            let mut given = vec![("QueueName".to_owned(), name)];
            given.extend(tagged(queue, "Tag"));
            if let Some(text) = &text {
                given.extend([("Attribute.1.Name".to_owned(), "Policy"), ("Attribute.1.Value".to_owned(), text)]);
            }
            maker.form("sqs", "CreateQueue", &given).await;
        }
        for (name, topic) in entries(&estate["topics"]) {
            let mut given = vec![("Name".to_owned(), name)];
            given.extend(tagged(topic, "Tags.member"));
            let made = maker.form("sns", "CreateTopic", &given).await;
            if let Some(policy) = topic.get("policy") {
                let (arn, text) = (found(&made, "TopicArn").unwrap(), document(policy).to_string());
                let given = [("TopicArn", arn.as_str()), ("AttributeName", "Policy"), ("AttributeValue", &text)];
                maker.simple("sns", "SetTopicAttributes", &given).await;
            }
        }
        self.make_stores(maker, estate).await;
    }

    async fn make_stores(&mut self, maker: &Maker<'_>, estate: &Value) {
        let list = |entity: &Value| -> Vec<Value> {
            pairs(&entity["tags"]).map(|(key, value)| json!({"Key": key, "Value": value})).collect()
        };
        let key = |name: &str| json!([{"AttributeName": name, "KeyType": "HASH"}]);
        for (name, table) in entries(&estate["tables"]) {
            let index =
                json!({"IndexName": "by-nick", "KeySchema": key("nick"), "Projection": {"ProjectionType": "ALL"}});
            let body = json!({
                "TableName": name, "BillingMode": "PAY_PER_REQUEST", "KeySchema": key("id"), "Tags": list(table),
                "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}, {"AttributeName": "nick", "AttributeType": "S"}],
                "GlobalSecondaryIndexes": [index],
            });
            maker.json("dynamodb", "DynamoDB_20120810.CreateTable", body).await;
        }
        for (name, given) in entries(&estate["keys"]) {
            let body =
                json!({"Policy": document(&given["policy"]).to_string(), "BypassPolicyLockoutSafetyCheck": true});
            let made = maker.json("kms", "TrentService.CreateKey", body).await;
            self.keys.insert(name.into(), made["KeyMetadata"]["KeyId"].as_str().unwrap().to_owned());
        }
        for (name, secret) in entries(&estate["secrets"]) {
            let body = json!({"Name": name, "SecretString": "x", "Tags": list(secret), "ClientRequestToken": format!("{:0>32}", name)});
            let made = maker.json("secretsmanager", "secretsmanager.CreateSecret", body).await;
            self.secrets.insert(name.into(), made["ARN"].as_str().unwrap().to_owned());
        }
    }

    /// A root user assumes no roles: a user does it. A federated session is opened by its own user.
    async fn open_sessions(&mut self, emulator: &Emulator, sessions: &Value, without: &[&str]) {
        for (who, session) in entries(sessions).filter(|(who, _)| !without.contains(who)) {
            let (role, name) = who.split_once('/').unwrap();
            let is_federated = self.is_federated(who);
            let arn = format!("arn:aws:iam::{ACCOUNT}:role/{role}");
            let text = session.get("policy").map(|policy| document(policy).to_string());
            let managed: Vec<String> = texts(&session["policies"]).map(policy_arn).collect();
            let (by, operation, mut given) = match is_federated {
                true => (role, "GetFederationToken", vec![("Name".to_owned(), name)]),
                false => {
                    let given = vec![("RoleArn".to_owned(), arn.as_str()), ("RoleSessionName".to_owned(), name)];
                    ("opener", "AssumeRole", given)
                }
            };
            given.extend(text.as_deref().map(|text| ("Policy".to_owned(), text)));
            given.extend((1..).zip(&managed).map(|(n, arn)| (format!("PolicyArns.member.{n}.arn"), arn.as_str())));
            given.extend(tagged(session, "Tags.member"));
            let maker = Maker { emulator, by: &self.credentials[by] };
            let made = maker.form("sts", operation, &given).await;
            let text = |name: &str| found(&made, name).unwrap();
            let id = text(if is_federated { "FederatedUserId" } else { "AssumedRoleId" });
            self.ids.insert(who.into(), id);
            let token = Some(text("SessionToken"));
            let keys = Keys { id: text("AccessKeyId"), secret: text("SecretAccessKey"), token };
            self.credentials.insert(who.into(), keys);
        }
    }
}

fn boundary(entity: &Value) -> String {
    entity["boundary"].as_str().map(policy_arn).unwrap_or_default()
}
