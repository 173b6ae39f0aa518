//! The one configuration table of the messages: `identifiers.toml`. Much of the real service is not public, so each
//! row says how sure it is, and a joint test with Kela changes rows and no code.
//!
//! The table is chosen once, at start-up: the built-in one, or one with rows laid over it ([`install`]).

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

/// The table that is built in.
pub const BUILT_IN: &str = include_str!("../identifiers.toml");

/// How sure a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mark {
    /// Seen in a public source.
    Read,
    /// Known from general knowledge.
    Recalled,
    /// Some part is not public.
    Unclear,
    /// Made by this project.
    Ours,
}

/// A row of the table.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// The identifier.
    pub value: String,
    /// How sure it is.
    pub mark: Mark,
    /// Where it comes from.
    pub source: String,
}

/// Why a table cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// Not the form of the table.
    #[error("the table of identifiers cannot be read: {0}")]
    Unreadable(String),
    /// A key that no code asks for.
    #[error("the table of identifiers has the unknown key {0}")]
    UnknownKey(String),
    /// A key that is asked for and has no row, or an empty one.
    #[error("the table of identifiers lacks {0}")]
    Missing(&'static str),
    /// The table was already chosen, or already in use.
    #[error("the table of identifiers is already in use")]
    InUse,
}

impl TableError {
    /// A stable code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable(_) => "identifiers-unreadable",
            Self::UnknownKey(_) => "identifiers-unknown-key",
            Self::Missing(_) => "identifiers-missing",
            Self::InUse => "identifiers-in-use",
        }
    }
}

macro_rules! keys {
    ($($variant:ident = $key:literal,)*) => {
        /// The name of a row; what each is for stands in the table.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[allow(missing_docs)]
        pub enum Key { $($variant,)* }
        impl Key {
            /// Every key.
            pub const ALL: &'static [Key] = &[$(Key::$variant,)*];
            /// The key as the table writes it.
            pub fn name(self) -> &'static str {
                match self { $(Key::$variant => $key,)* }
            }
        }
    };
}

keys! {
    InteractionStore = "interaction-store",
    InteractionStoreAnswer = "interaction-store-answer",
    InteractionFetch = "interaction-fetch",
    InteractionFetchAnswer = "interaction-fetch-answer",
    InteractionRefusal = "interaction-refusal",
    InteractionRoot = "interaction-root",
    InteractionAuthority = "interaction-authority",
    TriggerStore = "trigger-store",
    TriggerFetch = "trigger-fetch",
    TriggerSystem = "trigger-system",
    ProfileRoot = "profile-root",
    ProfileExtension = "profile-extension",
    VersionCode = "version-code",
    ProcessingCode = "processing-code",
    ProcessingMode = "processing-mode",
    AcceptAck = "accept-ack",
    AcceptAckAnswer = "accept-ack-answer",
    MessageNode = "message-node",
    PartyCentre = "party-centre",
    PartyUnknown = "party-unknown",
    ServiceSystem = "service-system",
    ServiceStore = "service-store",
    ServiceFetch = "service-fetch",
    LateSystem = "late-system",
    LateCode = "late-code",
    SystemUses = "system-uses",
    SystemConflict = "system-conflict",
    BehalfSystem = "behalf-system",
    SystemQueryReason = "system-query-reason",
    SystemErrors = "system-errors",
    SystemOwnErrors = "system-own-errors",
    SystemDocumentType = "system-document-type",
    SystemIdentityCode = "system-identity-code",
    SystemPrescriber = "system-prescriber",
    SystemRegistration = "system-registration",
    SystemRight = "system-right",
    SystemPrescriptionKind = "system-prescription-kind",
    SystemQuantityForm = "system-quantity-form",
    SystemDispenseState = "system-dispense-state",
    SystemInvalidationReason = "system-invalidation-reason",
    SystemReservationState = "system-reservation-state",
    SystemLockState = "system-lock-state",
    SystemRenewalState = "system-renewal-state",
    SystemProductKind = "system-product-kind",
    SystemControlClass = "system-control-class",
    SystemAtc = "system-atc",
    SystemVnr = "system-vnr",
    DispenseStateNot = "dispense-state-not",
    DispenseStatePartly = "dispense-state-partly",
    DispenseStateFully = "dispense-state-fully",
    LockStateLocked = "lock-state-locked",
    LockStateFree = "lock-state-free",
    ReservationStateReserved = "reservation-state-reserved",
    ReservationStateFree = "reservation-state-free",
    ReservationStateDoseDispensing = "reservation-state-dose-dispensing",
    ReservationStateDispensing = "reservation-state-dispensing",
    InvalidationReasonUnknown = "invalidation-reason-unknown",
    PathMetadata = "path-metadata",
    PathUses = "path-uses",
    PathSettle = "path-settle",
    ParameterInConflict = "parameter-in-conflict",
    PathMedicalRecords = "path-medical-records",
    SoapNamespace = "soap-namespace",
    WsaNamespace = "wsa-namespace",
    WsaAnonymous = "wsa-anonymous",
    WsaTo = "wsa-to",
    Hl7Namespace = "hl7-namespace",
    ActionPrefix = "action-prefix",
    ContentTypeFhir = "content-type-fhir",
    ContentTypeSoap = "content-type-soap",
    AuthorizationScheme = "authorization-scheme",
    AuthenticationCard = "authentication-card",
    UriSystem = "uri-system",
    UriOidPrefix = "uri-oid-prefix",
    FhirId = "fhir-id",
    FhirIdShort = "fhir-id-short",
    FhirBase = "fhir-base",
    FhirSetId = "fhir-set-id",
    ParameterPatient = "parameter-patient",
    ParameterIdentifier = "parameter-identifier",
    ParameterAuthor = "parameter-author",
    ParameterUnit = "parameter-unit",
    ParameterPharmacy = "parameter-pharmacy",
    ParameterType = "parameter-type",
    ParameterPrescribed = "parameter-prescribed",
    ParameterDispensed = "parameter-dispensed",
    ParameterDispenseState = "parameter-dispense-state",
    ParameterLockState = "parameter-lock-state",
    ParameterReservationState = "parameter-reservation-state",
    ParameterDoseDispensing = "parameter-dose-dispensing",
    ParameterUser = "parameter-user",
    ParameterReason = "parameter-reason",
    ParameterRecorded = "parameter-recorded",
    ParameterCount = "parameter-count",
    ParameterCursor = "parameter-cursor",
    ExtensionVersionNumber = "extension-version-number",
    ExtensionUsage = "extension-usage",
    ExtensionDispenseStatus = "extension-dispense-status",
    ExtensionReservedStatus = "extension-reserved-status",
    ExtensionLockStatus = "extension-lock-status",
    ExtensionRenewalStatus = "extension-renewal-status",
    ExtensionDoseDispensing = "extension-dose-dispensing",
    ExtensionPrescriptionType = "extension-prescription-type",
    ExtensionRealDispenseStatus = "extension-real-dispense-status",
    ExtensionPrescribedText = "extension-prescribed-text",
    ExtensionRemainingText = "extension-remaining-text",
    ExtensionDispenseTime = "extension-dispense-time",
    ExtensionPreviousDispense = "extension-previous-dispense",
    ExtensionDrug = "extension-drug",
    ExtensionProductKind = "extension-product-kind",
    ExtensionStrength = "extension-strength",
    ExtensionNarcotic = "extension-narcotic",
    ExtensionControlClass = "extension-control-class",
    ExtensionExpired = "extension-expired",
    ExtensionSignatureTrust = "extension-signature-trust",
    ExtensionNewer = "extension-newer",
}

