//! The steps of a story and how each is written. One table: a pattern, and what it means.

use std::time::Duration;

use anyhow::{Result, bail};

use super::words::{self, Word, number};

/// One line of a story.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Its line in the file.
    pub line: usize,
    /// As it was written; PINs and identity codes included, so only for [`crate::mask::line`].
    pub text: String,
    /// What it means.
    pub act: Act,
}

/// What is done, or looked at.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// Log in with PIN1.
    LogIn(String),
    /// Log out.
    LogOut,
    /// Search by identity code or identifier; for whom somebody else is here, with what right, naming which medicine.
    Search {
        /// What is typed or scanned.
        text: String,
        /// The basis: guardian, instruction, kela-card, electronic-authorisation.
        basis: Option<&'static str>,
        /// The medicine that is named.
        medicine: Option<String>,
    },
    /// Take a prescription in hand, by the beginning of its product's name.
    Open(String),
    /// Change how many units are given.
    ProposeAmount(String),
    /// Choose another package by its number.
    ProposePackage(String),
    /// Scan a code with a scanner that types.
    Scan(String),
    /// Take back the learnt code by which the package was recognised.
    TakeBackCode,
    /// Scan a code with the scanner at the serial port.
    ScanAtPort(String),
    /// Plug that scanner in, or pull it out.
    PlugScanner(bool),
    /// Put aside what was scanned and is not the chosen package.
    PutAside,
    /// Say that the number nobody knew is the chosen package's.
    ConfirmScan,
    /// State a reason.
    ProposeReason(String),
    /// Deviate from the prescription by a paragraph, for a code's reason, in words.
    Deviate {
        /// "57f" or "57g".
        path: String,
        /// The reason's code.
        code: String,
        /// What is done otherwise.
        words: String,
    },
    /// Say until when what the pharmacy makes may be used, and what a package of it costs.
    Make {
        /// "31.12.2030".
        until: String,
        /// "23,50".
        price: String,
    },
    /// Put the proposal in the basket.
    Add,
    /// Take the prescription in hand out of the basket again.
    TakeOut,
    /// Print the label of the prescription in hand; of a split package with batch and expiry.
    PrintLabel(Option<(String, String)>),
    /// The label that was printed last says this.
    LabelSays(String),
    /// Sign with PIN2; `wait` is whether the program waits a while for the Centre's answer.
    Sign {
        /// PIN2.
        pin: String,
        /// Wait for the answer.
        wait: bool,
    },
    /// Close the visit.
    CloseVisit,
    /// Try to send what waits.
    SendNow,
    /// Settle what wants a person, with a note.
    Settle(String),
    /// Have what was refused sent again.
    Resend,
    /// Hand over in an outage, without a fetched prescription.
    HandOver(HandOver),
    /// Write the document of the oldest hand-over: its visit opens.
    WriteUp,
    /// Settle the oldest hand-over with a note.
    SettleHandOver(String),
    /// Store the telephone or paper prescription of the oldest hand-over, with its dispensation.
    StorePrescription(ToStore),
    /// The Centre has the prescription of the last signed document as one that a pharmacy stored, with these values in
    /// fields 212 and 213; other programs say so, and judge it.
    StoredPrescription {
        /// From what.
        kind: String,
        /// Why.
        why: String,
    },
    /// The last signed document states the time of the last hand-over as that of dispensing, and a later one as its own;
    /// the Centre's copy the same.
    HandOverTime,
    /// Time passes.
    Later(chrono::Duration),
    /// Pull the card out of the reader.
    PullCard,
    /// Put it back, or another person's.
    InsertCard(Option<String>),
    /// SIGKILL to the program.
    KillApp,
    /// Start it again.
    StartApp,
    /// Something with the Centre.
    Centre(CentreOrder),
    /// The pharmacy's certificate is put on the revocation list, and the Centre reads it.
    RevokePharmacy,
    /// The role service says from now on that this person's right has ended.
    EndRight(String),
    /// The role service answers, or is silent.
    RoleService(bool),
    /// Judge the last signed document by xmllint and xmlsec1.
    Judge,
    /// So many documents that were signed last carry one signature over the list of them (type 2), as other programs and
    /// the viewer see it.
    Together(u32),
    /// A coded field of the last signed document holds this, as another program reads it.
    Field {
        /// The field's code in 1.2.246.537.6.12.2002.126.
        code: String,
        /// Its value.
        value: String,
    },
    /// The last signed document has the coded fields of one of Kela's, in the same order, but for one that depends on
    /// what is dispensed.
    FieldsOf {
        /// Kela's document.
        file: String,
        /// The field that may be missing.
        but: String,
    },
    /// The last signed document names this person in this part with this right, as another program reads it.
    Named {
        /// What the person did.
        part: Part,
        /// First name and family name.
        name: String,
        /// Code of the right.
        right: String,
    },
    /// Look, for a while if need be.
    Expect(Expect, Stretch),
}

