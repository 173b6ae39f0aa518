//! Why TLS failed, told apart by whose certificate it was and what is to be done about it.

use prescription::rules::Text;
use rustls::{AlertDescription, CertificateError, Error};

/// Why there is no trusted connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TlsRefusal {
    /// The Centre's certificate is on a revocation list.
    ServerRevoked,
    /// The Centre's certificate has expired, or is not valid yet.
    ServerExpired,
    /// The Centre's certificate is of an issuer that is not trusted.
    ServerUnknownIssuer,
    /// The Centre's certificate is of another host.
    ServerWrongName,
    /// Whether the Centre's certificate is revoked cannot be known: no list, or an old one.
    ServerRevocationUnknown,
    /// The Centre's certificate is not acceptable otherwise.
    ServerRefused,
    /// The Centre says that our certificate is revoked.
    ClientRevoked,
    /// The Centre says that our certificate has expired.
    ClientExpired,
    /// The Centre does not trust our certificate's issuer.
    ClientUnknownIssuer,
    /// The Centre wants a certificate and we showed none.
    ClientMissing,
    /// The Centre does not accept our certificate otherwise.
    ClientRefused,
    /// The two sides could not agree on a connection.
    Handshake,
}

impl TlsRefusal {
    /// Every refusal.
    pub const ALL: &'static [Self] = &[
        Self::ServerRevoked,
        Self::ServerExpired,
        Self::ServerUnknownIssuer,
        Self::ServerWrongName,
        Self::ServerRevocationUnknown,
        Self::ServerRefused,
        Self::ClientRevoked,
        Self::ClientExpired,
        Self::ClientUnknownIssuer,
        Self::ClientMissing,
        Self::ClientRefused,
        Self::Handshake,
    ];

    /// A stable code for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::ServerRevoked => "server-certificate-revoked",
            Self::ServerExpired => "server-certificate-expired",
            Self::ServerUnknownIssuer => "server-certificate-unknown-issuer",
            Self::ServerWrongName => "server-certificate-wrong-name",
            Self::ServerRevocationUnknown => "server-certificate-revocation-unknown",
            Self::ServerRefused => "server-certificate-refused",
            Self::ClientRevoked => "client-certificate-revoked",
            Self::ClientExpired => "client-certificate-expired",
            Self::ClientUnknownIssuer => "client-certificate-unknown-issuer",
            Self::ClientMissing => "client-certificate-missing",
            Self::ClientRefused => "client-certificate-refused",
            Self::Handshake => "tls-handshake-failed",
        }
    }

    /// Whether it is the Centre's certificate that is not good.
    pub fn is_of_server(self) -> bool {
        matches!(
            self,
            Self::ServerRevoked
                | Self::ServerExpired
                | Self::ServerUnknownIssuer
                | Self::ServerWrongName
                | Self::ServerRevocationUnknown
                | Self::ServerRefused
        )
    }

    /// Whether it is the pharmacy's own certificate that the Centre does not take.
    pub fn is_of_client(self) -> bool {
        !self.is_of_server() && self != Self::Handshake
    }

    /// What is wrong, for a person.
    pub fn meaning(self) -> &'static Text {
        match self {
            Self::ServerRevoked => &SERVER_REVOKED,
            Self::ServerExpired => &SERVER_EXPIRED,
            Self::ServerUnknownIssuer => &SERVER_UNKNOWN_ISSUER,
            Self::ServerWrongName => &SERVER_WRONG_NAME,
            Self::ServerRevocationUnknown => &SERVER_REVOCATION_UNKNOWN,
            Self::ServerRefused => &SERVER,
            Self::ClientRevoked => &CLIENT_REVOKED,
            Self::ClientExpired => &CLIENT_EXPIRED,
            Self::ClientUnknownIssuer => &CLIENT_UNKNOWN_ISSUER,
            Self::ClientMissing => &CLIENT_MISSING,
            Self::ClientRefused => &CLIENT,
            Self::Handshake => &HANDSHAKE,
        }
    }

    /// What to do next.
    pub fn advice(self) -> &'static Text {
        if self.is_of_server() { &SERVER_ADVICE } else { &CLIENT_ADVICE }
    }

    /// Reads the library's error.
    pub(crate) fn of(error: &Error) -> Self {
        match error {
            Error::InvalidCertificate(reason) => Self::of_server(reason),
            Error::InvalidCertRevocationList(_) => Self::ServerRevocationUnknown,
            Error::AlertReceived(alert) => Self::of_alert(*alert).unwrap_or(Self::Handshake),
            _ => Self::Handshake,
        }
    }

    /// Reads an alert about our certificate; `None` when the alert is about something else.
    pub(crate) fn of_alert(alert: AlertDescription) -> Option<Self> {
        match alert {
            AlertDescription::CertificateRevoked => Some(Self::ClientRevoked),
            AlertDescription::CertificateExpired => Some(Self::ClientExpired),
            AlertDescription::UnknownCA => Some(Self::ClientUnknownIssuer),
            AlertDescription::CertificateRequired | AlertDescription::NoCertificate => Some(Self::ClientMissing),
            AlertDescription::BadCertificate
            | AlertDescription::UnsupportedCertificate
            | AlertDescription::CertificateUnknown
            | AlertDescription::AccessDenied => Some(Self::ClientRefused),
            _ => None,
        }
    }

    fn of_server(reason: &CertificateError) -> Self {
        match reason {
            CertificateError::Revoked => Self::ServerRevoked,
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. } => Self::ServerExpired,
            // A bad signature is an issuer of a name that we trust and a key that we do not.
            CertificateError::UnknownIssuer | CertificateError::BadSignature => Self::ServerUnknownIssuer,
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                Self::ServerWrongName
            }
            CertificateError::UnknownRevocationStatus
            | CertificateError::ExpiredRevocationList
            | CertificateError::ExpiredRevocationListContext { .. } => Self::ServerRevocationUnknown,
            _ => Self::ServerRefused,
        }
    }
}

