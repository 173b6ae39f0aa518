//! What the Centre answers, and whether that is what a line of a scenario says.

use anyhow::Result;
use kanta::metadata::{self, Query};
use kanta::mr::{StoreAnswer, StoreRequest};
use kanta::{Issue, Requester};
use kanta_client::ClientError;

use super::deed::Answer;
use super::office::Client;

/// What came of a deed.
pub enum Came {
    /// It is stored.
    Accepted,
    /// It was stored before.
    Repeated,
    /// It is not.
    Refused(Vec<Issue>),
    /// The transport's failure.
    NoAnswer(String),
    /// So many, on so many pages.
    Found(u32, u32),
}

/// Sends a document.
pub fn stored(client: &Client, request: &StoreRequest) -> Came {
    match client.store(request) {
        Ok(StoreAnswer::Accepted { repeated: false, .. }) => Came::Accepted,
        Ok(StoreAnswer::Accepted { repeated: true, .. }) => Came::Repeated,
        Ok(StoreAnswer::Refused(issues)) => Came::Refused(issues),
        Err(error) if error.issues().is_empty() => Came::NoAnswer(error.code().to_owned()),
        Err(error) => Came::Refused(error.issues().to_vec()),
    }
}

/// What came of a question without an answer; an answer that cannot be read is this program's own failure.
pub fn not_answered(error: ClientError) -> Result<Came> {
    if !error.issues().is_empty() {
        return Ok(Came::Refused(error.issues().to_vec()));
    }
    match error {
        ClientError::Transport(error) => Ok(Came::NoAnswer(error.code().to_owned())),
        // The pharmacy's own side refuses to ask it.
        ClientError::Question(error) => Ok(Came::NoAnswer(error.code().to_owned())),
        ClientError::Answer(error) => Err(error.into()),
    }
}

/// Asks for page after page.
pub fn searched(client: &Client, mut query: Query, requester: &Requester) -> Result<Came> {
    let (mut found, mut pages) = (0, 0);
    loop {
        let answer: metadata::Answer = match client.search(&query, requester) {
            Ok(answer) => answer,
            Err(error) => return not_answered(error),
        };
        found += count(answer.prescriptions.len());
        pages += 1;
        match answer.next {
            None => {
                anyhow::ensure!(found == answer.total, "{found} were shown, and {} are said to be", answer.total);
                return Ok(Came::Found(found, pages));
            }
            next => query.page.after = next,
        }
    }
}

/// Holds what came against what the line says.
pub fn held_against(came: &Came, answer: &Answer) -> Result<String> {
    let as_expected = match (came, answer) {
        (Came::Accepted, Answer::Accepted) | (Came::Repeated, Answer::Repeated) => true,
        (Came::Found(..), Answer::Accepted) => true,
        (Came::Refused(issues), Answer::Rules(rules)) => {
            let refused = |rule: &String| {
                issues.iter().any(|one| one.code == "TSK-rule-refused" && one.detail.as_ref() == Some(rule))
            };
            rules.iter().all(refused)
        }
        (Came::Refused(issues), Answer::Code(code, about)) => {
            issues.iter().any(|one| one.code == *code && (about.is_none() || one.detail == *about))
        }
        (Came::NoAnswer(seen), Answer::Silence(code)) => seen == code,
        (Came::Found(seen, seen_pages), Answer::Finds(found, pages)) => {
            seen == found && pages.is_none_or(|pages| pages == *seen_pages)
        }
        _ => false,
    };
    let seen = told(came);
    anyhow::ensure!(as_expected, "expected: {}; seen: {seen}", expected(answer));
    Ok(seen)
}

/// What came, in words.
pub fn told(came: &Came) -> String {
    match came {
        Came::Accepted => "accepted".to_owned(),
        Came::Repeated => "accepted before: the first answer again".to_owned(),
        Came::NoAnswer(code) => format!("no answer ({code})"),
        Came::Found(found, 1) => format!("found {found}"),
        Came::Found(found, pages) => format!("found {found} on {pages} pages"),
        Came::Refused(issues) => {
            let told = |one: &Issue| match (one.code.as_str(), &one.detail) {
                ("TSK-rule-refused", Some(rule)) => {
                    format!("{rule}: {}", one.diagnostics.as_deref().unwrap_or_default())
                        .trim_end_matches(": ")
                        .to_owned()
                }
                (code, Some(detail)) => format!("{code} ({detail})"),
                (code, None) => code.to_owned(),
            };
            format!("refused, {}", issues.iter().map(told).collect::<Vec<_>>().join("; "))
        }
    }
}

fn expected(answer: &Answer) -> String {
    match answer {
        Answer::Accepted => "accepted".to_owned(),
        Answer::Repeated => "the first answer again".to_owned(),
        Answer::Rules(rules) => format!("refused by {}", rules.join(" and ")),
        Answer::Code(code, None) => format!("refused with {code}"),
        Answer::Code(code, Some(about)) => format!("refused with {code} ({about})"),
        Answer::Silence(code) => format!("no answer ({code})"),
        Answer::Finds(found, None) => format!("found {found}"),
        Answer::Finds(found, Some(pages)) => format!("found {found} on {pages} pages"),
        Answer::OneOfTwo => "one accepted, one refused".to_owned(),
    }
}

/// Holds what is seen against what is expected.
pub fn same(seen: &str, expected: &str) -> Result<String> {
    anyhow::ensure!(seen == expected, "expected: {expected}; seen: {seen}");
    Ok(seen.to_owned())
}

/// A length as it is counted.
pub fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
