//! Hands on the headless host: one JSON request a line, one answer a line, events in between.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::{Done, Errand, Hands, InHand, Listed, Outbox, Refusal, Row, Session, Told};
use crate::faults::Named;
use crate::process::{Started, last_lines, open_log, sibling};
use crate::story::{HandOver, ToStore};

/// Longer than any answer may take: signing waits up to ten seconds for the Centre.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long a card in a reader may stay unseen.
/// How fast the scanner types.
const SCANNER_MS: u64 = 10;
const CARD_PATIENCE: Duration = Duration::from_secs(10);

/// A running headless host.
pub struct Headless {
    settings: PathBuf,
    log: PathBuf,
    fail_points: Option<PathBuf>,
    running: Option<Running>,
    next: u64,
    visit: Value,
    open: Option<String>,
    /// What was said of the label that was printed last.
    label_of: Value,
}

struct Running {
    program: Started,
    requests: ChildStdin,
    answers: Receiver<Value>,
}

impl Headless {
    /// Starts the host on a settings file; what it logs goes to `log`.
    pub fn start(settings: &Path, log: &Path) -> Result<Self> {
        Self::start_with(settings, log, None)
    }

    /// The same; the host looks into this file at its fail points.
    pub fn start_with(settings: &Path, log: &Path, fail_points: Option<&Path>) -> Result<Self> {
        let mut hands = Self {
            settings: settings.to_owned(),
            log: log.to_owned(),
            fail_points: fail_points.map(Path::to_owned),
            running: None,
            next: 1,
            visit: Value::Null,
            open: None,
            label_of: Value::Null,
        };
        Hands::start(&mut hands)?;
        Ok(hands)
    }

    fn ask(&mut self, ask: &str, with: Value) -> Result<Result<Value, Refusal>> {
        let id = self.next;
        self.next += 1;
        let log = self.log.clone();
        let running = self.running.as_mut().context("the app is not running")?;
        let line = json!({ "id": id, "ask": ask, "with": with }).to_string();
        let sent = running.requests.write_all(format!("{line}\n").as_bytes());
        sent.with_context(|| format!("the app took no request: {}", last_lines(&log)))?;
        let end = Instant::now() + PATIENCE;
        loop {
            match running.answers.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(answer) if answer["id"] == id => return Ok(read_answer(&answer)),
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout) => bail!("no answer to `{ask}` within {} s", PATIENCE.as_secs()),
                Err(RecvTimeoutError::Disconnected) => bail!("the app ended: {}", last_lines(&log)),
            }
        }
    }

    /// Asks for something that is not expected to be refused.
    fn look(&mut self, ask: &str, with: Value) -> Result<Value> {
        self.ask(ask, with)?.map_err(|refusal| anyhow::anyhow!("`{ask}` was refused: {refusal}"))
    }

    /// As a person does at the door: the PIN is typed once the card has been seen, or never will be.
    fn wait_for_card(&mut self) -> Result<()> {
        let end = Instant::now() + CARD_PATIENCE;
        loop {
            let status = self.look("status", json!({}))?;
            let seen = text(&status["card"]["state"]).to_owned();
            if seen == "ready" || seen == "unusable" || Instant::now() >= end {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(30));
        }
    }

    /// The first document of the waiting desk in one of these states.
    fn wanting(&mut self, states: &[&str]) -> Result<String> {
        let list_of = self.look("waiting", json!({}))?;
        let row = list(&list_of["rows"]).iter().find(|row| states.contains(&text(&row["state"])));
        Ok(text(&row.context("nothing wants a person")?["documentId"]).to_owned())
    }

    fn oldest_hand_over(&mut self) -> Result<String> {
        let waiting = self.look("hand_overs", json!({}))?;
        let first = list(&waiting["lines"]).first().context("nothing was handed over")?;
        Ok(text(&first["entryId"]).to_owned())
    }

    /// Every link of the chain, looked at anew.
    pub fn health(&mut self) -> Result<Vec<Named>> {
        let status = self.look("examine", json!({}))?;
        Ok(list(&status["health"]).iter().map(Named::read).collect())
    }

    fn scanned(&mut self, with: Value) -> Done {
        let answer = self.ask("scan", with)?;
        Ok(answer.map(|view| {
            if view["open"].is_object() {
                self.visit["open"] = view["open"].clone();
            }
            text(&view["kind"]).to_owned()
        }))
    }

    fn in_visit(&mut self, ask: &str, with: Value, told: fn(&Value) -> String) -> Done {
        Ok(self.ask(ask, with)?.map(|visit| {
            self.visit = visit;
            told(&self.visit)
        }))
    }

    fn of_prescription(&mut self, ask: &str, mut with: Value) -> Done {
        let set_id = self.open.clone().context("no prescription is in hand")?;
        with["setId"] = Value::from(set_id);
        let answer = self.ask(ask, with)?;
        Ok(answer.map(|view| {
            self.visit["open"] = view;
            told_of_proposal(&self.visit["open"])
        }))
    }
}

