//! The record's key under the recovery key: a small file beside the record, and beside each backup, that says nothing
//! without the paper. AES-256-GCM with a key that HKDF-SHA256 derives from the recovery key and a salt of the file's own.

use record::Key;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hkdf::{HKDF_SHA256, Salt};
use ring::rand::SecureRandom;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

use crate::{KeyError, RecoveryKey};

/// Says what the key is for; a part of what is derived and of what is sealed.
const PURPOSE: &[u8] = b"tiski-record-recovery-1";
const SALT: usize = 32;
/// The file is smaller than this by far.
pub(crate) const LARGEST: u64 = 4096;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wrapped {
    format: u8,
    salt: String,
    nonce: String,
    key: String,
}

/// The file's text.
pub(crate) fn wrap(key: &Key, under: &RecoveryKey, randomness: &dyn SecureRandom) -> Result<String, KeyError> {
    let (mut salt, mut nonce) = ([0_u8; SALT], [0_u8; NONCE_LEN]);
    randomness.fill(&mut salt).and_then(|()| randomness.fill(&mut nonce)).map_err(|_| KeyError::NoRandomness)?;
    let mut sealed = key.bytes().to_vec();
    let tag = wrapping(under, &salt)?.seal_in_place_separate_tag(
        Nonce::assume_unique_for_key(nonce),
        Aad::from(PURPOSE),
        &mut sealed,
    );
    let Ok(tag) = tag else {
        sealed.zeroize();
        return Err(KeyError::NoRandomness);
    };
    sealed.extend_from_slice(tag.as_ref());
    let wrapped = Wrapped { format: 1, salt: to_hex(&salt), nonce: to_hex(&nonce), key: to_hex(&sealed) };
    let text = serde_json::to_string_pretty(&wrapped).map_err(|_| KeyError::RecoveryDamaged)?;
    Ok(text + "\n")
}

/// The key from the file's text.
pub(crate) fn unwrap(text: &str, under: &RecoveryKey) -> Result<Key, KeyError> {
    let wrapped: Wrapped = serde_json::from_str(text).map_err(|_| KeyError::RecoveryDamaged)?;
    let (Some(salt), Some(nonce), Some(mut sealed)) =
        (from_hex(&wrapped.salt), from_hex(&wrapped.nonce), from_hex(&wrapped.key))
    else {
        return Err(KeyError::RecoveryDamaged);
    };
    let nonce = Nonce::try_assume_unique_for_key(&nonce).map_err(|_| KeyError::RecoveryDamaged)?;
    if wrapped.format != 1 || salt.len() != SALT || sealed.len() != 32 + AES_256_GCM.tag_len() {
        return Err(KeyError::RecoveryDamaged);
    }
    let opened = wrapping(under, &salt)?
        .open_in_place(nonce, Aad::from(PURPOSE), &mut sealed)
        .map_err(|_| KeyError::WrongRecoveryKey)?;
    let bytes: Zeroizing<[u8; 32]> = Zeroizing::new((&*opened).try_into().map_err(|_| KeyError::RecoveryDamaged)?);
    Ok(Key::new(*bytes))
}

fn wrapping(under: &RecoveryKey, salt: &[u8]) -> Result<LessSafeKey, KeyError> {
    let secret = under.secret();
    let derived = Salt::new(HKDF_SHA256, salt).extract(secret.as_ref());
    let okm = derived.expand(&[PURPOSE], &AES_256_GCM).map_err(|_| KeyError::NoRandomness)?;
    Ok(LessSafeKey::new(UnboundKey::from(okm)))
}

/// Lower-case hexadecimal digits.
pub(crate) fn to_hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.extend([byte >> 4, byte & 15].into_iter().filter_map(|half| char::from_digit(half.into(), 16)));
    }
    text
}

/// Bytes from hexadecimal digits; wiped when dropped.
pub(crate) fn from_hex(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len() / 2));
    let digits = text.as_bytes();
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    for pair in digits.chunks(2) {
        let [high, low] = *pair else { return None };
        let value = |digit: u8| char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
        bytes.push(value(high)? << 4 | value(low)?);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ring::rand::SystemRandom;

    use super::*;

    #[test]
    fn only_its_recovery_key_opens_it() {
        let random = SystemRandom::new();
        let (mine, other) = (RecoveryKey::random(&random).unwrap(), RecoveryKey::random(&random).unwrap());
        let text = wrap(&Key::new([0xa7; 32]), &mine, &random).unwrap();
        assert_eq!(unwrap(&text, &mine).unwrap().bytes(), &[0xa7; 32]);
        assert_eq!(unwrap(&text, &other).unwrap_err(), KeyError::WrongRecoveryKey);
        assert!(!text.contains(&"a7".repeat(4)), "the key is not wrapped");
        assert!((text.len() as u64) < LARGEST);
    }

    #[test]
    fn a_changed_file_is_told() {
        let random = SystemRandom::new();
        let mine = RecoveryKey::random(&random).unwrap();
        let text = wrap(&Key::new([7; 32]), &mine, &random).unwrap();
        for at in 0..text.len() {
            let mut changed = text.clone().into_bytes();
            changed[at] = if changed[at] == b'0' { b'1' } else { b'0' };
            let changed = String::from_utf8(changed).unwrap();
            if let Ok(key) = unwrap(&changed, &mine) {
                assert_eq!(key.bytes(), &[7; 32], "another key came out");
                assert_eq!(changed.to_lowercase(), text, "{at}");
            }
        }
    }

    proptest! {
        #[test]
        fn nothing_in_the_file_stops_the_reader(text in ".{0,200}", bytes: Vec<u8>) {
            let mine = RecoveryKey::parse(&RecoveryKey::random(&SystemRandom::new()).unwrap().words()).unwrap();
            prop_assert_eq!(unwrap(&text, &mine).unwrap_err(), KeyError::RecoveryDamaged);
            prop_assert_eq!(from_hex(&to_hex(&bytes)).unwrap().to_vec(), bytes);
            let _ = from_hex(&text);
        }
    }
}
