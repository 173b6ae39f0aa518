//! Hands on the real window: they type, press keys and read what stands on the page, by the `data-testid` names that
//! `ui` declares. What cannot be seen on the screen cannot be seen here.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use base64::Engine;

use super::{Done, Hands, InHand, Listed, Refusal, Row, Session};
use crate::process::{Started, sibling, until};
use crate::webdriver::{ENTER, Element, F2, F3, F6, F9, WebDriver};

const PATIENCE: Duration = Duration::from_secs(20);
const DISPLAY: &str = ":99";
const SOCKETS: &str = "/tmp/.X11-unix";

/// A screen of this world's own, without a monitor.
pub struct Screen(#[allow(dead_code, reason = "it ends when it is dropped")] Started);

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
        let home = folder.join("home");
        std::fs::create_dir_all(&home)?;
        let driver = WebDriver::start(DISPLAY, &home, &folder.join("app/window.log"))?;
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

    /// Puts a theme on, as the settings desk does.
    pub fn wear(&self, theme: &str) -> Result<()> {
        self.driver.script(&format!("document.documentElement.dataset.theme = '{theme}'")).map(drop)
    }

    /// The first element of a selector, waited for.
    fn find(&self, selector: &str) -> Result<Element> {
        let mut found = None;
        until(&format!("`{selector}` on the screen"), PATIENCE, || {
            found = self.driver.first(selector)?;
            Ok(found.is_some())
        })?;
        found.context("nothing was found")
    }

    fn there(&self, selector: &str) -> Result<bool> {
        Ok(self.driver.first(selector)?.is_some())
    }

    fn press_on(&self, selector: &str) -> Result<()> {
        self.driver.click(&self.find(selector)?)
    }

    fn read(&self, selector: &str) -> Result<String> {
        self.driver.text(&self.find(selector)?)
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
        let Some(shown) = self.driver.first(&named("problem"))? else { return Ok(None) };
        let mut refusal = Refusal {
            code: self.driver.attribute(&shown, "data-code")?,
            sentence: self.driver.text(&shown)?,
            rule: None,
            tries_left: None,
        };
        if let Some(left) = self.driver.all_in(&shown, &named("tries-left"))?.first() {
            let digits: String = self.driver.text(left)?.chars().filter(char::is_ascii_digit).collect();
            refusal.tries_left = digits.parse().ok();
        }
        Ok(Some(refusal))
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
        if let Some(close) = self.driver.first(&named("signed-close"))? {
            self.driver.click(&close)?;
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
        let rows = self.driver.all(&format!("{within} {}", named("dispensation-row")))?;
        rows.iter()
            .map(|row| {
                Ok(Row {
                    document: self.driver.attribute(row, "data-document-id")?,
                    state: self.driver.attribute(row, "data-state")?,
                })
            })
            .collect()
    }

    fn lines(&self) -> Result<Vec<Listed>> {
        let mut lines = Vec::new();
        for row in self.driver.all(&named("prescription-row"))? {
            let part = |selector: &str| -> Result<Vec<String>> {
                self.driver.all_in(&row, selector)?.iter().map(|one| self.driver.text(one)).collect()
            };
            lines.push(Listed {
                name: part(".name")?.concat(),
                remaining: part(".second > .muted")?.concat(),
                dispensable: self.driver.attribute(&row, "data-dispensable")? == "true",
                marks: part(".chip")?,
            });
        }
        Ok(lines)
    }

    fn logged_in(&self) -> Result<bool> {
        self.there(&named("person"))
    }
}

impl Hands for Window {
    fn log_in(&mut self, pin: &str) -> Done {
        let field = self.find(&format!("{}:enabled", named("pin1")))?;
        self.driver.keys(&field, &format!("{pin}{ENTER}"))?;
        let end = Instant::now() + PATIENCE;
        loop {
            if self.logged_in()? {
                return self.read(&named("person")).map(Ok);
            }
            // The field is closed while the card works; afterwards it is open again beside the reason.
            let working = self.driver.first(&named("pin1"))?.is_some_and(|field| {
                let blocked = self.driver.attribute(&field, "disabled");
                blocked.is_ok_and(|disabled| !disabled.is_empty() && disabled != "false")
            });
            if let Some(refusal) = self.problem()?
                && (!working || refusal.code.contains("blocked"))
            {
                return Ok(Err(refusal));
            }
            if Instant::now() > end {
                bail!("neither logged in nor refused");
            }
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

    fn search(&mut self, text: &str) -> Done {
        self.at_counter()?;
        self.fill(F2, "search", &format!("{text}{ENTER}"))?;
        if self.there(&named("leave-basket"))? {
            self.press_on(&named("leave-confirm"))?;
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
        for row in self.driver.all(&named("prescription-row"))? {
            let name = self.driver.all_in(&row, ".name")?;
            let name = name.first().map(|name| self.driver.text(name)).transpose()?.unwrap_or_default();
            if name.starts_with(product) {
                let set_id = self.driver.attribute(&row, "data-set-id")?;
                self.driver.click(&row)?;
                let opened = format!("{}[data-set-id=\"{set_id}\"]", named("open-prescription"));
                until("the prescription in hand", PATIENCE, || {
                    Ok(self.there(&opened)? || self.there(&named("problem"))?)
                })?;
                return self.outcome(|| self.read(&named("open-title")));
            }
        }
        bail!("{product} is not listed")
    }

    fn propose_amount(&mut self, amount: &str) -> Done {
        self.fill(F6, "amount", &format!("{amount}{ENTER}"))?;
        self.outcome(|| self.read(&named("delivered")))
    }

    fn choose_package(&mut self, vnr: &str) -> Done {
        self.press_on(&format!("{}[data-vnr=\"{vnr}\"]", named("package-row")))?;
        self.outcome(|| self.read(&named("delivered")))
    }

    fn give_reason(&mut self, reason: &str) -> Done {
        self.fill(F3, "reason", &format!("{reason}{ENTER}"))?;
        self.outcome(|| Ok(String::new()))
    }

    fn add(&mut self) -> Done {
        let add = self.find(&named("add"))?;
        if self.driver.attribute(&add, "aria-disabled")? == "true" {
            return Ok(Err(Refusal { code: "hindered".to_owned(), ..Refusal::default() }));
        }
        self.driver.click(&add)?;
        self.find(&named("basket-line"))?;
        self.outcome(|| self.read(&named("basket-line")))
    }

    fn sign(&mut self, pin: &str, wait: bool) -> Done {
        if !self.there(&named("pin2"))? {
            self.driver.press(F9)?;
        }
        let field = self.find(&format!("{}:enabled", named("pin2")))?;
        self.driver.keys(&field, &format!("{pin}{ENTER}"))?;
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
        let shown = self.find(&named("signed-document"))?;
        Ok(Ok(format!("{}: {}", self.driver.text(&shown)?, self.driver.attribute(&shown, "data-state")?)))
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

    fn session(&mut self) -> Result<Option<Session>> {
        if self.there(&named("locked"))? {
            return Ok(Some(Session { name: String::new(), locked: true }));
        }
        match self.driver.first(&format!("{} strong", named("person")))? {
            Some(person) => Ok(Some(Session { name: self.driver.text(&person)?, locked: false })),
            None => Ok(None),
        }
    }

    fn listed(&mut self) -> Result<Vec<Listed>> {
        self.lines()
    }

    fn in_hand(&mut self) -> Result<InHand> {
        self.calm()?;
        let checks = self
            .driver
            .all(&named("check"))?
            .iter()
            .map(|check| {
                Ok((self.driver.attribute(check, "data-rule")?, self.driver.attribute(check, "data-outcome")?))
            })
            .collect::<Result<_>>()?;
        let add = self.driver.first(&named("add"))?;
        Ok(InHand {
            delivered: self.read(&named("delivered"))?,
            will_remain: self.read(&named("remaining-after"))?,
            may_sign: match add {
                Some(add) => self.driver.attribute(&add, "aria-disabled")? != "true",
                None => self.there(&named("remove"))?,
            },
            checks,
        })
    }

    fn outbox(&mut self) -> Result<(u32, u32)> {
        self.find(&named("outbox"))?;
        if !self.there(&named("waiting-count"))? {
            return Ok((0, 0));
        }
        self.go_to("waiting")?;
        let count = |list: &str| Ok::<_, anyhow::Error>(u32::try_from(self.rows(&named(list))?.len())?);
        Ok((count("waiting-list")?, count("refused-list")?))
    }

    fn today(&mut self) -> Result<Vec<Row>> {
        self.go_to("review")?;
        self.find(&format!("{}, {} .none", named("dispensations"), named("review")))?;
        self.rows(&named("review"))
    }

    fn newest_state(&mut self) -> Result<Option<String>> {
        for place in ["signed-document", "dispensation-row"] {
            if let Some(shown) = self.driver.first(&named(place))? {
                return self.driver.attribute(&shown, "data-state").map(Some);
            }
        }
        Ok(self.today()?.into_iter().next().map(|row| row.state))
    }

    fn document(&mut self, id: &str) -> Result<Vec<u8>> {
        self.go_to("review")?;
        self.press_on(&format!("{}[data-document-id=\"{id}\"] button", named("dispensation-row")))?;
        let shown = self.find(&named("document-xml"))?;
        let text = self.driver.property(&shown, "textContent")?;
        self.press_on(&named("document-close"))?;
        Ok(text.into_bytes())
    }

    fn picture(&mut self) -> Option<Vec<u8>> {
        base64::engine::general_purpose::STANDARD.decode(self.driver.picture().ok()?).ok()
    }

    fn kill(&mut self) -> Result<()> {
        kill_program(&self.program)?;
        self.driver.forget();
        Ok(())
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

fn named(name: &str) -> String {
    format!("[data-testid=\"{name}\"]")
}

/// SIGKILL to the window's process: the driver started it, so that it has to be looked for, in this corner only.
fn kill_program(program: &Path) -> Result<()> {
    let program = std::fs::canonicalize(program)?;
    let mut killed = false;
    for entry in std::fs::read_dir("/proc")?.flatten() {
        let Some(id) = entry.file_name().to_str().and_then(|name| name.parse::<i32>().ok()) else { continue };
        if std::fs::read_link(entry.path().join("exe")).is_ok_and(|exe| exe == program)
            && let Some(id) = rustix::process::Pid::from_raw(id)
        {
            rustix::process::kill_process(id, rustix::process::Signal::KILL)?;
            killed = true;
        }
    }
    anyhow::ensure!(killed, "the window is not running");
    Ok(())
}
