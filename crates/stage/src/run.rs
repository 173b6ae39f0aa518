//! Plays a story: makes its world, does each step with the hands, prints one line a step, and says what was expected
//! and what was seen when they differ.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::hands::{Errand, Hands, Refusal};
use crate::judge::Judge;
use crate::story::{Act, CentreOrder, Expect, Step, Story, Stretch};
use crate::world::World;

/// Between two looks at the same thing.
const GLANCE: Duration = Duration::from_millis(20);

/// How one step went.
pub struct Played {
    /// The step's words.
    pub words: String,
    /// How long it took.
    pub took: Duration,
    /// What it told, or what went wrong.
    pub result: Result<String, String>,
}

/// A world, somebody's hands in it, and what has happened.
pub struct Play<'a> {
    world: &'a mut World,
    hands: &'a mut dyn Hands,
    judge: Judge,
    refusal: Option<Refusal>,
    /// When something was handed over in an outage last.
    handed_over_at: Option<chrono::DateTime<chrono::Utc>>,
}

impl<'a> Play<'a> {
    /// Gets ready to play in `world`.
    pub fn new(world: &'a mut World, hands: &'a mut dyn Hands) -> Self {
        let judge = Judge::new(&world.folder().join("judged"), &world.folder().join("pki"));
        Self { world, hands, judge, refusal: None, handed_over_at: None }
    }

    /// Plays all steps, until one fails; `tell` hears of each.
    pub fn play(&mut self, story: &Story, mut tell: impl FnMut(&Played)) -> bool {
        let mut steps = story.steps.iter().peekable();
        while let Some(step) = steps.next() {
            let begun = Instant::now();
            let refusal_is_told = steps.peek().is_some_and(|next| next.expects_problem());
            let result = self.step(step, refusal_is_told).map_err(|error| format!("{error:#}"));
            let failed = result.is_err();
            tell(&Played { words: step.text.clone(), took: begun.elapsed(), result });
            if failed {
                if let Some(picture) = self.hands.picture() {
                    let _ = std::fs::write(self.world.folder().join("failed.png"), picture);
                }
                return false;
            }
        }
        true
    }

