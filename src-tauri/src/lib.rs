//! The desktop shell: one window that shows the page, one command that hands its requests to the program, one channel on
//! which the program's events reach it.
//!
//! The shell decides nothing. What it adds is what belongs to a window and an operating system: where the settings are,
//! where an exported file goes, and that the page can neither leave nor be left for another.

mod display;
mod export;
mod host;

use std::process::ExitCode;

use tauri::webview::{NewWindowResponse, WebviewWindowBuilder};
use tauri::{App, Manager, RunEvent, Url};

use crate::host::Host;

/// Opens the window and stays until it is closed.
pub fn run() -> ExitCode {
    display::prepare();
    // Logs carry codes and counts; never a name, an identity code or a PIN.
    let filter = tracing_subscriber::EnvFilter::try_from_env("TISKI_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();

    let built = tauri::Builder::default()
        .manage(Host::default())
        .invoke_handler(tauri::generate_handler![host::ask])
        .setup(|app| {
            host::start(app.handle())?;
            open_window(app)
        })
        .build(tauri::generate_context!());
    match built {
        Ok(app) => {
            app.run(|app, event| {
                if let RunEvent::Exit = event {
                    app.state::<Host>().end();
                }
            });
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("window: {error}");
            ExitCode::FAILURE
        }
    }
}

fn open_window(app: &mut App) -> Result<(), Box<dyn std::error::Error>> {
    let config = app.config().clone();
    let dev = config.build.dev_url.clone().filter(|_| tauri::is_dev());
    let window = config.app.windows.first().ok_or("no window is configured")?;
    WebviewWindowBuilder::from_config(app.handle(), window)?
        .on_navigation(move |url| is_page(url, dev.as_ref()))
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .build()?
        .set_focus()?;
    Ok(())
}

/// Whether an address is the program's own page: nothing else is ever shown in the window.
fn is_page(url: &Url, dev: Option<&Url>) -> bool {
    let own = match url.scheme() {
        "tauri" => url.host_str() == Some("localhost"),
        "http" | "https" => url.host_str() == Some("tauri.localhost"),
        _ => false,
    };
    own || dev.is_some_and(|dev| dev.origin() == url.origin())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_shows_the_programs_own_page_only() {
        let goes = |url: &str| is_page(&Url::parse(url).unwrap(), None);
        assert!(goes("tauri://localhost/index.html"));
        assert!(goes("http://tauri.localhost/"));
        for elsewhere in [
            "https://example.org/",
            "tauri://elsewhere/",
            "file:///etc/hosts",
            "data:text/html,x",
            "http://localhost:1420/",
        ] {
            assert!(!goes(elsewhere), "{elsewhere}");
        }
        let dev = Url::parse("http://localhost:1420").unwrap();
        assert!(is_page(&Url::parse("http://localhost:1420/x").unwrap(), Some(&dev)));
    }
}
