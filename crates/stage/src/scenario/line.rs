//! How the lines of a scenario are written: first what must be answered, behind the last colon, then who acts, then the
//! deed with its clauses. Tables of patterns say which words mean what.

use anyhow::{Context, Result, bail};
use kanta::{Basis, OnBehalf};
use prescription::{CancellationKind, Consent, QueryReason, RenewalState, StoredKind};

use super::cast::{person, place_called, who_acts};
use super::clause::{clauses, said};
use super::deed::{About, Act, Answer, Ask, CentreDeed, Deed, Expect, How, MarkDeed, Only, Uses, What, Wrong};
use super::particulars::{lot, much, of_cancellation, of_correction, of_lot, of_order, order};
use crate::story::{Word, number, table};

/// What a line says.
pub fn read(text: &str) -> Result<(Deed, Answer)> {
    let (deed, answer) = match text.rsplit_once(": ") {
        Some((deed, answer)) if !answer.contains('"') => (deed, Some(answer)),
        _ => (text, None),
    };
    let answer = answer.map_or(Ok(Answer::Accepted), answered)?;
    Ok((deed_of(deed)?, answer))
}

fn answered(text: &str) -> Result<Answer> {
    let words = crate::story::split(text)?;
    if let Some(rules) = text.strip_prefix("refused by ") {
        let rules: Vec<String> = rules.split([',', ' ']).filter(|w| !w.is_empty() && *w != "and").map(owned).collect();
        anyhow::ensure!(rules.iter().all(|rule| is_rule(rule)), "`{text}` names no rule");
        return Ok(Answer::Rules(rules));
    }
    let words = words.as_slice();
    table! { words;
        "accepted" [] => Answer::Accepted;
        "repeated" [] => Answer::Repeated;
        "one of the two is refused" [] => Answer::OneOfTwo;
        "refused with _" [code] => Answer::Code(owned(code), None);
        "refused with _ about _" [code about] => Answer::Code(owned(code), Some(owned(about)));
        "no answer _" [code] => Answer::Silence(bracketed(code)?);
        "finds nothing" [] => Answer::Finds(0, None);
        "finds _" [n] => Answer::Finds(number(n)?, None);
        "finds _ on _ page" [n pages] => Answer::Finds(number(n)?, Some(number(pages)?));
        "finds _ on _ pages" [n pages] => Answer::Finds(number(n)?, Some(number(pages)?));
    }
    bail!("nobody answers `{text}`")
}

fn deed_of(text: &str) -> Result<Deed> {
    if let Some(rest) = text.strip_prefix("expect ") {
        return expected(rest);
    }
    if let Some(deed) = happening(&crate::story::split(text)?)? {
        return Ok(deed);
    }
    let (by, rest) = who_acts(text).context("nobody of the cast does this")?;
    if let Some((other, rest)) = rest.strip_prefix("and ").and_then(who_acts) {
        let rest = rest.strip_suffix(" at the same moment").context("two act only `at the same moment`")?;
        let rest = rest.strip_prefix("dispense").context("two can only dispense")?;
        let (one, other) = (act(by, &format!("dispenses{rest}"))?, act(other, &format!("dispenses{rest}"))?);
        return Ok(Deed::Together(Box::new((one, other))));
    }
    if ["searches ", "fetches ", "takes ", "looks ", "settles "].iter().any(|verb| rest.starts_with(verb)) {
        return Ok(Deed::Ask(Box::new(ask(by, rest)?)));
    }
    Ok(Deed::Act(Box::new(act(by, rest)?)))
}

