//! Fail points: named places at which a program dies at once, as by `kill -9`, when a test has armed one.
//!
//! They exist in builds with debug assertions only. In what is shipped the macro [`at!`] is nothing at all: no name, no
//! branch ([`COMPILED_IN`] says which it is). A program obeys only after it has called [`arm`] in the environment `test`;
//! in any other it refuses to start as soon as somebody asks for a fail point.
//!
//! A test arms one point at a time by writing its name and how often it is passed before it strikes into a file, as
//! `app-saved 2`; [`FILE`] names the file. The file is looked at each time a point is reached, so that a program that runs can be
//! armed. A point that strikes takes the file away first.

/// The variable of the environment that names the file.
pub const FILE: &str = "TISKI_FAIL_POINT_FILE";

/// Whether this build has fail points.
pub const COMPILED_IN: bool = cfg!(debug_assertions);

macro_rules! points {
    ($($(#[$meaning:meta])* $point:ident = $name:literal;)*) => {
        /// A place at which a program can die.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Point {
            $($(#[$meaning])* $point,)*
        }

        impl Point {
            /// Every point there is.
            pub const ALL: &[Point] = &[$(Point::$point),*];

            /// Its name: which program, and what it was doing.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Point::$point => $name,)*
                }
            }
        }
    };
}

points! {
    /// The record's file is open; what a dead program was just sending does not wait again yet.
    RecordOpened = "app-record-opened";
    /// The program starts; what a dead one had in hand is not given back yet.
    AppStarting = "app-starting";
    /// It is written down that a prescription is in hand, and the Centre was not asked for it.
    AppTakenInHand = "app-taken-in-hand";
    /// Documents are made and have their identifiers; the card has signed nothing.
    AppBeforeSigning = "app-before-signing";
    /// Documents are signed and checked; the record knows nothing of them.
    AppSigned = "app-signed";
    /// A transaction of the record is written and not committed.
    RecordBeforeCommit = "app-record-before-commit";
    /// A transaction of the record is on the disk; whoever waits for it has no answer.
    RecordCommitted = "app-record-committed";
    /// A dispensation is saved; the screen does not say so.
    AppSaved = "app-saved";
    /// A document was taken from the outbox and is not sent.
    AppBeforeSend = "app-before-send";
    /// The Centre has answered; the record does not know the answer.
    AppAnswered = "app-answered";
    /// The answer is recorded; nobody was told.
    AppRecorded = "app-recorded";
    /// What was in hand is about to be given back.
    AppGivingBack = "app-giving-back";
    /// A release was taken from the outbox and is not sent.
    AppBeforeRelease = "app-before-release";
    /// The Centre has answered to a release; the record does not know the answer.
    AppReleased = "app-released";
    /// The Centre's store is open; nobody can reach it yet.
    CentreStarting = "centre-starting";
    /// A request was read and not looked at.
    CentreReceived = "centre-received";
    /// A document may be taken; the Centre has not signed it.
    CentreChecked = "centre-checked";
    /// A document bears the Centre's signature; nothing of it is written.
    CentreSigned = "centre-signed";
    /// A decision is written and not committed.
    CentreBeforeCommit = "centre-before-commit";
    /// A decision is on the disk; whoever waits for it has no answer.
    CentreCommitted = "centre-committed";
    /// A request is answered within the Centre; nothing of it went out.
    CentreBeforeAnswer = "centre-before-answer";
    /// A dispensing reservation is about to be set.
    CentreHolding = "centre-holding";
    /// A dispensing reservation is set; the prescription did not go out.
    CentreHeld = "centre-held";
    /// A dispensing reservation is about to end with a release or a dispensation.
    CentreGivingBack = "centre-giving-back";
}

/// Passes a fail point: `fail_point::at!(AppSaved);`. In a build without debug assertions this is nothing.
#[cfg(debug_assertions)]
#[macro_export]
macro_rules! at {
    ($point:ident) => {
        $crate::reached($crate::Point::$point)
    };
}

/// Passes a fail point: in this build there is none.
#[cfg(not(debug_assertions))]
#[macro_export]
macro_rules! at {
    ($point:ident) => {};
}

/// Somebody asks for fail points where none may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused;

impl Refused {
    /// A stable code for programs.
    pub fn code(self) -> &'static str {
        "fail-point-refused"
    }
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{FILE} is set, and this is not the environment `test`")
    }
}

