//! Storing the telephone or paper prescription of a hand-over (rule OU-2), as a host asks for it and is told of it.

use chrono::{NaiveDate, NaiveTime};
use counter::{HandedOver, ToStore};
use prescription::outage::Basis;
use prescription::{InvalidIdentifier, PersonIdentityCode, PersonName, RegistrationNumber, Right, Vnr, time};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{FoundPackage, HandOverLine, OnHandOver};
use crate::program::Tiski;
use crate::{CheckLine, OutboxCounts, Problem, Secret, Sign, SignedLine};

/// What the form begins with: what the hand-over says already, as far as it can be told apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct StoringDraft {
    /// The hand-over.
    pub line: HandOverLine,
    /// Whether it was by telephone: then the prescription has a time of the day.
    pub by_telephone: bool,
    /// What was noted of the prescription, word for word.
    pub read: String,
    /// What was noted of the prescriber.
    pub prescriber: String,
    /// Whether the hand-over lacks the customer's identity code.
    pub needs_identity: bool,
    /// The customer's first names, by a guess.
    pub given: String,
    /// The family name.
    pub family: String,
    /// The prescriber's first names.
    pub prescriber_given: String,
    /// The family name.
    pub prescriber_family: String,
    /// Registration number or identifier, where one was noted.
    pub prescriber_number: String,
    /// The day of the hand-over: "25.11.2026".
    pub prescribed: String,
    /// The package that was handed over.
    pub package: FoundPackage,
    /// How many units were: "98".
    pub amount: String,
}

/// What is asked of the person who stores it. What is not known is empty.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StoringForm {
    /// The hand-over.
    pub entry_id: String,
    /// The customer's identity code, where the hand-over has none.
    #[ts(type = "string")]
    pub identity: Secret,
    /// The customer's first names.
    pub given: String,
    /// The family name.
    pub family: String,
    /// The prescriber's first names.
    pub prescriber_given: String,
    /// The family name.
    pub prescriber_family: String,
    /// The prescriber's registration number (11 digits) or identifier (6 digits).
    pub prescriber_number: String,
    /// Code of the prescriber's right: "001", "003", "031", "034".
    pub prescriber_right: String,
    /// When it was prescribed: "25.11.2026 10.42" or "10.42" by telephone, "25.11.2026" on paper.
    pub prescribed: String,
    /// The prescribed package's number, where the database has it.
    #[ts(optional)]
    pub vnr: Option<String>,
    /// The product as written, where it has not.
    pub product: String,
    /// How many units are prescribed in all.
    pub amount: String,
    /// Of what, where no package says.
    pub unit: String,
    /// How to take it.
    pub dosage: String,
    /// What it is for.
    pub purpose: String,
    /// Why it was not made electronically: "1" technical fault, "2" urgent care, "3" another reason.
    pub why: String,
    /// The words beside that.
    pub why_words: String,
    /// The last day of validity, "25.2.2027"; as long as the act allows where empty.
    pub valid_until: String,
    /// A person's reason, for what a rule opens with one.
    #[ts(optional)]
    pub reason: Option<String>,
}

/// What the rules say of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct StoringChecked {
    /// Every rule, hindering ones first.
    pub checks: Vec<CheckLine>,
    /// What is missing, in words: "määrä, annostus"; empty where nothing is.
    pub lacks: String,
    /// Whether nothing hinders.
    pub may_sign: bool,
    /// The last day of validity that it would have: "25.2.2027".
    pub valid_until: Option<String>,
    /// The first thing in the form that is not understood.
    pub wrong: Option<Problem>,
}

/// See [`crate::Program::store_prescription`].
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StorePrescription {
    /// The form.
    pub form: StoringForm,
    /// The PIN, and how long to wait.
    pub sign: Sign,
}

/// A prescription and its dispensation that are signed and saved.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct StoringSaved {
    /// The prescription, then its dispensation.
    pub signed: Vec<SignedLine>,
    /// Counts after it.
    pub counts: OutboxCounts,
}

/// A form as far as it can be understood, and the first thing that cannot.
struct Read {
    to_store: ToStore,
    wrong: Option<&'static str>,
}

impl Tiski {
    pub(crate) fn storing_draft(&self, with: &OnHandOver) -> Result<StoringDraft, Problem> {
        let (entry, package) = self.counter.storable(&with.entry_id).map_err(|error| self.problem(&error))?;
        let (said, line) = (&entry.said, self.hand_over_line(&entry));
        let (given, family) = told_apart(said.customer.split_whitespace());
        let words = || said.prescriber.split(|c: char| c.is_whitespace() || c == ',').filter(|word| !word.is_empty());
        let is_number = |word: &&str| word.bytes().all(|byte| byte.is_ascii_digit()) && matches!(word.len(), 6 | 11);
        let (prescriber_given, prescriber_family) = told_apart(words().filter(|word| !is_number(word)));
        Ok(StoringDraft {
            line,
            by_telephone: said.basis == Basis::Telephone,
            read: said.read.clone(),
            prescriber: said.prescriber.clone(),
            needs_identity: said.identity_code.is_none(),
            given,
            family,
            prescriber_given,
            prescriber_family,
            prescriber_number: words().find(is_number).unwrap_or_default().to_owned(),
            prescribed: time::finnish(entry.at).format("%-d.%-m.%Y").to_string(),
            package: self.found_package(&package),
            amount: prescription::amount::plain(said.amount),
        })
    }

