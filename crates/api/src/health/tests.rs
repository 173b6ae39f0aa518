use std::time::Duration as Span;

use card::{CardIdentity, ReaderId};
use counter::ReadyCard;
use trust::{Distrust, Holder};

use super::*;
use crate::settings::Health;

const GOOD: PinStatus = PinStatus::Ready { left: Some(5) };

fn now() -> DateTime<Utc> {
    "2026-11-22T08:42:05Z".parse().unwrap()
}

fn holder(days: i64) -> Holder {
    Holder {
        common_name: "Salminen Siri 99900000011".into(),
        family: "Salminen".into(),
        given: "Siri".into(),
        registration_number: RegistrationNumber::parse("99900000011").ok(),
        prescriber_id: None,
        title: "farmaseutti".into(),
        right_code: Some("005".into()),
        organisation_oid: None,
        organisation: None,
        not_before: now() - Duration::days(30),
        not_after: now() + Duration::days(days),
        issuer: "Test CA".into(),
    }
}

fn ready() -> ReadyCard {
    ReadyCard {
        reader: ReaderId("one".into()),
        identity: CardIdentity {
            serial: "01".into(),
            authentication_certificate: vec![],
            signature_certificate: vec![],
        },
        holder: holder(1000),
        pin1: GOOD,
        pin2: GOOD,
        signature: Ok(holder(1000)),
        keypad: false,
        others: false,
    }
}

fn answered(outcome: Result<(), &str>, skew_s: i64) -> Asked {
    let skew = outcome.is_ok().then(|| Duration::seconds(skew_s));
    Asked { at: Instant::now(), outcome: outcome.map_err(str::to_owned), skew }
}

fn list(state: ListState) -> ListStanding {
    ListStanding { issuer: "Test CA".into(), next_update: now(), state }
}

/// A chain in which all is well, to break one link of.
struct Chain {
    card: CardHeld,
    without_right: Option<RegistrationNumber>,
    asked: Option<Asked>,
    own: Vec<OwnCertificate>,
    medicines: Stock,
    lists: Vec<ListStanding>,
    scs: bool,
}

impl Chain {
    fn sound() -> Self {
        let own = |of| OwnCertificate {
            of,
            issuer: "Test CA".into(),
            not_after: now() + Duration::days(200),
            serial: "00".into(),
        };
        Self {
            card: CardHeld::Ready(Box::new(ready())),
            without_right: None,
            asked: Some(answered(Ok(()), 1)),
            own: vec![own(OwnUse::Server), own(OwnUse::System)],
            medicines: Stock::Edition {
                name: "2026.022".into(),
                published: Some("2026-11-15".parse().unwrap()),
                due: None,
            },
            lists: vec![list(ListState::Fresh)],
            scs: false,
        }
    }

    fn lines(&self, language: Language) -> Vec<HealthLine> {
        let seen = Seen {
            card: &self.card,
            without_right: self.without_right.as_ref(),
            asked: self.asked.as_ref(),
            own: &self.own,
            medicines: &self.medicines,
            lists: &self.lists,
            limits: &Health::default(),
            scs: self.scs,
            now: now(),
            instant: Instant::now(),
        };
        lines(&seen, language)
    }

    /// The links that are weak or broken, with their codes; what depends on them may be unknown.
    fn named(&self) -> Vec<(Link, HealthState, String)> {
        let troubled = |line: &HealthLine| matches!(line.state, HealthState::Bad | HealthState::Think);
        self.lines(Language::Fi).into_iter().filter(troubled).map(|line| (line.link, line.state, line.code)).collect()
    }
}

fn broken(change: impl Fn(&mut Chain)) -> Vec<(Link, HealthState, String)> {
    let mut chain = Chain::sound();
    change(&mut chain);
    chain.named()
}

fn bad(link: Link, code: &str) -> Vec<(Link, HealthState, String)> {
    vec![(link, HealthState::Bad, code.to_owned())]
}

fn think(link: Link, code: &str) -> Vec<(Link, HealthState, String)> {
    vec![(link, HealthState::Think, code.to_owned())]
}