impl std::error::Error for Refused {}

/// Obeys fail points from now on, if the environment names a file. Refuses where the program does not run in the environment
/// `test`. In a build without fail points it looks at nothing.
pub fn arm(is_test: bool) -> Result<(), Refused> {
    #[cfg(debug_assertions)]
    return armed::arm(std::env::var_os(FILE), is_test);
    #[cfg(not(debug_assertions))]
    {
        let _ = is_test;
        Ok(())
    }
}

#[cfg(debug_assertions)]
pub use armed::reached;

#[cfg(debug_assertions)]
mod armed {
    use std::ffi::OsString;
    use std::path::{Path, PathBuf};
    use std::sync::{Mutex, OnceLock, PoisonError};

    use super::{Point, Refused};

    static FILE: OnceLock<PathBuf> = OnceLock::new();

    pub(super) fn arm(file: Option<OsString>, is_test: bool) -> Result<(), Refused> {
        match file {
            None => Ok(()),
            Some(_) if !is_test => Err(Refused),
            Some(file) => {
                // A second program in this process obeys the same file.
                let _ = FILE.set(PathBuf::from(file));
                Ok(())
            }
        }
    }

    /// A point is reached: dies here if it is armed and its turn has come.
    pub fn reached(point: Point) {
        static TURN: Mutex<()> = Mutex::new(());
        let Some(file) = FILE.get() else { return };
        let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        if strikes(file, point) {
            die();
        }
    }

    /// Whether the file says that this point strikes now. One that strikes later has one time less to go.
    pub(super) fn strikes(file: &Path, point: Point) -> bool {
        let Ok(text) = std::fs::read_to_string(file) else { return false };
        let Some((name, left)) = text.trim().split_once(' ') else { return false };
        match left.parse::<u32>() {
            Ok(left) if name == point.name() => match left.checked_sub(1) {
                None => std::fs::remove_file(file).is_ok(),
                Some(left) => {
                    let _ = std::fs::write(file, format!("{name} {left}"));
                    false
                }
            },
            _ => false,
        }
    }

    /// Ends this process as a power cut would: nothing is flushed, nothing is closed, nobody is told.
    fn die() -> ! {
        #[cfg(unix)]
        let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
        // Where there is no such signal; on Unix this thread does not come so far.
        std::process::abort()
    }
}

#[cfg(all(test, debug_assertions))]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::armed::{arm, strikes};
    use super::*;

    #[test]
    fn a_point_strikes_once_when_its_turn_has_come_and_no_other_does() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("point");
        assert!(!strikes(&file, Point::AppSaved), "nothing is armed");
        std::fs::write(&file, "app-saved 1").unwrap();
        assert!(!strikes(&file, Point::AppSigned));
        assert!(!strikes(&file, Point::AppSaved), "it is passed once");
        assert!(strikes(&file, Point::AppSaved));
        assert!(!file.exists());
        assert!(!strikes(&file, Point::AppSaved), "once only");
        for nonsense in ["", "app-saved", "app-saved x", "app-saved -1"] {
            std::fs::write(&file, nonsense).unwrap();
            assert!(!strikes(&file, Point::AppSaved), "{nonsense}");
        }
    }

    #[test]
    fn outside_the_environment_test_whoever_asks_for_a_fail_point_is_refused() {
        assert_eq!(arm(Some("anything".into()), false), Err(Refused));
        assert_eq!(arm(None, false), Ok(()));
    }

    #[test]
    fn every_name_is_one_points_and_says_whose_it_is() {
        let mut names: Vec<_> = Point::ALL.iter().map(|point| point.name()).collect();
        assert!(names.iter().all(|name| name.starts_with("app-") || name.starts_with("centre-")));
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Point::ALL.len());
    }
}
