//! What the authority makes, openssl judges.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use chrono::{Duration, Utc};
use test_authority::{Authority, People, place, who};

fn authority() -> &'static Authority {
    static MADE: OnceLock<(tempfile::TempDir, Authority)> = OnceLock::new();
    &MADE
        .get_or_init(|| {
            let folder = tempfile::tempdir().unwrap();
            let authority = Authority::create(folder.path(), Utc::now()).unwrap();
            (folder, authority)
        })
        .1
}

fn openssl(arguments: &[&str]) -> (bool, String) {
    let output = Command::new("openssl").args(arguments).output().expect("openssl is not installed");
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.success(), text)
}

fn path(relative: &str) -> PathBuf {
    authority().directory().join(relative)
}

/// The certificate as PEM, and everything openssl needs to judge it with revocation of the whole chain.
fn judged(certificate: &Path) -> (bool, String) {
    let folder = tempfile::tempdir().unwrap();
    let pem = folder.path().join("leaf.pem");
    let bytes = std::fs::read(certificate).unwrap();
    if bytes.starts_with(b"-----") {
        std::fs::write(&pem, &bytes).unwrap();
    } else {
        assert!(
            openssl(&["x509", "-inform", "der", "-in", certificate.to_str().unwrap(), "-out", pem.to_str().unwrap()]).0
        );
    }
    let mut chain = std::fs::read_to_string(path("ca/professionals.pem")).unwrap();
    chain += &std::fs::read_to_string(path("ca/providers.pem")).unwrap();
    for list in ["root", "professionals", "providers"] {
        let out = folder.path().join(format!("{list}.pem"));
        let der = path(&format!("crl/{list}.crl"));
        assert!(openssl(&["crl", "-inform", "der", "-in", der.to_str().unwrap(), "-out", out.to_str().unwrap()]).0);
        chain += &std::fs::read_to_string(out).unwrap();
    }
    let all = folder.path().join("chain.pem");
    std::fs::write(&all, chain).unwrap();
    openssl(&[
        "verify",
        "-x509_strict",
        "-crl_check_all",
        "-CAfile",
        path("root.pem").to_str().unwrap(),
        "-untrusted",
        all.to_str().unwrap(),
        "-CRLfile",
        all.to_str().unwrap(),
        pem.to_str().unwrap(),
    ])
}

fn person(slug: &str) -> [PathBuf; 2] {
    ["auth", "sign"].map(|stem| path(&format!("people/{slug}/{stem}.cert.der")))
}

#[test]
fn openssl_trusts_the_good_ones() {
    for slug in [
        who::SIRI,
        who::PETRI,
        who::ONNI,
        who::RAUNI_RIGHT_ENDED,
        who::SOFIA,
        who::LAURI_PRESCRIBER,
        who::LEENA_PRESCRIBER,
    ] {
        for certificate in person(slug) {
            let (ok, text) = judged(&certificate);
            assert!(ok, "{slug}: {text}");
        }
    }
    for slug in [place::CENTRE, place::KUUSI, place::LAHDE] {
        let (ok, text) = judged(&path(&format!("servers/{slug}/cert.pem")));
        assert!(ok, "{slug}: {text}");
        let (ok, text) = judged(&path(&format!("systems/{slug}/cert.der")));
        assert!(ok, "{slug}: {text}");
    }
}

#[test]
fn openssl_refuses_each_bad_one_for_its_reason() {
    for (certificate, reason) in [
        (person(who::KAISA_REVOKED)[1].clone(), "revoked"),
        (person(who::VESA_EXPIRED)[1].clone(), "expired"),
        (person(who::TUULA_UNKNOWN_ISSUER)[1].clone(), "unable to get local issuer"),
        (path("servers/revoked-client/cert.pem"), "revoked"),
        (path("servers/expired-client/cert.pem"), "expired"),
        (path("servers/stranger-client/cert.pem"), "unable to get local issuer"),
    ] {
        let (ok, text) = judged(&certificate);
        assert!(!ok && text.contains(reason), "{}: {text}", certificate.display());
    }
}

/// The path holds, and is not through those who issue to professionals.
#[test]
fn a_citizens_certificate_comes_from_the_citizens_issuer_and_names_no_right() {
    for certificate in person(who::KAISU_CITIZEN) {
        let (ok, text) = judged(&certificate);
        assert!(!ok && text.contains("unable to get local issuer"), "{text}");
        let pem = tempfile::NamedTempFile::new().unwrap();
        let (from, to) = (certificate.to_str().unwrap(), pem.path().to_str().unwrap());
        let subject = openssl(&["x509", "-inform", "der", "-in", from, "-out", to, "-subject", "-nameopt", "utf8"]).1;
        assert!(!subject.contains("title") && !subject.contains("99900000"), "{subject}");
        let (root, citizens) = (path("root.pem"), path("ca/citizens.pem"));
        let (root, citizens) = (root.to_str().unwrap(), citizens.to_str().unwrap());
        let (ok, text) = openssl(&["verify", "-CAfile", root, "-untrusted", citizens, to]);
        assert!(ok, "{text}");
    }
}

