//! What may be done to a prescription in which state (sallitut toimenpiteet): the matrix of prescriptions notes 1.5 as one
//! table, and who may do it (5.2). The national annex is not public: each row is a rule of its own with its mark.
//!
//! The pharmacy asks [`in_advance`] which operations are open, and [`permitted`] of a finished document; the Centre asks
//! the same before it stores. The rules of what is dispensed stand in `rules`, which asks the same matrix.

mod acts;
mod conflicts;
mod told;

use chrono::{NaiveDate, NaiveDateTime};
use serde::{Deserialize, Serialize};

use crate::lifecycle::{Dispensing, Hold, Lock, Reservation, ReservationKind, Standing, Validity, has_month_after};
use crate::rules::{Answers, Finding, Rule, operations as op, table};
use crate::{Dispensation, Oid, Prescription, Right};

pub use acts::{Act, permitted, prescribing};
pub use conflicts::Conflict;
pub use told::{Told, in_advance_as_told, may_have_month_after};

/// What can be done to a prescription: the rows of the matrix, and what has no row there because no state hinders it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Operation {
    /// See its data (haku).
    View,
    /// Hold it while it is being dispensed (toimitusvaraus).
    Hold,
    /// Type 10.
    Dispense,
    /// Type 3.
    Correct,
    /// Type 2, for any reason but a technical one.
    Cancel,
    /// Type 2 for a technical reason.
    CancelTechnically,
    /// Type 4.
    Lock,
    /// Type 5.
    Unlock,
    /// Type 6.
    Reserve,
    /// Type 16.
    MarkDoseDispensing,
    /// Type 7.
    Release,
    /// Type 17.
    EndDoseDispensing,
    /// Type 12.
    CorrectDispensation,
    /// Type 11.
    CancelDispensation,
    /// Type 8.
    RequestRenewal,
    /// Type 18.
    GiveBackHold,
    /// Type 9.
    AnswerRenewal,
}

/// A state that can hold for a prescription: the columns of the matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Condition {
    /// Nothing dispensed yet.
    Undispensed,
    /// A part dispensed.
    Partly,
    /// All dispensed.
    Fully,
    /// Cancelled.
    Cancelled,
    /// Expired, at most a month ago.
    MonthAfter,
    /// Expired for longer.
    Expired,
    /// Locked, by whomever.
    Locked,
    /// Reserved or dose-marked by the same pharmacy.
    ReservedByOwn,
    /// Reserved or dose-marked by another pharmacy.
    ReservedByOther,
    /// Being dispensed at another pharmacy.
    HeldByOther,
}

/// What a row says of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell {
    /// Allowed.
    Yes,
    /// Not allowed.
    No,
    /// Allowed with a person's reason where LC-6 opens the month after the end, else not.
    Reason,
    /// The column decides nothing: there is nothing to do it to, or another column tells.
    Silent,
}

/// The matrix, row by row as in the notes. A row is permitted where every state that holds permits it.
#[rustfmt::skip]
pub const MATRIX: &[(Operation, [Cell; 10])] = {
    use Cell::{No as N, Reason as R, Silent as o, Yes as Y};
    use Operation::{
        AnswerRenewal, Cancel, CancelDispensation, CancelTechnically, Correct, CorrectDispensation, Dispense,
        EndDoseDispensing, GiveBackHold, Hold, Lock, MarkDoseDispensing, Release, RequestRenewal, Reserve, Unlock, View,
    };
    &[
    //                     nothing partly fully cancelled ≤1 month >1 month locked own  other dispensing
    //                   dispensed                         expired  expired      reserved     elsewhere
        (View,                [Y,   Y,    Y,     Y,        Y,       Y,       Y,   Y,   Y,    Y]),
        (Hold,                [Y,   Y,    N,     N,        R,       N,       N,   Y,   N,    N]),
        (Dispense,            [Y,   Y,    N,     N,        R,       N,       N,   Y,   N,    N]),
        (Correct,             [Y,   Y,    N,     N,        N,       N,       Y,   Y,   N,    N]),
        (Cancel,              [Y,   Y,    N,     N,        N,       N,       Y,   Y,   N,    N]),
        (CancelTechnically,   [Y,   N,    N,     N,        N,       N,       Y,   Y,   N,    N]),
        (Lock,                [Y,   Y,    N,     N,        Y,       N,       N,   Y,   N,    N]),
        (Unlock,              [o,   o,    o,     o,        o,       o,       Y,   o,   o,    o]),
        (Reserve,             [Y,   Y,    N,     N,        N,       N,       N,   o,   N,    N]),
        (MarkDoseDispensing,  [Y,   Y,    N,     N,        N,       N,       N,   o,   N,    N]),
        (Release,             [o,   o,    o,     o,        Y,       Y,       Y,   Y,   N,    o]),
        (EndDoseDispensing,   [o,   o,    o,     o,        Y,       Y,       Y,   Y,   N,    o]),
        (CorrectDispensation, [o,   Y,    Y,     N,        Y,       Y,       Y,   Y,   Y,    N]),
        (CancelDispensation,  [o,   Y,    Y,     N,        Y,       Y,       Y,   Y,   Y,    N]),
        (RequestRenewal,      [N,   Y,    Y,     N,        Y,       Y,       Y,   Y,   Y,    Y]),
        (GiveBackHold,        [o,   o,    o,     o,        o,       o,       o,   o,   o,    o]),
        (AnswerRenewal,       [o,   o,    o,     N,        o,       o,       o,   o,   o,    o]),
    ]
};