/// What is handed over in an outage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandOver {
    /// How many units.
    pub amount: String,
    /// The package's number.
    pub package: String,
    /// The customer's identity code.
    pub identity: String,
    /// On what, as the catalogue names it: instruction, summary, old-label, telephone, paper.
    pub basis: &'static str,
    /// The product of whose instruction's bar code the identifier is scanned.
    pub instruction_of: Option<String>,
    /// What is read.
    pub read: String,
    /// Who prescribed.
    pub prescriber: String,
}

/// What the form asks of a prescription that is stored, beside what the hand-over says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToStore {
    /// How to take it.
    pub dosage: String,
    /// PIN2.
    pub pin: String,
}

/// A person's part in a dispensation, as its body names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Who prepared it: the performer.
    Preparer,
    /// Who signs for it: the author.
    Author,
}

/// What can be done to the Centre from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CentreOrder {
    /// SIGTERM.
    Stop,
    /// Start it (again).
    Start,
    /// SIGKILL.
    Kill,
    /// Commit the next document and then keep the answer back.
    HoldAnswer,
    /// Give the answers that are kept back.
    Release,
    /// Refuse the next document with this code.
    Refuse(String),
    /// Refuse connections, as if it were not there.
    Unreachable,
    /// Take connections again.
    Reachable,
    /// End as on SIGTERM and begin anew at the same address, by itself.
    Restart,
    /// Anything else that its control socket takes.
    Tell(String),
}

/// How long an expectation may take to become true.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch(pub Duration);

const SOON: Stretch = Stretch(Duration::from_secs(5));
const PATIENT: Stretch = Stretch(Duration::from_secs(30));

/// What must be seen.
#[derive(Debug, Clone, PartialEq)]
pub enum Expect {
    /// This person is logged in.
    LoggedIn(String),
    /// Nobody is.
    NobodyLoggedIn,
    /// The session is locked, or is not.
    Locked(bool),
    /// The last act was refused so.
    Problem {
        /// The problem's code.
        code: String,
        /// The rule, where one is named.
        rule: Option<String>,
        /// Tries left, where they are told.
        left: Option<u8>,
    },
    /// So many prescriptions are listed.
    Listed(u32),
    /// What is left of a listed prescription.
    Left {
        /// Beginning of the product's name.
        product: String,
        /// "3 × 21 fol".
        left: String,
    },
    /// A listed prescription can be dispensed, or cannot.
    Dispensable(String, bool),
    /// A listed prescription's hindrance or mark says this.
    Marked(String, String),
    /// Nothing is told to whoever acts for another, and the warning says this.
    Warning(String),
    /// What will be given, as field 102 says it.
    Delivered(String),
    /// What will remain, as field 103 says it.
    WillRemain(String),
    /// What lies in the hand: right (so many), wrong in a part, unknown, nothing.
    InTheHand(String),
    /// A rule's answer: pass, note, stop, needs-reason, reasoned.
    Check(String, String),
    /// The proposal may be signed, or may not.
    MaySign(bool),
    /// The basket's lines: who prepared each, nothing where nobody is named.
    Basket(Vec<String>),
    /// The last signed document is in this state: saved, waiting, accepted, accepted-in-conflict, refused, settled.
    Document(String),
    /// So many wait for the Centre.
    Waiting(u32),
    /// So many were refused by it.
    Refused(u32),
    /// So many were handed over in an outage and are not written yet.
    HandedOver(u32),
    /// So many were taken by it in conflict with what happened meanwhile.
    InConflict(u32),
    /// A notice names so many that wait too long; none where it is 0.
    Noticed(u32),
    /// The scanner's link of the chain holds, or does not.
    Scanner(bool),
    /// The header says that the Centre answers, or that it does not.
    Silent(bool),
    /// Of so many split packages something is left.
    Opened(u32),
    /// So many wrong packages were scanned today.
    NearMisses(u32),
    /// So many of today's dispensations deviated from their prescriptions.
    Deviations(u32),
    /// The prescription in hand is deviated from by this paragraph: 57f, 57g, or "none".
    Deviation(String),
    /// The label of the prescription in hand is: not-printed, printed, changed, void, doubtful, failed.
    Label(String),
    /// So many labels came out of the printer.
    LabelsPrinted(u32),
    /// So many of today's labels are void.
    LabelsVoid(u32),
    /// So many prescriptions are under a dispensing reservation there.
    Held(u32),
    /// So many dispensations are stored at the Centre.
    AtCentre(u32),
    /// The Centre has committed a document and keeps its answer back.
    AnswerHeld,
    /// The manager's list of today has so many rows.
    ReviewRows(u32),
}