    fn step(&mut self, step: &Step, refusal_is_told: bool) -> Result<String> {
        let done = match &step.act {
            Act::LogIn(pin) => self.hands.log_in(pin)?,
            Act::LogOut => self.hands.log_out()?,
            Act::Search { text, basis, medicine } => {
                let errand = basis.map(|basis| Errand { basis, medicine: medicine.as_deref() });
                self.hands.search(text, errand)?
            }
            Act::Open(product) => self.hands.open(product)?,
            Act::ProposeAmount(amount) => self.hands.propose_amount(amount)?,
            Act::ProposePackage(vnr) => self.hands.choose_package(vnr)?,
            Act::Scan(code) => self.hands.scan(code)?,
            Act::TakeBackCode => self.hands.take_back_code()?,
            Act::ScanAtPort(code) => {
                self.scanner()?.scan(code)?;
                self.hands.hear_scanner()?
            }
            Act::PlugScanner(true) => return self.scanner()?.plug_in().map(|()| String::new()),
            Act::PlugScanner(false) => {
                self.scanner()?.unplug();
                return Ok(String::new());
            }
            Act::PutAside => self.hands.put_aside()?,
            Act::ConfirmScan => self.hands.confirm_scan()?,
            Act::ProposeReason(reason) => self.hands.give_reason(reason)?,
            Act::Deviate { path, code, words } => self.hands.deviate(path, code, words)?,
            Act::Make { until, price } => self.hands.make(until, price)?,
            Act::Add => self.hands.add()?,
            Act::TakeOut => self.hands.take_out()?,
            Act::PrintLabel(split) => {
                let split = split.as_ref().map(|(batch, expiry)| (batch.as_str(), expiry.as_str()));
                self.hands.print_label(split)?
            }
            Act::LabelSays(text) => {
                let label = self.world.newest_label()?;
                anyhow::ensure!(label.contains(text.as_str()), "the label says: {label}");
                return Ok(String::new());
            }
            Act::Sign { pin, wait } => self.hands.sign(pin, *wait)?,
            Act::CloseVisit => self.hands.close_visit()?,
            Act::SendNow => self.hands.send_now()?,
            Act::Settle(note) => self.hands.settle(note)?,
            Act::Resend => self.hands.resend()?,
            Act::HandOver(what) => {
                let centre = &self.world.centre;
                let product = what.instruction_of.as_deref();
                let identifier = product.map(|product| centre.prescription_of(&what.identity, product)).transpose()?;
                let done = self.hands.hand_over(what, identifier.as_deref())?;
                if done.is_ok() {
                    self.handed_over_at = Some(self.world.clock.now());
                }
                done
            }
            Act::WriteUp => self.hands.write_up()?,
            Act::SettleHandOver(note) => self.hands.settle_hand_over(note)?,
            Act::StorePrescription(what) => self.hands.store_prescription(what)?,
            Act::StoredPrescription { kind, why } => return self.stored_prescription(kind, why),
            Act::HandOverTime => return self.hand_over_time(),
            Act::Later(time) => return self.world.clock.pass(*time).map(|()| self.time_of_day()),
            Act::PullCard => return self.reader()?.pull().map(|()| String::new()),
            Act::InsertCard(slug) => return self.reader()?.insert(slug.as_deref()).map(|()| String::new()),
            Act::KillApp => return self.hands.kill().map(|()| String::new()),
            Act::StartApp => return self.hands.start().map(|()| String::new()),
            Act::Centre(order) => return self.centre(order),
            Act::RevokePharmacy => return self.world.revoke_pharmacy().map(|()| String::new()),
            Act::EndRight(slug) => return self.world.end_right(slug).map(|()| String::new()),
            Act::RoleService(answers) => return self.world.role_service(*answers).map(|()| String::new()),
            Act::Judge => return self.judge(),
            Act::Together(count) => return self.together(*count),
            Act::Field { code, value } => {
                let document = self.newest_document()?;
                let seen = self.judge.field(&document, code)?;
                anyhow::ensure!(seen == *value, "seen: {seen}");
                return Ok(seen);
            }
            Act::FieldsOf { file, but } => {
                let document = self.newest_document()?;
                return self.judge.fields_of(&document, file, but);
            }
            Act::Named { part, name, right } => {
                let document = self.newest_document()?;
                let seen = self.judge.named(&document, *part)?;
                anyhow::ensure!(seen == format!("{name}, {right}"), "seen: {seen}");
                return Ok(seen);
            }
            Act::Expect(Expect::Problem { code, rule, left }, _) => {
                return self.problem(code, rule.as_deref(), *left);
            }
            Act::Expect(expect, stretch) => return self.expect(expect, *stretch),
        };
        match done {
            Ok(told) if !refusal_is_told => Ok(told),
            Ok(told) => bail!("expected a refusal, and it was done: {told}"),
            Err(refusal) if refusal_is_told => {
                let told = refusal.to_string();
                self.refusal = Some(refusal);
                Ok(told)
            }
            Err(refusal) => bail!("refused: {refusal}"),
        }
    }

    fn centre(&mut self, order: &CentreOrder) -> Result<String> {
        let centre = &mut self.world.centre;
        match order {
            CentreOrder::Stop => centre.stop(),
            CentreOrder::Start => centre.start(),
            CentreOrder::Kill => centre.kill(),
            CentreOrder::HoldAnswer => centre.tell("hold-answer store").map(drop),
            CentreOrder::Release => centre.tell("release").map(drop),
            CentreOrder::Refuse(code) => centre.tell(&format!("refuse {code} store")).map(drop),
            CentreOrder::Unreachable => centre.tell("unreachable").map(drop),
            CentreOrder::Reachable => centre.tell("reachable").map(drop),
            CentreOrder::Restart => centre.restart(),
            CentreOrder::Tell(order) => centre.tell(order).map(drop),
        }
        .map(|()| String::new())
    }