impl Hands for Headless {
    fn log_in(&mut self, pin: &str) -> Done {
        self.wait_for_card()?;
        let answer = self.ask("log_in", json!({ "pin": pin }))?;
        Ok(answer.map(|session| format!("{}, {}", text(&session["name"]), text(&session["title"]))))
    }

    fn log_out(&mut self) -> Done {
        self.visit = Value::Null;
        Ok(self.ask("log_out", json!({}))?.map(|_| String::new()))
    }

    fn search(&mut self, what: &str, errand: Option<Errand<'_>>) -> Done {
        self.open = None;
        let mut with = json!({ "text": what, "acting": "self", "identified": "identity-card" });
        if let Some(Errand { basis, medicine }) = errand {
            with["acting"] = Value::from("other");
            with["basis"] = Value::from(basis);
            with["medicine"] = Value::from(medicine);
        }
        self.in_visit("search", with, |visit| {
            let lines = list(&visit["prescriptions"]);
            let names: Vec<String> =
                lines.iter().map(|line| format!("{} {}", text(&line["name"]), text(&line["remaining"]))).collect();
            format!("{}: {}", text(&visit["customer"]), names.join("; "))
        })
    }

    fn open(&mut self, product: &str) -> Done {
        let lines = list(&self.visit["prescriptions"]);
        let line = lines.iter().find(|line| text(&line["name"]).starts_with(product));
        let Some(line) = line else { bail!("{product} is not listed") };
        let set_id = text(&line["setId"]).to_owned();
        self.open = Some(set_id);
        self.of_prescription("open", json!({}))
    }

    fn propose_amount(&mut self, amount: &str) -> Done {
        self.of_prescription("propose", json!({ "amount": amount }))
    }

    fn choose_package(&mut self, vnr: &str) -> Done {
        self.of_prescription("propose", json!({ "vnr": vnr }))
    }

    fn scan(&mut self, code: &str) -> Done {
        let pressed = code.chars().map(|c| c.to_string()).chain(["Enter".to_owned()]);
        let keys: Vec<Value> =
            pressed.zip(0..).map(|(key, at)| json!({ "key": key, "atMs": at * SCANNER_MS })).collect();
        self.scanned(json!({ "keys": keys }))
    }

    fn take_back_code(&mut self) -> Done {
        let hand = &self.visit["open"]["inHand"];
        let pack = list(&hand["packs"]).first().unwrap_or(&hand["other"]);
        let link = json!({ "gtin": pack["learntBy"], "vnr": pack["vnr"] });
        match self.ask("take_back_link", link)? {
            Ok(_) => self.in_visit("visit", json!({}), |_| String::new()),
            Err(refusal) => Ok(Err(refusal)),
        }
    }

    fn hear_scanner(&mut self) -> Done {
        let running = self.running.as_mut().context("the app is not running")?;
        let end = Instant::now() + PATIENCE;
        loop {
            let event = running.answers.recv_timeout(end.saturating_duration_since(Instant::now()));
            let event = event.context("the app has heard nothing of the scanner")?;
            match text(&event["event"]) {
                "scanned" => return self.scanned(json!({ "text": event["text"] })),
                "scan-failed" => return Ok(read_answer(&event).map(|_| String::new())),
                _ => {}
            }
        }
    }

    fn link(&mut self, link: &str) -> Result<String> {
        let status = self.look("status", json!({}))?;
        let line = list(&status["health"]).iter().find(|line| text(&line["link"]) == link);
        Ok(line.map(|line| text(&line["state"]).to_owned()).unwrap_or_default())
    }

    fn put_aside(&mut self) -> Done {
        self.of_prescription("put_aside", json!({}))
    }

    fn confirm_scan(&mut self) -> Done {
        self.of_prescription("confirm_scan", json!({}))
    }

