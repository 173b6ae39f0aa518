//! The chain from the card in a reader to the Centre and the medicines, link by link: what is seen of each, and which one
//! is broken. One place for the strip on the screen and for `tiski doctor`.
//!
//! A link that can only be judged when another one holds is not called broken: it is unknown, and says what it depends on.
//! So one fault is one red link.

mod evidence;
mod instruments;
mod probe;
mod words;

use std::time::Instant;

use card::{CardError, PinSlot, PinStatus};
use chrono::{DateTime, Duration, Utc};
use counter::{CardHeld, CardProblem, CounterError, MissingCard, ReadyCard};
use prescription::RegistrationNumber;
use prescription::rules::Language;
use trust::{ListStanding, ListState};

use crate::editions::Stock;
use crate::scanner::ScannerFault;
use crate::words::day;
use crate::{HealthLine, HealthState, Link, settings};

pub use evidence::Examination;
pub(crate) use evidence::examine;
pub(crate) use instruments::{Instruments, OwnCertificate, OwnUse};
pub(crate) use probe::Asked;

/// All that is known of the chain at a moment.
pub(crate) struct Seen<'a> {
    pub card: &'a CardHeld,
    /// Whoever has this registration number has no right, as the role service says.
    pub without_right: Option<&'a RegistrationNumber>,
    pub asked: Option<&'a Asked>,
    pub own: &'a [OwnCertificate],
    pub medicines: &'a Stock,
    pub lists: &'a [ListStanding],
    pub limits: &'a settings::Health,
    /// Whether another program on this machine holds the card.
    pub scs: bool,
    /// The workstation's time.
    pub now: DateTime<Utc>,
    /// The same moment, in time that only runs.
    pub instant: Instant,
}

/// What is found of one link.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Finding {
    state: HealthState,
    code: String,
    /// A day, a number or a name in the sentence.
    filling: String,
    /// The link that must hold before this one can be judged.
    depends: Option<Link>,
}

impl Finding {
    fn new(state: HealthState, code: impl Into<String>) -> Self {
        Self { state, code: code.into(), filling: String::new(), depends: None }
    }

    fn good(code: &str, filling: impl Into<String>) -> Self {
        Self { filling: filling.into(), ..Self::new(HealthState::Good, code) }
    }

    fn bad(code: impl Into<String>) -> Self {
        Self::new(HealthState::Bad, code)
    }

    fn think(code: impl Into<String>, filling: impl Into<String>) -> Self {
        Self { filling: filling.into(), ..Self::new(HealthState::Think, code) }
    }

    fn depends(link: Link) -> Self {
        Self { depends: Some(link), ..Self::new(HealthState::Unknown, "depends") }
    }

    fn not_asked() -> Self {
        Self::new(HealthState::Unknown, "not-asked-yet")
    }
}

/// Every link, in the order of the chain.
pub(crate) fn lines(seen: &Seen<'_>, language: Language) -> Vec<HealthLine> {
    let links = [
        (Link::Reader, reader(seen)),
        (Link::Card, card(seen.card)),
        (Link::Certificate, certificate(seen)),
        (Link::Clock, clock(seen)),
        (Link::Network, network(seen)),
        (Link::Centre, centre(seen)),
        (Link::Medicines, medicines(seen)),
    ];
    links.into_iter().map(|(link, finding)| line(link, finding, language)).collect()
}

/// The label printer, which is beside the chain: nothing waits for it.
pub(crate) fn printer(last: Option<Result<(), printing::PrintError>>, language: Language) -> HealthLine {
    let finding = match last {
        None => Finding::new(HealthState::Unknown, "printer-not-used"),
        Some(Ok(())) => Finding::good("printer-good", ""),
        Some(Err(error)) => Finding::think(error.code(), ""),
    };
    line(Link::Printer, finding, language)
}

/// The scanner that the program reads itself, which is beside the chain: packages can be chosen without it.
pub(crate) fn scanner(last: Option<Result<(), ScannerFault>>, language: Language) -> HealthLine {
    let finding = match last {
        None => Finding::new(HealthState::Unknown, "scanner-not-opened"),
        Some(Ok(())) => Finding::good("scanner-good", ""),
        Some(Err(fault)) => Finding::think(fault.code(), ""),
    };
    line(Link::Scanner, finding, language)
}

