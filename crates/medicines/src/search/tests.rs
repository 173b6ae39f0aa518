use prescription::{ProductKind, Unit};
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::*;

/// Rows of Fimea's substitution list (medicines.md 2.10), name; strength; form; ATC; ATC name; substance; holder; VNR; size.
const ROWS: &str = "\
Burana;400 mg;tabletti, kalvopäällysteinen;M01AE01;ibuprofeeni;ibuprofeeni;Orion Corporation;117648;30
Burana;400 mg;tabletti, kalvopäällysteinen;M01AE01;ibuprofeeni;ibuprofeeni;Orion Corporation;117655;100
Burana-Caps;400 mg;kapseli, pehmeä;M01AE01;ibuprofeeni;ibuprofeeni;Orion Corporation;140917;20
Ibumax;400 mg;tabletti, kalvopäällysteinen;M01AE01;ibuprofeeni;ibuprofeeni;Vitabalans Oy;132864;20
Metformin Vitabalans;500 mg;tabletti, kalvopäällysteinen;A10BA02;metformiini;metformiini;Vitabalans Oy;101689;100
Amlodipin Orion;10 mg;tabletti;C08CA01;amlodipiini;amlodipiini;Orion Corporation;118072;98
Amlodipin Accord;10 mg;tabletti;C08CA01;amlodipiini;amlodipiini;Accord Healthcare B.V.;098784;98
Imovane;7.5 mg;tabletti, kalvopäällysteinen;N05CF01;tsopikloni;tsopikloni;Sanofi Oy;062408;100
Diapam;10 mg;tabletti;N05BA01;diatsepaami;diatsepaami;Orion Corporation;470039;100
Panadol;500 mg;tabletti;N02BE01;parasetamoli;parasetamoli;Haleon;049134;100
Panadol;1 g;tabletti;N02BE01;parasetamoli;parasetamoli;Haleon;900001;100
Panadol;500 mg;tabletti;N02BE01;parasetamoli;parasetamoli;Haleon;900002;30
Panacod;;tabletti;N02AJ06;kodeiini ja parasetamoli;kodeiini,parasetamoli;CNX Therapeutics;425959;100
Ghemaxan;4 000 IU (40 mg) / 0.4 ml;injektioneste, liuos;B01AB05;enoksapariini;enoksapariini;Chemi S.p.A.;182522;10
Wartec;5 mg/ml;liuos iholle;D06BB04;podofyllotoksiini;podofyllotoksiini;Särkylääke Ab;900003;3
Paratabs Rapid;500 mg;tabletti;N02BE01;parasetamoli;parasetamoli;Orion Corporation;900004;30";

fn packages() -> Vec<Package> {
    let row = |row: &str| {
        let fields: Vec<&str> = row.split(';').collect();
        Package {
            vnr: Vnr::parse(fields[7]).unwrap(),
            name: fields[0].into(),
            strength: fields[1].into(),
            form: fields[2].into(),
            atc: fields[3].into(),
            atc_name: fields[4].into(),
            substances: fields[5].split(',').map(Into::into).collect(),
            holder: fields[6].into(),
            size: fields[8].parse().unwrap(),
            unit: Unit::new("fol"),
            price: Some(Decimal::ONE),
            control: None,
            kind: serde_json::from_str::<ProductKind>("\"1\"").unwrap(),
            group: None,
            exchange: Default::default(),
            form_words: None,
            condition: None,
            previous: vec![],
        }
    };
    ROWS.lines().map(row).collect()
}

fn no_gtin(_: &str) -> Option<Vnr> {
    None
}

fn search(known: &Known) -> (Vec<Package>, Search) {
    let packages = packages();
    let search = Search::over(&packages, known).unwrap();
    (packages, search)
}

/// What is found, as name and VNR.
fn found(text: &str) -> Vec<String> {
    found_with(&Known::default(), text)
}

