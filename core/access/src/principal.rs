//! Who asks, and whether a statement of a resource is for them.
//!
//! Source: IAM user guide, "AWS JSON policy elements: Principal" and "NotPrincipal". Names
//! are exact: no wildcards but the bare `*`, and no groups. A statement that names a role is
//! for all its sessions; one that names an account lets the account's own policies decide.

use crate::condition::Context;
use crate::truth::Truth;
use serde_json::Value;

/// What kind of name it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameKind {
    /// Anybody.
    Anyone,
    /// An account, user, role or session of AWS, or the unique id of one.
    Aws,
    /// A service of AWS.
    Service,
    /// An identity provider.
    Federated,
    /// The canonical user id of an account (S3).
    CanonicalUser,
}

/// One name in a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// Its kind.
    pub kind: NameKind,
    /// As the policy writes it.
    pub text: String,
}

/// `Principal` or `NotPrincipal`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principals {
    /// The names.
    pub names: Vec<Name>,
    /// Whether it is `NotPrincipal`.
    pub except: bool,
}

impl Principals {
    /// Reads the element's value.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(value: &Value, except: bool) -> Result<Self, String> {
        let anyone = || Name { kind: NameKind::Anyone, text: "*".into() };
        let kinds = match value {
            Value::String(text) if text == "*" => return Ok(Self { names: vec![anyone()], except }),
            Value::Object(kinds) if !kinds.is_empty() => kinds,
            _ => return Err("must be \"*\" or an object".into()),
        };
        let mut names = Vec::new();
        for (key, values) in kinds {
            let kind = match key.as_str() {
                "AWS" => NameKind::Aws,
                "Service" => NameKind::Service,
                "Federated" => NameKind::Federated,
                "CanonicalUser" => NameKind::CanonicalUser,
                _ => return Err(format!("there is no kind of principal named {key}")),
            };
            let values = match values {
                Value::Array(list) => list.iter().map(Value::as_str).collect::<Option<Vec<_>>>(),
                single => single.as_str().map(|text| vec![text]),
            };
            for text in values.filter(|list| !list.is_empty()).ok_or("names must be a string or a list of strings")? {
                names.push(match (kind, text) {
                    (NameKind::Aws, "*") => anyone(),
                    _ if crate::glob::has_wildcard(text) => return Err(format!("{text} holds a wildcard")),
                    (kind, text) => Name { kind, text: text.to_owned() },
                });
            }
        }
        Ok(Self { names, except })
    }

    /// Whether it is for anybody.
    pub fn is_anyone(&self) -> bool {
        self.names.iter().any(|name| name.kind == NameKind::Anyone)
    }
}

/// Who makes a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// Nobody known.
    Anonymous,
    /// A service of AWS by its own name.
    Service(String),
    /// An identity provider that vouches for somebody.
    Provider(String),
    /// The root user of an account.
    Root,
    /// A user; its ARN.
    User(String),
    /// A session of a role: the role's ARN as far as it is known, its name, the session's ARN if one
    /// is given.
    Role {
        /// ARN of the role, with its path.
        role: Option<String>,
        /// The role's name.
        name: String,
        /// ARN of the session.
        session: Option<String>,
    },
    /// A session of a federated user; its ARN.
    Federated(String),
    /// Something else of AWS.
    Other(String),
}

/// How far a statement that names the caller carries. Source: IAM user guide, "Policy
/// evaluation logic": which implicit denials of the caller's own policies it overcomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// The caller's account is named: its own policies decide.
    Account,
    /// The role is named: no identity policy is needed.
    Identity,
    /// The very user or session is named, or anybody: no boundary or session policy stands in
    /// the way.
    Full,
}

