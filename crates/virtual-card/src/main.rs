//! The virtual card as a program of its own: reads its options, connects to vpcd, obeys the control socket.

use clap::{Parser, ValueEnum};
use std::path::PathBuf;
use std::process::ExitCode;

/// A FINEID organisational card made of software, in a reader of vsmartcard's vpcd driver.
///
/// For tests and demonstrations only: its PINs and keys protect nothing.
#[derive(Parser)]
#[command(version)]
struct Options {
    /// Behaviour and person from a TOML file or from a profile that comes with the program: organisational-p384,
    /// organisational-rsa2048, organisational-rsa3072, citizen, student, revoked, expired, not-activated, blocked. The
    /// options below win over it.
    #[arg(long, value_name = "NAME|FILE")]
    profile: Option<PathBuf>,
    /// Folder with a folder for each person, as `test-authority create` makes it; the profile says whose card it is.
    #[arg(long, value_name = "DIR")]
    people: Option<PathBuf>,
    /// Folder with auth.cert.der, auth.key.der, sign.cert.der, sign.key.der.
    #[arg(long, value_name = "DIR")]
    person: Option<PathBuf>,
    /// Perustunnusluku, 4 to 8 digits.
    #[arg(long, value_name = "DIGITS")]
    pin1: Option<String>,
    /// Allekirjoitustunnusluku, 4 to 8 digits.
    #[arg(long, value_name = "DIGITS")]
    pin2: Option<String>,
    /// Whether PIN2 lasts until a reset or for one signature.
    #[arg(long = "pin2-mode", value_name = "MODE")]
    pin2_mode: Option<Pin2>,
    /// Where the reader driver listens.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:35963")]
    vpcd: std::net::SocketAddr,
    /// File that keeps the tries left; without it they are forgotten at the end.
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// Unix socket for orders: insert, insert DIR, remove, remove-at N, remove-after N, reset-at N,
    /// answer-at N HEX, restore, status, quit.
    #[arg(long, value_name = "SOCKET")]
    control: Option<PathBuf>,
    /// File that gets every command and answer, PINs blacked out.
    #[arg(long, value_name = "FILE")]
    trace: Option<PathBuf>,
    /// Wait before each answer.
    #[arg(long, value_name = "MS")]
    apdu_delay_ms: Option<u64>,
    /// Extra wait before a signature.
    #[arg(long, value_name = "MS")]
    sign_delay_ms: Option<u64>,
    /// Answer as over protocol T=0 (GET RESPONSE).
    #[arg(long)]
    t0: bool,
    /// Speak as OpenSC's driver for MyEID cards expects. For judging signatures with OpenSC only.
    #[arg(long)]
    compat: bool,
    /// A card that its holder has not activated.
    #[arg(long)]
    not_activated: bool,
    /// Start with the card outside the reader.
    #[arg(long)]
    outside: bool,
    /// Send ORDER to the card that listens on SOCKET, print its answer, end.
    #[arg(long, value_names = ["SOCKET", "ORDER"], num_args = 2..)]
    tell: Option<Vec<String>>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Pin2 {
    Sticky,
    Each,
}

#[cfg(unix)]
fn main() -> ExitCode {
    let options = Options::parse();
    let result = match &options.tell {
        Some(words) => tell(words),
        None => run(options),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("virtual-card: {message}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(not(unix))]
fn main() -> ExitCode {
    let _ = Options::parse();
    eprintln!("virtual-card: runs on Unix only");
    ExitCode::FAILURE
}

#[cfg(unix)]
fn tell(words: &[String]) -> Result<(), String> {
    let (socket, order) = words.split_first().ok_or("a socket and an order are needed")?;
    let answer = virtual_card::control::tell(socket.as_ref(), &order.join(" "))
        .map_err(|error| format!("no answer: {error}"))?;
    println!("{answer}");
    if answer.starts_with("error") { Err("the order was refused".to_owned()) } else { Ok(()) }
}

#[cfg(unix)]
fn run(options: Options) -> Result<(), String> {
    use virtual_card::{Card, FileMemory, Memory, Person, Pin2Mode, Profile, ShortMemory, control, vpcd::Slot};

    let mut profile = match &options.profile {
        Some(name) => name
            .to_str()
            .and_then(Profile::named)
            .unwrap_or_else(|| Profile::load(name))
            .map_err(|error| error.to_string())?,
        None => Profile::default(),
    };
    let among_people = options.people.zip(profile.holder.as_ref()).map(|(people, holder)| people.join(holder));
    profile.person = options.person.or(among_people).or(profile.person);
    profile.pin1 = options.pin1.unwrap_or(profile.pin1);
    profile.pin2 = options.pin2.unwrap_or(profile.pin2);
    profile.apdu_delay_ms = options.apdu_delay_ms.unwrap_or(profile.apdu_delay_ms);
    profile.sign_delay_ms = options.sign_delay_ms.unwrap_or(profile.sign_delay_ms);
    profile.t0 |= options.t0;
    profile.compat |= options.compat;
    profile.activated &= !options.not_activated;
    match options.pin2_mode {
        Some(Pin2::Sticky) => profile.pin2_mode = Pin2Mode::Sticky,
        Some(Pin2::Each) => profile.pin2_mode = Pin2Mode::Each,
        None => {}
    }
    let folder =
        profile.person.clone().ok_or("whose card? give --person, or --people with a profile that names its holder")?;
    let person = Person::load(&folder).map_err(|error| error.to_string())?;
    let memory: Box<dyn Memory> = match options.state {
        Some(file) => Box::new(FileMemory::new(file)),
        None => Box::new(ShortMemory::default()),
    };
    let trace: Option<Box<dyn std::io::Write + Send>> = match &options.trace {
        Some(file) => {
            Some(Box::new(std::fs::File::create(file).map_err(|error| format!("cannot write the trace: {error}"))?))
        }
        None => None,
    };
    let mut card = Card::new(profile, person, memory).map_err(|error| error.to_string())?;
    if options.outside {
        card.pull();
    }
    let listener = match &options.control {
        Some(path) => Some(control::listen(path).map_err(|error| format!("cannot open the control socket: {error}"))?),
        None => None,
    };
    let slot = Slot::new(card, trace);
    std::thread::scope(|scope| {
        if let Some(listener) = &listener {
            scope.spawn(|| control::serve(listener, &slot));
        }
        slot.run(options.vpcd);
    });
    if let Some(path) = &options.control {
        let _ = std::fs::remove_file(path);
    }
    Ok(())
}
