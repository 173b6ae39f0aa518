//! Who may see what (SE-1, SE-8, OB-7, sections 2.4 and 5): first whether a question may be asked at all, by the
//! organisation of the certificate, the register, and the reason's row of the table of purposes; then, of everything that
//! it finds, what is shown.
//!
//! The first answer depends on who asks and never on what there is. The second leaves no trace: what is withheld is passed
//! over after the same reads as what was not found, and counts, pages and errors are made from what is left.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use kanta::errors::Known;
use kanta::{Basis, Issue, OnBehalf, Requester};
use prescription::codes::MinorDisclosure;
use prescription::{Oid, PersonIdentityCode, QueryReason, time};

use crate::centre::{failed, stated};
use crate::chain::Chain;
use crate::log::Use;
use crate::purposes::{By, Denied, Purpose, Purposes, Shows};
use crate::register::LocalRole;
use crate::store::{Part, Store, Whose};
use crate::wishes::Wishes;
use crate::{Caller, Centre};

/// A question that may be asked, and what decides over each prescription that it finds.
pub(crate) struct Asker {
    pub(crate) purpose: &'static Purpose,
    pub(crate) organisation: Oid,
    on_behalf: Option<OnBehalf>,
    wishes: Arc<Wishes>,
    /// People with the asking pharmacy's dose-dispensing mark, where the purpose is about them (2.8).
    pub(crate) dose_patients: BTreeSet<PersonIdentityCode>,
    pub(crate) now: DateTime<Utc>,
}

/// How many people a pharmacy dispenses in doses to, at most.
const DOSE_PATIENTS_AT_MOST: usize = 20_000;

/// How a question begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Begins<'a> {
    /// From what.
    pub(crate) by: &'a [By],
    /// Whole documents are wanted.
    pub(crate) fetches: bool,
}

impl<S: Store> Centre<S> {
    /// Whether the question may be asked. Promise 8: the stated organisation is the certificate's, and the stated user
    /// holds a right at this instant that suffices for the reason; the user is not proven, and the log says so.
    pub(crate) fn admit(
        &self,
        requester: &Requester,
        caller: &Caller,
        begins: Begins<'_>,
        now: DateTime<Utc>,
        told: &mut Use,
    ) -> Result<Asker, Issue> {
        let purpose = self.purpose(requester, caller, now, told)?;
        self.person(purpose, requester, caller, now, told)?;
        if purpose.words && requester.reason_text.as_deref().is_none_or(|text| text.trim().is_empty()) {
            return Err(Issue::of(Known::Integrity).about("reason-text"));
        }
        if begins.by.is_empty() || !begins.by.iter().all(|by| purpose.by.contains(by)) {
            return Err(Issue::of(Known::AccessDenied).about("criteria"));
        }
        if begins.fetches && !purpose.fetch {
            return Err(Issue::of(Known::AccessDenied).about("reason"));
        }
        acting(requester.on_behalf.as_ref(), begins.by)?;
        let mut asker = Asker {
            purpose,
            organisation: caller.organisation.clone(),
            on_behalf: requester.on_behalf.clone(),
            wishes: self.wishes(),
            dose_patients: BTreeSet::new(),
            now,
        };
        if matches!(purpose.shows, Shows::DoseNew | Shows::DosePatients) {
            asker.dose_patients = self.dose_patients(&caller.organisation)?;
        }
        Ok(asker)
    }

    /// The reason's row, where that kind of organisation may ask for it.
    pub(crate) fn purpose(
        &self,
        requester: &Requester,
        caller: &Caller,
        now: DateTime<Utc>,
        told: &mut Use,
    ) -> Result<&'static Purpose, Issue> {
        stated(requester, told);
        if requester.pharmacy.id != caller.organisation {
            return Err(Issue::of(Known::OrganisationMismatch));
        }
        let known = Some(&requester.reason).filter(|reason| !matches!(reason, QueryReason::Unknown(_)));
        let purpose = known.and_then(|reason| Purposes::table().of(reason));
        let purpose = purpose.ok_or_else(|| Issue::of(Known::Integrity).about("reason"))?;
        let register = self.register();
        if let Some(user) = &requester.user {
            let restrictions = register.restrictions(&user.registration);
            told.restrictions = restrictions.iter().map(|restriction| restriction.target.clone()).collect();
            told.right = register.right_at(&user.registration, now).map(|right| right.code().to_owned());
        }
        let kind = register.kind_of(&caller.organisation);
        if kind.is_some_and(|kind| purpose.organisations.contains(&kind)) {
            Ok(purpose)
        } else {
            Err(Issue::of(Known::AccessDenied).about("reason"))
        }
    }

    /// The person by registration number: a right of the purpose's groups, or a local role that suffices (table 5.2).
    fn person(
        &self,
        purpose: &Purpose,
        requester: &Requester,
        caller: &Caller,
        now: DateTime<Utc>,
        told: &mut Use,
    ) -> Result<(), Issue> {
        let user = requester.user.as_ref().ok_or_else(|| Issue::of(Known::AccessDenied).about("user"))?;
        let register = self.register();
        let has = |role: &&LocalRole| register.has_role(&user.registration, **role, &caller.organisation, now);
        if let Some(role) = purpose.roles.iter().find(has) {
            told.role = Some(*role);
            return Ok(());
        }
        let rights = register.rights_at(&user.registration, now);
        if rights.is_empty() {
            return Err(Issue::of(Known::RightMissing).about("register"));
        }
        match Purposes::table().right(purpose, &rights) {
            Some(right) => {
                told.right = Some(right.code().to_owned());
                Ok(())
            }
            None => Err(Issue::of(Known::RightMissing).about("search")),
        }
    }

    fn dose_patients(&self, pharmacy: &Oid) -> Result<BTreeSet<PersonIdentityCode>, Issue> {
        let mut people = BTreeSet::new();
        let whose = Whose::Organisation {
            id: pharmacy,
            parts: &[Part::DoseDispensing],
            prescribed: Default::default(),
            dispensed: Default::default(),
        };
        let mut after = None;
        loop {
            let chains = self.store.chains_of(&whose, after.as_ref(), 1000).map_err(|error| failed(&error))?;
            let Some(last) = chains.last().map(|chain| chain.set_id.clone()) else { return Ok(people) };
            let live = chains.iter().filter(|chain| !chain.is_cancelled());
            people.extend(live.filter_map(Chain::identity_code).cloned());
            if people.len() > DOSE_PATIENTS_AT_MOST {
                return Err(Issue::of(Known::DocumentTooLarge).about("dose-patients"));
            }
            after = Some(last);
        }
    }
}

