//! The answers of Microsoft Graph as types. Pure: bytes in, values out.

use selvedge_ports::actions::UserImage;
use serde::Deserialize;

/// Why an answer cannot be used although Graph said that all is well.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// No JSON object of that shape.
    #[error("the answer is not the JSON that graph documents")]
    Shape,
    /// A property is null or left out. Graph does so with what the token may
    /// not read.
    #[error("the answer has no {0}")]
    Missing(&'static str),
}

/// A refusal as Graph words it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorBody {
    /// Such as `Request_ResourceNotFound`.
    pub code: String,
    /// Foreign text; quote it before showing it.
    pub message: String,
}

/// The properties that [`user`] reads, for `$select`. Without it Graph leaves
/// out `accountEnabled` and the date.
pub const USER_SELECT: &str =
    "id,userPrincipalName,accountEnabled,userType,onPremisesSyncEnabled,signInSessionsValidFromDateTime";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireUser {
    id: Option<String>,
    user_principal_name: Option<String>,
    account_enabled: Option<bool>,
    user_type: Option<String>,
    on_premises_sync_enabled: Option<bool>,
    sign_in_sessions_valid_from_date_time: Option<String>,
}

/// `GET /users/{id}`.
///
/// # Errors
/// If the bytes are no such answer.
pub fn user(bytes: &[u8]) -> Result<UserImage, AnswerError> {
    let user: WireUser = serde_json::from_slice(bytes).map_err(|_| AnswerError::Shape)?;
    let sessions_valid_from = match user.sign_in_sessions_valid_from_date_time {
        None => None,
        Some(text) => {
            Some(selvedge_model::time::parse(&text).ok_or(AnswerError::Missing("signInSessionsValidFromDateTime"))?)
        }
    };
    Ok(UserImage {
        id: user.id.ok_or(AnswerError::Missing("id"))?,
        upn: user.user_principal_name.ok_or(AnswerError::Missing("userPrincipalName"))?,
        enabled: user.account_enabled.ok_or(AnswerError::Missing("accountEnabled"))?,
        // Null for accounts older than the property; they are members.
        user_type: user.user_type.unwrap_or_else(|| "Member".into()),
        // Null means: never synchronised.
        on_premises: user.on_premises_sync_enabled.unwrap_or(false),
        sessions_valid_from,
    })
}

/// What an action of type `Edm.Boolean` answers; `None` for anything else.
pub fn boolean(bytes: &[u8]) -> Option<bool> {
    serde_json::from_slice::<serde_json::Value>(bytes).ok()?.get("value")?.as_bool()
}

/// The error in a refusal; `None` if the bytes are not a Graph error.
pub fn error(bytes: &[u8]) -> Option<ErrorBody> {
    let value: serde_json::Value = serde_json::from_slice(bytes).ok()?;
    let error = value.get("error")?;
    Some(ErrorBody {
        code: error.get("code")?.as_str()?.to_owned(),
        message: error.get("message").and_then(|message| message.as_str()).unwrap_or_default().to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_table() {
        let full = r#"{"@odata.context":"c","id":"i","userPrincipalName":"a@b.c","accountEnabled":false,"userType":"Guest","onPremisesSyncEnabled":true,"signInSessionsValidFromDateTime":"2026-05-18T17:21:16Z"}"#;
        let user_of = |bytes: &str| user(bytes.as_bytes());
        let image = user_of(full).unwrap();
        assert_eq!((image.id.as_str(), image.upn.as_str()), ("i", "a@b.c"));
        assert_eq!((image.enabled, image.on_premises, image.user_type.as_str()), (false, true, "Guest"));
        assert_eq!(image.sessions_valid_from.unwrap().to_string(), "2026-05-18T17:21:16Z");

        let nulls = r#"{"id":"i","userPrincipalName":"a@b.c","accountEnabled":true,"userType":null,"onPremisesSyncEnabled":null,"signInSessionsValidFromDateTime":null}"#;
        let image = user_of(nulls).unwrap();
        assert_eq!((image.enabled, image.on_premises, image.user_type.as_str()), (true, false, "Member"));
        assert_eq!(image.sessions_valid_from, None);

        for (bytes, expect) in [
            (full.replace("false", "null"), AnswerError::Missing("accountEnabled")),
            (full.replace("2026-05", "soon"), AnswerError::Missing("signInSessionsValidFromDateTime")),
            (full.replace("\"a@b.c\"", "null"), AnswerError::Missing("userPrincipalName")),
            (full.replace("\"i\"", "null"), AnswerError::Missing("id")),
            (full.replace("true", "\"true\""), AnswerError::Shape),
            ("<html>".into(), AnswerError::Shape),
            ("[]".into(), AnswerError::Shape),
            (String::new(), AnswerError::Shape),
        ] {
            assert_eq!(user_of(&bytes), Err(expect), "{bytes}");
        }
    }

    #[test]
    fn booleans_and_errors_table() {
        for (bytes, truth, code) in [
            (r#"{"@odata.context":"c","value":true}"#, Some(true), None),
            (r#"{"value":false}"#, Some(false), None),
            (r#"{"value":"true"}"#, None, None),
            (r#"{"error":{"code":"Request_ResourceNotFound","message":"m"}}"#, None, Some("Request_ResourceNotFound")),
            (r#"{"error":{"code":"X"}}"#, None, Some("X")),
            (r#"{"error":"invalid_client"}"#, None, None),
            ("<html>", None, None),
            ("", None, None),
        ] {
            assert_eq!(boolean(bytes.as_bytes()), truth, "{bytes}");
            assert_eq!(error(bytes.as_bytes()).map(|e| e.code).as_deref(), code, "{bytes}");
        }
    }
}
