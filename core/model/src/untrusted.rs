//! Text that an attacker may have written.
//!
//! User agents, session names, resource names and error messages come from
//! whoever made the call. [`Untrusted`] has no `Display`: to show such text one
//! must say where it goes, and the matching `quote_for_*` takes the teeth out.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Longest quoted form, in characters; longer text is cut and marked.
const QUOTE_LIMIT: usize = 512;

/// Foreign text. Compare it, hash it, store it; to show it, quote it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Untrusted(String);

impl Untrusted {
    /// Wraps foreign text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text as it came, for comparing and for machine-readable output that
    /// escapes by itself (JSON). Never for a terminal, a page or a prompt.
    pub fn raw(&self) -> &str {
        &self.0
    }

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Quoted for a log line or a terminal.
    pub fn quote_for_log(&self) -> String {
        quote_for_log(&self.0)
    }

    /// Quoted for an HTML text node or attribute.
    pub fn quote_for_html(&self) -> String {
        quote_for_html(&self.0)
    }

    /// Quoted for a chat message: no mention, link or markup survives.
    pub fn quote_for_chat(&self) -> String {
        quote_for_chat(&self.0)
    }

    /// Quoted for a language model: one line, delimited, escapes shown.
    pub fn quote_for_prompt(&self) -> String {
        quote_for_prompt(&self.0)
    }
}

impl fmt::Debug for Untrusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Untrusted({:?})", self.0)
    }
}

impl From<&str> for Untrusted {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

/// Characters that change how the text around them is read: controls,
/// bidirectional overrides, zero-width and line separators.
fn is_deceptive(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{061c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

fn escaped(text: &str, mut each: impl FnMut(char, &mut String)) -> String {
    let mut out = String::with_capacity(text.len());
    for (index, c) in text.chars().enumerate() {
        if index >= QUOTE_LIMIT {
            out.push('…');
            break;
        }
        if is_deceptive(c) {
            out.extend(c.escape_unicode());
        } else {
            each(c, &mut out);
        }
    }
    out
}

/// Safe for a terminal or a log line: control and deceptive characters become
/// `\u{…}`.
pub fn quote_for_log(text: &str) -> String {
    escaped(text, |c, out| out.push(c))
}

/// Safe inside HTML text and quoted attributes.
pub fn quote_for_html(text: &str) -> String {
    escaped(text, |c, out| match c {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        '"' => out.push_str("&quot;"),
        '\'' => out.push_str("&#39;"),
        '`' => out.push_str("&#96;"),
        other => out.push(other),
    })
}

/// Safe in Slack and Teams text: a zero-width joiner cannot be trusted to
/// survive, so markup characters are replaced by look-alike full-width forms.
pub fn quote_for_chat(text: &str) -> String {
    escaped(text, |c, out| match c {
        '<' => out.push('‹'),
        '>' => out.push('›'),
        '@' => out.push('＠'),
        '*' | '_' | '~' | '`' | '[' | ']' | '|' => {
            out.push('\\');
            out.push(c);
        }
        '&' => out.push_str("&amp;"),
        other => out.push(other),
    })
    .replace("://", ":∕∕")
}

/// One delimited line for a model's prompt; the delimiter cannot be forged.
pub fn quote_for_prompt(text: &str) -> String {
    let inner = escaped(text, |c, out| match c {
        '⟦' => out.push_str("\\u{27e6}"),
        '⟧' => out.push_str("\\u{27e7}"),
        other => out.push(other),
    });
    format!("⟦{inner}⟧")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoting_table() {
        for (text, log, html) in [
            ("plain", "plain", "plain"),
            ("a\x1b[2Jb", "a\\u{1b}[2Jb", "a\\u{1b}[2Jb"),
            ("<script>", "<script>", "&lt;script&gt;"),
            ("x\u{202e}y", "x\\u{202e}y", "x\\u{202e}y"),
            ("l1\nl2", "l1\\u{a}l2", "l1\\u{a}l2"),
        ] {
            assert_eq!(quote_for_log(text), log);
            assert_eq!(quote_for_html(text), html);
        }
        assert_eq!(quote_for_prompt("a⟧b"), "⟦a\\u{27e7}b⟧");
        assert!(!quote_for_chat("<!channel> http://x").contains("<!"));
        assert!(!quote_for_chat("http://x").contains("://"));
    }

    #[test]
    fn long_text_is_cut_and_marked() {
        let quoted = quote_for_log(&"x".repeat(10_000));
        assert_eq!(quoted.chars().count(), QUOTE_LIMIT + 1);
        assert!(quoted.ends_with('…'));
    }
}
