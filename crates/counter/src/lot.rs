//! One lot: what is proposed to be dispensed from a prescription, built so that it says the truth, with every rule's
//! answer beside it. Nothing here is signed or saved.

use chrono::{DateTime, Utc};
use kanta::metadata::Metadata;
use medicines::{Package, Shelf};
use prescription::{
    Amount, Case, Deviation, Dispensation, DocumentReference, DocumentType, Finding, Oid, Prescription, Professional,
    Remaining, RemainingStatement, Right, Unlisted, Vnr, check, remaining, rules,
};
use reimbursement::Base;
use reimbursement::substitution::Indication;
use rust_decimal::Decimal;

use crate::exchange::{Asked, coded_reason};
use crate::goods::{Goods, MOST_UNITS, Stock, chosen, unlisted, usual_amount, whole_packages};
use crate::{Counter, CounterError, Fetched, HandedOver, KelaSaid, PersonSaid, Session, Visit, lock};

/// What is proposed.
#[derive(Debug, Clone)]
pub struct Proposal {
    /// What is given.
    pub goods: Goods,
    /// The dispensation as it would be signed now, but for its identifier and times.
    pub dispensation: Dispensation,
    /// Every rule's answer.
    pub findings: Vec<Finding>,
    /// Every safety check's answer; none where the counter has no checks.
    pub checks: Vec<checks::Checked>,
    /// A person's reason.
    pub reason: Option<String>,
    /// When it was handed over, where that was in an outage: the document bears that time.
    pub handed_over: Option<HandOverTime>,
    /// The student who put it in the basket, whoever signs it (DI-3).
    pub preparer: Option<Professional>,
    /// What a person said of the exchange.
    pub said: PersonSaid,
    /// From what its reimbursement is counted.
    pub base: Base,
    /// How it deviates from the prescription or corrects it (Medicines Act 57 f, 57 g).
    pub deviation: Option<Deviation>,
}

impl Proposal {
    /// The number of the package that is given, where the database has it.
    pub fn vnr(&self) -> Option<&Vnr> {
        match &self.goods {
            Goods::Package(vnr) => Some(vnr),
            Goods::Unlisted(_) => None,
        }
    }

    /// The package that is given, where the edition has it.
    pub fn package<'a>(&self, shelf: &'a Shelf) -> Option<&'a Package> {
        self.vnr().and_then(|vnr| shelf.edition().package(vnr))
    }

    /// What is given although the database does not have it.
    pub fn unlisted(&self) -> Option<&Unlisted> {
        match &self.goods {
            Goods::Package(_) => None,
            Goods::Unlisted(unlisted) => Some(unlisted),
        }
    }

    /// Whether a holder of this right may put it in the basket.
    pub fn may_be_added_by(&self, right: &Right) -> bool {
        self.hindrance(right).is_none()
    }

    /// What keeps a holder of this right from putting it in the basket. A student prepares, and DI-3 is asked again of
    /// the pharmacist who signs.
    pub(crate) fn hindrance(&self, right: &Right) -> Option<&Finding> {
        let prepares = !right.may_dispense();
        self.answers().find(|finding| finding.hinders() && !(prepares && finding.rule.id == "DI-3"))
    }

    /// Whether no rule hinders.
    pub fn may_sign(&self) -> bool {
        !self.answers().any(Finding::hinders)
    }
}

/// Of what hand-over in an outage a proposal tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandOverTime {
    /// The entry.
    pub entry_id: String,
    /// When.
    pub at: DateTime<Utc>,
}

impl From<&HandedOver> for HandOverTime {
    fn from(entry: &HandedOver) -> Self {
        Self { entry_id: entry.entry_id.clone(), at: entry.at }
    }
}

/// What a person changes in a proposal. What is absent stays.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// Another package.
    pub vnr: Option<Vnr>,
    /// What is given although the database does not have it.
    pub unlisted: Option<Unlisted>,
    /// How many units to give.
    pub amount: Option<Decimal>,
    /// The label's dosage.
    pub label_dosage: Option<String>,
    /// A reason for what a rule allows with one.
    pub reason: Option<String>,
    /// Whether the customer refuses the exchange.
    pub refuses: Option<bool>,
    /// For what the medicine is taken, as far as exchange depends on it.
    pub indication: Option<Indication>,
    /// That it deviates from the prescription or corrects it, or no longer does. Who may say so and for which reason,
    /// [`Counter::deviate`] asks.
    pub deviation: Option<Option<Deviation>>,
}

/// A text that a person enters is at most this long.
pub(crate) const LONGEST_TEXT: usize = 2_000;

