//! Hands on the real window: they type, press keys and read what stands on the page, by the `data-testid` names that
//! `ui` declares. What cannot be seen on the screen cannot be seen here.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use base64::Engine;
use rustix::process::Pid;
use serde_json::Value;

use super::{Done, Errand, Hands, InHand, Listed, Outbox, Refusal, Row, Session, Told};
use crate::process::{Started, sibling, until};
use crate::story::{HandOver, ToStore};
use crate::webdriver::{ENTER, ESCAPE, Element, F2, F3, F4, F5, F6, F7, F9, WebDriver, redrawn};

const PATIENCE: Duration = Duration::from_secs(20);
/// How long a card in a reader may stay unseen.
const CARD_PATIENCE: Duration = Duration::from_secs(10);
/// After this the same reason as before is believed to be said again.
const SAME_AGAIN: Duration = Duration::from_secs(2);
const DISPLAY: &str = ":99";
const SOCKETS: &str = "/tmp/.X11-unix";

/// A screen of this world's own, without a monitor.
pub struct Screen(#[expect(dead_code, reason = "it ends when it is dropped")] Started);

impl Screen {
    /// Starts one.
    pub fn start(folder: &Path) -> Result<Self> {
        // Its socket and number are this corner's own: no other display on the machine may be touched.
        std::fs::create_dir_all(SOCKETS)?;
        crate::namespace::run(Command::new("mount").args(["-t", "tmpfs", "-o", "mode=1777", "tmpfs", SOCKETS]))?;
        let log = folder.join("screen.log");
        let mut command = Command::new("Xvfb");
        command.args([DISPLAY, "-nolock", "-nolisten", "tcp", "-screen", "0", "1920x1080x24"]).stdin(Stdio::null());
        let mut server = Started::start("Xvfb", &mut command, &log).context("the Debian package xvfb is needed")?;
        let socket = Path::new(SOCKETS).join("X99");
        until("the screen is ready", PATIENCE, || {
            server.must_run(&log)?;
            Ok(socket.exists())
        })?;
        Ok(Self(server))
    }

    /// A picture of what stands in the upper left corner, where windows open that nobody manages.
    pub fn picture(&self, file: &Path, width: u32, height: u32) -> Result<()> {
        let mut command = Command::new("import");
        command.args(["-display", DISPLAY, "-window", "root", "-crop", &format!("{width}x{height}+0+0"), "+repage"]);
        crate::namespace::run(command.arg(file)).context("the Debian package imagemagick is needed").map(drop)
    }
}

/// The window and its driver.
pub struct Window {
    settings: PathBuf,
    program: PathBuf,
    driver: WebDriver,
}

impl Window {
    /// Opens the window on a settings file.
    pub fn start(settings: &Path, folder: &Path) -> Result<Self> {
        Self::start_with(settings, folder, None)
    }

    /// The same; the program looks into this file at its fail points.
    pub fn start_with(settings: &Path, folder: &Path, fail_points: Option<&Path>) -> Result<Self> {
        let home = folder.join("home");
        std::fs::create_dir_all(&home)?;
        let driver = WebDriver::start(DISPLAY, &home, &folder.join("app/window.log"), fail_points)?;
        let mut window = Self { settings: settings.to_owned(), program: sibling("tiski-desktop")?, driver };
        Hands::start(&mut window)?;
        Ok(window)
    }

    /// The driver, for pictures.
    pub fn driver(&self) -> &WebDriver {
        &self.driver
    }

    /// Changes the desk.
    pub fn go_to(&self, desk: &str) -> Result<()> {
        self.close_panel()?;
        self.press_on(&named(&format!("desk-{desk}")))?;
        self.calm()
    }

    /// How many lines of a kind the manager's lists have.
    fn in_review(&self, selector: &str) -> Result<usize> {
        self.go_to("review")?;
        let count = self.driver.script("return document.querySelectorAll(arguments[0]).length", &[selector])?;
        Ok(usize::try_from(count.as_u64().unwrap_or_default())?)
    }

    /// Opens the panel in which PIN2 is typed.
    pub fn open_signing(&self) -> Result<()> {
        self.driver.press(F9)?;
        self.find(&named("pin2")).map(drop)
    }

    /// Opens the newest document of the manager's list.
    pub fn open_first_document(&self) -> Result<()> {
        self.go_to("review")?;
        self.press_on(&format!("{} button", named("dispensation-row")))?;
        self.find(&named("document-xml")).map(drop)
    }

    /// Waits until something of a selector is seen.
    pub fn shows(&self, selector: &str, within: Duration) -> Result<()> {
        until(&format!("`{selector}` on the screen"), within, || self.there(selector))
    }

    /// Has every link of the chain looked at anew, and closes the list again.
    pub fn looks_at_the_chain(&self) -> Result<()> {
        self.press_on(&named("health"))?;
        self.press_on(&format!("{}:enabled", named("examine")))?;
        self.find(&format!("{}:enabled", named("examine")))?;
        self.driver.press(ESCAPE)?;
        until("the list to close", PATIENCE, || Ok(!self.there("dialog[open]")?))
    }

    /// Puts a theme on, as the settings desk does.
    pub fn wear(&self, theme: &str) -> Result<()> {
        self.driver.script(&format!("document.documentElement.dataset.theme = '{theme}'"), &[]).map(drop)
    }

    /// Waits until something of a selector is on the screen.
    fn find(&self, selector: &str) -> Result<()> {
        until(&format!("`{selector}` on the screen"), PATIENCE, || self.there(selector))
    }

    fn there(&self, selector: &str) -> Result<bool> {
        Ok(self.driver.script("return document.querySelector(arguments[0]) !== null", &[selector])? == true)
    }

    /// Does something to the first element of a selector, again where the page was redrawn in between.
    fn touch(&self, selector: &str, act: impl Fn(&Element) -> Result<()>) -> Result<()> {
        until(&format!("`{selector}` to be touched"), PATIENCE, || {
            let Some(element) = self.driver.first(selector)? else { return Ok(false) };
            match act(&element) {
                Ok(()) => Ok(true),
                Err(error) if redrawn(&error) => Ok(false),
                Err(error) => Err(error),
            }
        })
    }

    fn press_on(&self, selector: &str) -> Result<()> {
        // The driver leaves what is half in view where it is, and then cannot press it.
        self.touch(selector, |element| {
            self.driver
                .script("document.querySelector(arguments[0])?.scrollIntoView({ block: 'nearest' })", &[selector])?;
            self.driver.click(element)
        })
    }

    fn read(&self, selector: &str) -> Result<String> {
        self.find(selector)?;
        let text = self.driver.script("return document.querySelector(arguments[0])?.textContent", &[selector])?;
        Ok(plain(&text))
    }

    fn attribute(&self, selector: &str, name: &str) -> Result<Option<String>> {
        let script = "return document.querySelector(arguments[0])?.getAttribute(arguments[1])";
        Ok(self.driver.script(script, &[selector, name])?.as_str().map(str::to_owned))
    }

    /// Goes to a field by its key, which selects what it holds, and types over it.
    fn fill(&self, key: &str, field: &str, text: &str) -> Result<()> {
        self.find(&named(field))?;
        self.driver.press(key)?;
        let focused = format!("{}:focus", named(field));
        until(&format!("the hand on `{field}`"), PATIENCE, || self.there(&focused))?;
        self.driver.press(text)
    }

    /// Waits until nothing is under way.
    fn calm(&self) -> Result<()> {
        until("the program to answer", PATIENCE, || Ok(!self.there("[aria-busy=true]")?))
    }

    /// The problem that stands on the screen.
    fn problem(&self) -> Result<Option<Refusal>> {
        let seen = self.driver.script(
            "const shown = Array.from(document.querySelectorAll('[data-testid=problem]')).at(-1);
             return shown && { code: shown.dataset.code, text: shown.querySelector('.sentence').textContent,
                               left: shown.querySelector('[data-testid=tries-left]')?.textContent ?? '' }",
            &[],
        )?;
        if seen.is_null() {
            return Ok(None);
        }
        let left: String = plain(&seen["left"]).chars().filter(char::is_ascii_digit).collect();
        Ok(Some(Refusal {
            code: plain(&seen["code"]),
            sentence: plain(&seen["text"]),
            rule: None,
            tries_left: left.parse().ok(),
        }))
    }

    fn outcome(&self, told: impl FnOnce() -> Result<String>) -> Done {
        self.calm()?;
        match self.problem()? {
            Some(refusal) => Ok(Err(refusal)),
            None => told().map(Ok),
        }
    }

    /// Closes what stands in front after signing.
    fn close_panel(&self) -> Result<()> {
        if self.there(&named("signed-close"))? {
            self.press_on(&named("signed-close"))?;
        }
        Ok(())
    }

    fn at_counter(&self) -> Result<()> {
        self.close_panel()?;
        if !self.there(&format!("{}[aria-current=page]", named("desk-counter")))? {
            self.press_on(&named("desk-counter"))?;
        }
        Ok(())
    }

    fn rows(&self, within: &str) -> Result<Vec<Row>> {
        let rows = self.driver.script(
            "return Array.from(document.querySelectorAll(arguments[0] + ' [data-testid=dispensation-row]'),
                row => ({ document: row.dataset.documentId, state: row.dataset.state }))",
            &[within],
        )?;
        Ok(list(&rows).map(|row| Row { document: plain(&row["document"]), state: plain(&row["state"]) }).collect())
    }

    fn lines(&self) -> Result<Vec<Listed>> {
        let lines = self.driver.script(
            "return Array.from(document.querySelectorAll('[data-testid=prescription-row]'), row => ({
                name: row.querySelector('.name').textContent,
                remaining: row.querySelector('.second > .muted')?.textContent ?? '',
                dispensable: row.dataset.dispensable === 'true',
                marks: Array.from(row.querySelectorAll('.chip'), chip => chip.textContent) }))",
            &[],
        )?;
        Ok(list(&lines)
            .map(|line| Listed {
                name: plain(&line["name"]),
                remaining: plain(&line["remaining"]),
                dispensable: line["dispensable"] == true,
                marks: list(&line["marks"]).map(plain).collect(),
            })
            .collect())
    }

    /// Whether the door stays shut for this card, and says why.
    fn never_opens(&self) -> Result<bool> {
        let end = Instant::now() + CARD_PATIENCE;
        while Instant::now() < end {
            if self.there(&format!("{}:enabled", named("pin1")))? {
                return Ok(false);
            }
            let shut = "main:is([data-card=ready], [data-card=unusable])";
            if self.there(shut)? && self.problem()?.is_some() {
                return Ok(true);
            }
            std::thread::sleep(Duration::from_millis(30));
        }
        anyhow::ensure!(self.problem()?.is_some(), "the field for PIN1 does not open, and nothing says why");
        Ok(true)
    }

    /// Why PIN2 cannot be typed: the panel says that it is blocked where the card says so.
    fn closed_pin2(&self) -> Result<Refusal> {
        let sentence = self.read(&named("pin2-left"))?;
        Ok(Refusal { code: "pin2-blocked".to_owned(), sentence, ..Refusal::default() })
    }

    fn logged_in(&self) -> Result<bool> {
        self.there(&named("person"))
    }
}