/// Who acts (rooli): what the register's right makes of a person, or that there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Farmaseutti or proviisori.
    Pharmacist,
    /// Farmasian opiskelija.
    PharmacyStudent,
    /// Whoever may prescribe (lääkkeen määrääjä).
    Prescriber,
    /// A pharmacy's or care unit's system, with nobody logged in.
    System,
    /// A citizen, through a service such as OmaKanta.
    Citizen,
    /// Anybody else.
    Other,
}

impl Role {
    /// The role that a right gives. Rights that are not listed, such as those of nurses with a limited right to prescribe,
    /// are a register's data (docs/assumptions.md).
    pub fn of(right: &Right) -> Self {
        match right.code() {
            Right::PHARMACIST | Right::HEAD_PHARMACIST => Self::Pharmacist,
            Right::STUDENT => Self::PharmacyStudent,
            "001" | "002" | "003" | "031" | "034" => Self::Prescriber,
            _ => Self::Other,
        }
    }
}

/// A prescription as it stands, and who would do something to it. Everything is handed in: the time as well.
#[derive(Debug, Clone, Copy)]
pub struct Situation<'a> {
    /// The newest version.
    pub prescription: &'a Prescription,
    /// Its live dispensations.
    pub dispensations: &'a [Dispensation],
    /// What marks and requests made of it.
    pub standing: &'a Standing,
    /// The dispensing reservation, in force or not.
    pub hold: Option<&'a Hold>,
    /// The organisation that would act.
    pub unit: &'a Oid,
    /// In which role the person would act.
    pub role: Role,
    /// Finnish local time now.
    pub now: NaiveDateTime,
    /// A person's reason, which opens what only needs one.
    pub reason: Option<&'a str>,
}

/// Whether an operation is open, before there is any document: the role, each state that matters, and whether there is
/// anything to do it to. The same is asked again with the document.
pub fn in_advance(operation: Operation, situation: &Situation<'_>) -> Vec<Finding> {
    let mut answers = Answers::new(situation.reason);
    answers.stop(&op::RI_1, !operation.may_be_done_by(situation.role), vec![]);
    answers.ask_matrix(operation, &Facts::of(situation), situation.role);
    acts::has_an_object(operation, situation, &mut answers);
    answers.findings
}

impl Operation {
    /// Every operation, in the order of the matrix.
    pub fn all() -> impl Iterator<Item = Self> {
        MATRIX.iter().map(|(operation, _)| *operation)
    }