    fn reader(&mut self) -> Result<&mut crate::world::Reader> {
        self.world.reader.as_mut().context("there is no reader: this step needs --card pcsc")
    }

    fn scanner(&mut self) -> Result<&mut crate::world::SerialScanner> {
        self.world
            .scanner
            .as_mut()
            .context("there is no scanner at a port: the story's head does not say `scanner: serial`")
    }

    fn time_of_day(&self) -> String {
        prescription::time::finnish(self.world.clock.now()).format("%-d.%-m.%Y %H.%M").to_string()
    }

    fn judge(&mut self) -> Result<String> {
        let newest = self.hands.today()?.into_iter().next().context("nothing was signed today")?;
        let signed = self.hands.document(&newest.document)?;
        let mut told = self.judge.signed_here(&signed)?;
        if newest.state == "accepted" {
            let stored = self.world.centre.document(&newest.document)?;
            told += "; ";
            told += &self.judge.stored_there(&stored)?;
        }
        Ok(told)
    }

    /// Looks at each of the documents by itself, as it was signed here and, where it is there already, as the Centre has it.
    fn together(&mut self, count: u32) -> Result<String> {
        let rows: Vec<_> = self.hands.today()?.into_iter().take(usize::try_from(count)?).collect();
        let mut ids: Vec<String> = rows.iter().map(|row| row.document.clone()).collect();
        ids.sort();
        for row in &rows {
            let document = self.hands.document(&row.document)?;
            let mut listed = self.judge.listed(&document)?;
            listed.sort();
            anyhow::ensure!(listed == ids, "seen: a signature over {listed:?}, where {ids:?} were signed");
            self.judge.signed_here(&document)?;
            self.judge.shown_as_listed(&document, count)?;
            if row.state == "accepted" {
                let stored = self.world.centre.document(&row.document)?;
                self.judge.stored_there(&stored)?;
                self.judge.shown_as_listed(&stored, count)?;
            }
        }
        anyhow::ensure!(ids.len() == usize::try_from(count)?, "seen: {} documents", ids.len());
        Ok(format!("each of {count} lists all of them; xmlsec1 and the viewer say the same of each alone"))
    }

    /// The newest document, here and at the Centre: the time of dispensing is that of the hand-over, to the second or two
    /// that the program's clock goes apart from the story's, and the document's own making is later.
    fn hand_over_time(&mut self) -> Result<String> {
        let at = self.handed_over_at.context("nothing was handed over in this story")?;
        let newest = self.hands.today()?.into_iter().next().context("nothing was signed today")?;
        let stored = self.world.centre.document(&newest.document)?;
        let mut told = String::new();
        for document in [self.hands.document(&newest.document)?, stored] {
            let times = self.judge.times(&document)?;
            let given = [&times.dispensed, &times.encounter].map(|time| instant(time));
            for one in given {
                let apart = (one? - at).num_seconds().abs();
                anyhow::ensure!(apart <= 5, "seen: dispensed {} and {}", times.dispensed, times.encounter);
            }
            for made in [&times.made, &times.declared] {
                anyhow::ensure!((instant(made)? - at).num_seconds() > 60, "seen: made {made}");
            }
            told = format!("dispensed {}, made {}", times.dispensed, times.made);
        }
        Ok(told)
    }

    /// The prescription of the newest dispensation as the Centre keeps it, read and judged by other programs.
    fn stored_prescription(&mut self, kind: &str, why: &str) -> Result<String> {
        let newest = self.hands.today()?.into_iter().next().context("nothing was signed today")?;
        let document = self.world.centre.prescription_under(&newest.document)?;
        for (field, wanted) in [("212", kind), ("213", why)] {
            let seen = self.judge.code_in(&document, field)?;
            anyhow::ensure!(seen == wanted, "seen: field {field} is {seen:?}");
        }
        self.judge.stored_there(&document)
    }

    fn newest_document(&mut self) -> Result<Vec<u8>> {
        let newest = self.hands.today()?.into_iter().next().context("nothing was signed today")?;
        self.hands.document(&newest.document)
    }

