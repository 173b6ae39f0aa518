//! The record, its key, and its backups.

use prescription::rules::text;

use super::{ADMIN, Row, TRY_AGAIN};
use crate::Place;

pub(super) const TABLE: &[Row] = &[
    (
        "record-in-use",
        Place::Program,
        text(
            "Toinen ohjelma käyttää tämän työaseman kirjaa.",
            "Ett annat program använder arbetsstationens journal.",
            "Another program uses this workstation's record.",
        ),
        text("Sulje toinen Tiski-ikkuna.", "Stäng det andra Tiski-fönstret.", "Close the other Tiski window."),
    ),
    (
        "record-wrong-key",
        Place::Program,
        text("Kirjan avain on väärä.", "Journalens nyckel är fel.", "The record's key is wrong."),
        ADMIN,
    ),
    (
        "record-disk-full",
        Place::Program,
        text(
            "Levy on täynnä: mitään ei tallennettu.",
            "Disken är full: inget sparades.",
            "The disk is full: nothing was saved.",
        ),
        text(
            "Vapauta tilaa ja allekirjoita uudelleen.",
            "Frigör utrymme och signera på nytt.",
            "Free some space and sign again.",
        ),
    ),
    (
        "record-uncertain",
        Place::Program,
        text(
            "Levy petti tallennettaessa: ei tiedetä, tallentuiko.",
            "Disken svek: det är okänt om det sparades.",
            "The disk failed while saving: it is not known whether it was saved.",
        ),
        text(
            "Käynnistä ohjelma uudelleen ja katso Odottaa-luettelo ennen kuin allekirjoitat.",
            "Starta om programmet och se listan Väntar innan du signerar.",
            "Restart the program and look at the waiting list before signing.",
        ),
    ),
    (
        "record-unknown-document",
        Place::Input,
        text("Asiakirjaa ei ole.", "Dokumentet finns inte.", "There is no such document."),
        TRY_AGAIN,
    ),
    (
        "record-wrong-state",
        Place::Input,
        text(
            "Asiakirjan tila on jo toinen.",
            "Dokumentets tillstånd har redan ändrats.",
            "The document's state is another by now.",
        ),
        text("Katso luettelo uudelleen.", "Se listan på nytt.", "Look at the list again."),
    ),
    (
        "record-not-set-up",
        Place::Program,
        text(
            "Tämän työaseman kirjaa ei ole otettu käyttöön.",
            "Arbetsstationens journal har inte tagits i bruk.",
            "This workstation's record has not been set up.",
        ),
        text(
            "Suorita `tiski record setup` ja kirjoita palautusavain muistiin.",
            "Kör `tiski record setup` och skriv ned återställningsnyckeln.",
            "Run `tiski record setup` and write the recovery key down.",
        ),
    ),
    (
        "record-set-up-already",
        Place::Input,
        text(
            "Kirja tai sen avain on jo olemassa.",
            "Journalen eller dess nyckel finns redan.",
            "The record or its key is there already.",
        ),
        text(
            "Uuden palautusavaimen antaa `tiski record recovery-key`.",
            "En ny återställningsnyckel ger `tiski record recovery-key`.",
            "`tiski record recovery-key` gives a new recovery key.",
        ),
    ),
    (
        "record-key-lost",
        Place::Program,
        text(
            "Avainsäilössä ei ole tämän kirjan avainta.",
            "Nyckelförvaringen saknar journalens nyckel.",
            "The key store has no key for this record.",
        ),
        text(
            "Palauta se palautusavaimella: `tiski record recover`.",
            "Återställ den med återställningsnyckeln: `tiski record recover`.",
            "Bring it back with the recovery key: `tiski record recover`.",
        ),
    ),
    (
        "record-key-malformed",
        Place::Program,
        text(
            "Avainsäilössä kirjan nimellä oleva tieto ei ole avain.",
            "Det som förvaras under journalens namn är ingen nyckel.",
            "What is kept under the record's name is not a key.",
        ),
        text(
            "Palauta avain palautusavaimella: `tiski record recover`.",
            "Återställ nyckeln med återställningsnyckeln: `tiski record recover`.",
            "Bring the key back with the recovery key: `tiski record recover`.",
        ),
    ),
    (
        "key-store-unavailable",
        Place::Program,
        text(
            "Käyttöjärjestelmän avainsäilöön ei saada yhteyttä.",
            "Operativsystemets nyckelförvaring kan inte nås.",
            "The operating system's key store cannot be reached.",
        ),
        text(
            "Linuxissa tarvitaan työpöytäistunto ja Secret Service (gnome-keyring tai KWallet); palvelimelle katso docs/record.md.",
            "I Linux behövs en skrivbordssession och Secret Service (gnome-keyring eller KWallet); för en server, se docs/record.md.",
            "On Linux a desktop session and a Secret Service (gnome-keyring or KWallet) are needed; for a server see docs/record.md.",
        ),
    ),
    (
        "key-store-locked",
        Place::Program,
        text(
            "Käyttöjärjestelmän avainsäilö on lukossa.",
            "Operativsystemets nyckelförvaring är låst.",
            "The operating system's key store is locked.",
        ),
        text(
            "Avaa se kirjautumalla työpöydälle ja käynnistä ohjelma uudelleen.",
            "Lås upp den genom att logga in på skrivbordet och starta om programmet.",
            "Unlock it by logging in to the desktop, and start the program again.",
        ),
    ),
    (
        "key-store-forgets",
        Place::Program,
        text(
            "Avainsäilö ei säilyttänyt avainta.",
            "Nyckelförvaringen behöll inte nyckeln.",
            "The key store did not keep the key.",
        ),
        ADMIN,
    ),
    (
        "recovery-missing",
        Place::Input,
        text(
            "Tiedosto, jossa avain on palautusavaimen takana, puuttuu.",
            "Filen med den inslagna nyckeln saknas.",
            "The file with the wrapped key is missing.",
        ),
        text(
            "Ota se varmuuskopion vierestä: `tiski record recover --beside VARMUUSKOPIO`.",
            "Ta den bredvid en säkerhetskopia: `tiski record recover --beside KOPIA`.",
            "Take it from beside a backup: `tiski record recover --beside BACKUP`.",
        ),
    ),
    (
        "recovery-damaged",
        Place::Input,
        text(
            "Tiedosto, jossa avain on palautusavaimen takana, on vaurioitunut.",
            "Filen med den inslagna nyckeln är skadad.",
            "The file with the wrapped key is damaged.",
        ),
        text(
            "Ota se varmuuskopion vierestä: `tiski record recover --beside VARMUUSKOPIO`.",
            "Ta den bredvid en säkerhetskopia: `tiski record recover --beside KOPIA`.",
            "Take it from beside a backup: `tiski record recover --beside BACKUP`.",
        ),
    ),
    (
        "recovery-key-mistyped",
        Place::Input,
        text(
            "Palautusavaimessa on kirjoitusvirhe.",
            "Återställningsnyckeln är felskriven.",
            "The recovery key is mistyped.",
        ),
        text("Tarkista nämä ryhmät.", "Kontrollera dessa grupper.", "Check these groups."),
    ),
    (
        "recovery-key-length",
        Place::Input,
        text(
            "Palautusavaimessa on 8 ryhmää, joissa on 5 merkkiä.",
            "En återställningsnyckel har 8 grupper med 5 tecken.",
            "A recovery key has 8 groups of 5 characters.",
        ),
        text("Kirjoita kaikki ryhmät.", "Skriv alla grupper.", "Type all the groups."),
    ),
    (
        "recovery-key-wrong",
        Place::Input,
        text(
            "Palautusavain on kirjoitettu oikein, mutta se ei ole tämän kirjan.",
            "Återställningsnyckeln är rätt skriven men hör inte till denna journal.",
            "The recovery key is well typed and is not this record's.",
        ),
        text(
            "Etsi tämän työaseman uusin palautusavain.",
            "Sök arbetsstationens senaste återställningsnyckel.",
            "Look for this workstation's newest recovery key.",
        ),
    ),
    (
        "record-missing",
        Place::Input,
        text(
            "Kirjan tai varmuuskopion tiedosto puuttuu.",
            "Journalens eller säkerhetskopians fil saknas.",
            "The file of the record or of the backup is missing.",
        ),
        text("Tarkista tiedoston nimi.", "Kontrollera filens namn.", "Check the file's name."),
    ),
    (
        "record-newer-schema",
        Place::Program,
        text(
            "Kirja on uudemman ohjelmaversion.",
            "Journalen hör till en nyare programversion.",
            "The record belongs to a newer version of the program.",
        ),
        text(
            "Päivitä ohjelma; kirjaa voi katsoa: `tiski record show`.",
            "Uppdatera programmet; journalen kan läsas: `tiski record show`.",
            "Update the program; the record can be looked at: `tiski record show`.",
        ),
    ),
    (
        "record-file-exists",
        Place::Input,
        text(
            "Samanniminen tiedosto on jo olemassa; sitä ei korvata.",
            "En fil med samma namn finns redan; den ersätts inte.",
            "A file of that name is there already; it is not overwritten.",
        ),
        text("Valitse toinen nimi.", "Välj ett annat namn.", "Choose another name."),
    ),
    (
        "record-backup-running",
        Place::Input,
        text(
            "Toinen varmuuskopiointi on kesken.",
            "En annan säkerhetskopiering pågår.",
            "Another backup is being made.",
        ),
        text("Odota ja yritä uudelleen.", "Vänta och försök på nytt.", "Wait and try again."),
    ),
    (
        "record-backup-unsound",
        Place::Input,
        text("Varmuuskopio ei ole ehjä.", "Säkerhetskopian är inte hel.", "The backup is not whole."),
        text(
            "Mitään ei muuttunut. Käytä toista varmuuskopiota.",
            "Inget ändrades. Använd en annan säkerhetskopia.",
            "Nothing was changed. Use another backup.",
        ),
    ),
    (
        "record-restore-would-lose",
        Place::Input,
        text(
            "Nykyisessä kirjassa on tapahtumia, joita varmuuskopiossa ei ole.",
            "Den nuvarande journalen har händelser som säkerhetskopian saknar.",
            "The record has events that the backup has not.",
        ),
        text(
            "Mitään ei muuttunut. Jos se silti korvataan, lisää `--replace`: nykyinen säilyy päivätyllä nimellä.",
            "Inget ändrades. Om den ändå ska ersättas, lägg till `--replace`: den nuvarande sparas under ett daterat namn.",
            "Nothing was changed. To replace it all the same add `--replace`: what is there is kept under a dated name.",
        ),
    ),
    (
        "record-restore-over-unreadable",
        Place::Input,
        text(
            "Nykyistä kirjaa ei voi lukea tällä avaimella.",
            "Den nuvarande journalen kan inte läsas med denna nyckel.",
            "The record that is there cannot be read with this key.",
        ),
        text(
            "Mitään ei muuttunut. Jos se korvataan, lisää `--replace`: nykyinen säilyy päivätyllä nimellä.",
            "Inget ändrades. Om den ska ersättas, lägg till `--replace`: den nuvarande sparas under ett daterat namn.",
            "Nothing was changed. To replace it add `--replace`: what is there is kept under a dated name.",
        ),
    ),
    (
        "backup-nowhere",
        Place::Input,
        text(
            "Varmuuskopioiden kansiota ei ole asetettu.",
            "Ingen mapp för säkerhetskopior är inställd.",
            "No folder for backups is set.",
        ),
        text(
            "Aseta `record.backups` asetustiedostoon.",
            "Ställ in `record.backups` i inställningsfilen.",
            "Set `record.backups` in the settings file.",
        ),
    ),
];
