//! What goes wrong with a message: issues that the Centre answers with, and what the reader of a message can meet.
//! What an issue means, and whether sending again helps, is left to [`crate::errors`].

use prescription::rules::Language;
use serde::{Deserialize, Serialize};

use crate::errors::{self, Class, Known};

/// One error as an answer carries it. Several can come at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issue {
    /// `4Y00007`, `TSK-signature-missing`; kept even when this program does not know it.
    pub code: String,
    /// What the code is about: for `TSK-rule-refused` the id of the rule.
    pub detail: Option<String>,
    /// Free text of the answerer. Never an identity code or a name.
    pub diagnostics: Option<String>,
}

impl Issue {
    /// An issue of a code that this program knows.
    pub fn of(known: Known) -> Self {
        Self { code: known.code().to_owned(), detail: None, diagnostics: None }
    }

    /// The refusal of a rule, by the rule's id.
    pub fn rule(id: &str) -> Self {
        Self::of(Known::RuleRefused).about(id)
    }

    /// This issue with a detail.
    pub fn about(self, detail: &str) -> Self {
        Self { detail: Some(detail.to_owned()), ..self }
    }

    /// This issue with diagnostics.
    pub fn saying(self, diagnostics: &str) -> Self {
        Self { diagnostics: Some(diagnostics.to_owned()), ..self }
    }

    /// The table's row, if the code is known.
    pub fn known(&self) -> Option<Known> {
        errors::look_up(&self.code)
    }

    /// What to do with the message; an unknown code is for a person.
    pub fn class(&self) -> Class {
        errors::class(&self.code)
    }

    /// One sentence for a person. A refused rule says what it demands.
    pub fn sentence(&self, language: Language) -> String {
        let sentence = errors::meaning(&self.code).in_language(language);
        let rule = self.detail.as_deref().filter(|_| self.known() == Some(Known::RuleRefused));
        match rule.and_then(prescription::rules::by_id) {
            Some(rule) => format!("{sentence} {} ({})", rule.demand.in_language(language), rule.id),
            None => sentence.to_owned(),
        }
    }

    /// What the person can do next.
    pub fn advice(&self, language: Language) -> &'static str {
        let rule = self.detail.as_deref().filter(|_| self.known() == Some(Known::RuleRefused));
        match rule.and_then(prescription::rules::by_id) {
            Some(rule) => rule.advice.in_language(language),
            None => errors::advice(&self.code).in_language(language),
        }
    }
}

/// Why a message could not be read as what it should be. Holds no content of the message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KantaError {
    /// The answerer refused, with its issues (at least one).
    #[error("refused: {}", .0.first().map_or("", |issue| issue.code.as_str()))]
    Refused(Vec<Issue>),
    /// The message ends before it is whole.
    #[error("the message was cut short")]
    Truncated,
    /// Larger than [`crate::MESSAGE_BYTES_AT_MOST`], or too many elements of something.
    #[error("the message is larger than {limit} ({what})")]
    TooLarge {
        /// What there is too much of.
        what: &'static str,
        /// How much is allowed.
        limit: usize,
    },
    /// A document type declaration: never lawful here, often an attack.
    #[error("the message has a document type declaration")]
    Doctype,
    /// Elements nested too deep.
    #[error("the message is nested too deep")]
    TooDeep,
    /// Neither XML nor JSON, or not of the expected shape: which part.
    #[error("the message cannot be read: {0}")]
    Malformed(&'static str),
    /// A well-formed message of another kind than expected.
    #[error("the message is of another kind than expected")]
    WrongInteraction,
    /// Of another environment: test meets production (promise 9).
    #[error("the message is of another environment")]
    WrongEnvironment,
    /// An answer to some other request.
    #[error("the answer belongs to another request")]
    AnswerToAnother,
    /// A SOAP fault: the other end failed before it could answer.
    #[error("the other end reported a fault")]
    Fault,
    /// An HTTP status with no message that could be read.
    #[error("the other end answered with status {0} and no message")]
    Status(u16),
    /// A path or method that nobody answers.
    #[error("nobody answers at this path")]
    UnknownPath,
}

impl KantaError {
    /// A stable code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused(_) => "refused",
            Self::Truncated => "message-truncated",
            Self::TooLarge { .. } => "message-too-large",
            Self::Doctype => "doctype-refused",
            Self::TooDeep => "message-too-deep",
            Self::Malformed(_) => "message-malformed",
            Self::WrongInteraction => "wrong-interaction",
            Self::WrongEnvironment => "wrong-environment",
            Self::AnswerToAnother => "answer-to-another",
            Self::Fault => "fault",
            Self::Status(_) => "unexpected-status",
            Self::UnknownPath => "unknown-path",
        }
    }

    /// The issues with which the Centre answers a request that it could not read.
    pub fn issues(&self) -> Vec<Issue> {
        if let Self::Refused(issues) = self {
            return issues.clone();
        }
        let known = errors::of_failure(self.code()).unwrap_or(Known::Integrity);
        vec![Issue {
            code: known.code().to_owned(),
            detail: Some(self.code().to_owned()),
            diagnostics: Some(self.to_string()),
        }]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_failure_of_a_reader_has_a_row_and_sentences() {
        let failures = [
            KantaError::Truncated,
            KantaError::TooLarge { what: "bytes", limit: 1 },
            KantaError::Doctype,
            KantaError::TooDeep,
            KantaError::Malformed("shape"),
            KantaError::WrongInteraction,
            KantaError::WrongEnvironment,
            KantaError::AnswerToAnother,
            KantaError::Fault,
            KantaError::Status(502),
            KantaError::UnknownPath,
        ];
        for failure in failures {
            let known = errors::of_failure(failure.code()).unwrap();
            assert_eq!(failure.issues()[0].known(), Some(known), "{failure:?}");
            assert_eq!(errors::meaning(failure.code()), &known.entry().meaning);
            assert_eq!(errors::class(failure.code()), Class::AskPerson, "no answer carries a reader's own code");
        }
        let refused = KantaError::Refused(vec![Issue::of(Known::Busy)]);
        assert_eq!(refused.issues(), [Issue::of(Known::Busy)]);
    }
}
