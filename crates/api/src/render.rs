//! From the counter's values to what a host shows. Words come from `words`, sentences from rules and errors; nothing here
//! decides anything.

use chrono::NaiveDate;
use counter::{CardHeld, CardProblem, Counter, CounterError, MissingCard, Proposal, Session, Signed, Visit};
use kanta::Basis;
use kanta::metadata::{DispenseStatus, Metadata};
use prescription::rules::{Finding, Language, Outcome, Text, next_lot_day};
use prescription::{ControlClass, DocumentType, Patient, Quantity, Sex, SignatureTrust, remaining};
use record::{OutboxItem, OutboxState};
use rust_decimal::Decimal;
use signing::SignatureKind;

use crate::{
    BasketLine, CardState, CardView, CheckOutcome, Chip, DispensationRow, DocumentState, Fact, HandOverFacts, PinAt,
    PrescriptionLine, PrescriptionView, Problem, ProposalView, SessionView, Settled, SignedLine, Tone, VisitView,
    dosage, exchange, sentences, settings, words,
};

/// Renders in one language, on one Finnish day.
pub(crate) struct Render {
    pub(crate) language: Language,
    pub(crate) today: NaiveDate,
}

impl Render {
    pub(crate) fn say(&self, text: &Text) -> &'static str {
        text.in_language(self.language)
    }

    /// A price, or that the database has none: nothing is guessed.
    pub(crate) fn price(&self, price: Option<Decimal>) -> String {
        price.map_or_else(|| self.say(&words::NO_PRICE).to_owned(), |price| words::euro(price, self.language))
    }

    pub(crate) fn session(&self, session: &Session) -> SessionView {
        let name = session.professional().name.given_first();
        SessionView {
            initials: name.split_whitespace().filter_map(|word| word.chars().next()).collect(),
            name,
            title: session.right.name().to_owned(),
            right: session.right.code().to_owned(),
            may_sign: session.right.may_dispense(),
            locked: session.locked,
            since: words::clock(prescription::time::finnish(session.since)),
        }
    }

    pub(crate) fn card(&self, held: &CardHeld, way: &settings::Card) -> CardView {
        let pin_at = match (way, held) {
            (settings::Card::Scs { .. }, _) => PinAt::Program,
            (settings::Card::Pcsc { keypad: true }, CardHeld::Ready(card)) if card.keypad => PinAt::Reader,
            _ => PinAt::Here,
        };
        let nobody = |state| CardView {
            state,
            holder: None,
            title: None,
            pin1_left: None,
            pin2_left: None,
            pin_at,
            chosen_reader: None,
            problem: None,
        };
        let with =
            |state, code: &str| CardView { problem: Some(sentences::of_code(code, self.language)), ..nobody(state) };
        match held {
            CardHeld::Unknown => nobody(CardState::Reading),
            CardHeld::Unread(_) => nobody(CardState::Unread),
            CardHeld::Missing(MissingCard::Service | MissingCard::Reader) if way.is_scs() => {
                with(CardState::NoProgram, "scs-down")
            }
            CardHeld::Missing(MissingCard::Service) => with(CardState::NoService, "card-service-down"),
            CardHeld::Missing(MissingCard::Reader) => with(CardState::NoReader, "card-no-reader"),
            CardHeld::Missing(MissingCard::Card) => with(CardState::NoCard, "card-none"),
            CardHeld::Unusable(_, CardProblem::Card(error)) => with(CardState::Unusable, error.code()),
            CardHeld::Unusable(_, CardProblem::Distrust(why)) => with(CardState::Unusable, why.code()),
            CardHeld::Ready(card) => {
                let left = |status: &card::PinStatus| match status {
                    card::PinStatus::Ready { left } => *left,
                    card::PinStatus::Blocked => Some(0),
                    card::PinStatus::Verified | card::PinStatus::NotActivated => None,
                };
                let problem = match (card.pin1, card.pin2) {
                    (card::PinStatus::NotActivated, _) | (_, card::PinStatus::NotActivated) => {
                        Some("card-not-activated")
                    }
                    (card::PinStatus::Blocked, _) => Some("pin1-blocked"),
                    (_, card::PinStatus::Blocked) => Some("pin2-blocked"),
                    _ => None,
                };
                CardView {
                    state: if problem == Some("card-not-activated") { CardState::Unusable } else { CardState::Ready },
                    holder: Some(format!("{} {}", card.holder.given, card.holder.family)),
                    title: Some(card.holder.title.clone()),
                    pin1_left: left(&card.pin1),
                    pin2_left: left(&card.pin2),
                    pin_at,
                    chosen_reader: card.others.then(|| card.reader.0.clone()),
                    problem: problem.map(|code| sentences::of_code(code, self.language)),
                }
            }
        }
    }

    pub(crate) fn visit(&self, counter: &Counter, visit: &Visit) -> Result<VisitView, CounterError> {
        let patient = visit.patient.as_ref();
        let mut prescriptions: Vec<PrescriptionLine> =
            visit.listed.iter().map(|metadata| self.line(counter, visit, metadata)).collect();
        prescriptions.sort_by_key(|line| !line.dispensable);
        let basket: Vec<(&prescription::Oid, &Proposal)> =
            visit.basket.iter().filter_map(|id| Some((id, visit.proposals.get(id)?))).collect();
        let total: Decimal = basket.iter().filter_map(|(_, proposal)| proposal.dispensation.price).sum();
        let open = match &visit.open {
            Some(set_id) if visit.fetched.contains_key(set_id) => Some(self.prescription(counter, visit, set_id)?),
            _ => None,
        };
        Ok(VisitView {
            customer: patient.map_or_else(|| self.say(&words::NOBODY_FOUND).to_owned(), |p| p.name.family_first()),
            identity: patient.and_then(|p| p.identity_code.as_ref()).map(|code| code.masked()).unwrap_or_default(),
            about: patient.map(|p| self.about(p)).unwrap_or_default(),
            chips: self.chips(visit),
            warning: self.warning(visit),
            fetched_at: words::clock(prescription::time::finnish(visit.fetched_at)),
            prescriptions,
            open,
            basket: basket.iter().map(|(set_id, proposal)| self.basket_line(set_id, proposal)).collect(),
            basket_total: words::euro(total, self.language),
            payment: self.payment(counter, visit),
            signed: self.signed(counter, &visit.signed)?,
            handed_over: visit.handed_over.as_ref().map(|entry| self.handed_over(counter, entry)),
        })
    }

    fn about(&self, patient: &Patient) -> String {
        let age = patient.birth_date.and_then(|born| self.today.years_since(born));
        let age = age.map(|years| format!("{years} {}", self.say(&words::YEARS)));
        let sex = match patient.sex {
            Sex::Male => Some(self.say(&words::MALE).to_owned()),
            Sex::Female => Some(self.say(&words::FEMALE).to_owned()),
            Sex::Unknown | Sex::NotSpecified => None,
        };
        [age, sex].into_iter().flatten().collect::<Vec<_>>().join(" · ")
    }

    fn chips(&self, visit: &Visit) -> Vec<String> {
        let who = self.say(match visit.acting.on_behalf.as_ref().map(|behalf| &behalf.basis) {
            None => &words::SELF,
            Some(Basis::Guardian) => &words::AS_GUARDIAN,
            Some(Basis::Instruction) => &words::WITH_INSTRUCTION,
            Some(Basis::KelaCard) => &words::WITH_KELA_CARD,
            Some(Basis::ElectronicAuthorisation) => &words::AUTHORISED,
            Some(_) => &words::OTHER,
        });
        let how = words::identified(&visit.acting.identified);
        let who = how.map_or_else(|| who.to_owned(), |how| format!("{who} · {}", self.say(how)));
        vec![who, self.say(&words::REASON_DISPENSING).to_owned()]
    }

    /// Where nothing is told to whoever acts for the patient: that it may be withheld (OB-7). Nobody learns whether it is.
    fn warning(&self, visit: &Visit) -> Option<String> {
        let behalf = visit.acting.on_behalf.as_ref().filter(|_| visit.listed.is_empty())?;
        let text = if behalf.basis == Basis::Guardian { &words::NOT_TO_GUARDIAN } else { &words::NOT_TO_OTHER };
        Some(self.say(text).to_owned())
    }

    fn line(&self, counter: &Counter, visit: &Visit, metadata: &Metadata) -> PrescriptionLine {
        let set_id = &metadata.reference.set_id;
        let own = visit.fetched.get(set_id);
        // Once fetched, what is left counts this pharmacy's own waiting dispensations as well.
        let left = own.map(|fetched| remaining(&fetched.prescription, &fetched.history));
        let text = match &left {
            Some(left) => left.statement().map(|statement| statement.shown()),
            None => metadata.remaining_text.clone(),
        };
        let pieces_left =
            left.as_ref().and_then(remaining_pieces).or_else(|| pieces(metadata.remaining_text.as_deref()));
        let pieces_total = pieces(metadata.prescribed_text.as_deref());
        let over =
            left.as_ref().map_or(metadata.dispense_status == DispenseStatus::Fully, prescription::Remaining::is_over);
        let findings = counter.hindrances(visit, metadata);
        let hindrance = self.hindrance(metadata, &findings);
        // What a reason opens can be dispensed.
        // What was handed over in an outage is a fact: what happened meanwhile keeps nobody from writing it.
        let is_fact = visit.handed_over.is_some() && metadata.signature == SignatureTrust::Trusted;
        let opens = metadata.signature == SignatureTrust::Trusted
            && !findings.is_empty()
            && findings.iter().all(|finding| finding.outcome == Outcome::NeedsReason);
        let medicine = &metadata.medicine;
        let few = |n: &u32| *n <= 12;
        PrescriptionLine {
            set_id: set_id.to_string(),
            name: medicine.name.clone(),
            strength_form: [medicine.strength.as_deref(), medicine.form.as_deref()]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(" "),
            remaining: if over { String::new() } else { words::amount(&text.unwrap_or_default()) },
            pieces_left: pieces_left.filter(few).filter(|_| pieces_total.as_ref().is_none_or(few)),
            pieces_total: pieces_total.filter(few),
            valid_until: metadata.valid_until.map(words::day).unwrap_or_default(),
            dispensable: hindrance.is_none() || opens || is_fact,
            hindrance,
            marks: self.marks(medicine.control.as_ref(), medicine.narcotic),
            in_basket: visit.basket.contains(set_id),
        }
    }

    /// Why it cannot be dispensed, in one calm word. The rules answer first; what only the list tells comes after.
    fn hindrance(&self, metadata: &Metadata, findings: &[Finding]) -> Option<Chip> {
        let chip = |text: String, tone| Some(Chip { text, tone });
        let word = |text: &Text, tone| chip(self.say(text).to_owned(), tone);
        let of = |id: &str| findings.iter().find(|finding| finding.rule.id == id);
        if of("LC-11").is_some() {
            return word(&words::CANCELLED, Tone::Cannot);
        }
        if metadata.quantity_form.as_deref() == Some("9") {
            return word(&words::NOTHING, Tone::Plain);
        }
        if of("LC-1").is_some() {
            return word(&words::FULLY, Tone::Plain);
        }
        if let Some(finding) = of("LC-5") {
            return chip(self.expired(metadata, finding.outcome), Tone::Think);
        }
        if of("LC-10").is_some() {
            return word(&words::LOCKED, Tone::Cannot);
        }
        if of("RE-1").is_some() {
            return word(&words::RESERVED, Tone::Think);
        }
        if of("RE-2").is_some() {
            return word(&words::HELD, Tone::Think);
        }
        if let DispenseStatus::Unknown(code) = &metadata.dispense_status {
            return chip(format!("? ({code})"), Tone::Cannot);
        }
        match metadata.signature {
            SignatureTrust::Trusted => None,
            SignatureTrust::Unsigned => word(&words::UNSIGNED, Tone::Cannot),
            SignatureTrust::Broken => word(&words::BROKEN, Tone::Cannot),
        }
    }

    /// "vanhentunut 10 pv sitten", with what opens it still where something does (LC-6).
    fn expired(&self, metadata: &Metadata, outcome: Outcome) -> String {
        let ago = metadata.valid_until.map(|end| (self.today - end).num_days()).filter(|days| *days > 0);
        let expired = self.say(&words::EXPIRED);
        let mut text =
            ago.map_or_else(|| expired.to_owned(), |ago| format!("{expired} {ago} {}", self.say(&words::DAYS)));
        if outcome == Outcome::NeedsReason {
            text.push_str(&format!(" · {}", self.say(&words::WITH_REASON)));
        }
        text
    }

    fn marks(&self, control: Option<&ControlClass>, narcotic: bool) -> Vec<Chip> {
        let mark = match control {
            Some(ControlClass::Narcotic) => Some(self.say(&words::NARCOTIC).to_owned()),
            Some(ControlClass::Pkv | ControlClass::PkvPsychotropic) => Some(self.say(&words::PKV).to_owned()),
            Some(ControlClass::Unknown(code)) => Some(code.clone()),
            None => narcotic.then(|| self.say(&words::NARCOTIC).to_owned()),
        };
        mark.map(|text| Chip { text, tone: Tone::Think }).into_iter().collect()
    }

    /// The prescription in hand.
    pub(crate) fn prescription(
        &self,
        counter: &Counter,
        visit: &Visit,
        set_id: &prescription::Oid,
    ) -> Result<PrescriptionView, CounterError> {
        let fetched = visit.fetched.get(set_id).ok_or(CounterError::UnknownPrescription)?;
        let held = &fetched.prescription;
        let proposal = visit.proposals.get(set_id);
        let atc = held.product.atc().map(|code| code.code.clone());
        let prescriber = held.prescriber.name.given_first();
        let unit = held.prescribing_unit().map(|unit| unit.name.clone());
        let prescribed = format!(
            "{} {}, {prescriber}",
            self.say(&words::PRESCRIBED).to_lowercase(),
            words::day(held.prescribed_at.date())
        );
        let subtitle = [
            held.product.active_substances().first().map(|name| (*name).to_owned()),
            atc,
            Some(unit.map_or_else(|| prescribed.clone(), |unit| format!("{prescribed}, {unit}"))),
        ];
        let title = [Some(held.product.name().to_owned()), held.product.strength.clone(), held.product.form.clone()];
        let chosen = proposal.and_then(Proposal::vnr);
        let shelf = counter.deps().shelf();
        let exchange = exchange::of(counter, visit, set_id);
        let found = exchange.as_ref().and_then(|exchange| exchange.as_ref().ok());
        let deviation = proposal.and_then(|proposal| proposal.deviation.as_ref());
        let choices = counter::choices(&shelf, held, deviation);
        let mut packages = self.packages(&choices, found, held.product.name(), chosen);
        let allowed = shelf.edition().choices(held);
        // What cannot be read of it now is read at the next look: nobody waits for it.
        let remnants = counter.remnants().unwrap_or_default();
        for line in &mut packages {
            line.marks.extend(self.left_of(&line.vnr, &remnants));
            line.deviates = !allowed.iter().any(|package| package.vnr.as_str() == line.vnr);
        }
        let said = proposal.map(|proposal| proposal.said).unwrap_or_default();
        Ok(PrescriptionView {
            set_id: set_id.to_string(),
            title: title.into_iter().flatten().collect::<Vec<_>>().join(" "),
            subtitle: subtitle.into_iter().flatten().collect::<Vec<_>>().join(" · "),
            label_dosage: proposal.map_or_else(|| held.dosage.text.clone(), |p| p.dispensation.label_dosage.clone()),
            prescribed_dosage: held.dosage.text.clone(),
            suggestion: proposal.and_then(|p| dosage::suggestion(&p.dispensation.label_dosage)),
            structured_dosage: dosage::structured(&held.dosage, self.language),
            message: held.message_to_pharmacy.clone(),
            facts: self.facts(fetched, proposal),
            signatures: fetched.signatures.iter().map(|line| self.signature(line)).collect(),
            unknown: held
                .unknown
                .iter()
                .map(|part| Fact { label: part.place.clone(), text: part.text.clone(), strong: false })
                .collect(),
            document_id: held.reference.id.to_string(),
            packages,
            unlisted: self.unlisted(held, proposal),
            exchange: exchange.as_ref().map(|exchange| self.exchange(exchange, said)),
            deviation: self.deviation(counter, held, deviation),
            proposal: proposal.map(|proposal| self.proposal(proposal, counter.session().as_ref())),
            in_hand: self.in_hand(counter, visit, set_id),
        })
    }

    fn facts(&self, fetched: &counter::Fetched, proposal: Option<&Proposal>) -> Vec<Fact> {
        let held = &fetched.prescription;
        let fact = |label: &Text, text: String| Fact { label: self.say(label).to_owned(), text, strong: false };
        let mut prescribed = match &held.quantity {
            Quantity::Packages { count, factor, size, text } => text.clone().map_or_else(
                || {
                    format!(
                        "{count} × {}",
                        if factor.get() > 1 { format!("{factor} × {size}") } else { size.to_string() }
                    )
                },
                |text| format!("{count} × {}", words::amount(text.trim_start_matches("1X"))),
            ),
            Quantity::Total { amount } => amount.to_string(),
            Quantity::Period { length, .. } => length.to_string(),
            Quantity::Nothing => self.say(&words::NOTHING).to_owned(),
            Quantity::Unknown { code } => format!("? ({code})"),
        };
        if let Some(iteration) = &held.iteration {
            prescribed.push_str(&format!(", {} {}", self.say(&words::ITERATION), iteration.repeats));
            if let Some(days) = iteration.interval_days() {
                prescribed.push_str(&format!(", {} {days} {}", self.say(&words::INTERVAL), self.say(&words::DAYS)));
            }
        }
        let last = fetched.history.last().map_or_else(
            || self.say(&words::NEVER_DISPENSED).to_owned(),
            |d| format!("{} {} {}", words::day(d.dispensed_at.date()), d.product.name, d.delivered),
        );
        let mut facts = vec![
            fact(&words::PRESCRIBED, prescribed),
            fact(&words::VALID, format!("{} {}", words::day(held.last_valid_day()), self.say(&words::UNTIL))),
            fact(&words::LAST, last),
        ];
        if let Some(day) = next_lot_day(held, &fetched.history) {
            let mut text = words::day(day);
            if day == self.today {
                text.push_str(&format!(" ({})", self.say(&words::TODAY)));
            }
            facts.push(fact(&words::EARLIEST, text));
        }
        let before = remaining(held, &fetched.history).statement().map(|s| words::amount(&s.shown()));
        if let Some(before) = before {
            facts.push(fact(&words::LEFT, before));
        }
        if let Some(proposal) = proposal {
            facts.push(Fact { strong: true, ..fact(&words::NOW, proposal.dispensation.delivered.to_string()) });
        }
        let allowed = if held.substitution_prohibited { &words::PROHIBITED } else { &words::ALLOWED };
        facts.push(fact(&words::SUBSTITUTION, self.say(allowed).to_owned()));
        facts
    }

    fn signature(&self, line: &counter::SignatureLine) -> Fact {
        let label = match line.kind {
            Some(SignatureKind::System) => &words::SYSTEM_SIGNATURE,
            _ => &words::SIGNED_BY,
        };
        let holds = match line.wrong {
            None if line.weak => format!("{} ({})", self.say(&words::HOLDS), self.say(&words::OLD_SHA1)),
            None => self.say(&words::HOLDS).to_owned(),
            Some(code) => sentences::of_code(code, self.language).sentence,
        };
        Fact {
            label: self.say(label).to_owned(),
            text: [line.by.as_str(), line.at.as_str(), holds.as_str()]
                .into_iter()
                .filter(|part| !part.is_empty())
                .collect::<Vec<_>>()
                .join(" · "),
            strong: line.wrong.is_some(),
        }
    }

    fn proposal(&self, proposal: &Proposal, session: Option<&Session>) -> ProposalView {
        let made = &proposal.dispensation;
        let checks = self.answers(proposal);
        let passed = checks.iter().filter(|check| check.outcome == CheckOutcome::Pass).count();
        ProposalView {
            vnr: proposal.vnr().map(|vnr| vnr.as_str().to_owned()),
            packages: made.packages,
            amount: prescription::amount::plain(made.delivered.value),
            unit: made.delivered.unit.to_string(),
            part_package: made.part_package,
            delivered: made.delivered.to_string(),
            remaining_after: words::amount(&made.remaining.shown()),
            fully_dispensed: made.fully_dispensed,
            price: self.price(made.price),
            reason: proposal.reason.clone(),
            checks,
            passed: u32::try_from(passed).unwrap_or(u32::MAX),
            may_add: session.is_some_and(|session| proposal.may_be_added_by(&session.right)),
            may_sign: proposal.may_sign(),
        }
    }

    fn handed_over(&self, counter: &Counter, entry: &counter::HandedOver) -> HandOverFacts {
        let package = counter.package_of(&entry.said);
        let product =
            package.map_or_else(|| entry.said.product.clone(), |one| format!("{} {}", one.name, one.strength));
        let amount = format!("{} {}", prescription::amount::plain(entry.said.amount), counter.unit_of(&entry.said));
        HandOverFacts {
            entry_id: entry.entry_id.clone(),
            at: prescription::time::finnish(entry.at).format("%-d.%-m.%Y %-H.%M").to_string(),
            said: format!("{product}, {}", amount.trim()),
        }
    }

    fn basket_line(&self, set_id: &prescription::Oid, proposal: &Proposal) -> BasketLine {
        let made = &proposal.dispensation;
        let title = [Some(made.product.name.as_str()), made.product.strength.as_deref()];
        let title = title.into_iter().flatten().collect::<Vec<_>>().join(" ");
        let mut detail = Vec::new();
        if made.part_package {
            detail.push(self.say(&words::PART_PACKAGE));
        }
        if made.substituted {
            detail.push(self.say(&words::SUBSTITUTED));
        }
        BasketLine {
            set_id: set_id.to_string(),
            title: format!("{title}, {}", made.delivered),
            detail: detail.join(" · "),
            price: self.price(made.price),
            prepared_by: proposal.preparer.as_ref().map(|person| person.name.given_first()),
        }
    }

    pub(crate) fn signed(&self, counter: &Counter, signed: &[Signed]) -> Result<Vec<SignedLine>, CounterError> {
        let mut lines = Vec::with_capacity(signed.len());
        for line in signed {
            let stored = counter.deps().record.document(line.document_id.as_str())?;
            let item = stored.map(|stored| stored.item);
            lines.push(SignedLine {
                document_id: line.document_id.to_string(),
                title: format!("{}, {}", self.named(item.as_ref(), &line.summary.product), line.summary.amount),
                state: item.as_ref().map_or(DocumentState::Saved, document_state),
                problem: item.as_ref().and_then(|item| self.item_problem(item)),
            });
        }
        Ok(lines)
    }

    /// Why a document waits, who refused it, or what it conflicts with.
    pub(crate) fn item_problem(&self, item: &OutboxItem) -> Option<Problem> {
        let wants = item.state.is_open() || item.state.wants_a_person();
        item.last_code.as_deref().filter(|_| wants).map(|code| sentences::of_code(code, self.language))
    }

    /// What a document conflicts with, as long as nobody has settled it: a sentence each.
    fn conflicts(&self, item: &OutboxItem) -> Vec<String> {
        let codes = item.last_code.as_deref().filter(|_| item.state == OutboxState::Conflicting).unwrap_or_default();
        codes.split_whitespace().map(|code| sentences::of_code(code, self.language).sentence).collect()
    }

    /// What a document is of, as lists name it: a prescription that was stored here says that it is one.
    fn named(&self, item: Option<&OutboxItem>, product: &str) -> String {
        match item.filter(|item| item.kind_code == DocumentType::Prescription.code()) {
            Some(_) => format!("{}: {product}", self.say(&words::STORED_PRESCRIPTION)),
            None => product.to_owned(),
        }
    }

    pub(crate) fn row(&self, row: &review::Row) -> DispensationRow {
        let summary = row.summary.as_ref();
        let say = |field: fn(&prescription::Summary) -> String| summary.map(field).unwrap_or_default();
        let item = &row.item;
        let state = document_state(item);
        let next = item.next_try_at.filter(|_| state == DocumentState::Waiting);
        DispensationRow {
            document_id: item.document_id.clone(),
            at: say(|s| s.dispensed_at.to_string()),
            person: say(|s| s.person.clone()),
            registration: say(|s| s.registration.clone()),
            customer: say(|s| s.customer.clone()),
            product: self.named(Some(item), &say(|s| s.product.clone())),
            amount: say(|s| s.amount.clone()),
            remaining: words::amount(&say(|s| s.remaining.clone())),
            state,
            attempts: item.attempts,
            last_error: item.last_code.clone(),
            sentence: self.item_problem(item).map(|problem| problem.sentence).unwrap_or_default(),
            conflicts: self.conflicts(item),
            settled: row.settled.as_ref().map(|settled| Settled {
                by: settled.by.clone(),
                name: settled.name.clone(),
                at: prescription::time::finnish(settled.at).format("%-d.%-m.%Y %-H.%M").to_string(),
                note: settled.note.clone(),
            }),
            next_try: next.map(|at| words::clock(prescription::time::finnish(at))),
            prescription_id: say(|s| s.prescription_id.clone()),
        }
    }
}

