//! The tables: amounts, percentages, tariffs and rules with the days between which they hold, where they come from and
//! how sure that is. They are data (`tables/*.toml`); no amount stands in the code.
//!
//! A day that no row covers is an error. A row that was not read in a public source counts, and says of every answer
//! that it is to be confirmed ([`Tables::to_confirm`] lists all of them for the manager).

use chrono::{Days, Months, NaiveDate};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::Money;
use crate::query::Reimbursement;
use crate::subject::Subject;

/// The tables that are built in.
pub const BUILT_IN: [&str; 6] = [
    include_str!("../tables/vat.toml"),
    include_str!("../tables/tariff.toml"),
    include_str!("../tables/fees.toml"),
    include_str!("../tables/shares.toml"),
    include_str!("../tables/supply.toml"),
    include_str!("../tables/substitution.toml"),
];

/// The tables hold at most this many rows together.
pub const MOST_ROWS: usize = 10_000;

/// How sure a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mark {
    /// Read in a public source.
    Read,
    /// Recalled: to be confirmed.
    Recalled,
    /// Looked for and not found, or sources disagree: to be confirmed.
    Unclear,
}

impl Mark {
    /// Whether nothing has to be confirmed.
    pub fn confirmed(self) -> bool {
        self == Self::Read
    }
}

/// What is taxed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VatGroup {
    /// Medicines.
    Medicines,
    /// Other goods.
    Goods,
}

/// Which table of the medicine tariff.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TariffClass {
    /// Prescription medicines: the price.
    Prescription,
    /// Self-care medicines: the highest price.
    SelfCare,
}

/// A fee of the pharmacy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FeeKind {
    /// Dispensing fee (toimitusmaksu), one for each dispensed batch (toimituserä).
    Dispensing,
    /// In its place for each week of treatment begun, of self-care medicines that are dose-dispensed.
    DoseDispensingWeek,
    /// For preparing a medicine for use, such as adding water to an antibiotic.
    Preparation,
}

/// A share of the cost that the customer pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ShareKind {
    /// Initial deductible (alkuomavastuu) of a calendar year.
    Deductible,
    /// Annual ceiling (vuosiomavastuu).
    Ceiling,
    /// A medicine and purchase in the upper special class.
    UpperCopayment,
    /// A medicine and purchase above the ceiling (lisäkorvaus).
    AdditionalCopayment,
    /// The first of the two for each week of treatment begun (poikkeava lääkekohtainen omavastuu).
    UpperCopaymentWeek,
    /// The second for each week.
    AdditionalCopaymentWeek,
}

/// Reimbursement class (korvausluokka) of a medicine for this customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// Basic reimbursement (peruskorvaus).
    Basic,
    /// Lower special reimbursement (alempi erityiskorvaus).
    LowerSpecial,
    /// Upper special reimbursement (ylempi erityiskorvaus).
    UpperSpecial,
}

/// A way of counting that is no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Practice {
    /// How cents are made.
    Rounding,
    /// In which order the medicines of a purchase use up deductible and ceiling.
    OrderOfMedicines,
    /// Whether the dispensing fee is reimbursed beside the reference price.
    FeeBesideReferencePrice,
    /// What is done while Kela's query does not answer.
    QueryOutage,
    /// From what a medicine for epilepsy is reimbursed that is not exchanged.
    BaseOfEpilepsy,
    /// From what a biological is reimbursed that is not exchanged for its code or the patient's age, or of which it is not
    /// known.
    BaseOfUnexchangedBiological,
    /// From what a medicine is reimbursed when nothing in the corridor can be had.
    BaseWhenNotAvailable,
}

/// How a biological medicine is exchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BiologicalExchange {
    /// Within its group.
    All,
    /// Between direct and parallel import of one product only.
    Parallel,
    /// Not.
    None,
}

