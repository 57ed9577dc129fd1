//! Entra tenants: users, sign-in sessions, applications, and what is written to
//! their logs.

use crate::SimCloud;
use crate::clock::plus;
use crate::cloud::{Actor, State};
use crate::delayed::Delayed;
use crate::place::Place;
use crate::records::LogSource;
use crate::records::activity::{ArmCaller, ArmOperation, row};
use crate::records::entra::{UserSignIn, service_principal_sign_in, user_audit, user_sign_in};
use jiff::{SignedDuration, Timestamp};
use selvedge_actions::GraphMutation;
use selvedge_model::time::{iso_second, to_second};
use selvedge_ports::{CloudError, CloudErrorKind};
use serde_json::json;
use std::collections::BTreeMap;

/// An application that a user signs in to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct App {
    /// `appId`.
    pub id: String,
    /// Display name.
    pub name: String,
    /// The resource a token is for, id and name; `None` for a SAML application,
    /// which is its own resource.
    pub api: Option<(String, String)>,
}

impl App {
    /// The Azure portal, calling Azure Resource Manager.
    pub fn azure_portal() -> Self {
        Self {
            id: "c44b4083-3bb0-49c1-b47d-974e53cbdf3c".into(),
            name: "Azure Portal".into(),
            api: Some(("797f4846-ba00-4fd7-ba43-dac1f8f63013".into(), "Windows Azure Service Management API".into())),
        }
    }

    /// A SAML application of the tenant.
    pub fn saml(id: &str, name: &str) -> Self {
        Self { id: id.into(), name: name.into(), api: None }
    }

    pub(crate) fn is_saml(&self) -> bool {
        self.api.is_none()
    }

    pub(crate) fn resource(&self) -> (&str, &str) {
        self.api.as_ref().map_or((self.id.as_str(), self.name.as_str()), |(id, name)| (id, name))
    }
}

/// A workload's identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServicePrincipal {
    /// Object id.
    pub id: String,
    /// `appId`.
    pub app_id: String,
    /// Display name.
    pub name: String,
    /// Id of the credential it signs in with.
    pub key_id: String,
}

/// A user to be created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserSpec {
    /// Object id.
    pub id: String,
    /// UPN.
    pub upn: String,
    /// Display name.
    pub display_name: String,
    /// `Member` or `Guest`.
    pub user_type: String,
    /// `onPremisesSyncEnabled`; `None` if it never was synchronised.
    pub on_premises: Option<bool>,
}

/// What a change of a user replaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UserState {
    pub(crate) enabled: bool,
    /// Exact moment; Graph shows whole seconds.
    pub(crate) revoked_at: Option<Timestamp>,
}

#[derive(Debug, Clone)]
pub(crate) struct User {
    pub(crate) id: String,
    pub(crate) upn: String,
    pub(crate) display_name: String,
    pub(crate) user_type: String,
    pub(crate) on_premises: Option<bool>,
    pub(crate) created: Timestamp,
    pub(crate) state: Delayed<UserState>,
}

impl User {
    /// `signInSessionsValidFromDateTime` as stored.
    pub(crate) fn sessions_valid_from(&self) -> Timestamp {
        to_second(self.state.stored().revoked_at.unwrap_or(self.created))
    }
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Tenant {
    /// By object id.
    pub(crate) users: BTreeMap<String, User>,
    /// Whether its logs are ours to collect.
    pub(crate) collected: bool,
    /// Azure role assignments: principal's object id to (role, action prefix).
    pub(crate) assignments: BTreeMap<String, (String, String)>,
}

/// A sign-in session: what a refresh token or a browser cookie is good for.
/// Whoever holds it can go on signing in; a thief holds a copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntraSession {
    pub(crate) tenant: String,
    pub(crate) user_id: String,
    /// Claim `sid`.
    pub sid: String,
    pub(crate) started_at: Timestamp,
}

/// One token that was issued, and the row's id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    /// `id` of the row; hidden in the token's `uti`.
    pub id: String,
    /// The session it belongs to.
    pub session: EntraSession,
    /// UPN of the user.
    upn: String,
    display_name: String,
    app_id: String,
}

impl SignIn {
    pub(crate) fn tenant(&self) -> &str {
        &self.session.tenant
    }

    pub(crate) fn upn(&self) -> &str {
        &self.upn
    }
}

/// Why no token was issued.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignInError {
    /// No such tenant or user.
    #[error("there is no such user")]
    NoUser,
    /// 50057.
    #[error("the user account is disabled")]
    Disabled,
    /// 50173: the session was revoked.
    #[error("the grant was revoked; a fresh sign-in is needed")]
    Revoked,
}

impl SignInError {
    fn result(self) -> (u32, &'static str) {
        match self {
            Self::NoUser => (50034, "The user account does not exist in the directory."),
            Self::Disabled => (50057, "The user account is disabled."),
            Self::Revoked => (50173, "The provided grant has expired due to it being revoked."),
        }
    }
}