    fn problem(&mut self, code: &str, rule: Option<&str>, left: Option<u8>) -> Result<String> {
        let seen = self.refusal.take().context("nothing was refused")?;
        let as_expected = seen.code == code
            && rule.is_none_or(|rule| seen.rule.as_deref() == Some(rule))
            && left.is_none_or(|left| seen.tries_left == Some(left));
        anyhow::ensure!(as_expected, "seen: {seen}");
        Ok(seen.sentence)
    }

    fn expect(&mut self, expect: &Expect, Stretch(most): Stretch) -> Result<String> {
        let end = Instant::now() + most;
        loop {
            let (seen, as_expected) = self.look(expect)?;
            if as_expected {
                return Ok(seen);
            }
            if Instant::now() >= end {
                bail!("not within {} s; seen: {seen}", most.as_secs_f32());
            }
            std::thread::sleep(GLANCE);
        }
    }

    /// What is seen now, and whether it is what was expected.
    fn look(&mut self, expect: &Expect) -> Result<(String, bool)> {
        let hands = &mut self.hands;
        Ok(match expect {
            Expect::Problem { .. } => bail!("a problem is looked at by itself"),
            Expect::LoggedIn(name) => match hands.session()? {
                Some(session) => (session.name.clone(), session.name == *name && !session.locked),
                None => ("nobody is logged in".to_owned(), false),
            },
            Expect::NobodyLoggedIn => match hands.session()? {
                Some(session) => (session.name, false),
                None => (String::new(), true),
            },
            Expect::Locked(locked) => match hands.session()? {
                Some(session) => {
                    let seen = if session.locked { "locked" } else { "unlocked" };
                    (seen.to_owned(), session.locked == *locked)
                }
                None => ("nobody is logged in".to_owned(), false),
            },
            Expect::Listed(count) => {
                let seen = hands.listed()?.len();
                (seen.to_string(), seen == usize::try_from(*count)?)
            }
            Expect::Left { product, left } => {
                let line = self.line(product)?;
                // The window says it in a sentence.
                let as_expected = line.remaining.starts_with(left.as_str());
                (line.remaining, as_expected)
            }
            Expect::Dispensable(product, yes) => {
                let line = self.line(product)?;
                (line.marks.join(", "), line.dispensable == *yes)
            }
            Expect::Marked(product, mark) => {
                let line = self.line(product)?;
                (line.marks.join(", "), line.marks.iter().any(|one| one.contains(mark.as_str())))
            }
            Expect::Warning(text) => {
                let seen = hands.warning()?;
                let as_expected = seen.contains(text.as_str());
                (seen, as_expected)
            }
            Expect::Delivered(amount) => same(hands.in_hand()?.delivered, amount),
            Expect::WillRemain(amount) => same(hands.in_hand()?.will_remain, amount),
            Expect::InTheHand(what) => {
                let seen = hands.package()?;
                let is_so = seen == *what || seen.starts_with(&format!("{what},"));
                (seen, is_so)
            }
            Expect::Check(rule, answer) => {
                let checks = hands.in_hand()?.checks;
                let seen = checks.into_iter().find(|(id, _)| id == rule);
                same(seen.map_or_else(|| "not asked".to_owned(), |(_, answer)| answer), answer)
            }
            Expect::MaySign(yes) => {
                let seen = hands.in_hand()?.may_sign;
                (if seen { "possible" } else { "impossible" }.to_owned(), seen == *yes)
            }
            Expect::Basket(preparers) => {
                let seen = hands.basket()?;
                (format!("{} in the basket: {}", seen.len(), seen.join("; ")), seen == *preparers)
            }
            Expect::Document(state) => {
                let seen = hands.newest_state()?.unwrap_or_else(|| "nothing was signed".to_owned());
                let told = match seen.as_str() {
                    "accepted" => "the Centre's answer: accepted and stored",
                    "accepted-in-conflict" => "the Centre's answer: stored, in conflict with what happened meanwhile",
                    "refused" => "the Centre's answer: refused",
                    "waiting" => "saved here; the Centre has not answered",
                    other => other,
                };
                (told.to_owned(), seen == *state)
            }
            Expect::Opened(count) => {
                let seen = hands.opened()?;
                (format!("{seen} opened"), seen == usize::try_from(*count)?)
            }
            Expect::NearMisses(count) => {
                let seen = hands.near_misses()?;
                (format!("{seen} near misses"), seen == usize::try_from(*count)?)
            }
            Expect::Deviations(count) => {
                let seen = hands.deviations()?;
                (format!("{seen} deviated"), seen == usize::try_from(*count)?)
            }
            Expect::Deviation(path) => same(hands.deviation()?, path),
            Expect::Label(state) => same(hands.label()?, state),
            Expect::LabelsVoid(count) => {
                let seen = hands.labels_void()?;
                (format!("{seen} void"), seen == usize::try_from(*count)?)
            }
            Expect::LabelsPrinted(count) => {
                let seen = self.world.labels()?.len();
                (format!("{seen} printed"), seen == usize::try_from(*count)?)
            }
            Expect::Waiting(count) => {
                let seen = hands.outbox()?.waiting;
                (format!("{seen} waiting"), seen == *count)
            }
            Expect::Refused(count) => {
                let seen = hands.outbox()?.refused;
                (format!("{seen} refused"), seen == *count)
            }
            Expect::HandedOver(count) => {
                let seen = hands.handed_over()?;
                (format!("{seen} handed over and not written"), seen == *count)
            }
            Expect::Noticed(count) => {
                let seen = hands.told()?.noticed;
                (format!("{seen} noticed"), seen == *count)
            }
            Expect::Scanner(connected) => {
                let seen = hands.link("scanner")?;
                ((if seen.is_empty() { "no link".to_owned() } else { seen.clone() }), (seen == "good") == *connected)
            }
            Expect::Silent(silent) => {
                let seen = hands.told()?.silent;
                ((if seen { "the Centre is silent" } else { "the Centre answers" }).to_owned(), seen == *silent)
            }
            Expect::InConflict(count) => {
                let seen = hands.outbox()?.conflicts;
                (format!("{seen} in conflict"), seen == *count)
            }
            Expect::Held(count) => {
                let seen = self.world.centre.held_prescriptions(self.world.clock.now())?;
                (format!("{seen} held"), seen == *count)
            }
            Expect::AtCentre(count) => {
                let seen = self.world.centre.dispensations()?;
                (seen.to_string(), seen == *count)
            }
            Expect::AnswerHeld => {
                let held = self.world.centre.held()?;
                (format!("{held} held"), held > 0)
            }
            Expect::ReviewRows(count) => {
                let seen = hands.today()?.len();
                (seen.to_string(), seen == usize::try_from(*count)?)
            }
        })
    }

