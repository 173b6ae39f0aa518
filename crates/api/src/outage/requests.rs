//! What the catalogue asks of hand-overs in an outage, in terms of the counter.

use chrono::{DateTime, NaiveDateTime, Utc};
use counter::{HandOver, HandedOver};
use prescription::outage::Basis;
use prescription::{ControlClass, InvalidIdentifier, PersonIdentityCode, Vnr, amount, time};
use rust_decimal::Decimal;

use super::{
    FindPackages, FoundPackage, FoundPackages, HandOverChecks, HandOverForm, HandOverLine, HandOverList, HandOverSaved,
    OnHandOver, OutagePack, SettleHandOver, outage_pack, words,
};
use crate::program::{LONGEST_NOTE, Tiski};
use crate::{Fact, OutboxCounts, Problem, VisitView};

/// So many packages are shown at a time.
const MOST_FOUND: usize = 12;
/// What is searched for has at most so many characters.
const LONGEST_SEARCH: usize = 100;

/// A form as far as it can be understood, and the first thing that cannot.
struct Read {
    hand_over: HandOver,
    wrong: Option<&'static str>,
}

impl Tiski {
    pub(crate) fn found_packages(&self, with: &FindPackages) -> FoundPackages {
        let text: String = with.text.chars().take(LONGEST_SEARCH).collect();
        let shelf = self.counter.deps().shelf();
        let found = shelf.find(&text, MOST_FOUND, &|digits| self.counter.vnr_of_digits(digits));
        FoundPackages { packages: found.iter().map(|package| self.found_package(package)).collect() }
    }

    /// A package as lists show it.
    pub(super) fn found_package(&self, package: &medicines::Package) -> FoundPackage {
        let render = self.render();
        FoundPackage {
            vnr: package.vnr.as_str().to_owned(),
            name: format!("{} {}", package.name, package.strength),
            form: package.form.clone(),
            size: amount::plain(package.size),
            unit: package.unit.to_string(),
            price: render.price(package.price),
            mark: match &package.control {
                Some(ControlClass::Narcotic) => render.say(&crate::words::NARCOTIC).to_owned(),
                Some(ControlClass::Pkv | ControlClass::PkvPsychotropic) => render.say(&crate::words::PKV).to_owned(),
                Some(ControlClass::Unknown(code)) => code.clone(),
                None => String::new(),
            },
        }
    }

    pub(crate) fn hand_over_checks(&self, with: &HandOverForm) -> Result<HandOverChecks, Problem> {
        let Read { hand_over, wrong } = self.read_form(with)?;
        let findings = self.counter.check_hand_over(&hand_over, self.centre_answers());
        let findings = findings.map_err(|error| self.problem(&error))?;
        let complete = hand_over.amount > Decimal::ZERO && (hand_over.vnr.is_some() || !hand_over.product.is_empty());
        let price = self.counter.package_of(&hand_over).map(|package| package.price_of(hand_over.amount));
        let render = self.render();
        Ok(HandOverChecks {
            may_save: wrong.is_none() && complete && !findings.iter().any(prescription::Finding::hinders),
            checks: render.checks(&findings),
            price: price.map(|price| render.price(price)),
        })
    }

    pub(crate) fn save_hand_over(&self, with: &HandOverForm) -> Result<HandOverSaved, Problem> {
        let Read { hand_over, wrong } = self.read_form(with)?;
        if let Some(code) = wrong {
            return Err(self.of_code(code));
        }
        let saved = self.counter.hand_over(hand_over, self.centre_answers());
        let saved = saved.map_err(|error| self.problem(&error))?;
        let counts = self.counts().map_err(|error| self.problem(&error))?;
        Ok(HandOverSaved { line: self.hand_over_line(&saved), counts })
    }

    pub(crate) fn waiting_hand_overs(&self) -> Result<HandOverList, Problem> {
        self.for_a_person()?;
        let waiting = self.counter.handed_over().map_err(|error| self.problem(&error))?;
        Ok(HandOverList { lines: waiting.iter().map(|entry| self.hand_over_line(entry)).collect() })
    }

    pub(crate) fn write_up_visit(&self, with: &OnHandOver) -> Result<VisitView, Problem> {
        let visit = self.counter.write_up(&with.entry_id);
        self.outbox.ring();
        self.heard_of(&visit);
        self.view(visit)
    }

    pub(crate) fn hand_over_settled(&self, with: &SettleHandOver) -> Result<OutboxCounts, Problem> {
        if with.note.chars().count() > LONGEST_NOTE {
            return Err(self.of_code("note-too-long"));
        }
        let settled = self.counter.settle_hand_over(&with.entry_id, &with.note).and_then(|()| self.counts());
        settled.map_err(|error| self.problem(&error))
    }

    pub(crate) fn blank_form(&self) -> OutagePack {
        outage_pack(self.render().language)
    }

