//! What was learnt here of item numbers: to look through, and to take back what was learnt wrongly.

use prescription::Vnr;
use record::NewEvent;
use scanning::{Gtin, GtinLink, GtinTable, TakenBack};
use serde_json::json;

use crate::scan::ScanDesk;
use crate::{Counter, CounterError, Hand, lock};

impl Counter {
    /// Every link of an item number with a package that is believed here, the newest first. For a person who is logged in.
    pub fn learnt_links(&self) -> Result<Vec<GtinLink>, CounterError> {
        self.open_session()?;
        let scans = lock(&self.scans);
        let desk = scans.as_ref().ok_or(CounterError::NoScanner)?;
        Ok(desk.with.table.newest().into_iter().cloned().collect())
    }

    /// The link by which a number was recognised; none where the number says its package itself.
    pub fn learnt_link(&self, gtin: &Gtin) -> Option<GtinLink> {
        lock(&self.scans).as_ref()?.with.table.link(gtin).cloned()
    }

    /// The package of a whole item number as it is typed or scanned into a search, by what was learnt here; a Nordic number
    /// says it by itself.
    pub fn vnr_of_digits(&self, digits: &str) -> Option<Vnr> {
        match lock(&self.scans).as_ref() {
            Some(desk) => desk.with.table.vnr_of_digits(digits),
            None => GtinTable::default().vnr_of_digits(digits),
        }
    }

    /// Takes back a link that was learnt wrongly. For a person who may dispense, never a student. Who and when is kept beside
    /// the links and told to the record; what lies in the hand and was recognised by it is a number that nobody knows again,
    /// and stops the flow until somebody has looked.
    pub fn take_back_link(&self, gtin: &Gtin, vnr: &Vnr) -> Result<(), CounterError> {
        let session = self.open_session()?;
        if !session.right.may_dispense() {
            return Err(CounterError::Right);
        }
        let mut slot = lock(&self.visit);
        let now = self.deps.clock.now();
        let by = session.registration.as_str();
        let link = {
            let mut scans = lock(&self.scans);
            let ScanDesk { with, .. } = scans.as_mut().ok_or(CounterError::NoScanner)?;
            let taken = TakenBack { at: now, by: by.to_owned() };
            with.table.take_back(gtin, vnr, &taken, &mut with.store)?
        };
        if let Some(visit) = slot.as_mut() {
            visit.hands.values_mut().for_each(|hand| hand.doubt(gtin));
            self.ask_checks(visit);
        }
        let payload = json!({
            "gtin": gtin.as_str(), "vnr": vnr, "linked_by": link.confirmed_by, "linked_on": link.first_seen.to_string(),
        });
        self.deps.record.append(vec![NewEvent::new("package.unlinked", now, payload).by(by)])?;
        Ok(())
    }
}

impl Hand {
    /// Nobody knows any more what this number stands for.
    fn doubt(&mut self, gtin: &Gtin) {
        let is_doubted = |code: &scanning::Code| code.gtin() == Some(gtin);
        let mut codes = Vec::new();
        self.packs.retain(|pack| {
            let doubted = is_doubted(&pack.code);
            codes.extend(doubted.then(|| pack.code.clone()));
            !doubted
        });
        codes.extend(self.other.take_if(|pack| is_doubted(&pack.code)).map(|pack| pack.code));
        if let Some(code) = codes.pop() {
            (self.unknown, self.other) = (Some(code), None);
        }
    }
}
