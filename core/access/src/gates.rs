//! The gates that a request must pass, and what may shut them all.
//!
//! Source: IAM user guide, "Policy evaluation logic"; Organizations user guide, "SCP
//! evaluation" and "Resource control policies"; KMS developer guide, "Key policies in AWS
//! KMS"; S3 user guide, "Blocking public access".

use crate::answer::StatementRef;
use crate::condition::Condition;
use crate::layer::{Grants, Layer, Said};
use crate::policy::{Effect, Statement};
use crate::principal::{Asker, Caller};
use crate::request::{Grant, Named, PolicySet, Request};
use crate::truth::{Missing, Truth};

/// One kind of policy that must allow.
pub(crate) struct Gate {
    pub(crate) name: String,
    pub(crate) truth: Truth,
    pub(crate) cited: Vec<StatementRef>,
}

impl Gate {
    fn new(name: impl Into<String>, said: &Said) -> Self {
        let cited = said.certain.iter().chain(&said.possible).cloned().collect();
        Self { name: name.into(), truth: said.truth.clone(), cited }
    }

    fn shut(name: impl Into<String>) -> Self {
        Self { name: name.into(), truth: Truth::No, cited: Vec::new() }
    }
}

/// A request with what each kind of policy says of it.
pub(crate) struct Case<'a> {
    policies: &'a PolicySet,
    request: &'a Request,
    caller: Option<&'a Caller>,
    identity: Layer,
    boundary: Option<Layer>,
    session: Option<Layer>,
    scps: Vec<Layer>,
    rcps: Said,
    resource: Grants,
    endpoint: Option<Grants>,
}

impl<'a> Case<'a> {
    pub(crate) fn new(policies: &'a PolicySet, request: &'a Request, caller: Option<&'a Caller>) -> Self {
        let nobody = Caller::Anonymous;
        let asker =
            Asker { caller: caller.unwrap_or(&nobody), account: request.own_account(), context: &request.context };
        let of = |policies: &[Named]| Layer::of(policies, request);
        let has_own = caller.is_none_or(Caller::has_account);
        let bound = has_own && !matches!(caller, Some(Caller::Root));
        let linked = caller.is_some_and(Caller::is_service_linked);
        let governed = has_own && !linked;
        let nothing = Layer { allow: Said::no(), deny: Said::no() };
        let mut resource = Grants::of(policies.resource.iter().chain(&policies.acls), request, &asker);
        add_grants(&mut resource, &policies.grants, request, &asker);
        Self {
            policies,
            request,
            caller,
            identity: if has_own { of(&policies.identity) } else { nothing },
            boundary: policies.boundary.as_ref().filter(|_| bound).map(|one| Layer::of([one], request)),
            session: (has_own && !policies.session.is_empty()).then(|| of(&policies.session)),
            scps: policies.scps.iter().filter(|_| governed).map(|level| of(level)).collect(),
            rcps: if linked { Said::no() } else { rcps(policies, request, &asker) },
            resource,
            endpoint: policies.endpoint.as_ref().map(|one| Grants::of([one], request, &asker)),
        }
    }

    /// Whether anything denies explicitly.
    pub(crate) fn deny(&self) -> Said {
        let layers = [Some(&self.identity), self.boundary.as_ref(), self.session.as_ref()];
        let own = layers.into_iter().flatten().chain(&self.scps).map(|layer| layer.deny.clone());
        let granted = [Some(&self.resource), self.endpoint.as_ref()].into_iter().flatten().map(|one| one.deny.clone());
        own.chain(granted).fold(self.rcps.clone(), Said::or)
    }

    /// All that must allow.
    pub(crate) fn gates(&self, same_account: bool) -> Vec<Gate> {
        let mut gates = match self.caller {
            Some(caller) if !caller.has_account() => vec![Gate::new("resource", &self.resource.any)],
            _ if same_account => self.inside(),
            _ => self.across(),
        };
        for (level, layer) in self.scps.iter().enumerate() {
            gates.push(Gate::new(format!("scps[{level}]"), &layer.allow));
        }
        gates.extend(self.endpoint.as_ref().map(|endpoint| Gate::new("vpc_endpoint", &endpoint.any)));
        if self.is_kept_from_the_public(same_account) {
            gates.push(Gate::shut("s3 block public access"));
        }
        if self.request.is_trust() && self.caller == Some(&Caller::Root) {
            gates.push(Gate::shut("a root user assumes no roles"));
        }
        gates
    }

    /// Within one account a resource that names the caller makes up for what the caller's own
    /// policies do not say.
    fn inside(&self) -> Vec<Gate> {
        let (identity, full) = (&self.resource.identity, &self.resource.full);
        let mut gates = vec![Gate::new("identity", &self.own().or(identity.clone()))];
        if self.request.is_up_to_the_resource() && self.caller.is_some() {
            gates.push(Gate::new("resource", &self.resource.any));
        }
        if let Some(boundary) = &self.boundary {
            gates.push(Gate::new("boundary", &boundary.allow.clone().or(full.clone())));
        }
        if let Some(session) = self.by_session() {
            gates.push(Gate::new("session", &session.or(full.clone())));
        }
        gates
    }