    /// A hand-over as lists show it.
    pub(crate) fn hand_over_line(&self, entry: &HandedOver) -> HandOverLine {
        let said = &entry.said;
        let package = self.counter.package_of(said);
        let mine = self.counter.session().is_some_and(|session| session.registration.as_str() == entry.by);
        let amount = format!("{} {}", amount::plain(said.amount), self.counter.unit_of(said));
        HandOverLine {
            entry_id: entry.entry_id.clone(),
            at: time::finnish(entry.at).format("%-d.%-m.%Y %-H.%M").to_string(),
            person: if said.person.is_empty() { entry.by.clone() } else { said.person.clone() },
            mine,
            customer: said.customer.clone(),
            product: package.map_or_else(|| said.product.clone(), |one| format!("{} {}", one.name, one.strength)),
            amount: amount.trim().to_owned(),
            basis: self.render().say(words::basis(said.basis)).to_owned(),
            facts: self.facts_of(said),
            storable: self.is_storable(entry),
        }
    }

    fn facts_of(&self, said: &HandOver) -> Vec<Fact> {
        let render = self.render();
        let fact = |label: &prescription::rules::Text, text: String| Fact {
            label: render.say(label).to_owned(),
            text,
            strong: false,
        };
        let need = if said.immediate { &words::IMMEDIATE } else { &words::NOT_IMMEDIATE };
        let identified = crate::words::identified(&said.identified).map(|text| render.say(text).to_owned());
        let mut facts = vec![
            fact(&words::BASIS, render.say(words::basis(said.basis)).to_owned()),
            fact(&words::IDENTIFIED, identified.unwrap_or_else(|| said.identified.clone())),
            fact(&words::NEED, render.say(need).to_owned()),
        ];
        let looked_for_by = said.prescription.as_ref().map(ToString::to_string);
        if looked_for_by.is_none() && said.identity_code.is_none() {
            facts.push(fact(&words::IDENTIFIER, render.say(&words::NOT_LOOKED_FOR).to_owned()));
        }
        let written = [
            (&words::IDENTIFIER, looked_for_by.unwrap_or_default()),
            (&words::READ, said.read.clone()),
            (&words::PRESCRIBER, said.prescriber.clone()),
            (&words::REASON, said.reason.clone().unwrap_or_default()),
        ];
        facts.extend(written.into_iter().filter(|(_, text)| !text.is_empty()).map(|(label, text)| fact(label, text)));
        facts
    }

    fn read_form(&self, with: &HandOverForm) -> Result<Read, Problem> {
        let basis = Basis::parse(&with.basis).ok_or_else(|| self.of_code("outage-basis-unknown"))?;
        let mut wrong = None;
        let mut not = |code: &'static str| wrong = wrong.or(Some(code));
        let identity = with.identity.reveal().trim();
        let identity_code = match PersonIdentityCode::parse(identity) {
            Ok(code) => Some(code),
            Err(_) if identity.is_empty() => None,
            Err(why) => {
                not(if why == InvalidIdentifier::IdentityCodeCheck { why.code() } else { "identity-code-form" });
                None
            }
        };
        let prescription = counter::identifier_in(&with.identifier);
        if prescription.is_none() && !with.identifier.trim().is_empty() {
            not("identifier-not-understood");
        }
        let vnr = with.vnr.as_deref().filter(|vnr| !vnr.is_empty()).map(Vnr::parse).transpose();
        let vnr = vnr.unwrap_or_else(|_| {
            not("package-unknown");
            None
        });
        let amount = with.amount.trim().replace(',', ".").parse::<Decimal>().unwrap_or_else(|_| {
            not("amount-invalid");
            Decimal::ZERO
        });
        let at = with.at.as_deref().map(str::trim).filter(|at| !at.is_empty());
        let handed_over_at = at.and_then(|at| {
            let read = self.moment(at);
            if read.is_none() {
                not("hand-over-time-invalid");
            }
            read
        });
        let hand_over = HandOver {
            basis,
            identity_code,
            customer: with.customer.clone(),
            identified: with.identified.clone(),
            on_behalf: with.on_behalf.clone().filter(|code| !code.is_empty()),
            prescription,
            read: with.read.clone(),
            prescriber: with.prescriber.clone(),
            vnr,
            product: with.product.clone(),
            amount,
            unit: with.unit.clone(),
            immediate: with.immediate,
            reason: with.reason.clone().filter(|reason| !reason.trim().is_empty()),
            handed_over_at,
            person: String::new(),
        };
        Ok(Read { hand_over, wrong })
    }

    /// "10.42" of today, or "25.11.2026 10.42", in Finnish time.
    pub(super) fn moment(&self, text: &str) -> Option<DateTime<Utc>> {
        let today = time::finnish(self.counter.deps().clock.now()).date();
        let text = text.replace(':', ".");
        let text = if text.contains(' ') { text } else { format!("{} {text}", today.format("%-d.%-m.%Y")) };
        let local = NaiveDateTime::parse_from_str(&text, "%d.%m.%Y %H.%M").ok()?;
        Some(time::instant(local))
    }
}
