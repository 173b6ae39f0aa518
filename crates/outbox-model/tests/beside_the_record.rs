//! Random courses of the model, played on real records at the same time: after each step every document stands in the
//! record where it stands in the model. So the model tells of this code and not of another one.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeMap;
use std::path::PathBuf;

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use outbox_model::{Document, Outbox, Row, State, Step};
use record::{Batch, Key, Lease, NewDocument, Options, OutboxState, Record};
use stateright::Model;

const DOCUMENTS: [Document; 4] = [
    Document { workstation: 0, prescription: 0 },
    Document { workstation: 0, prescription: 0 },
    Document { workstation: 1, prescription: 0 },
    Document { workstation: 0, prescription: 1 },
];

/// Two workstations, each with its record.
struct Pharmacy {
    _folder: tempfile::TempDir,
    paths: Vec<PathBuf>,
    records: Vec<Option<Record>>,
    now: DateTime<Utc>,
    /// The leases of the senders that are out: the one that holds, and the late one.
    leases: BTreeMap<(usize, bool), Lease>,
}

fn id(number: usize) -> String {
    format!("1.2.246.10.99999901.93.2026.{number}")
}

impl Pharmacy {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let paths: Vec<_> = (0..2).map(|number| folder.path().join(format!("record-{number}.db"))).collect();
        let now = Utc.with_ymd_and_hms(2026, 11, 23, 9, 0, 0).unwrap();
        let mut new = Self { _folder: folder, paths, records: vec![None, None], now, leases: BTreeMap::new() };
        (0..2).for_each(|number| new.open(number));
        new
    }

    fn open(&mut self, number: usize) {
        // The lock goes with the file.
        self.records[number] = None;
        let options = Options::new(u16::try_from(number).unwrap() + 1, self.now);
        self.records[number] = Some(Record::open(&self.paths[number], &Key::new([7; 32]), options).unwrap());
    }

    fn of(&self, number: usize) -> Record {
        self.records[DOCUMENTS[number].workstation].clone().unwrap()
    }

    fn save(&self, number: usize) {
        let document = NewDocument {
            document_id: id(number),
            set_id: id(number),
            prescription_set_id: format!("1.2.246.10.99999902.93.2026.{}", DOCUMENTS[number].prescription),
            kind_code: "10".into(),
            bytes: id(number).into_bytes(),
            summary: serde_json::json!({}),
        };
        self.of(number).commit(Batch::new(self.now).document(document)).unwrap();
    }

    /// The document that the record hands out next, if there is one; with `expire`, after every lease is over.
    fn hand_out(&mut self, workstation: usize, expire: bool) -> Option<usize> {
        if expire {
            self.now += TimeDelta::seconds(121);
        }
        let due = self.records[workstation].as_ref().unwrap().due(self.now, 1).unwrap().pop()?;
        let number: usize = due.item.document_id.rsplit('.').next().unwrap().parse().unwrap();
        if let Some(first) = self.leases.remove(&(number, false)) {
            self.leases.insert((number, true), first);
        }
        self.leases.insert((number, false), due.lease());
        Some(number)
    }

    /// A step, but handing out, on the real record.
    fn play(&mut self, step: Step) {
        let now = self.now;
        let lease = |number, late| self.leases.get(&(number, late)).unwrap().clone();
        match step {
            Step::Save(number) => self.save(number),
            Step::GiveUp(number, late) => {
                self.of(number).attempt_failed(lease(number, late), "answer-timed-out", now, now).unwrap();
                self.leases.remove(&(number, late));
            }
            Step::Hear(number, late) => {
                self.of(number).accepted(&id(number), b"yes", now).unwrap();
                self.leases.remove(&(number, late));
                // The model calls every sender late that is out when a document is accepted.
                if let Some(other) = self.leases.remove(&(number, false)) {
                    self.leases.insert((number, true), other);
                }
            }
            Step::HearNo(number, late) => {
                self.of(number).refused(lease(number, late), "DI-7b", "ei", now).unwrap();
                self.leases.remove(&(number, late));
            }
            Step::Resend(number) => drop(self.of(number).resend(&id(number), "12345678903", now).unwrap()),
            Step::Settle(number) => drop(self.of(number).settle(&id(number), "soitettu", "12345678903", now).unwrap()),
            Step::Ask(number) => drop(self.of(number).accepted(&id(number), b"asked", now).unwrap()),
            Step::Crash(workstation) => {
                self.leases.retain(|(number, _), _| DOCUMENTS[*number].workstation != workstation);
                self.open(workstation);
            }
            // The network and the Centre: nothing of the record.
            _ => {}
        }
    }

    fn rows(&self) -> Vec<Row> {
        let row = |number: usize| match self.of(number).document(&id(number)).unwrap().map(|stored| stored.item.state) {
            None => Row::Unsaved,
            Some(OutboxState::Waiting) => Row::Waiting,
            Some(OutboxState::Sending) => Row::Sending,
            Some(OutboxState::Accepted) => Row::Accepted,
            Some(OutboxState::Refused) => Row::Refused,
            Some(OutboxState::Settled) => Row::Settled,
            Some(OutboxState::Conflicting) => panic!("not in the model"),
        };
        (0..DOCUMENTS.len()).map(row).collect()
    }
}