fn line(link: Link, finding: Finding, language: Language) -> HealthLine {
    let filling = finding.depends.map_or(finding.filling, |link| link.name(language).to_owned());
    let (sentence, advice) = words::said(&finding.code, &filling, language);
    HealthLine { link, state: finding.state, code: finding.code, sentence, advice }
}

fn reader(seen: &Seen<'_>) -> Finding {
    match seen.card {
        CardHeld::Unknown => Finding::not_asked(),
        CardHeld::Missing(MissingCard::Service | MissingCard::Reader) if seen.scs => Finding::bad("scs-down"),
        CardHeld::Missing(MissingCard::Service) => Finding::bad(CardError::ServiceDown.code()),
        CardHeld::Missing(MissingCard::Reader) => Finding::bad(CardError::NoReader.code()),
        CardHeld::Unusable(_, CardProblem::Card(error)) if is_of_reader(error) => Finding::bad(error.code()),
        _ if seen.scs => Finding::good("scs-good", ""),
        CardHeld::Ready(card) if card.others => Finding::think("reader-several", card.reader.0.clone()),
        _ => Finding::good("reader-good", ""),
    }
}

/// Whether an error is the service's or the reader's rather than the card's.
fn is_of_reader(error: &CardError) -> bool {
    matches!(error, CardError::ServiceDown | CardError::NoReader | CardError::Service(_))
}

fn card(card: &CardHeld) -> Finding {
    match card {
        CardHeld::Unknown => Finding::not_asked(),
        CardHeld::Missing(MissingCard::Service | MissingCard::Reader) => Finding::depends(Link::Reader),
        CardHeld::Missing(MissingCard::Card) => Finding::bad(CardError::NoCard.code()),
        CardHeld::Unread(_) => Finding::new(HealthState::Unknown, "card-unread"),
        CardHeld::Unusable(_, CardProblem::Card(error)) if is_of_reader(error) => Finding::depends(Link::Reader),
        CardHeld::Unusable(_, CardProblem::Card(error)) => Finding::bad(error.code()),
        CardHeld::Unusable(_, CardProblem::Distrust(_)) => Finding::good("card-good", ""),
        CardHeld::Ready(card) => pins(card),
    }
}

fn pins(card: &ReadyCard) -> Finding {
    let both = [(PinSlot::Pin1, card.pin1), (PinSlot::Pin2, card.pin2)];
    if both.iter().any(|(_, status)| *status == PinStatus::NotActivated) {
        return Finding::bad(CardError::NotActivated.code());
    }
    if let Some((slot, _)) = both.iter().find(|(_, status)| *status == PinStatus::Blocked) {
        return Finding::bad(CardError::PinBlocked(*slot).code());
    }
    match both.iter().find(|(_, status)| matches!(status, PinStatus::Ready { left: Some(1) })) {
        Some((slot, _)) => Finding::think(CardError::LastTry(*slot).code(), ""),
        None => Finding::good("card-good", ""),
    }
}

