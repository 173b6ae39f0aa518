//! The faults, one in each place where the chain from a card to the Centre can break, and which link must be named.

use anyhow::Result;
use chrono::{Duration, Utc};
use test_authority::{Manner, place, who};

use super::stand::Stand;

/// Breaks something.
type Inject = fn(&mut Stand) -> Result<()>;

/// What must be said where nothing is wrong after all.
pub const GOOD: &str = "good";

/// One fault and what must be said of it.
pub struct Fault {
    /// In words.
    pub what: &'static str,
    /// The link.
    pub link: &'static str,
    /// Its state: `bad`, `think` or, where the fault breaks nothing, [`GOOD`].
    pub state: &'static str,
    /// Its code.
    pub code: &'static str,
    /// Makes it.
    pub inject: Inject,
}

const fn fault(what: &'static str, link: &'static str, code: &'static str, inject: Inject) -> Fault {
    Fault { what, link, state: "bad", code, inject }
}

const fn warning(what: &'static str, link: &'static str, code: &'static str, inject: Inject) -> Fault {
    Fault { what, link, state: "think", code, inject }
}

const fn harmless(what: &'static str, link: &'static str, inject: Inject) -> Fault {
    Fault { what, link, state: GOOD, code: "", inject }
}

/// Every fault.
pub const FAULTS: &[Fault] = &[
    fault("the card service is stopped", "reader", "card-service-down", |s| s.reader().stop_service()),
    fault("no reader is connected", "reader", "card-no-reader", |s| {
        s.reader().stop_service()?;
        s.reader().start_service(false)
    }),
    fault("no card is in the reader", "card", "card-none", |s| s.reader().pull()),
    fault("another kind of card", "card", "card-unknown", |s| s.blank_card()),
    fault("the card was never activated", "card", "card-not-activated", |s| s.new_card(&["--not-activated"])),
    fault("PIN1 is blocked", "card", "pin1-blocked", |s| s.card_with_tries(0, 5)),
    fault("PIN2 is blocked", "card", "pin2-blocked", |s| s.card_with_tries(5, 0)),
    warning("one try of PIN2 is left", "card", "pin2-last-try", |s| s.card_with_tries(5, 1)),
    fault("the card's certificates have expired", "certificate", "certificate-expired", |s| {
        s.card_of(who::VESA_EXPIRED)
    }),
    fault("the card's certificates are revoked", "certificate", "certificate-revoked", |s| {
        s.card_of(who::KAISA_REVOKED)
    }),
    fault("the card's issuer is nobody's", "certificate", "certificate-unknown-issuer", |s| {
        s.card_of(who::TUULA_UNKNOWN_ISSUER)
    }),
    fault(
        "OCSP says that the card is revoked, and the list does not know it",
        "certificate",
        "certificate-revoked",
        |s| s.card_revoked_by_ocsp(),
    ),
    harmless("OCSP is silent, and the list is fresh", "certificate", |s| s.ocsp_of(Manner::HangsUp)),
    fault("the holder's right to practise has ended", "certificate", "right-ended", |s| {
        s.ask_roles()?;
        s.card_of(who::RAUNI_RIGHT_ENDED)
    }),
    warning("the card's certificates end in twenty days", "certificate", "certificate-expires-soon", |s| {
        s.authority().reissue_professional(who::SIRI, Utc::now() + Duration::days(20))?;
        s.new_card(&[])
    }),
    warning("the revocation list is two hours overdue", "certificate", "revocation-list-overdue", |s| {
        s.list_that_ended(Duration::hours(2))
    }),
    fault("the revocation list ran out three days ago", "certificate", "revocation-list-gone", |s| {
        s.list_that_ended(Duration::days(3))
    }),
    warning(
        "the pharmacy's server certificate ends in twenty days",
        "certificate",
        "own-server-certificate-expires-soon",
        |s| Ok(s.authority().reissue_server(place::KUUSI, Utc::now() + Duration::days(20))?),
    ),
    warning(
        "the pharmacy's system-signature certificate ends in twenty days",
        "certificate",
        "own-system-certificate-expires-soon",
        |s| Ok(s.authority().reissue_system(place::KUUSI, Utc::now() + Duration::days(20))?),
    ),
    fault("the pharmacy's server certificate has expired", "certificate", "own-server-certificate-expired", |s| {
        s.certificate(place::EXPIRED)
    }),
    fault("the pharmacy's server certificate is revoked", "certificate", "client-certificate-revoked", |s| {
        s.certificate(place::REVOKED)
    }),
    fault(
        "the pharmacy's server certificate is of another issuer",
        "certificate",
        "client-certificate-unknown-issuer",
        |s| s.certificate(place::STRANGER),
    ),
    fault("the workstation's clock is ten minutes fast", "clock", "clock-wrong", |s| s.clock(Duration::minutes(10))),
    fault("the workstation's clock is an hour slow", "clock", "clock-wrong", |s| s.clock(Duration::hours(-1))),
    fault("nothing listens at the Centre's port", "network", "not-reached", |s| s.tell("unreachable")),
    fault("another server at the Centre's address", "centre", "server-certificate-unknown-issuer", |s| {
        s.authority().reissue_server_by_a_stranger(place::CENTRE, Utc::now() + Duration::days(200))?;
        s.tell("reload")
    }),
    fault("the Centre's certificate has expired", "centre", "server-certificate-expired", |s| {
        s.authority().reissue_server(place::CENTRE, Utc::now() - Duration::days(2))?;
        s.tell("reload")
    }),
    fault("the Centre's certificate is revoked", "centre", "server-certificate-revoked", |s| {
        Ok(s.authority().revoke_server(place::CENTRE, Utc::now() - Duration::minutes(1))?)
    }),
    fault("the Centre is busy", "centre", "TSK-busy", |s| s.tell("refuse TSK-busy any always")),
    fault("the Centre answers too late", "centre", "answer-timed-out", |s| s.tell("delay-answer 60000 any always")),
    fault("the Centre hangs up", "centre", "answer-lost", |s| s.tell("drop-answer any always")),
    fault("the medicines database is missing", "medicines", "medicines-missing", |s| s.medicines(None)),
    fault("the medicines database cannot be read", "medicines", "medicines-missing", |s| s.medicines(Some("{"))),
    warning("the medicines database is thirty days old", "medicines", "medicines-old", |s| s.medicines_of(30)),
    fault("the medicines database is a hundred days old", "medicines", "medicines-too-old", |s| s.medicines_of(100)),
];