impl Hands for Window {
    fn log_in(&mut self, pin: &str) -> Done {
        if self.never_opens()? {
            return Ok(Err(self.problem()?.unwrap_or_default()));
        }
        let before = self.problem()?;
        self.touch(&format!("{}:enabled", named("pin1")), |field| self.driver.keys(field, &format!("{pin}{ENTER}")))?;
        let begun = Instant::now();
        loop {
            if self.logged_in()? {
                return self.read(&format!("{} .who", named("person"))).map(Ok);
            }
            // The field is closed while the card works; afterwards it is open again beside the reason. A reason that
            // stood there before counts once it has had the time to go away.
            let working = self.there(&format!("{}:disabled", named("pin1")))?;
            let seen = self.problem()?;
            let is_news = seen != before || begun.elapsed() > SAME_AGAIN;
            if let Some(refusal) = seen
                && is_news
                && (!working || refusal.code.contains("blocked"))
            {
                return Ok(Err(refusal));
            }
            anyhow::ensure!(begun.elapsed() < PATIENCE, "neither logged in nor refused");
            std::thread::sleep(Duration::from_millis(30));
        }
    }

    fn log_out(&mut self) -> Done {
        self.close_panel()?;
        self.press_on(&named("person"))?;
        self.press_on(&named("log-out"))?;
        self.find(&named("log-in"))?;
        Ok(Ok(String::new()))
    }