impl Counter {
    /// Changes what is proposed and asks every rule again.
    pub fn propose(&self, set_id: &Oid, mut change: Change) -> Result<crate::Visit, CounterError> {
        if let Some(said) = change.unlisted.as_mut().and_then(|given| given.compounding.as_mut()) {
            said.composition = said.composition.trim().chars().take(LONGEST_TEXT).collect();
        }
        let session = self.open_session()?;
        let mut slot = lock(&self.visit);
        let visit = crate::Visit::kept_by(&mut slot, &session)?;
        let metadata = visit.metadata(set_id)?.clone();
        let fetched = visit.fetched.get(set_id).ok_or(CounterError::UnknownPrescription)?;
        let old = visit.proposals.get(set_id);
        let shelf = self.deps.shelf();
        let deviation = change.deviation.clone().unwrap_or_else(|| old.and_then(|p| p.deviation.clone()));
        let stock = match unlisted(&change, old, &fetched.prescription)? {
            Some(unlisted) => Stock::Unlisted(unlisted),
            None => Stock::Package(chosen(&shelf, &fetched.prescription, &change, old, deviation.as_ref())?),
        };
        let same = change.vnr.is_none() && old.is_some_and(|old| stock.is_the_same_as(&old.goods));
        let amount = match (change.amount, old) {
            (Some(amount), _) => amount,
            (None, Some(old)) if same => old.dispensation.delivered.value,
            (None, _) => usual_amount(&fetched.prescription, &fetched.history, stock.size()),
        };
        // Of what no database has nothing is given as long as nobody has said how much a package holds (UL-1).
        let is_open = amount.is_zero() && change.amount.is_none() && stock.unlisted().is_some();
        if (amount <= Decimal::ZERO && !is_open) || amount > Decimal::from(MOST_UNITS) {
            return Err(CounterError::NotAnAmount);
        }
        let label = change
            .label_dosage
            .clone()
            .or_else(|| old.map(|p| p.dispensation.label_dosage.clone()))
            .unwrap_or_else(|| label_dosage(&fetched.prescription));
        let reason = change.reason.clone().or_else(|| old.and_then(|p| p.reason.clone()));
        let preparer = old.and_then(|p| p.preparer.as_ref());
        let before = old.map(|p| p.said).unwrap_or_default();
        let said = PersonSaid {
            refuses: change.refuses.unwrap_or(before.refuses),
            indication: change.indication.unwrap_or(before.indication),
        };
        let handed_over = visit.handed_over.as_ref().map(HandOverTime::from);
        let lot = Lot {
            shelf: &shelf,
            stock,
            amount,
            label: &label,
            reason: reason.as_deref(),
            preparer,
            handed_over,
            said,
            deviation: deviation.as_ref(),
            kela: &visit.kela,
        };
        let proposal = self.proposal(&session, &metadata, fetched, &lot);
        visit.proposals.insert(set_id.clone(), proposal);
        visit.look_at_hand_again(set_id);
        self.ask_checks(visit);
        // A changed proposal must be looked at again before it is signed.
        if visit.proposals.get(set_id).is_none_or(|proposal| !proposal.may_be_added_by(&session.right)) {
            visit.basket.retain(|other| other != set_id);
            self.ask_checks(visit);
        }
        Ok(visit.clone())
    }

    /// What the program proposes by itself: the prescribed package, or what no database has, and the amount that is due; or
    /// what was handed over in an outage, as it was handed over.
    pub(crate) fn first_proposal(
        &self,
        session: &Session,
        metadata: &Metadata,
        fetched: &Fetched,
        visit: &Visit,
    ) -> Option<Proposal> {
        let handed_over = visit.handed_over.as_ref();
        let shelf = self.deps.shelf();
        let choices = shelf.edition().choices(&fetched.prescription);
        let today = prescription::time::finnish(self.deps.clock.now()).date();
        let given = handed_over.and_then(|entry| entry.said.vnr.as_ref());
        let given = given.and_then(|vnr| choices.iter().find(|package| package.vnr == *vnr));
        let is_listed = fetched.prescription.product.vnr().is_some_and(|vnr| shelf.edition().package(vnr).is_some());
        let unlisted = Unlisted::of(&fetched.prescription, today).filter(|_| given.is_none() && !is_listed);
        let stock = match &unlisted {
            Some(unlisted) => Stock::Unlisted(unlisted),
            None => Stock::Package(given.or(choices.first())?),
        };
        let amount = match handed_over {
            Some(entry) => entry.said.amount,
            None => usual_amount(&fetched.prescription, &fetched.history, stock.size()),
        };
        let label = label_dosage(&fetched.prescription);
        let handed_over = handed_over.map(HandOverTime::from);
        let lot = Lot {
            shelf: &shelf,
            stock,
            amount,
            label: &label,
            reason: None,
            preparer: None,
            handed_over,
            said: PersonSaid::default(),
            deviation: None,
            kela: &visit.kela,
        };
        Some(self.proposal(session, metadata, fetched, &lot))
    }

