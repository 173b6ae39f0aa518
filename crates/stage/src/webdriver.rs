//! The few words of W3C WebDriver that the hands need, spoken to WebKitWebDriver on this machine. The driver starts the
//! window itself, and only a window that a driver has started listens to one.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::process::{Started, until};

const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
const PATIENCE: Duration = Duration::from_secs(20);
const PORT: u16 = 4444;

/// The key Enter, as WebDriver writes it.
pub const ENTER: &str = "\u{E007}";
/// The Escape key.
pub const ESCAPE: &str = "\u{E00C}";
/// F2.
pub const F2: &str = "\u{E032}";
/// F3.
pub const F3: &str = "\u{E033}";
/// F4.
pub const F4: &str = "\u{E034}";
/// F5.
pub const F5: &str = "\u{E035}";
/// F6.
pub const F6: &str = "\u{E036}";
/// F7.
pub const F7: &str = "\u{E037}";
/// F9.
pub const F9: &str = "\u{E039}";

/// A driver and the window that it has opened.
pub struct WebDriver {
    client: reqwest::blocking::Client,
    session: Option<String>,
    driver: Started,
}

/// An element of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element(String);

impl WebDriver {
    /// Starts a driver; `home` gets whatever the window wants to keep, and its programs look into `fail_points`.
    pub fn start(display: &str, home: &Path, log: &Path, fail_points: Option<&Path>) -> Result<Self> {
        // The client can speak TLS and needs to be told by which library, though it never does here.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::blocking::Client::builder().no_proxy().timeout(PATIENCE).build()?;
        let runtime = home.join("run");
        std::fs::create_dir_all(&runtime)?;
        std::fs::set_permissions(&runtime, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
        let mut command = Command::new("WebKitWebDriver");
        command
            .arg(format!("--port={PORT}"))
            .env("DISPLAY", display)
            .env("HOME", home)
            .env("XDG_RUNTIME_DIR", &runtime)
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .env("WEBKIT_DISABLE_DMABUF_RENDERER", "1")
            .env("NO_AT_BRIDGE", "1")
            .env("DBUS_SESSION_BUS_ADDRESS", "disabled:")
            .env_remove("WAYLAND_DISPLAY")
            .stdin(Stdio::null());
        if let Some(file) = fail_points {
            command.env(fail_point::FILE, file);
        }
        let mut driver = Started::start("WebKitWebDriver", &mut command, log)
            .context("the Debian package webkit2gtk-driver is needed")?;
        until("WebKitWebDriver listens", PATIENCE, || {
            driver.must_run(log)?;
            Ok(client.get(format!("http://127.0.0.1:{PORT}/status")).send().is_ok())
        })?;
        Ok(Self { client, session: None, driver })
    }

    /// Opens a window of `program`.
    pub fn open(&mut self, program: &Path, words: &[&str]) -> Result<()> {
        let options = json!({ "binary": program, "args": words });
        let wanted = json!({ "capabilities": { "alwaysMatch": { "webkitgtk:browserOptions": options } } });
        let value = self.post("/session", &wanted)?;
        self.session = Some(value["sessionId"].as_str().context("the driver gave no session")?.to_owned());
        Ok(())
    }

    /// Closes the window.
    pub fn close(&mut self) {
        if let Some(session) = self.session.take() {
            let _ = self.client.delete(format!("http://127.0.0.1:{PORT}/session/{session}")).send();
        }
    }

    /// Forgets a window that is gone.
    pub fn forget(&mut self) {
        self.close();
    }

    /// The first element that a selector names, if there is one.
    pub fn first(&self, selector: &str) -> Result<Option<Element>> {
        let found = self.ask("/elements", &json!({ "using": "css selector", "value": selector }))?;
        let first = found.as_array().and_then(|all| all.first()).and_then(|one| one[ELEMENT].as_str());
        Ok(first.map(|id| Element(id.to_owned())))
    }

    /// Presses on an element.
    pub fn click(&self, element: &Element) -> Result<()> {
        self.ask(&format!("/element/{}/click", element.0), &json!({})).map(drop)
    }

    /// Types into an element.
    pub fn keys(&self, element: &Element, text: &str) -> Result<()> {
        self.ask(&format!("/element/{}/value", element.0), &json!({ "text": text })).map(drop)
    }

    /// Presses keys one after the other, wherever the focus is.
    pub fn press(&self, keys: &str) -> Result<()> {
        let mut actions = Vec::new();
        for key in keys.chars() {
            for kind in ["keyDown", "keyUp"] {
                actions.push(json!({ "type": kind, "value": key.to_string() }));
            }
        }
        let actions = json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": actions }] });
        self.ask("/actions", &actions).map(drop)
    }

    /// Runs a script in the page and gives what it returns: what is read in one script is read at one moment.
    pub fn script(&self, script: &str, words: &[&str]) -> Result<Value> {
        self.ask("/execute/sync", &json!({ "script": script, "args": words }))
    }

    /// Sets the window's size in pixels.
    pub fn size(&self, width: u32, height: u32) -> Result<()> {
        self.ask("/window/rect", &json!({ "x": 0, "y": 0, "width": width, "height": height })).map(drop)
    }

    /// A picture of the page, PNG in base64.
    pub fn picture(&self) -> Result<String> {
        Ok(said(&self.get("/screenshot")?))
    }

    fn ask(&self, path: &str, body: &Value) -> Result<Value> {
        self.post(&self.in_session(path)?, body)
    }

    fn get(&self, path: &str) -> Result<Value> {
        let url = format!("http://127.0.0.1:{PORT}{}", self.in_session(path)?);
        answer(self.client.get(url).send()?)
    }

    fn in_session(&self, path: &str) -> Result<String> {
        let session = self.session.as_deref().context("no window is open")?;
        Ok(format!("/session/{session}{path}"))
    }

    fn post(&self, path: &str, body: &Value) -> Result<Value> {
        let url = format!("http://127.0.0.1:{PORT}{path}");
        let request = self.client.post(url).header("content-type", "application/json").body(body.to_string());
        answer(request.send()?)
    }
}

impl Drop for WebDriver {
    fn drop(&mut self) {
        self.close();
        self.driver.stop();
    }
}

/// The value of an answer. What was asked is never told again: it may have been a PIN.
fn answer(response: reqwest::blocking::Response) -> Result<Value> {
    let body: Value = serde_json::from_str(&response.text()?).context("the driver's answer is no JSON")?;
    let value = &body["value"];
    if let Some(code) = value["error"].as_str() {
        return Err(DriverError { code: code.to_owned(), message: said(&value["message"]) }.into());
    }
    Ok(value.clone())
}

/// What the driver could not do.
#[derive(Debug)]
struct DriverError {
    /// WebDriver's own code.
    code: String,
    message: String,
}

impl std::fmt::Display for DriverError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the window's driver: {}: {}", self.code, self.message)
    }
}

impl std::error::Error for DriverError {}

/// Whether an act found the page redrawn under its hands, so that it is worth doing again.
pub fn redrawn(error: &anyhow::Error) -> bool {
    let again = ["stale element reference", "element not interactable", "element click intercepted", "no such element"];
    error.downcast_ref::<DriverError>().is_some_and(|error| again.contains(&error.code.as_str()))
}

fn said(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}
