//! Tokens into an expression. Nesting is bounded, and each token is looked at a
//! bounded number of times.

use super::ConditionProblem;
use super::lexer::{Kind, Token, tokens};
use super::operator::{self, Function, Operator};
use super::value::Value;

/// Longest condition that is read, in bytes. Azure stores 8 KB at most
/// (recalled).
pub(super) const MAX_BYTES: usize = 64 * 1024;

/// Deepest nesting that is read.
pub(super) const MAX_DEPTH: usize = 64;

/// Where an attribute comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    Resource,
    Request,
    Principal,
    Environment,
    /// Known to Microsoft's own interpreter, documented nowhere.
    Context,
}

impl Source {
    const ALL: &'static [(&'static str, Self)] = &[
        ("Resource", Self::Resource),
        ("Request", Self::Request),
        ("Principal", Self::Principal),
        ("Environment", Self::Environment),
        ("Context", Self::Context),
    ];

    pub(super) fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, source)| *source == self).map_or("", |(name, _)| name)
    }
}

/// What a condition says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Expr {
    /// Operands with the operators between them: true is AND. Never shorter than
    /// two operands.
    Chain {
        first: Box<Expr>,
        rest: Vec<(bool, Expr)>,
    },
    Not(Box<Expr>),
    Exists {
        operand: Box<Expr>,
        negated: bool,
    },
    Compare {
        operator: Operator,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    Call {
        function: Function,
        arguments: Vec<Expr>,
    },
    Attribute {
        source: Source,
        name: String,
    },
    Literal(Value),
    /// `{…}` or `[…]`.
    Collection(Vec<Expr>),
}

/// Reads a whole condition.
pub(super) fn parse(text: &str) -> Result<Expr, ConditionProblem> {
    if text.len() > MAX_BYTES {
        return Err(ConditionProblem::new(MAX_BYTES, format!("longer than {MAX_BYTES} bytes")));
    }
    let mut parser = Parser { tokens: tokens(text)?, next: 0, depth: 0, end: text.len() };
    let expr = parser.chain()?;
    match parser.peek() {
        None => Ok(expr),
        Some(_) => Err(parser.problem("the condition should end here, or an operator follow")),
    }
}

struct Parser {
    tokens: Vec<Token>,
    next: usize,
    depth: usize,
    end: usize,
}

type Parsed = Result<Expr, ConditionProblem>;

impl Parser {
    fn peek(&self) -> Option<&Kind> {
        self.tokens.get(self.next).map(|token| &token.kind)
    }

    fn step(&mut self) {
        self.next = self.next.saturating_add(1);
    }

    fn problem(&self, why: impl Into<String>) -> ConditionProblem {
        ConditionProblem::new(self.tokens.get(self.next).map_or(self.end, |token| token.at), why)
    }

    fn take(&mut self, sign: char) -> bool {
        let there = self.peek() == Some(&Kind::Sign(sign));
        if there {
            self.step();
        }
        there
    }

    fn expect(&mut self, sign: char) -> Result<(), ConditionProblem> {
        if self.take(sign) { Ok(()) } else { Err(self.problem(format!("expected {sign}"))) }
    }

