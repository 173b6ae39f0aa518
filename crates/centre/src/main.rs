//! `prescription-centre`: a Prescription Centre on one machine, for testing. Every command works on the same folder of
//! data, also while another one serves from it.

use std::fs;
use std::net::SocketAddr;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use centre::clock::Clock;
use centre::intake::Loaded;
use centre::keeper;
use centre::pki::Pki;
use centre::register::Register;
use centre::seed::{self, SeedFile};
use centre::server::{House, Limits, serve_control};
use centre::store::{SqliteStore, Store};
use centre::wishes::{self, Wishes};
use centre::{Centre, Settings, verify};
use clap::{Args, Parser, Subcommand, ValueEnum};
use prescription::{
    DocumentType, Oid, Patient, PersonIdentityCode, PersonName, Sex, SignatureTrust, SignedBy, Signers, time,
};
use ring::rand::{SecureRandom, SystemRandom};
use tokio::sync::watch;
use trust::TrustStore;

/// The artificial patients of this project, by slug.
const PATIENTS: &str = include_str!("../../../fixtures/prescriptions/patients.toml");

/// A Prescription Centre (Reseptikeskus) on one machine, for testing.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serves pharmacies over TLS.
    Serve {
        #[command(flatten)]
        place: Place,
        /// Address to listen at; port 0 takes a free one.
        #[arg(long, default_value = "127.0.0.1:7443", overrides_with = "listen")]
        listen: SocketAddr,
        /// File that gets the address as soon as the Centre listens.
        #[arg(long)]
        ready_file: Option<PathBuf>,
        /// Control socket for tests: clock and faults.
        #[arg(long)]
        control: Option<PathBuf>,
        /// The environment; a control socket is refused in any but `test`.
        #[arg(long, value_enum, default_value_t = Environment::Test)]
        environment: Environment,
    },
    /// Takes CDA documents in as they are; one without a valid signature is held and not dispensable.
    Load {
        #[command(flatten)]
        place: Place,
        /// Makes a prescription of today of each: new identifier, dates, patient, prescriber and signature.
        #[arg(long, requires = "patient", requires = "prescriber")]
        reissue: bool,
        /// Slug of an artificial patient, or `IDENTITY-CODE/Family/Given Given`.
        #[arg(long)]
        patient: Option<String>,
        /// Slug of an artificial prescriber with a software key.
        #[arg(long)]
        prescriber: Option<String>,
        /// When it is prescribed: `-3d`, or `2026-11-22T09:30:00` in Finnish time. Now where it is not said.
        #[arg(long, allow_hyphen_values = true)]
        at: Option<String>,
        /// Last arc of the new identifier; the first that is free from 5001 on where it is not said.
        #[arg(long)]
        number: Option<u64>,
        /// The documents.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Takes the artificial prescriptions of a folder in (`fixtures/prescriptions`).
    Seed {
        #[command(flatten)]
        place: Place,
        /// The folder.
        folder: PathBuf,
    },
    /// Says how much there is.
    Status {
        /// Folder of the Centre's data.
        #[arg(long)]
        data: PathBuf,
    },
    /// Computes the projection again from the documents, walks the log's chain, checks the file.
    Verify {
        /// Folder of the Centre's data.
        #[arg(long)]
        data: PathBuf,
    },
    /// Tells the log's entries, a line each, identity codes masked.
    Log {
        /// Folder of the Centre's data.
        #[arg(long)]
        data: PathBuf,
        /// Only those that concern this person: a whole identity code.
        #[arg(long)]
        person: Option<String>,
        /// Only those of this organisation's use: its identifier.
        #[arg(long, value_parser = Oid::parse)]
        organisation: Option<Oid>,
        /// Only those for this reason: its code.
        #[arg(long)]
        reason: Option<String>,
    },
    /// Erases payloads of the log whose lawful time has ended; the chain stays whole and `verify` counts them.
    Erase {
        /// Folder of the Centre's data.
        #[arg(long)]
        data: PathBuf,
        /// Moves the clock, as for `serve`.
        #[arg(long, allow_hyphen_values = true)]
        clock: Option<String>,
    },
    /// Erases prescriptions whose lawful time has ended: 22.5 years, unless it is said otherwise.
    ErasePrescriptions {
        /// Folder of the Centre's data.
        #[arg(long)]
        data: PathBuf,
        /// How long they are kept, in months.
        #[arg(long, default_value_t = keeper::PRESCRIPTION_MONTHS)]
        months: u32,
        /// Moves the clock, as for `serve`.
        #[arg(long, allow_hyphen_values = true)]
        clock: Option<String>,
    },
    /// Prints the table of errors: as the page docs/errors.md, or as JSON.
    Errors {
        /// As JSON, with every sentence in Finnish, Swedish and English.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Args)]
struct Place {
    /// Folder of the Centre's data.
    #[arg(long)]
    data: PathBuf,
    /// Folder of certificates and keys, as the test authority writes it.
    #[arg(long)]
    pki: PathBuf,
    /// Moves the clock: seconds (or `7d`, `-3h`), or a file with seconds that is read anew at every use.
    #[arg(long, allow_hyphen_values = true)]
    clock: Option<String>,
    /// Register of rights, in the form of fixtures/people/professionals.toml; this project's own where none is said.
    #[arg(long)]
    register: Option<PathBuf>,
    /// Wishes of citizens (denials, minors' disclosure), in the form of fixtures/people/wishes.toml; this project's own
    /// where none is said.
    #[arg(long)]
    wishes: Option<PathBuf>,
    /// Accept identity codes of people who may be alive. Never in a test.
    #[arg(long)]
    any_identity_code: bool,
    /// How long a dispensing reservation lasts that nobody gives back.
    #[arg(long, default_value_t = 30)]
    hold_minutes: u32,
    /// Who signs documents of a type, as `4=system`: professional, system or nobody. May be said more than once.
    #[arg(long = "signed", value_parser = signed)]
    signed: Vec<(DocumentType, SignedBy)>,
}

fn signed(text: &str) -> std::result::Result<(DocumentType, SignedBy), &'static str> {
    let (document_type, by) = text.split_once('=').ok_or("not TYPE=WHO")?;
    let document_type = match DocumentType::from(document_type) {
        DocumentType::Unknown(_) => return Err("not a type of document"),
        known => known,
    };
    let by = match by {
        "professional" => SignedBy::Professional,
        "system" => SignedBy::System,
        "nobody" => SignedBy::Nobody,
        _ => return Err("not professional, system or nobody"),
    };
    Ok((document_type, by))
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Environment {
    Test,
    Production,
}

/// What could not be done, and why: for the person at the terminal.
#[derive(Debug, thiserror::Error)]
#[error("{what}: {why}")]
struct Failed {
    what: String,
    why: String,
}

type Result<T> = std::result::Result<T, Failed>;

/// Says of an error what was being done.
trait While<T> {
    fn doing(self, what: impl std::fmt::Display) -> Result<T>;
}

impl<T, E: std::fmt::Display> While<T> for std::result::Result<T, E> {
    fn doing(self, what: impl std::fmt::Display) -> Result<T> {
        self.map_err(|error| Failed { what: what.to_string(), why: error.to_string() })
    }
}

impl<T> While<T> for Option<T> {
    fn doing(self, what: impl std::fmt::Display) -> Result<T> {
        self.ok_or_else(|| Failed { what: what.to_string(), why: "there is no such".to_owned() })
    }
}

fn main() -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    match run(Cli::parse().command) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("prescription-centre: {error}");
            ExitCode::from(2)
        }
    }
}