    /// Makes the proposal anew for this session and this moment, as signing needs it.
    pub(crate) fn renewed(
        &self,
        session: &Session,
        metadata: &Metadata,
        fetched: &Fetched,
        old: &Proposal,
        kela: &KelaSaid,
    ) -> Result<Proposal, CounterError> {
        let shelf = self.deps.shelf();
        let stock = match &old.goods {
            Goods::Package(_) => Stock::Package(old.package(&shelf).ok_or(CounterError::UnknownPackage)?),
            Goods::Unlisted(unlisted) => Stock::Unlisted(unlisted),
        };
        let lot = Lot {
            shelf: &shelf,
            stock,
            amount: old.dispensation.delivered.value,
            label: &old.dispensation.label_dosage,
            reason: old.reason.as_deref(),
            preparer: old.preparer.as_ref(),
            handed_over: old.handed_over.clone(),
            said: old.said,
            deviation: old.deviation.as_ref(),
            kela,
        };
        Ok(self.proposal(session, metadata, fetched, &lot))
    }

    fn proposal(&self, session: &Session, metadata: &Metadata, fetched: &Fetched, lot: &Lot<'_>) -> Proposal {
        let newer = (metadata.reference.id != fetched.prescription.reference.id)
            .then(|| metadata.reference.clone())
            .filter(|_| metadata.version > fetched.prescription.version);
        self.proposal_in(session, &rules::State { newer, ..metadata.state.clone() }, fetched, lot)
    }

    /// A lot of a prescription that stands so.
    pub(crate) fn proposal_in(
        &self,
        session: &Session,
        state: &rules::State,
        fetched: &Fetched,
        lot: &Lot<'_>,
    ) -> Proposal {
        let now = self.deps.clock.now();
        let mut dispensation = self.dispensation(session, fetched, lot, now);
        let day = prescription::time::finnish(now).date();
        // What was handed over in an outage is a fact: nobody exchanges it any more.
        let exchanged = lot.stock.package().filter(|_| lot.handed_over.is_none());
        let exchange = exchanged.and_then(|package| {
            let asked = Asked {
                shelf: lot.shelf,
                prescription: &fetched.prescription,
                history: &fetched.history,
                chosen: package,
                amount: lot.amount,
                said: lot.said,
                kela: lot.kela,
                day,
            };
            Some((package, asked.exchange().ok()?))
        });
        if let Some(choice) = exchange.as_ref().and_then(|(package, exchange)| exchange.of(&package.vnr)) {
            dispensation.substitution_reason = coded_reason(&choice.reason, lot.reason, day);
        }
        let mut findings = check(&Case {
            prescription: &fetched.prescription,
            state,
            signature: fetched.trust,
            history: &fetched.history,
            proposal: &dispensation,
            acting: &session.right,
            now: prescription::time::finnish(now),
            reason: lot.reason,
        });
        if let Some((package, exchange)) = &exchange {
            let chosen = exchange.chosen(package, lot.said);
            findings.extend(prescription::exchange::check(&chosen, lot.reason));
        }
        if let Stock::Unlisted(given) = lot.stock {
            let handed_over = dispensation.dispensed_at.date();
            findings.extend(prescription::unlisted::check(given, &fetched.prescription, handed_over));
        }
        if let Some(deviation) = lot.deviation {
            let controlled = lot.stock.package().is_some_and(|package| package.control.is_some());
            findings.extend(prescription::deviation::check(deviation, &fetched.prescription, controlled));
        }
        if lot.handed_over.is_some() {
            findings = prescription::outage::after_handing_over(findings);
        }
        let entry = lot.handed_over.as_ref().map(|entry| entry.entry_id.as_str());
        findings.extend(self.unwritten_of(&fetched.prescription, entry, lot.reason));
        Proposal {
            goods: lot.stock.goods(),
            dispensation,
            findings,
            checks: Vec::new(),
            reason: lot.reason.map(str::to_owned),
            handed_over: lot.handed_over.clone(),
            preparer: lot.preparer.cloned(),
            said: lot.said,
            base: exchange.map_or(Base::Reference, |(_, exchange)| exchange.duty.base()),
            deviation: lot.deviation.cloned(),
        }
    }