    fn package(&mut self) -> Result<String> {
        let hand = &self.visit["open"]["inHand"];
        let named = |key: &str, part: &str| -> Vec<String> {
            list(&hand[key]).iter().map(|one| text(&one[part]).to_owned()).collect()
        };
        Ok(if hand["other"].is_object() {
            let differs: Vec<&str> = list(&hand["other"]["differs"]).iter().map(|one| text(&one["part"])).collect();
            format!("wrong in {}", differs.join(", "))
        } else if hand["unknown"].is_object() {
            "unknown".to_owned()
        } else if list(&hand["packs"]).is_empty() {
            "nothing".to_owned()
        } else {
            format!("right, batch {}", named("packs", "batch").join(", "))
        })
    }

    fn give_reason(&mut self, reason: &str) -> Done {
        self.of_prescription("propose", json!({ "reason": reason }))
    }

    fn deviate(&mut self, path: &str, code: &str, words: &str) -> Done {
        if self.visit["open"]["deviation"]["closed"].is_string() {
            return Ok(Err(Refusal { code: "deviation-closed".to_owned(), ..Refusal::default() }));
        }
        let says = json!({ "path": path, "code": code, "words": words, "prescriberTold": false });
        self.of_prescription("deviate", json!({ "says": says }))
    }

    fn deviation(&mut self) -> Result<String> {
        let path = &self.visit["open"]["deviation"]["says"]["path"];
        Ok(path.as_str().unwrap_or("none").to_owned())
    }

    fn make(&mut self, until: &str, price: &str) -> Done {
        let mut says = self.visit["open"]["unlisted"]["says"].clone();
        says["useUntil"] = json!(until);
        says["price"] = json!(price);
        self.of_prescription("give_unlisted", json!({ "says": says }))
    }

    fn add(&mut self) -> Done {
        let set_id = self.open.clone().context("no prescription is in hand")?;
        self.in_visit("add", json!({ "setId": set_id }), |visit| {
            let titles: Vec<&str> = list(&visit["basket"]).iter().map(|line| text(&line["title"])).collect();
            titles.join("; ")
        })
    }

    fn take_out(&mut self) -> Done {
        let set_id = self.open.clone().context("no prescription is in hand")?;
        self.in_visit("remove", json!({ "setId": set_id }), |_| String::new())
    }

    fn print_label(&mut self, split: Option<(&str, &str)>) -> Done {
        let set_id = self.open.clone().context("no prescription is in hand")?;
        let mut with = json!({ "setId": set_id });
        if let Some((batch, expiry)) = split {
            with["batch"] = Value::from(batch);
            with["expiry"] = Value::from(expiry);
        }
        self.label_of = with.clone();
        Ok(self.ask("print_label", with)?.map(|view| text(&view["said"]).to_owned()))
    }

    fn sign(&mut self, pin: &str, wait: bool) -> Done {
        let with = if wait { json!({ "pin": pin }) } else { json!({ "pin": pin, "waitMs": 0 }) };
        self.in_visit("sign", with, |visit| {
            let signed: Vec<String> = list(&visit["signed"])
                .iter()
                .map(|line| format!("{} {}: {}", text(&line["title"]), text(&line["documentId"]), text(&line["state"])))
                .collect();
            signed.join("; ")
        })
    }

    fn close_visit(&mut self) -> Done {
        self.visit = Value::Null;
        self.open = None;
        Ok(self.ask("close_visit", json!({}))?.map(|_| String::new()))
    }

    fn send_now(&mut self) -> Done {
        Ok(self.ask("send_now", json!({}))?.map(|counts| format!("{} waiting", counts["waiting"])))
    }

    fn settle(&mut self, note: &str) -> Done {
        let document = self.wanting(&["refused", "accepted-in-conflict"])?;
        Ok(self.ask("settle", json!({ "documentId": document, "note": note }))?.map(|_| String::new()))
    }

    fn resend(&mut self) -> Done {
        let document = self.wanting(&["refused"])?;
        Ok(self.ask("resend", json!({ "documentId": document }))?.map(|_| String::new()))
    }

    fn hand_over(&mut self, what: &HandOver, identifier: Option<&str>) -> Done {
        let with = json!({
            "basis": what.basis, "identity": what.identity, "customer": "Asiakas Katkossa",
            "identified": "identity-card", "identifier": identifier.unwrap_or_default(), "read": what.read,
            "prescriber": what.prescriber, "vnr": what.package, "product": "", "amount": what.amount, "unit": "",
            "immediate": true,
        });
        Ok(self.ask("hand_over", with)?.map(|saved| {
            let line = &saved["line"];
            format!("{} {}, {}", text(&line["product"]), text(&line["amount"]), text(&line["basis"]))
        }))
    }

