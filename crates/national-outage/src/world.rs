//! The course of events: a heap of what happens when.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use anyhow::{Context, Result};
use chrono::{DateTime, Duration, TimeZone, Utc};
use counter::{Before, Fate, Heard, Pace, Round, SENDERS, Turn};
use kanta::errors::Known;

use crate::centre::{Centre, Entered};
use crate::chance::{Chance, moment_of_the_day};
use crate::outbox::{Light, Out, Outbox, Real};
use crate::report::{Report, Second};
use crate::{Asked, Settings};

const SECOND: u64 = 1_000_000;
const HOUR: u64 = 3600 * SECOND;
/// How long a pharmacy waits for an answer (the settings' `timeout_ms`).
const PATIENCE: u64 = 10 * SECOND;
/// How often it asks whether the Centre is there (the settings' `health.probe_s`).
const PRESENCE: u64 = 30 * SECOND;
/// Searches for each dispensation (docs/performance.md: 40 searches beside 16 dispensations).
const SEARCHES_IN_TEN: u64 = 25;
/// In a thousand dispensations, how many are of the prescription of the one before.
const SAME_PRESCRIPTION: u64 = 100;
/// In a thousand answers, how many are lost on their way.
const LOST: u64 = 1;

/// What happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Happens {
    Save { pharmacy: u32 },
    Search { pharmacy: u32 },
    Presence { pharmacy: u32 },
    Wake { pharmacy: u32 },
    Arrives(Asked),
    Done { asked: Asked, life: u32 },
    Answered { asked: Asked, busy: bool },
    NoAnswer { pharmacy: u32, request: u64 },
    Goes,
    Returns,
}

/// One pharmacy.
struct Pharmacy {
    outbox: Box<dyn Outbox>,
    pace: Pace,
    /// What is on its way, by the request's number.
    under_way: BTreeMap<u64, (Out, Turn, u64)>,
    /// Since when each open document waits, of which prescription's earlier one it is behind, how often it was put off.
    open: BTreeMap<u64, (u64, Option<u64>, u32)>,
    last: u64,
    prescription: u64,
    wakes_at: Option<u64>,
}

struct World {
    settings: Settings,
    round: Round,
    chance: Chance,
    heap: BinaryHeap<Reverse<(u64, u64, usize)>>,
    happens: Vec<Happens>,
    free: Vec<usize>,
    sequence: u64,
    requests: u64,
    pharmacies: Vec<Pharmacy>,
    centre: Centre,
    /// Which life of the Centre this is: what an earlier one worked on is not done.
    life: u32,
    now: u64,
    report: Report,
    seconds: BTreeMap<u64, Second>,
    backlog_in: Vec<u64>,
}

/// Plays a Monday.
pub fn run(settings: Settings) -> Result<Report> {
    let mut world = World::new(settings)?;
    world.prepare();
    while let Some(Reverse((at, _, slot))) = world.heap.pop() {
        world.now = at;
        let happens = world.happens.get(slot).copied().context("what happens is known")?;
        world.free.push(slot);
        world.happen(happens)?;
    }
    world.end()
}

/// The moment as the program knows it: the 23rd of November 2026, a Monday; midnight in Finland.
fn moment(at: u64) -> DateTime<Utc> {
    let midnight = Utc.with_ymd_and_hms(2026, 11, 22, 22, 0, 0).single().unwrap_or(DateTime::UNIX_EPOCH);
    midnight + Duration::microseconds(i64::try_from(at).unwrap_or(i64::MAX))
}

/// The first microsecond that is not before a moment.
fn from_moment(time: DateTime<Utc>) -> u64 {
    let since = time - moment(0);
    u64::try_from(since.num_microseconds().unwrap_or_default().saturating_add(1)).unwrap_or_default()
}

