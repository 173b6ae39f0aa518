//! Several dispensations of one customer, signed with one signature over a list of them (moniallekirjoitus, type 2).

use prescription::{DocumentType, time};
use signing::sign_together;
use test_authority::who;

use crate::world::*;

#[test]
fn di_4_dispensations_that_one_signature_covers_together_are_each_accepted_and_one_that_it_does_not_cover_is_not() {
    let mut world = World::new();
    let held: Vec<_> = (1..=3)
        .map(|number| {
            let id = format!("1.2.246.10.99999903.93.2026.{number}");
            world.held(|p| p.reference = reference(&id, DocumentType::Prescription))
        })
        .collect();
    let lots: Vec<_> = held.iter().map(|prescription| world.lot(prescription, &[], 21)).collect();
    let documents: Vec<Vec<u8>> = lots.iter().map(document).collect();
    let bytes: Vec<&[u8]> = documents.iter().map(Vec::as_slice).collect();
    let mut siri = pki().professional(who::SIRI).unwrap();
    let signed = sign_together(&bytes, time::finnish_with_offset(world.now), "basket", &mut siri).unwrap();

    let other = changed(&signed[2], &lots[2].label_dosage, "9 tablettia kerralla.");
    let invalid = |answer| refused(&answer)[0].0.clone();
    assert_eq!(invalid(world.send_document(&lots[2], other)), "TSK-signature-invalid");
    for (lot, signed) in lots.iter().zip(signed) {
        assert!(!accepted(world.send_document(lot, signed)).1);
    }
    assert_eq!(world.dispensations(), 3);
}