fn found_with(known: &Known, text: &str) -> Vec<String> {
    let (packages, search) = search(known);
    let told = |hit: &Hit| format!("{} {}", packages[hit.package].name, packages[hit.package].vnr.as_str());
    search.find(text, MOST_HITS, &no_gtin).iter().map(told).collect()
}

fn first(text: &str) -> String {
    found(text).into_iter().next().unwrap_or_default()
}

#[test]
fn med_6_2_4_words_in_any_order_each_a_beginning() {
    assert_eq!(found("pana 500 100"), ["Panadol 049134"]);
    assert_eq!(found("100 500 pana"), ["Panadol 049134"]);
    assert_eq!(found("pana500"), ["Panadol 900002", "Panadol 049134"]);
    assert_eq!(found("kalvo vita"), ["Metformin Vitabalans 101689", "Ibumax 132864"]);
    assert_eq!(found("tabl 7,5"), ["Imovane 062408"]);
}

#[test]
fn every_field_finds() {
    assert_eq!(first("425959"), "Panacod 425959");
    assert_eq!(first("imovane"), "Imovane 062408");
    assert_eq!(first("tsopi"), "Imovane 062408");
    assert_eq!(first("N05CF"), "Imovane 062408");
    assert_eq!(first("sanofi"), "Imovane 062408");
    assert_eq!(found("inj"), ["Ghemaxan 182522"]);
    assert_eq!(found("ghe 4000"), ["Ghemaxan 182522"]);
    assert_eq!(found("ghe 4 000"), ["Ghemaxan 182522"]);
    assert_eq!(found("4259"), ["Panacod 425959"]);
}

#[test]
fn a_name_comes_before_a_substance_before_an_atc_name_before_a_holder() {
    let orion = found("orion");
    assert_eq!(orion[0], "Amlodipin Orion 118072", "a name");
    assert!(orion.iter().any(|name| name.starts_with("Diapam")), "a holder");
    assert_eq!(found("para")[..2], ["Paratabs Rapid 900004", "Panacod 425959"], "name, then substance");
    assert_eq!(found("amlo orion"), ["Amlodipin Orion 118072"]);
    // Of one name: by strength as a number, then by size as a number; "1 g" is 1000 mg.
    assert_eq!(found("panadol"), ["Panadol 900002", "Panadol 049134", "Panadol 900001"]);
}

#[test]
fn off_the_market_comes_last_and_what_is_used_first() {
    let vnr = |number| Vnr::parse(number).unwrap();
    let known = Known {
        off_market: [vnr("900002")].into(),
        weights: [(vnr("900001"), 7), (vnr("900002"), 99)].into(),
        ..Known::default()
    };
    assert_eq!(found_with(&known, "panadol"), ["Panadol 900001", "Panadol 049134", "Panadol 900002"]);
    // A weight does not outdo a better field.
    let known = Known { weights: [(vnr("425959"), 1000)].into(), ..Known::default() };
    assert_eq!(found_with(&known, "para")[0], "Paratabs Rapid 900004");
}

#[test]
fn missing_dots_spaces_and_the_double_v_do_not_matter() {
    assert_eq!(first("sarkylaake"), "Wartec 900003");
    assert_eq!(first("SÄRKYLÄÄKE"), "Wartec 900003");
    assert_eq!(first("vartec"), "Wartec 900003");
    assert_eq!(found("paratabsrapid"), ["Paratabs Rapid 900004"]);
    assert_eq!(first("para tabs"), "Paratabs Rapid 900004");
    assert_eq!(first("bura na 100"), "Burana 117655");
    assert_eq!(first("11 76 55"), "", "three pieces are not guessed");
    assert_eq!(first("117 655"), "Burana 117655");
}