    fn deeper<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, ConditionProblem>,
    ) -> Result<T, ConditionProblem> {
        if self.depth >= MAX_DEPTH {
            return Err(self.problem(format!("nested deeper than {MAX_DEPTH}")));
        }
        self.depth = self.depth.saturating_add(1);
        let out = read(self);
        self.depth = self.depth.saturating_sub(1);
        out
    }

    fn chain(&mut self) -> Parsed {
        let first = self.unary()?;
        let mut rest = Vec::new();
        loop {
            let and = match self.peek() {
                Some(Kind::And) => true,
                Some(Kind::Or) => false,
                _ => break,
            };
            self.step();
            rest.push((and, self.unary()?));
        }
        if rest.is_empty() {
            return Ok(first);
        }
        Ok(Expr::Chain { first: Box::new(first), rest })
    }

    fn unary(&mut self) -> Parsed {
        match self.peek() {
            Some(Kind::Not) => {
                self.step();
                let operand = self.deeper(Self::unary)?;
                Ok(Expr::Not(Box::new(operand)))
            }
            Some(Kind::Word(word)) if word.eq_ignore_ascii_case("exists") => self.exists(false),
            Some(Kind::Word(word)) if word.eq_ignore_ascii_case("notexists") => self.exists(true),
            _ => self.comparison(),
        }
    }

    fn exists(&mut self, negated: bool) -> Parsed {
        self.step();
        let operand = Box::new(self.operand()?);
        Ok(Expr::Exists { operand, negated })
    }

    fn comparison(&mut self) -> Parsed {
        let left = self.operand()?;
        let Some(operator) = self.operator()? else {
            return Ok(left);
        };
        let right = Box::new(self.operand()?);
        Ok(Expr::Compare { operator, left: Box::new(left), right })
    }

    /// `Operator`, `Quantifier:Operator` or a quantifier alone.
    fn operator(&mut self) -> Result<Option<Operator>, ConditionProblem> {
        let Some(Kind::Word(word)) = self.peek() else {
            return Ok(None);
        };
        let word = word.clone();
        let Some(quantifier) = operator::quantifier(&word) else {
            let operator = Operator::named(&word).ok_or_else(|| self.problem("no such operator"))?;
            self.step();
            return Ok(Some(operator));
        };
        self.step();
        if !self.take(':') {
            return Ok(Some(Operator::bare(&word, quantifier)));
        }
        let operator = match self.peek() {
            Some(Kind::Word(name)) => Operator::named(name).and_then(|found| found.under(&word, quantifier)),
            _ => None,
        };
        let operator = operator.ok_or_else(|| self.problem("no operator that a quantifier can take"))?;
        self.step();
        Ok(Some(operator))
    }

    fn operand(&mut self) -> Parsed {
        let problem = self.problem("expected an attribute, a value, a function or a parenthesis");
        match self.peek().cloned() {
            Some(Kind::Sign('(')) => {
                self.step();
                let inner = self.deeper(Self::chain)?;
                self.expect(')')?;
                Ok(inner)
            }
            Some(Kind::Sign(open @ ('{' | '['))) => {
                self.step();
                let close = if open == '{' { '}' } else { ']' };
                Ok(Expr::Collection(self.deeper(|parser| parser.members(close))?))
            }
            Some(Kind::Attribute { source, name }) => {
                let known = Source::ALL.iter().find(|(known, _)| known.eq_ignore_ascii_case(&source));
                let Some((_, source)) = known else {
                    return Err(self.problem("no such source of attributes"));
                };
                self.step();
                Ok(Expr::Attribute { source: *source, name })
            }
            Some(Kind::Text(text)) => {
                self.step();
                Ok(Expr::Literal(Value::Text(text)))
            }
            Some(Kind::Word(word)) => self.word(&word),
            _ => Err(problem),
        }
    }

    fn word(&mut self, word: &str) -> Parsed {
        if let Some(value) = literal(word) {
            self.step();
            return Ok(Expr::Literal(value));
        }
        let Some((function, arity)) = operator::function(word) else {
            return Err(self.problem("expected an attribute, a value or a function; texts are quoted"));
        };
        self.step();
        let takes_set = matches!(function, Function::ActionMatches | Function::SubOperationMatches);
        let arguments = if takes_set && self.take('{') {
            vec![Expr::Collection(self.deeper(|parser| parser.members('}'))?)]
        } else {
            self.expect('(')?;
            self.deeper(|parser| parser.members(')'))?
        };
        if !arity.contains(&arguments.len()) {
            return Err(self.problem(format!("{word} takes another number of arguments")));
        }
        Ok(Expr::Call { function, arguments })
    }

    /// What stands between commas, up to `close`.
    fn members(&mut self, close: char) -> Result<Vec<Expr>, ConditionProblem> {
        let mut out = Vec::new();
        if self.take(close) {
            return Ok(out);
        }
        loop {
            out.push(self.chain()?);
            if !self.take(',') {
                self.expect(close)?;
                return Ok(out);
            }
        }
    }
}

/// What a word means that stands for itself: `true`, a number, a GUID (which
/// stored conditions leave unquoted), a date or time.
fn literal(word: &str) -> Option<Value> {
    if word.eq_ignore_ascii_case("true") || word.eq_ignore_ascii_case("false") {
        return Some(Value::Bool(word.eq_ignore_ascii_case("true")));
    }
    if word.eq_ignore_ascii_case("null") {
        return Some(Value::Absent);
    }
    if selvedge_model::guid::parse(word).is_some() {
        return Some(Value::Text(word.to_owned()));
    }
    if let Some(number) = Value::number(word) {
        return Some(number);
    }
    (Value::date_of(word).is_some() || Value::clock_of(word).is_some()).then(|| Value::Text(word.to_owned()))
}