fn run(command: Command) -> Result<ExitCode> {
    match command {
        Command::Serve { place, listen, ready_file, control, environment } => {
            if control.is_some() && environment != Environment::Test {
                return Err("it is for the environment `test` only").doing("the control socket");
            }
            fail_point::arm(environment == Environment::Test).doing("starting")?;
            allow_many_connections();
            if let Some(address) = serve(&place, listen, ready_file.as_deref(), control)? {
                return Err(begin_anew(address)).doing("beginning anew");
            }
        }
        Command::Load { place, reissue, patient, prescriber, at, number, files } => {
            let anew = match (reissue, patient, prescriber) {
                (true, Some(patient), Some(prescriber)) => Some(Anew { patient, prescriber, at, number }),
                _ => None,
            };
            load(&place, &files, anew.as_ref())?;
        }
        Command::Seed { place, folder } => {
            let (centre, clock) = open(&place)?;
            let seeded =
                seed::seed(&centre, &Pki::at(&place.pki), &seed_files(&folder)?, clock.now()).doing("seeding")?;
            println!("{} documents taken in, {} prescriptions were there before", seeded.documents, seeded.already);
        }
        Command::Status { data } => {
            let counts = store(&data)?.counts().doing("counting")?;
            println!("documents      {}", counts.documents);
            println!("dispensations  {}", counts.dispensations);
            println!("prescriptions  {}", counts.prescriptions);
            println!("log entries    {}", counts.log);
        }
        Command::Verify { data } => return verified(&data),
        Command::Log { data, person, organisation, reason } => {
            let filter = keeper::Filter { person, organisation, reason };
            let told_of = keeper::tell(&store(&data)?, &filter, |line| println!("{line}")).doing("the log")?;
            eprintln!("{told_of} entries");
        }
        Command::ErasePrescriptions { data, months, clock } => {
            let now = clock_of(clock.as_deref())?.now();
            let salt = || {
                let mut salt = [0; 32];
                fill_with_randomness(&mut salt);
                salt
            };
            let erased = keeper::erase_prescriptions(&store(&data)?, months, now, salt).doing("erasing")?;
            println!("{erased} prescriptions erased");
        }
        Command::Erase { data, clock } => {
            let erased =
                store(&data)?.erase_log(keeper::lawful_until(clock_of(clock.as_deref())?.now())).doing("erasing")?;
            println!("{erased} entries erased");
        }
        Command::Errors { json: true } => println!("{}", kanta::error_table::json()),
        Command::Errors { json: false } => print!("{}", kanta::error_table::page()),
    }
    Ok(ExitCode::SUCCESS)
}