impl Step {
    /// Reads one line.
    pub fn parse(line: usize, text: &str) -> Result<Self> {
        let words = words::split(text)?;
        let act = act(&words)?;
        Ok(Self { line, text: text.to_owned(), act })
    }

    /// Whether this step looks at a refusal of the step before it.
    pub fn expects_problem(&self) -> bool {
        matches!(self.act, Act::Expect(Expect::Problem { .. }, _))
    }
}

macro_rules! table {
    ($words:ident; $($pattern:literal [$($gap:ident)*] => $meaning:expr;)*) => {
        $(
            if let Some(gaps) = $crate::story::matched($words, $pattern) {
                if let [$($gap),*] = gaps.as_slice() {
                    $(let $gap: &str = $gap;)*
                    return Ok($meaning);
                }
            }
        )*
    };
}

pub(crate) use table;

fn act(words: &[Word]) -> Result<Act> {
    let owned = str::to_owned;
    table! { words;
        "log in with PIN _" [pin] => Act::LogIn(owned(pin));
        "log out" [] => Act::LogOut;
        "search _" [text] => search(text, None, None);
        "search _ as a guardian" [text] => search(text, Some("guardian"), None);
        "search _ with the instruction" [text] => search(text, Some("instruction"), None);
        "search _ with an authorisation" [text] => search(text, Some("electronic-authorisation"), None);
        "search _ with a Kela card and naming _" [text medicine] => search(text, Some("kela-card"), Some(medicine));
        "open _" [product] => Act::Open(owned(product));
        "propose _" [amount] => Act::ProposeAmount(owned(amount));
        "choose package _" [vnr] => Act::ProposePackage(owned(vnr));
        "scan _" [code] => Act::Scan(owned(code));
        "take the learnt code back" [] => Act::TakeBackCode;
        "scan _ at the serial port" [code] => Act::ScanAtPort(owned(code));
        "plug the scanner in" [] => Act::PlugScanner(true);
        "unplug the scanner" [] => Act::PlugScanner(false);
        "put the package aside" [] => Act::PutAside;
        "confirm the scanned code" [] => Act::ConfirmScan;
        "give the reason _" [reason] => Act::ProposeReason(owned(reason));
        "deviate by _ for _ saying _" [path code words] =>
            Act::Deviate { path: owned(path), code: owned(code), words: owned(words) };
        "make it usable until _ for _ euro" [until price] => Act::Make { until: owned(until), price: owned(price) };
        "add to the basket" [] => Act::Add;
        "take it out of the basket" [] => Act::TakeOut;
        "print the label" [] => Act::PrintLabel(None);
        "print the label with batch _ and expiry _" [batch expiry] =>
            Act::PrintLabel(Some((owned(batch), owned(expiry))));
        "expect the printed label to say _" [text] => Act::LabelSays(owned(text));
        "sign with PIN _" [pin] => Act::Sign { pin: owned(pin), wait: true };
        "sign with PIN _ and do not wait" [pin] => Act::Sign { pin: owned(pin), wait: false };
        "close the visit" [] => Act::CloseVisit;
        "send now" [] => Act::SendNow;
        "settle the document because _" [note] => Act::Settle(owned(note));
        "send the document again" [] => Act::Resend;
        "hand over _ of package _ to _ on the instruction of _" [amount package identity product] =>
            handed((amount, package, identity), "instruction", Some(product), "", "");
        "hand over _ of package _ to _ on the summary _" [amount package identity read] =>
            handed((amount, package, identity), "summary", None, read, "");
        "hand over _ of package _ to _ on the old label _" [amount package identity read] =>
            handed((amount, package, identity), "old-label", None, read, "");
        "hand over _ of package _ to _ on the telephone prescription _ of _" [amount package identity read prescriber] =>
            handed((amount, package, identity), "telephone", None, read, prescriber);
        "hand over _ of package _ to _ on the paper prescription _ of _" [amount package identity read prescriber] =>
            handed((amount, package, identity), "paper", None, read, prescriber);
        "store the prescription with the dosage _ and sign with PIN _" [dosage pin] =>
            Act::StorePrescription(ToStore { dosage: owned(dosage), pin: owned(pin) });
        "expect the centre to have the prescription as kind _ for reason _" [kind why] =>
            Act::StoredPrescription { kind: owned(kind), why: owned(why) };
        "write the hand-over" [] => Act::WriteUp;
        "settle the hand-over because _" [note] => Act::SettleHandOver(owned(note));
        "expect the document to bear the time of the hand-over" [] => Act::HandOverTime;
        "_ days later" [n] => Act::Later(chrono::Duration::days(i64::from(number(n)?)));
        "_ day later" [n] => Act::Later(chrono::Duration::days(i64::from(number(n)?)));
        "_ hours later" [n] => Act::Later(chrono::Duration::hours(i64::from(number(n)?)));
        "_ minutes later" [n] => Act::Later(chrono::Duration::minutes(i64::from(number(n)?)));
        "pull the card" [] => Act::PullCard;
        "insert the card" [] => Act::InsertCard(None);
        "insert the card of _" [slug] => Act::InsertCard(Some(owned(slug)));
        "kill the app" [] => Act::KillApp;
        "start the app" [] => Act::StartApp;
        "the pharmacy's certificate is revoked" [] => Act::RevokePharmacy;
        "the right of _ has ended" [slug] => Act::EndRight(owned(slug));
        "role service is silent" [] => Act::RoleService(false);
        "role service answers" [] => Act::RoleService(true);
        "centre stops" [] => Act::Centre(CentreOrder::Stop);
        "centre starts" [] => Act::Centre(CentreOrder::Start);
        "kill the centre" [] => Act::Centre(CentreOrder::Kill);
        "centre holds the answer after the commit" [] => Act::Centre(CentreOrder::HoldAnswer);
        "centre releases the answer" [] => Act::Centre(CentreOrder::Release);
        "centre refuses the next document with _" [code] => Act::Centre(CentreOrder::Refuse(owned(code)));
        "centre cannot be reached" [] => Act::Centre(CentreOrder::Unreachable);
        "centre can be reached" [] => Act::Centre(CentreOrder::Reachable);
        "centre restarts" [] => Act::Centre(CentreOrder::Restart);
        "centre drops the next request" [] => told("drop-request store");
        "centre drops the next answer" [] => told("drop-answer store");
        "centre answers the next document twice" [] => told("answer-twice store");
        "centre answers the next document _ s late" [s] => told(&format!("delay-answer {}000 store", number(s)?));
        "centre tells of the past" [] => told("stale");
        "centre tells of the present" [] => told("fresh");
        "centre's clock is _ minutes fast" [n] => told(&format!("skew {}", i64::from(number(n)?) * 60));
        "centre's clock is _ minutes slow" [n] => told(&format!("skew {}", i64::from(number(n)?) * -60));
        "centre's clock is right" [] => told("skew 0");
        "centre's disk is full" [] => told("disk-full");
        "centre's disk has room" [] => told("disk-free");
        "judge the document" [] => Act::Judge;
        "expect one signature over _ documents" [n] => Act::Together(number(n)?);
        "expect field _ of the document _" [code value] => Act::Field { code: owned(code), value: owned(value) };
        "expect the fields of _ but _" [file but] => Act::FieldsOf { file: owned(file), but: owned(but) };
        "expect preparer _ with right _ in the document" [name right] =>
            Act::Named { part: Part::Preparer, name: owned(name), right: owned(right) };
        "expect author _ with right _ in the document" [name right] =>
            Act::Named { part: Part::Author, name: owned(name), right: owned(right) };
        "wait until the centre holds an answer" [] => Act::Expect(Expect::AnswerHeld, PATIENT);
        "wait until _" [state] => Act::Expect(Expect::Document(state_name(state)?), PATIENT);
    }
    if let Some((first, rest)) = words.split_first()
        && first.text == "expect"
        && !first.quoted
    {
        return expectation(rest);
    }
    bail!("nobody here knows these words")
}

