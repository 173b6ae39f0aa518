//! What a person is told when something goes wrong: one sentence and the next thing to do, by the error's code, and
//! where the fault lies. The Centre's errors and the rules of the trade bring their own sentences.

mod cards;
mod counter;
mod documents;
mod labels;
mod outage;
mod program;
mod record;
mod scanner;
mod scanning;

use ::counter::CounterError;
use kanta::KantaError;
use kanta_client::{ClientError, TransportError};
use prescription::rules::{Language, Text, text};

use crate::{Place, Problem, conflicts};

/// The problem as a host shows it.
pub(crate) fn problem(error: &CounterError, language: Language) -> Problem {
    match error {
        CounterError::Rule(finding) => Problem {
            code: "rule-refused".into(),
            sentence: finding.sentence(language),
            advice: finding.advice(language).to_owned(),
            place: Place::Rule,
            rule: Some(finding.rule.id.to_owned()),
            tries_left: None,
        },
        CounterError::Centre(ClientError::Answer(KantaError::Refused(issues))) if !issues.is_empty() => {
            let issue = issues.first();
            Problem {
                code: issue.map(|i| i.code.clone()).unwrap_or_default(),
                sentence: issue.map(|i| i.sentence(language)).unwrap_or_default(),
                advice: issue.map(|i| i.advice(language)).unwrap_or_default().to_owned(),
                place: Place::Centre,
                rule: issue.and_then(|i| i.detail.clone()).filter(|id| prescription::rules::by_id(id).is_some()),
                tries_left: None,
            }
        }
        CounterError::Card(card::CardError::PinWrong { left }) => {
            Problem { tries_left: *left, ..of_code(&error.code(), language) }
        }
        other => of_code(&other.code(), language),
    }
}

/// The problem of a code, such as the record keeps for a document that waits or was refused. A refused rule is written
/// `TSK-rule-refused:DI-7`.
pub(crate) fn of_code(code: &str, language: Language) -> Problem {
    let (bare, detail) = code.split_once(':').map_or((code, None), |(bare, detail)| (bare, Some(detail)));
    if let Some((_, place, sentence, advice)) = table().find(|(known, ..)| *known == bare) {
        return Problem {
            code: bare.to_owned(),
            sentence: sentence.in_language(language).to_owned(),
            advice: advice.in_language(language).to_owned(),
            place: *place,
            rule: None,
            tries_left: None,
        };
    }
    if let Some(conflict) = bare.split_whitespace().next().and_then(prescription::Conflict::parse) {
        let (sentence, advice) = conflicts::told(conflict);
        return Problem {
            code: bare.to_owned(),
            sentence: sentence.in_language(language).to_owned(),
            advice: advice.in_language(language).to_owned(),
            place: Place::Centre,
            rule: None,
            tries_left: None,
        };
    }
    if let Some(failure) = TransportError::of_code(bare) {
        return Problem {
            code: bare.to_owned(),
            sentence: failure.meaning().in_language(language).to_owned(),
            advice: failure.advice().in_language(language).to_owned(),
            place: if matches!(failure, TransportError::TlsRefused(_)) { Place::Certificate } else { Place::Network },
            rule: None,
            tries_left: None,
        };
    }
    let issue = kanta::Issue { code: bare.to_owned(), detail: detail.map(str::to_owned), diagnostics: None };
    let advice = match detail {
        Some(::counter::GIVEN_UP) => GIVEN_UP.in_language(language),
        _ => issue.advice(language),
    };
    Problem {
        code: bare.to_owned(),
        sentence: issue.sentence(language),
        advice: advice.to_owned(),
        place: if issue.known().is_some() { Place::Centre } else { Place::Program },
        rule: detail.filter(|id| prescription::rules::by_id(id).is_some()).map(str::to_owned),
        tries_left: None,
    }
}

const NEW_CARD: Text = text(
    "Hanki uusi kortti rekisteröintipisteestä; työtoveri voi jatkaa omallaan.",
    "Skaffa ett nytt kort vid ett registreringsställe; en kollega kan fortsätta med sitt.",
    "Get a new card from a registration point; a colleague can go on with theirs.",
);
const ADMIN: Text =
    text("Ota yhteys tukeen ja kerro koodi.", "Kontakta supporten och uppge koden.", "Tell support this code.");
const GIVEN_UP: Text = text(
    "Ohjelma yritti monta kertaa eikä enää lähetä sitä itse. Ota yhteys tukeen; toimitus säilyy listalla.",
    "Programmet har försökt många gånger och skickar den inte längre själv. Kontakta supporten; den finns kvar på listan.",
    "The program tried many times and no longer sends it by itself. Contact support; it stays on the list.",
);
const TRY_AGAIN: Text = text("Yritä uudelleen.", "Försök på nytt.", "Try again.");

type Row = (&'static str, Place, Text, Text);

/// Every code of this program's own, area by area.
fn table() -> impl Iterator<Item = &'static Row> {
    [
        counter::TABLE,
        cards::TABLE,
        documents::TABLE,
        labels::TABLE,
        outage::TABLE,
        program::TABLE,
        record::TABLE,
        scanner::TABLE,
        scanning::TABLE,
    ]
    .into_iter()
    .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_sentence_and_a_next_thing_in_three_languages_and_stands_once() {
        for (i, (code, _, sentence, advice)) in table().enumerate() {
            assert!(table().skip(i + 1).all(|(other, ..)| other != code), "{code} stands twice");
            for language in [Language::Fi, Language::Sv, Language::En] {
                for said in [sentence, advice] {
                    assert!(said.in_language(language).ends_with('.'), "{code}");
                }
            }
        }
    }

    #[test]
    fn what_is_wrong_with_a_document_from_the_centre_has_a_sentence_of_its_own() {
        let unknown = of_code("9Y99999", Language::En).sentence;
        for code in [
            "signature-invalid",
            "signature-of-another",
            "signature-of-a-stranger",
            "signature-structure",
            "header-body-mismatch",
            "certificate-revoked",
            "certificate-expired",
            "certificate-unknown-issuer",
            "document-too-large",
            "document-doctype",
            "document-not-xml",
            "message-truncated",
            "message-too-large",
            "doctype-refused",
            "answer-too-large",
        ] {
            assert_ne!(of_code(code, Language::En).sentence, unknown, "{code}");
        }
        let given_up = of_code("TSK-busy:given-up", Language::En);
        assert_ne!(given_up.advice, of_code("TSK-busy", Language::En).advice, "it is no longer sent by itself");
    }

    #[test]
    fn a_blocked_pin_says_which_it_is_and_where_it_is_unblocked() {
        for language in [Language::Fi, Language::Sv, Language::En] {
            for (slot, name) in [(card::PinSlot::Pin1, "PIN1"), (card::PinSlot::Pin2, "PIN2")] {
                let told = problem(&CounterError::Card(card::CardError::PinBlocked(slot)), language);
                assert!(told.sentence.contains(name) && told.advice.contains("DigiSign"), "{told:?}");
            }
        }
    }

    #[test]
    fn a_wrong_pin_tells_the_tries_left_and_an_unknown_code_is_kept() {
        let wrong = CounterError::Card(card::CardError::PinWrong { left: Some(3) });
        let told = problem(&wrong, Language::En);
        assert_eq!((told.code.as_str(), told.tries_left), ("pin-wrong", Some(3)));
        assert_eq!(of_code("9Y99999", Language::En).code, "9Y99999");
        assert_eq!(of_code("TSK-rule-refused:DI-7", Language::En).rule.as_deref(), Some("DI-7"));
    }
}
