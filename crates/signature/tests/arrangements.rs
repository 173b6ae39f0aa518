//! Arrangements that make a signature seem to say more than was signed: wrapping, doubles, transforms, references,
//! lists, algorithms. Each has a name and the code that it must meet, and where xmlsec1 accepts it, that is shown:
//! XMLDSig alone is not enough.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use common::forge::*;
use common::*;
use signing::{Covered, verify};

/// Why the arrangement is a danger.
#[derive(Clone, Copy)]
enum Danger {
    /// xmlsec1 accepts this signature of the document (from 1), whoever made it.
    Accepted(usize),
    /// xmlsec1 refuses it or cannot be asked; what another verifier would do.
    Known(&'static str),
}
use Danger::{Accepted, Known};

/// Name, document, what it must meet, and why.
type Arrangement = (&'static str, String, &'static str, Danger);

/// What verification says of the document: its refusal, or the failure of its first signature, or what it covers.
fn met(document: &str) -> &'static str {
    match verify(document.as_bytes()) {
        Err(error) => error.code(),
        Ok(all) => match &all[0].outcome {
            Err(failure) => failure.code(),
            Ok(Covered::List { covers_this: false, .. }) => "not-covered",
            Ok(_) if all[0].weak => "weak",
            Ok(_) => "holds",
        },
    }
}

fn judged(arrangements: Vec<Arrangement>) {
    for (name, document, expected, danger) in arrangements {
        assert_eq!(met(&document), expected, "{name}");
        match danger {
            Accepted(nth) => assert!(naive_verifier_accepts(&document, nth), "no danger after all: {name}"),
            Known(why) => assert!(!why.is_empty(), "{name}"),
        }
    }
}

/// Replaces something that must be there.
fn with(document: &str, from: &str, to: &str) -> String {
    assert!(document.contains(from), "{from}");
    document.replacen(from, to, 1)
}

fn between<'a>(document: &'a str, begin: &str, end: &str) -> &'a str {
    let from = document.find(begin).unwrap();
    let to = document[from..].find(end).unwrap() + from + end.len();
    &document[from..to]
}

fn body_of(document: &str) -> &str {
    between(document, "<structuredBody", "</structuredBody>")
}

/// The body that an attacker would have read: ten times the amount, with an ID of its own.
fn evil_of(document: &str) -> String {
    body_of(document).replace("mainbody", "evil").replace("\"c1\"", "\"c2\"").replace("value=\"21\"", "value=\"210\"")
}

/// The body changed where it stands.
fn changed(document: &str) -> String {
    with(document, "value=\"21\"", "value=\"210\"")
}

#[test]
fn nothing_is_refused_that_was_not_arranged() {
    assert_eq!(met(&signed()), "holds");
    assert_eq!(met(&Forge::of(&body()).made()), "holds");
    assert_eq!(met(&Forge::rsa(&body()).made()), "holds");
    assert_eq!(met(&changed(&signed())), "signature-body-changed");
    assert!(!naive_verifier_accepts(&changed(&signed()), 1), "the judge can say no");
}

#[test]
fn a_body_wrapped_hidden_or_doubled_is_refused_by_name() {
    let document = signed();
    let (body, evil) = (body_of(&document).to_owned(), evil_of(&document));
    let replaced = with(&document, &body, &evil);
    let header = |what: &str| with(&replaced, "<hl7fi:sender>", &format!("<hl7fi:sender>{what}"));
    let beside = |before: &str, after: &str| with(&document, &body, &format!("{before}{body}{after}"));
    let root = &document[document.find("<ClinicalDocument").unwrap()..];
    let whole = with(DOCUMENT, body_of(DOCUMENT), &evil);
    let foreign = evil
        .replace("<structuredBody", "<x:structuredBody xmlns:x=\"urn:x\"")
        .replace("</structured", "</x:structured");
    let other = evil.replace("structuredBody", "nonXMLBody");
    judged(vec![
        ("the signed body hidden in the header", header(&body), "document-two-bodies", Accepted(1)),
        (
            "the signed body hidden in an Object of the signature",
            with(&replaced, "</ds:KeyInfo>", &format!("</ds:KeyInfo><ds:Object>{body}</ds:Object>")),
            "document-two-bodies",
            Accepted(1),
        ),
        (
            "the signed body hidden beside the signature",
            with(&replaced, "</ds:Signature>", &format!("</ds:Signature>{body}")),
            "document-two-bodies",
            Accepted(1),
        ),
        ("another body before the signed one", beside(&evil, ""), "document-two-bodies", Accepted(1)),
        ("another body behind the signed one", beside("", &evil), "document-two-bodies", Accepted(1)),
        (
            "another component before the signed one",
            with(
                &document,
                "<component>\n    <structuredBody",
                &format!("<component>{evil}</component><component>\n    <structuredBody"),
            ),
            "document-two-bodies",
            Accepted(1),
        ),
        (
            "the signed body inside another",
            with(&document, &body, &with(&evil, "</section>", &format!("<entry>{body}</entry></section>"))),
            "document-two-bodies",
            Accepted(1),
        ),
        (
            "the whole signed document inside another",
            with(&whole, "</section>", &format!("<entry>{root}</entry></section>")),
            "document-two-bodies",
            Accepted(1),
        ),
        (
            "another body of a foreign namespace in the signed one's place",
            header(&body).replace(&evil, &foreign),
            "document-two-bodies",
            Accepted(1),
        ),
        (
            "a body of another kind in the signed one's place",
            header(&body).replace(&evil, &other),
            "document-body-misplaced",
            Accepted(1),
        ),
        (
            "a second component without a structured body",
            with(&document, "</ClinicalDocument>", &format!("<component>{other}</component></ClinicalDocument>")),
            "document-body-misplaced",
            Accepted(1),
        ),
        ("no body but the one in the header", with(&header(&body), &evil, ""), "document-body-misplaced", Accepted(1)),
    ]);
}