    fn dispensation(&self, session: &Session, fetched: &Fetched, lot: &Lot<'_>, now: DateTime<Utc>) -> Dispensation {
        let prescription = &fetched.prescription;
        let stock = lot.stock;
        let product = match stock {
            Stock::Package(package) => package.product(lot.shelf.edition().name()),
            Stock::Unlisted(_) => prescription.product.as_dispensed(),
        };
        let compounding = stock.unlisted().and_then(|given| given.compounding.as_ref());
        let whole = whole_packages(lot.amount, stock.size());
        let unit = stock.unit().clone();
        let size = Amount { value: whole.map_or(lot.amount, |_| stock.size()), unit: unit.clone() };
        let at = prescription::time::finnish(now);
        let mut author = session.professional();
        author.organisation = Some(self.deps.pharmacy.clone());
        // Who prepares and then signs with a right of a later day is named once, as the signer.
        let preparer = lot.preparer.filter(|preparer| preparer.registration != author.registration).cloned();
        // The identifier is made at signing, durably; until then the prescription's own stands in its place.
        let placeholder =
            DocumentReference { document_type: DocumentType::Dispensation, ..prescription.reference.clone() };
        let mut made = Dispensation {
            reference: placeholder,
            version: 1,
            change: None,
            prescription: prescription.reference.clone(),
            patient: prescription.patient.clone(),
            author,
            pharmacy: self.deps.pharmacy.clone(),
            preparer,
            dispensed_at: lot.handed_over.as_ref().map_or(at, |entry| prescription::time::finnish(entry.at)),
            made_at: at,
            substituted: prescription.product.kind() != prescription::ProductKind::ByActiveSubstance
                && !prescription.product.name().trim().eq_ignore_ascii_case(product.name.trim()),
            product,
            packages: whole.unwrap_or(1),
            package_text: Some(size.to_string()),
            package_size: size,
            package_factor: 1,
            // As much is made as is given: nothing is split for it.
            part_package: whole.is_none() && compounding.is_none(),
            compounded: compounding.is_some(),
            delivered: Amount { value: lot.amount, unit: unit.clone() },
            delivered_text: None,
            delivered_words: None,
            remaining: RemainingStatement { value: None, text: None, unit, words: None },
            fully_dispensed: false,
            dose_dispensing: false,
            dose_dispensing_text: None,
            remark: lot.reason.map(str::to_owned),
            report_to_kela: None,
            price: stock.price_of(lot.amount),
            substitution_reason: None,
            deviation: lot.deviation.map(|deviation| deviation.reason.clone()),
            copayments: Some(1),
            identification: None,
            composition: compounding.map(|made| made.composition.clone()),
            control: prescription.control.clone(),
            narcotic: prescription.narcotic,
            label_dosage: lot.label.chars().take(LONGEST_TEXT).collect(),
            unknown: vec![],
        };
        let after = remaining(prescription, fetched.history.iter().chain([&made]));
        made.fully_dispensed = after.is_over() && matches!(after, Remaining::Units { .. });
        if let Some(statement) = after.statement() {
            made.remaining = if lot.handed_over.is_some() { never_below_zero(statement) } else { statement };
        }
        made
    }
}

/// What remains after a hand-over that cannot be undone: a document states no amount below zero, and says in words by how
/// much more was given. The Centre counts for itself, and keeps it as a conflict.
fn never_below_zero(statement: RemainingStatement) -> RemainingStatement {
    match statement.value.filter(Decimal::is_sign_negative) {
        Some(below) => {
            let over = prescription::amount::plain(below.abs());
            let words = format!("Annettu käyttökatkon aikana {over} {} yli jäljellä olevan.", statement.unit);
            RemainingStatement { value: Some(Decimal::ZERO), words: Some(words), ..statement }
        }
        None => statement,
    }
}

/// What of a prescription is given, and how.
pub(crate) struct Lot<'a> {
    /// The edition that the package is of.
    pub(crate) shelf: &'a Shelf,
    pub(crate) stock: Stock<'a>,
    pub(crate) amount: Decimal,
    pub(crate) label: &'a str,
    pub(crate) reason: Option<&'a str>,
    pub(crate) preparer: Option<&'a Professional>,
    pub(crate) handed_over: Option<HandOverTime>,
    pub(crate) said: PersonSaid,
    pub(crate) deviation: Option<&'a Deviation>,
    pub(crate) kela: &'a KelaSaid,
}

/// The label's dosage: the prescriber's, with what it is for (DI-15).
pub(crate) fn label_dosage(prescription: &Prescription) -> String {
    let dosage = prescription.dosage.text.trim();
    match prescription.purpose.as_deref().map(str::trim).filter(|purpose| !purpose.is_empty()) {
        Some(purpose) => format!("{dosage} {purpose}"),
        None => dosage.to_owned(),
    }
}