    /// A stable name, for logs and tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::View => "view",
            Self::Hold => "hold for dispensing",
            Self::Dispense => "dispense (10)",
            Self::Correct => "correct (3)",
            Self::Cancel => "cancel (2)",
            Self::CancelTechnically => "cancel for a technical reason (2)",
            Self::Lock => "lock (4)",
            Self::Unlock => "unlock (5)",
            Self::Reserve => "reserve (6)",
            Self::MarkDoseDispensing => "mark dose dispensing (16)",
            Self::Release => "release (7)",
            Self::EndDoseDispensing => "end dose dispensing (17)",
            Self::CorrectDispensation => "correct a dispensation (12)",
            Self::CancelDispensation => "cancel a dispensation (11)",
            Self::RequestRenewal => "request a renewal (8)",
            Self::GiveBackHold => "give back the hold (18)",
            Self::AnswerRenewal => "answer a renewal request (9)",
        }
    }

    /// The rule that is the row.
    pub fn rule(self) -> &'static Rule {
        match self {
            Self::View => &op::OP_1,
            Self::Hold => &op::OP_2,
            Self::Dispense => &op::OP_3,
            Self::Correct => &op::OP_4,
            Self::Cancel => &op::OP_5,
            Self::CancelTechnically => &op::OP_6,
            Self::Lock => &op::OP_7,
            Self::Unlock => &op::OP_8,
            Self::Reserve | Self::MarkDoseDispensing => &op::OP_9,
            Self::Release | Self::EndDoseDispensing => &op::OP_10,
            Self::CorrectDispensation | Self::CancelDispensation => &op::OP_11,
            Self::RequestRenewal => &op::OP_12,
            Self::GiveBackHold => &op::OP_13,
            Self::AnswerRenewal => &op::OP_14,
        }
    }

    /// What the row says of a state. An operation without a row is allowed nowhere.
    pub fn cell(self, condition: Condition) -> Cell {
        let row = MATRIX.iter().find(|(operation, _)| *operation == self);
        row.and_then(|(_, cells)| cells.get(condition.column())).copied().unwrap_or(Cell::No)
    }

    /// RE-3: whether the prescriber does it also where a pharmacy has reserved the prescription or dispenses it in doses.
    /// Those marks keep other pharmacies away and not whoever prescribed; a pharmacy that is dispensing right now hinders
    /// everybody.
    pub fn passes_reservations(self, role: Role) -> bool {
        role == Role::Prescriber && matches!(self, Self::Correct | Self::Cancel | Self::CancelTechnically)
    }

    /// RI-1, table 5.2: whether somebody in that role may do it at all.
    pub fn may_be_done_by(self, role: Role) -> bool {
        use Role::{Citizen, Pharmacist, PharmacyStudent, Prescriber, System};
        match self {
            Self::View => matches!(role, Pharmacist | PharmacyStudent | Prescriber),
            Self::Hold => matches!(role, Pharmacist | PharmacyStudent),
            // Whoever began may give it back, and a program that starts again after a crash does so by itself.
            Self::GiveBackHold => matches!(role, Pharmacist | PharmacyStudent | System),
            Self::Dispense | Self::CorrectDispensation | Self::CancelDispensation => role == Pharmacist,
            Self::Lock | Self::Reserve | Self::MarkDoseDispensing => role == Pharmacist,
            Self::Release | Self::EndDoseDispensing => role == Pharmacist,
            Self::Correct | Self::Cancel | Self::CancelTechnically | Self::Unlock => {
                matches!(role, Pharmacist | Prescriber)
            }
            Self::RequestRenewal => matches!(role, Pharmacist | Prescriber | Citizen),
            Self::AnswerRenewal => role == Prescriber,
        }
    }
}

impl Condition {
    /// Every state, in the order of the columns.
    pub const ALL: [Self; 10] = [
        Self::Undispensed,
        Self::Partly,
        Self::Fully,
        Self::Cancelled,
        Self::MonthAfter,
        Self::Expired,
        Self::Locked,
        Self::ReservedByOwn,
        Self::ReservedByOther,
        Self::HeldByOther,
    ];

    /// What the column is called in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Undispensed => "undispensed",
            Self::Partly => "partly",
            Self::Fully => "fully",
            Self::Cancelled => "cancelled",
            Self::MonthAfter => "expired ≤ 1 month",
            Self::Expired => "expired > 1 month",
            Self::Locked => "locked",
            Self::ReservedByOwn => "reserved by own",
            Self::ReservedByOther => "reserved by other",
            Self::HeldByOther => "dispensing elsewhere",
        }
    }

    fn column(self) -> usize {
        Self::ALL.iter().position(|condition| *condition == self).unwrap_or(usize::MAX)
    }

    /// The rule that names this state when it hinders; the row's own where the state alone says nothing of it.
    pub fn rule(self) -> Option<&'static Rule> {
        match self {
            Self::Undispensed | Self::Partly | Self::ReservedByOwn => None,
            Self::Fully => Some(&table::LC_1),
            Self::Cancelled => Some(&table::LC_11),
            Self::MonthAfter | Self::Expired => Some(&table::LC_5),
            Self::Locked => Some(&table::LC_10),
            Self::ReservedByOther => Some(&table::RE_1),
            Self::HeldByOther => Some(&table::RE_2),
        }
    }
}