fn search(text: &str, basis: Option<&'static str>, medicine: Option<&str>) -> Act {
    Act::Search { text: text.to_owned(), basis, medicine: medicine.map(str::to_owned) }
}

fn handed(
    (amount, package, identity): (&str, &str, &str),
    basis: &'static str,
    instruction_of: Option<&str>,
    read: &str,
    prescriber: &str,
) -> Act {
    Act::HandOver(HandOver {
        amount: amount.to_owned(),
        package: package.to_owned(),
        identity: identity.to_owned(),
        basis,
        instruction_of: instruction_of.map(str::to_owned),
        read: read.to_owned(),
        prescriber: prescriber.to_owned(),
    })
}

fn told(order: &str) -> Act {
    Act::Centre(CentreOrder::Tell(order.to_owned()))
}

fn expectation(words: &[Word]) -> Result<Act> {
    // "… within 1 s" at the end narrows or widens the time.
    if let Some((rest, [within, most, s])) = words.split_last_chunk::<3>()
        && within.text == "within"
        && s.text == "s"
    {
        let most = Stretch(Duration::from_secs_f32(most.text.parse()?));
        return Ok(Act::Expect(expected(rest)?, most));
    }
    Ok(Act::Expect(expected(words)?, SOON))
}

fn expected(words: &[Word]) -> Result<Expect> {
    let owned = str::to_owned;
    table! { words;
        "logged in as _" [name] => Expect::LoggedIn(owned(name));
        "nobody logged in" [] => Expect::NobodyLoggedIn;
        "locked" [] => Expect::Locked(true);
        "unlocked" [] => Expect::Locked(false);
        "problem _" [code] => Expect::Problem { code: owned(code), rule: None, left: None };
        "problem _ by _" [code rule] => Expect::Problem { code: owned(code), rule: Some(owned(rule)), left: None };
        "problem _ with _ left" [code left] =>
            Expect::Problem { code: owned(code), rule: None, left: Some(u8::try_from(number(left)?)?) };
        "_ prescriptions listed" [n] => Expect::Listed(number(n)?);
        "_ prescription listed" [n] => Expect::Listed(number(n)?);
        "left of _ _" [product left] => Expect::Left { product: owned(product), left: owned(left) };
        "_ dispensable" [product] => Expect::Dispensable(owned(product), true);
        "_ not dispensable" [product] => Expect::Dispensable(owned(product), false);
        "_ marked _" [product mark] => Expect::Marked(owned(product), owned(mark));
        "warning _" [text] => Expect::Warning(owned(text));
        "delivered _" [amount] => Expect::Delivered(owned(amount));
        "will remain _" [amount] => Expect::WillRemain(owned(amount));
        "the package right" [] => Expect::InTheHand("right".to_owned());
        "the package right with batch _" [batch] => Expect::InTheHand(format!("right, batch {batch}"));
        "the package wrong in _" [part] => Expect::InTheHand(format!("wrong in {part}"));
        "the package unknown" [] => Expect::InTheHand("unknown".to_owned());
        "no package in the hand" [] => Expect::InTheHand("nothing".to_owned());
        "check _ _" [rule answer] => Expect::Check(owned(rule), owned(answer));
        "signing possible" [] => Expect::MaySign(true);
        "signing impossible" [] => Expect::MaySign(false);
        "basket empty" [] => Expect::Basket(Vec::new());
        "basket prepared by nobody else" [] => Expect::Basket(vec![String::new()]);
        "basket prepared by _" [name] => Expect::Basket(vec![owned(name)]);
        "_ waiting" [n] => Expect::Waiting(none_or_number(n)?);
        "_ refused" [n] => Expect::Refused(none_or_number(n)?);
        "_ handed over" [n] => Expect::HandedOver(none_or_number(n)?);
        "_ in conflict" [n] => Expect::InConflict(none_or_number(n)?);
        "_ noticed" [n] => Expect::Noticed(none_or_number(n)?);
        "_ package opened" [n] => Expect::Opened(number(n)?);
        "_ packages opened" [n] => Expect::Opened(none_or_number(n)?);
        "_ near miss" [n] => Expect::NearMisses(number(n)?);
        "_ near misses" [n] => Expect::NearMisses(none_or_number(n)?);
        "_ deviation listed" [n] => Expect::Deviations(number(n)?);
        "_ deviations listed" [n] => Expect::Deviations(none_or_number(n)?);
        "the deviation _" [path] => Expect::Deviation(owned(path));
        "the label _" [state] => Expect::Label(owned(state));
        "_ label void" [n] => Expect::LabelsVoid(number(n)?);
        "_ labels void" [n] => Expect::LabelsVoid(none_or_number(n)?);
        "_ label printed" [n] => Expect::LabelsPrinted(number(n)?);
        "_ labels printed" [n] => Expect::LabelsPrinted(none_or_number(n)?);
        "the scanner connected" [] => Expect::Scanner(true);
        "the scanner missing" [] => Expect::Scanner(false);
        "the centre silent" [] => Expect::Silent(true);
        "the centre heard" [] => Expect::Silent(false);
        "_ held at the centre" [n] => Expect::Held(none_or_number(n)?);
        "exactly _ dispensation at the centre" [n] => Expect::AtCentre(number(n)?);
        "exactly _ dispensations at the centre" [n] => Expect::AtCentre(number(n)?);
        "_ row in today's list" [n] => Expect::ReviewRows(number(n)?);
        "_ rows in today's list" [n] => Expect::ReviewRows(number(n)?);
        "_" [state] => Expect::Document(state_name(state)?);
    }
    bail!("nobody here knows this expectation")
}