/// What nobody of the cast does.
fn happening(words: &[Word]) -> Result<Option<Deed>> {
    let order = |text: &str| Deed::Centre(CentreDeed::Order(text.to_owned()));
    let read = || -> Result<Deed> {
        table! { words;
            "_ days later" [n] => Deed::Later(chrono::Duration::days(number(n)?.into()));
            "_ day later" [n] => Deed::Later(chrono::Duration::days(number(n)?.into()));
            "_ hours later" [n] => Deed::Later(chrono::Duration::hours(number(n)?.into()));
            "_ minutes later" [n] => Deed::Later(chrono::Duration::minutes(number(n)?.into()));
            "the right of _ ends" [name] => Deed::RightEnds(person(name)?);
            "the certificate of _ _ is revoked" [a b] => Deed::Revoke(place_called(&format!("{a} {b}"))?);
            "the Centre stops" [] => Deed::Centre(CentreDeed::Stop);
            "the Centre starts" [] => Deed::Centre(CentreDeed::Start);
            "the Centre is killed" [] => Deed::Centre(CentreDeed::Kill);
            "the Centre restarts" [] => order("restart");
            "the Centre loses the next question" [] => order("drop-request any");
            "the Centre loses the next document" [] => order("drop-request store");
            "the Centre loses its next answer" [] => order("drop-answer any");
            "the Centre answers the next document twice" [] => order("answer-twice store");
            "the Centre answers the next document _ s late" [n] => order(&format!("delay-answer {}000 store", number(n)?));
            "the Centre refuses the next document with _" [code] => order(&format!("refuse {code} store"));
            "the Centre cannot be reached" [] => order("unreachable");
            "the Centre can be reached" [] => order("reachable");
            "the Centre shows only what it has now" [] => order("stale");
            "the Centre shows everything again" [] => order("fresh");
            "the Centre's clock goes _ minutes ahead" [n] => order(&format!("skew {}", number(n)? * 60));
            "the Centre's clock goes _ minutes behind" [n] => order(&format!("skew -{}", number(n)? * 60));
            "the Centre's clock is right again" [] => order("skew 0");
            "the Centre's disk is full" [] => order("disk-full");
            "the Centre's disk has room again" [] => order("disk-free");
        }
        bail!("none of these")
    };
    Ok(read().ok())
}

fn act(by: &'static str, text: &str) -> Result<Act> {
    let mut rest = clauses(text)?;
    anyhow::ensure!(!rest.is_empty(), "nothing is done");
    let mut first = rest.remove(0);
    let mut act = Act { by, what: What::Same(None), of: None, because: None, how: How::default() };
    let is_name = |word: &Word| word.text.chars().next().is_some_and(char::is_uppercase);
    if let [.., of, name] = first.as_slice()
        && of.text == "of"
        && is_name(name)
        && first.first().is_some_and(|verb| verb.text == "dispenses")
    {
        act.of = Some(name.text.clone());
        first.truncate(first.len() - 2);
    }
    act.what = what(&first)?;
    for clause in &rest {
        if common(clause, &mut act)? || specific(clause, &mut act.what)? {
            continue;
        }
        bail!("nobody knows what `{}` means here", said(clause));
    }
    Ok(act)
}

fn what(words: &[Word]) -> Result<What> {
    let cancellation =
        || What::Cancellation { kind: CancellationKind::Care, consent: Some(Consent::Oral), reason: owned("2") };
    let stored = |kind: StoredKind, rest: &[Word]| Ok(What::Stored(kind, Some(owned("1")), order(rest)?));
    if let [verb, amount @ ..] = words
        && verb.text == "dispenses"
    {
        return Ok(What::Dispensation(lot(much(amount)?)));
    }
    if let [verb, rest @ ..] = words
        && verb.text == "writes"
    {
        return Ok(What::Prescription(order(rest)?));
    }
    if let [types, into, a, kind, prescription, of, rest @ ..] = words
        && format!("{} {} {} {} {}", types.text, into.text, a.text, prescription.text, of.text)
            == "types in a prescription of"
    {
        return match kind.text.as_str() {
            "paper" => stored(StoredKind::Paper, rest),
            "telephone" => stored(StoredKind::Telephone, rest),
            other => bail!("a {other} prescription is none that a pharmacy stores"),
        };
    }
    if let [corrects, the, dispensation, to, amount @ ..] = words
        && format!("{} {} {}", corrects.text, the.text, dispensation.text) == "corrects the dispensation"
        && to.text == "to"
    {
        return Ok(What::DispensationCorrection(0, lot(much(amount)?)));
    }
    table! { words;
        "sends the same again" [] => What::Same(None);
        "sends the last document of _ again" [name] => What::Same(Some(person(name)?));
        "locks it" [] => What::Mark(MarkDeed::Lock);
        "unlocks it" [] => What::Mark(MarkDeed::Unlock);
        "reserves it" [] => What::Mark(MarkDeed::Reserve);
        "releases it" [] => What::Mark(MarkDeed::Release);
        "marks it for dose dispensing" [] => What::Mark(MarkDeed::DoseDispensing);
        "ends its dose dispensing" [] => What::Mark(MarkDeed::DoseDispensingEnd);
        "gives it back" [] => What::Mark(MarkDeed::GiveBack);
        "corrects it" [] => What::Correction { changes: vec![], reason: owned("4") };
        "cancels it" [] => cancellation();
        "cancels the dispensation" [] => What::DispensationCancellation(0);
        "cancels dispensation _" [n] => What::DispensationCancellation(usize::try_from(number(n)?)?);
        "asks _ _ to renew it" [a b] =>
            What::RenewalRequest { unit: place_called(&format!("{a} {b}"))?, consent: Consent::Oral };
        "rejects the renewal" [] => What::RenewalAnswer(RenewalState::Rejected);
        "returns the renewal" [] => What::RenewalAnswer(RenewalState::Returned);
        "renews it" [] => What::RenewalAnswer(RenewalState::Renewed);
    }
    bail!("nobody does `{}`", said(words))
}