#[test]
fn an_identifier_that_stands_twice_is_refused_by_name() {
    let document = signed();
    let sender = |attribute: &str| with(&document, "<hl7fi:sender>", &format!("<hl7fi:sender {attribute}>"));
    let refused = "document-duplicate-id";
    judged(vec![
        ("the body's ID on another element", sender("ID=\"mainbody\""), refused, Accepted(1)),
        ("the body's ID as Id", sender("Id=\"mainbody\""), refused, Accepted(1)),
        (
            "the body's ID as xml:id",
            sender("xml:id=\"mainbody\""),
            refused,
            Known("a parser that knows xml:id finds whichever comes first"),
        ),
        ("the timestamp's ID on another element", sender("ID=\"TS_1\""), refused, Accepted(1)),
        ("the signature's own ID on another element", sender("ID=\"DS_1\""), refused, Accepted(1)),
    ]);
}

#[test]
fn a_signature_out_of_its_place_is_refused_by_name() {
    let document = signed();
    let signature = between(&document, "<ds:Signature ", "</ds:Signature>").to_owned();
    let envelope = between(&document, "<hl7fi:signature ", "</hl7fi:signature>").to_owned();
    let timestamp = between(&document, "<hl7fi:signatureTimestamp", "</hl7fi:signatureTimestamp>").to_owned();
    let later = timestamp.replace("TS_1", "TS_2").replace("2026-11-22", "2026-12-22");
    let second = signature.replace("DS_1", "DS_2");
    judged(vec![
        (
            "the signature in the header, the collection empty",
            with(&with(&document, &envelope, ""), "<hl7fi:sender>", &format!("<hl7fi:sender>{envelope}")),
            "document-signature-misplaced",
            Accepted(1),
        ),
        (
            "a signature inside another's Object",
            with(&document, "</ds:KeyInfo>", &format!("</ds:KeyInfo><ds:Object>{second}</ds:Object>")),
            "document-signature-misplaced",
            Accepted(1),
        ),
        (
            "a second collection",
            with(&document, "<hl7fi:signatureCollection>", "<hl7fi:signatureCollection/><hl7fi:signatureCollection>"),
            "document-two-signature-collections",
            Accepted(1),
        ),
        (
            "two signatures in one envelope",
            with(&document, &signature, &format!("{signature}{second}")),
            "signature-malformed",
            Accepted(1),
        ),
        (
            "a later timestamp, the signed one hidden in an Object",
            with(
                &with(&document, &timestamp, &later),
                "</ds:KeyInfo>",
                &format!("</ds:KeyInfo><ds:Object>{timestamp}</ds:Object>"),
            ),
            "signature-references-unexpected",
            Accepted(1),
        ),
        (
            "a later timestamp before the signed one",
            with(&document, &timestamp, &format!("{later}{timestamp}")),
            "signature-malformed",
            Accepted(1),
        ),
        (
            "the kind of a list over an ordinary signature",
            with(&document, "signatureDescription code=\"1\"", "signatureDescription code=\"2\""),
            "signature-references-unexpected",
            Accepted(1),
        ),
        (
            "a kind that nobody knows",
            with(&document, "signatureDescription code=\"1\"", "signatureDescription code=\"3\""),
            "signature-kind-unknown",
            Accepted(1),
        ),
    ]);
}