/// Why a package outside the price corridor is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// The prescriber forbade the exchange (field 81).
    PrescriberForbids,
    /// The customer refuses it.
    CustomerRefuses,
    /// Nothing in the corridor can be had from any wholesaler.
    NotAvailable,
    /// It is for epilepsy.
    Epilepsy,
    /// It is for an indication that its substitutes do not have (poikkeava käyttöaihe).
    UnusualIndication,
    /// It is what costs this customer least, by the customer's rights.
    CheapestForCustomer,
    /// A biological outside its interval is continued.
    BiologicalInterval,
    /// Another reason, in words.
    Other,
}

/// One bracket of the tariff.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bracket {
    /// Highest wholesale price, included; the last bracket has none.
    pub up_to: Option<Decimal>,
    /// Times the wholesale price …
    pub factor: Decimal,
    /// … and so much, euro without VAT.
    pub addend: Decimal,
}

/// A row of a table.
pub trait Row {
    /// What it is about; no two rows of one subject hold on one day.
    fn subject(&self) -> Subject;
    /// First day.
    fn from(&self) -> NaiveDate;
    /// Last day, included, where there is one.
    fn to(&self) -> Option<NaiveDate>;
    /// How sure it is.
    fn mark(&self) -> Mark;
    /// Where it comes from.
    fn source(&self) -> &str;
    /// Whether it holds on a day.
    fn holds_on(&self, day: NaiveDate) -> bool {
        self.from() <= day && self.to().is_none_or(|to| day <= to)
    }
}

/// Declares rows: their own fields, and what every row has.
macro_rules! rows {
    ($($(#[$doc:meta])* $name:ident($row:ident) $subject:expr, { $($(#[$fdoc:meta])* $field:ident: $type:ty),* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($(#[$fdoc])* pub $field: $type,)*
            from: NaiveDate,
            #[serde(default)]
            to: Option<NaiveDate>,
            #[serde(default = "unclear")]
            mark: Mark,
            source: String,
        }
        impl Row for $name {
            fn subject(&self) -> Subject {
                let $row = self;
                $subject
            }
            fn from(&self) -> NaiveDate {
                self.from
            }
            fn to(&self) -> Option<NaiveDate> {
                self.to
            }
            fn mark(&self) -> Mark {
                self.mark
            }
            fn source(&self) -> &str {
                &self.source
            }
        }
    )*};
}

fn unclear() -> Mark {
    Mark::Unclear
}

rows! {
    /// Value-added tax.
    Vat(row) Subject::Vat(row.group), {
        /// Of what.
        group: VatGroup,
        /// Percent.
        percent: Decimal
    }
    /// The medicine tariff (lääketaksa).
    Tariff(row) Subject::Tariff(row.class), {
        /// Of what.
        class: TariffClass,
        /// Brackets by rising wholesale price.
        brackets: Vec<Bracket>
    }
    /// A fee.
    Fee(row) Subject::Fee(row.kind), {
        /// Which.
        kind: FeeKind,
        /// Without VAT.
        euro: Decimal
    }
    /// A share that the customer pays.
    Share(row) Subject::Share(row.kind), {
        /// Which.
        kind: ShareKind,
        /// How much.
        euro: Money
    }
    /// How much is reimbursed.
    Rate(row) Subject::Rate(row.class), {
        /// Of which class.
        class: Class,
        /// Percent.
        percent: Decimal
    }
    /// A way of counting, in words.
    Counting(row) Subject::Practice(row.subject), {
        /// Which.
        subject: Practice
    }
    /// How much is reimbursed at a time (SVL 5:9).
    Supply(_row) Subject::Supply, {
        /// Months of treatment.
        months: u32,
        /// A package that costs more than this with VAT …
        expensive_over: Money,
        /// … is reimbursed for so many months.
        expensive_months: u32
    }
    /// How long before its end a supply may be renewed.
    Renewal(row) Subject::Renewal(row.days), {
        /// A supply of at least so many days …
        days: u32,
        /// … so many days before its end.
        early: u32
    }
    /// The price corridor (hintaputki).
    Corridor(_row) Subject::Corridor, {
        /// So much above the cheapest.
        euro: Money
    }
    /// Package sizes that count as one.
    PackageClass(row) Subject::PackageClass(row.class), {
        /// The sizes.
        sizes: Vec<Decimal>,
        /// The last four digits of the exchange code.
        class: u32
    }
    /// From when biologicals of an ATC code are exchanged.
    Biological(row) Subject::Biological(row.atc.clone()), {
        /// The code's beginning.
        atc: String,
        /// How.
        exchange: BiologicalExchange
    }
    /// Age and interval of biologicals.
    BiologicalRule(_row) Subject::BiologicalRule, {
        /// Nobody younger.
        age: u32,
        /// Months.
        months: u32
    }
    /// A reimbursement class as the Pharmaceutical Database writes it.
    ReimbursementCode(row) Subject::ReimbursementCode(row.code.clone()), {
        /// The code.
        code: String,
        /// The class.
        class: Class,
        /// Whether a right by number is needed, which stands behind the code: "100/103".
        by_number: bool
    }
    /// The code of a reason.
    Reason(row) Subject::Reason(row.why), {
        /// Why.
        why: Why,
        /// In 1.2.246.537.5.40183.2009; none where it could not be read.
        #[serde(default)]
        code: Option<String>
    }
}

