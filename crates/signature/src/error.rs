//! What can be wrong with a document, with one of its signatures, or with an attempt to sign.
//!
//! Three layers that must not be mixed: a document that cannot be trusted to be read at all
//! ([`VerifyError`]), one signature that does not hold ([`Failure`]), and a signature that could not be made
//! ([`SignError`]).

use crate::SignerError;

/// The document as a whole is refused: nothing may be concluded from any of its signatures.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// Larger than [`crate::MAX_DOCUMENT_BYTES`].
    #[error("the document is larger than the limit")]
    TooLarge,
    /// Not UTF-8, or says that it is in another encoding.
    #[error("the document is not in UTF-8")]
    NotUtf8,
    /// Not well-formed XML, for example cut short.
    #[error("the document is not well-formed XML")]
    NotXml,
    /// Has a document type declaration: entities are never expanded here.
    #[error("the document has a document type declaration")]
    Doctype,
    /// Nested deeper than [`crate::MAX_DEPTH`].
    #[error("the document is nested too deep")]
    TooDeep,
    /// An element has more attributes than [`crate::MAX_ATTRIBUTES`].
    #[error("an element has too many attributes")]
    TooManyAttributes,
    /// The root is not a CDA `ClinicalDocument`.
    #[error("not a clinical document")]
    NotClinicalDocument,
    /// No `structuredBody` where it belongs, and none elsewhere.
    #[error("the document has no structured body")]
    NoBody,
    /// More than one `structuredBody`: one may be wrapped around another.
    #[error("the document has two structured bodies")]
    TwoBodies,
    /// The `structuredBody` is not at `/ClinicalDocument/component/structuredBody`.
    #[error("the structured body is not where it belongs")]
    BodyMisplaced,
    /// Two elements have the same ID: a reference could mean either.
    #[error("two elements have the same ID")]
    DuplicateId,
    /// Two local headers or two signature collections.
    #[error("the document has two places for signatures")]
    TwoCollections,
    /// A `ds:Signature` or a signature envelope outside the collection of the local header.
    #[error("a signature is not where it belongs")]
    SignatureMisplaced,
    /// More than [`crate::MAX_SIGNATURES`].
    #[error("too many signatures")]
    TooManySignatures,
}

impl VerifyError {
    /// The stable code of this error, for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge => "document-too-large",
            Self::NotUtf8 => "document-not-utf8",
            Self::NotXml => "document-not-xml",
            Self::Doctype => "document-has-doctype",
            Self::TooDeep => "document-too-deep",
            Self::TooManyAttributes => "document-too-many-attributes",
            Self::NotClinicalDocument => "document-not-clinical",
            Self::NoBody => "document-no-body",
            Self::TwoBodies => "document-two-bodies",
            Self::BodyMisplaced => "document-body-misplaced",
            Self::DuplicateId => "document-duplicate-id",
            Self::TwoCollections => "document-two-signature-collections",
            Self::SignatureMisplaced => "document-signature-misplaced",
            Self::TooManySignatures => "document-too-many-signatures",
        }
    }
}

/// One signature of a readable document does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// A part of the signature is missing, doubled or unreadable; which.
    #[error("the signature is malformed: {0}")]
    Malformed(&'static str),
    /// The signature's kind is not 1, 2 or 4 of 1.2.246.537.5.40127.2006.
    #[error("the signature's kind is not known")]
    UnknownKind,
    /// An algorithm that is not on the closed list, or that does not fit the key.
    #[error("the signature uses an algorithm that is not accepted")]
    UnknownAlgorithm,
    /// A chain of transforms that is not on the closed list.
    #[error("the signature uses transforms that are not accepted")]
    UnknownTransforms,
    /// The references are not exactly the timestamp and the body (or the list).
    #[error("the signature refers to something else than it must")]
    UnexpectedReferences,
    /// The body is not what was signed.
    #[error("the body was changed after it was signed")]
    BodyChanged,
    /// The list of documents is not what was signed.
    #[error("the list of documents was changed after it was signed")]
    ListChanged,
    /// The list names a document twice: which of its digests counts could be chosen by the reader.
    #[error("the list names a document twice")]
    ListedTwice,
    /// The timestamp is not what was signed.
    #[error("the timestamp was changed after it was signed")]
    TimestampChanged,
    /// The certificate is missing, doubled or unreadable.
    #[error("the signature's certificate cannot be read")]
    CertificateUnreadable,
    /// The value was not made by the certificate's key over this `SignedInfo`.
    #[error("the signature was not made by the certificate's key")]
    WrongValue,
}

impl Failure {
    /// The stable code of this failure, for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "signature-malformed",
            Self::UnknownKind => "signature-kind-unknown",
            Self::UnknownAlgorithm => "signature-algorithm-unknown",
            Self::UnknownTransforms => "signature-transforms-unknown",
            Self::UnexpectedReferences => "signature-references-unexpected",
            Self::BodyChanged => "signature-body-changed",
            Self::ListChanged => "signature-list-changed",
            Self::ListedTwice => "signature-list-document-twice",
            Self::TimestampChanged => "signature-timestamp-changed",
            Self::CertificateUnreadable => "signature-certificate-unreadable",
            Self::WrongValue => "signature-value-wrong",
        }
    }
}

/// A signature could not be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// The document cannot be signed as it is.
    #[error("the document cannot be signed: {0}")]
    Document(#[from] VerifyError),
    /// The document has no local header in which a signature could stand.
    #[error("the document has no place for a signature")]
    NoPlace,
    /// A signature over a list is not made for one document: see [`crate::sign_together`].
    #[error("this kind of signature is not made for one document")]
    UnsupportedKind,
    /// More than [`crate::MAX_DOCUMENTS`] on one occasion.
    #[error("too many documents to sign at once")]
    TooManyDocuments,
    /// A list needs two documents at least.
    #[error("a list needs two documents at least")]
    ListTooShort,
    /// Two of the documents have the same identifier.
    #[error("two documents have the same identifier")]
    ListedTwice,
    /// The document has no identifier by which a list could name it.
    #[error("the document has no identifier")]
    NoIdentifier,
    /// The seed cannot be part of an XML ID, or an ID made of it is in the document already.
    #[error("the seed does not make an ID of its own")]
    UnusableSeed,
    /// The signer's certificate cannot be read, is not its key's, or its key is of a kind that is not used.
    #[error("the signer's certificate cannot be used")]
    UnusableCertificate,
    /// The signer did not sign.
    #[error(transparent)]
    Signer(#[from] SignerError),
    /// What the signer gave does not verify with its own certificate: nothing leaves.
    #[error("the new signature does not verify")]
    DoesNotVerify,
}

impl SignError {
    /// The stable code of this error, for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Document(error) => error.code(),
            Self::NoPlace => "document-no-signature-place",
            Self::UnsupportedKind => "signature-kind-unsupported",
            Self::TooManyDocuments => "signature-too-many-documents",
            Self::ListTooShort => "signature-list-too-short",
            Self::ListedTwice => "signature-list-document-twice",
            Self::NoIdentifier => "document-no-identifier",
            Self::UnusableSeed => "signature-seed-unusable",
            Self::UnusableCertificate => "signature-certificate-unusable",
            Self::Signer(error) => error.code(),
            Self::DoesNotVerify => "signature-does-not-verify",
        }
    }
}