/// Which states hold, and what their rules' sentences tell.
#[derive(Debug, Clone)]
pub(crate) struct Facts {
    pub(crate) dispensing: Dispensing,
    pub(crate) validity: Validity,
    pub(crate) month_after: bool,
    pub(crate) last_day: NaiveDate,
    pub(crate) locked_by: Option<Oid>,
    pub(crate) reserved_by_own: bool,
    pub(crate) reserved_by_other: Option<Oid>,
    /// Whether this program knows for what it is reserved. What it does not know hinders everybody.
    pub(crate) reservation_is_known: bool,
    pub(crate) held_by_other: Option<Oid>,
}

impl Facts {
    fn of(situation: &Situation<'_>) -> Self {
        let prescription = situation.prescription;
        let reservation = situation.standing.reservation.as_ref();
        let is_own =
            |held: &&Reservation| held.owner == *situation.unit && !matches!(held.kind, ReservationKind::Unknown(_));
        let held = situation.hold.filter(|hold| hold.is_at(situation.now) && hold.owner != *situation.unit);
        Self {
            dispensing: Dispensing::of(prescription, situation.dispensations),
            validity: Validity::of(prescription, situation.now.date()),
            month_after: has_month_after(prescription),
            last_day: prescription.last_valid_day(),
            locked_by: situation.standing.lock.as_ref().map(|lock: &Lock| lock.owner.clone()),
            reserved_by_own: reservation.is_some_and(|held| is_own(&held)),
            reserved_by_other: reservation.filter(|held| !is_own(held)).map(|held| held.owner.clone()),
            reservation_is_known: reservation.is_some_and(|held| !matches!(held.kind, ReservationKind::Unknown(_))),
            held_by_other: held.map(|hold| hold.owner.clone()),
        }
    }

    fn hold(&self, condition: Condition) -> bool {
        match condition {
            Condition::Undispensed => self.dispensing == Dispensing::Not,
            Condition::Partly => self.dispensing == Dispensing::Partly,
            Condition::Fully => self.dispensing == Dispensing::Fully,
            Condition::Cancelled => self.validity == Validity::Cancelled,
            Condition::MonthAfter => self.validity == Validity::MonthAfter,
            Condition::Expired => self.validity == Validity::Expired,
            Condition::Locked => self.locked_by.is_some(),
            Condition::ReservedByOwn => self.reserved_by_own,
            Condition::ReservedByOther => self.reserved_by_other.is_some(),
            Condition::HeldByOther => self.held_by_other.is_some(),
        }
    }

    fn told(&self, condition: Condition) -> Vec<(&'static str, String)> {
        let owner = |owner: &Option<Oid>| vec![("owner", owner.as_ref().map(Oid::to_string).unwrap_or_default())];
        match condition {
            Condition::MonthAfter | Condition::Expired => vec![("day", crate::rules::finnish_day(self.last_day))],
            Condition::Locked => owner(&self.locked_by),
            Condition::ReservedByOther => owner(&self.reserved_by_other),
            Condition::HeldByOther => owner(&self.held_by_other),
            _ => vec![],
        }
    }
}

impl Answers<'_> {
    /// Asks every column of a row.
    fn ask_matrix(&mut self, operation: Operation, facts: &Facts, role: Role) {
        for condition in Condition::ALL {
            let reserved = condition == Condition::ReservedByOther && facts.hold(condition);
            if reserved && facts.reservation_is_known && operation.passes_reservations(role) {
                self.note(&op::RE_3, facts.told(condition));
                continue;
            }
            // Both columns of expiry are one rule's.
            if condition != Condition::MonthAfter || facts.hold(condition) {
                self.ask_cell(operation, condition, facts);
            }
        }
    }

    /// Asks one cell: a state that does not hold passes its rule, one that holds is as the row says.
    pub(crate) fn ask_cell(&mut self, operation: Operation, condition: Condition, facts: &Facts) {
        let holds = facts.hold(condition);
        let told = facts.told(condition);
        match (condition.rule(), operation.cell(condition)) {
            (Some(rule), Cell::No) => self.stop(rule, holds, told),
            (Some(rule), Cell::Reason) => self.stop_or_reason(rule, holds, !facts.month_after, told),
            (None, Cell::No | Cell::Reason) if holds => self.stop(operation.rule(), true, told),
            // The state does not matter to the row: its rule has nothing to say.
            (_, Cell::Yes | Cell::Silent) | (None, _) => {}
        }
    }
}

#[cfg(test)]
mod tests;