#[test]
fn a_reference_to_something_else_is_refused_by_name() {
    let exclusive = transform(EXCLUSIVE);
    let inside = reference("#c1", &exclusive, SHA256);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("other.xml"), "<harmless/>").unwrap();
    let outside = reference(&format!("file://{}/other.xml", folder.path().display()), &exclusive, SHA256);
    let manifest = Forge {
        object: format!("<ds:Object><ds:Manifest Id=\"M\">{}</ds:Manifest></ds:Object>", body()),
        ..Forge::of(&reference("#M", &exclusive, SHA256))
    };
    let timeless = Forge { references: body() + &body(), ..Forge::of("") };
    let nameless = with(&signed(), " URI=\"#mainbody\"", "");
    let refused = "signature-references-unexpected";
    judged(vec![
        ("the timestamp alone", changed(&Forge::of("").made()), refused, Accepted(1)),
        ("the body alone, twice", with(&timeless.made(), "2015-05-07", "2026-05-07"), refused, Accepted(1)),
        ("a part of the body", changed(&Forge::of(&inside).made()), refused, Accepted(1)),
        ("a part of the body beside the body", Forge::of(&(body() + &inside)).made(), refused, Accepted(1)),
        ("a file outside the document", changed(&Forge::of(&outside).made()), refused, Accepted(1)),
        (
            "an address outside the document",
            with(&signed(), "URI=\"#mainbody\"", "URI=\"http://tiski.test/\""),
            refused,
            Known("a verifier that fetches lets the address decide, and tells it that it verifies"),
        ),
        ("a manifest that names the body", changed(&manifest.made()), refused, Accepted(1)),
        (
            "an XPointer",
            Forge::of(&reference("#xpointer(id('mainbody'))", &exclusive, SHA256)).made(),
            refused,
            Accepted(1),
        ),
        ("no address at all", nameless, refused, Known("the application would have to guess what was meant")),
    ]);
}

#[test]
fn a_transform_that_leaves_something_out_is_refused_by_name() {
    let exclusive = transform(EXCLUSIVE);
    let by = |transforms: &str| Forge::of(&reference("#mainbody", transforms, SHA256)).made();
    let everywhere = |transforms: &str| Forge::of(&reference("", transforms, SHA256)).made();
    let without_value =
        xpath("urn:hl7-org:v3", "ancestor-or-self::p:structuredBody and not(ancestor-or-self::p:value)");
    let constant = stylesheet("<xsl:template match=\"/\"><nothing/></xsl:template>");
    let prefixes = format!(
        "<ds:Transform Algorithm=\"{EXCLUSIVE}\"><ec:InclusiveNamespaces xmlns:ec=\"{EXCLUSIVE}\" PrefixList=\"xsi\"/></ds:Transform>"
    );
    let nearly = normalize_space().replace("normalize-space(.)", "''");
    let refused = "signature-transforms-unknown";
    judged(vec![
        ("an XPath without the amount", changed(&by(&format!("{without_value}{exclusive}"))), refused, Accepted(1)),
        (
            "an XPath for another namespace's body, which selects nothing",
            changed(&everywhere(&(exclusive.clone() + &xpath("urn:x", "ancestor-or-self::p:structuredBody")))),
            refused,
            Accepted(1),
        ),
        ("an XPath that is never true", changed(&by(&(xpath("urn:x", "false()") + &exclusive))), refused, Accepted(1)),
        (
            "a filter that takes the amount away",
            changed(&by(&(filter("subtract", "//*[local-name()='value']") + &exclusive))),
            refused,
            Accepted(1),
        ),
        (
            "a filter to a part of the body",
            changed(&everywhere(&(filter("intersect", "//*[@ID='c1']") + &exclusive))),
            "signature-references-unexpected",
            Accepted(1),
        ),
        (
            "a filter by a condition",
            changed(&everywhere(&(filter("intersect", "//*[@ID='c1' and true()]") + &exclusive))),
            refused,
            Accepted(1),
        ),
        ("a stylesheet that always says the same", changed(&by(&(constant + &exclusive))), refused, Accepted(1)),
        (
            "nearly the stylesheet that everybody uses",
            with(&by(&(nearly + &exclusive)), "toimitus", "hylkäys"),
            refused,
            Accepted(1),
        ),
        ("two filters", by(&(filter("intersect", "//*[@ID='mainbody']").repeat(2) + &exclusive)), refused, Accepted(1)),
        ("two stylesheets", by(&(normalize_space().repeat(2) + &exclusive)), refused, Accepted(1)),
        ("canonical twice", by(&exclusive.repeat(2)), refused, Accepted(1)),
        ("a canonical form with comments", by(&transform(&format!("{EXCLUSIVE}WithComments"))), refused, Accepted(1)),
        ("a list of inclusive prefixes", by(&prefixes), refused, Accepted(1)),
        ("no canonical form", by(&filter("intersect", "//*[@ID='mainbody']")), refused, Accepted(1)),
        (
            "the whole document but the signature",
            everywhere(&(transform("http://www.w3.org/2000/09/xmldsig#enveloped-signature") + &exclusive)),
            refused,
            Accepted(1),
        ),
    ]);
}