#[test]
fn a_sound_chain_is_green_in_every_link() {
    for language in [Language::Fi, Language::Sv, Language::En] {
        let lines = Chain::sound().lines(language);
        assert_eq!(lines.len(), 7);
        for line in lines {
            assert!(line.state == HealthState::Good && line.advice.is_empty(), "{line:?}");
            assert!(!line.sentence.is_empty() && !line.sentence.contains("{}"), "{line:?}");
        }
    }
}

#[test]
fn one_fault_is_one_link_and_what_depends_on_it_is_unknown() {
    let missing = |what| move |chain: &mut Chain| chain.card = CardHeld::Missing(what);
    let reader = || ReaderId("one".into());
    assert_eq!(broken(missing(MissingCard::Service)), bad(Link::Reader, "card-service-down"));
    assert_eq!(broken(missing(MissingCard::Reader)), bad(Link::Reader, "card-no-reader"));
    assert_eq!(broken(missing(MissingCard::Card)), bad(Link::Card, "card-none"));
    let unusable =
        |error: CardError| broken(|chain| chain.card = CardHeld::Unusable(reader(), CardProblem::Card(error.clone())));
    assert_eq!(unusable(CardError::Mute), bad(Link::Card, "card-mute"));
    assert_eq!(unusable(CardError::ServiceDown), bad(Link::Reader, "card-service-down"));
    let distrusted =
        broken(|chain| chain.card = CardHeld::Unusable(reader(), CardProblem::Distrust(Distrust::Revoked)));
    assert_eq!(distrusted, bad(Link::Certificate, "certificate-revoked"));
    for (code, link) in [
        ("not-reached", Link::Network),
        ("connect-timed-out", Link::Network),
        ("server-certificate-unknown-issuer", Link::Centre),
        ("server-certificate-expired", Link::Centre),
        ("tls-handshake-failed", Link::Centre),
        ("client-certificate-revoked", Link::Certificate),
        ("client-certificate-missing", Link::Certificate),
        ("answer-timed-out", Link::Centre),
        ("answer-lost", Link::Centre),
        ("TSK-busy", Link::Centre),
    ] {
        assert_eq!(broken(|chain| chain.asked = Some(answered(Err(code), 0))), bad(link, code));
    }
    let mut chain = Chain::sound();
    chain.asked = Some(answered(Err("not-reached"), 0));
    let lines = chain.lines(Language::En);
    assert_eq!(lines[5].sentence, "Known only when this is in order: network.");
}

#[test]
fn a_card_behind_another_program_is_judged_by_what_that_program_can_tell() {
    let scs = |card: CardHeld| {
        broken(move |chain| {
            chain.scs = true;
            chain.card = card.clone();
        })
    };
    assert_eq!(scs(CardHeld::Missing(MissingCard::Service)), bad(Link::Reader, "scs-down"));
    assert_eq!(scs(CardHeld::Missing(MissingCard::Reader)), bad(Link::Reader, "scs-down"), "it has no readers of ours");
    assert_eq!(scs(CardHeld::Unread(ReaderId("SCS".into()))), vec![], "whose card it is nobody needs to know yet");
    let chain = Chain { scs: true, card: CardHeld::Unread(ReaderId("SCS".into())), ..Chain::sound() };
    let codes: Vec<String> = chain.lines(Language::Sv).into_iter().take(3).map(|line| line.code).collect();
    assert_eq!(codes, ["scs-good", "card-unread", "depends"]);
}

#[test]
fn two_cards_that_could_be_used_are_told_with_the_reader_in_use() {
    let two = || CardHeld::Ready(Box::new(ReadyCard { others: true, ..ready() }));
    assert_eq!(broken(|chain| chain.card = two()), think(Link::Reader, "reader-several"));
    let line = Chain { card: two(), ..Chain::sound() }.lines(Language::Fi).remove(0);
    assert!(line.sentence.ends_with("Käytössä on lukija one."), "{}", line.sentence);
}