    fn search(&mut self, text: &str, errand: Option<Errand<'_>>) -> Done {
        self.at_counter()?;
        self.fill(F2, "search", &format!("{text}{ENTER}"))?;
        if self.there(&named("leave-basket"))? {
            self.press_on(&named("leave-confirm"))?;
        }
        if let Some(Errand { basis, medicine }) = errand {
            self.press_on(&named("acting-other"))?;
            self.press_on(&named(&format!("basis-{basis}")))?;
            if basis == "kela-card" {
                self.find(&named("named-medicine"))?;
                let named_so = format!("{}{ENTER}", medicine.unwrap_or_default());
                self.touch(&named("named-medicine"), |field| self.driver.keys(field, &named_so))?;
            }
        }
        self.press_on(&named("identified-identity-card"))?;
        until("the answer of the search", PATIENCE, || {
            Ok(!self.there(&named("identify"))?
                && !self.there("[role=status]:is(h1)")?
                && (self.there(&named("customer"))? || self.there(&named("problem"))?))
        })?;
        self.outcome(|| {
            let rows = self.lines()?;
            let names: Vec<String> = rows.iter().map(|row| format!("{} {}", row.name, row.remaining)).collect();
            Ok(format!("{}: {}", self.read(&named("customer"))?, names.join("; ")))
        })
    }