fn none_or_number(word: &str) -> Result<u32> {
    if word == "none" { Ok(0) } else { number(word) }
}

fn state_name(word: &str) -> Result<String> {
    match word {
        "saved" | "waiting" | "accepted" | "accepted-in-conflict" | "refused" | "settled" => Ok(word.to_owned()),
        _ => bail!("a document is saved, waiting, accepted, accepted-in-conflict, refused or settled"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Act {
        Step::parse(1, text).unwrap().act
    }

    #[test]
    fn steps_are_read_as_a_pharmacist_says_them() {
        assert_eq!(read("two days later"), Act::Later(chrono::Duration::days(2)));
        assert_eq!(read("sign with PIN 5678 and do not wait"), Act::Sign { pin: "5678".into(), wait: false });
        assert_eq!(read("expect check DI-7b stop"), Act::Expect(Expect::Check("DI-7b".into(), "stop".into()), SOON));
        assert_eq!(
            read("expect locked within 1 s"),
            Act::Expect(Expect::Locked(true), Stretch(Duration::from_secs(1)))
        );
        assert_eq!(
            read("expect problem pin-wrong with 4 left"),
            Act::Expect(Expect::Problem { code: "pin-wrong".into(), rule: None, left: Some(4) }, SOON)
        );
        assert_eq!(
            read("expect preparer \"Onni Opiskelija\" with right 907 in the document"),
            Act::Named { part: Part::Preparer, name: "Onni Opiskelija".into(), right: "907".into() }
        );
        assert_eq!(read("centre answers the next document 3 s late"), told("delay-answer 3000 store"));
        assert_eq!(read("centre's clock is ten minutes slow"), told("skew -600"));
        assert_eq!(read("expect one signature over two documents"), Act::Together(2));
        assert_eq!(read("expect none waiting"), Act::Expect(Expect::Waiting(0), SOON));
        assert_eq!(read("expect exactly 1 dispensation at the centre"), Act::Expect(Expect::AtCentre(1), SOON));
        assert_eq!(read("wait until accepted"), Act::Expect(Expect::Document("accepted".into()), PATIENT));
    }

    #[test]
    fn what_nobody_means_is_refused() {
        assert!(Step::parse(1, "open").is_err());
        assert!(Step::parse(1, "expect happiness").is_err());
        assert!(Step::parse(1, "wait until doomsday").is_err());
    }
}
