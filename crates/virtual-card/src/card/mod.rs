//! The card itself: a state machine from command to answer, in the strict form of its profile.
//! It serves the rules that cost a person a blocked card: on organisation cards (S4-2) PIN references 03 and 04, bare
//! digits without padding, a digest inside PSO, E.SIGN selected by name; on citizens' (S4-1) references 11 and 82, padded
//! PINs, PSO:HASH first. What deviates is refused, so that a mistake shows here and not there.
//! It waits nowhere and knows no reader; the `vpcd` module does.

mod compat;
mod faults;
mod pins;
mod signing;
#[cfg(test)]
pub(crate) mod tests;

use crate::apdu::{self, Command, Sw};
use crate::files::{APPLICATION, ESIGN, ESIGN_NAME, Files, Folder, MF};
use crate::keys::Algorithm;
use crate::{CardFileError, Counters, Memory, Person, Profile};
pub use faults::Fault;
use faults::Faults;
use pins::{Secret, first_counters, full_counters};

/// A FINEID card made of software.
pub struct Card {
    profile: Profile,
    atr: Vec<u8>,
    person: Person,
    files: Files,
    memory: Box<dyn Memory>,
    counters: Counters,
    volatile: Volatile,
    in_place: bool,
    commands: u64,
    faults: Faults,
}

/// What the card forgets with every reset.
struct Volatile {
    folder: Folder,
    file: Option<usize>,
    verified_pin1: bool,
    verified_pin2: bool,
    verified_puk: bool,
    /// Algorithm and key reference that MSE:SET chose.
    environment: Option<(Algorithm, u8)>,
    /// The digest that PSO:HASH brought (citizens' cards).
    digest: Option<Vec<u8>>,
    /// The rest of an answer that GET RESPONSE will fetch.
    pending: Vec<u8>,
}

impl Card {
    /// Makes a card; the counters of its tries come from `memory` if this card was used before.
    pub fn new(profile: Profile, person: Person, memory: Box<dyn Memory>) -> Result<Self, CardFileError> {
        profile.check()?;
        let counters = memory.load(&person.serial())?.unwrap_or_else(|| first_counters(&profile));
        Ok(Self {
            atr: profile.atr_bytes()?,
            files: Files::of(&person, profile.scheme),
            volatile: Volatile::new(),
            in_place: true,
            commands: 0,
            faults: Faults::default(),
            profile,
            person,
            memory,
            counters,
        })
    }

    /// The answer to reset.
    pub fn atr(&self) -> &[u8] {
        &self.atr
    }

    /// Puts another person's card of the same behaviour in; counters follow the card.
    pub fn exchange(&mut self, person: Person) -> Result<(), CardFileError> {
        self.counters = self.memory.load(&person.serial())?.unwrap_or_else(|| first_counters(&self.profile));
        self.files = Files::of(&person, self.profile.scheme);
        self.person = person;
        self.reset();
        Ok(())
    }

    /// Runs one command. Without a card in place the answer is empty, which is what a pulled card gives.
    pub fn transmit(&mut self, command: &[u8]) -> Vec<u8> {
        self.commands += 1;
        let fault = self.faults.due();
        match fault {
            Some(Fault::Pull) => self.pull(),
            Some(Fault::Reset) => self.reset(),
            _ => {}
        }
        if !self.in_place {
            return Vec::new();
        }
        if let Some(Fault::Answer(answer)) = fault {
            return answer;
        }
        let (data, sw) = self.run(command);
        if let Some(Fault::PullAfter) = fault {
            self.pull();
            return Vec::new();
        }
        [&data[..], &sw.to_be_bytes()].concat()
    }

    /// Loses all that a reset clears: verified PINs, selection, the security environment.
    pub fn reset(&mut self) {
        self.volatile = Volatile::new();
    }

    /// The card is taken out of the reader.
    pub fn pull(&mut self) {
        self.in_place = false;
        self.reset();
    }

    /// The card is put (back) into the reader. Faults that were waiting are forgotten.
    pub fn insert(&mut self) {
        self.in_place = true;
        self.faults = Faults::default();
        self.reset();
    }