    fn open(&mut self, product: &str) -> Done {
        self.at_counter()?;
        self.find(&named("prescription-row"))?;
        let set_id = self.driver.script(
            "return Array.from(document.querySelectorAll('[data-testid=prescription-row]'))
                .find(row => row.querySelector('.name').textContent.trim().startsWith(arguments[0]))?.dataset.setId",
            &[product],
        )?;
        let Some(set_id) = set_id.as_str() else { bail!("{product} is not listed") };
        self.press_on(&format!("{}[data-set-id=\"{set_id}\"] .name", named("prescription-row")))?;
        let opened = format!("{}[data-set-id=\"{set_id}\"]", named("open-prescription"));
        until("the prescription in hand", PATIENCE, || Ok(self.there(&opened)? || self.there(&named("problem"))?))?;
        self.outcome(|| self.read(&named("open-title")))
    }

    fn propose_amount(&mut self, amount: &str) -> Done {
        self.fill(F6, "amount", &format!("{amount}{ENTER}"))?;
        self.outcome(|| self.read(&named("delivered")))
    }

    fn choose_package(&mut self, vnr: &str) -> Done {
        self.press_on(&format!("{}[data-vnr=\"{vnr}\"]", named("package-row")))?;
        self.outcome(|| self.read(&named("delivered")))
    }

    fn scan(&mut self, code: &str) -> Done {
        // Wherever the focus rests: a scanner does not ask.
        self.driver.press(&format!("{code}{ENTER}"))?;
        self.outcome(|| Ok(String::new()))
    }

    fn take_back_code(&mut self) -> Done {
        self.press_on(&named("take-back-link"))?;
        self.outcome(|| Ok(String::new()))
    }

    fn hear_scanner(&mut self) -> Done {
        // The page hears the event by itself; what came of it is expected.
        self.outcome(|| Ok(String::new()))
    }

    fn link(&mut self, link: &str) -> Result<String> {
        let script = "return document.querySelector(`[data-link=${arguments[0]}]`)?.dataset.state ?? ''";
        Ok(plain(&self.driver.script(script, &[link])?))
    }

    fn put_aside(&mut self) -> Done {
        self.press_on(&named("put-aside"))?;
        self.outcome(|| Ok(String::new()))
    }

    fn confirm_scan(&mut self) -> Done {
        self.press_on(&named("confirm-scan"))?;
        self.outcome(|| Ok(String::new()))
    }