impl Caller {
    /// By the principal of a request. The path of a session's role is in no session's ARN:
    /// `aws:PrincipalArn` tells it.
    pub fn of(principal: &str, context: &Context) -> Self {
        if principal.eq_ignore_ascii_case("anonymous") || principal.is_empty() || principal == "*" {
            return Self::Anonymous;
        }
        let given: Vec<&str> = principal.splitn(6, ':').collect();
        let &[_, _, service, _, account, own] = given.as_slice() else {
            return Self::without_arn(principal);
        };
        let (kind, rest) = own.split_once('/').unwrap_or((own, ""));
        let last = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
        match (service, kind) {
            ("iam", "root") => Self::Root,
            ("iam", "user") => Self::User(principal.to_owned()),
            ("iam", "role") => Self::Role { role: Some(principal.to_owned()), name: last(rest), session: None },
            ("iam", "saml-provider" | "oidc-provider") => Self::Provider(principal.to_owned()),
            ("sts", "assumed-root") => Self::Root,
            ("sts", "federated-user") => Self::Federated(principal.to_owned()),
            ("sts", "assumed-role") => {
                let name = rest.split('/').next().unwrap_or_default().to_owned();
                let told = context.get("aws:principalarn").first();
                let own = |arn: &&String| {
                    arn.split(':').nth(4) == Some(account)
                        && arn.contains(":role/")
                        && arn.ends_with(&format!("/{name}"))
                };
                let role = told.filter(own).cloned();
                Self::Role { role, name, session: Some(principal.to_owned()) }
            }
            _ => Self::Other(principal.to_owned()),
        }
    }

    fn without_arn(principal: &str) -> Self {
        let is_account = principal.len() == 12 && principal.bytes().all(|b| b.is_ascii_digit());
        match principal {
            _ if is_account => Self::Root,
            _ if principal.ends_with(".amazonaws.com") || principal.ends_with(".amazonaws.com.cn") => {
                Self::Service(principal.to_owned())
            }
            _ if principal.contains('.') => Self::Provider(principal.to_owned()),
            _ => Self::Other(principal.to_owned()),
        }
    }

    /// Whether the role is one that AWS linked to a service: organizations' policies are not
    /// for it.
    pub fn is_service_linked(&self) -> bool {
        match self {
            Self::Role { role, name, .. } => {
                role.as_ref().is_some_and(|arn| arn.contains(":role/aws-service-role/"))
                    || name.starts_with("AWSServiceRoleFor")
            }
            _ => false,
        }
    }

    /// Whether it is known by policies of an account of its own.
    pub fn has_account(&self) -> bool {
        !matches!(self, Self::Anonymous | Self::Service(_) | Self::Provider(_))
    }

    /// `aws:PrincipalArn`.
    pub fn arn(&self, account: Option<&str>) -> Option<String> {
        let partition = "aws";
        Some(match self {
            Self::User(arn) | Self::Federated(arn) | Self::Other(arn) if arn.starts_with("arn:") => arn.clone(),
            Self::Role { role: Some(role), .. } => role.clone(),
            Self::Role { role: None, name, session } => {
                let session: Vec<&str> = session.as_deref()?.splitn(6, ':').collect();
                let (partition, account) = (session.get(1)?, session.get(4)?);
                format!("arn:{partition}:iam::{account}:role/{name}")
            }
            Self::Root => format!("arn:{partition}:iam::{}:root", account?),
            _ => return None,
        })
    }
}

/// Whom to compare names with.
pub struct Asker<'a> {
    /// Who asks.
    pub caller: &'a Caller,
    /// Their account.
    pub account: Option<&'a str>,
    /// The request's context: `aws:userid` begins with the unique id.
    pub context: &'a Context,
}

