//! Secrets by reference: the configuration names where a secret is, never the
//! secret itself.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Where a secret is: `env:NAME` or `file:PATH`. Safe to print and to store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum SecretRef {
    /// An environment variable.
    Env(String),
    /// A file; one trailing line end is not part of the secret.
    File(String),
}

impl TryFrom<String> for SecretRef {
    type Error = &'static str;

    // The text is not repeated in the error: it may be the secret itself,
    // pasted by mistake.
    fn try_from(text: String) -> Result<Self, Self::Error> {
        match text.split_once(':') {
            Some(("env", name)) if !name.is_empty() => Ok(Self::Env(name.into())),
            Some(("file", path)) if !path.is_empty() => Ok(Self::File(path.into())),
            _ => Err("a secret must be given by reference: write `env:NAME` or `file:PATH`"),
        }
    }
}

impl From<SecretRef> for String {
    fn from(reference: SecretRef) -> Self {
        reference.to_string()
    }
}

impl fmt::Display for SecretRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env(name) => write!(f, "env:{name}"),
            Self::File(path) => write!(f, "file:{path}"),
        }
    }
}

impl SecretRef {
    /// Fetches the secret.
    ///
    /// # Errors
    /// Which reference cannot be resolved and what to do, without the secret.
    pub(crate) fn resolve(&self) -> Result<Secret, String> {
        let text = match self {
            Self::Env(name) => std::env::var(name).map_err(|_| {
                format!("environment variable {name} is not set or not UTF-8; set it to the secret's value")
            })?,
            Self::File(path) => std::fs::read_to_string(path)
                .map_err(|error| format!("secret file {path} cannot be read ({}); check the path", error.kind()))?,
        };
        let text = text.strip_suffix('\n').unwrap_or(&text);
        let text = text.strip_suffix('\r').unwrap_or(text);
        if text.is_empty() {
            return Err(format!("the secret at {self} is empty; put its value there"));
        }
        Ok(Secret(text.to_owned()))
    }
}

/// A secret in memory. No `Display`; `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(String);

impl Secret {
    /// Wraps a value that was fetched elsewhere.
    pub(crate) fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value, for the one place that sends or signs with it.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_read_and_secrets_are_not() {
        for (text, good) in [
            ("env:CLIENT_SECRET", true),
            ("file:/run/secrets/key", true),
            ("hunter2", false),
            ("env:", false),
            ("file:", false),
            ("vault:x", false),
        ] {
            let read = SecretRef::try_from(text.to_owned());
            assert_eq!(read.is_ok(), good, "{text}");
            match read {
                Ok(reference) => assert_eq!(String::from(reference), text),
                // The two prefixes are in the advice itself.
                Err(error) => assert!(text.ends_with(':') || !error.contains(text), "the error repeats the text"),
            }
        }
    }

    #[test]
    fn a_file_gives_its_secret_without_the_line_end_and_debug_hides_it() {
        let folder = tempfile::tempdir().unwrap();
        for (content, expect) in [("s3cret\n", Ok("s3cret")), ("s3cret\r\n", Ok("s3cret")), ("a b", Ok("a b"))] {
            let path = folder.path().join("key");
            std::fs::write(&path, content).unwrap();
            let secret = SecretRef::File(path.display().to_string()).resolve();
            assert_eq!(secret.as_ref().map(Secret::expose), expect.map_err(|e: &String| e));
            assert!(!format!("{secret:?}").contains("s3cret"));
        }
        let empty = folder.path().join("empty");
        std::fs::write(&empty, "\n").unwrap();
        for reference in [
            SecretRef::File(empty.display().to_string()),
            SecretRef::File(folder.path().join("absent").display().to_string()),
            SecretRef::Env("SELVEDGE_TEST_NEVER_SET".into()),
        ] {
            assert!(reference.resolve().is_err(), "{reference}");
        }
    }
}
