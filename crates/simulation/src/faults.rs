//! What goes wrong in a schedule, when, and how it is mended.

use std::sync::atomic::Ordering;

use anyhow::Result;
use fault_fs::Plan;

use crate::bugs::Bug;
use crate::disk::DiskFault;
use crate::people::{HOUR, MINUTE, SECOND};
use crate::schedule::{Death, Schedule};

/// Something goes wrong, or right again.
#[derive(Debug, Clone, Copy)]
pub enum Fault {
    /// A station cannot reach the Centre, for so long.
    CutOff(usize, i64),
    /// It can again.
    Joined(usize),
    /// Nobody can reach the Centre, for so long.
    Outage(i64),
    /// Everybody can again.
    OutageOver,
    /// A station's program is killed.
    Killed(usize),
    /// A station's machine loses its power.
    Power(usize),
    /// A station's machine loses its power at one of its disk's next operations.
    PowerAt(usize, u64),
    /// One of the next writes or flushes of a station's disk fails, or there is no room from then on.
    Disk(usize, u64, u64),
    /// A station's disk has room again.
    DiskMended(usize),
    /// A station's program starts.
    Starts(usize),
    /// A station's clock is set, so many microseconds wrong.
    Clock(usize, i64),
    /// The Centre's clock is set.
    CentreClock(i64),
    /// The Centre dies.
    CentreDies,
    /// The Centre starts again.
    CentreStarts,
    /// The Centre's disk fails at its next commit.
    CentreDisk(DiskFault),
    /// A card is pulled.
    Pulled(usize),
    /// A backup of a station's record is taken.
    BackedUp(usize),
    /// A station's disk is replaced, and its backup restored.
    Restored(usize),
}

impl Fault {
    /// Whether it mends something: that happens also when all faults have stopped.
    pub fn mends(self) -> bool {
        matches!(self, Self::Starts(_) | Self::CentreStarts)
    }
}