#[test]
fn errors_in_longer_words_are_forgiven() {
    for (typed, meant) in [
        ("burrana", "Burana"),
        ("bruana", "Burana"),
        ("burama", "Burana"),
        ("imvane", "Imovane"),
        ("metfromin vitabalnas", "Metformin"),
        ("amlidopin orion", "Amlodipin Orion"),
        ("zopiklon", "Imovane"),
        ("diazepam", "Diapam"),
        ("paracetamol panad", "Panadol"),
        ("paratab rapif", "Paratabs Rapid"),
    ] {
        assert!(first(typed).starts_with(meant), "{typed}: {:?}", found(typed));
    }
    assert_eq!(found("imuvone"), [""; 0], "two errors in seven letters are too many");
    assert_eq!(first("metfurmon"), "Metformin Vitabalans 101689", "in nine they are not");
    assert_eq!(found("bur 40000"), [""; 0], "numbers are never guessed");
    assert_eq!(found("xyl"), [""; 0], "short words neither");
}

#[test]
fn the_middle_of_a_vnr_is_found_when_nothing_begins_so() {
    assert_eq!(found("5959"), ["Panacod 425959"]);
}

#[test]
fn swedish_names_come_from_outside() {
    let known = Known {
        atc_names: [("A10BA02".to_owned(), vec!["socker-piller".to_owned()])].into(),
        forms: [("kapseli, pehmeä".to_owned(), vec!["mjuk".to_owned()])].into(),
        ..Known::default()
    };
    assert_eq!(found_with(&known, "socker")[0], "Metformin Vitabalans 101689");
    assert_eq!(found_with(&known, "burana mjuk")[0], "Burana-Caps 140917");
}

#[test]
fn a_gtin_is_found_through_the_table() {
    let (packages, search) = search(&Known::default());
    let table = |gtin: &str| (gtin == "07046260624085").then(|| Vnr::parse("062408").unwrap());
    let hits = search.find("07046260624085", 5, &table);
    assert_eq!(packages[hits[0].package].name, "Imovane");
    assert_eq!(search.find("07046260624086", 5, &table), []);
}

#[test]
fn a_hit_says_why() {
    let (_, search) = search(&Known::default());
    let why =
        |text: &str| search.find(text, 1, &no_gtin)[0].why.iter().map(|w| (w.field, w.spelling)).collect::<Vec<_>>();
    assert_eq!(
        why("pana 500 30"),
        [(Field::NameStart, Spelling::Beginning), (Field::Strength, Spelling::Whole), (Field::Size, Spelling::Whole)]
    );
    assert_eq!(why("117655"), [(Field::Number, Spelling::Whole)]);
    assert_eq!(why("burrana"), [(Field::NameStart, Spelling::Near(0))], "double letters sound alike");
    assert_eq!(why("burama"), [(Field::NameStart, Spelling::Near(1))]);
    assert_eq!(why("diazepam"), [(Field::Substance, Spelling::Near(0))]);
    assert_eq!(why("5959"), [(Field::Number, Spelling::Within)]);
}

#[test]
fn there_are_limits() {
    let (_, search) = search(&Known::default());
    assert_eq!(search.find("", 5, &no_gtin), []);
    assert_eq!(search.find("  -- ", 5, &no_gtin), []);
    assert_eq!(search.find(&"burana ".repeat(17), 5, &no_gtin), []);
    assert_eq!(search.find(&"burana".repeat(1000), 5, &no_gtin), []);
    assert_eq!(search.find("tabl", 2, &no_gtin).len(), 2);
    assert_eq!(search.find("tabl", 0, &no_gtin), []);
}

/// A database large enough for broad beginnings to be worked out beforehand.
fn many() -> Vec<Package> {
    let rows = packages();
    (0..4000u32)
        .map(|i| {
            let mut package = rows[i as usize % rows.len()].clone();
            package.vnr = Vnr::parse(&format!("{:06}", 600_000 + i)).unwrap();
            package.size = Decimal::from(i % 97 + 1);
            package.name = format!("{} {}", package.name, ["Forte", "Depot", "Mite"][i as usize % 3]);
            package
        })
        .collect()
}

