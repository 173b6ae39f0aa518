//! What a counter works with. All of it is handed in, so that a whole pharmacy can run on a made-up clock with a card of
//! software and a Centre in the same process.

use std::sync::Arc;

use card::CardAccess;
use cda::{Definition, Software};
use chrono::{DateTime, Datelike, Utc};
use kanta::{Frame, MessageId};
use kanta_client::{CentreClient, Transport};
use medicines::{InForce, Shelf};
use prescription::{Oid, Organisation, Signers};
use record::Record;
use trust::{Holder, TrustStore};

use crate::{CounterError, VisitSigning};

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> DateTime<Utc>;
}

/// Makes random bytes for the challenge of a log-in.
pub type Randomness = Arc<dyn Fn(&mut [u8]) -> Result<(), CounterError> + Send + Sync>;

/// What a counter works with.
#[derive(Clone)]
pub struct Deps {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Unpredictable bytes.
    pub randomness: Randomness,
    /// Readers and cards.
    pub cards: Arc<dyn CardAccess>,
    /// Whose certificates are believed.
    pub trust: Arc<TrustStore>,
    /// The way to the Prescription Centre.
    pub centre: Arc<CentreClient<Arc<dyn Transport>>>,
    /// The Centre's organisation: a system's signature is the Centre's own only where its certificate names this one.
    pub centre_organisation: Oid,
    /// What must not be forgotten.
    pub record: Record,
    /// The Pharmaceutical Database: which edition is in force when.
    pub medicines: Arc<InForce>,
    /// This pharmacy.
    pub pharmacy: Organisation,
    /// Which definition version dispensations are written in.
    pub definition: Definition,
    /// What documents say of the program.
    pub software: Software,
    /// Who signs documents of which type.
    pub signers: Signers,
    /// How several documents of one visit are signed.
    pub visit_signing: VisitSigning,
}

impl Deps {
    /// Whether a system's certificate is the Centre's: pharmacies have system certificates of the same issuers.
    pub(crate) fn is_the_centre(&self, holder: &Holder) -> bool {
        holder.organisation_oid.as_deref() == Some(self.centre_organisation.as_str())
    }

    /// The edition that is in force now, with its search.
    pub fn shelf(&self) -> Arc<Shelf> {
        self.medicines.at(self.clock.now())
    }

    /// The identity of one message: new each time, so that an answer is known to be this message's.
    pub(crate) fn frame(&self) -> Result<Frame, CounterError> {
        let mut bytes = [0_u8; 16];
        (self.randomness)(&mut bytes)?;
        Ok(Frame { message_id: MessageId::from_random(bytes), created_at: self.clock.now() })
    }
}

/// Makes identifiers of documents (promise 2 of the house).
pub struct Identifiers<'a> {
    /// Where the running number is kept.
    pub record: &'a Record,
    /// The pharmacy's unit.
    pub pharmacy: &'a Oid,
}

impl Identifiers<'_> {
    /// Numbers of one epoch stay below this.
    const EPOCH_STEP: u64 = 10_000_000;

    /// A document's identifier, made once: organisation, node class 93 with the workstation's number, year, and a
    /// running number that carries the epoch of the record (wire-format notes, 2.1). Durable before it is answered.
    pub fn next(&self, at: DateTime<Utc>) -> Result<Oid, CounterError> {
        let year = prescription::time::finnish(at).year();
        let identity = self.record.identity()?;
        let number = self.record.next_document_number(year)?;
        let running = u64::from(identity.epoch).saturating_mul(Self::EPOCH_STEP).saturating_add(number);
        let text = format!("{}.93{:03}.{year}.{running}", organisation(self.pharmacy), identity.workstation);
        Oid::parse(&text).map_err(|_| CounterError::Settings("pharmacy.id"))
    }
}

/// The organisation's own arcs of a unit's identifier: `1.2.246.10.<number>.10.<unit>` without its last two.
fn organisation(unit: &Oid) -> &str {
    let text = unit.as_str();
    match text.rsplit_once('.').and_then(|(rest, _)| rest.strip_suffix(".10")) {
        Some(base) if base.matches('.').count() >= 4 => base,
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_organisation_of_a_unit_is_what_stands_before_its_node_class() {
        let of = |text| organisation(&Oid::parse(text).unwrap()).to_owned();
        assert_eq!(of("1.2.246.10.99999901.10.1"), "1.2.246.10.99999901");
        assert_eq!(of("1.2.246.10.2323232.34"), "1.2.246.10.2323232.34");
    }
}
