//! Shows a finding of the target `document`: what is read, and what is read of what is written of it, and so on.
#![allow(missing_docs)]

fn main() {
    let mut words = std::env::args().skip(1);
    let mut bytes = std::fs::read(words.next().expect("a file")).expect("a file");
    let out = std::path::PathBuf::from(words.next().expect("a folder"));
    for round in 0..3 {
        std::fs::write(out.join(format!("{round}.xml")), &bytes).expect("written");
        let document = tiski_cda::read(&bytes);
        println!("{round}: {:?}", tiski_cda::header_body_mismatches(&bytes));
        std::fs::write(out.join(format!("{round}.txt")), format!("{document:#?}")).expect("written");
        let Some(written) = document.ok().and_then(|it| tiski_fuzz::written_again(&it)) else { break };
        bytes = written;
    }
}
