//! Who hears of what waits: a quiet notice when something has waited too long, and when the pharmacy closes. It names the
//! number and leaves the rest to the waiting desk; it is shown to whoever is logged in, and holds nobody's data.

use chrono::{DateTime, Duration, NaiveTime, TimeDelta, Utc};
use prescription::rules::{Language, Text, text};
use prescription::time::finnish;
use record::{Counts, Record};
use review::ReviewError;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{settings, words};

/// So many are counted; beyond it the notice says "at least".
const COUNTED_AT_MOST: usize = 1_000;

/// How long before the closing time the notice comes: while there is still somebody who can act.
const BEFORE_CLOSING: TimeDelta = TimeDelta::minutes(15);

/// Something that a person should hear of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct NoticeView {
    /// Which.
    pub kind: NoticeKind,
    /// How many documents it is about; "at least" beyond a thousand.
    pub number: u32,
    /// A few words, for a mark on the screen: "3 odottanut yli tunnin".
    pub short: String,
    /// The whole sentence.
    pub sentence: String,
}

/// Why a notice is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum NoticeKind {
    /// Something has waited longer than the settings say.
    WaitsLong,
    /// The pharmacy closes, and something waits.
    Closing,
}

/// What is known at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    now: DateTime<Utc>,
    /// Documents that want the Centre's answer or a person.
    open: u64,
    /// Those of them that are older than the settings say.
    long: usize,
}

impl Standing {
    /// Reads it from the record.
    pub(crate) fn of(
        record: &Record,
        counts: &Counts,
        limits: &settings::Notices,
        now: DateTime<Utc>,
    ) -> Result<Self, ReviewError> {
        let open = counts.waiting + counts.sending + counts.refused + counts.conflicting;
        let too_long = now - Duration::minutes(limits.waiting_minutes.into());
        let long = if open == 0 { 0 } else { review::open_since(record, too_long, COUNTED_AT_MOST)? };
        Ok(Self { now, open, long })
    }

    /// The notices, the more pressing one first.
    pub(crate) fn notices(&self, limits: &settings::Notices, language: Language) -> Vec<NoticeView> {
        let closing = limits.closing().filter(|closing| self.open > 0 && self.closes(*closing));
        let closing = closing.map(|at| {
            let number = u32::try_from(self.open).unwrap_or(u32::MAX);
            view(NoticeKind::Closing, number, false, &at.format("%-H.%M").to_string(), language)
        });
        let long = (self.long > 0).then(|| {
            let number = u32::try_from(self.long).unwrap_or(u32::MAX);
            let how_long = how_long(limits.waiting_minutes, language);
            view(NoticeKind::WaitsLong, number, self.long >= COUNTED_AT_MOST, &how_long, language)
        });
        closing.into_iter().chain(long).collect()
    }

    /// Whether it is closing time: from a quarter of an hour before it to the end of the Finnish day.
    fn closes(&self, closing: NaiveTime) -> bool {
        let local = finnish(self.now);
        local.date().and_time(closing).checked_sub_signed(BEFORE_CLOSING).is_some_and(|from| local >= from)
    }
}

fn view(kind: NoticeKind, number: u32, at_least: bool, filling: &str, language: Language) -> NoticeView {
    let (short, sentence) = match (kind, number) {
        (NoticeKind::WaitsLong, 1) => (&LONG_ONE_SHORT, &LONG_ONE),
        (NoticeKind::WaitsLong, _) => (&LONG_SHORT, &LONG),
        (NoticeKind::Closing, 1) => (&CLOSING_ONE_SHORT, &CLOSING_ONE),
        (NoticeKind::Closing, _) => (&CLOSING_SHORT, &CLOSING),
    };
    let shown = if at_least { format!("{}+", words::thousands(number)) } else { words::thousands(number) };
    let said = |text: &Text| text.in_language(language).replace("{n}", &shown).replace("{}", filling);
    NoticeView { kind, number, short: said(short), sentence: said(sentence) }
}

/// "tunnin", "30 minuuttia" …, as it stands after "more than".
fn how_long(minutes: u32, language: Language) -> String {
    match (minutes, language) {
        (60, Language::Fi) => "tunnin".to_owned(),
        (60, Language::Sv) => "en timme".to_owned(),
        (60, Language::En) => "an hour".to_owned(),
        (_, Language::Fi) => format!("{minutes} minuuttia"),
        (_, Language::Sv) => format!("{minutes} minuter"),
        (_, Language::En) => format!("{minutes} minutes"),
    }
}