impl Asker<'_> {
    /// Whether a name is the caller's, and how far it carries.
    pub fn named(&self, name: &Name) -> Option<(Reach, Truth)> {
        match name.kind {
            NameKind::Anyone => Some((Reach::Full, Truth::Yes)),
            NameKind::Service => self.exact(name, |caller| matches!(caller, Caller::Service(own) if *own == name.text)),
            NameKind::Federated => {
                self.exact(name, |caller| matches!(caller, Caller::Provider(own) if *own == name.text))
            }
            NameKind::CanonicalUser => match self.caller.has_account() {
                true => Some((Reach::Account, Truth::unsupported("canonical user ids of S3"))),
                false => None,
            },
            NameKind::Aws => self.of_aws(&name.text),
        }
    }

    fn exact(&self, _name: &Name, is: impl Fn(&Caller) -> bool) -> Option<(Reach, Truth)> {
        is(self.caller).then_some((Reach::Full, Truth::Yes))
    }

    fn of_aws(&self, text: &str) -> Option<(Reach, Truth)> {
        if self.account.is_some_and(|own| is_account(text, own)) && self.caller.has_account() {
            return Some((Reach::Account, Truth::Yes));
        }
        if !text.contains(':') {
            return self.by_unique_id(text);
        }
        match self.caller {
            Caller::User(arn) => (arn == text).then_some((Reach::Full, Truth::Yes)),
            Caller::Federated(arn) if arn == text => Some((Reach::Full, Truth::Yes)),
            // What is granted or denied to a user holds for the sessions that it opens with
            // GetFederationToken; their names are free, and no request says who opened them.
            Caller::Federated(_) => self.account.is_some_and(|own| is_user(text, own)).then(|| {
                (Reach::Identity, Truth::unsupported(format!("whether {text} opened the federated user's session")))
            }),
            Caller::Role { session: Some(session), .. } if session == text => Some((Reach::Full, Truth::Yes)),
            Caller::Role { role, name, .. } => {
                let same = match role {
                    Some(role) => role == text,
                    // Names of roles are unique in an account, whatever their paths.
                    None => self.account.is_some_and(|own| is_role(text, own, name)),
                };
                same.then_some((Reach::Identity, Truth::Yes))
            }
            Caller::Other(arn) => (arn == text).then_some((Reach::Full, Truth::Yes)),
            _ => None,
        }
    }

    /// AWS puts the unique id in the place of a user's or role's name when that is deleted;
    /// whoever has the name now has another id.
    fn by_unique_id(&self, text: &str) -> Option<(Reach, Truth)> {
        let reach = match self.caller {
            Caller::User(_) => Reach::Full,
            Caller::Role { .. } => Reach::Identity,
            _ => return None,
        };
        match self.context.get("aws:userid") {
            [] if self.context.is_complete() => None,
            [] => Some((reach, Truth::unknown(crate::Missing::ContextKey("aws:userid".into())))),
            [id, ..] => (id.split(':').next() == Some(text)).then_some((reach, Truth::Yes)),
        }
    }

    /// Whether `NotPrincipal` leaves the caller out: all that they are known by must be
    /// listed. Where the account alone is missing AWS's guide says that it *might* deny.
    pub fn spared(&self, names: &[Name]) -> Truth {
        let listed = |reach: Reach| {
            names
                .iter()
                .filter(|name| name.kind != NameKind::Anyone)
                .any(|name| self.named(name).is_some_and(|(own, _)| own == reach))
        };
        if names.iter().any(|name| name.kind == NameKind::Anyone) {
            return Truth::Yes;
        }
        let own = match self.caller {
            Caller::Role { session: Some(_), .. } => listed(Reach::Full) && listed(Reach::Identity),
            Caller::Role { .. } => listed(Reach::Identity),
            Caller::Root => listed(Reach::Account),
            _ => listed(Reach::Full),
        };
        match (own, !self.caller.has_account() || listed(Reach::Account)) {
            (false, _) => Truth::No,
            (true, true) => Truth::Yes,
            (true, false) => Truth::unsupported("NotPrincipal that does not list the caller's account"),
        }
    }
}

fn is_account(text: &str, account: &str) -> bool {
    text == account || text.strip_suffix(":root").and_then(|arn| arn.rsplit(':').next()) == Some(account)
}

fn is_user(arn: &str, account: &str) -> bool {
    let given: Vec<&str> = arn.splitn(6, ':').collect();
    matches!(given.as_slice(), [_, _, "iam", _, own, path] if *own == account && path.starts_with("user/"))
}

fn is_role(arn: &str, account: &str, name: &str) -> bool {
    let given: Vec<&str> = arn.splitn(6, ':').collect();
    matches!(given.as_slice(), [_, _, "iam", _, own, path] if *own == account
        && path.strip_prefix("role/").and_then(|path| path.rsplit('/').next()) == Some(name))
}
