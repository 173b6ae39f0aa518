//! Who is logged in: a session belongs to one person, one right and one card, and locks when that card leaves
//! (smartcard notes, 1.8) or when nobody has done anything for a while.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use card::{CardError, Pin, PinSlot, ReaderId};
use chrono::{DateTime, Utc};
use prescription::{PersonName, Professional, RegistrationNumber, Right};
use record::NewEvent;
use serde_json::json;
use trust::{Distrust, Holder, Purpose};

use crate::held::{Look, read_card};
use crate::visit::Succession;
use crate::{CardHeld, CardProblem, Counter, CounterError, MissingCard, RightSource, lock};

/// A session.
#[derive(Debug, Clone)]
pub struct Session {
    /// Who, as the card's certificate says.
    pub holder: Holder,
    /// The right in which the person acts.
    pub right: Right,
    /// Who says so.
    pub right_source: RightSource,
    /// The registration number.
    pub registration: RegistrationNumber,
    /// The card's serial number: the same card must sign.
    pub card_serial: String,
    /// The card's certificate for signing, DER: no signature of another leaves in this session.
    pub signature_certificate: Vec<u8>,
    /// The reader in which that card is: it leaves when it leaves that one.
    pub reader: ReaderId,
    /// When it was opened.
    pub since: DateTime<Utc>,
    /// The card has left, or nobody has done anything for a while: only that card and its PIN1 open it again.
    pub locked: bool,
    /// When the person last did something.
    pub(crate) acted: Instant,
}

impl Session {
    /// The person as documents name one.
    pub fn professional(&self) -> Professional {
        Professional {
            registration: Some(self.registration.clone()),
            name: PersonName {
                given: self.holder.given.split_whitespace().map(str::to_owned).collect(),
                call_name: None,
                family: self.holder.family.clone(),
                suffix: Some(self.right.name().to_owned()),
            },
            right: Some(self.right.clone()),
            logged_in_at: Some(prescription::time::finnish(self.since)),
            ..Professional::default()
        }
    }
}

impl Counter {
    /// Who is logged in.
    pub fn session(&self) -> Option<Session> {
        lock(&self.session).clone()
    }

    /// The session, if it is there and not locked.
    pub(crate) fn open_session(&self) -> Result<Session, CounterError> {
        self.session().filter(|session| !session.locked).ok_or(CounterError::NoSession)
    }

    /// What the reader holds, as it was last looked at.
    pub fn card(&self) -> CardHeld {
        lock(&self.card).clone()
    }

    /// Looks at readers and cards anew, without a PIN. Locks the session when its card is not where it was.
    pub fn look_at_card(&self) -> CardHeld {
        self.look(false)
    }

    fn look(&self, may_ask: bool) -> CardHeld {
        let service = !self.service_down.load(Ordering::Relaxed);
        let first = self.reader();
        let look = Look { service, first: first.as_ref(), may_ask };
        let held = read_card(self.deps.cards.as_ref(), look, &self.deps.trust, self.deps.clock.now());
        let seen = match &held {
            CardHeld::Ready(card) => Some((card.identity.serial.clone(), card.reader.clone())),
            _ => None,
        };
        *lock(&self.card) = held.clone();
        self.lock_where("card", |open| {
            seen.as_ref().is_none_or(|(serial, reader)| (serial, reader) != (&open.card_serial, &open.reader))
        });
        held
    }

    /// The system's card service stopped, or answers again. Look at the card afterwards.
    pub fn card_service(&self, answers: bool) {
        self.service_down.store(!answers, Ordering::Relaxed);
    }

    /// The person did something at this moment.
    pub fn acted(&self, at: Instant) {
        if let Some(open) = lock(&self.session).as_mut().filter(|open| !open.locked) {
            open.acted = at;
        }
    }

    /// Locks the session when its person has done nothing for so long. Whether it was locked by that. Measured in time that
    /// only runs: a wall clock that is set locks nobody out and keeps nobody in.
    pub fn lock_if_idle(&self, longest: Duration, now: Instant) -> bool {
        self.lock_where("idle", |open| now.saturating_duration_since(open.acted) >= longest)
    }

    /// A card has left this reader: locks its session at once, before anything else is asked of a reader. Whether it was
    /// the card in use; another one's leaving disturbs nobody.
    pub fn card_removed(&self, reader: &ReaderId) -> bool {
        let mut card = lock(&self.card);
        let in_use = !matches!(&*card, CardHeld::Ready(other) if other.reader != *reader);
        if in_use {
            *card = CardHeld::Missing(MissingCard::Card);
        }
        drop(card);
        self.lock_where("card", |open| open.reader == *reader);
        in_use
    }