impl Asker {
    /// Whether a prescription is shown. `by` is how it was found.
    pub(crate) fn may_see(&self, chain: &Chain, by: By) -> bool {
        self.purpose_shows(chain) && !self.is_denied(chain, by) && self.goes_to_who_acts(chain)
    }

    fn purpose_shows(&self, chain: &Chain) -> bool {
        let ours = chain.dosed_by.as_ref() == Some(&self.organisation);
        let of_dose_patient = || chain.identity_code().is_some_and(|code| self.dose_patients.contains(code));
        match self.purpose.shows {
            Shows::Prescriptions => true,
            Shows::Controlled => chain.prescription.is_controlled(),
            Shows::Renewals => chain.renewal_at(time::finnish(self.now)).is_some(),
            Shows::DoseChanges => ours && chain.prescription.version > 1,
            Shows::DoseNew => !ours && of_dose_patient(),
            Shows::DosePatients => of_dose_patient(),
            Shows::Uses | Shows::Nothing => false,
        }
    }

    /// SE-8: a denial withholds a prescription from everybody who does not bring its identifier.
    fn is_denied(&self, chain: &Chain, by: By) -> bool {
        let denies = |code| self.wishes.deny(code, &chain.set_id, self.now);
        if by == By::Identifier || !chain.identity_code().is_some_and(denies) {
            return false;
        }
        match self.purpose.denied {
            Denied::Hidden => true,
            Denied::Shown => false,
            Denied::OwnMark => chain.dosed_by.as_ref() != Some(&self.organisation),
        }
    }

    /// Section 2.4: what may be told to somebody who is not the patient.
    fn goes_to_who_acts(&self, chain: &Chain) -> bool {
        let Some(behalf) = &self.on_behalf else { return true };
        let minor = is_minor(chain, time::finnish(self.now).date());
        match behalf.basis {
            // OB-6: guardians act for children; whom an adult sends is authorised.
            Basis::Guardian => minor && self.is_disclosed(chain),
            // Whoever brings the instruction has it in hand.
            Basis::Instruction => true,
            Basis::KelaCard => {
                let named = behalf.medicine.as_deref().is_some_and(|named| names(chain, named));
                named && (!minor || self.is_disclosed(chain))
            }
            Basis::ElectronicAuthorisation | Basis::PaperAuthorisation | Basis::Organisation => {
                !minor || self.is_disclosed(chain)
            }
            Basis::Unknown(_) => false,
        }
    }

    /// OB-7: a minor's data go to others only where a decision says so; without one nothing is told.
    fn is_disclosed(&self, chain: &Chain) -> bool {
        let newer = chain.identity_code().and_then(|code| self.wishes.disclosure(code));
        let decision = newer.or(chain.prescription.minor_disclosure.as_ref());
        matches!(decision, Some(MinorDisclosure::NotCapable | MinorDisclosure::Allowed))
    }
}

/// Whether somebody else than the patient may ask like this; it depends on the question alone.
fn acting(on_behalf: Option<&OnBehalf>, by: &[By]) -> Result<(), Issue> {
    let refused = |detail: &str| Err(Issue::of(Known::Integrity).about(detail));
    let Some(behalf) = on_behalf else { return Ok(()) };
    match behalf.basis {
        Basis::Unknown(_) => refused("on-behalf"),
        Basis::Instruction if by.contains(&By::Person) => refused("on-behalf"),
        Basis::KelaCard if behalf.medicine.as_deref().is_none_or(|named| folded(named).len() < NAMED_AT_LEAST) => {
            refused("medicine")
        }
        _ => Ok(()),
    }
}

/// Letters that a named medicine has at least: fewer would name many.
const NAMED_AT_LEAST: usize = 3;

/// Whether a person who names a medicine so means this one: its name, substance or ATC name begins with what was said, or
/// what was said begins with the name ("Diazepam 10 mg").
fn names(chain: &Chain, named: &str) -> bool {
    let product = &chain.prescription.product;
    let atc = product.atc().and_then(|atc| atc.name.as_deref());
    let said = folded(named);
    std::iter::once(product.name()).chain(atc).map(folded).any(|name| {
        name.len() >= NAMED_AT_LEAST
            && said.len() >= NAMED_AT_LEAST
            && (name.starts_with(&said) || said.starts_with(&name))
    })
}

fn folded(text: &str) -> String {
    text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Under eighteen on a day. A patient whose age nothing states is treated as a minor: nothing is told that might not be.
fn is_minor(chain: &Chain, today: NaiveDate) -> bool {
    let patient = &chain.prescription.patient;
    let stated = patient.identity_code.as_ref().and_then(PersonIdentityCode::birth_date).or(patient.birth_date);
    let of_age = stated.and_then(|born| born.checked_add_months(chrono::Months::new(18 * 12)));
    of_age.is_none_or(|of_age| today < of_age)
}