#[test]
fn pins_are_told_before_anybody_types() {
    let with = |pin1, pin2| broken(|chain| chain.card = CardHeld::Ready(Box::new(ReadyCard { pin1, pin2, ..ready() })));
    assert_eq!(with(PinStatus::Blocked, GOOD), bad(Link::Card, "pin1-blocked"));
    assert_eq!(with(GOOD, PinStatus::Blocked), bad(Link::Card, "pin2-blocked"));
    assert_eq!(with(PinStatus::NotActivated, PinStatus::NotActivated), bad(Link::Card, "card-not-activated"));
    assert_eq!(with(GOOD, PinStatus::Ready { left: Some(1) }), think(Link::Card, "pin2-last-try"));
    assert_eq!(with(PinStatus::Ready { left: Some(2) }, PinStatus::Verified), vec![]);
}

#[test]
fn ends_of_certificates_are_warned_of_weeks_before_the_pharmacys_own_included() {
    let card = |card: ReadyCard| broken(move |chain| chain.card = CardHeld::Ready(Box::new(card.clone())));
    assert_eq!(card(ReadyCard { holder: holder(43), ..ready() }), vec![]);
    assert_eq!(card(ReadyCard { holder: holder(41), ..ready() }), think(Link::Certificate, "certificate-expires-soon"));
    let soon = ReadyCard { signature: Ok(holder(41)), ..ready() };
    assert_eq!(card(soon), think(Link::Certificate, "certificate-expires-soon"));
    let revoked = ReadyCard { signature: Err(Distrust::Revoked), ..ready() };
    assert_eq!(card(revoked), bad(Link::Certificate, "certificate-revoked"));
    for (place, what) in [(0, "server"), (1, "system")] {
        let own = |days| broken(|chain| chain.own[place].not_after = now() + Duration::days(days));
        assert_eq!(own(43), vec![]);
        let code = format!("own-{what}-certificate-expires-soon");
        assert_eq!(own(41), think(Link::Certificate, &code));
        assert_eq!(own(-1), bad(Link::Certificate, &format!("own-{what}-certificate-expired")));
    }
    // The Centre refuses an expired certificate: still one fault, and said by its cause.
    let refused = broken(|chain| {
        chain.own[0].not_after = now() - Duration::days(1);
        chain.asked = Some(answered(Err("client-certificate-expired"), 0));
    });
    assert_eq!(refused, bad(Link::Certificate, "own-server-certificate-expired"));
}

#[test]
fn an_overdue_revocation_list_is_amber_and_one_that_counts_no_more_is_red() {
    let with = |state| broken(move |chain| chain.lists.push(list(state)));
    assert_eq!(with(ListState::Overdue), think(Link::Certificate, "revocation-list-overdue"));
    assert_eq!(with(ListState::Gone), bad(Link::Certificate, "revocation-list-gone"));
    // What the list's absence makes of TLS is the same fault.
    let unknown = broken(|chain| {
        chain.lists.push(list(ListState::Gone));
        chain.asked = Some(answered(Err("server-certificate-revocation-unknown"), 0));
    });
    assert_eq!(unknown, bad(Link::Certificate, "revocation-list-gone"));
}

#[test]
fn the_clock_may_differ_by_five_minutes_either_way() {
    for (seconds, right) in [(0, true), (300, true), (-300, true), (301, false), (-301, false)] {
        let seen = broken(|chain| chain.asked = Some(answered(Ok(()), seconds)));
        assert_eq!(seen, if right { vec![] } else { bad(Link::Clock, "clock-wrong") }, "{seconds} s");
    }
}

#[test]
fn an_edition_is_stale_from_the_midnight_on_which_a_newer_one_was_due_and_says_so_in_red() {
    let due = |due: &str| {
        let (published, due) = ("2026-11-15".parse().ok(), due.parse().ok());
        broken(move |chain| chain.medicines = Stock::Edition { name: "2026.022".into(), published, due })
    };
    let today = prescription::time::finnish(now()).date();
    assert_eq!(due(&today.to_string()), bad(Link::Medicines, "medicines-stale"));
    assert_eq!(due(&(today - chrono::Days::new(3)).to_string()), bad(Link::Medicines, "medicines-stale"));
    assert_eq!(due(&(today + chrono::Days::new(1)).to_string()), vec![]);
}

