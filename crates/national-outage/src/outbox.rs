//! One pharmacy's outbox: the real record, or a stand-in that does the same in memory. A test holds the second against the
//! first.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use chrono::{DateTime, Duration, Utc};
use record::{Batch, Key, Lease, NewDocument, Options, Record};
use serde_json::json;

/// A document that is handed out: its number at this pharmacy, and which attempt this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Out {
    /// Its number, in the order of saving.
    pub number: u64,
    /// The attempt.
    pub attempt: u32,
}

/// What the simulation needs of an outbox.
pub trait Outbox {
    /// Saves a document of a prescription.
    fn save(&mut self, number: u64, prescription: u64, now: DateTime<Utc>) -> Result<()>;
    /// Hands out what is due.
    fn due(&mut self, now: DateTime<Utc>, limit: usize) -> Result<Vec<Out>>;
    /// A try failed.
    fn failed(&mut self, out: Out, code: &str, next: DateTime<Utc>, now: DateTime<Utc>) -> Result<()>;
    /// The Centre has it.
    fn accepted(&mut self, number: u64, now: DateTime<Utc>) -> Result<()>;
    /// When the next one is due.
    fn next_due(&mut self) -> Result<Option<DateTime<Utc>>>;
    /// How many are open and how many are accepted; an error where the record itself is not sound.
    fn reckon(&mut self) -> Result<(u64, u64)>;
}

/// The record as pharmacies have it, on a disk.
pub struct Real {
    record: Record,
    leases: BTreeMap<(u64, u32), Lease>,
    _folder: tempfile::TempDir,
}

impl Real {
    /// A new one.
    pub fn new(now: DateTime<Utc>) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let record = Record::open(&folder.path().join("record.db"), &Key::new([7; 32]), Options::new(1, now))?;
        Ok(Self { record, leases: BTreeMap::new(), _folder: folder })
    }

    fn id(number: u64) -> String {
        format!("1.2.246.10.99999901.93.2026.{number}")
    }
}

impl Outbox for Real {
    fn save(&mut self, number: u64, prescription: u64, now: DateTime<Utc>) -> Result<()> {
        let id = Self::id(number);
        let document = NewDocument {
            document_id: id.clone(),
            set_id: id,
            prescription_set_id: format!("1.2.246.10.99999902.93.2026.{prescription}"),
            kind_code: "10".to_owned(),
            bytes: vec![b'x'; 2000],
            summary: json!({}),
        };
        self.record.commit(Batch::new(now).document(document))?;
        Ok(())
    }

    fn due(&mut self, now: DateTime<Utc>, limit: usize) -> Result<Vec<Out>> {
        let due = self.record.due(now, limit)?;
        let mut outs = Vec::new();
        for one in due {
            let number = one.item.document_id.rsplit('.').next().and_then(|last| last.parse().ok()).unwrap_or_default();
            let out = Out { number, attempt: one.item.attempts };
            self.leases.insert((number, out.attempt), one.lease());
            outs.push(out);
        }
        Ok(outs)
    }

    fn failed(&mut self, out: Out, code: &str, next: DateTime<Utc>, now: DateTime<Utc>) -> Result<()> {
        if let Some(lease) = self.leases.remove(&(out.number, out.attempt)) {
            self.record.attempt_failed(lease, code, next, now)?;
        }
        Ok(())
    }

    fn accepted(&mut self, number: u64, now: DateTime<Utc>) -> Result<()> {
        self.record.accepted(&Self::id(number), b"answer", now)?;
        Ok(())
    }

    fn next_due(&mut self) -> Result<Option<DateTime<Utc>>> {
        Ok(self.record.next_due()?)
    }

    fn reckon(&mut self) -> Result<(u64, u64)> {
        anyhow::ensure!(self.record.verify()?.is_sound(), "a record is not sound");
        let counts = self.record.counts()?;
        Ok((counts.waiting + counts.sending + counts.refused, counts.accepted))
    }
}

/// An open document of the stand-in.
#[derive(Debug, Clone, Copy)]
struct Open {
    prescription: u64,
    saved_at: DateTime<Utc>,
    attempts: u32,
    next_try_at: Option<DateTime<Utc>>,
    lease_until: Option<DateTime<Utc>>,
}

/// The stand-in: what `record::outbox` does with documents that are waiting, sent, or accepted.
#[derive(Default)]
pub struct Light {
    open: BTreeMap<u64, Open>,
    accepted: u64,
}

impl Light {
    /// The lease of the record's ordinary options.
    fn lease() -> Duration {
        Duration::seconds(120)
    }
}

impl Outbox for Light {
    fn save(&mut self, number: u64, prescription: u64, now: DateTime<Utc>) -> Result<()> {
        let open = Open { prescription, saved_at: now, attempts: 0, next_try_at: None, lease_until: None };
        self.open.insert(number, open);
        Ok(())
    }

    fn due(&mut self, now: DateTime<Utc>, limit: usize) -> Result<Vec<Out>> {
        let (mut found, mut earlier) = (Vec::new(), BTreeSet::new());
        for (number, open) in &mut self.open {
            if found.len() == limit {
                break;
            }
            let first = earlier.insert(open.prescription);
            let time = open.lease_until.or(open.next_try_at);
            if first && time.is_none_or(|time| time <= now) {
                open.attempts = open.attempts.saturating_add(1);
                (open.lease_until, open.next_try_at) = (Some(now + Self::lease()), None);
                found.push(Out { number: *number, attempt: open.attempts });
            }
        }
        Ok(found)
    }

    fn failed(&mut self, out: Out, _: &str, next: DateTime<Utc>, _: DateTime<Utc>) -> Result<()> {
        if let Some(open) = self.open.get_mut(&out.number)
            && open.lease_until.is_some()
            && open.attempts == out.attempt
        {
            (open.lease_until, open.next_try_at) = (None, Some(next));
        }
        Ok(())
    }

    fn accepted(&mut self, number: u64, _: DateTime<Utc>) -> Result<()> {
        self.accepted += u64::from(self.open.remove(&number).is_some());
        Ok(())
    }

    fn next_due(&mut self) -> Result<Option<DateTime<Utc>>> {
        let (mut next, mut earlier) = (None::<DateTime<Utc>>, BTreeSet::new());
        for open in self.open.values() {
            if earlier.insert(open.prescription) {
                let time = open.lease_until.or(open.next_try_at).unwrap_or(open.saved_at);
                next = Some(next.map_or(time, |next| next.min(time)));
                if open.lease_until.or(open.next_try_at).is_none() {
                    break;
                }
            }
        }
        Ok(next)
    }

    fn reckon(&mut self) -> Result<(u64, u64)> {
        Ok((self.open.len() as u64, self.accepted))
    }
}