/// Why Azure Resource Manager refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no role assignment allows {action}; assign a role first")]
pub struct ArmError {
    /// The action.
    pub action: String,
}

impl SimCloud {
    /// Adds a tenant. Rows of a tenant whose logs are not `collected` (a stranger's)
    /// are not kept.
    pub fn add_tenant(&self, tenant: &str, collected: bool) {
        self.lock().tenants.entry(tenant.into()).or_default().collected = collected;
    }

    /// Adds an enabled user to a tenant.
    pub fn add_user(&self, tenant: &str, spec: UserSpec) {
        let user = User {
            id: spec.id.clone(),
            upn: spec.upn,
            display_name: spec.display_name,
            user_type: spec.user_type,
            on_premises: spec.on_premises,
            created: self.now(),
            state: Delayed::new(UserState { enabled: true, revoked_at: None }),
        };
        self.lock().tenants.entry(tenant.into()).or_default().users.insert(spec.id, user);
    }

    /// Lets a principal do what begins with `action_prefix` in Azure, by `role`.
    pub fn assign_azure_role(&self, tenant: &str, principal: &str, role: &str, action_prefix: &str) {
        let assignment = (role.to_owned(), action_prefix.to_owned());
        self.lock().tenants.entry(tenant.into()).or_default().assignments.insert(principal.into(), assignment);
    }

    /// Signs a user in interactively, with a second factor: opens a session.
    ///
    /// # Errors
    /// If the user is disabled, once that has spread. The failure is logged.
    pub fn sign_in(&self, tenant: &str, user_id: &str, app: &App, from: &Place) -> Result<SignIn, SignInError> {
        let now = self.now();
        let mut state = self.lock();
        let sid = state.rng.guid();
        let session = EntraSession { tenant: tenant.into(), user_id: user_id.into(), sid, started_at: now };
        state.sign_in(session, app, from, true, now)
    }

    /// Signs in without asking anybody, with what a session's holder has.
    ///
    /// # Errors
    /// If the user is disabled or the session revoked, once that has spread. The
    /// failure is logged.
    pub fn refresh(&self, session: &EntraSession, app: &App, from: &Place) -> Result<SignIn, SignInError> {
        let now = self.now();
        self.lock().sign_in(session.clone(), app, from, false, now)
    }

    /// Signs a workload in with its own credential and returns the row's id.
    pub fn sign_in_workload(&self, tenant: &str, principal: &ServicePrincipal, from: &Place) -> String {
        let now = self.now();
        let mut state = self.lock();
        let id = state.rng.request_id();
        let record = service_principal_sign_in(tenant, &id, now, principal, from, &mut state.rng);
        state.log_of_tenant(tenant, LogSource::SignIn, now, (id.clone(), record));
        id
    }

    /// A user calls Azure Resource Manager with a sign-in's token. Leaves a row
    /// when the operation starts and one when it has succeeded.
    ///
    /// # Errors
    /// If no role assignment of the user allows the action.
    pub fn arm_as_user(
        &self,
        sign_in: &SignIn,
        from: &Place,
        target: (&str, &str),
        action: &str,
    ) -> Result<(), ArmError> {
        let caller = ArmCaller {
            object_id: &sign_in.session.user_id,
            name: &sign_in.display_name,
            upn: Some(&sign_in.upn),
            app_id: &sign_in.app_id,
            uti: &selvedge_model::guid::to_unique_token_identifier(&sign_in.id).unwrap_or_default(),
            ip: &from.ip,
        };
        let now = self.now();
        self.lock().arm(sign_in.tenant(), &caller, target, action, now)
    }

    /// A workload calls Azure Resource Manager with the token of sign-in
    /// `sign_in_id`.
    ///
    /// # Errors
    /// If no role assignment of the workload allows the action.
    pub fn arm_as_workload(
        &self,
        tenant: &str,
        principal: &ServicePrincipal,
        sign_in_id: &str,
        from: &Place,
        target: (&str, &str),
        action: &str,
    ) -> Result<(), ArmError> {
        let caller = ArmCaller {
            object_id: &principal.id,
            name: &principal.name,
            upn: None,
            app_id: &principal.app_id,
            uti: &selvedge_model::guid::to_unique_token_identifier(sign_in_id).unwrap_or_default(),
            ip: &from.ip,
        };
        let now = self.now();
        self.lock().arm(tenant, &caller, target, action, now)
    }
}

impl State {
    fn log_of_tenant(&mut self, tenant: &str, source: LogSource, at: Timestamp, record: (String, serde_json::Value)) {
        if self.tenants.get(tenant).is_some_and(|tenant| tenant.collected) {
            self.log(source, tenant, at, record);
        }
    }

