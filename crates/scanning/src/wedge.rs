//! A scanner that types (keyboard wedge): its burst of keys is told from a person's typing by the time between keys, and by
//! the identifier at its beginning where the scanner is set to send one. No clock: the time of each key is handed in.
//!
//! Scanners differ: about 10 ms between keys of one maker, 80–100 ms of another. So a bare limit fails for the slow ones;
//! a scanner that sends the symbology's identifier (`]d2`) may be slow.

use crate::transport::GS;

/// A burst of more keys than these is broken.
const LONGEST: usize = 512;

/// A key that was pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Key {
    /// A character.
    Char(char),
    /// Enter.
    Enter,
    /// Tabulator.
    Tab,
    /// The group separator: Ctrl and the key of `]`, or Alt 029.
    Separator,
}

impl Key {
    /// What it types.
    pub(crate) fn character(self) -> char {
        match self {
            Self::Char(c) => c,
            Self::Separator => GS,
            Self::Enter => '\r',
            Self::Tab => '\t',
        }
    }
}

/// How the scanner is set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WedgeSettings {
    /// The longest time between two keys of one scan.
    pub gap_ms: u64,
    /// The same when the scan began with an identifier (`]`).
    pub identified_gap_ms: u64,
    /// Fewer keys than these are a person's, however fast.
    pub shortest: usize,
    /// The key with which the scanner ends a scan; none if it does not.
    pub suffix: Option<Key>,
}

impl Default for WedgeSettings {
    fn default() -> Self {
        Self { gap_ms: 35, identified_gap_ms: 250, shortest: 6, suffix: Some(Key::Enter) }
    }
}

/// What came of the keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WedgeEvent {
    /// A person typed these.
    Typed(Vec<Key>),
    /// A scan, for [`crate::read`]; without its suffix.
    Scan(String),
    /// Keys too fast for a person that did not end as a scan does: cut short, too long, or with a pause. To be said
    /// loudly, and typed nowhere.
    Broken(Vec<Key>),
}

/// Tells scans from typing. Every key comes out once, in its order.
#[derive(Debug)]
pub struct Wedge {
    settings: WedgeSettings,
    held: Vec<Key>,
    last_ms: u64,
}

impl Wedge {
    /// For a scanner that is set up so.
    pub fn new(settings: WedgeSettings) -> Self {
        Self { settings, held: Vec::new(), last_ms: 0 }
    }

    /// A key, at a time in milliseconds of a clock that does not go back.
    pub fn key(&mut self, key: Key, at_ms: u64) -> Vec<WedgeEvent> {
        let mut events: Vec<WedgeEvent> = self.tick(at_ms).into_iter().collect();
        self.last_ms = at_ms;
        if Some(key) == self.settings.suffix {
            let mut keys = std::mem::take(&mut self.held);
            if keys.len() >= self.settings.shortest {
                events.extend(scan(keys));
            } else {
                keys.push(key);
                events.push(WedgeEvent::Typed(keys));
            }
            return events;
        }
        self.held.push(key);
        if self.held.len() >= LONGEST {
            events.push(WedgeEvent::Broken(std::mem::take(&mut self.held)));
        }
        events
    }

    /// Time passed without a key: what was held back as a possible scan is given out. To be called at
    /// [`Self::due_ms`], so that a person's letter does not wait longer than the gap.
    pub fn tick(&mut self, now_ms: u64) -> Option<WedgeEvent> {
        if now_ms <= self.due_ms()? {
            return None;
        }
        let keys = std::mem::take(&mut self.held);
        if keys.len() < self.settings.shortest {
            return Some(WedgeEvent::Typed(keys));
        }
        if self.settings.suffix.is_none() {
            return Some(WedgeEvent::Scan(text(&keys)));
        }
        Some(WedgeEvent::Broken(keys))
    }

    /// The last moment at which a next key still belongs to what is held; none when nothing is held.
    pub fn due_ms(&self) -> Option<u64> {
        let is_identified = self.held.first()? == &Key::Char(']');
        let gap = if is_identified { self.settings.identified_gap_ms } else { self.settings.gap_ms };
        Some(self.last_ms.saturating_add(gap))
    }
}

/// A scan; up to three keys before its identifier were a person's, who typed just then.
fn scan(mut keys: Vec<Key>) -> Vec<WedgeEvent> {
    let at = keys.iter().take(4).position(|key| *key == Key::Char(']')).unwrap_or_default();
    let scanned = keys.split_off(at);
    let typed = (!keys.is_empty()).then_some(WedgeEvent::Typed(keys));
    typed.into_iter().chain([WedgeEvent::Scan(text(&scanned))]).collect()
}