/// Numbers by chance, from a seed.
fn next(seed: &mut u64, below: usize) -> usize {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    usize::try_from(*seed % u64::try_from(below).unwrap()).unwrap()
}

fn steps(model: &Outbox, state: &State) -> Vec<Step> {
    let mut steps = Vec::new();
    model.actions(state, &mut steps);
    steps
}

/// One course of so many steps; how many of each kind were played.
fn course(mut seed: u64, length: usize, played: &mut BTreeMap<String, usize>) {
    let begun = seed;
    let model = Outbox { documents: DOCUMENTS.to_vec(), bug: None };
    let mut state = model.init_states().remove(0);
    let mut pharmacy = Pharmacy::new();
    for at in 0..length {
        let possible = steps(&model, &state);
        let mut step = possible[next(&mut seed, possible.len())];
        if let Step::HandOut(number) = step {
            // Which one comes first is the record's to say; that something comes, and that it may, is the model's.
            let workstation = DOCUMENTS[number].workstation;
            let expire = state[number].row == Row::Sending;
            if expire
                && state.iter().zip(DOCUMENTS).any(|(paper, one)| {
                    one.workstation == workstation && paper.row == Row::Sending && paper.late_sender
                })
            {
                // The model has no third sender of a document.
                continue;
            }
            let out = pharmacy.hand_out(workstation, expire);
            let out = out.unwrap_or_else(|| panic!("seed {begun}, step {at}: {number} is not handed out"));
            step = Step::HandOut(out);
            assert!(possible.contains(&step), "seed {begun}, step {at}: {step:?} is not the model's");
        } else {
            pharmacy.play(step);
        }
        if let Some(next) = model.next_state(&state, step) {
            state = next;
        }
        let rows: Vec<Row> = state.iter().map(|paper| paper.row).collect();
        assert_eq!(pharmacy.rows(), rows, "seed {begun}, step {at}: {step:?}");
        let kind = format!("{step:?}").split('(').next().unwrap().to_owned();
        *played.entry(kind).or_default() += 1;
    }
    for record in pharmacy.records.iter().flatten() {
        assert!(record.verify().unwrap().is_sound(), "seed {begun}");
    }
}

#[test]
fn what_the_model_does_the_record_does() {
    let seeds: u64 = std::env::var("TISKI_SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(30);
    let mut played = BTreeMap::new();
    for seed in 1..=seeds {
        course(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15), 60, &mut played);
    }
    println!("{seeds} courses: {played:?}");
    for kind in ["Save", "HandOut", "GiveUp", "Arrive", "ArriveRefused", "Hear", "HearNo", "Resend", "Settle", "Crash"]
    {
        assert!(played.get(kind).is_some_and(|times| *times > 0), "{kind} was never played: {played:?}");
    }
}