fn clock_of(option: Option<&str>) -> Result<Clock> {
    option.map_or_else(|| Ok(Clock::default()), Clock::of_option).doing("the clock")
}

fn verified(data: &Path) -> Result<ExitCode> {
    let report = verify::verify(&store(data)?).doing("verifying")?;
    println!(
        "{} prescriptions computed again, {} log entries walked, {} erased, {} faults",
        report.prescriptions,
        report.log_entries,
        report.log_erased,
        report.faults.len()
    );
    if report.prescriptions_erased > 0 {
        println!("{} prescriptions were erased when their time had ended", report.prescriptions_erased);
    }
    report.faults.iter().for_each(|fault| println!("{fault}"));
    Ok(if report.is_sound() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Serves until it is told to stop. An address where it is to begin anew instead.
fn serve(
    place: &Place,
    listen: SocketAddr,
    ready_file: Option<&Path>,
    control: Option<PathBuf>,
) -> Result<Option<SocketAddr>> {
    let (centre, clock) = open(place)?;
    let tls = trust::tls::server_config(&place.pki, "centre").doing("the server's certificates")?;
    let (pki, register, wishes) = (place.pki.clone(), place.register.clone(), place.wishes.clone());
    let reload = Box::new(move |centre: &Centre<SqliteStore>| {
        let new = read_register(register.as_deref()).map_err(|_| "register-unreadable")?;
        let wishes = read_wishes(wishes.as_deref()).map_err(|_| "wishes-unreadable")?;
        let trust = TrustStore::load(&pki).map_err(|error| error.code())?;
        let tls = trust::tls::server_config(&pki, "centre").map_err(|error| error.code())?;
        centre.replace_register(new);
        centre.replace_wishes(wishes);
        centre.replace_trust(trust);
        Ok(tls)
    });
    fail_point::at!(CentreStarting);
    let house = Arc::new(House::new(centre, clock, tls, reload, Limits::default()));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().doing("starting")?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(listen).await.doing(format_args!("listening at {listen}"))?;
        let address = listener.local_addr().doing("listening")?;
        let (stopping, stop) = watch::channel(false);
        let control = control.map(|path| {
            let (house, stop) = (house.clone(), stop.clone());
            tokio::spawn(async move { serve_control(house, &path, stop).await })
        });
        let serving = tokio::spawn(house.clone().serve(listener, stop));
        // The control socket must stand before anybody is told that the Centre is ready.
        tokio::task::yield_now().await;
        if let Some(path) = ready_file {
            let new = path.with_extension("new");
            fs::write(&new, format!("{address}\n")).and_then(|()| fs::rename(&new, path)).doing("the ready file")?;
        }
        tracing::info!(%address, "the Centre listens");
        let anew = tokio::select! {
            told = told_to_stop() => told.map(|()| None)?,
            () = house.told_to_restart() => Some(address),
        };
        stopping.send_replace(true);
        serving.await.doing("serving")?.doing("serving")?;
        if let Some(control) = control {
            control.await.doing("the control socket")?.doing("the control socket")?;
        }
        tracing::info!("the Centre has stopped");
        Ok(anew)
    })
}