/// A whole table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Table(BTreeMap<Key, Row>);

impl Table {
    /// Reads a whole table: a row for every key and no other.
    pub fn parse(text: &str) -> Result<Self, TableError> {
        Self::default().overlaid(text)?.whole()
    }

    /// The built-in table with the rows of another file laid over it.
    pub fn built_in_with(text: &str) -> Result<Self, TableError> {
        Self::parse(BUILT_IN)?.overlaid(text)?.whole()
    }

    /// The row of a key.
    pub fn row(&self, key: Key) -> Option<&Row> {
        self.0.get(&key)
    }

    fn overlaid(mut self, text: &str) -> Result<Self, TableError> {
        let rows: BTreeMap<String, Row> =
            toml::from_str(text).map_err(|error| TableError::Unreadable(error.message().to_owned()))?;
        for (name, row) in rows {
            let key = Key::ALL.iter().find(|key| key.name() == name).ok_or(TableError::UnknownKey(name))?;
            self.0.insert(*key, row);
        }
        Ok(self)
    }

    fn whole(self) -> Result<Self, TableError> {
        let lacking = |key: &&Key| self.0.get(key).is_none_or(|row| row.value.trim().is_empty());
        match Key::ALL.iter().find(lacking) {
            Some(key) => Err(TableError::Missing(key.name())),
            None => Ok(self),
        }
    }
}

static CHOSEN: OnceLock<Table> = OnceLock::new();

/// Chooses the table, once, before the first message.
pub fn install(table: Table) -> Result<(), TableError> {
    CHOSEN.set(table).map_err(|_| TableError::InUse)
}

/// The table in use.
pub fn table() -> &'static Table {
    // A test proves that the built-in table can be read.
    CHOSEN.get_or_init(|| Table::parse(BUILT_IN).unwrap_or_default())
}

/// The identifier of a key.
pub fn get(key: Key) -> &'static str {
    table().row(key).map_or("", |row| row.value.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_table_has_a_row_for_every_key_and_each_says_its_source() {
        let table = Table::parse(BUILT_IN).unwrap();
        for key in Key::ALL {
            let row = table.row(*key).unwrap();
            assert!(!row.value.is_empty() && !row.source.is_empty(), "{}", key.name());
        }
    }

    #[test]
    fn rows_can_be_laid_over_and_never_invented() {
        let path = "[path-medical-records]\nvalue = \"/kanta\"\nmark = \"read\"\nsource = \"joint test\"\n";
        let table = Table::built_in_with(path).unwrap();
        assert_eq!(table.row(Key::PathMedicalRecords).unwrap().value, "/kanta");
        assert_eq!(table.row(Key::PathMetadata).unwrap().mark, Mark::Read);
        let unknown = Table::built_in_with(&path.replace("path-", "paht-"));
        assert_eq!(unknown, Err(TableError::UnknownKey("paht-medical-records".into())));
        assert_eq!(Table::parse(path), Err(TableError::Missing("interaction-store")));
        assert!(matches!(Table::built_in_with("[["), Err(TableError::Unreadable(_))));
        assert_eq!(
            Table::built_in_with(&path.replace("/kanta", " ")),
            Err(TableError::Missing("path-medical-records"))
        );
    }
}
