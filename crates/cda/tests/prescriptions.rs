//! Prescriptions of every kind as Kela and eight vendors write them: what is read of each, and that what is written again
//! reads the same. Kela's material is not part of the project: where it is absent, these tests say so and pass.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;
#[path = "common/made_up.rs"]
mod made_up;

use chrono::{NaiveDate, NaiveTime};
use prescription::*;
use tiski_cda::{Content, Definition, Shape, header_body_mismatches, read, write_prescription};

const EVERYTHING: &str = "ESIM lääkemääräys_laaja_kaikki_tietokentat.xml";

fn prescription_of(bytes: &[u8]) -> Option<Prescription> {
    match read(bytes).unwrap().content {
        Content::Prescription(prescription) => Some(*prescription),
        _ => None,
    }
}

/// A document of Kela's by its name, if they are there.
fn kelas(name: &str) -> Option<(String, Prescription)> {
    let text = std::fs::read_to_string(common::kela_documents()?.join(name)).unwrap();
    let prescription = prescription_of(text.as_bytes()).unwrap();
    Some((text, prescription))
}

/// The definition that a document follows, as far as writing needs it.
fn definition_of(prescription: &Prescription) -> Definition {
    let structured = Definition::version_4_00().unwrap();
    let shape = if prescription.definition == structured.header { Shape::Structured } else { Shape::Text };
    Definition { header: prescription.definition.clone(), shape, ..structured }
}

fn changed(text: &str, changes: &[(&str, &str)]) -> Prescription {
    let text = changes.iter().fold(text.to_owned(), |text, (old, new)| {
        assert!(text.contains(old), "{old}");
        text.replacen(old, new, 1)
    });
    prescription_of(text.as_bytes()).unwrap()
}