impl World {
    fn new(settings: Settings) -> Result<Self> {
        let pharmacy = |number: u32| -> Result<Pharmacy> {
            let outbox: Box<dyn Outbox> =
                if number < settings.real { Box::new(Real::new(moment(0))?) } else { Box::new(Light::default()) };
            Ok(Pharmacy {
                outbox,
                pace: Pace::new(SENDERS),
                under_way: BTreeMap::new(),
                open: BTreeMap::new(),
                last: 0,
                prescription: 0,
                wakes_at: None,
            })
        };
        // The settings' own defaults.
        let round = Round { most: 1, retry: Duration::milliseconds(500), retry_most: Duration::minutes(1) };
        let rate = settings.rate.max(1);
        Ok(Self {
            round,
            chance: Chance::new(settings.seed),
            heap: BinaryHeap::new(),
            happens: Vec::new(),
            free: Vec::new(),
            sequence: 0,
            requests: 0,
            pharmacies: (0..settings.pharmacies).map(pharmacy).collect::<Result<_>>()?,
            centre: Centre::new(rate),
            life: 0,
            now: 0,
            report: Report { rate, ..Report::default() },
            seconds: BTreeMap::new(),
            backlog_in: Vec::new(),
            settings,
        })
    }

    fn prepare(&mut self) {
        let (goes, returns) = self.settings.gone;
        self.at(goes * HOUR, Happens::Goes);
        self.at(returns * HOUR, Happens::Returns);
        for pharmacy in 0..self.settings.pharmacies {
            for _ in 0..self.settings.dispensations {
                let at = moment_of_the_day(&mut self.chance);
                self.at(at, Happens::Save { pharmacy });
            }
            for _ in 0..u64::from(self.settings.dispensations) * SEARCHES_IN_TEN / 10 {
                let at = moment_of_the_day(&mut self.chance);
                self.at(at, Happens::Search { pharmacy });
            }
            let at = 8 * HOUR + self.chance.below(PRESENCE);
            self.at(at, Happens::Presence { pharmacy });
        }
    }

    fn at(&mut self, at: u64, happens: Happens) {
        let slot = match self.free.pop() {
            Some(slot) => slot,
            None => {
                self.happens.push(happens);
                self.happens.len() - 1
            }
        };
        if let Some(place) = self.happens.get_mut(slot) {
            *place = happens;
        }
        self.sequence += 1;
        self.heap.push(Reverse((at, self.sequence, slot)));
    }

    fn pharmacy(&mut self, number: u32) -> Result<&mut Pharmacy> {
        self.pharmacies.get_mut(number as usize).context("a pharmacy that there is")
    }

    fn happen(&mut self, happens: Happens) -> Result<()> {
        let now = self.now;
        match happens {
            Happens::Save { pharmacy } => {
                let same = self.chance.permille(SAME_PRESCRIPTION);
                let one = self.pharmacy(pharmacy)?;
                let behind = (same && one.last > 0).then_some(one.last);
                one.last += 1;
                one.prescription += u64::from(behind.is_none());
                one.open.insert(one.last, (now, behind, 0));
                one.outbox.save(one.last, one.prescription, moment(now))?;
                self.report.saved += 1;
                self.attend(pharmacy)
            }
            Happens::Search { pharmacy } => self.sends(Asked::Search { pharmacy }),
            Happens::Presence { pharmacy } => {
                if now < 20 * HOUR {
                    self.at(now + PRESENCE, Happens::Presence { pharmacy });
                }
                self.sends(Asked::Presence { pharmacy })
            }
            Happens::Wake { pharmacy } => {
                if self.pharmacy(pharmacy)?.wakes_at == Some(now) {
                    self.pharmacy(pharmacy)?.wakes_at = None;
                    self.attend(pharmacy)?;
                }
                Ok(())
            }
            Happens::Arrives(asked) => self.arrives(asked),
            Happens::Done { asked, life } => {
                // A Centre that went down has stored half of what it worked on, and answered nothing.
                if life == self.life || self.chance.permille(500) {
                    self.centre.done(asked);
                }
                if life == self.life {
                    self.answers(asked, false);
                    self.work();
                }
                Ok(())
            }
            Happens::Answered { asked, busy } => self.answered(asked, busy),
            Happens::NoAnswer { pharmacy, request } => self.no_answer(pharmacy, request),
            Happens::Goes => {
                self.centre.goes();
                self.life += 1;
                Ok(())
            }
            Happens::Returns => {
                self.centre.gone = false;
                self.report.backlog = self.pharmacies.iter().map(|one| one.open.len() as u64).sum();
                Ok(())
            }
        }
    }

