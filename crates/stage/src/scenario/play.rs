//! Plays a scenario: each line is done over the real connections, and what is answered is held against what the line
//! says. The first line that goes otherwise ends it, with what was expected and what was seen.

use std::time::Instant;

use anyhow::{Context, Result, anyhow, bail};
use chrono::{DateTime, Duration, Utc};
use kanta::metadata::{Days, DispenseStatus, Metadata, Query};
use kanta::mr::{FetchQuery, StoreRequest};
use kanta::{Party, Requester, User};
use kanta_client::ClientError;
use prescription::{DocumentReference, Oid, PersonIdentityCode, QueryReason, SignedBy, Signers, time};

use super::Scenario;
use super::answers::{Came, count, held_against, not_answered, same, searched, stored, told};
use super::cast::Cast;
use super::deed::{About, Act, Answer, Ask, CentreDeed, Deed, Expect, How, Line, Only, What, Wrong};
use super::held::{Held, Made, accept};
use super::office::Office;
use super::papers::{Occasion, Paper, Papers};
use super::supervision::uses;
use crate::run::Played;
use crate::world::World;

/// The oldest signature that a certificate of the test authority covers: what is older is signed today, as the Centre's
/// keeper does with prescriptions of long ago.
const OLDEST_SIGNATURE: Duration = Duration::days(25);

/// Plays all lines, until one goes otherwise; `tell` hears of each.
pub fn play(world: &mut World, scenario: &Scenario, mut tell: impl FnMut(&Played)) -> Result<bool> {
    let cast = Cast::new(world.authority().people())?;
    let office = Office::new(world.authority().directory(), world.centre.port());
    let signers = scenario.signers()?;
    let mut stage = Stage { papers: Papers::new(cast)?, office, world, signers, held: vec![], last: vec![] };
    for line in &scenario.lines {
        let begun = Instant::now();
        let result = stage.line(line).map_err(|error| format!("{error:#}"));
        let failed = result.is_err();
        tell(&Played { words: line.text.clone(), took: begun.elapsed(), result });
        if failed {
            return Ok(false);
        }
    }
    Ok(true)
}

struct Stage<'a> {
    world: &'a mut World,
    office: Office,
    papers: Papers,
    signers: Signers,
    /// Prescriptions, in the order in which they were written.
    held: Vec<Held>,
    /// What was sent, the newest last.
    last: Vec<Sent>,
}

/// A document as it was sent.
#[derive(Clone)]
struct Sent {
    by: &'static str,
    reference: DocumentReference,
    version: u32,
    bytes: Vec<u8>,
    made: Made,
    reason: QueryReason,
}