#[test]
fn a_list_that_says_two_things_or_nothing_is_refused_by_name() {
    let (own, other) = ("1.2.246.10.99999901.93.2026.1", "1.2.246.10.99999901.93.2026.2");
    let hash = digest_value(&Forge::of(&body()).made(), 2);
    let wrong = base64(&[7; 32]);
    let content = reference("#MDS_1", &transform(EXCLUSIVE), SHA256);
    let over = |refs: &[(&str, &str)]| Forge { kind: "2", list: list(refs), ..Forge::of(&content) };
    let good = over(&[(own, &hash), (other, &wrong)]).made();
    assert_eq!(met(&good), "holds");
    let signed_list = between(&good, "<hl7fi:multipleDocumentSignature", "</hl7fi:multipleDocumentSignature>");
    let forged_list = signed_list.replace("MDS_1", "MDS_2").replace(&hash, &wrong);
    let lone = signed_list.replace(between(signed_list, "<hl7fi:Ref", "/>"), "");
    let unsigned =
        with(&signed(), "<ds:Signature ", &format!("{}<ds:Signature ", list(&[(own, &wrong), (other, &wrong)])));
    let ref_of =
        |attributes: &str| Forge { list: lone.replace("</", &format!("<hl7fi:Ref {attributes}/></")), ..over(&[]) };
    judged(vec![
        (
            "the document twice, once with another digest",
            over(&[(own, &hash), (own, &wrong)]).made(),
            "signature-list-document-twice",
            Accepted(1),
        ),
        (
            "the document twice with the same digest",
            over(&[(own, &hash), (other, &wrong), (own, &hash)]).made(),
            "signature-list-document-twice",
            Accepted(1),
        ),
        (
            "another document twice",
            over(&[(own, &hash), (other, &wrong), (other, &hash)]).made(),
            "signature-list-document-twice",
            Accepted(1),
        ),
        ("the document with another digest", over(&[(own, &wrong), (other, &hash)]).made(), "not-covered", Accepted(1)),
        ("other documents only", over(&[("1.2.3", &hash), (other, &hash)]).made(), "not-covered", Accepted(1)),
        ("a body changed after the list was signed", changed(&good), "not-covered", Accepted(1)),
        (
            "an identifier changed to another of the list",
            with(&good, &format!("<id root=\"{own}\"/>"), &format!("<id root=\"{other}\"/>")),
            "not-covered",
            Accepted(1),
        ),
        (
            "two identifiers, one of them listed",
            with(&good, &format!("<id root=\"{own}\"/>"), &format!("<id root=\"1.2.3\"/><id root=\"{own}\"/>")),
            "not-covered",
            Accepted(1),
        ),
        ("a list of one document", over(&[(own, &hash)]).made(), "signature-malformed", Accepted(1)),
        (
            "an identifier that is nearly the same text",
            over(&[(own, &hash), (&format!(" {other}"), &wrong)]).made(),
            "signature-malformed",
            Accepted(1),
        ),
        (
            "an identifier written with a leading zero",
            over(&[(own, &hash), ("1.02.3", &wrong)]).made(),
            "signature-malformed",
            Accepted(1),
        ),
        ("an entry without a digest", ref_of(&format!("OID=\"{own}\"")).made(), "signature-malformed", Accepted(1)),
        (
            "a digest of a weaker hash",
            over(&[(own, &base64(&[7; 20])), (other, &wrong)]).made(),
            "signature-algorithm-unknown",
            Accepted(1),
        ),
        (
            "a list put before the signed one",
            with(&good, signed_list, &format!("{forged_list}{signed_list}")),
            "signature-malformed",
            Accepted(1),
        ),
        (
            "a list put in the signed one's place, that one hidden in an Object",
            with(
                &with(&good, signed_list, &forged_list),
                "</ds:KeyInfo>",
                &format!("</ds:KeyInfo><ds:Object>{signed_list}</ds:Object>"),
            ),
            "signature-references-unexpected",
            Accepted(1),
        ),
        ("a list that nobody signed", unsigned, "signature-malformed", Accepted(1)),
        (
            "the kind of an ordinary signature over a list",
            with(&good, "signatureDescription code=\"2\"", "signatureDescription code=\"1\""),
            "signature-references-unexpected",
            Accepted(1),
        ),
        (
            "the list and the body both",
            Forge { references: timestamp() + &content + &body(), ..over(&[(own, &hash), (other, &wrong)]) }.made(),
            "signature-references-unexpected",
            Accepted(1),
        ),
    ]);
}

