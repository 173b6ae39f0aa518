//! `bench-medicines-search [--json]`: how long a keystroke of the package search takes with 12,000 and with 200,000
//! packages, beside a bare SQLite FTS5 prefix query of the same data. What is measured is said in docs/medicines.md.

mod packages;

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use medicines::Package;
use medicines::search::{ENOUGH, Known, MOST_HITS, Search};
use rusqlite::Connection;
use serde_json::{Value, json};

/// As many packages as Finland has about on the market, and the limit of an edition.
const SIZES: [usize; 2] = [12_000, 200_000];
/// So many packages are searched for, each in several ways.
const SEARCHED: usize = 150;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let json = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => false,
        ["--json"] => true,
        _ => bail!("bench-medicines-search [--json]"),
    };
    let results = SIZES.into_iter().map(measure).collect::<Result<Vec<_>>>()?;
    if json {
        println!("{}", json!({ "search": results }));
        return Ok(());
    }
    println!(
        "{:>9} {:26} {:>10} {:>9} {:>9} {:>9}",
        "packages", "per keystroke", "keystrokes", "p50 µs", "p99 µs", "most µs"
    );
    for result in &results {
        let number = |name: &str, key: &str| {
            result.get(name).and_then(|of| of.get(key)).and_then(Value::as_f64).unwrap_or_default()
        };
        let packages = result.get("packages").and_then(Value::as_u64).unwrap_or_default();
        for (name, what) in [
            ("exact", "exact path"),
            ("fts5", "bare FTS5, unranked"),
            ("fts5Ranked", "bare FTS5, by rank"),
            ("near", "near path, mistyped"),
        ] {
            let [keystrokes, p50, p99, most] = ["keystrokes", "p50", "p99", "most"].map(|key| number(name, key));
            println!("{packages:>9} {what:26} {keystrokes:>10} {p50:>9.0} {p99:>9.0} {most:>9.0}");
        }
        let built = result.get("buildS").and_then(Value::as_f64).unwrap_or_default();
        println!("{packages:>9} index built in {built:.2} s");
    }
    Ok(())
}

fn measure(count: usize) -> Result<Value> {
    let packages = packages::artificial(count)?;
    let start = Instant::now();
    let search = Search::over(&packages, &Known::default())?;
    let built = start.elapsed();
    let fts = full_text(&packages)?;
    let sought: Vec<&Package> = packages.iter().step_by((count / SEARCHED).max(1)).take(SEARCHED).collect();
    let typed: Vec<String> = sought.iter().flat_map(|package| ways(package)).flat_map(|way| keystrokes(&way)).collect();
    // A keystroke that finds fewer than enough exactly goes the near path as well; FTS5 is asked the others only, too.
    let ours = |text: &str| search.find(text, MOST_HITS, &|_| None);
    let is_exact = |text: &String| ours(text).iter().filter(|hit| hit.is_exact()).count() >= ENOUGH;
    let typed: Vec<String> = typed.into_iter().filter(is_exact).collect();
    let exact = typed.iter().map(|text| median(|| Ok(ours(text).len()))).collect::<Result<Vec<_>>>()?;
    let wrong = |(i, package): (usize, &&Package)| {
        let [name, form, holder] =
            [&package.name, &package.form, &package.holder].map(|text| packages::mistyped(text, i));
        let everything = format!("{form} {name} {holder}");
        std::iter::once(name).chain(i.is_multiple_of(10).then_some(everything))
    };
    let mistyped: Vec<String> = sought.iter().enumerate().flat_map(wrong).flat_map(|way| keystrokes(&way)).collect();
    let near = mistyped.iter().filter(|text| !is_exact(text));
    let near = near.map(|text| median(|| Ok(ours(text).len()))).collect::<Result<Vec<_>>>()?;
    let mut fts5 = Vec::new();
    let mut ranked = Vec::new();
    // Ordering by rank is so slow that every twentieth keystroke tells enough.
    for (sql, step, times) in [
        ("SELECT rowid FROM package WHERE package MATCH ?1 LIMIT 50", 1, &mut fts5),
        ("SELECT rowid FROM package WHERE package MATCH ?1 ORDER BY rank LIMIT 50", 20, &mut ranked),
    ] {
        let mut query = fts.prepare(sql)?;
        for text in typed.iter().step_by(step) {
            let asked: Vec<String> = text.split_whitespace().map(|word| format!("\"{word}\"*")).collect();
            let asked = asked.join(" ");
            times.push(median(|| {
                let rows = query.query_map([&asked], |row| row.get::<_, i64>(0))?;
                Ok(rows.collect::<Result<Vec<_>, _>>()?.len())
            })?);
        }
    }
    Ok(json!({
        "packages": count,
        "buildS": built.as_secs_f64(),
        "exact": told(exact)?,
        "fts5": told(fts5)?,
        "fts5Ranked": told(ranked)?,
        "near": told(near)?,
    }))
}

/// The middle of three times, so that what others do on the machine counts less.
fn median(mut one: impl FnMut() -> Result<usize>) -> Result<Duration> {
    let mut times = [Duration::ZERO; 3];
    for time in &mut times {
        let start = Instant::now();
        std::hint::black_box(one()?);
        *time = start.elapsed();
    }
    times.sort_unstable();
    let [_, middle, _] = times;
    Ok(middle)
}

/// The ways in which a package is searched for.
fn ways(package: &Package) -> Vec<String> {
    let name = &package.name;
    let start: String = name.chars().take(5).collect();
    let number = package.strength.split(' ').next().unwrap_or_default();
    vec![
        name.clone(),
        format!("{start} {number} {}", package.size.normalize()),
        format!("{} {number}", package.substances.first().map_or("", String::as_str)),
        package.atc.clone(),
        package.vnr.as_str().to_owned(),
        format!("{} {start}", package.holder.split(' ').next().unwrap_or_default()),
    ]
}

/// Every text on the way to a whole one; spaces at the end are no new search.
fn keystrokes(text: &str) -> Vec<String> {
    let ends = text.char_indices().map(|(at, c)| at + c.len_utf8());
    ends.filter_map(|end| text.get(..end)).filter(|typed| !typed.ends_with(' ')).map(str::to_owned).collect()
}

/// The same data in SQLite's full text index, in memory, with its own index of beginnings.
fn full_text(packages: &[Package]) -> Result<Connection> {
    let mut database = Connection::open_in_memory()?;
    database.execute_batch(
        "CREATE VIRTUAL TABLE package USING fts5(vnr, name, strength, form, atc, atc_name, substance, holder, size,
         tokenize = 'unicode61 remove_diacritics 2', prefix = '1 2 3')",
    )?;
    let transaction = database.transaction()?;
    {
        let mut insert = transaction.prepare("INSERT INTO package VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")?;
        for p in packages {
            insert.execute(rusqlite::params![
                p.vnr.as_str(),
                p.name,
                p.strength,
                p.form,
                p.atc,
                p.atc_name,
                p.substances.join(" "),
                p.holder,
                p.size.to_string()
            ])?;
        }
    }
    transaction.commit()?;
    database.execute("INSERT INTO package(package) VALUES ('optimize')", [])?;
    Ok(database)
}

fn told(mut times: Vec<Duration>) -> Result<Value> {
    times.sort_unstable();
    let at = |share: usize| {
        let place = (times.len() * share / 100).min(times.len().saturating_sub(1));
        times.get(place).map(|took| took.as_secs_f64() * 1e6).context("nothing was measured")
    };
    Ok(json!({ "keystrokes": times.len(), "p50": at(50)?, "p99": at(99)?, "most": at(100)? }))
}
