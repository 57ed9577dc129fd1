//! Amazon Resource Names and the ids inside AWS principals.

/// The parts of an ARN: `arn:partition:service:region:account:resource`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arn<'a> {
    /// `aws`, `aws-cn`, `aws-us-gov`.
    pub partition: &'a str,
    /// Service prefix, such as `iam`.
    pub service: &'a str,
    /// Region, empty for global services.
    pub region: &'a str,
    /// Account id, empty for some services.
    pub account: &'a str,
    /// All after the fifth colon, colons included.
    pub resource: &'a str,
}

impl<'a> Arn<'a> {
    /// Splits `text`; `None` if it has fewer than six parts or no `arn` prefix.
    pub fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        if parts.next()? != "arn" {
            return None;
        }
        Some(Self {
            partition: parts.next()?,
            service: parts.next()?,
            region: parts.next()?,
            account: parts.next()?,
            resource: parts.next()?,
        })
    }

    /// For `role/path/Name`, `user/Name`, `assumed-role/Name/Session`: the text
    /// before the first slash.
    pub fn resource_type(&self) -> &'a str {
        self.resource.split(['/', ':']).next().unwrap_or_default()
    }

    /// The last path element: a role's or user's name.
    pub fn name(&self) -> &'a str {
        self.resource.rsplit('/').next().unwrap_or_default()
    }
}

/// For `arn:aws:sts::1:assumed-role/Role/session`: (account, role name, session
/// name).
pub fn assumed_role(arn: &str) -> Option<(&str, &str, &str)> {
    let arn = Arn::parse(arn)?;
    let rest = arn.resource.strip_prefix("assumed-role/")?;
    let (role, session) = rest.split_once('/')?;
    Some((arn.account, role, session))
}

/// A role whose policies IAM refuses to change, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LockedRole {
    /// Made by IAM Identity Center from a permission set (`AWSReservedSSO_*`).
    IdentityCenter,
    /// Made and owned by an AWS service (`/aws-service-role/`).
    ServiceLinked,
}

/// Whether IAM lets nobody edit this role. Source: IAM user guide, "You can't
/// edit roles in IAM that were created from IAM Identity Center permission
/// sets"; service-linked roles are protected by their service.
pub fn locked_role(path: &str, name: &str) -> Option<LockedRole> {
    if path.starts_with("/aws-reserved/sso.amazonaws.com/") || name.starts_with("AWSReservedSSO_") {
        Some(LockedRole::IdentityCenter)
    } else if path.starts_with("/aws-service-role/") || name.starts_with("AWSServiceRoleFor") {
        Some(LockedRole::ServiceLinked)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns() {
        let arn = Arn::parse("arn:aws:iam::111122223333:role/a/b/Name").unwrap();
        assert_eq!((arn.account, arn.resource_type(), arn.name()), ("111122223333", "role", "Name"));
        assert_eq!(assumed_role("arn:aws:sts::1:assumed-role/R/a@b.c"), Some(("1", "R", "a@b.c")));
        assert!(Arn::parse("arn:aws:s3").is_none());
        assert_eq!(locked_role("/", "MLDataEngineer"), None);
        assert_eq!(locked_role("/", "AWSReservedSSO_Dev_0123456789abcdef"), Some(LockedRole::IdentityCenter));
        assert_eq!(
            locked_role("/aws-service-role/x.amazonaws.com/", "AWSServiceRoleForX"),
            Some(LockedRole::ServiceLinked)
        );
    }
}