    /// Between accounts both sides must allow.
    fn across(&self) -> Vec<Gate> {
        let mut gates = vec![Gate::new("identity", &self.own()), Gate::new("resource", &self.resource.any)];
        gates.extend(self.boundary.as_ref().map(|boundary| Gate::new("boundary", &boundary.allow)));
        gates.extend(self.by_session().map(|session| Gate::new("session", &session)));
        gates
    }

    /// What identity policies say; a root user needs none.
    fn own(&self) -> Said {
        match self.caller {
            Some(Caller::Root) => Said::of(Truth::Yes),
            _ => self.identity.allow.clone(),
        }
    }

    /// What session policies say. A federated user without one may nothing.
    fn by_session(&self) -> Option<Said> {
        match (&self.session, self.caller) {
            (Some(session), _) => Some(session.allow.clone()),
            (None, Some(Caller::Federated(_))) => Some(Said::no()),
            // A root session that `sts:AssumeRoot` opened always has a task policy. recalled.
            (None, Some(Caller::Root)) if self.request.is_by_assumed_root() => {
                let what = "the task policy of the root session (as a session policy)";
                Some(Said::of(Truth::unknown(Missing::NotCollected(what.into()))))
            }
            (None, _) => None,
        }
    }

    fn is_kept_from_the_public(&self, same_account: bool) -> bool {
        let outside = match self.caller {
            Some(Caller::Service(_)) | None => false,
            Some(caller) => !caller.has_account() || !same_account,
        };
        let policy = self.policies.resource.as_ref().map(|(_, policy)| policy);
        outside
            && self.policies.s3.restrict_public_buckets
            && self.request.is_of("s3")
            && policy.is_some_and(|policy| policy.statements.iter().any(is_public))
    }
}

/// Whether S3 takes a statement for a public one: for anybody, and not narrowed to fixed
/// values of what says where a request is from.
fn is_public(statement: &Statement) -> bool {
    let anybody = statement.principals.as_ref().is_some_and(|principals| principals.is_anyone() || principals.except);
    statement.effect != Some(Effect::Deny) && anybody && !statement.conditions.iter().any(narrows)
}

fn narrows(condition: &Condition) -> bool {
    const KEYS: [&str; 12] = [
        "aws:principalarn",
        "aws:principalaccount",
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:sourcearn",
        "aws:sourceaccount",
        "aws:sourceorgid",
        "aws:sourceip",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:userid",
        "s3:dataaccesspointaccount",
    ];
    let fixed = |value: &String| !value.contains("${") && value != "*" && value != "0.0.0.0/0" && value != "::/0";
    let negated = condition.operator().contains("Not") || condition.operator().contains("IfExists");
    !negated && KEYS.contains(&condition.key()) && condition.values().iter().all(fixed)
}

/// Services to whose resources resource control policies apply. recalled: the list grows;
/// where a service is missing the answer says so.
const RCP_SERVICES: &[&str] = &[
    "aoss",
    "appconfig",
    "autoscaling",
    "budgets",
    "cloudfront",
    "codeartifact",
    "codebuild",
    "cognito-identity",
    "cognito-idp",
    "dynamodb",
    "ecr",
    "ecr-public",
    "events",
    "firehose",
    "kms",
    "logs",
    "opensearch",
    "rolesanywhere",
    "s3",
    "secretsmanager",
    "signin",
    "sqs",
    "sts",
    "transfer",
    "wafv2",
    "xray",
];

/// What the resource's organization forbids. Such policies only deny: the one that allows
/// everything is always attached.
fn rcps(policies: &PolicySet, request: &Request, asker: &Asker<'_>) -> Said {
    if request.action.eq_ignore_ascii_case("kms:RetireGrant") {
        return Said::no();
    }
    let deny = Grants::of(policies.rcps.iter().flatten(), request, asker).deny;
    if RCP_SERVICES.iter().any(|service| request.is_of(service)) || deny.truth == Truth::No {
        return deny;
    }
    let unsure = Truth::unsupported(format!("whether resource control policies apply to {}", request.action));
    Said {
        truth: deny.truth.and(unsure),
        possible: deny.certain.into_iter().chain(deny.possible).collect(),
        certain: Vec::new(),
    }
}

/// A grant of a key allows what it names, whatever the policies do not say.
fn add_grants(resource: &mut Grants, grants: &[Grant], request: &Request, asker: &Asker<'_>) {
    let operation = request.action.split_once(':').map(|(_, name)| name).unwrap_or_default();
    for (index, grant) in grants.iter().enumerate().filter(|_| request.is_of("kms")) {
        let name = crate::principal::Name { kind: crate::principal::NameKind::Aws, text: grant.grantee.clone() };
        let given = grant.operations.iter().any(|own| own.eq_ignore_ascii_case(operation));
        let Some((_, truth)) = asker.named(&name).filter(|_| given) else {
            continue;
        };
        let open = if grant.constrained { Truth::unsupported("constraints of a grant") } else { Truth::Yes };
        let cite =
            || StatementRef { policy: format!("grants[{index}]"), index: 0, sid: None, effect: Some(Effect::Allow) };
        for said in [&mut resource.any, &mut resource.identity, &mut resource.full] {
            said.add(cite, truth.clone().and(open.clone()));
        }
    }
}