/// A stretch of time of which nothing could be read.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Gap {
    subject: GapSubject,
    from: NaiveDate,
    #[serde(default)]
    to: Option<NaiveDate>,
    source: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum GapSubject {
    TariffPrescription,
    TariffSelfCare,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct File {
    vat: Vec<Vat>,
    tariff: Vec<Tariff>,
    fee: Vec<Fee>,
    share: Vec<Share>,
    rate: Vec<Rate>,
    practice: Vec<Counting>,
    supply: Vec<Supply>,
    renewal: Vec<Renewal>,
    corridor: Vec<Corridor>,
    package_class: Vec<PackageClass>,
    biological: Vec<Biological>,
    biological_rule: Vec<BiologicalRule>,
    reimbursement_code: Vec<ReimbursementCode>,
    reason: Vec<Reason>,
    gap: Vec<Gap>,
}

/// Why tables cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// Not TOML of the tables' form.
    #[error("a table of prices cannot be read: {0}")]
    Unreadable(#[from] toml::de::Error),
    /// More than [`MOST_ROWS`].
    #[error("the tables of prices have {0} rows")]
    TooMany(usize),
    /// A row that ends before it begins, two rows of one subject on one day, or a value that cannot be.
    #[error("a table of prices has a row that cannot be: {0}")]
    Row(String),
}

impl TableError {
    /// A stable code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable(_) => "price-table-unreadable",
            Self::TooMany(_) => "price-table-size",
            Self::Row(_) => "price-table-row",
        }
    }
}

/// No row holds on a day: the amount is not known, and none is guessed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{subject:?} is not known for {day}")]
pub struct NotKnown {
    /// What is not known.
    pub subject: Subject,
    /// On which day.
    pub day: NaiveDate,
}

/// Something that a person has to confirm or to add.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToConfirm {
    /// What.
    pub subject: Subject,
    /// From which day.
    pub from: NaiveDate,
    /// To which.
    pub to: Option<NaiveDate>,
    /// How sure the row is; nothing where there is no row, so that whoever needs it gets an error.
    pub mark: Option<Mark>,
    /// What was read, and where the rest can be.
    pub source: String,
}

/// The tables.
#[derive(Debug, Clone)]
pub struct Tables {
    file: File,
}

impl Tables {
    /// The tables that are built in.
    pub fn built_in() -> Result<Self, TableError> {
        Self::parse(&BUILT_IN)
    }