    /// Whether the card is in the reader.
    pub fn is_in_place(&self) -> bool {
        self.in_place
    }

    /// Something goes wrong at the `n`-th command from now (1 = at the next one).
    pub fn fail_at(&mut self, n: u32, fault: Fault) {
        self.faults.add(n, fault);
    }

    /// Tries left of the three secrets.
    pub fn counters(&self) -> Counters {
        self.counters
    }

    /// Gives every secret its full tries back, as a new card has.
    pub fn restore_tries(&mut self) -> Result<(), CardFileError> {
        self.keep(full_counters(&self.profile))
    }

    /// Commands run since the program started.
    pub fn commands(&self) -> u64 {
        self.commands
    }

    /// The card's serial number in hexadecimal.
    pub fn serial(&self) -> String {
        self.person.serial()
    }

    /// How it behaves.
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    fn run(&mut self, bytes: &[u8]) -> (Vec<u8>, Sw) {
        let command = match Command::parse(bytes) {
            Ok(command) => command,
            Err(sw) => return (Vec::new(), sw),
        };
        if command.ins == 0xC0 {
            return self.get_response(&command);
        }
        self.volatile.pending.clear();
        if let Some(result) = self.in_dialect(&command) {
            return result.map_or_else(|sw| (Vec::new(), sw), |answer| self.deliver(answer, &command));
        }
        let result = match command.ins {
            0xA4 => self.select(&command),
            0xB0 => self.read_binary(&command),
            0x20 => self.verify(&command).map(|()| Vec::new()),
            0x2C => self.reset_retry_counter(&command).map(|()| Vec::new()),
            0x22 => self.manage_security_environment(&command).map(|()| Vec::new()),
            0x2A => self.perform_security_operation(&command),
            0xCB => self.get_data(&command),
            _ => Err(apdu::UNKNOWN_INSTRUCTION),
        };
        match result {
            Ok(answer) => self.deliver(answer, &command),
            Err(sw) => (Vec::new(), sw),
        }
    }

    /// Gives as much of the answer as was asked for; the rest waits for GET RESPONSE.
    fn deliver(&mut self, mut answer: Vec<u8>, command: &Command) -> (Vec<u8>, Sw) {
        let wanted = command.le.unwrap_or(256);
        let now = if self.profile.t0 && !command.data.is_empty() { 0 } else { wanted.min(answer.len()) };
        let rest = answer.split_off(now);
        let sw = more(rest.len());
        self.volatile.pending = rest;
        (answer, sw)
    }

    fn get_response(&mut self, command: &Command) -> (Vec<u8>, Sw) {
        if self.volatile.pending.is_empty() {
            return (Vec::new(), apdu::CONDITIONS_NOT_SATISFIED);
        }
        let wanted = command.le.unwrap_or(256).min(self.volatile.pending.len());
        let rest = self.volatile.pending.split_off(wanted);
        let answer = std::mem::replace(&mut self.volatile.pending, rest);
        (answer, more(self.volatile.pending.len()))
    }

    fn select(&mut self, command: &Command) -> Result<Vec<u8>, Sw> {
        let answer_wanted = match command.p2 {
            0x00 | 0x04 => true,
            0x0C => false,
            _ => return Err(apdu::WRONG_P1_P2),
        };
        let target = match command.p1 {
            0x00 if command.data.is_empty() => Target::Folder(Folder::Root),
            0x00 => self.by_identifier(identifier(command.data)?)?,
            0x01 if identifier(command.data)? == ESIGN => Target::NotReally,
            0x02 => self.file_here(identifier(command.data)?)?,
            0x03 if command.data.is_empty() => Target::Folder(Folder::Root),
            0x04 => match command.data {
                APPLICATION => Target::Folder(Folder::Root),
                ESIGN_NAME => Target::Folder(Folder::Esign),
                _ => return Err(apdu::FILE_NOT_FOUND),
            },
            0x08 => self.by_path(Folder::Root, command.data)?,
            0x09 => self.by_path(self.volatile.folder, command.data)?,
            0x01 | 0x03 => return Err(apdu::FILE_NOT_FOUND),
            _ => return Err(apdu::WRONG_P1_P2),
        };
        let parameters = match target {
            Target::Folder(folder) => {
                if folder != self.volatile.folder {
                    self.volatile.environment = None;
                }
                self.volatile.folder = folder;
                self.volatile.file = None;
                Files::folder_parameters(folder)
            }
            Target::File(folder, index) => {
                self.volatile.folder = folder;
                self.volatile.file = Some(index);
                self.files.file_parameters(index)
            }
            Target::NotReally => Files::folder_parameters(Folder::Esign),
        };
        Ok(if answer_wanted { parameters } else { Vec::new() })
    }

