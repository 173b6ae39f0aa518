//! What came of it.

use std::fmt;

/// One second at the Centre's door.
#[derive(Debug, Clone, Copy, Default)]
pub struct Second {
    /// Documents that came.
    pub documents: u32,
    /// All requests that came, each by its work as a part of a document's, in fiftieths.
    pub work: u32,
    /// Documents that were turned away as busy.
    pub busy: u32,
    /// Searches that came, and those turned away.
    pub searches: u32,
    /// Searches that were turned away as busy.
    pub searches_busy: u32,
}

/// What came of it. Times are seconds.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Documents that were saved, and those that were told as accepted.
    pub saved: u64,
    /// Told as accepted.
    pub accepted: u64,
    /// Still open when nothing happened any more.
    pub open: u64,
    /// Documents at the Centre.
    pub stored: u64,
    /// Told as accepted and not stored.
    pub told_and_not_stored: u64,
    /// Came before an earlier document of their prescription.
    pub out_of_order: u64,
    /// Were given to a person.
    pub to_a_person: u64,
    /// Came again because the answer was lost, and were answered as the first time.
    pub repeated: u64,
    /// Waited when the Centre came back.
    pub backlog: u64,
    /// Documents that were tried while it was gone, and the most of them in a second.
    pub tried_meanwhile: u64,
    /// The most documents tried in one second while it was gone.
    pub tried_meanwhile_peak: u32,
    /// From the Centre's return until the first document of the backlog was in …
    pub first_in: f64,
    /// … half of them …
    pub half_in: f64,
    /// … and the last.
    pub last_in: f64,
    /// The longest time from saving to acceptance.
    pub longest_wait: f64,
    /// The seconds from the return until the last document of the backlog was in, or half an hour where that was later.
    pub coming_back: Vec<Second>,
    /// What the Centre can do in a second, documents.
    pub rate: u64,
}

impl Report {
    fn sum(&self, of: impl Fn(&Second) -> u32) -> u64 {
        self.coming_back.iter().map(|second| u64::from(of(second))).sum()
    }

    fn share(part: u64, whole: u64) -> f64 {
        if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
    }

    /// The share of documents that were turned away while it came back.
    pub fn busy_share(&self) -> f64 {
        Self::share(self.sum(|second| second.busy), self.sum(|second| second.documents))
    }

    /// The share of searches, of customers who stand there, that were turned away.
    pub fn searches_busy_share(&self) -> f64 {
        Self::share(self.sum(|second| second.searches_busy), self.sum(|second| second.searches))
    }

    /// The most documents that came in one second while it came back.
    pub fn peak_documents(&self) -> u32 {
        self.coming_back.iter().map(|second| second.documents).max().unwrap_or_default()
    }

    /// The most work that came in ten seconds in a row, as a part of what the Centre can do.
    pub fn peak_load(&self) -> f64 {
        let most = self.coming_back.windows(10).map(|ten| ten.iter().map(|one| u64::from(one.work)).sum::<u64>()).max();
        most.unwrap_or_default() as f64 / 50.0 / 10.0 / self.rate.max(1) as f64
    }

    /// Whether every document is at the Centre once, in order, and nobody was told otherwise.
    pub fn is_reconciled(&self) -> bool {
        self.open == 0
            && self.saved == self.accepted
            && self.saved == self.stored
            && (self.told_and_not_stored, self.out_of_order, self.to_a_person) == (0, 0, 0)
    }
}

impl Report {
    /// The minutes of its coming back, in steps of so many seconds: documents and searches that came, and those turned away.
    pub fn course(&self, step: usize) -> String {
        let mut lines = String::from("second  documents  busy  searches  busy\n");
        for (at, some) in self.coming_back.chunks(step.max(1)).enumerate() {
            let sum = |of: fn(&Second) -> u32| some.iter().map(of).sum::<u32>();
            lines.push_str(&format!(
                "{:>6}  {:>9}  {:>4}  {:>8}  {:>4}\n",
                at * step,
                sum(|one| one.documents),
                sum(|one| one.busy),
                sum(|one| one.searches),
                sum(|one| one.searches_busy)
            ));
        }
        lines
    }

    /// Whether the Centre was not stormed: in no ten seconds more came than it could do, and hardly anything was turned away.
    pub fn is_gentle(&self) -> bool {
        self.peak_load() < 1.0 && self.busy_share() < 0.01 && self.searches_busy_share() < 0.01
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "dispensations saved, accepted, stored   {} {} {}", self.saved, self.accepted, self.stored)?;
        writeln!(
            f,
            "open, lost, out of order, to a person   {} {} {} {}",
            self.open, self.told_and_not_stored, self.out_of_order, self.to_a_person
        )?;
        writeln!(f, "waited when the Centre came back        {}", self.backlog)?;
        writeln!(f, "tried while it was gone, peak a second  {} {}", self.tried_meanwhile, self.tried_meanwhile_peak)?;
        writeln!(
            f,
            "the first, half, the last of them in    {:.1} s, {:.0} s, {:.0} s after it came back",
            self.first_in, self.half_in, self.last_in
        )?;
        writeln!(f, "the longest wait                        {:.0} s", self.longest_wait)?;
        writeln!(f, "documents a second, peak                {} of {}", self.peak_documents(), self.rate)?;
        writeln!(f, "work that came, peak of ten seconds     {:.2} of what the Centre can do", self.peak_load())?;
        writeln!(f, "documents turned away as busy           {:.2} %", self.busy_share() * 100.0)?;
        writeln!(f, "searches turned away as busy            {:.2} %", self.searches_busy_share() * 100.0)?;
        write!(f, "answered a second time as the first     {}", self.repeated)
    }
}