#[test]
fn subjects_and_uses_are_those_of_the_field() {
    let read = |path: &Path, more: &[&str]| {
        let mut arguments =
            vec!["x509", "-inform", "der", "-noout", "-nameopt", "utf8,sep_comma_plus", "-in", path.to_str().unwrap()];
        arguments.extend(more);
        openssl(&arguments).1
    };
    let [auth, sign] = person(who::LAURI_PRESCRIBER);
    let subject = read(&sign, &["-subject"]);
    assert!(subject.contains("C=FI,serialNumber=99900000094,SN=Lääkäri,GN=Lauri Tapio,title=034 erikoislääkäri, specialläkare,pseudonym=999011,CN=Lääkäri Lauri Tapio 99900000094"), "{subject}");
    let usage = read(&sign, &["-ext", "keyUsage"]);
    assert!(usage.contains("Non Repudiation") && !usage.contains("Digital Signature"), "{usage}");
    let usage = read(&auth, &["-ext", "keyUsage"]);
    assert!(!usage.contains("Non Repudiation") && usage.contains("Digital Signature"), "{usage}");
    let subject = read(&path("systems/kuusen-apteekki/cert.der"), &["-subject"]);
    assert!(subject.contains("serialNumber=1.2.246.10.99999901.10.1"), "{subject}");
}

#[test]
fn each_key_belongs_to_its_certificate() {
    for stem in ["people/siri-salminen/sign", "people/petri-proviisori/sign", "people/siri-salminen/auth"] {
        let certificate = path(&format!("{stem}.cert.der"));
        let key = path(&format!("{stem}.key.der"));
        let of_certificate =
            openssl(&["x509", "-inform", "der", "-noout", "-pubkey", "-in", certificate.to_str().unwrap()]).1;
        let of_key = openssl(&["pkey", "-inform", "der", "-pubout", "-in", key.to_str().unwrap()]).1;
        assert!(of_key.contains("PUBLIC KEY"));
        assert_eq!(of_certificate, of_key, "{stem}");
    }
}

#[test]
fn an_authority_can_be_opened_and_can_revoke_later() {
    let folder = tempfile::tempdir().unwrap();
    let people = test_authority::People::built_in().unwrap().only(&[who::SIRI, who::SOFIA]);
    Authority::create_for(folder.path(), Utc::now(), people).unwrap();
    let mut opened = Authority::open(folder.path()).unwrap();
    opened.revoke_professional(who::SIRI, Utc::now()).unwrap();
    let list = folder.path().join("crl/professionals.crl");
    let ca = folder.path().join("ca/professionals.pem");
    let (ok, text) = openssl(&[
        "crl",
        "-inform",
        "der",
        "-in",
        list.to_str().unwrap(),
        "-noout",
        "-text",
        "-CAfile",
        ca.to_str().unwrap(),
        "-verify",
    ]);
    assert!(ok && text.contains("verify OK") && text.matches("Serial Number").count() == 2, "{text}");
    assert_eq!(Authority::open(folder.path()).unwrap().index(), opened.index());
}

#[test]
fn the_program_makes_one_professional_with_keys_of_the_wanted_kind() {
    let folder = tempfile::tempdir().unwrap();
    let made = std::process::Command::new(env!("CARGO_BIN_EXE_test-authority"))
        .arg("create")
        .arg(folder.path())
        .args(["--only", who::PETRI, "--key", "rsa3072"])
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let people: Vec<_> = std::fs::read_dir(folder.path().join("people")).unwrap().flatten().collect();
    let mut names: Vec<_> = people.iter().map(std::fs::DirEntry::file_name).collect();
    names.sort();
    assert_eq!(names, [who::KAISU_CITIZEN, who::PETRI], "the one professional, and the citizen who is none");
    let key = folder.path().join("people").join(who::PETRI).join("sign.key.der");
    let told = std::process::Command::new("openssl")
        .args(["pkey", "-inform", "DER", "-noout", "-text", "-in"])
        .arg(key)
        .output()
        .unwrap();
    assert!(String::from_utf8_lossy(&told.stdout).contains("3072 bit"));
}

#[test]
fn openssl_takes_a_list_of_another_time_from_its_issuer_and_from_nobody_else() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("of-another-time.crl");
    let now = Utc::now();
    let list = authority().list("professionals", now - Duration::days(7), now - Duration::hours(2)).unwrap();
    std::fs::write(&file, list).unwrap();
    let judge = |issuer: &str| {
        let (file, issuer) = (file.to_str().unwrap().to_owned(), path(issuer));
        openssl(&["crl", "-inform", "der", "-in", &file, "-noout", "-verify", "-CAfile", issuer.to_str().unwrap()])
    };
    let (_, said) = judge("ca/professionals.pem");
    assert!(said.contains("verify OK"), "{said}");
    let (_, said) = judge("ca/providers.pem");
    assert!(!said.contains("verify OK"), "{said}");
}

#[test]
fn openssl_sees_the_new_end_of_a_certificate_that_is_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let people = People::built_in().unwrap().only(&[who::SIRI]);
    let mut made = Authority::create_for(folder.path(), Utc::now(), people).unwrap();
    made.reissue_professional(who::SIRI, Utc::now() + Duration::days(20)).unwrap();
    made.reissue_server(place::CENTRE, Utc::now() - Duration::days(2)).unwrap();
    let ends_within = |file: PathBuf, form: &str, days: i64| {
        let seconds = (days * 86_400).to_string();
        let file = file.to_str().unwrap().to_owned();
        !openssl(&["x509", "-inform", form, "-in", &file, "-noout", "-checkend", &seconds]).0
    };
    let siri = folder.path().join("people/siri-salminen/sign.cert.der");
    assert!(ends_within(siri.clone(), "der", 21) && !ends_within(siri, "der", 19));
    assert!(ends_within(folder.path().join("servers/centre/cert.pem"), "pem", 0));
}