impl Stage<'_> {
    fn line(&mut self, line: &Line) -> Result<String> {
        match &line.deed {
            Deed::Later(time) => {
                self.world.clock.pass(*time)?;
                Ok(time::finnish(self.now()).format("%-d.%-m.%Y %H.%M").to_string())
            }
            Deed::Centre(deed) => self.centre(deed),
            Deed::RightEnds(who) => {
                self.world.centre.end_right(who, self.now())?;
                Ok(String::new())
            }
            Deed::Revoke(place) => {
                self.world.revoke(place)?;
                self.office.hang_up();
                Ok(String::new())
            }
            Deed::Act(act) => {
                let came = self.act(act)?;
                held_against(&came, &line.answer)
            }
            Deed::Together(both) => self.together(&both.0, &both.1, &line.answer),
            Deed::Ask(ask) => {
                let came = self.ask(ask)?;
                held_against(&came, &line.answer)
            }
            Deed::Expect(expect, of) => self.expect(expect, of.as_deref()),
        }
    }

    fn now(&self) -> DateTime<Utc> {
        self.world.clock.now()
    }

    fn centre(&mut self, deed: &CentreDeed) -> Result<String> {
        match deed {
            CentreDeed::Order(order) => self.world.centre.tell(order)?,
            CentreDeed::Stop => self.world.centre.stop().map(|()| String::new())?,
            CentreDeed::Start => self.world.centre.start().map(|()| String::new())?,
            CentreDeed::Kill => self.world.centre.kill().map(|()| String::new())?,
        };
        Ok(String::new())
    }

    /// The prescription of a name, or the last one.
    fn of(&self, name: Option<&str>) -> Result<&Held> {
        let is_it = |held: &&Held| match (name, held.versions.first()) {
            (None, _) => true,
            (Some(name), Some(first)) => first.product.name().starts_with(name),
            (Some(_), None) => false,
        };
        self.held.iter().rev().find(is_it).context("no such prescription was written")
    }

    fn act(&mut self, act: &Act) -> Result<Came> {
        let sent = self.made(act)?;
        if self.is_loaded(act)? {
            return self.load(&sent);
        }
        let place = act.how.connection.map_or_else(|| self.papers.cast.workplace(act.by), Ok)?;
        let client = self.office.client(place)?;
        let request = self.request(&sent, &act.how)?;
        let came = stored(&client, &request);
        self.note(sent, &came);
        Ok(came)
    }

    /// The document of an act, made and signed, or that which was sent before.
    fn made(&mut self, act: &Act) -> Result<Sent> {
        if let What::Same(of) = &act.what {
            let by = of.unwrap_or(act.by);
            let before = self.last.iter().rev().find(|sent| sent.by == by);
            return before.cloned().context("nothing was sent before");
        }
        let at = self.now() - act.how.ago;
        let last = self.last.last().map(|sent| sent.reference.clone());
        let occasion = Occasion {
            by: act.by,
            at: time::finnish(at),
            because: act.because.as_deref(),
            how: &act.how,
            last: last.as_ref(),
        };
        let held = self.of(act.of.as_deref()).ok().cloned();
        let paper = self.papers.make(&act.what, held.as_ref(), occasion)?;
        let bytes = self.finished(&paper, act, at)?;
        let Paper { reference, version, made, .. } = paper;
        Ok(Sent { by: act.by, reference, version, bytes, made, reason: reason_of(&act.what) })
    }

    /// The signed document, with what is wrong with it.
    fn finished(&mut self, paper: &Paper, act: &Act, at: DateTime<Utc>) -> Result<Vec<u8>> {
        let signed_by = self.signers.of(&paper.reference.document_type);
        let unsigned = act.how.wrong == Some(Wrong::Unsigned) || signed_by == SignedBy::Nobody;
        let now = self.now();
        let signed_at = if now - at > OLDEST_SIGNATURE { now } else { at };
        let bytes = if unsigned {
            paper.bytes.clone()
        } else if signed_by == SignedBy::System {
            let place = act.how.system.map_or_else(|| self.papers.cast.workplace(act.by), Ok)?.to_owned();
            self.office.sign_as_system(&paper.bytes, &place, signed_at)?
        } else {
            self.office.sign(&paper.bytes, act.how.signer.unwrap_or(act.by), signed_at)?
        };
        spoiled(bytes, act.how.wrong)
    }

    /// Prescriptions of the past, and those of a care unit without a connection, come in by the Centre's keeper.
    fn is_loaded(&self, act: &Act) -> Result<bool> {
        let is_prescription = matches!(act.what, What::Prescription(_));
        Ok(is_prescription
            && (act.how.ago > Duration::zero() || !self.office.is_connected(self.papers.cast.workplace(act.by)?)))
    }

    fn load(&mut self, sent: &Sent) -> Result<Came> {
        let file = self.world.folder().join("loaded.xml");
        std::fs::write(&file, &sent.bytes)?;
        self.world.centre.load(&file)?;
        let came = Came::Accepted;
        self.note(sent.clone(), &came);
        Ok(came)
    }

    fn note(&mut self, sent: Sent, came: &Came) {
        if matches!(came, Came::Accepted) {
            accept(sent.made.clone(), &mut self.held);
        }
        self.last.push(sent);
    }

    fn request(&mut self, sent: &Sent, how: &How) -> Result<StoreRequest> {
        let now = self.now();
        Ok(StoreRequest {
            frame: self.office.frame(now),
            requester: self.requester(sent.by, sent.reason.clone(), how)?,
            reference: sent.reference.clone(),
            version: sent.version,
            document: sent.bytes.clone(),
            late: how.late,
        })
    }

    fn requester(&self, by: &str, reason: QueryReason, how: &How) -> Result<Requester> {
        let cast = &self.papers.cast;
        let unit = cast.organisation(cast.workplace(by)?)?;
        let user = match how.user {
            None => Some(by),
            Some(other) => other,
        };
        let user = user.map(|slug| cast.professional(slug)).transpose()?;
        Ok(Requester {
            system: Party { id: unit.id.child(16).child(1), name: "Tiski".to_owned() },
            pharmacy: Party::from(&unit),
            user: user.as_ref().and_then(User::with_card),
            reason,
            reason_text: None,
            on_behalf: None,
        })
    }

    /// Two documents that set out at the same moment; what is left is looked at by the lines that follow.
    fn together(&mut self, one: &Act, other: &Act, answer: &Answer) -> Result<String> {
        anyhow::ensure!(*answer == Answer::OneOfTwo, "of two at once `one of the two is refused`");
        let mut both = vec![];
        for act in [one, other] {
            let sent = self.made(act)?;
            let client = self.office.client(self.papers.cast.workplace(act.by)?)?;
            let request = self.request(&sent, &act.how)?;
            both.push((client, request, sent));
        }
        let came: Vec<Came> = std::thread::scope(|scope| {
            let threads: Vec<_> =
                both.iter().map(|(client, request, _)| scope.spawn(move || stored(client, request))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap_or(Came::NoAnswer("panic".to_owned()))).collect()
        });
        let told: Vec<String> = came.iter().map(told).collect();
        let accepted = came.iter().filter(|came| matches!(came, Came::Accepted)).count();
        let refused = came.iter().filter(|came| matches!(came, Came::Refused(_))).count();
        for ((_, _, sent), came) in both.into_iter().zip(&came) {
            self.note(sent, came);
        }
        anyhow::ensure!(
            (accepted, refused) == (1, 1),
            "expected: one accepted, one refused; seen: {}",
            told.join("; ")
        );
        Ok(told.join("; "))
    }

    fn ask(&mut self, ask: &Ask) -> Result<Came> {
        let cast = &self.papers.cast;
        let place = ask.how.connection.map_or_else(|| cast.workplace(ask.by), Ok)?;
        let mut requester = self.requester(ask.by, ask.reason.clone(), &ask.how)?;
        requester.on_behalf = ask.behalf.clone();
        requester.reason_text = ask.in_words.clone();
        let place = place.to_owned();
        let client = self.office.client(&place)?;
        let frame = self.office.frame(self.now());
        let fetched = |answer: Result<u32, ClientError>| match answer {
            Ok(found) => Ok(Came::Found(found, 1)),
            Err(error) => not_answered(error),
        };
        match &ask.about {
            About::Documents(name) => {
                let set = self.of(name.as_deref())?.newest()?.reference.set_id.clone();
                let query = FetchQuery { identifiers: vec![set], document: None };
                fetched(client.fetch(&query, &requester, &frame).map(|found| count(found.len())))
            }
            About::LastDocument => {
                let id = self.last.last().context("nothing was sent yet")?.reference.id.clone();
                fetched(client.document(&id, &requester, &frame).map(|found| u32::from(found.is_some())))
            }
            About::Uses(which) => uses(&client, *which, &requester),
            About::Settling => {
                let id = &self.last.last().context("nothing was sent yet")?.reference.id;
                client.settle(id, &requester).map_or_else(not_answered, |()| Ok(Came::Accepted))
            }
            about => {
                let query = self.query(about, ask, &requester)?;
                searched(&client, query, &requester)
            }
        }
    }

    fn query(&self, about: &About, ask: &Ask, requester: &Requester) -> Result<Query> {
        let mut query = Query::default();
        match about {
            About::People(names) => {
                for name in names {
                    let code = self.papers.cast.patient(name)?.identity_code.clone();
                    query.patients.push(code.with_context(|| format!("{name} has no identity code"))?);
                }
            }
            About::ManyPeople(number) => {
                let code = |day: u32| PersonIdentityCode::as_stated(&format!("{:02}0181-900C", day % 28 + 1));
                query.patients = (0..*number).map(code).collect();
            }
            About::LivingPerson => query.patients = vec![PersonIdentityCode::as_stated("010181-123A")],
            About::Identifier(name) => {
                query.identifiers = vec![self.of(name.as_deref())?.newest()?.reference.id.clone()];
            }
            About::OwnPharmacy => query.pharmacy = Some(requester.pharmacy.id.clone()),
            About::Pharmacy(place) => query.pharmacy = Some(self.papers.cast.organisation(place)?.id),
            About::Documents(_) | About::LastDocument | About::Uses(_) | About::Settling => bail!("no search"),
        }
        for only in &ask.only {
            match only {
                Only::Undispensed => query.dispense_states.push(DispenseStatus::Not),
                Only::Partly => query.dispense_states.push(DispenseStatus::Partly),
                Only::Locked => query.locked = Some(true),
                Only::Reserved => query.reserved = Some(true),
                Only::Since(days) => {
                    let from = time::finnish(self.now() - Duration::days(*days)).date();
                    query.prescribed = Days { from: Some(from), to: None };
                }
            }
        }
        query.page.size = ask.page;
        Ok(query)
    }

    /// What a search by identifier tells of a prescription, as a pharmacist with the patient's instruction sees it.
    fn seen(&mut self, name: Option<&str>) -> Result<Metadata> {
        let by = test_authority::who::SIRI;
        let requester = self.requester(by, QueryReason::Dispensing, &How::default())?;
        let id = self.of(name)?.newest()?.reference.id.clone();
        let query = Query { identifiers: vec![id], ..Query::default() };
        let client = self.office.client(test_authority::place::KUUSI)?;
        let answer = client.search(&query, &requester).map_err(|error| anyhow!("{error} {:?}", error.issues()))?;
        answer.prescriptions.into_iter().next().context("the Centre shows no such prescription")
    }

    fn expect(&mut self, expect: &Expect, of: Option<&str>) -> Result<String> {
        match expect {
            Expect::Sound => return self.world.centre.verify(),
            Expect::Dispensations(number) => {
                let seen = self.world.centre.dispensations()?;
                return same(&seen.to_string(), &number.to_string());
            }
            Expect::Conflict(code) => {
                let (_, use_of) = self.world.centre.last_of_log()?;
                let seen = use_of.detail.unwrap_or_else(|| "none".to_owned());
                anyhow::ensure!(seen.split(' ').any(|one| one == code), "expected: {code}; seen: {seen}");
                return Ok(seen);
            }
            Expect::Logged(event, error) => {
                let (seen_event, use_of) = self.world.centre.last_of_log()?;
                let told = |event: &str, error: &Option<String>| {
                    error.as_ref().map_or_else(|| event.to_owned(), |code| format!("{event} refused with {code}"))
                };
                return same(&told(&seen_event, &use_of.error), &told(event, error));
            }
            _ => {}
        }
        let seen = self.seen(of)?;
        let owner =
            |owner: &Option<Oid>| owner.as_ref().map_or_else(|| "nobody".to_owned(), |id| self.papers.cast.name_of(id));
        let wanted = |place: &Option<&'static str>| -> Result<String> {
            place.map_or(Ok("nobody".to_owned()), |slug| Ok(self.papers.cast.organisation(slug)?.name))
        };
        match expect {
            Expect::Left(left) => same(&seen.remaining_text.unwrap_or_else(|| "nothing is said".to_owned()), left),
            Expect::Dispensed(state) => same(seen.dispense_status.name(), state),
            Expect::Cancelled(yes) => same(&seen.state.cancelled.to_string(), &yes.to_string()),
            Expect::Locked(by) => same(&owner(&seen.state.locked_by), &wanted(by)?),
            Expect::Reserved(by) => same(&owner(&seen.state.reserved_by), &wanted(by)?),
            Expect::Version(number) => same(&seen.version.to_string(), &number.to_string()),
            Expect::Expired(yes) => same(&seen.expired.to_string(), &yes.to_string()),
            Expect::Renewal(state) => same(seen.renewal.as_deref().unwrap_or("0"), state.code()),
            Expect::Dosage(text) => same(seen.dosage_text.as_deref().unwrap_or_default(), text),
            Expect::Dispensations(_) | Expect::Logged(..) | Expect::Conflict(_) | Expect::Sound => {
                bail!("already looked at")
            }
        }
    }
}