    /// Reads tables from TOML files; each may hold rows of any kind.
    pub fn parse(files: &[&str]) -> Result<Self, TableError> {
        let mut all = File::default();
        for text in files {
            let file: File = toml::from_str(text)?;
            all.vat.extend(file.vat);
            all.tariff.extend(file.tariff);
            all.fee.extend(file.fee);
            all.share.extend(file.share);
            all.rate.extend(file.rate);
            all.practice.extend(file.practice);
            all.supply.extend(file.supply);
            all.renewal.extend(file.renewal);
            all.corridor.extend(file.corridor);
            all.package_class.extend(file.package_class);
            all.biological.extend(file.biological);
            all.biological_rule.extend(file.biological_rule);
            all.reimbursement_code.extend(file.reimbursement_code);
            all.reason.extend(file.reason);
            all.gap.extend(file.gap);
        }
        let tables = Self { file: all };
        tables.check()?;
        Ok(tables)
    }

    /// Every row, whatever it is about.
    pub fn rows(&self) -> impl Iterator<Item = &dyn Row> {
        fn each<R: Row>(rows: &[R]) -> impl Iterator<Item = &dyn Row> {
            rows.iter().map(|row| row as &dyn Row)
        }
        let file = &self.file;
        each(&file.vat)
            .chain(each(&file.tariff))
            .chain(each(&file.fee))
            .chain(each(&file.share))
            .chain(each(&file.rate))
            .chain(each(&file.practice))
            .chain(each(&file.supply))
            .chain(each(&file.renewal))
            .chain(each(&file.corridor))
            .chain(each(&file.package_class))
            .chain(each(&file.biological))
            .chain(each(&file.biological_rule))
            .chain(each(&file.reimbursement_code))
            .chain(each(&file.reason))
    }

    /// Everything that is not confirmed or missing, for the manager's screen.
    pub fn to_confirm(&self) -> Vec<ToConfirm> {
        let unsure = self.rows().filter(|row| !row.mark().confirmed()).map(|row| ToConfirm {
            subject: row.subject(),
            from: row.from(),
            to: row.to(),
            mark: Some(row.mark()),
            source: row.source().to_owned(),
        });
        let missing = self.file.gap.iter().map(|gap| ToConfirm {
            subject: match gap.subject {
                GapSubject::TariffPrescription => Subject::Tariff(TariffClass::Prescription),
                GapSubject::TariffSelfCare => Subject::Tariff(TariffClass::SelfCare),
            },
            from: gap.from,
            to: gap.to,
            mark: None,
            source: gap.source.clone(),
        });
        missing.chain(unsure).collect()
    }

    /// What ends within so many days after a day and has no row that follows, with its last day: the amounts of next year
    /// have to be added before it begins.
    pub fn ending(&self, day: NaiveDate, within: u32) -> Vec<(Subject, NaiveDate)> {
        let until = day.checked_add_days(Days::new(u64::from(within))).unwrap_or(NaiveDate::MAX);
        let follows = |row: &dyn Row, last: NaiveDate| {
            let next = last.succ_opt().unwrap_or(last);
            self.rows().any(|other| other.subject() == row.subject() && other.holds_on(next))
        };
        let ends = self.rows().filter(|row| row.holds_on(day)).filter_map(|row| Some((row, row.to()?)));
        let alone = ends.filter(|&(row, last)| last <= until && !follows(row, last));
        alone.map(|(row, last)| (row.subject(), last)).collect()
    }

    /// Value-added tax of a day.
    pub fn vat(&self, group: VatGroup, day: NaiveDate) -> Result<&Vat, NotKnown> {
        on(&self.file.vat, Subject::Vat(group), day)
    }

    /// The tariff of a day.
    pub fn tariff(&self, class: TariffClass, day: NaiveDate) -> Result<&Tariff, NotKnown> {
        on(&self.file.tariff, Subject::Tariff(class), day)
    }

    /// A fee of a day.
    pub fn fee(&self, kind: FeeKind, day: NaiveDate) -> Result<&Fee, NotKnown> {
        on(&self.file.fee, Subject::Fee(kind), day)
    }