/// The same program with the same words in place of this one, at the address that this one had. Only a failure returns.
fn begin_anew(address: SocketAddr) -> std::io::Error {
    match std::env::current_exe() {
        Ok(program) => std::process::Command::new(program)
            .args(std::env::args_os().skip(1))
            .args(["--listen", &address.to_string()])
            .exec(),
        Err(error) => error,
    }
}

/// Each connection is an open file; the usual allowance is for fewer than the Centre serves.
fn allow_many_connections() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut allowed = getrlimit(Resource::Nofile);
    allowed.current = allowed.maximum;
    // Where that is refused, the Centre serves as many as it may.
    let _ = setrlimit(Resource::Nofile, allowed);
}

async fn told_to_stop() -> Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).doing("signals")?;
    let mut interrupt = signal(SignalKind::interrupt()).doing("signals")?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

struct Anew {
    patient: String,
    prescriber: String,
    at: Option<String>,
    number: Option<u64>,
}

fn load(place: &Place, files: &[PathBuf], anew: Option<&Anew>) -> Result<()> {
    let (centre, clock) = open(place)?;
    for path in files {
        let bytes = fs::read(path).doing(path.display())?;
        let loaded = match anew {
            None => centre.load(&bytes, clock.now()),
            Some(anew) => {
                let (reissue, mut key) = reissue_of(&centre, place, anew, &clock)?;
                centre.reissue(&bytes, &reissue, &mut key, clock.now())
            }
        };
        let loaded = loaded.map_err(|error| format!("{} ({error})", error.code())).doing(path.display())?;
        println!("{}", told(&loaded));
    }
    Ok(())
}

fn told(loaded: &Loaded) -> String {
    let trust = match loaded.trust {
        SignatureTrust::Trusted => "signed",
        SignatureTrust::Unsigned => "unsigned, not dispensable",
        SignatureTrust::Broken => "signature does not hold, not dispensable",
    };
    let already = if loaded.already { ", was there before" } else { "" };
    format!("{} {} {trust}{already}", loaded.id, loaded.document_type.code())
}

