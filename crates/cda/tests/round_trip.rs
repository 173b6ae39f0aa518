//! What is written is read back as it was; what cannot be written is refused; no bytes make the reader panic.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "common/made_up.rs"]
mod made_up;
#[path = "common/made_up_prescriptions.rs"]
mod made_up_prescriptions;

use made_up::writing;
use prescription::product::Item;
use prescription::rules::samples;
use prescription::{Amount, DocumentType, Prescription, Unit, Vnr};
use proptest::prelude::*;
use rust_decimal::Decimal;
use tiski_cda::{
    Content, Definition, Shape, WriteError, header_body_mismatches, read, write_dispensation, write_prescription,
};

/// So many cases as `PROPTEST_CASES` says, else few enough for every run of the tests.
fn cases() -> ProptestConfig {
    let usual = ProptestConfig::default();
    if std::env::var_os("PROPTEST_CASES").is_some() { usual } else { ProptestConfig { cases: 64, ..usual } }
}

/// Parts that are not understood stand in the order of the document, which is the writer's own.
fn in_order(mut prescription: Prescription) -> Prescription {
    prescription.unknown.sort_by(|a, b| a.place.cmp(&b.place));
    prescription
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_dispensation_is_read_as_it_was_written(made in made_up::dispensation()) {
        let bytes = write_dispensation(&made, &writing(Definition::dispensation_2014().unwrap())).unwrap();
        let document = read(&bytes).unwrap();
        prop_assert_eq!(document.content, Content::Dispensation(Box::new(made)));
        prop_assert_eq!(header_body_mismatches(&bytes).unwrap(), vec![]);
    }

    #[test]
    fn a_prescription_is_read_as_it_was_written(
        old in made_up_prescriptions::prescription(Shape::Text),
        new in made_up_prescriptions::prescription(Shape::Structured),
    ) {
        let definitions = [Definition::version_3_30().unwrap(), Definition::version_4_00().unwrap()];
        for (made, definition) in [old, new].into_iter().zip(definitions) {
            let made = Prescription { definition: definition.header.clone(), ..made };
            let bytes = write_prescription(&made, &writing(definition)).unwrap();
            let Content::Prescription(back) = read(&bytes).unwrap().content else { panic!("another content") };
            prop_assert_eq!(in_order(*back), in_order(made));
            prop_assert_eq!(header_body_mismatches(&bytes).unwrap(), vec![]);
        }
    }

    #[test]
    fn no_change_of_bytes_makes_the_reader_panic(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
        cut in any::<prop::sample::Index>(),
        whole in any::<bool>(),
    ) {
        let prescription = samples::iterated_diazepam();
        let made = samples::lot(&prescription, 21, "2026-11-03T10:00:00");
        for mut bytes in [
            write_dispensation(&made, &writing(Definition::dispensation_2014().unwrap())).unwrap(),
            write_prescription(&prescription, &writing(Definition::version_3_30().unwrap())).unwrap(),
        ] {
            for (place, byte) in &changes {
                let place = place.index(bytes.len());
                bytes[place] = *byte;
            }
            if !whole {
                bytes.truncate(cut.index(bytes.len()));
            }
            let _ = read(&bytes);
            let _ = header_body_mismatches(&bytes);
        }
    }

    #[test]
    fn nothing_at_all_makes_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = read(&bytes);
        let _ = header_body_mismatches(&bytes);
    }
}

#[test]
fn what_cannot_be_written_is_refused_by_name() {
    let made = samples::lot(&samples::iterated_diazepam(), 21, "2026-11-03T10:00:00");
    let writing = writing(Definition::dispensation_2014().unwrap());
    let refused = |change: &dyn Fn(&mut prescription::Dispensation)| {
        let mut made = made.clone();
        change(&mut made);
        write_dispensation(&made, &writing).unwrap_err()
    };
    let below = |fact| WriteError::Negative { fact };
    assert_eq!(refused(&|d| d.delivered = Amount::new(-1, "fol")), below("delivered amount"));
    assert_eq!(refused(&|d| d.package_size = Amount::new(-1, "fol")), below("package size"));
    assert_eq!(refused(&|d| d.remaining.value = Some(Decimal::NEGATIVE_ONE)), below("remaining amount"));
    assert_eq!(refused(&|d| d.price = Some(Decimal::NEGATIVE_ONE)), below("price"));
    assert_eq!(refused(&|d| d.label_dosage = "a\u{0}b".into()), WriteError::Character { fact: "content" });
    assert_eq!(refused(&|d| d.delivered.unit = Unit::new("x annos")), WriteError::Character { fact: "unit" });
    assert_eq!(refused(&|d| d.author.registration = None).code(), "write-missing");
    assert_eq!(refused(&|d| d.reference.document_type = DocumentType::Prescription), WriteError::DocumentType);
    assert_eq!(refused(&|d| d.remark = Some("x".repeat(1 << 20))), WriteError::TooLarge);
    assert_eq!(
        refused(&|d| {
            let mut other = d.pharmacy.clone();
            other.name = "Toinen apteekki".into();
            d.author.organisation = Some(other);
        }),
        WriteError::Contradiction { fact: "pharmacy" }
    );
}

#[test]
fn a_product_that_nobody_named_stays_nameless_and_is_not_made_another_by_writing_it() {
    let definition = Definition::version_4_00().unwrap();
    let mut made = samples::iterated_diazepam();
    made.definition = definition.header.clone();
    made.product.item = Item::Unknown {
        code: "1".into(),
        name: None,
        vnr: Vnr::parse("469452").ok(),
        atc: made.product.atc().cloned(),
        substances: vec![],
    };
    let bytes = write_prescription(&made, &writing(definition)).unwrap();
    let Content::Prescription(back) = read(&bytes).unwrap().content else { panic!("another content") };
    assert_eq!(back.product.item, made.product.item);
}