/// Clauses that fit every document.
fn common(words: &[Word], act: &mut Act) -> Result<bool> {
    if let [because, why] = words
        && because.text == "because"
        && why.quoted
    {
        act.because = Some(why.text.clone());
        return Ok(true);
    }
    if let [of, name] = words
        && of.text == "of"
    {
        act.of = Some(name.text.clone());
        return Ok(true);
    }
    how(words, &mut act.how)
}

fn how(words: &[Word], how: &mut How) -> Result<bool> {
    let wrong = |how: &mut How, wrong| how.wrong = Some(wrong);
    let ago = |n: &str, unit: fn(i64) -> chrono::Duration| -> Result<chrono::Duration> { Ok(unit(number(n)?.into())) };
    let mut read = || -> Result<()> {
        table! { words;
            "signed by the system of _ _" [a b] => how.system = Some(place_called(&format!("{a} {b}"))?);
            "signed by _" [name] => how.signer = Some(person(name)?);
            "with _ as the user" [name] => how.user = Some(if name == "nobody" { None } else { Some(person(name)?) });
            "over the connection of _ _" [a b] => how.connection = Some(place_called(&format!("{a} {b}"))?);
            "late" [] => how.late = true;
            "from version _" [n] => how.version = Some(number(n)?);
            "_ days ago" [n] => how.ago = ago(n, chrono::Duration::days)?;
            "_ hours ago" [n] => how.ago = ago(n, chrono::Duration::hours)?;
            "_ minutes ago" [n] => how.ago = ago(n, chrono::Duration::minutes)?;
            "in _ minutes" [n] => how.ago = -ago(n, chrono::Duration::minutes)?;
            "without a signature" [] => wrong(how, Wrong::Unsigned);
            "changed after signing" [] => wrong(how, Wrong::ChangedAfterSigning);
            "with another birth date in its header" [] => wrong(how, Wrong::OtherBirthDate);
            "with a document type declaration" [] => wrong(how, Wrong::DocumentTypeDeclaration);
            "larger than a document may be" [] => wrong(how, Wrong::TooLarge);
            "cut short" [] => wrong(how, Wrong::CutShort);
            "under the identifier of the last one" [] => wrong(how, Wrong::UsedIdentifier);
            "for another patient" [] => wrong(how, Wrong::OtherPatient);
            "of a prescription that nobody knows" [] => wrong(how, Wrong::UnknownPrescription);
        }
        bail!("none of these")
    };
    Ok(read().is_ok())
}

/// Clauses of one kind of document.
fn specific(words: &[Word], what: &mut What) -> Result<bool> {
    match what {
        What::Prescription(order) => of_order(words, order),
        What::Stored(_, reason, order) => {
            if words.len() == 2 && words.first().is_some_and(|word| word.text == "reason") {
                *reason = words.get(1).map(|word| word.text.clone());
                return Ok(true);
            }
            of_order(words, order)
        }
        What::Dispensation(lot) | What::DispensationCorrection(_, lot) => of_lot(words, lot),
        What::Correction { changes, reason } => of_correction(words, changes, reason),
        What::Cancellation { kind, consent, reason } => of_cancellation(words, kind, consent, reason),
        What::RenewalRequest { consent, .. } => {
            *consent = if said(words) == "the patient refuses" { Consent::Refused } else { return Ok(false) };
            Ok(true)
        }
        What::Same(_) | What::DispensationCancellation(_) | What::Mark(_) | What::RenewalAnswer(_) => Ok(false),
    }
}

