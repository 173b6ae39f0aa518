//! The card's file system: the PKCS#15 (ISO 7816-15) description and the certificates, laid out as on a FINEID card. The
//! authentication certificate lies beside the description (3F00/4331); the signature certificate too on a citizen's card
//! (3F00/4332), in DF E.SIGN on an organisation's (3F00/5016/4332). Both may be read without a PIN.

use crate::Scheme;
use crate::der::{bits, element, integer, nested, octets, path, sequence, text, unsigned};
use crate::person::{Pair, Person};

/// The application's name: RID A000000063 and "PKCS-15".
pub(crate) const APPLICATION: &[u8] = b"\xA0\x00\x00\x00\x63PKCS-15";
/// The name of the folder for qualified signatures.
pub(crate) const ESIGN_NAME: &[u8] = b"E.SIGN";

pub(crate) const MF: u16 = 0x3F00;
pub(crate) const ESIGN: u16 = 0x5016;
const DIR: u16 = 0x2F00;
const ODF: u16 = 0x5031;
const TOKEN_INFO: u16 = 0x5032;
const AODF: u16 = 0x4401;
const PRKDF: u16 = 0x4402;
const CDF: u16 = 0x4403;
const AUTHENTICATION_CERTIFICATE: u16 = 0x4331;
const SIGNATURE_CERTIFICATE: u16 = 0x4332;
/// Where the keys lie: their files can be selected and hold nothing that could be read.
pub(crate) const AUTHENTICATION_KEY_FILE: u16 = 0x4B01;
pub(crate) const SIGNATURE_KEY_FILE: u16 = 0x4B02;

/// Reference of the authentication key (MSE tag 84), the same in both profiles.
pub(crate) const AUTHENTICATION_KEY: u8 = 0x01;

impl Scheme {
    /// References of PIN1, PIN2 and PUK (VERIFY's P2).
    pub(crate) fn pin_references(self) -> [u8; 3] {
        match self {
            Self::Organisational => [0x03, 0x04, 0x12],
            Self::Citizen => [0x11, 0x82, 0x83],
        }
    }

    /// Reference of the signature key (MSE tag 84); 82 is local to E.SIGN.
    pub(crate) fn signature_key(self) -> u8 {
        match self {
            Self::Organisational => 0x82,
            Self::Citizen => 0x02,
        }
    }

    /// Where the signature key and its PIN and certificate lie.
    pub(crate) fn signature_folder(self) -> Folder {
        match self {
            Self::Organisational => Folder::Esign,
            Self::Citizen => Folder::Root,
        }
    }
}

const FIRST_ID: &[u8] = &[0x45];
const SECOND_ID: &[u8] = &[0x46];

/// A folder of the card: the root, which also is the application, or E.SIGN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Folder {
    Root,
    Esign,
}

/// An elementary file.
pub(crate) struct File {
    pub(crate) folder: Folder,
    pub(crate) id: u16,
    pub(crate) content: Vec<u8>,
}

/// All files of one card.
pub(crate) struct Files {
    files: Vec<File>,
}

impl Files {
    pub(crate) fn of(person: &Person, scheme: Scheme) -> Self {
        let root = |id, content| File { folder: Folder::Root, id, content };
        let folder: &[u16] = if scheme.signature_folder() == Folder::Esign { &[MF, ESIGN] } else { &[MF] };
        let [pin1, pin2, _] = scheme.pin_references();
        let pins = [pin_object(scheme, "PIN1", 1, pin1, &[MF]), pin_object(scheme, "PIN2", 2, pin2, folder)];
        let (file, reference) = (&[MF, AUTHENTICATION_KEY_FILE][..], AUTHENTICATION_KEY);
        let first = Object { id: FIRST_ID, pin: 1, reference, file, signature: false };
        let (file, reference) = (&[folder, &[SIGNATURE_KEY_FILE]].concat()[..], scheme.signature_key());
        let second = Object { id: SECOND_ID, pin: 2, reference, file, signature: true };
        let keys = [
            key_object("Todentamisavain", &person.authentication, &first),
            key_object("Allekirjoitusavain", &person.signature, &second),
        ];
        let certificates = [
            certificate_object("Todentamisvarmenne", FIRST_ID, &[MF, AUTHENTICATION_CERTIFICATE]),
            certificate_object("Allekirjoitusvarmenne", SECOND_ID, &[folder, &[SIGNATURE_CERTIFICATE]].concat()),
        ];
        Self {
            files: vec![
                root(DIR, directory(scheme)),
                root(ODF, object_directory()),
                root(TOKEN_INFO, token_info(&person.serial)),
                root(AODF, pins.concat()),
                root(PRKDF, keys.concat()),
                root(CDF, certificates.concat()),
                root(AUTHENTICATION_CERTIFICATE, person.authentication.certificate.clone()),
                root(AUTHENTICATION_KEY_FILE, Vec::new()),
                File { folder: scheme.signature_folder(), id: SIGNATURE_KEY_FILE, content: Vec::new() },
                File {
                    folder: scheme.signature_folder(),
                    id: SIGNATURE_CERTIFICATE,
                    content: person.signature.certificate.clone(),
                },
            ],
        }
    }

