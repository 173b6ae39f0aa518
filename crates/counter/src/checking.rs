//! The safety checks at the counter: what they are told of the customer, of the lot and of the other medicines. Those are
//! what the Centre has listed and the visit has fetched, and nothing else: of what was withheld nobody here knows, so that
//! nothing can hint at it.
//!
//! A change of one item can change what is to be said of another, so all are asked again after each change. Two items of
//! one basket that are the same therapy are told once: at the one that was added later.

use checks::{Case, Customer, Medicine, Other, Supply, lasts_until};
use chrono::NaiveDate;
use kanta::metadata::{DispenseStatus, Metadata};
use medicines::{Edition, Package};
use prescription::{Finding, Oid, Outcome, Prescription, Vnr, remaining, time};

use crate::{Counter, Fetched, Marked, Proposal, Visit};

/// Ways of identifying a person by an official document with a picture.
const WITH_PICTURE: [&str; 3] = ["identity-card", "driving-licence", "passport"];

impl Counter {
    /// Asks the safety checks of every proposal of a visit. Nothing is asked where this counter was given none.
    pub(crate) fn ask_checks(&self, visit: &mut Visit) {
        let Some(checks) = &self.checks else { return };
        let today = time::finnish(self.deps.clock.now()).date();
        let asked: Vec<(Oid, Vec<checks::Checked>)> = visit
            .proposals
            .iter()
            .filter_map(|(set_id, proposal)| {
                let fetched = visit.fetched.get(set_id)?;
                let medicine = self.given(proposal, &fetched.prescription);
                let patient = &fetched.prescription.patient;
                let answers = checks.check(&Case {
                    today,
                    customer: Customer { born: patient.birth_date, sex: patient.sex },
                    prescription: &fetched.prescription,
                    history: &fetched.history,
                    medicine: &medicine,
                    given: &proposal.dispensation.delivered,
                    others: &self.others(visit, set_id, today),
                    in_hand: self.checked_hand(visit, set_id, proposal),
                    document_seen: WITH_PICTURE.contains(&visit.acting.identified.as_str()),
                    reason: proposal.reason.as_deref(),
                    handed_over: proposal.handed_over.is_some(),
                });
                Some((set_id.clone(), answers))
            })
            .collect();
        for (set_id, answers) in asked {
            if let Some(proposal) = visit.proposals.get_mut(&set_id) {
                proposal.checks = answers;
            }
        }
    }

    /// The medicine that a proposal gives.
    fn given(&self, proposal: &Proposal, prescription: &Prescription) -> Medicine {
        let shelf = self.deps.shelf();
        match proposal.package(&shelf) {
            Some(package) => self.marked(package, shelf.edition()),
            None => self.prescribed(prescription),
        }
    }

    /// A package with what registers say of it. Of the customer's other medicines that is not asked.
    fn marked(&self, package: &Package, edition: &Edition) -> Medicine {
        let medicine = of_package(package, edition);
        let Some(marks) = &self.marks else { return medicine };
        let Marked { driving, risks, route } = marks.of(edition.name(), package);
        Medicine { driving, risks, route, ..medicine }
    }

    /// What registers say of a package; nothing where it is not known.
    pub fn marks_of(&self, vnr: &Vnr) -> Marked {
        let shelf = self.deps.shelf();
        let (marks, package) = (self.marks.as_ref(), shelf.edition().package(vnr));
        marks.zip(package).map(|(marks, it)| marks.of(shelf.edition().name(), it)).unwrap_or_default()
    }