    fn by_identifier(&self, id: u16) -> Result<Target, Sw> {
        match id {
            MF => Ok(Target::Folder(Folder::Root)),
            ESIGN if self.volatile.folder == Folder::Esign => Ok(Target::Folder(Folder::Esign)),
            ESIGN => Ok(Target::NotReally),
            _ => self.file_here(id),
        }
    }

    fn file_here(&self, id: u16) -> Result<Target, Sw> {
        let folder = self.volatile.folder;
        self.files.find(folder, id).map(|index| Target::File(folder, index)).ok_or(apdu::FILE_NOT_FOUND)
    }

    fn by_path(&self, start: Folder, path: &[u8]) -> Result<Target, Sw> {
        let mut folder = start;
        let mut target = Target::Folder(start);
        let mut left = path;
        while let [high, low, rest @ ..] = left {
            let id = u16::from_be_bytes([*high, *low]);
            match id {
                _ if matches!(target, Target::File(..)) => return Err(apdu::FILE_NOT_FOUND),
                MF => folder = Folder::Root,
                ESIGN if folder == Folder::Root => folder = Folder::Esign,
                _ => {
                    let index = self.files.find(folder, id).ok_or(apdu::FILE_NOT_FOUND)?;
                    target = Target::File(folder, index);
                    left = rest;
                    continue;
                }
            }
            target = Target::Folder(folder);
            left = rest;
        }
        if left.is_empty() { Ok(target) } else { Err(apdu::WRONG_LENGTH) }
    }

    fn read_binary(&self, command: &Command) -> Result<Vec<u8>, Sw> {
        if !command.data.is_empty() {
            return Err(apdu::WRONG_LENGTH);
        }
        if command.p1 & 0x80 != 0 {
            return Err(apdu::WRONG_P1_P2); // short file identifiers: none are given
        }
        let index = self.volatile.file.ok_or(apdu::NOT_AN_ELEMENTARY_FILE)?;
        let content = self.files.content(index);
        let offset = usize::from(u16::from_be_bytes([command.p1, command.p2]));
        let tail = content.get(offset..).ok_or(apdu::OFFSET_OUTSIDE)?;
        let wanted = command.le.ok_or(apdu::WRONG_LENGTH)?.min(tail.len());
        Ok(tail.get(..wanted).unwrap_or(tail).to_vec())
    }
}

/// What a SELECT found.
enum Target {
    Folder(Folder),
    File(Folder, usize),
    /// E.SIGN by its file identifier: real cards answer success and stay where they were.
    NotReally,
}

impl Volatile {
    fn new() -> Self {
        Self {
            folder: Folder::Root,
            file: None,
            verified_pin1: false,
            verified_pin2: false,
            verified_puk: false,
            environment: None,
            digest: None,
            pending: Vec::new(),
        }
    }
}

fn identifier(data: &[u8]) -> Result<u16, Sw> {
    <[u8; 2]>::try_from(data).map(u16::from_be_bytes).map_err(|_| apdu::WRONG_LENGTH)
}

/// 9000, or 61xx with the number of bytes that wait (00 = 256 or more).
fn more(rest: usize) -> Sw {
    match rest {
        0 => apdu::OK,
        1..=255 => 0x6100 | u16::try_from(rest).unwrap_or(0),
        _ => 0x6100,
    }
}