fn code(code: &str, system: &str, name: &str) -> Code {
    Code { code: code.into(), system: system.into(), name: Some(name.into()) }
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn places(prescription: &Prescription) -> Vec<&str> {
    prescription.unknown.iter().map(|part| part.place.as_str()).collect()
}

#[test]
fn what_kela_and_the_vendors_wrote_is_written_again_and_reads_the_same() {
    let Some(kela) = common::kela() else { return };
    let (mut written, mut refused) = (Vec::new(), Vec::new());
    for path in common::xml_files(&kela.join("documents")) {
        let bytes = std::fs::read(&path).unwrap();
        let Some(before) = prescription_of(&bytes) else { continue };
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        match write_prescription(&before, &made_up::writing(definition_of(&before))) {
            Ok(again) => {
                assert_eq!(prescription_of(&again).unwrap(), before, "{name}");
                assert_eq!(header_body_mismatches(&again).unwrap(), vec![], "{name}");
                // Every coded fact of Kela's own examples stands again where it stood, in the same data type.
                if name.starts_with("ESIM") || name.starts_with("LM") {
                    let (ours, theirs) = (common::coded_facts(&again), common::coded_facts(&bytes));
                    let differing: Vec<_> = ours.symmetric_difference(&theirs).collect();
                    assert!(differing.is_empty(), "{name}: {differing:#?}");
                }
                written.push((name, again));
            }
            Err(error) => refused.push((name, error.to_string())),
        }
    }
    // Made before the kind of product had a field, and without the qualifier that older documents had for it.
    let no_kind = "kind of the product is missing".to_owned();
    let expected = ["Diatsepaami LM.xml", "12 Diasporal LM.xml"].map(|name| (name.to_owned(), no_kind.clone()));
    assert_eq!(refused, expected);
    assert!(written.len() >= 84, "{}", written.len());
    common::assert_valid(&kela, &written);
}

#[test]
fn every_kind_of_product_is_read_by_what_it_must_have() {
    if common::kela().is_none() {
        return;
    }
    let read = |name: &str| kelas(name).unwrap().1.product;
    let diapam = read("LM1_pkvlaake_iteroitu_pienempi_pakkaus.xml");
    assert!(matches!(&diapam.item, Item::Authorised { vnr, name, .. } if vnr.as_str() == "469452" && name == "DIAPAM"));
    let named = [
        ("LM4_perusvoide_kokonaismaaralla.xml", NamedKind::BasicCream, "DECUBAL CLINIC CREME"),
        (
            "LM5_kliininen_ravintovalmiste_kertoimellinen_pakkauskoko.xml",
            NamedKind::ClinicalNutrient,
            "RESOURCE PROTEIN KAAKAO",
        ),
        ("LM3_ maaraaikainen_erityislupavalmiste.xml", NamedKind::TemporarySpecialPermit, "PETNIDAN"),
        (
            "LM13_laaketietokannan_ulkopuolinen_valmiste.xml",
            NamedKind::OutsideDatabase,
            "RELATABS +D3 10 mikrog purutabletti",
        ),
        ("LM7_hoitotarvike_tyotapaturma.xml", NamedKind::CareSupply, "DUODERM EXTRA THIN 10X10 CM"),
        (
            "LM12_potilaskohtainen_erityislupavalmiste.xml",
            NamedKind::PatientSpecialPermit,
            "Morfin Special 0.4 mg/ml injektioneste, liuos",
        ),
    ];
    for (file, expected, called) in named {
        let product = read(file);
        assert!(
            matches!(&product.item, Item::Named { kind, name, vnr: None, .. } if *kind == expected && name == called),
            "{file}: {product:?}"
        );
    }
    let ibuprofen = read("LM6_vaikuttavalla_aineella_sic.xml");
    assert!(matches!(&ibuprofen.item, Item::BySubstance { atc, .. } if atc.code == "M01AE01"));
    assert_eq!((ibuprofen.name(), ibuprofen.strength.as_deref()), ("Ibuprofeeni", Some("600 mg")));
}

#[test]
fn recipes_are_read_coded_uncoded_and_as_free_text() {
    if common::kela().is_none() {
        return;
    }
    let read = |name: &str| match kelas(name).unwrap().1.product.item {
        Item::Compounded { name, recipe } => (name, recipe),
        other => panic!("{other:?}"),
    };
    let part = |name: &str, code: Option<Code>, amount| Ingredient {
        substance: Substance { name: name.into(), code },
        amount,
    };
    let exact = |value: &str, unit: &str| {
        IngredientAmount::Exact(PositiveAmount::new(value.parse::<rust_decimal::Decimal>().unwrap(), unit).unwrap())
    };
    let atc = |value: &str, name: &str| Some(code(value, "1.2.246.537.6.32", name));
    let words = |text: &str| IngredientAmount::Text(text.into());
    let coded = Recipe::new(
        vec![part("Oksikodonihydrokloridi", atc("N02AA05", "Oksikodoni"), exact("3", "mg"))],
        vec![part("Aqua menth. piper. c. cons.", None, words("ad 1 ml"))],
        Some("M.d.s.".into()),
    );
    let (name, recipe) = read("LM8_ex_tempore_rakenteinen_koodattu_ainesosa.xml");
    assert_eq!((name.as_deref(), recipe), (Some("Oksikodonilius"), coded.unwrap()));
    let uncoded = Recipe::new(
        vec![part("Acid.salic", None, exact("7.5", "g")), part("Acid.lact.", None, exact("7.5", "g"))],
        vec![part("Collodium", None, exact("15", "g")), part("aether", None, words("q.s"))],
        Some("M.d.s.".into()),
    );
    assert_eq!(read("LM9_ex_tempore_rakenteinen_koodaamaton_ainesosa.xml").1, uncoded.unwrap());
    let factory_made = read("LM10_ex_tempore_rakenteinen_koodattu_tehdasvalmisteesta.xml").1;
    let ibaril = part("Ibaril 0,25 % emulsiovoide", atc("D07AC03", "Desoksimetasoni"), exact("30", "g"));
    assert_eq!(factory_made.active(), [ibaril]);
    let (name, recipe) = read("LM11_ex_tempore_tekstimuodossa.xml");
    assert_eq!(name.as_deref(), Some("Voideseos"));
    let words = recipe.words().unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(matches!(recipe, Recipe::Text(_)));
    assert_eq!(words, "Hydrocortison 1 g Sulfur medic. 2 g Novalan ad 100 g M.f.ungt.d.s.");
}

#[test]
fn a_structured_dosage_is_read_season_by_season() {
    if common::kela().is_none() {
        return;
    }
    let oid = |text: &str| Some(Oid::parse(text).unwrap());
    let units = |name: &str, value: &str| code(value, "1.2.246.537.6.138.202001", name);
    let (_, klexane) = kelas("ESIM lääkemääräys Klexane.xml").unwrap();
    let [season] = klexane.dosage.structure.seasons() else { panic!("{:?}", klexane.dosage) };
    assert_eq!(season.bounds.end(), End::After(Span::exactly(10, TimeUnit::Day).unwrap()));
    assert_eq!((season.bounds.start(), season.as_needed, season.pauses.len()), (None, Some(false), 0));
    assert_eq!(season.period, Span::exactly(1, TimeUnit::Day));
    let twice_a_day = DoseAmount::Units { range: Range::exactly(8000).unwrap(), unit: units("yksikkö", "39") };
    let doses: Vec<_> = season.doses.iter().map(|dose| (&dose.amount, dose.as_needed)).collect();
    assert_eq!(doses, [(&twice_a_day, Some(false)), (&twice_a_day, Some(false))]);
    assert_eq!(klexane.dosage.route, Some(code("1069", "1.2.246.537.6.1403.202001", "ihon alle")));
    assert_eq!(klexane.dosage.instruction.as_deref(), Some("Pistetään vatsan alueen ihonalaiseen kudokseen"));

    // The document that has everything, without what excludes the other.
    let (text, _) = kelas(EVERYTHING).unwrap();
    let without = |text: &str, start: &str, end: &str| {
        let from = text.find(start).unwrap();
        let to = from + text[from..].find(end).unwrap() + end.len();
        format!("{}{}", &text[..from], &text[to..])
    };
    let physical = "<!-- vaihtoehtoinen rakenne annoksen antamiselle";
    let text = without(&text, physical, "</entryRelationship>");
    let text = without(&text, physical, "</entryRelationship>");
    let both = prescription_of(text.as_bytes()).unwrap();
    assert_eq!(both.dosage.structure, Structure::Unclear, "a length and a day of ending exclude each other");
    let text = without(&text, "<high value=\"20191130\"/>", "\n");
    let read = prescription_of(text.as_bytes()).unwrap();
    let dose = |range: Option<Range>| Dose {
        id: oid("1.2.246.10.1602257.14.2019.860.1.1.1"),
        amount: DoseAmount::Units { range: range.unwrap(), unit: units("tabletti", "18") },
        as_needed: Some(true),
        time_of_day: Some(code("a", "1.2.246.537.6.137.202001", "aamu")),
        clock: NaiveTime::from_hms_opt(8, 0, 0),
        day: Some(code("ma", "1.2.246.537.6.136.202001", "maanantai")),
    };
    let season = Season {
        id: oid("1.2.246.10.1602257.14.2019.860.1.1"),
        bounds: Bounds::new(Some(day("2019-10-31")), End::After(Span::between(25, 30, TimeUnit::Day).unwrap()))
            .unwrap(),
        pauses: vec![Pause::new(day("2019-11-01"), Some(day("2019-11-30"))).unwrap()],
        as_needed: Some(false),
        period: Span::between(5, 7, TimeUnit::Day),
        doses: vec![dose(Range::between(1, 2)), dose(Range::exactly(1))],
    };
    assert_eq!(read.dosage.structure, Structure::Seasons(vec![season]));
    // A dose that is only physical is one as well; a dose that is both is none, and half a season is no season.
    let (text, _) = kelas(EVERYTHING).unwrap();
    let text = without(&text, "<high value=\"20191130\"/>", "\n");
    let unit = "<administrationUnitCode code=\"18\" codeSystem=\"1.2.246.537.6.138.202001\"";
    let read = prescription_of(text.replacen(unit, &unit.replace("138", "139"), 1).as_bytes()).unwrap();
    assert_eq!((read.dosage.structure, places_of("32/230", &read.unknown)), (Structure::Unclear, 1));
    assert!(read.dosage.text.starts_with("1-2 annosta"), "the text is still there");
}

fn places_of(place: &str, parts: &[UnknownPart]) -> usize {
    parts.iter().filter(|part| part.place == place).count()
}

/// Kela's example has every field that there is, also those that exclude each other; its own comment says so. What a type
/// can hold is read, and what contradicts it is kept and shown.
#[test]
fn the_document_that_has_every_field_is_read_exactly() {
    let Some((_, read)) = kelas(EVERYTHING) else { return };
    // A recipe for a medicine that is not compounded, a second name, and a season and doses that are stated twice.
    assert_eq!(places(&read), ["4/component", "10/component", "83/supply/product", "83/text", "32/230"]);
    let said: Vec<&str> = read.unknown.iter().take(4).map(|part| part.text.as_str()).collect();
    let expected = [
        "30 g; Desoksimetasoni Ibaril 0,25 % emulsiovoide",
        "ad 100 g; Novalan",
        "VENTOLINE EVOHALER PETNIDAN",
        "M.f.ungt.d.s.",
    ];
    assert_eq!(said, expected);
    assert!(read.unknown.iter().all(|part| part.xml.is_some()));

    let oid = |text: &str| Oid::parse(text).unwrap();
    let at = "2019-10-16T18:44:16".parse().unwrap();
    let organisation = |id: &str, name: &str, street: &str, phone: Option<&str>| Organisation {
        id: oid(id),
        name: name.into(),
        phone: phone.map(str::to_owned),
        address: Some(Address { street: street.into(), postal_code: "50600".into(), city: "Kotka".into() }),
        part_of: None,
    };
    let unit = Organisation {
        part_of: Some(Box::new(organisation("1.2.246.10.1602257.10.0", "Testi palvelunantaja", "Testikatu 4", None))),
        ..organisation("1.2.246.10.1602257.10.1", "Testi terveysasema", "Potilastie 2", Some("0201234567"))
    };
    let name = |given: [&str; 2], call_name: Option<&str>, family: &str, suffix: Option<&str>| PersonName {
        given: given.map(str::to_owned).to_vec(),
        call_name: call_name.map(str::to_owned),
        family: family.into(),
        suffix: suffix.map(str::to_owned),
    };
    let id = oid("1.2.246.10.1602257.93.2019.855");
    let expected = Prescription {
        reference: DocumentReference { set_id: id.clone(), id: id.clone(), document_type: DocumentType::Prescription },
        version: 1,
        change: None,
        definition: oid("1.2.246.777.11.2020.2"),
        made_at: at,
        patient: Patient {
            identity_code: Some(PersonIdentityCode::as_stated("030810A999Y")),
            name: name(["Pekka", "Pietari"], Some("Pekka"), "Potilas", None),
            birth_date: Some(day("2010-08-03")),
            sex: Sex::Male,
        },
        minor_disclosure: Some(MinorDisclosure::NotCapable),
        prescriber: Professional {
            registration: RegistrationNumber::parse("01234567890").ok(),
            prescriber_id: Some("123455".into()),
            name: name(["Timo", "Tapio"], None, "Markka", Some("Lääketieteen lisensiaatti")),
            right: Some(Right::new("034")),
            specialty: Some(code("86173-680", "1.2.246.537.6.148.2008", "erikoislääkäri yleislääketiede")),
            post: Some("Ylilääkäri".into()),
            degree: None,
            organisation: Some(unit),
            logged_in_at: "2019-04-24T09:20:17".parse().ok(),
        },
        recording: Recording::ByPrescriber,
        prescribed_at: at,
        service_event: Some(oid("1.2.246.10.1602257.14.2019.860")),
        valid_until: None,
        renews: None,
        medicine: Some(MedicineIdentity { id: id.child(0), part: Some(1) }),
        kind: PrescriptionKind::Ordinary,
        hospital_pharmacy: None,
        product: PrescribedProduct {
            item: Item::Named {
                kind: NamedKind::TemporarySpecialPermit,
                name: "VENTOLINE EVOHALER".into(),
                vnr: Vnr::parse("002296").ok(),
                atc: Some(code("R03AC02", "1.2.246.537.6.32", "salbutamoli")),
                substances: vec![Substance::named("salbutamolisulfaatti")],
            },
            strength: Some("0,1 mg/annos".into()),
            form: Some("inhalaatiosumute, suspensio".into()),
            holder: Some("GLAXOSMITHKLINE".into()),
            container: Some(Container { name: "läpipainopakkaus".into(), code: None }),
            note: Some("Babyhaler".into()),
            database_version: Some("2019.020".into()),
        },
        quantity: Quantity::packages(2, 1, Amount::new(100, "kpl"), Some("100 kpl".into())).unwrap(),
        iteration: Iteration::new(3, Length::days(7), Some("iter ter 7 pv".into())),
        dosage: Dosage {
            text: "1-2 annosta 3-4 kertaa päivässä tarvittaessa.".into(),
            only_text: false,
            sic: false,
            route: Some(code("1055", "1.2.246.537.6.1403.202001", "suun kautta")),
            instruction: Some("käyttöohjeen lisätieto tähän".into()),
            structure: Structure::Unclear,
        },
        control: Some(ControlClass::PkvPsychotropic),
        narcotic: false,
        identification: Some(Explained {
            code: code("9", "1.2.246.537.5.40109.2006", "Muu"),
            text: Some("potilas tunnettu".into()),
        }),
        purpose: Some("Astmalääke.".into()),
        care_types: vec![code("S", "1.2.246.537.5.40101.2006", "Sairauden hoito")],
        employer: None,
        insurer: None,
        special_report: Some(SpecialReport {
            code: Some(code("E005", "1.2.246.537.6.850.202001", "Syvä laskimotukos")),
            date: Some(day("2019-10-30")),
            text: None,
        }),
        message_to_pharmacy: Some("Tähän viestiteksti".into()),
        substitution_prohibited: false,
        renewal_prohibited: Some(RenewalProhibition {
            reason: ChangeReason::new(
                code("1", "1.2.246.537.6.600.2013", "Määräaikainen hoito"),
                Some("Tähän kenttään uudistamiskiellon perustelu".into()),
            ),
        }),
        permanent: false,
        dose_dispensing: false,
        dose_dispensing_text: None,
        first_use: false,
        weight: PositiveAmount::new(35, "kg"),
        fee: "125.00".parse().ok(),
        fee_as_specialist: Some(false),
        communicable_disease: Some(false),
        monitored: Some(Answer::No),
        biological: Some(Biological {
            is_biological: Answer::Yes,
            biosimilar: Some(Answer::Yes),
            not_cheapest_because: Some("perusteluteksti".into()),
            group: Some("lääkeryhmä".into()),
        }),
        blood_product: Some(Answer::Yes),
        details: vec![],
        unknown: read.unknown.clone(),
    };
    assert_eq!(read, expected);
}

#[test]
fn a_prescription_that_a_pharmacy_stored_says_from_what_and_why() {
    if common::kela().is_none() {
        return;
    }
    let (_, telephone) = kelas("apteekissa_tallennettu_laakemaarays_puhelin.xml").unwrap();
    let Recording::AtPharmacy(stored) = &telephone.recording else { panic!("{:?}", telephone.recording) };
    assert_eq!(stored.kind, StoredKind::Telephone);
    assert_eq!(stored.reason.code.code, "3");
    assert!(stored.reason.text.is_some() && !stored.recorder.name.family.is_empty());
    let (_, permit) = kelas("potilaskohtainen_erityislupavalmiste_atc.xml").unwrap();
    let Recording::AtPharmacy(stored) = &permit.recording else { panic!("{:?}", permit.recording) };
    assert_eq!((&stored.kind, stored.reason.code.code.as_str()), (&StoredKind::SpecialPermit, "4"));
    assert_eq!((permit.product.kind(), permit.product.name()), (ProductKind::PatientSpecialPermit, "WILZIN*"));
}

#[test]
fn corrections_cancellations_and_renewals_say_what_they_do() {
    let Some(folder) = common::kela_documents() else { return };
    let read = |name: &str| prescription_of(&std::fs::read(folder.join("vendors").join(name)).unwrap()).unwrap();
    let corrected = read("V3_3/Acute/4_Renitec_KOR.xml");
    let Some(Change::Correction(correction)) = &corrected.change else { panic!("{:?}", corrected.change) };
    assert_eq!(correction.replaces.id.as_str(), "1.2.246.10.18369420.93029.2015.248");
    assert_eq!((correction.reason.code().code.as_str(), correction.reason.text()), ("4", None));
    assert_eq!(correction.by.name.family, "Grönlund Tes");
    assert_eq!(corrected.made_at.to_string(), "2015-05-07 19:39:05");
    assert_eq!(corrected.prescribed_at.to_string(), "2015-05-07 19:17:43");
    let cancelled = read("V3_3/Acute/4_Renitec_MIT.xml");
    let Some(Change::Cancellation(cancellation)) = &cancelled.change else { panic!("{:?}", cancelled.change) };
    assert_eq!(cancellation.replaces.document_type, DocumentType::Correction);
    assert_eq!(cancelled.version, 3);
    assert_eq!(cancellation.kind, CancellationKind::Care);
    assert_eq!((cancellation.party.code.as_str(), &cancellation.consent), ("1", &Some(Consent::Oral)));
    assert_eq!(cancellation.reason.text(), Some("lääkeaineallergia."));
    // Why it was corrected before is known by name and carried on.
    assert_eq!(cancelled.details.iter().map(|d| d.place.as_str()).collect::<Vec<_>>(), ["88/97"]);
    let other = read("V3_3/Esko/2_Voideseos_KOR.xml");
    let Some(Change::Correction(correction)) = &other.change else { panic!("{:?}", other.change) };
    assert_eq!(correction.reason.text(), Some("Korjattu annostusta."));
    let renewed = read("V3_3/Acute/1_Leponex_UUS.xml");
    assert_eq!(renewed.renews.unwrap().document_type, DocumentType::RenewalRequest);
    assert_eq!((renewed.change, renewed.version), (None, 1));
}

#[test]
fn people_without_a_code_accidents_at_work_and_old_definitions_are_read() {
    let Some(folder) = common::kela_documents() else { return };
    let read = |name: &str| prescription_of(&std::fs::read(folder.join(name)).unwrap()).unwrap();
    let child = read("vendors/V3_3/Acute/5_ENfamil_hetuton.xml");
    assert!(child.patient.identity_code.is_none() && child.patient.birth_date.is_some());
    assert_eq!(child.weight.map(|weight| weight.unit.to_string()).as_deref(), Some("kg"));
    let accident = read("LM7_hoitotarvike_tyotapaturma.xml");
    assert_eq!((accident.employer.as_deref(), accident.insurer.as_deref()), (Some("Raksa Oy"), Some("Vakuus Oy")));
    assert_eq!(accident.care_types.iter().map(|c| c.code.as_str()).collect::<Vec<_>>(), ["T"]);
    let many = read("LM_testiasiakirja_mitatoinnin_tietosisalto.xml");
    assert_eq!(many.care_types.iter().map(|c| c.code.as_str()).collect::<Vec<_>>(), ["S", "T", "M"]);
    // 3.0 has another qualifier for the right, an identifier of the prescriber with one more arc, and no field 164.
    let old = read("vendors/V3_0/Esko/Voideseos LM.xml");
    assert_eq!(old.prescriber.right.as_ref().map(Right::code), Some("001"));
    assert_eq!(old.product.kind(), ProductKind::Compounded);
    assert_eq!(old.details.iter().map(|d| d.place.as_str()).collect::<Vec<_>>(), ["88/123"]);
    let influenza = read("vendors/V3_1/Relenza_v1_POHJA.xml");
    let report = influenza.special_report.unwrap();
    assert!(report.text.is_some() && report.code.unwrap().system == "1.2.246.537.6.57.2004");
}

#[test]
fn di_6_amounts_that_are_only_text_are_understood_where_that_is_sure() {
    let Some(folder) = common::kela_documents() else { return };
    let read = |name: &str| prescription_of(&std::fs::read(folder.join(name)).unwrap()).unwrap().quantity;
    let packages = |count, factor, size: &str, unit: &str, text: &str| {
        let size = Amount::new(size.parse::<rust_decimal::Decimal>().unwrap(), unit);
        Quantity::packages(count, factor, size, Some(text.into())).unwrap()
    };
    let morphine = "10x2,5 ml";
    assert_eq!(read("vendors/V3_3/Acute/1_MorfinSpecial_LM_.xml"), packages(8, 10, "2.5", "ml", morphine));
    assert_eq!(read("vendors/V3_3/GFS/1_Morfin_Special_LM.xml"), packages(8, 10, "2.5", "ml", morphine));
    // One vendor puts the rest of the size into the unit.
    assert_eq!(read("vendors/V3_3/Esko/1_MorfinSpecial_LM.xml"), packages(8, 10, "2.5", "ml", "10 X2,5ml"));
    assert_eq!(read("vendors/V3_1/eDoctoral/12 Diasporal LM.xml"), packages(4, 1, "20", "pss", "20 pss"));
    assert_eq!(read("vendors/V3_3/Acute/2_Verruxin_LM_.xml"), packages(2, 1, "5", "g", "5 g"));
}

#[test]
fn a_hospital_pharmacys_prescription_names_it_and_form_nine_has_nothing_to_dispense() {
    let Some((text, _)) = kelas("ESIM lääkemääräys vaihteluväli_annosjaksonpituus.xml") else { return };
    let kind = "<value code=\"1\" codeSystem=\"1.2.246.537.6.605.2014\" codeSystemName=\"THL - Reseptin laji\" \
                displayName=\"Resepti\" xsi:type=\"CE\"/>";
    let hospital = format!(
        "{}<author><time nullFlavor=\"NA\"/><assignedAuthor><id root=\"1.2.246.10.1231234.10.1\"/><representedOrganization>\
         <id root=\"1.2.246.10.3213213.10.1\"/><name>PYKS:n sairaala-apteekki</name></representedOrganization>\
         </assignedAuthor></author>",
        kind.replace("code=\"1\"", "code=\"2\"")
    );
    let read = changed(&text, &[(kind, &hospital)]);
    assert_eq!(read.kind, PrescriptionKind::HospitalPharmacy);
    assert_eq!(read.hospital_pharmacy.unwrap().name, "PYKS:n sairaala-apteekki");
    // Beside form 9 no amount can be meant: what is there is shown, and nothing is dispensed.
    let form = "<code code=\"1\" codeSystem=\"1.2.246.537.5.40100.2006\"";
    let read = changed(&text, &[(form, &form.replace("code=\"1\"", "code=\"9\""))]);
    assert_eq!(read.quantity, Quantity::Nothing);
    let kept = ["83/supply/125", "83/supply/126", "83/supply/quantity", "83/supply/repeatNumber"];
    let mut found = places(&read);
    found.sort_unstable();
    assert_eq!(found, kept);
}

/// UK-1 and LC-16: what does not fit its type is neither guessed nor an error.
#[test]
fn what_does_not_fit_its_type_is_kept_as_a_part_that_is_not_understood() {
    let Some((text, sound)) = kelas("LM1_pkvlaake_iteroitu_pienempi_pakkaus.xml") else { return };
    let odd = |old: &str, new: &str| changed(&text, &[(old, new)]);
    assert_eq!(places(&sound), Vec::<&str>::new());

    let read = odd("<repeatNumber value=\"3\"/>", "<repeatNumber value=\"0\"/>");
    assert_eq!((read.iteration.as_ref(), places(&read)), (None, vec!["83/supply/121"]));
    let read = odd("<width unit=\"d\" value=\"7\"/>", "<width unit=\"h\" value=\"7\"/>");
    assert_eq!((read.iteration.as_ref(), places(&read)), (None, vec!["83/supply/121"]), "DI-7b: never too soon");
    let read = odd("<quantity unit=\"fol\" value=\"21\"/>", "<quantity unit=\"fol\" value=\"-21\"/>");
    assert_eq!(read.quantity, Quantity::Unknown { code: "2".into() });
    assert_eq!(places(&read), ["83/supply/code", "83/supply/quantity"]);
    let read = odd("code=\"469452\"", "nullFlavor=\"NI\"");
    assert!(matches!(&read.product.item, Item::Unknown { code, vnr: None, .. } if code == "1"), "{:?}", read.product);
    assert_eq!(read.product.kind(), ProductKind::Unknown("1".into()), "UK-1: it hinders");
    let read = odd("code=\"469452\"", "code=\"46945\"");
    assert_eq!(places(&read), ["83/supply/product"]);
    let care = "codeSystem=\"1.2.246.537.5.40101.2006\"";
    assert_eq!(places(&odd(care, "codeSystem=\"1.2.3\"")), ["88/67"]);
    // Parts of a cancellation in a prescription.
    let component = "<!-- Pysyvä lääkitys (pakollinen kyllä/ei)-->";
    let reason = |field: &str, code: &str, words: &str| {
        format!(
            "<component><observation classCode=\"OBS\" moodCode=\"EVN\"><code code=\"{field}\" \
             codeSystem=\"1.2.246.537.6.12.2002.126\"/><value xsi:type=\"CE\" code=\"{code}\" \
             codeSystem=\"1.2.246.537.6.600.2013\">{words}</value></observation></component>"
        )
    };
    let read = odd(component, &reason("95", "7", ""));
    assert_eq!((&read.change, places(&read)), (&None, vec!["88/95"]));
    // A reason of a prohibition that is none, and "other reason" without saying which.
    let because = "<originalText>Syy</originalText>";
    assert_eq!(places(&odd(component, &reason("194", "5", because))), ["88/194"]);
    let prohibited = |words: &str| {
        let position = text.find("code=\"75\"").unwrap();
        let from = position + text[position..].find("value=\"false\"").unwrap();
        let text = format!("{}value=\"true\"{}", &text[..from], &text[from + "value=\"false\"".len()..]);
        changed(&text, &[(component, &reason("194", "5", words))])
    };
    let read = prohibited(because);
    assert_eq!(read.renewal_prohibited.unwrap().reason.unwrap().text(), Some("Syy"));
    let read = prohibited("");
    assert_eq!((&read.renewal_prohibited, places(&read)), (&Some(RenewalProhibition::default()), vec!["88/194"]));
}