    fn package(&mut self) -> Result<String> {
        self.calm()?;
        let seen = self.driver.script(
            "const all = (name, field) =>
                Array.from(document.querySelectorAll(`[data-testid=${name}]`), one => one.dataset[field]).join(', ');
             const there = name => document.querySelector(`[data-testid=${name}]`) !== null;
             if (there('wrong-pack')) return `wrong in ${all('difference', 'part')}`;
             if (there('unknown-pack')) return 'unknown';
             return there('scanned') ? `right, batch ${all('pack', 'batch')}` : 'nothing'",
            &[],
        )?;
        Ok(plain(&seen))
    }

    fn give_reason(&mut self, reason: &str) -> Done {
        self.fill(F3, "reason", &format!("{reason}{ENTER}"))?;
        self.outcome(|| Ok(String::new()))
    }

    fn deviate(&mut self, path: &str, code: &str, words: &str) -> Done {
        self.press_on(&named("deviate"))?;
        self.find(&named("deviation-panel"))?;
        if self.there(&named("deviation-closed"))? {
            self.driver.press(ESCAPE)?;
            return Ok(Err(Refusal { code: "deviation-closed".to_owned(), ..Refusal::default() }));
        }
        self.press_on(&named(&format!("deviation-path-{path}")))?;
        self.press_on(&named(&format!("deviation-reason-{code}")))?;
        self.touch(&named("deviation-words"), |element| self.driver.keys(element, &format!("{words}{ENTER}")))?;
        until("the deviation to be noted", PATIENCE, || Ok(!self.there(&named("deviation-panel"))?))?;
        self.outcome(|| self.read(&named("deviation")))
    }

    fn deviation(&mut self) -> Result<String> {
        self.calm()?;
        let path = self.attribute(&named("deviation"), "data-path")?;
        Ok(path.unwrap_or_else(|| "none".to_owned()))
    }

    fn make(&mut self, until: &str, price: &str) -> Done {
        self.fill(F4, "unlisted-useUntil", &format!("{until}{ENTER}"))?;
        self.touch(&named("unlisted-price"), |element| self.driver.keys(element, &format!("{price}{ENTER}")))?;
        self.outcome(|| self.read(&named("price")))
    }

    fn add(&mut self) -> Done {
        self.find(&named("add"))?;
        if self.attribute(&named("add"), "aria-disabled")?.as_deref() == Some("true") {
            return Ok(Err(Refusal { code: "hindered".to_owned(), ..Refusal::default() }));
        }
        self.press_on(&named("add"))?;
        self.find(&named("basket-line"))?;
        self.outcome(|| self.read(&named("basket-line")))
    }

    fn take_out(&mut self) -> Done {
        self.press_on(&named("remove"))?;
        self.find(&named("add"))?;
        self.outcome(|| Ok(String::new()))
    }

    fn print_label(&mut self, split: Option<(&str, &str)>) -> Done {
        self.at_counter()?;
        if let Some((batch, expiry)) = split {
            for (field, said) in [("label-batch", batch), ("label-expiry", expiry)] {
                self.touch(&named(field), |element| self.driver.keys(element, said))?;
            }
            // What was typed counts when the hand leaves the field.
            self.press_on(&named("label-marks"))?;
        }
        let ready = format!("{}:enabled", named("print-label"));
        self.find(&ready)?;
        let before = self.read(&named("label"))?;
        self.press_on(&ready)?;
        until("the label to be printed", PATIENCE, || {
            let told = self.there(&named("label-problem"))? || self.there(&named("label-state"))?;
            Ok(told && self.there(&ready)? && (self.read(&named("label"))? != before || split.is_none()))
        })?;
        self.outcome(|| self.read(&named("label-state")))
    }

    fn sign(&mut self, pin: &str, wait: bool) -> Done {
        if !self.there(&named("pin2"))? {
            self.driver.press(F9)?;
        }
        self.find(&named("pin2"))?;
        if self.attribute(&named("pin2"), "disabled")?.is_some() {
            return Ok(Err(self.closed_pin2()?));
        }
        self.touch(&named("pin2"), |field| self.driver.keys(field, &format!("{pin}{ENTER}")))?;
        until("signed or refused", PATIENCE, || {
            let working = self.there("dialog [data-testid=pin2]:disabled")?;
            Ok(self.there(&named("signed-panel"))? || (!working && self.there(&named("problem"))?))
        })?;
        if let Some(refusal) = self.problem()? {
            return Ok(Err(refusal));
        }
        if wait {
            // As the person at the counter does: a glance until the Centre has answered, then on with it.
            let done = format!("{}:is([data-state=accepted],[data-state=refused])", named("signed-document"));
            let end = Instant::now() + Duration::from_secs(3);
            while Instant::now() < end && !self.there(&done)? {
                std::thread::sleep(Duration::from_millis(30));
            }
        }
        self.read(&named("signed-document")).map(Ok)
    }