#[test]
fn a_downgraded_algorithm_or_a_key_of_nobodys_is_refused_by_name() {
    let more = |name: &str| -> &'static str { format!("http://www.w3.org/2001/04/xmldsig-more#{name}").leak() };
    let by = |method: &'static str| Forge { method, ..Forge::of(&body()) }.made();
    let rsa = |method: &'static str| Forge { method, ..Forge::rsa(&body()) }.made();
    let digested = |digest: &str| Forge::of(&reference("#mainbody", &transform(EXCLUSIVE), digest)).made();
    let old = |digest: &str| Forge {
        references: reference("#TS_1", &transform(EXCLUSIVE), digest)
            + &reference("#mainbody", &transform(EXCLUSIVE), digest),
        ..Forge::rsa("")
    };
    let document = signed();
    let certificate = between(&document, "<ds:X509Certificate>", "</ds:X509Certificate>");
    let strangers = Forge { key: stranger("rsa:2048"), ..Forge::rsa(&body()) };
    let petri = base64(&Forge::rsa("").key.certificate);
    let bare = Forge { key_info: "<ds:KeyValue/>".to_owned(), ..strangers.clone() }.made();
    let pretended = with(
        &bare,
        "</ds:KeyInfo>",
        &format!("<ds:X509Data><ds:X509Certificate>{petri}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"),
    );
    let two = with(&document, certificate, &format!("{certificate}{certificate}"));
    let unknown = "signature-algorithm-unknown";
    judged(vec![
        ("SHA-1 throughout", Forge { method: RSA_SHA1, ..old(SHA1) }.made(), "weak", Accepted(1)),
        ("SHA-1 for the body alone", digested(SHA1), "weak", Accepted(1)),
        ("SHA-1 with an elliptic curve", by(more("ecdsa-sha1")), unknown, Accepted(1)),
        ("a shorter hash than the curve's", by(more("ecdsa-sha256")), unknown, Accepted(1)),
        ("a hash that nobody writes", rsa(more("rsa-sha224")), unknown, Accepted(1)),
        ("MD5 for the value", rsa(more("rsa-md5")), unknown, Accepted(1)),
        ("MD5 for the body", digested(more("md5")), unknown, Accepted(1)),
        (
            "an RSA key of 1024 bits",
            Forge { key: stranger("rsa:1024"), ..Forge::rsa(&body()) }.made(),
            unknown,
            Accepted(1),
        ),
        (
            "a MAC whose secret is the public key",
            with(&document, "xmldsig-more#ecdsa-sha384", "xmldsig-more#hmac-sha384"),
            unknown,
            Known("who takes the algorithm from the document computes a MAC that everybody can make"),
        ),
        (
            "a MAC cut to nothing",
            with(
                &document,
                "<ds:SignatureMethod Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384\"/>",
                "<ds:SignatureMethod Algorithm=\"http://www.w3.org/2000/09/xmldsig#hmac-sha1\"><ds:HMACOutputLength>0</ds:HMACOutputLength></ds:SignatureMethod>",
            ),
            unknown,
            Known("CVE-2009-0217"),
        ),
        (
            "a canonical form of SignedInfo with comments",
            Forge { canonicalization: "http://www.w3.org/2001/10/xml-exc-c14n#WithComments", ..Forge::of(&body()) }
                .made(),
            unknown,
            Accepted(1),
        ),
        ("a bare key and no certificate", bare, "signature-certificate-unreadable", Accepted(1)),
        ("a bare key before a professional's certificate", pretended, "signature-value-wrong", Accepted(1)),
        ("two certificates", two, "signature-certificate-unreadable", Accepted(1)),
    ]);
}