    /// The customer's other medicines, as the visit was told of them.
    fn others(&self, visit: &Visit, but: &Oid, today: NaiveDate) -> Vec<Other> {
        let this = visit.metadata(but).ok();
        let place = |set_id: &Oid| visit.basket.iter().position(|one| one == set_id);
        let later = place(but).unwrap_or(visit.basket.len());
        let other = |metadata: &Metadata| {
            let set_id = &metadata.reference.set_id;
            let proposal = visit.proposals.get(set_id).filter(|_| place(set_id).is_some_and(|at| at < later));
            let fetched = visit.fetched.get(set_id);
            let supply = if proposal.is_some() { Supply::Now } else { supply(metadata, fetched, today)? };
            let medicine = match (proposal, fetched) {
                (Some(proposal), Some(fetched)) => self.given(proposal, &fetched.prescription),
                (None, Some(fetched)) => self.prescribed(&fetched.prescription),
                (_, None) => self.listed(metadata),
            };
            let together = this.is_some_and(|this| {
                this.prescriber == metadata.prescriber && this.prescribed_at.date() == metadata.prescribed_at.date()
            });
            // This pharmacy's own waiting dispensations are in what was fetched.
            let spent = |fetched: &Fetched| remaining(&fetched.prescription, &fetched.history).is_over();
            let over = !is_live(metadata, today) || fetched.is_some_and(spent);
            Some(Other { medicine, supply, over, prescribed_together: together })
        };
        visit.listed.iter().filter(|metadata| metadata.reference.set_id != *but).filter_map(other).collect()
    }

    fn prescribed(&self, prescription: &Prescription) -> Medicine {
        let product = &prescription.product;
        let shelf = self.deps.shelf();
        if let Some(package) = product.vnr().and_then(|vnr| shelf.edition().package(vnr)) {
            return of_package(package, shelf.edition());
        }
        Medicine {
            strength: product.strength.clone(),
            atc: product.atc().map(|code| code.code.clone()),
            substances: product.active_substances().into_iter().map(str::to_owned).collect(),
            control: prescription.control.clone(),
            ..Medicine::named(&named(product.name(), product.strength.as_deref()))
        }
    }

    fn listed(&self, metadata: &Metadata) -> Medicine {
        let medicine = &metadata.medicine;
        let shelf = self.deps.shelf();
        if let Some(package) = medicine.vnr.as_ref().and_then(|vnr| shelf.edition().package(vnr)) {
            return of_package(package, shelf.edition());
        }
        Medicine {
            strength: medicine.strength.clone(),
            atc: medicine.atc.as_ref().map(|code| code.code.clone()),
            control: medicine.control.clone(),
            ..Medicine::named(&named(&medicine.name, medicine.strength.as_deref()))
        }
    }
}

impl Proposal {
    /// What rules and checks say of it.
    pub fn answers(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().chain(self.checks.iter().map(|one| &one.finding))
    }

    /// The rules and checks that its reason opened, for the record.
    pub(crate) fn reasoned(&self) -> Vec<&'static str> {
        self.answers().filter(|finding| finding.outcome == Outcome::Reasoned).map(|finding| finding.rule.id).collect()
    }
}

/// A package of the edition, without what only the store of editions tells ([`crate::Marks`]).
fn of_package(package: &Package, edition: &Edition) -> Medicine {
    let text = |text: &str| Some(text.to_owned()).filter(|text| !text.trim().is_empty());
    Medicine {
        strength: text(&package.strength),
        atc: text(&package.atc),
        substances: package.substances.clone(),
        unit: Some(package.unit.clone()),
        price: package.price,
        control: package.control.clone(),
        edition: Some(edition.name().to_owned()),
        ..Medicine::named(&named(&package.name, Some(&package.strength)))
    }
}

fn named(name: &str, strength: Option<&str>) -> String {
    format!("{name} {}", strength.unwrap_or_default()).trim().to_owned()
}

/// How long the customer has of a listed medicine; nothing where it was never dispensed and can be no more.
fn supply(metadata: &Metadata, fetched: Option<&Fetched>, today: NaiveDate) -> Option<Supply> {
    let last = fetched.and_then(|fetched| fetched.history.iter().max_by_key(|before| before.dispensed_at));
    if let (Some(fetched), Some(last)) = (fetched, last) {
        let until = lasts_until(&fetched.prescription, &last.delivered, last.dispensed_at.date());
        return Some(until.map_or(Supply::Unknown, Supply::Until));
    }
    (is_live(metadata, today) || metadata.last_dispensed_at.is_some()).then_some(Supply::Unknown)
}

/// Whether anything more can be dispensed of it, as far as the list tells.
fn is_live(metadata: &Metadata, today: NaiveDate) -> bool {
    !metadata.state.cancelled
        && !metadata.expired
        && metadata.valid_until.is_none_or(|last| last >= today)
        && metadata.dispense_status != DispenseStatus::Fully
        && metadata.quantity_form.as_deref() != Some("9")
}
