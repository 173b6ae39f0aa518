//! Prescriptions for the crash loop: artificial patients with one each, of many packages, of which every dispensation
//! gives one. So nothing but the programs' own care keeps a package from being given twice: no rule would notice.

use std::fmt::Write;
use std::path::Path;

use anyhow::{Context, Result};

/// Dispensations of one prescription.
pub const LOTS: u32 = 10;

/// What each of them gives.
pub const AMOUNT: &str = "98";

/// The prescribed product, as the counter lists it.
pub const PRODUCT: &str = "AMLODIPIN MALLI";

/// Last arc of the first prescription's identifier.
const FIRST: u64 = 70_001;

const CHECK: &[u8] = b"0123456789ABCDEFHJKLMNPRSTUVWXY";

/// The patient of a dispensation, counted from 0.
#[derive(Debug, Clone, Copy)]
pub struct Patient(u32);

impl Patient {
    /// Of this many at most; dispensations of one follow each other only now and then.
    pub fn of_round(round: u32, patients: u32) -> Self {
        Self(round.checked_rem(patients).unwrap_or_default())
    }

    /// Last arc of the prescription's identifier.
    pub fn prescription(self) -> u64 {
        FIRST + u64::from(self.0)
    }

    /// An identity code of the artificial series, which no living person has.
    pub fn identity_code(self) -> Result<String> {
        let (day, month, year) = (1 + self.0 % 28, 1 + self.0 / 28 % 12, 50 + self.0 / 336 % 40);
        let digits = format!("{day:02}{month:02}{year:02}977");
        let rest = digits.parse::<usize>()? % CHECK.len();
        let check = CHECK.get(rest).copied().context("no check character")?;
        Ok(format!("{day:02}{month:02}{year:02}-977{}", char::from(check)))
    }
}

/// How many patients so many dispensations need.
pub fn patients(dispensations: u32) -> u32 {
    // Some to spare: a dispensation that was saved and never told is another one.
    dispensations.div_ceil(LOTS - 2).max(4)
}

/// Writes a folder for the Centre's `seed`.
pub fn write(folder: &Path, patients: u32) -> Result<()> {
    let mut text = String::new();
    for patient in (0..patients).map(Patient) {
        write!(
            text,
            "[[patient]]\nslug = \"crash-{number}\"\nidentity_code = \"{code}\"\ngiven = [\"Keksitty\"]\n\
             family = \"Kaatunen\"\nsex = \"2\"\n\n\
             [[prescription]]\nnumber = {prescription}\npatient = \"crash-{number}\"\nprescriber = \"lauri-laakari\"\n\
             prescribed = \"-2d\"\nproduct = {{ name = \"{PRODUCT}\", strength = \"5 mg\", form = \"tabletti\", \
             atc = \"C08CA01\", atc_name = \"Amlodipiini\", substance = \"amlodipiini\", vnr = \"814012\", \
             holder = \"MALLILÄÄKE OY\" }}\nquantity = {{ form = \"packages\", count = {LOTS}, size = 98, unit = \"fol\" }}\n\
             dosage = \"1 tabletti aamuisin.\"\npurpose = \"Verenpaineen hoitoon.\"\npermanent = true\n\n",
            number = patient.0,
            prescription = patient.prescription(),
            code = patient.identity_code()?,
        )?;
    }
    std::fs::create_dir_all(folder)?;
    std::fs::write(folder.join("crash.toml"), text).context("the prescriptions cannot be written")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_patient_is_artificial_and_somebody_else() {
        let codes: std::collections::BTreeSet<_> = (0..400).map(|n| Patient(n).identity_code().unwrap()).collect();
        assert_eq!(codes.len(), 400);
        for code in codes {
            let code = prescription::PersonIdentityCode::parse(&code).unwrap();
            assert!(code.is_artificial());
        }
    }
}