fn text(keys: &[Key]) -> String {
    keys.iter().map(|key| key.character()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BURANA: &str = "01070462607000931728053110A1B2\u{1d}219XK3LM0Q7";

    /// Presses a text's keys at a pace, from a time on; answers the events and the time of the last key.
    fn press(wedge: &mut Wedge, text: &str, from: u64, pace: u64) -> (Vec<WedgeEvent>, u64) {
        let (mut events, mut at) = (vec![], from);
        for c in text.chars() {
            let key = match c {
                GS => Key::Separator,
                '\n' => Key::Enter,
                '\t' => Key::Tab,
                c => Key::Char(c),
            };
            events.extend(wedge.key(key, at));
            at += pace;
        }
        (events, at - pace)
    }

    fn typed(text: &str) -> WedgeEvent {
        WedgeEvent::Typed(text.chars().map(|c| if c == '\n' { Key::Enter } else { Key::Char(c) }).collect())
    }

    #[test]
    fn med_5_3_a_burst_is_a_scan_and_typing_is_typing() {
        let mut wedge = Wedge::new(WedgeSettings::default());
        let (events, at) = press(&mut wedge, &format!("{BURANA}\n"), 0, 10);
        assert_eq!(events, [WedgeEvent::Scan(BURANA.to_owned())]);
        let (events, _) = press(&mut wedge, "pana\n", at + 500, 120);
        assert_eq!(events, ["p", "a", "n", "a", "\n"].map(typed));
    }

    #[test]
    fn med_5_3_a_slow_scanner_needs_its_identifier() {
        let mut wedge = Wedge::new(WedgeSettings::default());
        let (events, _) = press(&mut wedge, &format!("]d2{BURANA}\n"), 0, 100);
        assert_eq!(events, [WedgeEvent::Scan(format!("]d2{BURANA}"))]);
        let (events, _) = press(&mut wedge, "7046260700093\n", 60_000, 100);
        assert!(events.iter().all(|event| matches!(event, WedgeEvent::Typed(_))), "nobody could tell it from typing");
    }

    #[test]
    fn med_5_3_a_scan_during_typing_leaves_the_typing_whole() {
        let mut wedge = Wedge::new(WedgeSettings::default());
        let (mut events, at) = press(&mut wedge, "pa", 0, 150);
        let (more, _) = press(&mut wedge, &format!("]d2{BURANA}\n"), at + 20, 8);
        events.extend(more);
        assert_eq!(events, [typed("p"), typed("a"), WedgeEvent::Scan(format!("]d2{BURANA}"))]);
    }

    #[test]
    fn med_5_3_a_burst_that_is_cut_short_is_broken_and_typed_nowhere() {
        let mut wedge = Wedge::new(WedgeSettings::default());
        let (events, at) = press(&mut wedge, "010704626070", 0, 10);
        assert_eq!(events, []);
        let WedgeEvent::Broken(keys) = wedge.tick(at + 36).unwrap() else { panic!() };
        assert_eq!(keys.len(), 12);
        assert_eq!(wedge.tick(at + 99), None);
    }

    #[test]
    fn a_scanner_without_a_suffix_ends_with_a_pause() {
        let mut wedge = Wedge::new(WedgeSettings { suffix: None, ..WedgeSettings::default() });
        let (events, at) = press(&mut wedge, "7046260700093", 0, 10);
        assert_eq!((events, wedge.due_ms()), (vec![], Some(at + 35)));
        assert_eq!(wedge.tick(at + 35), None);
        assert_eq!(wedge.tick(at + 36), Some(WedgeEvent::Scan("7046260700093".to_owned())));
    }

    #[test]
    fn nothing_is_held_without_limit() {
        let mut wedge = Wedge::new(WedgeSettings::default());
        let (events, _) = press(&mut wedge, &"1".repeat(2000), 0, 1);
        assert!(events.iter().all(|event| matches!(event, WedgeEvent::Broken(keys) if keys.len() == LONGEST)));
        assert!(wedge.held.len() < LONGEST);
    }

    proptest! {
        /// No key is lost, doubled or moved, whatever is pressed and however fast.
        #[test]
        fn every_key_comes_out_once_and_in_order(
            pressed in proptest::collection::vec((prop_oneof![
                8 => "[a-z0-9\\]]".prop_map(|c| Key::Char(c.chars().next().unwrap())),
                1 => Just(Key::Enter), 1 => Just(Key::Tab), 1 => Just(Key::Separator),
            ], prop_oneof![3 => 0u64..30, 1 => 30u64..400]), 0..120),
        ) {
            let mut wedge = Wedge::new(WedgeSettings::default());
            let (mut events, mut at) = (vec![], 0);
            for &(key, pause) in &pressed {
                at += pause;
                events.extend(wedge.key(key, at));
            }
            events.extend(wedge.tick(at + 1000));
            let mut out = vec![];
            for event in events {
                match event {
                    WedgeEvent::Typed(keys) | WedgeEvent::Broken(keys) => out.extend(keys),
                    WedgeEvent::Scan(text) => {
                        out.extend(text.chars().map(|c| match c {
                            GS => Key::Separator, '\t' => Key::Tab, c => Key::Char(c),
                        }));
                        out.push(Key::Enter);
                    }
                }
            }
            prop_assert_eq!(out, pressed.iter().map(|&(key, _)| key).collect::<Vec<_>>());
        }
    }
}