fn reissue_of(
    centre: &Centre<SqliteStore>,
    place: &Place,
    anew: &Anew,
    clock: &Clock,
) -> Result<(cda::Reissue, signing::software::SoftwareSigner)> {
    let now = clock.now();
    let prescribed_at = match &anew.at {
        None => time::finnish(now),
        Some(at) => seed::moment(at, now).doing(format_args!("the moment {at}"))?,
    };
    let register = centre.register();
    let prescriber =
        register.professional(&anew.prescriber).doing(format_args!("the professional {}", anew.prescriber))?;
    let unit = prescriber.organisation.as_ref().and_then(|unit| register.organisation_number(&unit.id));
    let root = format!("1.2.246.10.{}.93.{}", unit.unwrap_or("0"), prescribed_at.format("%Y"));
    let id = centre.free_identifier(&root, anew.number.unwrap_or(5001)).doing("an identifier")?;
    let key = Pki::at(&place.pki).professional(&anew.prescriber).doing("the prescriber's key")?;
    Ok((cda::Reissue { id, prescribed_at, patient: patient(&anew.patient)?, prescriber }, key))
}

fn patient(spec: &str) -> Result<Patient> {
    if let [code, family, given] = spec.split('/').collect::<Vec<_>>()[..] {
        let code = PersonIdentityCode::parse(code).doing("the patient")?;
        let given: Vec<String> = given.split_whitespace().map(str::to_owned).collect();
        let number = code.reveal().get(9..10).and_then(|digit| digit.parse::<u32>().ok());
        return Ok(Patient {
            birth_date: code.birth_date(),
            sex: match number {
                Some(digit) if digit % 2 == 1 => Sex::Male,
                Some(_) => Sex::Female,
                None => Sex::Unknown,
            },
            identity_code: Some(code),
            name: PersonName { call_name: given.first().cloned(), given, family: family.to_owned(), suffix: None },
        });
    }
    let patients = SeedFile::parse(PATIENTS).doing("the patients")?;
    patients.patient(spec).doing("the patient")?.doing(format_args!("the patient {spec}"))
}

fn seed_files(folder: &Path) -> Result<Vec<SeedFile>> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .doing(folder.display())?
        .map(|entry| entry.map(|entry| entry.path()).doing(folder.display()))
        .collect::<Result<_>>()?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    paths.sort();
    paths
        .iter()
        .map(|path| SeedFile::parse(&fs::read_to_string(path).doing(path.display())?).doing(path.display()))
        .collect()
}

fn open(place: &Place) -> Result<(Centre<SqliteStore>, Clock)> {
    let clock = place.clock.as_deref().map_or_else(|| Ok(Clock::default()), Clock::of_option).doing("the clock")?;
    fs::create_dir_all(&place.data).doing(place.data.display())?;
    let trust = TrustStore::load(&place.pki).doing("the certificates")?;
    let signer = Pki::at(&place.pki).centre().doing("the Centre's own key")?;
    let signers = place.signed.iter().cloned().fold(Signers::default(), |all, (kind, by)| all.with(kind, by));
    let settings = Settings {
        any_identity_code: place.any_identity_code,
        hold_s: place.hold_minutes.saturating_mul(60),
        signers,
        ..Settings::default()
    };
    let register = read_register(place.register.as_deref())?;
    let centre =
        Centre::new(store(&place.data)?, trust, register, Box::new(signer), Box::new(fill_with_randomness), settings);
    centre.replace_wishes(read_wishes(place.wishes.as_deref())?);
    Ok((centre, clock))
}

fn read_wishes(path: Option<&Path>) -> Result<Wishes> {
    match path {
        None => Wishes::parse(wishes::BUILT_IN).doing("the wishes"),
        Some(path) => Wishes::parse(&fs::read_to_string(path).doing(path.display())?).doing(path.display()),
    }
}

fn read_register(path: Option<&Path>) -> Result<Register> {
    match path {
        None => Register::built_in().doing("the register"),
        Some(path) => Register::parse(&fs::read_to_string(path).doing(path.display())?).doing(path.display()),
    }
}

fn store(data: &Path) -> Result<SqliteStore> {
    SqliteStore::open(&data.join("centre.db")).doing(format_args!("the store in {}", data.display()))
}

fn fill_with_randomness(bytes: &mut [u8]) {
    // The system's source does not fail once it has begun; if it ever did, salts and identifiers must not repeat.
    if SystemRandom::new().fill(bytes).is_err() {
        eprintln!("prescription-centre: no randomness");
        std::process::abort();
    }
}