    /// Sends what may go, and sets when to look again.
    fn attend(&mut self, pharmacy: u32) -> Result<()> {
        let (time, paces) = (moment(self.now), self.settings.manner.paces());
        let one = self.pharmacy(pharmacy)?;
        if one.pace.is_back() {
            // What waits, without what is under way: as the counter's own record counts.
            one.pace.comes_back(one.open.len().saturating_sub(one.under_way.len()) as u64, time);
        }
        let room = if paces { one.pace.room(time) } else { 64 };
        let due = if room > 0 { one.outbox.due(time, room)? } else { vec![] };
        if room > 0 && due.is_empty() {
            one.pace.has_caught_up();
        }
        let now = self.now;
        for out in due {
            self.requests += 1;
            let request = self.requests;
            let one = self.pharmacy(pharmacy)?;
            let turn = one.pace.begin(time);
            one.under_way.insert(request, (out, turn, now));
            let behind = one.open.get(&out.number).and_then(|(_, behind, _)| *behind);
            self.at(self.now + PATIENCE, Happens::NoAnswer { pharmacy, request });
            self.sends(Asked::Store { pharmacy, out, behind, request })?;
        }
        let one = self.pharmacy(pharmacy)?;
        // Where all senders are busy, the next answer looks again.
        let opens_at = one.pace.opens_at().filter(|opens_at| paces && *opens_at > time);
        if paces && opens_at.is_none() && one.pace.room(time) == 0 {
            return Ok(());
        }
        if let Some(next) = one.outbox.next_due()? {
            let next = from_moment(opens_at.map_or(next, |opens_at| next.max(opens_at))).max(now + 1000);
            if one.wakes_at.is_none_or(|at| next < at || at <= now) {
                one.wakes_at = Some(next);
                self.at(next, Happens::Wake { pharmacy });
            }
        }
        Ok(())
    }

    fn sends(&mut self, asked: Asked) -> Result<()> {
        let way = 5_000 + self.chance.below(10_000);
        self.at(self.now + way, Happens::Arrives(asked));
        Ok(())
    }

    fn arrives(&mut self, asked: Asked) -> Result<()> {
        let entered = self.centre.enter(asked, self.now);
        let second = self.seconds.entry(self.now / SECOND).or_default();
        let busy = u32::from(entered == Entered::Busy);
        match asked {
            Asked::Store { .. } => {
                second.documents += 1;
                second.work += 50;
                second.busy += busy;
            }
            Asked::Search { .. } => {
                second.searches += 1;
                second.work += 10;
                second.searches_busy += busy;
            }
            Asked::Presence { .. } => second.work += 1,
        }
        match (entered, asked) {
            (Entered::In, _) => self.work(),
            (Entered::Busy, _) => self.answers(asked, true),
            // In the first half of the outage nothing answers at all, in the second the connection is refused.
            (Entered::Gone, Asked::Store { pharmacy, request, .. }) => {
                let (goes, returns) = self.settings.gone;
                if self.now > (goes + returns) * HOUR / 2 {
                    self.at(self.now + 5_000, Happens::NoAnswer { pharmacy, request });
                }
            }
            (Entered::Gone, _) => {}
        }
        Ok(())
    }

    /// The Centre works on what waits.
    fn work(&mut self) {
        loop {
            let (too_long, begun) = self.centre.begin(self.now);
            for asked in too_long {
                self.answers(asked, true);
            }
            let Some((asked, until)) = begun else { return };
            self.at(until, Happens::Done { asked, life: self.life });
        }
    }

    fn answers(&mut self, asked: Asked, busy: bool) {
        if !self.chance.permille(LOST) {
            let way = 5_000 + self.chance.below(10_000);
            self.at(self.now + way, Happens::Answered { asked, busy });
        }
    }

