//! What `tiski record` says to people.

use std::path::Path;

use ::record::{Backup, Restored};
use prescription::rules::{Language, Text, text};

pub const WRITE_DOWN: Text = text(
    "Palautusavain näytetään vain nyt. Kirjoita se paperille ja säilytä lukitussa paikassa, ei tällä koneella:",
    "Återställningsnyckeln visas bara nu. Skriv ned den på papper och förvara den inlåst, inte på denna dator:",
    "The recovery key is shown only now. Write it on paper and keep it locked away, not on this machine:",
);
pub const TYPE_IT: Text = text(
    "Kirjoita palautusavain (8 ryhmää, 5 merkkiä) ja paina Enter:",
    "Skriv återställningsnyckeln (8 grupper med 5 tecken) och tryck Enter:",
    "Type the recovery key (8 groups of 5 characters) and press Enter:",
);
pub const RECOVERED: Text =
    text("Avain on taas avainsäilössä.", "Nyckeln är åter i nyckelförvaringen.", "The key is in the key store again.");
pub const ASK_THE_PROGRAM: Text = text(
    "Pyydä varmuuskopio käynnissä olevalta ohjelmalta (pyyntö `backup`, kansio `record.backups`) tai sulje se ensin.",
    "Be det program som körs om säkerhetskopian (begäran `backup`, mappen `record.backups`) eller stäng det först.",
    "Ask the running program for the backup (request `backup`, folder `record.backups`), or close it first.",
);

/// What a backup has in it, and what goes with it.
pub fn backed_up(language: Language, file: &Path, made: &Backup, recovery: bool) -> String {
    let (name, events, documents) = (file.display(), made.end.get(), made.documents);
    let with = match (language, recovery) {
        (_, true) => format!(" (+ {name}.recovery)"),
        (Language::Fi, false) => {
            " Avainta ei ole kääritty palautusavaimella: kopio aukeaa vain tämän koneen avaimella.".to_owned()
        }
        (Language::Sv, false) => " Nyckeln är inte inslagen: kopian öppnas bara med denna dators nyckel.".to_owned(),
        (Language::En, false) => " The key is not wrapped: the copy opens with this machine's key alone.".to_owned(),
    };
    match language {
        Language::Fi => {
            format!("Varmuuskopio on tarkistettu: {events} tapahtumaa, {documents} asiakirjaa, {name}{with}\n")
        }
        Language::Sv => {
            format!("Säkerhetskopian är kontrollerad: {events} händelser, {documents} dokument, {name}{with}\n")
        }
        Language::En => format!("The backup is verified: {events} events, {documents} documents, {name}{with}\n"),
    }
}

/// Until when the record reaches now, what may be missing, and where it is.
pub fn restored(language: Language, restored: &Restored) -> String {
    let until = prescription::time::finnish(restored.until).format("%-d.%-m.%Y %H.%M.%S");
    let (end, epoch) = (restored.end, restored.epoch);
    let mut said = match language {
        Language::Fi => {
            format!("Kirja on palautettu: se päättyy tapahtumaan {end} ({until}). Uusi aikakausi on {epoch}.\n")
        }
        Language::Sv => {
            format!("Journalen är återställd: den slutar med händelse {end} ({until}). Ny epok: {epoch}.\n")
        }
        Language::En => {
            format!("The record is restored: it ends with event {end} ({until}). Its new epoch is {epoch}.\n")
        }
    };
    said.push_str(match language {
        Language::Fi => "Sen jälkeen tehdyt toimitukset puuttuvat. Reseptikeskuksella on ne, jotka ehdittiin lähettää; mikä tässä vielä odottaa, lähetetään uudelleen, eikä siitä synny toista toimitusta.\n",
        Language::Sv => "Senare expeditioner saknas. Receptcentret har dem som hann skickas; det som väntar här skickas på nytt och ger ingen andra expedition.\n",
        Language::En => "Dispensations made later are missing. The Prescription Centre has those that were sent; what waits here is sent again, which makes no second dispensation.\n",
    });
    if let Some(lost) = &restored.lost {
        let (events, there, kept) = (lost.events, lost.at_the_centre.len(), lost.only_kept.len());
        said.push_str(&match language {
            Language::Fi => format!("Korvatussa kirjassa oli {events} tapahtumaa enemmän: {there} asiakirjaa on Reseptikeskuksessa, {kept} vain säilytetyssä tiedostossa.\n"),
            Language::Sv => format!("Den ersatta journalen hade {events} händelser till: {there} dokument finns i Receptcentret, {kept} bara i den sparade filen.\n"),
            Language::En => format!("The record that was replaced had {events} events more: {there} documents are at the Prescription Centre, {kept} in the kept file alone.\n"),
        });
        for document in &lost.at_the_centre {
            said.push_str(&format!("  = {document}\n"));
        }
        for document in &lost.only_kept {
            said.push_str(&format!("  ! {document}\n"));
        }
    }
    if let Some(kept) = &restored.kept {
        said.push_str(&match language {
            Language::Fi => format!("Aiempi kirja on säilytetty: {}\n", kept.display()),
            Language::Sv => format!("Den tidigare journalen är sparad: {}\n", kept.display()),
            Language::En => format!("What was there before is kept: {}\n", kept.display()),
        });
    }
    said
}
