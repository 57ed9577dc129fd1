//! The canary: a session of our own, whose refusal proves that a deny took hold.
//!
//! The probe is `iam:GetRole` of the canary role itself. It changes nothing, can
//! be granted for that one role, and explicit denies hit it, which
//! `sts:GetCallerIdentity` escapes: that call is always allowed (STS API
//! reference). What it proves is that IAM in the account's partition evaluates
//! the new policy; a service in another region may lag behind by seconds.

use crate::answers;
use crate::client::{AwsCloud, Failure};
use crate::identity::{Link, Session, Tries, unreadable};
use crate::retry;
use crate::wire::{Form, Service};
use async_trait::async_trait;
use selvedge_model::arn::Arn;
use selvedge_ports::{Canary, CanarySession, CloudError, CloudErrorKind, Probe};
use serde_json::json;

#[async_trait]
impl Canary for AwsCloud {
    async fn open(&self, account: &str) -> Result<Option<CanarySession>, CloudError> {
        let link = self.link(account)?;
        let Some(role_arn) = &link.config.canary_role else {
            return Ok(None);
        };
        let session = self.canary(link, role_arn).await?;
        let role_id = session.user_id.split(':').next().unwrap_or_default().to_owned();
        Ok(Some(CanarySession {
            account: account.to_owned(),
            role_name: name_of(role_arn).to_owned(),
            role_arn: role_arn.clone(),
            role_id,
            user_id: session.user_id,
        }))
    }

    async fn probe(&self, session: &CanarySession) -> Result<Probe, CloudError> {
        let link = self.link(&session.account)?;
        let role_arn = link.config.canary_role.as_ref().filter(|arn| **arn == session.role_arn).ok_or_else(|| {
            CloudError::new(
                CloudErrorKind::NotFound,
                format!("account {} has no such canary role configured; set canary_role again", link.id),
            )
        })?;
        let own = self.canary(link, role_arn).await?;
        if own.user_id != session.user_id {
            return Err(CloudError::new(
                CloudErrorKind::Conflict,
                format!(
                    "the canary role of account {} was recreated or its session name changed; open the canary again and plan anew",
                    link.id
                ),
            ));
        }
        self.ask(link, role_arn, &own).await
    }
}

fn name_of(role_arn: &str) -> &str {
    Arn::parse(role_arn).map_or("", |arn| arn.name())
}

impl AwsCloud {
    /// The session held in memory, or a new one of the same name: denies name
    /// the role's id and the session's name, so they hit either.
    async fn canary(&self, link: &Link, role_arn: &str) -> Result<Session, CloudError> {
        let mut held = link.canary.lock().await;
        if let Some(session) = held.as_ref().filter(|session| session.is_fresh()) {
            return Ok(session.clone());
        }
        let policy = json!({
            "Version": "2012-10-17",
            "Statement": [{ "Effect": "Allow", "Action": "iam:GetRole", "Resource": role_arn }],
        });
        let session = self.canary_session(link, role_arn, policy.to_string()).await?;
        *held = Some(session.clone());
        Ok(session)
    }

    async fn ask(&self, link: &Link, role_arn: &str, session: &Session) -> Result<Probe, CloudError> {
        let form = Form::new(Service::Iam, "GetRole", &[("RoleName", name_of(role_arn))]);
        let what = format!("the canary's {} in account {}", form.permission(), link.id);
        let mut failures = 0;
        loop {
            let failure = match self.once(&form, &session.credentials, Tries::Several).await {
                Ok(body) => {
                    return answers::role(&body)
                        .map(|_| Probe::Served)
                        .map_err(|error| unreadable(link, &form, &error));
                }
                Err(failure) => failure,
            };
            if let Failure::Fault(fault) = &failure {
                // Only the deny that was put on the role counts. A canary that
                // was never allowed to ask would "prove" every deny.
                if fault.is_explicit_identity_deny() {
                    return Ok(Probe::Refused);
                }
                if fault.is_about_credentials() {
                    *link.canary.lock().await = None;
                }
            }
            let error = failure.to_error(&what);
            failures += 1;
            match retry::wait(failures, &error) {
                Some(wait) => self.clock.sleep(wait).await,
                None => return Err(error),
            }
        }
    }
}