    fn close_visit(&mut self) -> Done {
        self.at_counter()?;
        self.press_on(&named("close-visit"))?;
        self.press_on(&named("leave-confirm"))?;
        self.find(&named("empty-counter"))?;
        Ok(Ok(String::new()))
    }

    fn send_now(&mut self) -> Done {
        self.go_to("waiting")?;
        self.press_on(&named("send-now"))?;
        self.outcome(|| Ok(String::new()))
    }

    fn settle(&mut self, note: &str) -> Done {
        self.go_to("waiting")?;
        self.find(&named("settle"))?;
        self.driver.press(F4)?;
        self.find(&format!("{}:focus", named("note")))?;
        self.driver.press(&format!("{note}{ENTER}"))?;
        until("settled or refused", PATIENCE, || {
            Ok(!self.there(&named("settle-panel"))? || self.there(&named("problem"))?)
        })?;
        self.outcome(|| Ok(String::new()))
    }

    fn resend(&mut self) -> Done {
        self.go_to("waiting")?;
        self.find(&named("resend"))?;
        self.driver.press(F5)?;
        self.outcome(|| Ok(String::new()))
    }

    fn hand_over(&mut self, what: &HandOver, identifier: Option<&str>) -> Done {
        self.at_counter()?;
        self.driver.press(F7)?;
        self.press_on(&named(&format!("outage-basis-{}", what.basis)))?;
        let fields = [
            ("outage-identifier", identifier.unwrap_or_default()),
            ("outage-read", what.read.as_str()),
            ("outage-prescriber", what.prescriber.as_str()),
            ("outage-identity", what.identity.as_str()),
            ("outage-customer", "Asiakas Katkossa"),
        ];
        for (field, text) in fields.into_iter().filter(|(_, text)| !text.is_empty()) {
            self.touch(&named(field), |field| self.driver.keys(field, text))?;
        }
        self.press_on(&named("outage-identified-identity-card"))?;
        self.touch(&named("outage-product"), |field| self.driver.keys(field, &what.package))?;
        self.find(&format!("{}[data-vnr=\"{}\"]", named("outage-package"), what.package))?;
        self.touch(&named("outage-product"), |field| self.driver.keys(field, ENTER))?;
        self.find(&named("outage-chosen"))?;
        self.driver.script("document.querySelector('[data-testid=outage-amount]').value = ''", &[])?;
        self.touch(&named("outage-amount"), |field| self.driver.keys(field, &what.amount))?;
        self.driver.press(F9)?;
        until("saved or refused", PATIENCE, || {
            Ok(self.there(&named("outage-saved"))? || self.there(&named("problem"))?)
        })?;
        let done = self.outcome(|| self.read(&named("outage-saved")))?;
        if done.is_ok() {
            self.press_on(&named("outage-close"))?;
        }
        Ok(done)
    }

    fn write_up(&mut self) -> Done {
        self.go_to("waiting")?;
        self.press_on(&named("write-up"))?;
        until("the hand-over's visit", PATIENCE, || {
            Ok(self.there(&named("handed-over"))? || self.there(&named("problem"))?)
        })?;
        self.outcome(|| self.read(&named("handed-over")))
    }