const LONG_ONE_SHORT: Text = text("{n} odottanut yli {}", "{n} har väntat över {}", "{n} has waited over {}");
const LONG_SHORT: Text = text("{n} odottanut yli {}", "{n} har väntat över {}", "{n} have waited over {}");
const LONG_ONE: Text = text(
    "{n} toimitus on odottanut yli {}.",
    "{n} expediering har väntat över {}.",
    "{n} dispensation has waited for more than {}.",
);
const LONG: Text = text(
    "{n} toimitusta on odottanut yli {}.",
    "{n} expedieringar har väntat över {}.",
    "{n} dispensations have waited for more than {}.",
);
const CLOSING_ONE_SHORT: Text = text("Suljetaan {}, {n} kesken", "Stänger {}, {n} öppen", "Closing {}, {n} open");
const CLOSING_SHORT: Text = text("Suljetaan {}, {n} kesken", "Stänger {}, {n} öppna", "Closing {}, {n} open");
const CLOSING_ONE: Text = text(
    "Apteekki suljetaan klo {}, ja {n} toimitus on kesken.",
    "Apoteket stänger kl. {}, och {n} expediering är öppen.",
    "The pharmacy closes at {}, and {n} dispensation is open.",
);
const CLOSING: Text = text(
    "Apteekki suljetaan klo {}, ja {n} toimitusta on kesken.",
    "Apoteket stänger kl. {}, och {n} expedieringar är öppna.",
    "The pharmacy closes at {}, and {n} dispensations are open.",
);

#[cfg(test)]
mod tests {
    use super::*;

    fn at(clock: &str, open: u64, long: usize) -> Standing {
        let local = format!("2026-11-25T{clock}:00").parse().unwrap();
        Standing { now: prescription::time::instant(local), open, long }
    }

    fn limits(closing: Option<&str>) -> settings::Notices {
        settings::Notices { waiting_minutes: 60, closing_time: closing.map(str::to_owned) }
    }

    fn said(standing: Standing, closing: Option<&str>) -> Vec<String> {
        standing.notices(&limits(closing), Language::Fi).into_iter().map(|notice| notice.sentence).collect()
    }

    #[test]
    fn nothing_is_said_of_what_has_only_just_begun_to_wait() {
        assert_eq!(said(at("10:00", 0, 0), Some("20.00")), Vec::<String>::new());
        assert_eq!(said(at("10:00", 5, 0), Some("20.00")), Vec::<String>::new());
        assert_eq!(said(at("10:00", 5, 2), None), ["2 toimitusta on odottanut yli tunnin."]);
    }

    #[test]
    fn closing_time_is_finnish_time_and_the_notice_comes_while_somebody_is_there() {
        let closing = |clock: &str, open| said(at(clock, open, 0), Some("20.00"));
        assert_eq!(closing("19:44", 4), Vec::<String>::new());
        assert_eq!(closing("19:45", 4), ["Apteekki suljetaan klo 20.00, ja 4 toimitusta on kesken."]);
        assert_eq!(closing("23:59", 1), ["Apteekki suljetaan klo 20.00, ja 1 toimitus on kesken."]);
        assert_eq!(closing("19:50", 0), Vec::<String>::new(), "no notice where nothing waits");
        // 22.30 UTC on the 24th is half past midnight on the 25th in Finland.
        let night = Standing { now: "2026-11-24T22:30:00Z".parse().unwrap(), open: 4, long: 0 };
        assert_eq!(said(night, Some("20.00")), Vec::<String>::new());
    }

    #[test]
    fn each_notice_is_whole_in_three_languages_and_names_its_number() {
        for language in [Language::Fi, Language::Sv, Language::En] {
            for number in [1, 7, 1_000] {
                let standing = at("20:00", number, usize::try_from(number).unwrap());
                let notices = standing.notices(&limits(Some("20.00")), language);
                assert_eq!(
                    notices.iter().map(|notice| notice.kind).collect::<Vec<_>>(),
                    [NoticeKind::Closing, NoticeKind::WaitsLong]
                );
                for notice in notices {
                    let both = format!("{} {}", notice.short, notice.sentence);
                    assert!(!both.contains(['{', '}']) && notice.sentence.ends_with('.'), "{both}");
                    let shown = words::thousands(u32::try_from(number).unwrap());
                    assert!(notice.short.contains(&shown) && notice.sentence.contains(&shown), "{both}");
                }
            }
        }
        let many = at("10:00", 100_000, COUNTED_AT_MOST).notices(&limits(None), Language::En);
        assert_eq!(many[0].short, "1\u{a0}000+ have waited over an hour");
    }
}