    /// Opens a session: PIN1, and a signature by the card over a challenge that names its purpose.
    pub fn log_in(&self, pin: &Pin, allow_last_try: bool) -> Result<Session, CounterError> {
        let now = self.deps.clock.now();
        let CardHeld::Ready(card) = self.look(true) else {
            let problem = self.card_problem();
            self.look_at_card(); // an answer that a person did not give is not what the card is
            return Err(problem);
        };
        let holder = self.deps.trust.judge(
            &card.identity.authentication_certificate,
            Purpose::ProfessionalAuthentication,
            now,
        )?;
        let registration = holder.registration_number.clone().ok_or(Distrust::WrongUse)?;
        let mut nonce = [0_u8; 32];
        (self.deps.randomness)(&mut nonce)?;
        // The purpose stands first, so that no signature made here can ever pass for one over a document.
        let mut challenge = b"tiski log-in v1\0".to_vec();
        challenge.extend_from_slice(self.deps.pharmacy.id.as_str().as_bytes());
        challenge.push(0);
        challenge.extend_from_slice(now.to_rfc3339().as_bytes());
        challenge.push(0);
        challenge.extend_from_slice(&nonce);
        let outcome = self.deps.cards.open(&card.reader).and_then(|mut session| {
            if allow_last_try {
                session.allow_last_try(PinSlot::Pin1);
            }
            session.authenticate(pin, &challenge)
        });
        if let Err(error) = outcome {
            self.note_failed_log_in(&registration, error.code(), now);
            self.look_at_card();
            return Err(error.into());
        }
        // Only for whoever has proven to hold the card.
        let (right, right_source) = self.right_of(&holder, &registration, now).inspect_err(|error| {
            self.note_failed_log_in(&registration, &error.code(), now);
        })?;
        if !right.may_search() {
            return Err(CounterError::Right);
        }
        let session = Session {
            holder,
            right,
            right_source,
            registration,
            card_serial: card.identity.serial.clone(),
            signature_certificate: card.identity.signature_certificate.clone(),
            reader: card.reader.clone(),
            since: now,
            locked: false,
            acted: Instant::now(),
        };
        *lock(&self.reader) = Some(card.reader.clone());
        self.begin(&session)?;
        self.look_at_card();
        Ok(session)
    }

    /// Begins a session: what was open before stays, is taken over, or ends, and the record says which before anybody
    /// sees anything of it (docs/decisions/0007).
    fn begin(&self, session: &Session) -> Result<(), CounterError> {
        let by = session.registration.as_str();
        let name = session.professional().name.given_first();
        let payload = json!({ "right": session.right.code(), "name": name });
        let opened = NewEvent::new("session.opened", session.since, payload).by(by);
        let mut visit = lock(&self.visit);
        let succession = visit.as_ref().map(|visit| visit.succession(session));
        let mut events = vec![opened];
        if let (Some(Succession::TakenOver), Some(visit)) = (succession, visit.as_ref()) {
            let from = visit.keeper.registration.as_ref().map(RegistrationNumber::as_str);
            let payload = json!({ "from": from, "prescriptions": visit.basket });
            events.push(NewEvent::new("visit.taken-over", session.since, payload).by(by));
        }
        self.deps.record.append(events)?;
        match (succession, visit.as_mut()) {
            (Some(Succession::Stays | Succession::TakenOver), Some(visit)) => {
                visit.keeper = session.professional();
                self.ask_again(session, visit);
            }
            _ => {
                *visit = None;
                self.give_back();
            }
        }
        *lock(&self.session) = Some(session.clone());
        Ok(())
    }

    /// Ends the session and its visit.
    pub fn log_out(&self) -> Result<(), CounterError> {
        self.close_visit();
        if let Some(session) = lock(&self.session).take() {
            let now = self.deps.clock.now();
            let event = NewEvent::new("session.closed", now, json!({})).by(session.registration.as_str());
            self.deps.record.append(vec![event])?;
        }
        Ok(())
    }

    fn card_problem(&self) -> CounterError {
        match self.card() {
            CardHeld::Unusable(_, CardProblem::Card(error)) => error.into(),
            CardHeld::Unusable(_, CardProblem::Distrust(why)) => why.into(),
            CardHeld::Missing(MissingCard::Service) => CardError::ServiceDown.into(),
            CardHeld::Missing(MissingCard::Reader) => CardError::NoReader.into(),
            _ => CardError::NoCard.into(),
        }
    }

    /// Locks an open session where `must` says so; whether it did.
    fn lock_where(&self, why: &str, must: impl Fn(&Session) -> bool) -> bool {
        let mut session = lock(&self.session);
        let Some(open) = session.as_mut().filter(|open| !open.locked && must(open)) else { return false };
        open.locked = true;
        let event = NewEvent::new("session.locked", self.deps.clock.now(), json!({ "why": why }))
            .by(open.registration.as_str());
        drop(session);
        // A lock that cannot be recorded must still lock.
        if let Err(error) = self.deps.record.append(vec![event]) {
            tracing::warn!(code = error.code(), "a locked session was not recorded");
        }
        true
    }

    fn note_failed_log_in(&self, registration: &RegistrationNumber, code: &str, now: DateTime<Utc>) {
        let event = NewEvent::new("session.refused", now, json!({ "code": code })).by(registration.as_str());
        if let Err(error) = self.deps.record.append(vec![event]) {
            tracing::warn!(code = error.code(), "a refused log-in was not recorded");
        }
    }
}