static SERVER_REVOKED: Text = Text {
    fi: "Reseptikeskuksen varmenne on suljettu.",
    sv: "Receptcentrets certifikat är spärrat.",
    en: "The Prescription Centre's certificate is revoked.",
};
static SERVER_EXPIRED: Text = Text {
    fi: "Reseptikeskuksen varmenne ei ole voimassa.",
    sv: "Receptcentrets certifikat är inte giltigt.",
    en: "The Prescription Centre's certificate is not valid today.",
};
static SERVER_UNKNOWN_ISSUER: Text = Text {
    fi: "Reseptikeskuksen varmenteen myöntäjään ei luoteta.",
    sv: "Utfärdaren av Receptcentrets certifikat är inte betrodd.",
    en: "The issuer of the Prescription Centre's certificate is not trusted.",
};
static SERVER_WRONG_NAME: Text = Text {
    fi: "Osoitteesta vastaa palvelin, jonka varmenne on toisen palvelimen.",
    sv: "På adressen svarar en server med en annan servers certifikat.",
    en: "The server at the address shows another server's certificate.",
};
static SERVER_REVOCATION_UNKNOWN: Text = Text {
    fi: "Reseptikeskuksen varmenteen voimassaoloa ei voi tarkistaa: sulkulista puuttuu tai on vanhentunut.",
    sv: "Receptcentrets certifikat kan inte kontrolleras: spärrlistan saknas eller är föråldrad.",
    en: "The Prescription Centre's certificate cannot be checked: the revocation list is missing or out of date.",
};
static SERVER: Text = Text {
    fi: "Reseptikeskuksen varmenteeseen ei voi luottaa.",
    sv: "Receptcentrets certifikat kan inte betros.",
    en: "The Prescription Centre's certificate cannot be trusted.",
};
static SERVER_ADVICE: Text = Text {
    fi: "Mitään ei lähetetty. Tarkista osoite, ympäristö ja sulkulistat; jos ne ovat oikein, ilmoita Kelaan.",
    sv: "Inget skickades. Kontrollera adressen, miljön och spärrlistorna; är de rätt, meddela FPA.",
    en: "Nothing was sent. Check the address, the environment and the revocation lists; if they are right, tell Kela.",
};
static CLIENT_REVOKED: Text = Text {
    fi: "Apteekin palvelinvarmenne on suljettu.",
    sv: "Apotekets servercertifikat är spärrat.",
    en: "The pharmacy's certificate is revoked.",
};
static CLIENT_EXPIRED: Text = Text {
    fi: "Apteekin palvelinvarmenteen voimassaolo on päättynyt.",
    sv: "Apotekets servercertifikat har upphört att gälla.",
    en: "The pharmacy's certificate has expired.",
};
static CLIENT_UNKNOWN_ISSUER: Text = Text {
    fi: "Reseptikeskus ei luota apteekin palvelinvarmenteen myöntäjään.",
    sv: "Receptcentret litar inte på utfärdaren av apotekets servercertifikat.",
    en: "The Prescription Centre does not trust the issuer of the pharmacy's certificate.",
};
static CLIENT_MISSING: Text = Text {
    fi: "Apteekin palvelinvarmenne puuttuu yhteydestä.",
    sv: "Apotekets servercertifikat saknas i förbindelsen.",
    en: "The pharmacy's certificate was not shown to the Prescription Centre.",
};
static CLIENT: Text = Text {
    fi: "Reseptikeskus ei hyväksy apteekin palvelinvarmennetta.",
    sv: "Receptcentret godkänner inte apotekets servercertifikat.",
    en: "The Prescription Centre does not accept the pharmacy's certificate.",
};
static CLIENT_ADVICE: Text = Text {
    fi: "Mitään ei tallentunut. Pääkäyttäjän on tarkistettava tai uusittava apteekin palvelinvarmenne.",
    sv: "Inget sparades. Huvudanvändaren ska kontrollera eller förnya apotekets servercertifikat.",
    en: "Nothing was stored. An administrator must check or renew the pharmacy's certificate.",
};
static HANDSHAKE: Text = Text {
    fi: "Suojattua yhteyttä Reseptikeskukseen ei saatu.",
    sv: "En skyddad förbindelse till Receptcentret kunde inte upprättas.",
    en: "No protected connection to the Prescription Centre could be made.",
};