fn ask(by: &'static str, text: &str) -> Result<Ask> {
    let mut rest = clauses(text)?;
    let about = about(&rest.remove(0))?;
    let supervises = matches!(about, About::Uses(_) | About::Settling);
    let mut ask = Ask {
        by,
        about,
        reason: QueryReason::Dispensing,
        in_words: None,
        behalf: None,
        only: vec![],
        page: None,
        how: How::default(),
    };
    if supervises {
        ask.reason = QueryReason::Supervision;
    }
    for clause in &rest {
        if how(clause, &mut ask.how)? || of_question(clause, &mut ask)? {
            continue;
        }
        bail!("nobody knows what `{}` means here", said(clause));
    }
    Ok(ask)
}

fn about(words: &[Word]) -> Result<About> {
    table! { words;
        "searches _" [name] => About::People(vec![owned(name)]);
        "searches _ and _" [one other] => About::People(vec![owned(one), owned(other)]);
        "searches _ people" [n] => About::ManyPeople(number(n)?);
        "searches somebody who may be alive" [] => About::LivingPerson;
        "searches its identifier" [] => About::Identifier(None);
        "searches the identifier of _" [name] => About::Identifier(Some(owned(name)));
        "searches its own dispensations" [] => About::OwnPharmacy;
        "searches the dispensations of _ _" [a b] => About::Pharmacy(place_called(&format!("{a} {b}"))?);
        "fetches it" [] => About::Documents(None);
        "takes it in hand" [] => About::Documents(None);
        "fetches _" [name] => About::Documents(Some(owned(name)));
        "fetches the last document" [] => About::LastDocument;
        "looks at uses" [] => About::Uses(Uses::All);
        "looks at refused uses" [] => About::Uses(Uses::Refused);
        "looks at searches without a dispensation" [] => About::Uses(Uses::SearchesWithoutDispensation);
        "looks at what is in conflict" [] => About::Uses(Uses::InConflict);
        "settles the last document" [] => About::Settling;
    }
    bail!("nobody asks `{}`", said(words))
}

fn of_question(words: &[Word], ask: &mut Ask) -> Result<bool> {
    let behalf = |basis| Some(OnBehalf::with(basis));
    let mut read = || -> Result<()> {
        table! { words;
            "with reason _" [code] => ask.reason = code.into();
            "with reason _ in words _" [code text] =>
                (ask.reason, ask.in_words) = (code.into(), Some(owned(text)));
            "as a guardian" [] => ask.behalf = behalf(Basis::Guardian);
            "with the patient's instruction" [] => ask.behalf = behalf(Basis::Instruction);
            "with an authorisation" [] => ask.behalf = behalf(Basis::ElectronicAuthorisation);
            "with a Kela card" [] => ask.behalf = behalf(Basis::KelaCard);
            "with a Kela card and naming _" [name] =>
                ask.behalf = Some(OnBehalf { medicine: Some(owned(name)), ..OnBehalf::with(Basis::KelaCard) });
            "undispensed ones" [] => ask.only.push(Only::Undispensed);
            "partly dispensed ones" [] => ask.only.push(Only::Partly);
            "locked ones" [] => ask.only.push(Only::Locked);
            "reserved ones" [] => ask.only.push(Only::Reserved);
            "written in the last _ days" [n] => ask.only.push(Only::Since(number(n)?.into()));
            "_ at a time" [n] => ask.page = Some(number(n)?);
        }
        bail!("none of these")
    };
    Ok(read().is_ok())
}

fn expected(text: &str) -> Result<Deed> {
    let mut rest = clauses(text)?;
    let first = rest.remove(0);
    let of = match rest.as_slice() {
        [] => None,
        [clause] => match clause.as_slice() {
            [of, name] if of.text == "of" => Some(name.text.clone()),
            _ => bail!("of which prescription?"),
        },
        _ => bail!("one thing is expected at a time"),
    };
    Ok(Deed::Expect(seen(&first)?, of))
}