/// Where a document is, as a person says it.
pub(crate) fn document_state(item: &OutboxItem) -> DocumentState {
    match item.state {
        OutboxState::Accepted => DocumentState::Accepted,
        OutboxState::Conflicting => DocumentState::AcceptedInConflict,
        OutboxState::Settled => DocumentState::Settled,
        OutboxState::Refused => DocumentState::Refused,
        OutboxState::Waiting | OutboxState::Sending if item.attempts == 0 || item.last_code.is_none() => {
            DocumentState::Saved
        }
        OutboxState::Waiting | OutboxState::Sending => DocumentState::Waiting,
    }
}

/// "3X21 fol" is three pieces; a text without a sure meaning has none.
fn pieces(text: Option<&str>) -> Option<u32> {
    let text = text?.trim();
    let (count, rest) = text.split_once(['X', 'x'])?;
    let begun = u32::from(rest.contains('+'));
    count.trim().parse::<u32>().ok()?.checked_add(begun)
}

fn remaining_pieces(left: &prescription::Remaining) -> Option<u32> {
    let (full, part) = left.pieces()?;
    full.checked_add(u32::from(!part.is_zero()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_count_pieces_only_where_the_text_is_sure() {
        assert_eq!(pieces(Some("3X21 fol")), Some(3));
        assert_eq!(pieces(Some("2X21+7 fol")), Some(3));
        assert_eq!(pieces(Some("79 fol")), None);
        assert_eq!(pieces(None), None);
    }
}
