//! What `tiski doctor` finds, and the file that goes with a fault report: states, codes, versions, issuers and ends of
//! certificates. No name, number or code of a person is in it, nor a sentence that could hold one.

use chrono::{DateTime, SecondsFormat, Utc};
use counter::CardHeld;
use serde_json::{Value, json};

use super::instruments::serial;
use super::{Instruments, OwnUse};
use crate::editions::Stock;
use crate::{HealthLine, Problem, Settings};

/// One look at the whole chain.
pub struct Examination {
    /// Link by link, in the settings' language.
    pub lines: Vec<HealthLine>,
    /// The evidence file's content.
    pub evidence: Value,
}

/// Looks at the whole chain once, without record and session.
pub(crate) fn examine(settings: &Settings) -> Result<Examination, Problem> {
    let instruments = Instruments::open(settings)?;
    let asked = instruments.ask();
    let mut card = instruments.look_at_card();
    if instruments.ask_about(&card) {
        card = instruments.look_at_card_again();
    }
    let lines = instruments.lines(&card, Some(&asked), settings.language);
    let evidence = evidence(&instruments, &card, &lines, asked.skew);
    Ok(Examination { lines, evidence })
}

fn evidence(instruments: &Instruments, card: &CardHeld, lines: &[HealthLine], skew: Option<chrono::Duration>) -> Value {
    let links: Vec<Value> =
        lines.iter().map(|line| json!({ "link": line.link, "state": line.state, "code": line.code })).collect();
    let medicines = match instruments.medicines.stock(instruments.clock.now()) {
        Stock::Edition { name, published, due } => json!({ "edition": name, "published": published, "due": due }),
        Stock::Missing => Value::Null,
    };
    let lists: Vec<Value> = instruments
        .trust
        .lists(instruments.clock.now())
        .iter()
        .map(|list| json!({ "issuer": list.issuer, "nextUpdate": moment(list.next_update) }))
        .collect();
    json!({
        "form": "tiski-evidence-1",
        "madeAt": moment(instruments.clock.now()),
        "program": env!("CARGO_PKG_VERSION"),
        "system": std::env::consts::OS,
        "machine": std::env::consts::ARCH,
        "workstation": instruments.settings.workstation,
        "links": links,
        "clockDifferenceS": skew.map(|skew| skew.num_seconds()),
        "certificates": certificates(instruments, card),
        "revocationLists": lists,
        "medicines": medicines,
    })
}

fn certificates(instruments: &Instruments, card: &CardHeld) -> Vec<Value> {
    let mut listed = Vec::new();
    if let CardHeld::Ready(card) = card {
        for (of, der) in [
            ("card-authentication", &card.identity.authentication_certificate),
            ("card-signature", &card.identity.signature_certificate),
        ] {
            if let Ok(holder) = trust::holder(der) {
                let mut told = certificate(of, &holder.issuer, holder.not_after, &serial(der));
                if let (Some(answer), Some(told)) = (instruments.trust.answer(der), told.as_object_mut()) {
                    let is_revoked = answer.status == trust::AnswerStatus::Revoked;
                    let ocsp = json!({ "revoked": is_revoked, "thisUpdate": moment(answer.this_update) });
                    told.insert("ocsp".to_owned(), ocsp);
                }
                listed.push(told);
            }
        }
    }
    for own in &instruments.own {
        let of = match own.of {
            OwnUse::Server => "pharmacy-server",
            OwnUse::System => "pharmacy-system-signature",
        };
        listed.push(certificate(of, &own.issuer, own.not_after, &own.serial));
    }
    listed
}

/// The serial number is only told as the beginning of its digest.
fn certificate(of: &str, issuer: &str, end: DateTime<Utc>, serial: &str) -> Value {
    json!({ "of": of, "issuer": issuer, "validUntil": moment(end), "serialSha256": serial })
}

fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}