/// The person's two certificates and the pharmacy's own: what is broken comes first, then what will be.
fn certificate(seen: &Seen<'_>) -> Finding {
    let gone = |end: DateTime<Utc>| end < seen.now;
    let soon = |end: DateTime<Utc>| end - seen.now < Duration::days(i64::from(seen.limits.warn_days));
    let until = |end: DateTime<Utc>| day(prescription::time::finnish(end).date());
    if let Some(list) = seen.lists.iter().find(|list| list.state == ListState::Gone) {
        return Finding { filling: until(list.next_update), ..Finding::bad("revocation-list-gone") };
    }
    if let CardHeld::Unusable(_, CardProblem::Distrust(why)) = seen.card {
        return Finding::bad(why.code());
    }
    if let CardHeld::Ready(card) = seen.card
        && let Err(why) = &card.signature
    {
        return Finding::bad(why.code());
    }
    if let CardHeld::Ready(card) = seen.card
        && seen.without_right.is_some()
        && card.holder.registration_number.as_ref() == seen.without_right
    {
        return Finding::bad(CounterError::RightEnded.code());
    }
    if let Some(own) = seen.own.iter().find(|own| gone(own.not_after)) {
        return Finding { filling: until(own.not_after), ..Finding::bad(own.code("expired")) };
    }
    if let Some(Err(code)) = seen.asked.map(|asked| &asked.outcome)
        && probe::whose(code) == probe::Whose::Ours
    {
        return Finding::bad(code.clone());
    }
    if let Some(list) = seen.lists.iter().find(|list| list.state == ListState::Overdue) {
        return Finding::think("revocation-list-overdue", until(list.next_update));
    }
    let end = match seen.card {
        CardHeld::Ready(card) => {
            let signature = card.signature.as_ref().map_or(card.holder.not_after, |holder| holder.not_after);
            Some(card.holder.not_after.min(signature))
        }
        _ => None,
    };
    if let Some(end) = end.filter(|end| soon(*end)) {
        return Finding::think("certificate-expires-soon", until(end));
    }
    if let Some(own) = seen.own.iter().find(|own| soon(own.not_after)) {
        return Finding::think(own.code("expires-soon"), until(own.not_after));
    }
    match (end, reader(seen).state) {
        (Some(end), _) => Finding::good("certificate-good", until(end)),
        (None, HealthState::Good) => Finding::depends(Link::Card),
        (None, _) => Finding::depends(Link::Reader),
    }
}

fn clock(seen: &Seen<'_>) -> Finding {
    match seen.asked {
        None => Finding::not_asked(),
        Some(Asked { skew: Some(skew), .. }) => {
            let seconds = skew.num_seconds().abs();
            if seconds > i64::from(seen.limits.clock_s) {
                let minutes = (seconds + 59) / 60;
                Finding { filling: minutes.to_string(), ..Finding::bad("clock-wrong") }
            } else {
                Finding::good("clock-good", seconds.to_string())
            }
        }
        Some(Asked { skew: None, outcome: Err(code), .. }) => Finding::depends(match probe::whose(code) {
            probe::Whose::Network => Link::Network,
            probe::Whose::Ours => Link::Certificate,
            probe::Whose::Centre => Link::Centre,
        }),
        Some(Asked { skew: None, outcome: Ok(()), .. }) => Finding::not_asked(),
    }
}

fn network(seen: &Seen<'_>) -> Finding {
    match seen.asked.map(|asked| &asked.outcome) {
        None => Finding::not_asked(),
        Some(Err(code)) if probe::whose(code) == probe::Whose::Network => Finding::bad(code.clone()),
        Some(_) => Finding::good("network-good", ""),
    }
}

fn centre(seen: &Seen<'_>) -> Finding {
    let Some(asked) = seen.asked else { return Finding::not_asked() };
    match &asked.outcome {
        Ok(()) => Finding::good("centre-good", probe::ago(asked.at, seen.instant)),
        Err(code) => match probe::whose(code) {
            probe::Whose::Network => Finding::depends(Link::Network),
            probe::Whose::Ours => Finding::depends(Link::Certificate),
            probe::Whose::Centre => Finding::bad(code.clone()),
        },
    }
}

fn medicines(seen: &Seen<'_>) -> Finding {
    let Stock::Edition { name, published, due } = seen.medicines else { return Finding::bad("medicines-missing") };
    let today = prescription::time::finnish(seen.now).date();
    // A newer one should be in force: its prices are those of a period that has ended (medicines.md 0).
    if let Some(due) = due.filter(|due| *due <= today) {
        return Finding { filling: day(due), ..Finding::bad("medicines-stale") };
    }
    let days = published.map(|day| (today - day).num_days());
    match days {
        Some(days) if days > i64::from(seen.limits.medicines_at_most_days) => {
            Finding { filling: days.to_string(), ..Finding::bad("medicines-too-old") }
        }
        Some(days) if days > i64::from(seen.limits.medicines_days) => Finding::think("medicines-old", days.to_string()),
        _ => Finding::good("medicines-good", name.clone()),
    }
}

#[cfg(test)]
mod tests;