/// Why a document is sent, as a query reason.
fn reason_of(what: &What) -> QueryReason {
    match what {
        What::Prescription(_) => QueryReason::Care,
        What::Correction { .. } => QueryReason::Correcting,
        What::Cancellation { .. } => QueryReason::Cancelling,
        What::DispensationCorrection(..) | What::DispensationCancellation(_) => QueryReason::CorrectingDispensation,
        What::RenewalRequest { .. } => QueryReason::SendingRenewal,
        What::RenewalAnswer(_) => QueryReason::HandlingRenewal,
        What::Stored(..) | What::Dispensation(_) | What::Same(_) | What::Mark(_) => QueryReason::Dispensing,
    }
}

/// The signed document with what is wrong with it.
fn spoiled(bytes: Vec<u8>, wrong: Option<Wrong>) -> Result<Vec<u8>> {
    let replaced = |from: &str, to: &str, after: &str| -> Result<Vec<u8>> {
        let text = std::str::from_utf8(&bytes)?;
        let begins = text.find(after).with_context(|| format!("the document has no {after}"))?;
        let (before, rest) = text.split_at(begins);
        anyhow::ensure!(rest.contains(from), "the document has no {from}");
        Ok(format!("{before}{}", rest.replacen(from, to, 1)).into_bytes())
    };
    Ok(match wrong {
        Some(Wrong::ChangedAfterSigning) => replaced("tabletti", "tablettia", "<structuredBody")?,
        Some(Wrong::OtherBirthDate) => replaced("birthTime value=\"19", "birthTime value=\"18", "<recordTarget")?,
        Some(Wrong::DocumentTypeDeclaration) => {
            replaced("<ClinicalDocument", "<!DOCTYPE ClinicalDocument>\n<ClinicalDocument", "<ClinicalDocument")?
        }
        Some(Wrong::TooLarge) => [bytes.as_slice(), &vec![b' '; cda::LARGEST_DOCUMENT]].concat(),
        Some(Wrong::CutShort) => bytes.get(..bytes.len() / 2).unwrap_or_default().to_vec(),
        Some(Wrong::Unsigned | Wrong::UsedIdentifier | Wrong::OtherPatient | Wrong::UnknownPrescription) | None => {
            bytes
        }
    })
}
