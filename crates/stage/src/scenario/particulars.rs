//! The clauses that belong to one kind of document: what is prescribed, given, corrected or cancelled, and how much.

use anyhow::{Result, bail};
use prescription::{CancellationKind, Consent, PrescriptionKind};
use rust_decimal::Decimal;

use super::cast::person;
use super::clause::said;
use super::deed::{Changed, Lot, Much, Order};
use crate::story::{Word, number, table};

/// A prescription: "DIAPAM 10 mg for Aino".
pub fn order(words: &[Word]) -> Result<Order> {
    let [product @ .., by, patient] = words else { bail!("what, and for whom?") };
    anyhow::ensure!(by.text == "for", "for whom?");
    Ok(Order {
        product: said(product),
        patient: patient.text.clone(),
        much: Much::Nothing,
        iterated: None,
        valid_for: None,
        endless: false,
        permanent: false,
        renewal_prohibited: false,
        substitution_prohibited: false,
        kind: PrescriptionKind::Ordinary,
        control: None,
        disclosure: None,
        dosage: owned("1 tabletti aamulla."),
        tablets_a_day: None,
        renews: false,
    })
}

/// A clause of a prescription.
pub fn of_order(words: &[Word], order: &mut Order) -> Result<bool> {
    let days = |n: &str| -> Result<i64> { Ok(number(n)?.into()) };
    if let Ok(much) = much(words) {
        order.much = much;
        return Ok(true);
    }
    let mut read = || -> Result<()> {
        table! { words;
            "iterated _ times" [n] => order.iterated = Some((number(n)?, None));
            "iterated _ times every _ days" [n days] => order.iterated = Some((number(n)?, Some(number(days)?)));
            "valid for _ more days" [n] => order.valid_for = Some(days(n)?);
            "valid until _ days ago" [n] => order.valid_for = Some(-days(n)?);
            "without a stated end" [] => order.endless = true;
            "regular medication" [] => order.permanent = true;
            "not to be renewed" [] => order.renewal_prohibited = true;
            "not to be substituted" [] => order.substitution_prohibited = true;
            "for a hospital pharmacy" [] => order.kind = PrescriptionKind::HospitalPharmacy;
            "for use abroad" [] => order.kind = PrescriptionKind::Abroad;
            "of the unknown class _" [class] => order.control = Some(owned(class));
            "disclosure _" [code] => order.disclosure = Some(code.into());
            "dosage _" [text] => order.dosage = owned(text);
            "_ tablets a day" [n] => order.tablets_a_day = Some(number(n)?);
            "as a renewal" [] => order.renews = true;
        }
        bail!("none of these")
    };
    Ok(read().is_ok())
}

/// A dispensation of so much.
pub fn lot(much: Much) -> Lot {
    Lot { much, product: None, substituted: None, stated_left: None, stated_over: None, reason: None, preparer: None }
}

/// A clause of a dispensation.
pub fn of_lot(words: &[Word], lot: &mut Lot) -> Result<bool> {
    if let [verb, product @ ..] = words
        && verb.text == "giving"
    {
        lot.product = Some(said(product));
        return Ok(true);
    }
    let mut read = || -> Result<()> {
        table! { words;
            "with the reason _" [reason] => lot.reason = Some(owned(reason));
            "marked as substituted" [] => lot.substituted = Some(true);
            "not marked as substituted" [] => lot.substituted = Some(false);
            "stating _ _ left" [amount unit] => lot.stated_left = Some(format!("{amount} {unit}"));
            "stating that it is over" [] => lot.stated_over = Some(true);
            "stating that it is not over" [] => lot.stated_over = Some(false);
            "prepared by _" [name] => lot.preparer = Some(person(name)?);
        }
        bail!("none of these")
    };
    Ok(read().is_ok())
}

/// A clause of a correction.
pub fn of_correction(words: &[Word], changes: &mut Vec<Changed>, reason: &mut String) -> Result<bool> {
    if let [what, to, amount @ ..] = words
        && what.text == "amount"
        && to.text == "to"
    {
        changes.push(Changed::Amount(much(amount)?));
        return Ok(true);
    }
    if let [what, to, product @ ..] = words
        && what.text == "product"
        && to.text == "to"
    {
        changes.push(Changed::Product(said(product)));
        return Ok(true);
    }
    let mut read = || -> Result<()> {
        table! { words;
            "dosage to _" [text] => changes.push(Changed::Dosage(owned(text)));
            "for a technical reason" [] => *reason = owned("7");
            "for another reason" [] => *reason = owned("5");
        }
        bail!("none of these")
    };
    Ok(read().is_ok())
}

/// A clause of a cancellation.
pub fn of_cancellation(
    words: &[Word],
    kind: &mut CancellationKind,
    consent: &mut Option<Consent>,
    reason: &mut String,
) -> Result<bool> {
    match said(words).as_str() {
        "without the patient's consent" => *consent = None,
        "the patient refuses" => *consent = Some(Consent::Refused),
        "for a technical reason" => (*kind, *consent, *reason) = (CancellationKind::Technical, None, owned("7")),
        "the patient has died" => (*kind, *consent) = (CancellationKind::Death, None),
        "as a lapse" => (*kind, *consent) = (CancellationKind::Lapse, None),
        "for false information" => {
            (*kind, *consent, *reason) = (CancellationKind::CausedByPatient, None, owned("8"));
        }
        _ => return Ok(false),
    }
    Ok(true)
}

/// "21 fol", "3 packages of 98 fol", "for 12 months", "nothing to dispense".
pub fn much(words: &[Word]) -> Result<Much> {
    let decimal = |text: &str| -> Result<Decimal> { Ok(text.replace(',', ".").parse()?) };
    table! { words;
        "_ packages of _ _" [n size unit] => Much::Packages(number(n)?, decimal(size)?, owned(unit));
        "_ package of _ _" [n size unit] => Much::Packages(number(n)?, decimal(size)?, owned(unit));
        "for _ months" [n] => Much::Months(number(n)?);
        "nothing to dispense" [] => Much::Nothing;
        "_ _" [amount unit] => Much::Total(decimal(amount)?, owned(unit));
    }
    bail!("`{}` is no amount", said(words))
}

fn owned(text: &str) -> String {
    text.to_owned()
}