    pub(crate) fn storing_checks(&self, with: &StoringForm) -> Result<StoringChecked, Problem> {
        let Read { to_store, wrong } = self.read_storing(with)?;
        let checks = self.counter.check_storing(&with.entry_id, &to_store).map_err(|error| self.problem(&error))?;
        let render = self.render();
        let lacks: Vec<&str> = checks.lacks.iter().map(|lack| render.say(lack.name())).collect();
        Ok(StoringChecked {
            checks: render.checks(&checks.findings),
            lacks: lacks.join(", "),
            may_sign: wrong.is_none() && checks.may_sign(),
            valid_until: checks.valid_until.map(|day| day.format("%-d.%-m.%Y").to_string()),
            wrong: wrong.map(|code| self.of_code(code)),
        })
    }

    pub(crate) fn stored_prescription(&self, with: &StorePrescription) -> Result<StoringSaved, Problem> {
        let Read { to_store, wrong } = self.read_storing(&with.form)?;
        if let Some(code) = wrong {
            return Err(self.of_code(code));
        }
        let last_try = with.sign.allow_last_try.unwrap_or_default();
        let pin = self.pin(with.sign.pin.as_ref(), with.sign.entry, with.sign.elsewhere);
        let stored =
            pin.and_then(|pin| self.counter.store_prescription(&with.form.entry_id, &to_store, (&pin, last_try)));
        let stored = stored.map_err(|error| self.problem(&error))?;
        // Saved. Whether the Centre answers in time changes only what the person is told.
        let signed = [stored.prescription, stored.dispensation];
        self.wait_for_answers(&signed, with.sign.wait_ms);
        let lines = self.render().signed(&self.counter, &signed).map_err(|error| self.problem(&error))?;
        let counts = self.counts().map_err(|error| self.problem(&error))?;
        Ok(StoringSaved { signed: lines, counts })
    }

    /// Whether a hand-over may be stored by whoever is logged in.
    pub(crate) fn is_storable(&self, entry: &HandedOver) -> bool {
        entry.said.basis.is_new_prescription() && self.counter.package_of(&entry.said).is_some()
    }

    fn read_storing(&self, with: &StoringForm) -> Result<Read, Problem> {
        let (entry, _) = self.counter.storable(&with.entry_id).map_err(|error| self.problem(&error))?;
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
        let number = with.prescriber_number.trim();
        let registration = RegistrationNumber::parse(number).ok();
        let is_identifier = number.len() == 6 && number.bytes().all(|byte| byte.is_ascii_digit());
        if !number.is_empty() && registration.is_none() && !is_identifier {
            not("prescriber-number-invalid");
        }
        let vnr = with.vnr.as_deref().filter(|vnr| !vnr.is_empty()).map(Vnr::parse).transpose();
        let vnr = vnr.unwrap_or_else(|_| {
            not("package-unknown");
            None
        });
        let amount = match with.amount.trim().replace(',', ".").parse::<Decimal>() {
            Ok(amount) => amount,
            Err(_) => {
                not("amount-invalid");
                Decimal::ZERO
            }
        };
        let prescribed = with.prescribed.trim();
        let prescribed_at = match entry.said.basis {
            Basis::Telephone => self.moment(prescribed).map(time::finnish),
            _ => day(prescribed).map(|day| day.and_time(NaiveTime::MIN)),
        };
        if prescribed_at.is_none() && !prescribed.is_empty() {
            not(if entry.said.basis == Basis::Telephone {
                "prescribed-time-invalid"
            } else {
                "prescribed-day-invalid"
            });
        }
        let last = with.valid_until.trim();
        let valid_until = day(last);
        if valid_until.is_none() && !last.is_empty() {
            not("prescribed-day-invalid");
        }
        let to_store = ToStore {
            identity_code,
            patient: name(&with.given, &with.family),
            prescriber: name(&with.prescriber_given, &with.prescriber_family),
            registration,
            prescriber_id: is_identifier.then(|| number.to_owned()),
            right: Right::new(&with.prescriber_right),
            prescribed_at,
            vnr,
            product: with.product.clone(),
            amount,
            unit: with.unit.clone(),
            dosage: with.dosage.clone(),
            purpose: with.purpose.clone(),
            why: with.why.clone(),
            why_words: with.why_words.clone(),
            valid_until,
            reason: with.reason.clone().filter(|reason| !reason.trim().is_empty()),
        };
        Ok(Read { to_store, wrong })
    }
}

/// First names and family name of a name as it was written: the last word is the family's.
fn told_apart<'a>(words: impl Iterator<Item = &'a str>) -> (String, String) {
    let words: Vec<&str> = words.collect();
    match words.split_last() {
        Some((family, given)) => (given.join(" "), (*family).to_owned()),
        None => (String::new(), String::new()),
    }
}

fn name(given: &str, family: &str) -> PersonName {
    let given = given.split_whitespace().map(str::to_owned).collect();
    PersonName { given, family: family.to_owned(), ..PersonName::default() }
}

/// "25.11.2026".
fn day(text: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(text, "%d.%m.%Y").ok()
}