    fn write_up(&mut self) -> Done {
        let entry = self.oldest_hand_over()?;
        let told = self.in_visit("write_up", json!({ "entryId": entry }), |visit| told_of_proposal(&visit["open"]))?;
        self.open = self.visit["open"]["setId"].as_str().map(str::to_owned);
        Ok(told)
    }

    fn store_prescription(&mut self, what: &ToStore) -> Done {
        let entry = self.oldest_hand_over()?;
        let draft = match self.ask("storing", json!({ "entryId": entry }))? {
            Ok(draft) => draft,
            Err(refusal) => return Ok(Err(refusal)),
        };
        // The call was in the minute of the hand-over.
        let prescribed = if draft["byTelephone"] == true { &draft["line"]["at"] } else { &draft["prescribed"] };
        let form = json!({
            "entryId": entry, "identity": "", "given": draft["given"], "family": draft["family"],
            "prescriberGiven": draft["prescriberGiven"], "prescriberFamily": draft["prescriberFamily"],
            "prescriberNumber": draft["prescriberNumber"], "prescriberRight": "034", "prescribed": prescribed,
            "vnr": draft["package"]["vnr"], "product": "", "amount": draft["amount"], "unit": "",
            "dosage": what.dosage, "purpose": "", "why": "1", "whyWords": "", "validUntil": "",
        });
        let saved = self.ask("store_prescription", json!({ "form": form, "sign": { "pin": what.pin } }))?;
        Ok(saved.map(|saved| {
            let titles: Vec<&str> = list(&saved["signed"]).iter().map(|line| text(&line["title"])).collect();
            titles.join("; ")
        }))
    }

    fn settle_hand_over(&mut self, note: &str) -> Done {
        let entry = self.oldest_hand_over()?;
        Ok(self.ask("settle_hand_over", json!({ "entryId": entry, "note": note }))?.map(|_| String::new()))
    }

    fn label(&mut self) -> Result<String> {
        let set_id = self.open.clone().context("no prescription is in hand")?;
        let with = match text(&self.label_of["setId"]) == set_id {
            true => self.label_of.clone(),
            false => json!({ "setId": set_id }),
        };
        Ok(text(&self.look("label", with)?["state"]).to_owned())
    }

    fn deviations(&mut self) -> Result<usize> {
        Ok(list(&self.look("deviations", json!({}))?["rows"]).len())
    }

    fn opened(&mut self) -> Result<usize> {
        Ok(list(&self.look("remnants", json!({}))?["rows"]).len())
    }

    fn near_misses(&mut self) -> Result<usize> {
        Ok(list(&self.look("near_misses", json!({}))?["rows"]).len())
    }

    fn labels_void(&mut self) -> Result<usize> {
        let printed = self.look("printed_labels", json!({}))?;
        Ok(list(&printed["rows"]).iter().filter(|row| text(&row["state"]) == "void").count())
    }

    fn handed_over(&mut self) -> Result<u32> {
        let status = self.look("status", json!({}))?;
        let count = status["outbox"]["handedOver"].as_u64().and_then(|count| u32::try_from(count).ok());
        count.context("the status lacks a count")
    }

    fn session(&mut self) -> Result<Option<Session>> {
        let status = self.look("status", json!({}))?;
        let session = &status["session"];
        if session.is_null() {
            return Ok(None);
        }
        Ok(Some(Session { name: text(&session["name"]).to_owned(), locked: session["locked"] == true }))
    }

    fn listed(&mut self) -> Result<Vec<Listed>> {
        let lines = list(&self.visit["prescriptions"]);
        Ok(lines
            .iter()
            .map(|line| {
                let marks = list(&line["marks"]).iter().chain([&line["hindrance"]]);
                Listed {
                    name: text(&line["name"]).to_owned(),
                    remaining: text(&line["remaining"]).to_owned(),
                    dispensable: line["dispensable"] == true,
                    marks: marks.filter(|chip| !chip.is_null()).map(|chip| text(&chip["text"]).to_owned()).collect(),
                }
            })
            .collect())
    }

    fn warning(&mut self) -> Result<String> {
        Ok(text(&self.visit["warning"]).to_owned())
    }

    fn in_hand(&mut self) -> Result<InHand> {
        let proposal = &self.visit["open"]["proposal"];
        anyhow::ensure!(!proposal.is_null(), "no prescription with a proposal is in hand");
        Ok(InHand {
            delivered: text(&proposal["delivered"]).to_owned(),
            will_remain: text(&proposal["remainingAfter"]).to_owned(),
            may_sign: proposal["maySign"] == true,
            checks: list(&proposal["checks"])
                .iter()
                .map(|check| (text(&check["rule"]).to_owned(), text(&check["outcome"]).to_owned()))
                .collect(),
        })
    }

