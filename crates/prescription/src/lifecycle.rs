//! How a prescription stands (lääkemääräyksen tila): validity, dispensing, reservation, lock and renewal are five axes,
//! never one (prescriptions notes, 1.3). What each document does to them is here (1.6); what passes with time is not kept
//! but asked for a moment, so that nobody must wake up for it. Which operation may follow is left to `operation`.

use chrono::{Days, Months, NaiveDate, NaiveDateTime};
use serde::{Deserialize, Serialize};

use crate::{
    Dispensation, DocumentReference, DocumentType, Mark, MarkKind, Oid, Prescription, ProductKind, RenewalAnswer,
    RenewalRequest, RenewalState, remaining,
};

/// LC-12: how long a renewal request lives in the unit that was asked.
pub const RENEWAL_DAYS: u64 = 8;

/// Whether a prescription is in force (voimassaolotila).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Validity {
    /// Voimassa.
    Valid,
    /// Vanhentunut, at most a month ago: LC-6 may still open it.
    MonthAfter,
    /// Vanhentunut for longer.
    Expired,
    /// Mitätöity.
    Cancelled,
}

impl Validity {
    /// The validity of the newest version on a day: the end that the document states (LC-2, LC-3, LC-5).
    pub fn of(prescription: &Prescription, day: NaiveDate) -> Self {
        match prescription.reference.document_type {
            DocumentType::Cancellation => Self::Cancelled,
            _ => Self::on(prescription.last_valid_day(), day),
        }
    }

    /// The validity on a day of what is not cancelled and ends with `last`.
    pub fn on(last: NaiveDate, day: NaiveDate) -> Self {
        let month_after = last.checked_add_months(Months::new(1)).unwrap_or(NaiveDate::MAX);
        if day <= last {
            Self::Valid
        } else if day <= month_after {
            Self::MonthAfter
        } else {
            Self::Expired
        }
    }
}

/// LC-6: whether a prescription has the month after its end at all: a two-year prescription of a regular medicine, neither
/// controlled nor by a patient's own special permit.
pub fn has_month_after(prescription: &Prescription) -> bool {
    let two_years = prescription.prescribed_at.date().checked_add_months(Months::new(24));
    two_years.is_some_and(|end| prescription.last_valid_day() >= end)
        && prescription.permanent
        && !prescription.is_controlled()
        && prescription.product.kind() != ProductKind::PatientSpecialPermit
}

/// LC-7: the last day on which a renewal may be asked for: 28 months from prescribing for a two-year prescription, 16 for
/// one that is valid for less.
pub fn last_renewal_day(prescription: &Prescription) -> NaiveDate {
    let issued = prescription.prescribed_at.date();
    let after = |months| issued.checked_add_months(Months::new(months)).unwrap_or(NaiveDate::MAX);
    after(if prescription.last_valid_day() >= after(24) { 28 } else { 16 })
}

/// How much has been dispensed (toimitustila).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dispensing {
    /// Toimittamaton.
    Not,
    /// Osittain toimitettu.
    Partly,
    /// Kokonaan toimitettu.
    Fully,
}

impl Dispensing {
    /// The dispensing state after these live dispensations (LC-1).
    pub fn of(prescription: &Prescription, dispensations: &[Dispensation]) -> Self {
        match dispensations {
            [] => Self::Not,
            some if remaining(prescription, some).is_over() => Self::Fully,
            _ => Self::Partly,
        }
    }
}

/// For what a prescription is reserved (varaustila).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReservationKind {
    /// Varaus: the medicine is on order or being made.
    Ordinary,
    /// Annosjakelu: it is dispensed in pouches, time after time.
    DoseDispensing,
    /// Toimitusvaraus: somebody is dispensing it this minute. No document says so.
    Dispensing,
    /// A value that this program does not know: it hinders like another's reservation.
    Unknown(String),
}

/// A reservation (varaus) that a document set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reservation {
    /// For what.
    pub kind: ReservationKind,
    /// The pharmacy whose it is.
    pub owner: Oid,
    /// The mark that set it.
    pub document: DocumentReference,
}

/// A lock (lukitus) in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lock {
    /// The pharmacy that locked.
    pub owner: Oid,
    /// The mark that an unlock must name.
    pub document: DocumentReference,
}

/// A dispensing reservation (toimitusvaraus): while one pharmacy dispenses, no other does. It is not a document and ends by
/// itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// The pharmacy that is dispensing.
    pub owner: Oid,
    /// When it ends if nobody gives it back, Finnish local time.
    pub until: NaiveDateTime,
}

