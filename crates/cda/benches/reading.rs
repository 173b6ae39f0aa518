//! What reading a document costs beside parsing it, over Kela's public test documents.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::time::{Duration, Instant};

#[path = "../tests/common/mod.rs"]
mod common;

fn main() {
    let Some(folder) = common::kela_documents() else { return };
    let documents: Vec<Vec<u8>> = common::xml_files(&folder).iter().map(|path| std::fs::read(path).unwrap()).collect();
    let timed = |work: &dyn Fn(&[u8])| {
        let rounds = (0..20).map(|_| {
            let start = Instant::now();
            documents.iter().for_each(|bytes| work(bytes));
            start.elapsed()
        });
        rounds.min().unwrap_or(Duration::ZERO).as_secs_f64() * 1e6 / documents.len() as f64
    };
    let bare = timed(&|bytes| drop(uppsala::parse(std::str::from_utf8(bytes).unwrap()).unwrap()));
    let whole = timed(&|bytes| drop(tiski_cda::read(bytes).unwrap()));
    let compared = timed(&|bytes| drop(tiski_cda::header_body_mismatches(bytes).unwrap()));
    println!(
        "{} documents, µs each: bare parse {bare:.0}, read {whole:.0} ({:.2}×), compare {compared:.0} ({:.2}×)",
        documents.len(),
        whole / bare,
        compared / bare
    );
}
