//! Bearer tokens from whatever credential is configured.

use crate::config::{GraphCredential, NationalCloud};
use crate::secret::Secret;
use azure_core::cloud::CloudConfiguration;
use azure_core::credentials::TokenCredential;
use azure_core::http::{ClientOptions, Transport};
use azure_identity::{
    AzureCliCredential, AzureCliCredentialOptions, ClientAssertionCredentialOptions, ClientSecretCredential,
    ClientSecretCredentialOptions, ManagedIdentityCredential, ManagedIdentityCredentialOptions, UserAssignedId,
    WorkloadIdentityCredential, WorkloadIdentityCredentialOptions,
};
use selvedge_ports::{CloudError, CloudErrorKind};
use std::sync::Arc;

/// A source of tokens. azure_identity keeps tokens until shortly before they
/// expire. No `Debug`: it holds secrets.
pub(crate) enum Tokens {
    Fixed(Secret),
    Credential(Arc<dyn TokenCredential>),
}

impl Tokens {
    /// # Errors
    /// Why the credential cannot be used, with the remedy.
    pub(crate) fn new(
        credential: &GraphCredential,
        tenant: &str,
        cloud: NationalCloud,
        http: &reqwest::Client,
    ) -> Result<Self, String> {
        let options = ClientOptions {
            transport: Some(Transport::new(Arc::new(http.clone()))),
            cloud: Some(Arc::new(cloud_of(cloud))),
            ..ClientOptions::default()
        };
        let credential: azure_core::Result<Arc<dyn TokenCredential>> = match credential {
            GraphCredential::Token { token } => return Ok(Self::Fixed(token.resolve()?)),
            GraphCredential::ClientSecret { client_id, client_secret } => {
                let secret = client_secret.resolve()?.expose().to_owned();
                let options = ClientSecretCredentialOptions { client_options: options };
                ClientSecretCredential::new(tenant, client_id.clone(), secret.into(), Some(options)).map(|c| c as _)
            }
            GraphCredential::WorkloadIdentity { client_id, token_file } => {
                WorkloadIdentityCredential::new(Some(WorkloadIdentityCredentialOptions {
                    credential_options: ClientAssertionCredentialOptions { client_options: options },
                    client_id: client_id.clone(),
                    tenant_id: Some(tenant.to_owned()),
                    token_file_path: token_file.as_ref().map(Into::into),
                }))
                .map(|c| c as _)
            }
            GraphCredential::ManagedIdentity { client_id } => {
                ManagedIdentityCredential::new(Some(ManagedIdentityCredentialOptions {
                    user_assigned_id: client_id.clone().map(UserAssignedId::ClientId),
                    client_options: options,
                }))
                .map(|c| c as _)
            }
            GraphCredential::AzureCli => AzureCliCredential::new(Some(AzureCliCredentialOptions {
                tenant_id: Some(tenant.to_owned()),
                ..AzureCliCredentialOptions::default()
            }))
            .map(|c| c as _),
        };
        // The library's text is left out: it may hold what was given.
        credential.map(Self::Credential).map_err(|_| {
            "the credential is not complete; check client id, token file and the AZURE_* variables".to_owned()
        })
    }

    /// A token for `scope`.
    pub(crate) async fn get(&self, tenant: &str, scope: &str) -> Result<Secret, CloudError> {
        match self {
            Self::Fixed(token) => Ok(token.clone()),
            Self::Credential(credential) => match credential.get_token(&[scope], None).await {
                Ok(token) => Ok(Secret::new(token.token.secret())),
                Err(error) => Err(no_token(tenant, &error)),
            },
        }
    }
}

fn cloud_of(cloud: NationalCloud) -> CloudConfiguration {
    match cloud {
        NationalCloud::Public => CloudConfiguration::AzurePublic,
        NationalCloud::UsGovernment => CloudConfiguration::AzureGovernment,
        NationalCloud::China => CloudConfiguration::AzureChina,
    }
}

/// Only Entra's error number is shown of the cause; the rest may hold what was
/// sent.
fn no_token(tenant: &str, error: &azure_core::Error) -> CloudError {
    let mut text = error.to_string();
    let mut network = false;
    let mut cause: Option<&(dyn std::error::Error + 'static)> = std::error::Error::source(error);
    while let Some(inner) = cause {
        text.push(' ');
        text.push_str(&inner.to_string());
        network |= inner.downcast_ref::<reqwest::Error>().is_some();
        cause = inner.source();
    }
    if network {
        return CloudError::new(
            CloudErrorKind::Unavailable,
            format!(
                "tenant {tenant}: no token could be fetched, the sign-in endpoint was not reached; check the network, then try again"
            ),
        );
    }
    let number = entra_error(&text).unwrap_or_else(|| "no entra error number".into());
    CloudError::new(
        CloudErrorKind::Denied { missing: None },
        format!(
            "tenant {tenant}: no token was granted ({number}); check client id, secret and tenant, or sign in again"
        ),
    )
}

/// The first `AADSTS…` number in a text.
fn entra_error(text: &str) -> Option<String> {
    let start = text.find("AADSTS")?;
    let digits: String = text.get(start + "AADSTS".len()..)?.chars().take_while(char::is_ascii_digit).collect();
    (!digits.is_empty()).then(|| format!("AADSTS{digits}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_error_number_is_taken() {
        for (text, expect) in [
            ("AADSTS7000215: Invalid client secret provided: abc", Some("AADSTS7000215")),
            ("x AADSTS50034.", Some("AADSTS50034")),
            ("AADSTS", None),
            ("nothing", None),
        ] {
            assert_eq!(entra_error(text).as_deref(), expect, "{text}");
        }
    }
}