    /// A share of a day.
    pub fn share(&self, kind: ShareKind, day: NaiveDate) -> Result<&Share, NotKnown> {
        on(&self.file.share, Subject::Share(kind), day)
    }

    /// The rate of a class on a day.
    pub fn rate(&self, class: Class, day: NaiveDate) -> Result<&Rate, NotKnown> {
        on(&self.file.rate, Subject::Rate(class), day)
    }

    /// How something is counted on a day.
    pub fn practice(&self, practice: Practice, day: NaiveDate) -> Result<&Counting, NotKnown> {
        on(&self.file.practice, Subject::Practice(practice), day)
    }

    /// How much may be reimbursed at a time.
    pub fn supply(&self, day: NaiveDate) -> Result<&Supply, NotKnown> {
        on(&self.file.supply, Subject::Supply, day)
    }

    /// How long before its end a supply of so many days may be renewed.
    pub fn renewal(&self, days: u32, day: NaiveDate) -> Result<&Renewal, NotKnown> {
        let rows = self.file.renewal.iter().filter(|row| row.holds_on(day) && row.days <= days);
        rows.max_by_key(|row| row.days).ok_or(NotKnown { subject: Subject::Renewal(days), day })
    }

    /// The price corridor of a day.
    pub fn corridor(&self, day: NaiveDate) -> Result<&Corridor, NotKnown> {
        on(&self.file.corridor, Subject::Corridor, day)
    }

    /// The class of a package size on a day; nothing for a size that is its own class.
    pub fn package_class(&self, size: Decimal, day: NaiveDate) -> Option<&PackageClass> {
        self.file.package_class.iter().find(|row| row.holds_on(day) && row.sizes.contains(&size))
    }

    /// How biologicals of an ATC code are exchanged on a day: the longest beginning of the code that holds.
    pub fn biological(&self, atc: &str, day: NaiveDate) -> Option<&Biological> {
        let rows = self.file.biological.iter().filter(|row| row.holds_on(day) && atc.starts_with(&row.atc));
        rows.max_by_key(|row| row.atc.len())
    }

    /// Age and interval of biologicals.
    pub fn biological_rule(&self, day: NaiveDate) -> Result<&BiologicalRule, NotKnown> {
        on(&self.file.biological_rule, Subject::BiologicalRule, day)
    }

    /// What a code of the Pharmaceutical Database ("40", "100/103") reimburses on a day; nothing where the code is not known,
    /// or a right by number is needed and none is named: nothing is guessed.
    pub fn reimbursement(&self, said: &str, day: NaiveDate) -> Option<Reimbursement> {
        let (code, number) = said.split_once('/').map_or((said, None), |(code, number)| (code, Some(number)));
        let row = on(&self.file.reimbursement_code, Subject::ReimbursementCode(code.to_owned()), day).ok()?;
        match (row.by_number, number.filter(|number| !number.is_empty())) {
            (false, None) => Some(Reimbursement { class: row.class, numbers: Vec::new() }),
            (true, Some(number)) => Some(Reimbursement { class: row.class, numbers: vec![number.to_owned()] }),
            (false, Some(_)) | (true, None) => None,
        }
    }

    /// The code of a reason on a day.
    pub fn reason(&self, why: Why, day: NaiveDate) -> Result<&Reason, NotKnown> {
        on(&self.file.reason, Subject::Reason(why), day)
    }

