//! Who asks and why, in the HTTP header `Authorization`: base64 of a structure of system, user, subscriber, requester
//! and reason (wire-format notes 8). The members' names were read; that they are written as JSON is our guess.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use prescription::{Oid, QueryReason, RegistrationNumber, Right};
use serde::{Deserialize, Serialize};

use crate::errors::Known;
use crate::http::Request;
use crate::identifiers::{Key, get};
use crate::{Issue, KantaError, OnBehalf, Party, Requester, User};

/// The longest header value that is read, in bytes.
const BYTES_AT_MOST: usize = 8 * 1024;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stated {
    system: Named,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    user: Option<StatedUser>,
    service_subscriber: Subscriber,
    service_requester: Named,
    reason: String,
    /// Our own member: nothing public says where the words of the reason "other" belong.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    reason_text: Option<String>,
    /// Our own member: nothing public says where this belongs.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    on_behalf: Option<OnBehalf>,
}

#[derive(Serialize, Deserialize)]
struct Named {
    id: String,
    name: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct StatedUser {
    id: String,
    name: String,
    professional_right: String,
    authentication_method: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Subscriber {
    id: String,
    name: String,
    unit_id: String,
    unit_name: String,
}

/// The header's value.
pub(super) fn write(requester: &Requester) -> String {
    let named = |party: &Party| Named { id: party.id.to_string(), name: party.name.clone() };
    let pharmacy = named(&requester.pharmacy);
    let stated = Stated {
        system: named(&requester.system),
        user: requester.user.as_ref().map(|user| StatedUser {
            id: user.registration.as_str().to_owned(),
            name: user.name.clone(),
            professional_right: user.right.code().to_owned(),
            authentication_method: user.authentication.clone(),
        }),
        service_subscriber: Subscriber {
            id: pharmacy.id.clone(),
            name: pharmacy.name.clone(),
            unit_id: pharmacy.id.clone(),
            unit_name: pharmacy.name.clone(),
        },
        service_requester: pharmacy,
        reason: requester.reason.code().to_owned(),
        reason_text: requester.reason_text.clone(),
        on_behalf: requester.on_behalf.clone(),
    };
    // Structures of text cannot fail to be written.
    let json = serde_json::to_vec(&stated).unwrap_or_default();
    format!("{} {}", get(Key::AuthorizationScheme), STANDARD.encode(json))
}

/// Who asks. Without the header nobody does: an access right error.
pub(super) fn read(request: &Request) -> Result<Requester, KantaError> {
    let value = request
        .header("authorization")
        .ok_or_else(|| KantaError::Refused(vec![Issue::of(Known::AccessDenied).about("no-authorization")]))?;
    let unfit = KantaError::Malformed("Authorization header");
    read_value(value).ok_or(unfit)
}

fn read_value(value: &str) -> Option<Requester> {
    if value.len() > BYTES_AT_MOST {
        return None;
    }
    let (scheme, structure) = value.trim().split_once(' ')?;
    if !scheme.eq_ignore_ascii_case(get(Key::AuthorizationScheme)) {
        return None;
    }
    let stated: Stated = serde_json::from_slice(&STANDARD.decode(structure.trim()).ok()?).ok()?;
    let party = |named: Named| Some(Party { id: Oid::parse(&named.id).ok()?, name: named.name });
    let user = match stated.user {
        Some(user) => Some(User {
            registration: RegistrationNumber::parse(&user.id).ok()?,
            name: user.name,
            right: Right::new(&user.professional_right),
            authentication: user.authentication_method,
        }),
        None => None,
    };
    let too_long = |behalf: &OnBehalf| {
        behalf.medicine.as_ref().is_some_and(|named| named.chars().count() > OnBehalf::MEDICINE_CHARS_AT_MOST)
    };
    if stated.on_behalf.as_ref().is_some_and(too_long) || !Requester::fits(stated.reason_text.as_deref()) {
        return None;
    }
    Some(Requester {
        system: party(stated.system)?,
        pharmacy: party(stated.service_requester)?,
        user,
        reason: QueryReason::from(stated.reason),
        reason_text: stated.reason_text,
        on_behalf: stated.on_behalf,
    })
}
