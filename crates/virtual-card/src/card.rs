//! The card itself: a state machine from command to answer, in the strict organisational form (S4-2).
//! It serves the rules that cost a person a blocked card: PIN references 03 and 04, bare digits without padding,
//! a digest inside PSO, E.SIGN selected by name. What deviates is refused, so that a mistake shows here and not there.
//! It waits nowhere and knows no reader; the `vpcd` module does.

use crate::apdu::{self, Command, Sw, tries_left};
use crate::files::{
    APPLICATION, AUTHENTICATION_KEY, ESIGN, ESIGN_NAME, Files, Folder, MF, PIN1, PIN2, PUK, SIGNATURE_KEY,
};
use crate::keys::{Algorithm, Key};
use crate::{CardFileError, Counters, Memory, Person, Pin2Mode, Profile};

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
    /// Commands until the card is pulled (1 = at the next one).
    pull_in: Option<u32>,
    /// Commands until this answer is given instead of the card's own.
    answer_in: Option<(u32, Vec<u8>)>,
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
    /// The rest of an answer that GET RESPONSE will fetch.
    pending: Vec<u8>,
}

impl Card {
    /// Makes a card; the counters of its tries come from `memory` if this card was used before.
    pub fn new(profile: Profile, person: Person, memory: Box<dyn Memory>) -> Result<Self, CardFileError> {
        profile.check()?;
        let full = full_counters(&profile);
        let counters = memory.load(&person.serial())?.unwrap_or(full);
        Ok(Self {
            atr: profile.atr_bytes()?,
            files: Files::of(&person),
            volatile: Volatile::new(),
            in_place: true,
            commands: 0,
            pull_in: None,
            answer_in: None,
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
        self.counters = self.memory.load(&person.serial())?.unwrap_or(full_counters(&self.profile));
        self.files = Files::of(&person);
        self.person = person;
        self.reset();
        Ok(())
    }

    /// Runs one command. Without a card in place the answer is empty, which is what a pulled card gives.
    pub fn transmit(&mut self, command: &[u8]) -> Vec<u8> {
        self.commands += 1;
        if count_down(&mut self.pull_in) {
            self.pull();
        }
        if !self.in_place {
            return Vec::new();
        }
        if let Some((left, answer)) = self.answer_in.take() {
            if left <= 1 {
                return answer;
            }
            self.answer_in = Some((left - 1, answer));
        }
        let (data, sw) = self.run(command);
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
        self.pull_in = None;
        self.answer_in = None;
        self.reset();
    }

    /// Whether the card is in the reader.
    pub fn is_in_place(&self) -> bool {
        self.in_place
    }

    /// Fault: the card is pulled at the `n`-th command from now, before it is answered.
    pub fn pull_at(&mut self, n: u32) {
        self.pull_in = Some(n.max(1));
    }

    /// Fault: the `n`-th command from now is not run and gets this answer.
    pub fn answer_at(&mut self, n: u32, answer: Vec<u8>) {
        self.answer_in = Some((n.max(1), answer));
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

    /// VERIFY: without data it only tells the state and costs no try.
    fn verify(&mut self, command: &Command) -> Result<(), Sw> {
        let secret = Secret::of(command)?;
        let left = secret.left(self.counters);
        if !self.profile.activated && secret != Secret::Puk {
            return Err(apdu::REFERENCE_NOT_USABLE);
        }
        if left == 0 {
            return Err(apdu::PIN_BLOCKED);
        }
        if command.data.is_empty() {
            return if *secret.verified(&mut self.volatile) { Ok(()) } else { Err(tries_left(left)) };
        }
        // The try is used up before the comparison, as a card does that expects to be pulled in between.
        *secret.verified(&mut self.volatile) = false;
        self.keep(secret.set(self.counters, left - 1)).map_err(|_| apdu::MEMORY_FAILURE)?;
        if command.data != secret.digits(&self.profile).as_bytes() {
            return Err(if left == 1 { apdu::PIN_BLOCKED } else { tries_left(left - 1) });
        }
        let full = secret.left(full_counters(&self.profile));
        self.keep(secret.set(self.counters, full)).map_err(|_| apdu::MEMORY_FAILURE)?;
        *secret.verified(&mut self.volatile) = true;
        Ok(())
    }

    /// RESET RETRY COUNTER after the PUK: a new PIN, which lasts until the program ends, and full tries.
    fn reset_retry_counter(&mut self, command: &Command) -> Result<(), Sw> {
        if command.p1 != 0x02 {
            return Err(apdu::WRONG_P1_P2);
        }
        let secret = match Secret::from_reference(command.p2)? {
            Secret::Puk => return Err(apdu::REFERENCE_NOT_FOUND),
            pin => pin,
        };
        if !self.volatile.verified_puk {
            return Err(apdu::SECURITY_NOT_SATISFIED);
        }
        let new = std::str::from_utf8(command.data).map_err(|_| apdu::WRONG_DATA)?;
        if !(4..=8).contains(&new.len()) || !new.bytes().all(|digit| digit.is_ascii_digit()) {
            return Err(apdu::WRONG_DATA);
        }
        match secret {
            Secret::Pin1 => self.profile.pin1 = new.to_owned(),
            _ => self.profile.pin2 = new.to_owned(),
        }
        let full = secret.left(full_counters(&self.profile));
        self.keep(secret.set(self.counters, full)).map_err(|_| apdu::MEMORY_FAILURE)
    }

    /// MSE:SET for digital signatures: 80 algorithm, 84 key; a file reference (81) is ignored, as OpenSC sends one.
    fn manage_security_environment(&mut self, command: &Command) -> Result<(), Sw> {
        if (command.p1, command.p2) != (0x41, 0xB6) {
            return Err(apdu::WRONG_P1_P2);
        }
        let (mut algorithm, mut key) = (None, None);
        let mut left = command.data;
        while let [tag, length, rest @ ..] = left {
            let (value, rest) = rest.split_at_checked(usize::from(*length)).ok_or(apdu::WRONG_DATA)?;
            match (tag, value) {
                (0x80, [reference]) => algorithm = Algorithm::from_reference(*reference),
                (0x84, [reference]) => key = Some(*reference),
                (0x81, _) => {}
                _ => return Err(apdu::WRONG_DATA),
            }
            left = rest;
        }
        let (Some(algorithm), Some(reference), true) = (algorithm, key, left.is_empty()) else {
            return Err(apdu::WRONG_DATA);
        };
        if !algorithm.fits(self.key(reference)?) {
            return Err(apdu::WRONG_DATA);
        }
        self.volatile.environment = Some((algorithm, reference));
        Ok(())
    }

    /// PSO: COMPUTE DIGITAL SIGNATURE with the digest inside the command. PSO:HASH belongs to the citizen profile.
    fn perform_security_operation(&mut self, command: &Command) -> Result<Vec<u8>, Sw> {
        if (command.p1, command.p2) != (0x9E, 0x9A) {
            return Err(apdu::WRONG_P1_P2);
        }
        let (algorithm, reference) = self.volatile.environment.ok_or(apdu::CONDITIONS_NOT_SATISFIED)?;
        let signature_key = reference == SIGNATURE_KEY;
        let allowed = if signature_key { self.volatile.verified_pin2 } else { self.volatile.verified_pin1 };
        if !allowed {
            return Err(apdu::SECURITY_NOT_SATISFIED);
        }
        if !algorithm.takes(command.data.len()) {
            return Err(apdu::WRONG_DATA);
        }
        let signature = self.key(reference)?.sign(algorithm, command.data).ok_or(apdu::WRONG_DATA)?;
        if signature_key && self.profile.pin2_mode == Pin2Mode::Each {
            self.volatile.verified_pin2 = false;
        }
        Ok(signature)
    }

    /// GET DATA about a PIN: DF21 tries, usage, unblockings, method; DF2F whether its holder has set it.
    fn get_data(&self, command: &Command) -> Result<Vec<u8>, Sw> {
        let ([0xA0, 0x03, 0x83, 0x01, reference], 0x00, 0xFF) = (command.data, command.p1, command.p2) else {
            return Err(apdu::REFERENCE_NOT_FOUND);
        };
        let left = Secret::from_reference(*reference)?.left(self.counters);
        let changed = u8::from(self.profile.activated);
        Ok(vec![0xA0, 0x0B, 0xDF, 0x21, 0x04, left, 0xFF, 0xA5, 0x02, 0xDF, 0x2F, 0x01, changed])
    }

    /// The key behind a reference: 82 is local to E.SIGN.
    fn key(&self, reference: u8) -> Result<&Key, Sw> {
        match reference {
            AUTHENTICATION_KEY => Ok(&self.person.authentication.key),
            SIGNATURE_KEY if self.volatile.folder == Folder::Esign => Ok(&self.person.signature.key),
            _ => Err(apdu::REFERENCE_NOT_FOUND),
        }
    }

    fn keep(&mut self, counters: Counters) -> Result<(), CardFileError> {
        self.memory.store(&self.person.serial(), counters)?;
        self.counters = counters;
        Ok(())
    }
}

/// What a SELECT found.
enum Target {
    Folder(Folder),
    File(Folder, usize),
    /// E.SIGN by its file identifier: real cards answer success and stay where they were.
    NotReally,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Secret {
    Pin1,
    Pin2,
    Puk,
}

impl Secret {
    fn of(command: &Command) -> Result<Self, Sw> {
        if command.p1 != 0 { Err(apdu::WRONG_P1_P2) } else { Self::from_reference(command.p2) }
    }

    fn from_reference(reference: u8) -> Result<Self, Sw> {
        match reference {
            PIN1 => Ok(Self::Pin1),
            PIN2 => Ok(Self::Pin2),
            PUK => Ok(Self::Puk),
            _ => Err(apdu::REFERENCE_NOT_FOUND),
        }
    }

    fn left(self, counters: Counters) -> u8 {
        match self {
            Self::Pin1 => counters.pin1,
            Self::Pin2 => counters.pin2,
            Self::Puk => counters.puk,
        }
    }

    fn set(self, counters: Counters, left: u8) -> Counters {
        match self {
            Self::Pin1 => Counters { pin1: left, ..counters },
            Self::Pin2 => Counters { pin2: left, ..counters },
            Self::Puk => Counters { puk: left, ..counters },
        }
    }

    fn digits(self, profile: &Profile) -> &str {
        match self {
            Self::Pin1 => &profile.pin1,
            Self::Pin2 => &profile.pin2,
            Self::Puk => &profile.puk,
        }
    }

    fn verified(self, volatile: &mut Volatile) -> &mut bool {
        match self {
            Self::Pin1 => &mut volatile.verified_pin1,
            Self::Pin2 => &mut volatile.verified_pin2,
            Self::Puk => &mut volatile.verified_puk,
        }
    }
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
            pending: Vec::new(),
        }
    }
}

fn full_counters(profile: &Profile) -> Counters {
    Counters { pin1: profile.pin1_tries, pin2: profile.pin2_tries, puk: profile.puk_tries }
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

/// Whether the counter has run out with this command.
fn count_down(counter: &mut Option<u32>) -> bool {
    match counter {
        Some(0 | 1) => {
            *counter = None;
            true
        }
        Some(left) => {
            *left -= 1;
            false
        }
        None => false,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::ShortMemory;
    use p384::ecdsa::signature::hazmat::PrehashVerifier;
    use p384::ecdsa::{Signature, SigningKey, VerifyingKey};
    use proptest::prelude::*;
    use std::sync::LazyLock;

    const SELECT_ESIGN: &[u8] = b"\x00\xA4\x04\x0C\x06E.SIGN";
    const SELECT_APPLICATION: &[u8] = b"\x00\xA4\x04\x0C\x0C\xA0\x00\x00\x00\x63PKCS-15";
    const PIN2_RIGHT: &[u8] = b"\x00\x20\x00\x04\x06123456";
    const MSE_SIGN: &[u8] = &[0, 0x22, 0x41, 0xB6, 6, 0x80, 1, 0x54, 0x84, 1, 0x82];

    fn key(seed: u8) -> SigningKey {
        // Made once: deriving a public key is slow in a debug build.
        static KEYS: LazyLock<[SigningKey; 3]> =
            LazyLock::new(|| [1, 1, 2].map(|seed| SigningKey::from_slice(&[seed; 48]).unwrap()));
        KEYS[usize::from(seed)].clone()
    }

    pub(crate) fn test_card_with(profile: Profile) -> Card {
        let certificate = |filler: u8| crate::der::element(0x30, &[filler; 700]);
        let person =
            Person::new(certificate(1), Key::P384(Box::new(key(1))), certificate(2), Key::P384(Box::new(key(2))))
                .unwrap();
        Card::new(profile, person, Box::new(ShortMemory::default())).unwrap()
    }

    pub(crate) fn test_card() -> Card {
        test_card_with(Profile::default())
    }

    fn ok(card: &mut Card, command: &[u8]) -> Vec<u8> {
        let mut answer = card.transmit(command);
        let sw = answer.split_off(answer.len() - 2);
        assert_eq!(sw, [0x90, 0x00], "{command:02X?}");
        answer
    }

    fn sw(card: &mut Card, command: &[u8]) -> u16 {
        let answer = card.transmit(command);
        u16::from_be_bytes([answer[answer.len() - 2], answer[answer.len() - 1]])
    }

    fn pso() -> Vec<u8> {
        [&[0, 0x2A, 0x9E, 0x9A, 48][..], &[7; 48], &[0x60]].concat()
    }

    #[test]
    fn a_digest_is_signed_in_the_organisational_way() {
        let mut card = test_card();
        ok(&mut card, SELECT_ESIGN);
        ok(&mut card, PIN2_RIGHT);
        ok(&mut card, MSE_SIGN);
        let signature = Signature::from_slice(&ok(&mut card, &pso())).unwrap();
        VerifyingKey::from(&key(2)).verify_prehash(&[7; 48], &signature).unwrap();
    }

    #[test]
    fn citizen_ways_are_refused() {
        let mut card = test_card();
        ok(&mut card, SELECT_ESIGN);
        assert_eq!(sw(&mut card, &[0, 0x20, 0, 0x11]), 0x6A88);
        assert_eq!(sw(&mut card, &[0, 0x20, 0, 0x82]), 0x6A88);
        assert_eq!(sw(&mut card, b"\x00\x20\x00\x04\x0C123456\0\0\0\0\0\0"), 0x63C4, "padding is a wrong PIN");
        ok(&mut card, PIN2_RIGHT);
        ok(&mut card, MSE_SIGN);
        assert_eq!(sw(&mut card, &[0, 0x2A, 0x90, 0xA0, 2, 0x90, 0]), 0x6A86, "no PSO:HASH");
        assert_eq!(sw(&mut card, &[0, 0x2A, 0x9E, 0x9A, 0x60]), 0x6A80, "no signature without an inline digest");
    }

    #[test]
    fn the_signature_key_exists_in_esign_only_and_esign_opens_by_name_only() {
        let mut card = test_card();
        ok(&mut card, SELECT_APPLICATION);
        assert_eq!(sw(&mut card, MSE_SIGN), 0x6A88);
        ok(&mut card, &[0, 0xA4, 0x01, 0x0C, 2, 0x50, 0x16]);
        assert_eq!(sw(&mut card, MSE_SIGN), 0x6A88, "by identifier it says yes and stays where it was");
        ok(&mut card, SELECT_ESIGN);
        ok(&mut card, MSE_SIGN);
        assert_eq!(sw(&mut card, &pso()), 0x6982, "PIN2 was not given");
    }

    #[test]
    fn tries_run_out_and_asking_costs_none() {
        let mut card = test_card();
        assert_eq!(sw(&mut card, &[0, 0x20, 0, 3]), 0x63C5);
        for left in (1..5).rev() {
            assert_eq!(sw(&mut card, b"\x00\x20\x00\x03\x049999"), 0x63C0 | left);
            assert_eq!(sw(&mut card, &[0, 0x20, 0, 3]), 0x63C0 | left);
        }
        assert_eq!(sw(&mut card, b"\x00\x20\x00\x03\x049999"), 0x6983);
        assert_eq!(sw(&mut card, b"\x00\x20\x00\x03\x041234"), 0x6983, "the right PIN does not open a blocked card");
        ok(&mut card, b"\x00\x20\x00\x12\x0812345678");
        ok(&mut card, b"\x00\x2C\x02\x03\x044321");
        ok(&mut card, b"\x00\x20\x00\x03\x044321");
    }

    #[test]
    fn a_pin_wears_off_with_a_reset_and_in_each_mode_with_a_signature() {
        for (mode, second) in [(Pin2Mode::Sticky, 0x9000), (Pin2Mode::Each, 0x6982)] {
            let mut card = test_card_with(Profile { pin2_mode: mode, ..Profile::default() });
            ok(&mut card, SELECT_ESIGN);
            ok(&mut card, PIN2_RIGHT);
            ok(&mut card, MSE_SIGN);
            ok(&mut card, &pso());
            assert_eq!(sw(&mut card, &pso()), second);
            ok(&mut card, PIN2_RIGHT);
            card.reset();
            assert_eq!(sw(&mut card, &[0, 0x20, 0, 4]), 0x63C5);
            assert_eq!(sw(&mut card, MSE_SIGN), 0x6A88, "the folder is the root again");
        }
    }

    #[test]
    fn over_t0_an_answer_waits_for_get_response() {
        let mut card = test_card_with(Profile { t0: true, ..Profile::default() });
        ok(&mut card, SELECT_ESIGN);
        ok(&mut card, PIN2_RIGHT);
        ok(&mut card, MSE_SIGN);
        assert_eq!(card.transmit(&pso()), [0x61, 0x60]);
        assert_eq!(ok(&mut card, &[0, 0xC0, 0, 0, 0x60]).len(), 96);
        assert_eq!(sw(&mut card, &[0, 0xC0, 0, 0, 0x60]), 0x6985);
    }

    #[test]
    fn a_card_that_was_never_activated_says_so() {
        let mut card = test_card_with(Profile { activated: false, ..Profile::default() });
        assert_eq!(sw(&mut card, &[0, 0x20, 0, 3]), 0x6984);
        assert_eq!(sw(&mut card, PIN2_RIGHT), 0x6984);
        let data = ok(&mut card, &[0, 0xCB, 0, 0xFF, 5, 0xA0, 3, 0x83, 1, 3, 0]);
        assert!(data.ends_with(&[0xDF, 0x2F, 1, 0]));
    }

    #[test]
    fn faults_come_at_their_command() {
        let mut card = test_card();
        card.answer_at(2, vec![0x6F, 0x00]);
        card.pull_at(3);
        assert_eq!(sw(&mut card, &[0, 0x20, 0, 3]), 0x63C5);
        assert_eq!(sw(&mut card, &[0, 0x20, 0, 3]), 0x6F00);
        assert!(card.transmit(&[0, 0x20, 0, 3]).is_empty());
        assert!(!card.is_in_place());
        card.insert();
        assert_eq!(sw(&mut card, &[0, 0x20, 0, 3]), 0x63C5);
    }

    proptest! {
        /// No command, however broken, makes the card fall over, and none but VERIFY and RESET RETRY COUNTER costs a try.
        #[test]
        fn any_bytes_get_an_answer(commands in proptest::collection::vec(any_command(), 1..40), t0 in any::<bool>()) {
            let mut card = test_card_with(Profile { t0, ..Profile::default() });
            for command in commands {
                let before = card.counters();
                let answer = card.transmit(&command);
                prop_assert!((2..=258).contains(&answer.len()));
                if !matches!(command.get(1), Some(0x20 | 0x2C)) {
                    prop_assert_eq!(before, card.counters());
                }
            }
        }
    }

    /// Plain noise, and commands that are nearly right.
    fn any_command() -> impl Strategy<Value = Vec<u8>> {
        let instruction = prop::sample::select(vec![0xA4_u8, 0xB0, 0x20, 0x22, 0x2A, 0x2C, 0xC0, 0xCB, 0x00]);
        let parameters = prop::sample::select(vec![
            (0x00_u8, 0x00_u8),
            (0x00, 0x03),
            (0x00, 0x04),
            (0x00, 0x12),
            (0x02, 0x0C),
            (0x04, 0x0C),
            (0x08, 0x00),
            (0x09, 0x00),
            (0x41, 0xB6),
            (0x9E, 0x9A),
            (0x00, 0xFF),
            (0x7F, 0xFF),
        ]);
        let data = prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..60),
            Just(vec![0x3F, 0x00, 0x50, 0x16, 0x43, 0x32]),
            Just(vec![0x3F, 0x00, 0x43, 0x31, 0x43, 0x31]),
            Just(vec![0x80, 1, 0x54, 0x84, 1, 0x01]),
            Just(b"1234".to_vec()),
            Just(b"E.SIGN".to_vec()),
            Just(vec![0xA0, 3, 0x83, 1, 4]),
        ];
        let nearly =
            (instruction, parameters, data, proptest::option::of(any::<u8>())).prop_map(|(ins, (p1, p2), data, le)| {
                let mut command = vec![0, ins, p1, p2];
                if !data.is_empty() {
                    command.push(u8::try_from(data.len()).unwrap());
                    command.extend(data);
                }
                command.extend(le);
                command
            });
        prop_oneof![proptest::collection::vec(any::<u8>(), 0..300), nearly]
    }
}
