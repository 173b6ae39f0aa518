//! The page's types are written from the catalogue, and the ones in the repository must be those.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use ts_rs::{Config, TS};

macro_rules! declarations {
    ($($type:ident),* $(,)?) => {
        fn declarations() -> Vec<String> {
            let config = Config::default();
            vec![$(format!("export {}", tiski_api::$type::decl(&config))),*]
        }
    };
}

declarations!(
    Status,
    SessionView,
    CredentialsView,
    CardView,
    CardState,
    PinAt,
    Problem,
    Place,
    HealthLine,
    Link,
    HealthState,
    OutboxCounts,
    VisitView,
    PrescriptionLine,
    Chip,
    Tone,
    PrescriptionView,
    LabelSuggestion,
    SuggestionPart,
    SuggestionKind,
    StructuredDosage,
    Fact,
    PackageLine,
    IndicationSaid,
    ExchangeView,
    DeviationView,
    DeviationReasonLine,
    StatedDeviation,
    Deviate,
    Unconfirmed,
    UnconfirmedRow,
    UnlistedView,
    SaidOfUnlisted,
    GiveUnlisted,
    DeviationList,
    DeviationRow,
    PaymentView,
    ProposalView,
    CheckLine,
    CheckOutcome,
    BasketLine,
    SignedLine,
    DocumentState,
    DispensationRow,
    Settled,
    DayList,
    NoticeView,
    NoticeKind,
    Freshness,
    WaitingPage,
    WaitingGroup,
    WaitingDesk,
    WaitingPart,
    WaitingRow,
    Export,
    DocumentView,
    Event,
    Nothing,
    SetLanguage,
    PinDigit,
    PinErase,
    LogIn,
    Search,
    OnPrescription,
    OnLabel,
    LabelView,
    LabelState,
    LabelSheet,
    LabelText,
    LabelBox,
    PrintedLabels,
    PrintedLabel,
    Propose,
    Scan,
    PressedKey,
    ScannerCode,
    ScannerTest,
    FindLinks,
    LearntLinks,
    LinkView,
    OnLink,
    ScanView,
    ScanKind,
    InHandView,
    PackView,
    OtherPackView,
    PartView,
    NearMisses,
    NearMiss,
    SplitNew,
    RemnantList,
    RemnantRow,
    DiscardRemnant,
    DifferenceView,
    UnknownPackView,
    Sign,
    OnDay,
    OnDocument,
    SettleDocument,
    BackupMade,
    HandOverFacts,
    HandOverForm,
    HandOverChecks,
    HandOverLine,
    HandOverList,
    HandOverSaved,
    OnHandOver,
    SettleHandOver,
    StoringDraft,
    StoringForm,
    StoringChecked,
    StorePrescription,
    StoringSaved,
    FindPackages,
    FoundPackages,
    FoundPackage,
    OutagePack,
    PackField,
);

#[test]
fn the_pages_types_are_those_of_the_catalogue() {
    let mut text = String::from("// Written from crates/api by its test; do not edit. UPDATE=1 writes it anew.\n\n");
    for declaration in declarations() {
        text.push_str(&declaration);
        text.push_str("\n\n");
    }
    text.push_str(&tiski_api::typescript_catalogue());
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../ui/src/generated/api.ts");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(std::path::Path::new(path).parent().unwrap()).unwrap();
        std::fs::write(path, &text).unwrap();
    }
    let there = std::fs::read_to_string(path).unwrap_or_default();
    assert!(there == text, "run UPDATE=1 cargo test -p tiski-api and commit ui/src/generated/api.ts");
}
