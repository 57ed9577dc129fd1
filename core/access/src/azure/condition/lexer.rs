//! Text of a condition into tokens, each with its place.

use super::ConditionProblem;

/// What a token is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// `@Source[name]`.
    Attribute { source: String, name: String },
    /// Letters, digits, `_`, `-`, `.`; also `:` and `+` where a digit leads.
    Word(String),
    /// Quoted.
    Text(String),
    /// One of `( ) { } [ ] , :`.
    Sign(char),
    /// `!` or `NOT`.
    Not,
    /// `&&` or `AND`.
    And,
    /// `||` or `OR`.
    Or,
}

/// A token and the byte at which it starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) at: usize,
    pub(super) kind: Kind,
}

/// A word that may be longer than its first character says: GUIDs, times.
fn in_word(c: char, first: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.') || (first.is_ascii_digit() && matches!(c, ':' | '+'))
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

/// All tokens of `text`.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, ConditionProblem> {
    let mut lexer = Lexer { text, at: 0 };
    let mut out = Vec::new();
    while let Some(token) = lexer.next()? {
        out.push(token);
    }
    Ok(out)
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip(&mut self, bytes: usize) {
        self.at = self.at.saturating_add(bytes);
    }

    /// What comes while `keep` holds.
    fn run(&mut self, keep: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c| !keep(c)).unwrap_or(rest.len());
        self.skip(end);
        rest.get(..end).unwrap_or_default()
    }

    fn next(&mut self) -> Result<Option<Token>, ConditionProblem> {
        self.run(char::is_whitespace);
        let at = self.at;
        let Some(first) = self.rest().chars().next() else {
            return Ok(None);
        };
        let kind = match first {
            '@' => self.attribute()?,
            '\'' | '"' => self.quoted(first)?,
            '(' | ')' | '{' | '}' | '[' | ']' | ',' | ':' => {
                self.skip(1);
                Kind::Sign(first)
            }
            '!' => {
                self.skip(1);
                Kind::Not
            }
            '&' | '|' => self.doubled(first)?,
            c if c.is_alphanumeric() || c == '-' => Self::word(self.run(|c| in_word(c, first))),
            _ => return Err(ConditionProblem::new(at, "a character that starts nothing here")),
        };
        Ok(Some(Token { at, kind }))
    }

    fn word(word: &str) -> Kind {
        match word {
            _ if word.eq_ignore_ascii_case("and") => Kind::And,
            _ if word.eq_ignore_ascii_case("or") => Kind::Or,
            _ if word.eq_ignore_ascii_case("not") => Kind::Not,
            _ => Kind::Word(word.to_owned()),
        }
    }

    fn doubled(&mut self, sign: char) -> Result<Kind, ConditionProblem> {
        let at = self.at;
        let (wanted, kind) = if sign == '&' { ("&&", Kind::And) } else { ("||", Kind::Or) };
        if !self.rest().starts_with(wanted) {
            return Err(ConditionProblem::new(at, "write && or ||"));
        }
        self.skip(2);
        Ok(kind)
    }

    /// `@Source[...]`: what is in the brackets is a name up to the next bracket,
    /// whatever characters it holds (tag keys may hold many).
    fn attribute(&mut self) -> Result<Kind, ConditionProblem> {
        let at = self.at;
        self.skip(1);
        let source = self.run(char::is_alphanumeric).to_owned();
        self.run(char::is_whitespace);
        if !self.rest().starts_with('[') {
            return Err(ConditionProblem::new(at, "an attribute is written @Source[name]"));
        }
        self.skip(1);
        let name = self.run(|c| c != ']').trim().to_owned();
        if name.is_empty() || !self.rest().starts_with(']') {
            return Err(ConditionProblem::new(at, "an attribute's name must stand between [ and ]"));
        }
        self.skip(1);
        Ok(Kind::Attribute { source, name })
    }

    /// A backslash takes away the meaning of the quote behind it; before
    /// anything else it stays, for patterns.
    fn quoted(&mut self, quote: char) -> Result<Kind, ConditionProblem> {
        let at = self.at;
        let mut text = String::new();
        let mut chars = self.rest().char_indices().skip(1).peekable();
        while let Some((offset, c)) = chars.next() {
            if c == quote {
                self.skip(offset.saturating_add(1));
                return Ok(Kind::Text(text));
            }
            if c == '\\' && chars.peek().is_some_and(|(_, next)| *next == quote) {
                chars.next();
                text.push(quote);
            } else {
                text.push(c);
            }
        }
        Err(ConditionProblem::new(at, "a text without its closing quote"))
    }
}