    /// The index of a file, for [`Files::content`].
    pub(crate) fn find(&self, folder: Folder, id: u16) -> Option<usize> {
        self.files.iter().position(|file| file.folder == folder && file.id == id)
    }

    pub(crate) fn content(&self, index: usize) -> &[u8] {
        self.files.get(index).map_or(&[], |file| &file.content)
    }

    /// File control parameters of an elementary file.
    pub(crate) fn file_parameters(&self, index: usize) -> Vec<u8> {
        let Some(file) = self.files.get(index) else { return Vec::new() };
        let size = u16::try_from(file.content.len()).unwrap_or(u16::MAX);
        nested(
            0x62,
            &[
                element(0x80, &size.to_be_bytes()),
                element(0x82, &[0x01]),
                element(0x83, &file.id.to_be_bytes()),
                element(0x8A, &[0x05]),
            ],
        )
    }

    /// File control parameters of a folder.
    pub(crate) fn folder_parameters(folder: Folder) -> Vec<u8> {
        let (id, name) = match folder {
            Folder::Root => (MF, APPLICATION),
            Folder::Esign => (ESIGN, ESIGN_NAME),
        };
        nested(
            0x62,
            &[element(0x82, &[0x38]), element(0x83, &id.to_be_bytes()), element(0x84, name), element(0x8A, &[0x05])],
        )
    }
}

/// EF.DIR: one application, whose files lie in the root.
fn directory(scheme: Scheme) -> Vec<u8> {
    let label: &[u8] = if scheme == Scheme::Citizen { b"FINEID S4-1" } else { b"FINEID S4-2" };
    nested(0x61, &[element(0x4F, APPLICATION), element(0x50, label), element(0x51, &MF.to_be_bytes())])
}

/// EF.ODF: where the directories of keys, certificates and PINs lie.
fn object_directory() -> Vec<u8> {
    [(0xA0, PRKDF), (0xA4, CDF), (0xA8, AODF)].iter().flat_map(|(tag, id)| element(*tag, &path(&[MF, *id]))).collect()
}

fn token_info(serial: &[u8]) -> Vec<u8> {
    sequence(&[
        integer(0),
        octets(serial),
        text("Tiski virtual card"),
        element(0x80, b"VIRTUAL TEST CARD"),
        bits(4, &[0x10]), // PRN generation
    ])
}

/// A PIN: 4 to 8 ASCII digits, bare on organisation cards, padded to twelve bytes on citizens'.
fn pin_object(scheme: Scheme, label: &str, id: u8, reference: u8, folder: &[u16]) -> Vec<u8> {
    let (flags, stored) = match scheme {
        Scheme::Organisational => (bits(3, &[0x08]), 8), // initialized
        Scheme::Citizen => (bits(2, &[0x0C]), 12),       // initialized, needs padding
    };
    let mut attributes = vec![flags, element(0x0A, &[1]), integer(4), integer(stored), integer(8)];
    attributes.push(element(0x80, &[reference]));
    if scheme == Scheme::Citizen {
        attributes.push(octets(&[0])); // the padding character
    }
    attributes.push(path(folder));
    sequence(&[
        sequence(&[text(label), bits(6, &[0xC0])]),
        sequence(&[octets(&[id])]),
        nested(0xA1, &[sequence(&attributes)]),
    ])
}

/// What the directory of private keys says of a key beside its label.
struct Object<'a> {
    id: &'a [u8],
    pin: u8,
    reference: u8,
    file: &'a [u16],
    signature: bool,
}

fn key_object(label: &str, pair: &Pair, object: &Object<'_>) -> Vec<u8> {
    let Object { id, pin, reference, file, signature } = *object;
    let common = if signature {
        sequence(&[text(label), bits(7, &[0x80]), octets(&[pin]), integer(1)]) // user consent: PIN2 per signature
    } else {
        sequence(&[text(label), bits(7, &[0x80]), octets(&[pin])])
    };
    let usage = if signature { bits(6, &[0x20, 0x40]) } else { bits(5, &[0x20]) };
    let class = sequence(&[octets(id), usage, bits(3, &[0xB8]), element(0x02, &unsigned(u16::from(reference)))]);
    let value = nested(0xA1, &[sequence(&[path(file), integer(pair.key.bits())])]);
    nested(if pair.key.is_rsa() { 0x30 } else { 0xA0 }, &[common, class, value])
}

fn certificate_object(label: &str, id: &[u8], file: &[u16]) -> Vec<u8> {
    sequence(&[sequence(&[text(label)]), sequence(&[octets(id)]), nested(0xA1, &[sequence(&[path(file)])])])
}