    fn store_prescription(&mut self, what: &ToStore) -> Done {
        self.go_to("waiting")?;
        self.press_on(&named("storing-open"))?;
        self.find(&named("storing-panel"))?;
        // The call was in the minute of the hand-over.
        let telephone = self.driver.script(
            "const at = document.querySelector('[data-testid=storing-prescribed]');
             return at.dataset.telephone === 'true' ? document.querySelector('[data-testid=storing-at]').textContent : ''",
            &[],
        )?;
        if let Some(at) = telephone.as_str().filter(|at| !at.is_empty()) {
            self.driver.script("document.querySelector('[data-testid=storing-prescribed]').value = ''", &[])?;
            self.touch(&named("storing-prescribed"), |field| self.driver.keys(field, at))?;
        }
        self.press_on(&named("storing-right-034"))?;
        self.touch(&named("storing-dosage"), |field| self.driver.keys(field, &what.dosage))?;
        until("the rules' answer", PATIENCE, || {
            Ok(self.attribute(&named("storing-sign"), "aria-disabled")?.as_deref() == Some("false"))
        })?;
        self.driver.press(F9)?;
        self.find(&named("pin2"))?;
        self.touch(&named("pin2"), |field| self.driver.keys(field, &format!("{}{ENTER}", what.pin)))?;
        until("stored or refused", PATIENCE, || {
            Ok(self.there(&named("storing-saved"))? || self.there(&named("problem"))?)
        })?;
        let done = self.outcome(|| self.read(&named("storing-saved")))?;
        if done.is_ok() {
            self.press_on(&named("storing-close"))?;
        }
        Ok(done)
    }

    fn settle_hand_over(&mut self, note: &str) -> Done {
        self.go_to("waiting")?;
        self.press_on(&named("settle-hand-over"))?;
        self.find(&format!("{}:focus", named("note")))?;
        self.driver.press(&format!("{note}{ENTER}"))?;
        until("settled or refused", PATIENCE, || {
            Ok(!self.there(&named("settle-hand-over-panel"))? || self.there(&named("problem"))?)
        })?;
        self.outcome(|| Ok(String::new()))
    }

    fn label(&mut self) -> Result<String> {
        self.at_counter()?;
        self.find(&named("label"))?;
        Ok(self.attribute(&named("label"), "data-state")?.unwrap_or_default())
    }

    fn deviations(&mut self) -> Result<usize> {
        self.in_review(&named("deviated"))
    }

    fn opened(&mut self) -> Result<usize> {
        self.in_review(&named("remnant"))
    }

    fn near_misses(&mut self) -> Result<usize> {
        self.in_review(&named("near-miss"))
    }

    fn labels_void(&mut self) -> Result<usize> {
        self.in_review("[data-testid=printed-label][data-state=void]")
    }

    fn handed_over(&mut self) -> Result<u32> {
        self.go_to("waiting")?;
        let lines = self.driver.script("return document.querySelectorAll('[data-testid=hand-over]').length", &[])?;
        Ok(u32::try_from(lines.as_u64().unwrap_or_default())?)
    }

    fn session(&mut self) -> Result<Option<Session>> {
        if self.there(&named("locked"))? {
            return Ok(Some(Session { name: String::new(), locked: true }));
        }
        let person =
            self.driver.script("return document.querySelector('[data-testid=person] strong')?.textContent", &[])?;
        Ok((!person.is_null()).then(|| Session { name: plain(&person), locked: false }))
    }

    fn listed(&mut self) -> Result<Vec<Listed>> {
        self.lines()
    }

    fn warning(&mut self) -> Result<String> {
        self.read(&named("warning"))
    }

    fn in_hand(&mut self) -> Result<InHand> {
        self.calm()?;
        self.find(&named("delivered"))?;
        let seen = self.driver.script(
            "const named = name => document.querySelector(`[data-testid=${name}]`);
             return { delivered: named('delivered').textContent, remains: named('remaining-after').textContent,
                checks: Array.from(document.querySelectorAll('[data-testid=check]'),
                    check => [check.dataset.rule, check.dataset.outcome]) }",
            &[],
        )?;
        let checks: Vec<(String, String)> =
            list(&seen["checks"]).map(|check| (plain(&check[0]), plain(&check[1]))).collect();
        Ok(InHand {
            delivered: plain(&seen["delivered"]),
            will_remain: plain(&seen["remains"]),
            may_sign: !checks.iter().any(|(_, answer)| answer == "stop" || answer == "needs-reason"),
            checks,
        })
    }