    pub(crate) fn sign_in(
        &mut self,
        session: EntraSession,
        app: &App,
        from: &Place,
        interactive: bool,
        now: Timestamp,
    ) -> Result<SignIn, SignInError> {
        let tenant = self.tenants.get(&session.tenant).ok_or(SignInError::NoUser)?;
        let user = tenant.users.get(&session.user_id).ok_or(SignInError::NoUser)?.clone();
        let effective = user.state.effective(now);
        let verdict = if !effective.enabled {
            Err(SignInError::Disabled)
        } else if effective.revoked_at.is_some_and(|at| session.started_at < at) {
            Err(SignInError::Revoked)
        } else {
            Ok(())
        };
        let id = self.rng.request_id();
        let row = UserSignIn {
            tenant: &session.tenant,
            id: &id,
            at: now,
            user_id: &user.id,
            upn: &user.upn,
            display_name: &user.display_name,
            user_type: &user.user_type,
            sid: &session.sid,
            app,
            from,
            interactive,
            result: verdict.err().map_or((0, ""), SignInError::result),
        };
        let record = user_sign_in(&row, &mut self.rng);
        self.log_of_tenant(&session.tenant, LogSource::SignIn, now, (id.clone(), record));
        verdict?;
        Ok(SignIn { id, upn: user.upn, display_name: user.display_name, app_id: app.id.clone(), session })
    }

    fn arm(
        &mut self,
        tenant: &str,
        caller: &ArmCaller<'_>,
        (subscription, resource): (&str, &str),
        action: &str,
        now: Timestamp,
    ) -> Result<(), ArmError> {
        let held = self.tenants.get(tenant).and_then(|held| held.assignments.get(caller.object_id));
        let Some((role, _)) = held.filter(|(_, prefix)| action.starts_with(prefix.as_str())).cloned() else {
            return Err(ArmError { action: action.into() });
        };
        let correlation = self.rng.guid();
        let mut assigned = crate::rng::Rng::labelled(self.seed, &format!("{}/{role}", caller.object_id));
        let (assignment, definition) = (assigned.hex(32), assigned.hex(32));
        let operation = ArmOperation {
            tenant,
            subscription,
            resource,
            action,
            role: &role,
            assignment: &assignment,
            definition: &definition,
            correlation: &correlation,
        };
        let took = self.rng.between(1_500, 4_500);
        let done = plus(now, SignedDuration::from_millis(took.cast_signed()));
        for (at, result, duration) in [(now, "Start", 0), (done, "Success", took)] {
            let record = row(&operation, caller, at, result, duration);
            self.log_of_tenant(tenant, LogSource::Activity, at, (correlation.clone(), record));
        }
        Ok(())
    }

    /// Carries out a change of a user: stored at once, effective later.
    pub(crate) fn change_user(
        &mut self,
        tenant: &str,
        op: &GraphMutation,
        by: &Actor,
        now: Timestamp,
    ) -> Result<(), (&'static str, CloudError)> {
        let delay = self.delays.entra;
        let effective_from = self.after(now, delay);
        let (GraphMutation::RevokeSignInSessions { id } | GraphMutation::SetAccountEnabled { id, .. }) = op;
        let Some(held) = self.tenants.get_mut(tenant) else {
            let message = format!("tenant {tenant} is not connected; configure its credentials");
            return Err(("Unavailable", CloudError::new(CloudErrorKind::Unavailable, message)));
        };
        let Some(user) = held.users.get_mut(id) else {
            let message = format!("user {id} does not exist");
            return Err(("Request_ResourceNotFound", CloudError::new(CloudErrorKind::NotFound, message)));
        };
        if matches!(op, GraphMutation::RevokeSignInSessions { .. }) && user.user_type == "Guest" {
            // Answered with success, and without effect on external users.
            return Ok(());
        }
        let before = user.state.stored().clone();
        let shown_before = user.sessions_valid_from();
        let (activity, property, old, new, after) = match op {
            GraphMutation::RevokeSignInSessions { .. } => (
                "Update StsRefreshTokenValidFrom Timestamp",
                "StsRefreshTokensValidFrom",
                json!(iso_second(shown_before)),
                json!(iso_second(now)),
                UserState { revoked_at: Some(now), ..before },
            ),
            GraphMutation::SetAccountEnabled { enabled, .. } => (
                if *enabled { "Enable account" } else { "Disable account" },
                "AccountEnabled",
                json!(before.enabled),
                json!(enabled),
                UserState { enabled: *enabled, ..before },
            ),
        };
        user.state.set(after, now, effective_from);
        let who = (user.id.clone(), user.upn.clone());
        let by = match by {
            Actor::Agent => "Selvedge",
            Actor::Other(name) => name,
        };
        let audit_id = self.rng.guid();
        let record =
            user_audit((tenant, &audit_id, now), activity, by, (&who.0, &who.1), (property, old, new), &mut self.rng);
        self.log_of_tenant(tenant, LogSource::EntraAudit, now, (audit_id, record));
        Ok(())
    }
}