    fn answered(&mut self, asked: Asked, busy: bool) -> Result<()> {
        let (now, time) = (self.now, moment(self.now));
        let (Asked::Store { pharmacy, .. } | Asked::Search { pharmacy } | Asked::Presence { pharmacy }) = asked;
        let Asked::Store { request, .. } = asked else {
            if !busy && self.pharmacy(pharmacy)?.pace.knock() {
                self.attend(pharmacy)?;
            }
            return Ok(());
        };
        // An answer that came after its time was over is nobody's any more.
        let Some((out, turn, since)) = self.pharmacy(pharmacy)?.under_way.remove(&request) else { return Ok(()) };
        let took = Duration::microseconds(i64::try_from(now - since).unwrap_or(i64::MAX));
        if busy {
            let one = self.pharmacy(pharmacy)?;
            let put_off = one.open.get_mut(&out.number).map_or(1, |(_, _, put_off)| {
                *put_off += 1;
                *put_off
            });
            self.failed(pharmacy, out, &turn, Some(put_off))?;
        } else {
            let returned = self.settings.gone.1 * HOUR;
            let has = self.centre.has(pharmacy, out.number);
            let one = self.pharmacy(pharmacy)?;
            one.outbox.accepted(out.number, time)?;
            one.pace.end(&turn, Heard::Answer(took), time);
            if let Some((since, ..)) = one.open.remove(&out.number) {
                self.report.accepted += 1;
                self.report.told_and_not_stored += u64::from(!has);
                self.report.longest_wait = self.report.longest_wait.max((now - since) as f64 / 1e6);
                if since < returned && now >= returned {
                    self.backlog_in.push(now - returned);
                }
            }
        }
        self.attend(pharmacy)
    }

    fn no_answer(&mut self, pharmacy: u32, request: u64) -> Result<()> {
        let Some((out, turn, _)) = self.pharmacy(pharmacy)?.under_way.remove(&request) else { return Ok(()) };
        self.failed(pharmacy, out, &turn, None)?;
        self.attend(pharmacy)
    }

    /// A try without an answer, or put off by the Centre for so manyeth time: by the counter's own code.
    fn failed(&mut self, pharmacy: u32, out: Out, turn: &Turn, put_off: Option<u32>) -> Result<()> {
        let time = moment(self.now);
        let random = if self.settings.manner.jitters() { self.chance.bytes() } else { [0, 0] };
        let round = self.round;
        let one = self.pharmacy(pharmacy)?;
        let before =
            Before { attempts: out.attempt, put_off: put_off.unwrap_or_default(), troubles: one.pace.next_trouble() };
        let busy = Known::Busy.code();
        let (code, (fate, heard)) = match put_off {
            None => ("answer-timed-out", round.after_silence(before, random)),
            Some(_) => (busy, round.after_refusal([busy].into_iter(), Duration::zero(), before, random)),
        };
        one.pace.end(turn, heard, time);
        match fate {
            Fate::Again(wait) => one.outbox.failed(out, code, time + wait, time)?,
            Fate::GivenUp | Fate::Person => self.report.to_a_person += 1,
        }
        Ok(())
    }

    fn end(mut self) -> Result<Report> {
        for one in &mut self.pharmacies {
            let (open, accepted) = one.outbox.reckon()?;
            anyhow::ensure!(open == one.open.len() as u64, "an outbox counts {open}, and {} are open", one.open.len());
            anyhow::ensure!(accepted + open == one.last, "an outbox lost a document");
            self.report.open += open;
        }
        self.report.stored = self.centre.count();
        self.report.repeated = self.centre.repeated;
        self.report.out_of_order = self.centre.out_of_order;
        let (goes, returns) = (self.settings.gone.0 * 3600, self.settings.gone.1 * 3600);
        for (_, second) in self.seconds.range(goes..returns) {
            self.report.tried_meanwhile += u64::from(second.documents);
            self.report.tried_meanwhile_peak = self.report.tried_meanwhile_peak.max(second.documents);
        }
        self.backlog_in.sort_unstable();
        let seconds = |time: Option<&u64>| time.copied().unwrap_or_default() as f64 / 1e6;
        self.report.first_in = seconds(self.backlog_in.first());
        self.report.half_in = seconds(self.backlog_in.get(self.backlog_in.len() / 2));
        self.report.last_in = seconds(self.backlog_in.last());
        let until = returns + (self.report.last_in.ceil() as u64).clamp(10, 1800);
        self.report.coming_back =
            (returns..until).map(|at| self.seconds.get(&at).copied().unwrap_or_default()).collect();
        Ok(self.report)
    }
}
