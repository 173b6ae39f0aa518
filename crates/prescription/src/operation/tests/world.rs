//! A prescription in a state, and who would do something to it.

use super::*;

pub(super) fn oid(text: &str) -> Oid {
    Oid::parse(text).unwrap()
}

pub(super) fn own() -> Oid {
    oid("1.2.246.10.99999901.34")
}

pub(super) fn other() -> Oid {
    oid("1.2.246.10.99999902.34")
}

pub(super) fn document(id: &str, document_type: DocumentType) -> DocumentReference {
    DocumentReference { id: oid(id), set_id: oid(id), document_type }
}

/// A prescription, what became of it, and who would do something to it.
pub(super) struct World {
    pub(super) prescription: Prescription,
    pub(super) dispensations: Vec<Dispensation>,
    pub(super) standing: Standing,
    pub(super) hold: Option<Hold>,
    pub(super) role: Role,
    pub(super) unit: Oid,
    pub(super) now: NaiveDateTime,
    pub(super) reason: Option<&'static str>,
}

impl World {
    /// A two-year prescription of a regular medicine, of which nothing is dispensed.
    pub(super) fn new() -> Self {
        let mut prescription = samples::iterated_diazepam();
        prescription.control = None;
        prescription.permanent = true;
        prescription.valid_until = None;
        let now = prescription.prescribed_at + chrono::Duration::days(20);
        let role = Role::Pharmacist;
        let (dispensations, standing) = (vec![], Standing::default());
        Self { prescription, dispensations, standing, hold: None, role, unit: own(), now, reason: None }
    }

    pub(super) fn dispensed(mut self, units: u32) -> Self {
        let at = (self.now - chrono::Duration::days(9)).format("%Y-%m-%dT%H:%M:%S").to_string();
        let mut lot = samples::lot(&self.prescription, units, &at);
        samples::restate(&self.prescription, &self.dispensations, &mut lot);
        self.dispensations.push(lot);
        self
    }

    pub(super) fn in_state(self, condition: Condition) -> Self {
        let last = self.prescription.last_valid_day().and_time(self.now.time());
        let after = |days| last.checked_add_days(Days::new(days)).unwrap();
        let lock = document("1.2.3.4", DocumentType::Lock);
        match condition {
            Condition::Undispensed => self,
            Condition::Partly => self.dispensed(21),
            Condition::Fully => self.dispensed(84),
            Condition::Cancelled => {
                let mut world = self;
                world.prescription.reference.document_type = DocumentType::Cancellation;
                world
            }
            Condition::MonthAfter => Self { now: after(10), ..self },
            Condition::Expired => Self { now: after(40), ..self },
            Condition::Locked => {
                let standing = Standing { lock: Some(Lock { owner: own(), document: lock }), ..self.standing };
                Self { standing, ..self }
            }
            Condition::ReservedByOwn => self.reserved(ReservationKind::Ordinary, own()),
            Condition::ReservedByOther => self.reserved(ReservationKind::Ordinary, other()),
            Condition::HeldByOther => {
                let until = self.now + chrono::Duration::minutes(1);
                Self { hold: Some(Hold { owner: other(), until }), ..self }
            }
        }
    }

    pub(super) fn reserved(mut self, kind: ReservationKind, owner: Oid) -> Self {
        let document = document("1.2.3.5", DocumentType::Reservation);
        self.standing.reservation = Some(Reservation { kind, owner, document });
        self
    }

    pub(super) fn situation(&self) -> Situation<'_> {
        Situation {
            prescription: &self.prescription,
            dispensations: &self.dispensations,
            standing: &self.standing,
            hold: self.hold.as_ref(),
            unit: &self.unit,
            role: self.role,
            now: self.now,
            reason: self.reason,
        }
    }

    pub(super) fn hindered(&self, operation: Operation) -> Vec<(&'static str, Outcome)> {
        hindering(in_advance(operation, &self.situation()))
    }

    pub(super) fn refused(&self, act: &Act<'_>) -> Vec<&'static str> {
        hindering(permitted(act, &self.situation())).into_iter().map(|(id, _)| id).collect()
    }
}

pub(super) fn hindering(findings: Vec<Finding>) -> Vec<(&'static str, Outcome)> {
    findings.into_iter().filter(Finding::hinders).map(|finding| (finding.rule.id, finding.outcome)).collect()
}
