//! The card's file system: the PKCS#15 (ISO 7816-15) description and the certificates, laid out as on an
//! organisational FINEID card. The signature certificate lies in DF E.SIGN (3F00/5016/4332), the authentication
//! certificate beside the description (3F00/4331); both may be read without a PIN.

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

/// References of the PINs (VERIFY's P2).
pub(crate) const PIN1: u8 = 0x03;
pub(crate) const PIN2: u8 = 0x04;
pub(crate) const PUK: u8 = 0x12;
/// References of the keys (MSE tag 84).
pub(crate) const AUTHENTICATION_KEY: u8 = 0x01;
pub(crate) const SIGNATURE_KEY: u8 = 0x82;

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
    pub(crate) fn of(person: &Person) -> Self {
        let root = |id, content| File { folder: Folder::Root, id, content };
        Self {
            files: vec![
                root(DIR, directory()),
                root(ODF, object_directory()),
                root(TOKEN_INFO, token_info(&person.serial)),
                root(AODF, [pin_object("PIN1", 1, PIN1, &[MF]), pin_object("PIN2", 2, PIN2, &[MF, ESIGN])].concat()),
                root(
                    PRKDF,
                    [
                        key_object(
                            "Todentamisavain",
                            &person.authentication,
                            FIRST_ID,
                            1,
                            AUTHENTICATION_KEY,
                            &[MF],
                            false,
                        ),
                        key_object(
                            "Allekirjoitusavain",
                            &person.signature,
                            SECOND_ID,
                            2,
                            SIGNATURE_KEY,
                            &[MF, ESIGN],
                            true,
                        ),
                    ]
                    .concat(),
                ),
                root(
                    CDF,
                    [
                        certificate_object("Todentamisvarmenne", FIRST_ID, &[MF, AUTHENTICATION_CERTIFICATE]),
                        certificate_object("Allekirjoitusvarmenne", SECOND_ID, &[MF, ESIGN, SIGNATURE_CERTIFICATE]),
                    ]
                    .concat(),
                ),
                root(AUTHENTICATION_CERTIFICATE, person.authentication.certificate.clone()),
                File {
                    folder: Folder::Esign,
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
fn directory() -> Vec<u8> {
    nested(0x61, &[element(0x4F, APPLICATION), element(0x50, b"FINEID S4-2"), element(0x51, &MF.to_be_bytes())])
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

/// A PIN: ASCII digits, 4 to 8, never padded.
fn pin_object(label: &str, id: u8, reference: u8, folder: &[u16]) -> Vec<u8> {
    sequence(&[
        sequence(&[text(label), bits(6, &[0xC0])]),
        sequence(&[octets(&[id])]),
        nested(
            0xA1,
            &[sequence(&[
                bits(3, &[0x08]), // initialized
                element(0x0A, &[1]),
                integer(4),
                integer(8),
                integer(8),
                element(0x80, &[reference]),
                path(folder),
            ])],
        ),
    ])
}

fn key_object(label: &str, pair: &Pair, id: &[u8], pin: u8, reference: u8, folder: &[u16], signature: bool) -> Vec<u8> {
    let common = if signature {
        sequence(&[text(label), bits(7, &[0x80]), octets(&[pin]), integer(1)]) // user consent: PIN2 per signature
    } else {
        sequence(&[text(label), bits(7, &[0x80]), octets(&[pin])])
    };
    let usage = if signature { bits(6, &[0x20, 0x40]) } else { bits(5, &[0x20]) };
    let class = sequence(&[octets(id), usage, bits(3, &[0xB8]), element(0x02, &unsigned(u16::from(reference)))]);
    let value = nested(0xA1, &[sequence(&[path(folder), integer(pair.key.bits())])]);
    nested(if pair.key.is_rsa() { 0x30 } else { 0xA0 }, &[common, class, value])
}

fn certificate_object(label: &str, id: &[u8], file: &[u16]) -> Vec<u8> {
    sequence(&[sequence(&[text(label)]), sequence(&[octets(id)]), nested(0xA1, &[sequence(&[path(file)])])])
}
