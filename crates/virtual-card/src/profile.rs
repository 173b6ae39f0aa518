//! How the card behaves: PINs, tries, stickiness, protocol, delays. All of it is data, because the open questions
//! about real cards (tries, stickiness, T=0) are answered only by a test card and then changed here.

use crate::CardFileError;
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// The ATR of the Idemia ID.me card, which is the professional card of today (DVV's list of ATR bytes).
const ATR_IDME: &str = "3BDD96008031FE450031B8640429ECC1739401808248";

/// The profiles that come with the program, by name: the cards that a program for professionals meets.
pub const NAMED: [(&str, &str); 9] = [
    ("organisational-p384", include_str!("../profiles/organisational-p384.toml")),
    ("organisational-rsa2048", include_str!("../profiles/organisational-rsa2048.toml")),
    ("organisational-rsa3072", include_str!("../profiles/organisational-rsa3072.toml")),
    ("citizen", include_str!("../profiles/citizen.toml")),
    ("student", include_str!("../profiles/student.toml")),
    ("revoked", include_str!("../profiles/revoked.toml")),
    ("expired", include_str!("../profiles/expired.toml")),
    ("not-activated", include_str!("../profiles/not-activated.toml")),
    ("blocked", include_str!("../profiles/blocked.toml")),
];

/// A card's behaviour; also the form of a profile file (TOML, every line may be left out).
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Profile {
    /// Folder with the person's certificates and keys.
    pub person: Option<PathBuf>,
    /// Whose card it is where a folder of many people is given (`--people`): the name of that person's folder.
    pub holder: Option<String>,
    /// Which of the two FINEID profiles.
    pub scheme: Scheme,
    /// Answer to reset, hexadecimal.
    pub atr: String,
    /// Perustunnusluku, 4 to 8 digits.
    pub pin1: String,
    /// Allekirjoitustunnusluku, 4 to 8 digits.
    pub pin2: String,
    /// Aktivointitunnusluku (reference 12), 4 to 8 digits.
    pub puk: String,
    /// Tries of PIN1 before it blocks.
    pub pin1_tries: u8,
    /// Tries of PIN2 before it blocks.
    pub pin2_tries: u8,
    /// Tries of the PUK before it blocks.
    pub puk_tries: u8,
    /// Tries that PIN1 has left when the card is new to the program; all of them without a number.
    pub pin1_left: Option<u8>,
    /// Tries that PIN2 has left when the card is new to the program; all of them without a number.
    pub pin2_left: Option<u8>,
    /// Whether PIN2 lasts for one signature or until the card is reset.
    pub pin2_mode: Pin2Mode,
    /// A card that its holder has not activated yet: no PIN can be used.
    pub activated: bool,
    /// Answers as a card with protocol T=0 does: data after a command with data only through GET RESPONSE.
    pub t0: bool,
    /// Speaks as OpenSC's driver for MyEID cards expects, so that OpenSC can judge P-384. Never for testing a program that
    /// is meant for FINEID cards.
    pub compat: bool,
    /// Wait before each answer, milliseconds. A real card takes 20 to 60.
    pub apdu_delay_ms: u64,
    /// Extra wait before a signature, milliseconds. A real card takes 300 to 1000 with RSA.
    pub sign_delay_ms: u64,
}

/// The two profiles of FINEID cards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scheme {
    /// S4-2: professionals and organisations.
    Organisational,
    /// S4-1: identity cards of citizens.
    Citizen,
}

/// How long an accepted PIN2 lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pin2Mode {
    /// Until the card is reset, as organisation cards are reported to do.
    Sticky,
    /// For one signature.
    Each,
}