impl Schedule<'_> {
    /// Throws what goes wrong in the time until the faults stop.
    pub(crate) fn plan_faults(&mut self, length: i64) {
        // Some schedules are calm, some are dreadful.
        let many = [0, 3, 6, 12][usize::try_from(self.dice.below(4)).unwrap_or(0) % 4];
        for _ in 0..many {
            let at = self.dice.between(0, length);
            let fault = self.throw();
            self.fault_at(at, fault);
        }
    }

    fn throw(&mut self) -> Fault {
        let stations = self.places.len() as u64;
        let station = usize::try_from(self.dice.below(stations)).unwrap_or(0);
        match self.dice.below(16) {
            0 | 1 => Fault::CutOff(station, self.dice.between(SECOND, 90 * MINUTE)),
            2 => Fault::Outage(self.dice.between(SECOND, 90 * MINUTE)),
            3 => Fault::Killed(station),
            4 => Fault::Power(station),
            5 | 6 => Fault::PowerAt(station, 1 + self.dice.below(60)),
            7 | 8 => match self.dice.below(3) {
                // Flushes are fewer than writes.
                1 => Fault::Disk(station, 1, 1 + self.dice.below(12)),
                what => Fault::Disk(station, what, 1 + self.dice.below(40)),
            },
            9 => {
                let wrong = match self.dice.below(3) {
                    0 => self.dice.between(-3 * MINUTE, 3 * MINUTE),
                    // Few values, so that certificates are judged for few days: judging is slow, and remembered.
                    1 => [-2 * HOUR, -HOUR, HOUR, 2 * HOUR][usize::try_from(self.dice.below(4)).unwrap_or(0) % 4],
                    _ => [-25 * HOUR, 240 * HOUR][usize::try_from(self.dice.below(2)).unwrap_or(0) % 2],
                };
                Fault::Clock(station, wrong)
            }
            10 => Fault::CentreClock(self.dice.between(-10 * MINUTE, 10 * MINUTE)),
            11 => Fault::CentreDies,
            12 | 13 => Fault::CentreDisk(match self.dice.below(4) {
                0 => DiskFault::Full,
                1 => DiskFault::Fails,
                2 => DiskFault::DiesBefore,
                _ => DiskFault::DiesAfter,
            }),
            14 => Fault::Pulled(station),
            _ if self.places.get(station).is_some_and(|place| place.backup.is_some()) => Fault::Restored(station),
            _ => {
                let later = self.now() + self.dice.between(MINUTE, 2 * HOUR);
                self.fault_at(later, Fault::Restored(station));
                Fault::BackedUp(station)
            }
        }
    }

    /// It strikes.
    pub(crate) fn strikes(&mut self, fault: Fault) -> Result<()> {
        self.shared.tell(|| format!("{fault:?}"));
        self.struck(fault.name());
        let now = self.now();
        match fault {
            Fault::CutOff(station, long) => {
                self.cut(station, true);
                self.fault_at(now + long, Fault::Joined(station));
            }
            Fault::Joined(station) => self.cut(station, false),
            Fault::Outage(long) => {
                self.outage = true;
                self.fault_at(now + long, Fault::OutageOver);
            }
            Fault::OutageOver => self.outage = false,
            Fault::Killed(station) => self.dies(station, Death::Killed)?,
            Fault::Power(station) => self.dies(station, Death::Power)?,
            Fault::PowerAt(station, operation) => {
                self.disk_plan(station, Plan { power_off_at: Some(operation), ..Plan::default() });
            }
            Fault::Disk(station, what, operation) => {
                let at = Some(operation);
                self.disk_plan(
                    station,
                    match what {
                        0 => Plan { fail_write: at, ..Plan::default() },
                        1 => Plan { fail_sync: at, ..Plan::default() },
                        _ => Plan { full_from_write: at, ..Plan::default() },
                    },
                );
                let mended = now + self.dice.between(SECOND, 30 * MINUTE);
                self.fault_at(mended, Fault::DiskMended(station));
            }
            Fault::DiskMended(station) => self.disk_plan(station, Plan::default()),
            Fault::Starts(station) => self.start(station)?,
            Fault::Clock(station, wrong) => {
                if let Some(station) = self.station(station) {
                    station.skew.store(wrong, Ordering::Relaxed);
                }
            }
            Fault::CentreClock(wrong) => self.centre_skew = wrong,
            Fault::CentreDies => self.centre_dies()?,
            Fault::CentreStarts => self.centre_is_down = false,
            Fault::CentreDisk(fault) => self.disk.plan(Some(fault)),
            Fault::Pulled(station) => self.pulled(station)?,
            Fault::BackedUp(station) => self.back_up(station)?,
            Fault::Restored(station) => self.restore(station)?,
        }
        Ok(())
    }

    fn cut(&mut self, station: usize, off: bool) {
        if let Some(place) = self.places.get_mut(station) {
            place.cut_off = off;
        }
    }

    fn disk_plan(&mut self, station: usize, plan: Plan) {
        let Some(place) = self.places.get_mut(station).filter(|place| !place.station.disk.is_off()) else { return };
        place.flush_fails = plan.fail_sync.is_some();
        place.station.disk.plan(plan);
    }

    /// The program is ended in good order, its file copied, and started again.
    fn back_up(&mut self, station: usize) -> Result<()> {
        let Some(disk) = self.station(station).map(|station| station.disk.clone()) else { return Ok(()) };
        if !self.is_running(station) || !self.ends(station) {
            return Ok(());
        }
        let count = self.shared.ledger().count();
        if let Some(place) = self.places.get_mut(station) {
            place.backup = Some((disk.image(), count));
        }
        self.start(station)
    }

    /// The disk is replaced by the backup. What was saved since is nowhere at this station any more, and its epoch is
    /// raised, so that no identity is given twice.
    fn restore(&mut self, station: usize) -> Result<()> {
        let Some((image, count)) = self.places.get_mut(station).and_then(|place| place.backup.take()) else {
            return Ok(());
        };
        self.ends(station);
        self.shared.ledger().lost_with_the_disk(station, count);
        let Some(begun) = self.station(station).cloned() else { return Ok(()) };
        begun.disk.load(&image);
        begun.in_doubt.store(false, Ordering::Relaxed);
        if self.bug != Some(Bug::EpochNotRaised) {
            let record = begun.record(self.materials)?;
            record.raise_epoch("keeper", begun.now(self.materials))?;
        }
        self.start(station)
    }
}

impl Fault {
    fn name(self) -> &'static str {
        match self {
            Self::CutOff(..) => "station cut off",
            Self::Joined(_) => "station joined again",
            Self::Outage(_) => "outage",
            Self::OutageOver => "outage over",
            Self::Killed(_) => "program killed",
            Self::Power(_) => "power lost",
            Self::PowerAt(..) => "power lost at a disk operation",
            Self::Disk(_, 0, _) => "write fails",
            Self::Disk(_, 1, _) => "flush fails",
            Self::Disk(..) => "disk full",
            Self::DiskMended(_) => "disk mended",
            Self::Starts(_) => "program starts",
            Self::Clock(..) => "clock set wrong",
            Self::CentreClock(_) => "centre's clock set wrong",
            Self::CentreDies => "centre killed",
            Self::CentreStarts => "centre starts",
            Self::CentreDisk(_) => "centre's disk fails",
            Self::Pulled(_) => "card pulled",
            Self::BackedUp(_) => "backed up",
            Self::Restored(_) => "restored",
        }
    }
}