impl Hold {
    /// Whether it is in force at a moment.
    pub fn is_at(&self, now: NaiveDateTime) -> bool {
        now < self.until
    }
}

/// The newest renewal request (uusimispyyntö) with what became of it (uusimisen tila).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Renewal {
    /// Requested, or the answer; [`Renewal::state_at`] knows of the days that pass.
    pub state: RenewalState,
    /// The unit that is asked.
    pub unit: Oid,
    /// The request.
    pub request: DocumentReference,
    /// When an unanswered request lapses (LC-12), Finnish local time.
    pub until: NaiveDateTime,
}

impl Renewal {
    /// The state at a moment: an unanswered request lapses by itself (LC-12).
    pub fn state_at(&self, now: NaiveDateTime) -> RenewalState {
        match &self.state {
            RenewalState::Requested if now > self.until => RenewalState::Lapsed,
            state => state.clone(),
        }
    }
}

/// What marks and requests have made of a prescription. Amounts are no part of it, and neither is time.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Standing {
    /// The lock in force.
    pub lock: Option<Lock>,
    /// The reservation in force.
    pub reservation: Option<Reservation>,
    /// The newest renewal request.
    pub renewal: Option<Renewal>,
    /// A request was rejected once: never again one for this prescription (LC-13).
    #[serde(default)]
    pub renewal_rejected: bool,
}

impl Standing {
    /// A next version: a correction removes the lock (LC-10); a cancellation closes all that was open.
    pub fn take_version(&mut self, version: &Prescription) {
        self.lock = None;
        if version.reference.document_type == DocumentType::Cancellation {
            self.reservation = None;
            self.end_renewal(RenewalState::Lapsed);
        }
    }

    /// The dispensations are others now: a prescription that is used up is nobody's reservation any more.
    pub fn take_dispensing(&mut self, dispensing: Dispensing) {
        if dispensing == Dispensing::Fully {
            self.reservation = None;
        }
    }

    /// A mark. What it takes away must be its own kind: the release of a reservation leaves a dose-dispensing mark.
    pub fn take_mark(&mut self, mark: &Mark) {
        let (owner, document) = (mark.unit.id.clone(), mark.reference());
        let reserved = |kind| Some(Reservation { kind, owner: owner.clone(), document: document.clone() });
        match mark.kind {
            MarkKind::Lock { .. } => self.lock = Some(Lock { owner, document }),
            MarkKind::Unlock { .. } => self.lock = None,
            MarkKind::Reservation { .. } => self.reservation = reserved(ReservationKind::Ordinary),
            MarkKind::DoseDispensing { .. } => self.reservation = reserved(ReservationKind::DoseDispensing),
            MarkKind::Release { .. } => self.end(&ReservationKind::Ordinary),
            MarkKind::DoseDispensingEnd { .. } => self.end(&ReservationKind::DoseDispensing),
            // What it gives back is no document's.
            MarkKind::DispensingReservationRelease { .. } => {}
        }
    }

    /// A renewal request.
    pub fn take_request(&mut self, request: &RenewalRequest) {
        self.renewal = Some(Renewal {
            state: RenewalState::Requested,
            unit: request.recipient.id.clone(),
            request: request.reference.clone(),
            until: request.asked_at.checked_add_days(Days::new(RENEWAL_DAYS)).unwrap_or(NaiveDateTime::MAX),
        });
    }

    /// An answer to the newest request; to another one it says nothing any more.
    pub fn take_answer(&mut self, answer: &RenewalAnswer) {
        let names = |renewal: &Renewal| answer.request.as_ref().is_none_or(|request| request.id == renewal.request.id);
        let state = RenewalState::answered(answer.state.as_ref());
        self.renewal_rejected |= state == RenewalState::Rejected && self.renewal.as_ref().is_some_and(names);
        if let Some(renewal) = self.renewal.as_mut().filter(|renewal| names(renewal)) {
            renewal.state = state;
        }
    }

    /// A new prescription that renews this one on that request.
    pub fn take_renewal(&mut self, request: &DocumentReference) {
        if let Some(renewal) = self.renewal.as_mut().filter(|renewal| renewal.request.id == request.id) {
            renewal.state = RenewalState::Renewed;
        }
    }

    fn end(&mut self, kind: &ReservationKind) {
        if self.reservation.as_ref().is_some_and(|held| held.kind == *kind) {
            self.reservation = None;
        }
    }

    fn end_renewal(&mut self, state: RenewalState) {
        if let Some(renewal) = self.renewal.as_mut().filter(|renewal| renewal.state == RenewalState::Requested) {
            renewal.state = state;
        }
    }
}