    fn basket(&mut self) -> Result<Vec<String>> {
        self.at_counter()?;
        let lines = self.driver.script(
            "return Array.from(document.querySelectorAll('[data-testid=basket-line]'),
                line => line.querySelector('[data-testid=prepared-by]')?.textContent ?? '')",
            &[],
        )?;
        // "valmistellut: NN"
        Ok(list(&lines).map(|line| plain(line).rsplit(": ").next().unwrap_or_default().to_owned()).collect())
    }

    fn outbox(&mut self) -> Result<Outbox> {
        self.find(&named("outbox"))?;
        if !self.there(&named("waiting-count"))? {
            return Ok(Outbox::default());
        }
        self.go_to("waiting")?;
        let count = |list: &str| Ok::<_, anyhow::Error>(u32::try_from(self.rows(&named(list))?.len())?);
        Ok(Outbox {
            waiting: count("waiting-list")?,
            refused: count("refused-list")?,
            conflicts: count("conflict-list")?,
        })
    }

    fn told(&mut self) -> Result<Told> {
        self.find(&named("freshness"))?;
        let noticed = self.attribute(&named("notice"), "data-number")?;
        let noticed = noticed.map(|number| number.parse()).transpose()?.unwrap_or(0);
        Ok(Told { noticed, silent: self.there(&format!("{}.silent", named("freshness")))? })
    }

    fn today(&mut self) -> Result<Vec<Row>> {
        self.go_to("review")?;
        self.find(&format!("{}, {} .none", named("dispensations"), named("review")))?;
        self.rows(&named("review"))
    }

    fn newest_state(&mut self) -> Result<Option<String>> {
        for place in ["signed-document", "dispensation-row"] {
            if let Some(state) = self.attribute(&named(place), "data-state")? {
                return Ok(Some(state));
            }
        }
        Ok(self.today()?.into_iter().next().map(|row| row.state))
    }

    fn document(&mut self, id: &str) -> Result<Vec<u8>> {
        self.go_to("review")?;
        self.press_on(&format!("{}[data-document-id=\"{id}\"] button", named("dispensation-row")))?;
        self.find(&format!("{}:not(:empty)", named("document-xml")))?;
        // What is shown is indented for the eye; the exact document is one press away.
        if self.there(&named("document-exact"))? {
            self.press_on(&named("document-exact"))?;
        }
        let text =
            self.driver.script("return document.querySelector('[data-testid=document-xml]').textContent", &[])?;
        self.press_on(&named("document-close"))?;
        Ok(text.as_str().unwrap_or_default().as_bytes().to_vec())
    }

    fn picture(&mut self) -> Option<Vec<u8>> {
        base64::engine::general_purpose::STANDARD.decode(self.driver.picture().ok()?).ok()
    }

    fn process(&mut self) -> Option<u32> {
        processes_of(&self.program).ok()?.first().map(|id| id.as_raw_nonzero().get().unsigned_abs())
    }

    fn kill(&mut self) -> Result<()> {
        let killed = kill_program(&self.program);
        self.driver.forget();
        killed
    }

    fn start(&mut self) -> Result<()> {
        let settings = self.settings.to_string_lossy().into_owned();
        self.driver.open(&self.program, &["--settings", &settings])?;
        self.find(&format!("{}, {}", named("log-in"), named("locked"))).map(drop)
    }

    fn stop(&mut self) -> Result<()> {
        self.driver.close();
        Ok(())
    }
}

/// A text of the page with its blanks as a reader sees them.
fn plain(value: &Value) -> String {
    value.as_str().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn named(name: &str) -> String {
    format!("[data-testid=\"{name}\"]")
}

/// SIGKILL to the window's process.
fn kill_program(program: &Path) -> Result<()> {
    let processes = processes_of(program)?;
    anyhow::ensure!(!processes.is_empty(), "the window is not running");
    for id in processes {
        rustix::process::kill_process(id, rustix::process::Signal::KILL)?;
    }
    Ok(())
}

/// The window's processes: the driver started them, so that they have to be looked for, in this corner only.
fn processes_of(program: &Path) -> Result<Vec<Pid>> {
    let program = std::fs::canonicalize(program)?;
    let numbers = std::fs::read_dir("/proc")?.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let is_it =
        |id: &Pid| std::fs::read_link(format!("/proc/{}/exe", id.as_raw_nonzero())).is_ok_and(|exe| exe == program);
    Ok(numbers.filter_map(Pid::from_raw).filter(is_it).collect())
}