    fn line(&mut self, product: &str) -> Result<crate::hands::Listed> {
        let lines = self.hands.listed()?;
        let line = lines.into_iter().find(|line| line.name.starts_with(product));
        line.with_context(|| format!("{product} is not listed"))
    }
}

/// The moment of a document's time, "20261125104200+0200" or without the offset.
fn instant(text: &str) -> Result<chrono::DateTime<chrono::Utc>> {
    if let Ok(at) = chrono::DateTime::parse_from_str(text, "%Y%m%d%H%M%S%z") {
        return Ok(at.to_utc());
    }
    let local = chrono::NaiveDateTime::parse_from_str(text, "%Y%m%d%H%M%S");
    Ok(prescription::time::instant(local.with_context(|| format!("no time of a document: {text}"))?))
}

fn same(seen: String, expected: &str) -> (String, bool) {
    let as_expected = seen == expected;
    (seen, as_expected)
}

/// Keeps a world's folder for a person to look at.
pub fn keep(world: &Path, out: &Path, name: &str) -> Result<()> {
    let place = out.join(name);
    let _ = std::fs::remove_dir_all(&place);
    std::fs::create_dir_all(&place)?;
    crate::namespace::run(std::process::Command::new("cp").arg("-r").arg(world.join(".")).arg(&place)).map(drop)
}