#[test]
fn an_old_medicines_database_is_amber_and_a_very_old_or_missing_one_red() {
    let aged = |day: &str| {
        let published = Some(day.parse().unwrap());
        broken(move |chain| chain.medicines = Stock::Edition { name: "x".into(), published, due: None })
    };
    assert_eq!(aged("2026-11-01"), vec![]);
    assert_eq!(aged("2026-10-31"), think(Link::Medicines, "medicines-old"));
    assert_eq!(aged("2026-09-20"), bad(Link::Medicines, "medicines-too-old"));
    assert_eq!(broken(|chain| chain.medicines = Stock::Missing), bad(Link::Medicines, "medicines-missing"));
}

#[test]
fn an_answer_tells_its_age_and_none_is_not_called_good() {
    let mut chain = Chain::sound();
    let instant = Instant::now();
    chain.asked = Some(Asked { at: instant, ..answered(Ok(()), 0) });
    let seen = Seen {
        card: &chain.card,
        without_right: None,
        asked: chain.asked.as_ref(),
        own: &chain.own,
        medicines: &chain.medicines,
        lists: &chain.lists,
        limits: &Health::default(),
        scs: false,
        now: now(),
        instant: instant + Span::from_secs(12),
    };
    assert_eq!(lines(&seen, Language::Fi)[5].sentence, "Reseptikeskus vastasi 12 s sitten.");
    chain.asked = None;
    for line in chain.lines(Language::Fi).iter().filter(|line| matches!(line.link, Link::Centre | Link::Network)) {
        assert_eq!(line.state, HealthState::Unknown);
    }
}

#[test]
fn a_right_that_has_ended_is_red_for_its_holder_alone() {
    let number = ready().holder.registration_number;
    assert!(number.is_some());
    assert_eq!(broken(|chain| chain.without_right = number.clone()), bad(Link::Certificate, "right-ended"));
    let other = RegistrationNumber::parse("99900000999").unwrap();
    assert_eq!(broken(|chain| chain.without_right = Some(other.clone())), vec![]);
}

#[test]
fn med_5_3_a_scanner_is_beside_the_chain_and_never_red() {
    use crate::scanner::ScannerFault::{Busy, Missing, NoPermission, Unreadable};
    let line = |last| super::scanner(last, Language::En);
    assert_eq!((line(None).state, line(None).link), (HealthState::Unknown, Link::Scanner));
    assert_eq!(line(Some(Ok(()))).state, HealthState::Good);
    let codes: std::collections::BTreeSet<String> = [Missing, NoPermission, Busy, Unreadable]
        .into_iter()
        .map(|fault| line(Some(Err(fault))))
        .inspect(|said| assert!(said.state == HealthState::Think && !said.advice.is_empty(), "{said:?}"))
        .map(|said| said.sentence)
        .collect();
    assert_eq!(codes.len(), 4, "each has a sentence of its own");
}

#[test]
fn med_5_2_a_printer_is_beside_the_chain_and_never_red() {
    use printing::PrintError;
    let line = |last| super::printer(last, Language::En);
    assert_eq!((line(None).state, line(None).code.as_str()), (HealthState::Unknown, "printer-not-used"));
    assert_eq!((line(Some(Ok(()))).state, line(Some(Ok(()))).link), (HealthState::Good, Link::Printer));
    for error in [
        PrintError::Folder,
        PrintError::NotReached,
        PrintError::Interrupted,
        PrintError::NoSpooler,
        PrintError::Refused,
        PrintError::Job,
    ] {
        let said = line(Some(Err(error)));
        assert_eq!(said.state, HealthState::Think, "{error}");
        assert!(!said.sentence.is_empty() && !said.advice.is_empty(), "{error}");
        // A sentence of its own, not that of an unknown code.
        assert_ne!(said.sentence, crate::sentences::of_code("9Y99999", Language::En).sentence, "{error}");
    }
}