    fn check(&self) -> Result<(), TableError> {
        let rows: Vec<&dyn Row> = self.rows().collect();
        if rows.len() > MOST_ROWS {
            return Err(TableError::TooMany(rows.len()));
        }
        let told =
            |row: &dyn Row, what: &str| Err(TableError::Row(format!("{:?} from {} {what}", row.subject(), row.from())));
        let mut by_subject: std::collections::HashMap<Subject, Vec<&dyn Row>> = std::collections::HashMap::new();
        for row in rows {
            if row.to().is_some_and(|to| to < row.from()) {
                return told(row, "ends before it begins");
            }
            let others = by_subject.entry(row.subject()).or_default();
            if others.iter().any(|other| other.holds_on(row.from()) || row.holds_on(other.from())) {
                return told(row, "holds on a day of another");
            }
            others.push(row);
        }
        let percents = self.file.vat.iter().map(|row| (row as &dyn Row, row.percent));
        let percents = percents.chain(self.file.rate.iter().map(|row| (row as &dyn Row, row.percent)));
        for (row, percent) in percents {
            if percent < Decimal::ZERO || percent > Decimal::ONE_HUNDRED {
                return told(row, "is not a percentage");
            }
        }
        for fee in &self.file.fee {
            if Money::of(fee.euro).is_err() {
                return told(fee, "is not an amount");
            }
        }
        for tariff in &self.file.tariff {
            if !rises(&tariff.brackets) {
                return told(tariff, "has brackets that do not rise to one without an end");
            }
        }
        Ok(())
    }
}

/// Whether brackets rise, only the last has no end, and none makes a price lower than the wholesale price.
fn rises(brackets: &[Bracket]) -> bool {
    let Some((last, before)) = brackets.split_last() else { return false };
    let ends: Option<Vec<Decimal>> = before.iter().map(|bracket| bracket.up_to).collect();
    last.up_to.is_none()
        && ends.is_some_and(|ends| ends.is_sorted_by(|a, b| a < b))
        && brackets
            .iter()
            .all(|b| b.factor >= Decimal::ONE && b.factor <= Decimal::TEN && Money::rounded(b.addend).is_ok())
}

fn on<R: Row>(rows: &[R], subject: Subject, day: NaiveDate) -> Result<&R, NotKnown> {
    rows.iter().find(|row| row.holds_on(day) && row.subject() == subject).ok_or(NotKnown { subject, day })
}