fn seen(words: &[Word]) -> Result<Expect> {
    let pharmacy = |a: &str, b: &str| place_called(&format!("{a} {b}"));
    table! { words;
        "_ _ left" [amount unit] => Expect::Left(format!("{amount} {unit}"));
        "nothing dispensed" [] => Expect::Dispensed("not");
        "partly dispensed" [] => Expect::Dispensed("partly");
        "fully dispensed" [] => Expect::Dispensed("fully");
        "cancelled" [] => Expect::Cancelled(true);
        "not cancelled" [] => Expect::Cancelled(false);
        "locked by _ _" [a b] => Expect::Locked(Some(pharmacy(a, b)?));
        "not locked" [] => Expect::Locked(None);
        "reserved by _ _" [a b] => Expect::Reserved(Some(pharmacy(a, b)?));
        "not reserved" [] => Expect::Reserved(None);
        "version _" [n] => Expect::Version(number(n)?);
        "expired" [] => Expect::Expired(true);
        "not expired" [] => Expect::Expired(false);
        "renewal requested" [] => Expect::Renewal(RenewalState::Requested);
        "renewal rejected" [] => Expect::Renewal(RenewalState::Rejected);
        "renewal returned" [] => Expect::Renewal(RenewalState::Returned);
        "renewal lapsed" [] => Expect::Renewal(RenewalState::Lapsed);
        "renewed" [] => Expect::Renewal(RenewalState::Renewed);
        "dosage _" [text] => Expect::Dosage(owned(text));
        "no dispensations" [] => Expect::Dispensations(0);
        "exactly _ dispensation" [n] => Expect::Dispensations(number(n)?);
        "exactly _ dispensations" [n] => Expect::Dispensations(number(n)?);
        "a _ in the log" [event] => Expect::Logged(owned(event), None);
        "a _ in the log refused with _" [event code] => Expect::Logged(owned(event), Some(owned(code)));
        "the Centre sound" [] => Expect::Sound;
        "the conflict _ in the log" [code] => Expect::Conflict(owned(code));
    }
    bail!("nobody knows this expectation")
}

fn is_rule(word: &str) -> bool {
    word.split_once('-').is_some_and(|(letters, number)| {
        letters.chars().all(|letter| letter.is_ascii_uppercase()) && number.starts_with(|c: char| c.is_ascii_digit())
    })
}

/// "(answer-lost)" without its brackets.
fn bracketed(text: &str) -> Result<String> {
    Ok(text
        .strip_prefix('(')
        .and_then(|text| text.strip_suffix(')'))
        .context("which failure? `no answer (CODE)`")?
        .to_owned())
}

fn owned(text: &str) -> String {
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::deed::Much;

    #[test]
    fn a_line_is_who_does_what_and_what_must_be_answered() {
        let (deed, answer) = read("Lähteen apteekki dispenses 21 fol, from version 1: refused by DI-18").unwrap();
        assert_eq!(answer, Answer::Rules(vec!["DI-18".into()]));
        let Deed::Act(act) = deed else { panic!("{deed:?}") };
        assert_eq!((act.by, act.how.version), (test_authority::who::SOFIA, Some(1)));
        let (deed, answer) = read("Siri dispenses 1 package of 98 fol of AMLODIPIN").unwrap();
        assert_eq!(answer, Answer::Accepted);
        let Deed::Act(act) = deed else { panic!("{deed:?}") };
        assert_eq!(act.of.as_deref(), Some("AMLODIPIN"));
        assert_eq!(act.what, What::Dispensation(lot(Much::Packages(1, 98.into(), "fol".into()))));
        let (_, answer) = read("Siri searches Aino, 2 at a time: finds 5 on 3 pages").unwrap();
        assert_eq!(answer, Answer::Finds(5, Some(3)));
        assert!(read("Siri dispenses 21 fol, upside down").is_err());
        assert!(read("Siri locks it because \"kysymys: annos?\"").is_ok(), "a colon within quotes is no answer");
    }
}