    fn basket(&mut self) -> Result<Vec<String>> {
        // As the page does after a log-in: what the program still holds, or that it holds nothing.
        let lines = match self.ask("visit", json!({}))? {
            Ok(visit) => visit["basket"].clone(),
            Err(refusal) if refusal.code == "no-visit" => Value::Null,
            Err(refusal) => bail!("`visit` was refused: {refusal}"),
        };
        Ok(list(&lines).iter().map(|line| text(&line["preparedBy"]).to_owned()).collect())
    }

    fn outbox(&mut self) -> Result<Outbox> {
        let status = self.look("status", json!({}))?;
        let count = |name: &str| {
            let count = status["outbox"][name].as_u64().and_then(|count| u32::try_from(count).ok());
            count.context("the status lacks a count")
        };
        Ok(Outbox { waiting: count("waiting")?, refused: count("refused")?, conflicts: count("conflicts")? })
    }

    fn told(&mut self) -> Result<Told> {
        let status = self.look("status", json!({}))?;
        let noticed = status["notices"][0]["number"].as_u64().unwrap_or(0);
        Ok(Told { noticed: u32::try_from(noticed)?, silent: !status["freshness"]["silentSince"].is_null() })
    }

    fn today(&mut self) -> Result<Vec<Row>> {
        let day = self.look("review_day", json!({}))?;
        Ok(list(&day["rows"])
            .iter()
            .map(|row| Row { document: text(&row["documentId"]).to_owned(), state: text(&row["state"]).to_owned() })
            .collect())
    }

    fn document(&mut self, id: &str) -> Result<Vec<u8>> {
        let document = self.look("document", json!({ "documentId": id }))?;
        Ok(text(&document["xml"]).as_bytes().to_vec())
    }

    fn process(&mut self) -> Option<u32> {
        let program = &mut self.running.as_mut()?.program;
        program.ended().is_none().then(|| program.child().id())
    }

    fn kill(&mut self) -> Result<()> {
        let mut running = self.running.take().context("the app is not running")?;
        running.program.kill();
        self.visit = Value::Null;
        self.open = None;
        Ok(())
    }

    fn start(&mut self) -> Result<()> {
        anyhow::ensure!(self.running.is_none(), "the app is running");
        let mut command = Command::new(sibling("tiski")?);
        command.arg("--settings").arg(&self.settings).arg("headless");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(open_log(&self.log)?);
        if let Some(file) = &self.fail_points {
            command.env(fail_point::FILE, file);
        }
        let mut program = Started::start_as_is("tiski", &mut command)?;
        let requests = program.child().stdin.take().context("no way to ask")?;
        let answers = program.child().stdout.take().context("no way to hear")?;
        let (sender, receiver) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(answers).lines().map_while(Result::ok) {
                // What is no JSON is no answer; the one who waits for one will say what is missing.
                if let Ok(value) = serde_json::from_str(&line)
                    && sender.send(value).is_err()
                {
                    break;
                }
            }
        });
        self.running = Some(Running { program, requests, answers: receiver });
        Ok(())
    }

    fn stop(&mut self) -> Result<()> {
        if let Some(Running { mut program, requests, .. }) = self.running.take() {
            drop(requests);
            let ended = program.wait(Duration::from_secs(10)).context("the app did not end at the end of its input")?;
            anyhow::ensure!(ended.success(), "the app ended with {ended}: {}", last_lines(&self.log));
        }
        Ok(())
    }
}

fn read_answer(answer: &Value) -> Result<Value, Refusal> {
    let problem = &answer["problem"];
    if problem.is_null() {
        return Ok(answer["ok"].clone());
    }
    Err(Refusal {
        code: text(&problem["code"]).to_owned(),
        sentence: text(&problem["sentence"]).to_owned(),
        rule: problem["rule"].as_str().map(str::to_owned),
        tries_left: problem["triesLeft"].as_u64().and_then(|left| u8::try_from(left).ok()),
    })
}

fn told_of_proposal(view: &Value) -> String {
    let proposal = &view["proposal"];
    let mut told = text(&view["title"]).to_owned();
    if !proposal.is_null() {
        told += &format!(": {}, then {} left", text(&proposal["delivered"]), text(&proposal["remainingAfter"]));
        for check in list(&proposal["checks"]) {
            if check["outcome"] == "stop" || check["outcome"] == "needs-reason" {
                told += &format!("; {}: {}", text(&check["rule"]), text(&check["sentence"]));
            }
        }
    }
    told
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}