impl Default for Profile {
    fn default() -> Self {
        Self {
            person: None,
            holder: None,
            scheme: Scheme::Organisational,
            atr: ATR_IDME.to_owned(),
            pin1: "1234".to_owned(),
            pin2: "123456".to_owned(),
            puk: "12345678".to_owned(),
            pin1_tries: 5,
            pin2_tries: 5,
            puk_tries: 10,
            pin1_left: None,
            pin2_left: None,
            pin2_mode: Pin2Mode::Sticky,
            activated: true,
            t0: false,
            compat: false,
            apdu_delay_ms: 0,
            sign_delay_ms: 0,
        }
    }
}

impl Profile {
    /// Reads a profile file. A relative `person` is meant from the file's own folder.
    pub fn load(file: &Path) -> Result<Self, CardFileError> {
        let text =
            std::fs::read_to_string(file).map_err(|source| CardFileError::File { what: "the profile", source })?;
        let mut profile = Self::parse(&text)?;
        if let (Some(person), Some(folder)) = (&profile.person, file.parent()) {
            profile.person = Some(folder.join(person));
        }
        Ok(profile)
    }

    /// One of [`NAMED`].
    pub fn named(name: &str) -> Option<Result<Self, CardFileError>> {
        NAMED.iter().find(|(known, _)| *known == name).map(|(_, text)| Self::parse(text))
    }

    fn parse(text: &str) -> Result<Self, CardFileError> {
        let profile: Self = toml::from_str(text)
            .map_err(|error| CardFileError::Form { what: "the profile", reason: error.message().to_owned() })?;
        profile.check()?;
        Ok(profile)
    }

    /// Refuses PINs that no professional card could have, and an ATR that no reader would pass on.
    pub fn check(&self) -> Result<(), CardFileError> {
        let pins = [&self.pin1, &self.pin2, &self.puk];
        if !pins.iter().all(|pin| (4..=8).contains(&pin.len()) && pin.bytes().all(|digit| digit.is_ascii_digit())) {
            return Err(CardFileError::PinForm);
        }
        self.atr_bytes().map(|_| ())
    }

    /// The ATR as bytes.
    pub(crate) fn atr_bytes(&self) -> Result<Vec<u8>, CardFileError> {
        let bytes = from_hex(&self.atr).ok_or(CardFileError::Atr)?;
        if (2..=33).contains(&bytes.len()) { Ok(bytes) } else { Err(CardFileError::Atr) }
    }
}

/// Hexadecimal digits, spaces allowed, to bytes.
pub(crate) fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u32> =
        text.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_digit(16)).collect::<Option<_>>()?;
    digits
        .chunks(2)
        .map(|pair| match pair {
            [high, low] => u8::try_from(high * 16 + low).ok(),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_profile_without_a_line_is_sound() {
        let profile: Profile = toml::from_str("").unwrap();
        profile.check().unwrap();
        assert_eq!(profile.atr_bytes().unwrap().len(), 22);
    }

    #[test]
    fn pins_that_no_card_has_are_refused() {
        for pin in ["123", "123456789", "12a4", ""] {
            let profile = Profile { pin1: pin.to_owned(), ..Profile::default() };
            assert!(matches!(profile.check(), Err(CardFileError::PinForm)));
        }
    }

    #[test]
    fn every_named_profile_is_sound_and_is_what_its_name_says() {
        for (name, _) in NAMED {
            let profile = Profile::named(name).unwrap().unwrap();
            assert!(profile.holder.is_some(), "{name} says whose card it is");
            assert_eq!(profile.scheme == Scheme::Citizen, name == "citizen");
            assert_eq!(profile.activated, name != "not-activated");
            assert_eq!(profile.pin2_left == Some(0), name == "blocked");
        }
        assert!(Profile::named("no-such").is_none());
    }

    #[test]
    fn the_atr_ends_with_its_check_byte() {
        // ISO 7816-3: TCK makes the exclusive or of all bytes after TS zero.
        let atr = Profile::default().atr_bytes().unwrap();
        assert_eq!(atr[1..].iter().fold(0, |sum, byte| sum ^ byte), 0);
    }
}