#[test]
fn broad_beginnings_give_what_a_look_at_everything_gives() {
    let packages = many();
    let search = Search::over(&packages, &Known::default()).unwrap();
    for text in ["t", "ta", "tabl", "tabletti", "p", "pa", "o", "orion", "5", "50", "500", "6", "60", "m", "mg", "f"] {
        let words = [Meaning::exact(&search.index, text)];
        assert_eq!(search.exact(&words, MOST_HITS), search.together(&words, MOST_HITS).places(), "{text}");
    }
    for text in ["t 5", "pa 500", "orion t", "tabl m 30", "burana 400 fol", "6 o", "mite 1"] {
        let words: Vec<Meaning> = fold::words(text).iter().map(|word| Meaning::exact(&search.index, word)).collect();
        let mut best = Best::new(MOST_HITS);
        for place in 0..4000 {
            let said = search.index.of_place(place);
            let costs: Option<Vec<u32>> = words.iter().map(|word| word.cheapest(said).map(|(cost, _)| cost)).collect();
            costs.into_iter().for_each(|costs| best.offer(costs.iter().sum(), place));
        }
        assert_eq!(search.exact(&words, MOST_HITS), best.places(), "{text}");
    }
    assert!(search.index.broad(b"t").is_some() && search.index.broad(b"tabletti").is_some());
}

proptest! {
    #[test]
    fn nothing_that_is_typed_makes_it_fall(text in any::<String>(), mixed in "[a-zåäö0-9 .,\\-]{0,40}") {
        let (packages, search) = search(&Known::default());
        for text in [text, mixed] {
            for hit in search.find(&text, MOST_HITS, &no_gtin) {
                prop_assert!(hit.package < packages.len());
            }
        }
    }

    /// Whatever is found exactly contains every word; whatever is found nearly has a reason for each.
    #[test]
    fn whatever_is_found_contains_all_words(
        picked in proptest::collection::vec((0usize..16, 0usize..12, 1usize..8), 1..5),
        noise in "[a-z]{0,6}",
    ) {
        let (packages, search) = search(&Known::default());
        let mut typed: Vec<String> = picked.iter().filter_map(|&(row, word, length)| {
            let package = &packages[row];
            let said = fold::words(&format!(
                "{} {} {} {} {} {}", package.name, package.strength, package.form, package.atc, package.holder, package.vnr.as_str()
            ));
            said.get(word).map(|word| word.chars().take(length).collect())
        }).collect();
        typed.push(noise);
        let text = typed.join(" ");
        for hit in search.find(&text, MOST_HITS, &no_gtin) {
            let package = &packages[hit.package];
            let mut said = fold::words(&format!(
                "{} {} {} {} {} {} {} {} {}", package.name, package.strength, package.form, package.atc, package.atc_name,
                package.substances.join(" "), package.holder, package.vnr.as_str(), package.size
            ));
            said.extend(["fol".to_owned(), fold::words(&package.name).concat(), "4000".to_owned()]);
            let words = fold::words(&text);
            if hit.is_exact() {
                for word in &words {
                    prop_assert!(said.iter().any(|said| said.starts_with(word)), "{word} is not in {said:?}");
                }
                prop_assert_eq!(hit.why.len(), words.len());
            } else {
                prop_assert!(hit.why.len() == words.len() || hit.why.len() + 1 == words.len());
            }
        }
    }

    #[test]
    fn the_beginning_of_a_name_finds_that_name_first(row in 0usize..16, length in 1usize..20) {
        let (packages, search) = search(&Known::default());
        let typed: String = packages[row].name.chars().take(length).collect();
        let hits = search.find(&typed, MOST_HITS, &no_gtin);
        let at = hits.iter().position(|hit| packages[hit.package].name == packages[row].name);
        let others = hits.iter().take(at.unwrap_or(usize::MAX))
            .filter(|hit| !fold::words(&packages[hit.package].name).concat().starts_with(&fold::words(&typed).concat())).count();
        prop_assert!(at.is_some() && others == 0, "{typed}: {at:?}");
    }
}