/// A day so many months later.
pub(crate) fn months_after(day: NaiveDate, months: u32) -> NaiveDate {
    day.checked_add_months(Months::new(months)).unwrap_or(NaiveDate::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn refused(text: &str) -> &'static str {
        Tables::parse(&[text]).unwrap_err().code()
    }

    #[test]
    fn s3_2_vat_changes_on_its_day() {
        let tables = Tables::built_in().unwrap();
        let vat = |on: &str| tables.vat(VatGroup::Medicines, day(on)).unwrap().percent.to_string();
        assert_eq!(
            [vat("2024-12-31"), vat("2025-01-01"), vat("2025-12-31"), vat("2026-01-01")],
            ["10", "14", "14", "13.5"]
        );
        assert!(tables.vat(VatGroup::Medicines, day("2013-12-31")).is_err());
    }

    #[test]
    fn s1_3_a_code_of_the_database_reimburses_only_where_it_is_known_for_whom() {
        let tables = Tables::built_in().unwrap();
        let way = |said: &str| tables.reimbursement(said, day("2026-11-26")).map(|way| (way.class, way.numbers));
        assert_eq!(way("40"), Some((Class::Basic, vec![])));
        assert_eq!(way("100/103"), Some((Class::UpperSpecial, vec!["103".to_owned()])));
        for unknown in ["100", "100/", "40/103", "41", "", "/"] {
            assert_eq!(way(unknown), None, "{unknown}");
        }
        assert!(tables.to_confirm().iter().any(|row| row.subject == Subject::ReimbursementCode("40".into())));
    }

    #[test]
    fn s3_3_deductible_and_ceiling_of_2026() {
        let tables = Tables::built_in().unwrap();
        let share = |kind, on: &str| tables.share(kind, day(on)).map(|row| row.euro.euro().to_string());
        assert_eq!(share(ShareKind::Deductible, "2026-11-26").unwrap(), "70.33");
        assert_eq!(share(ShareKind::Ceiling, "2026-11-26").unwrap(), "636.12");
        assert_eq!(share(ShareKind::Deductible, "2024-06-01").unwrap(), "50.00");
        assert_eq!(share(ShareKind::AdditionalCopayment, "2026-11-26").unwrap(), "2.50");
        assert!(share(ShareKind::Ceiling, "2027-01-01").is_err(), "next year's ceiling is not guessed");
    }

    #[test]
    fn what_is_not_read_is_listed_and_what_is_read_is_not() {
        let list = Tables::built_in().unwrap().to_confirm();
        let has = |subject: &Subject| list.iter().any(|one| one.subject == *subject);
        assert!(has(&Subject::Practice(Practice::Rounding)));
        assert!(has(&Subject::Reason(Why::CustomerRefuses)));
        assert!(!has(&Subject::Share(ShareKind::Ceiling)));
        let tariff = Subject::Tariff(TariffClass::Prescription);
        assert!(list.iter().any(|one| one.subject == tariff && one.mark.is_none() && one.from == day("2026-01-01")));
        assert!(list.iter().all(|one| one.mark != Some(Mark::Read) && !one.source.is_empty()));
    }

    #[test]
    fn what_ends_with_the_year_is_told_before() {
        let tables = Tables::built_in().unwrap();
        let year = [ShareKind::Deductible, ShareKind::Ceiling].map(|kind| (Subject::Share(kind), day("2026-12-31")));
        assert_eq!(tables.ending(day("2026-11-26"), 60), year);
        assert_eq!(tables.ending(day("2026-11-26"), 34), []);
        assert!(tables.ending(day("2024-12-31"), 0).is_empty(), "a row follows");
        let next = "[[share]]\nkind='ceiling'\neuro='640.00'\nfrom='2027-01-01'\nmark='read'\nsource='x'\n";
        let more = Tables::parse(&[&BUILT_IN[..], &[next]].concat()).unwrap();
        assert_eq!(more.ending(day("2026-11-26"), 60), year[..1]);
    }

    #[test]
    fn tables_that_cannot_be_are_refused() {
        let row = |from: &str, to: &str, percent: &str| {
            format!("[[vat]]\ngroup='goods'\npercent='{percent}'\nfrom='{from}'\nto='{to}'\nmark='read'\nsource='x'\n")
        };
        assert!(Tables::parse(&[&row("2020-01-01", "2020-12-31", "24")]).is_ok());
        assert_eq!(refused(&row("2020-01-01", "2019-12-31", "24")), "price-table-row");
        assert_eq!(refused(&row("2020-01-01", "2020-12-31", "124")), "price-table-row");
        let twice = row("2020-01-01", "2020-12-31", "24") + &row("2020-12-31", "2021-12-31", "25");
        assert_eq!(refused(&twice), "price-table-row");
        assert_eq!(refused("[[vat]]\ngroup='goods'\nprocent='24'"), "price-table-unreadable");
        assert_eq!(refused("[[prices]]\n"), "price-table-unreadable");
        let tariff = |brackets: &str| {
            format!("[[tariff]]\nclass='self-care'\nfrom='2020-01-01'\nmark='read'\nsource='x'\nbrackets=[{brackets}]")
        };
        assert!(Tables::parse(&[&tariff("{up_to='1',factor='2',addend='0'},{factor='1',addend='1'}")]).is_ok());
        assert_eq!(refused(&tariff("")), "price-table-row");
        assert_eq!(refused(&tariff("{up_to='1',factor='2',addend='0'}")), "price-table-row");
        assert_eq!(refused(&tariff("{factor='0.5',addend='0'}")), "price-table-row");
    }

    #[test]
    fn a_row_without_a_mark_is_not_confirmed() {
        let text = "[[vat]]\ngroup='goods'\npercent='24'\nfrom='2020-01-01'\nsource='x'\n";
        assert_eq!(Tables::parse(&[text]).unwrap().to_confirm().len(), 1);
    }
}
