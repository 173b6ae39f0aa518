//! Exchange and price as a host shows them: the packages side by side with what the customer pays of each, and the sum of
//! the basket. Nothing here decides anything; what could not be counted is said, and never guessed.

use counter::{Counter, Exchange, ExchangeChoice, ExchangeError, KelaSaid, PersonSaid, Visit};
use medicines::Package;
use prescription::Oid;
use prescription::rules::{Text, text};
use reimbursement::Money;
use reimbursement::query::{Permission, PurchaseTerms, WithoutReimbursement};
use reimbursement::substitution::{Corridor, Duty, Indication, Rule, Window};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::render::Render;
use crate::{Chip, Fact, PackageLine, Tone, words};

/// Whether the prescribed package is exchanged, in one sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ExchangeView {
    /// What holds: to be exchanged, or why not; or why nothing can be said.
    pub sentence: String,
    /// The customer refuses the exchange.
    pub refuses: bool,
    /// For what the medicine is taken, as far as exchange depends on it.
    pub indication: IndicationSaid,
    /// Whether it is asked for what: where there is an exchange to hinder, or one is hindered by it.
    pub asks_indication: bool,
    /// Whether refusing, or taking that back, changes anything.
    pub may_refuse: bool,
}

/// What the customer pays of the basket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PaymentView {
    /// Prices, fees, what Kela pays: a line each.
    pub lines: Vec<Fact>,
    /// "17,90 €"; absent where it cannot be said.
    pub pays: Option<String>,
    /// On what terms it was counted, or why it could not be, in one sentence.
    pub terms: String,
    /// What has no price: a sentence each.
    pub notes: Vec<String>,
    /// What of the counting is to be confirmed, by its name.
    pub to_confirm: Vec<String>,
    /// Whether Kela can be asked, with the customer's permission.
    pub may_ask: bool,
    /// Whether it was asked in this visit.
    pub asked: bool,
}

/// For what a medicine is taken, as far as exchange depends on it (medicines notes 3.5h, 3.5i).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum IndicationSaid {
    /// Nothing that hinders an exchange.
    Ordinary,
    /// Epilepsy.
    Epilepsy,
    /// One that the prescription names as unusual (poikkeava käyttöaihe).
    Unusual,
}

impl From<Indication> for IndicationSaid {
    fn from(indication: Indication) -> Self {
        match indication {
            Indication::Ordinary => Self::Ordinary,
            Indication::Epilepsy => Self::Epilepsy,
            Indication::Unusual => Self::Unusual,
        }
    }
}

impl From<IndicationSaid> for Indication {
    fn from(said: IndicationSaid) -> Self {
        match said {
            IndicationSaid::Ordinary => Self::Ordinary,
            IndicationSaid::Epilepsy => Self::Epilepsy,
            IndicationSaid::Unusual => Self::Unusual,
        }
    }
}

impl Render {
    /// The packages that may be given, with what the exchange says of them: those of the prescribed one's size first, in the
    /// order of the exchange, then other sizes.
    pub(crate) fn packages(
        &self,
        choices: &[&Package],
        exchange: Option<&Exchange>,
        wanted: &str,
        chosen: Option<&prescription::Vnr>,
    ) -> Vec<PackageLine> {
        let place = |package: &Package| {
            let places = exchange.map(|exchange| exchange.choices.iter());
            places.and_then(|mut all| all.position(|choice| choice.vnr == package.vnr)).unwrap_or(usize::MAX)
        };
        let mut ordered: Vec<&Package> = choices.to_vec();
        // What is chosen keeps its place: only the exchange's own order counts.
        ordered.sort_by_key(|package| place(package));
        ordered.into_iter().map(|package| self.package(package, exchange, wanted, chosen)).collect()
    }

    fn package(
        &self,
        package: &Package,
        exchange: Option<&Exchange>,
        wanted: &str,
        chosen: Option<&prescription::Vnr>,
    ) -> PackageLine {
        let choice = exchange.and_then(|exchange| exchange.of(&package.vnr));
        let euro = |euro| words::euro(euro, self.language);
        let is_cheapest = exchange.and_then(|exchange| exchange.cheapest.as_ref()) == Some(&package.vnr);
        PackageLine {
            vnr: package.vnr.as_str().to_owned(),
            name: format!("{} {}", package.name, package.strength),
            holder: package.holder.clone(),
            size: format!("{} {}", prescription::amount::plain(package.size), package.unit),
            price: self.price(package.price),
            substitutes: !package.name.eq_ignore_ascii_case(wanted.trim()),
            chosen: Some(&package.vnr) == chosen,
            reference: package.exchange.reference_price.map(euro),
            pays: choice.and_then(|choice| Some(self.money(choice.pays.as_ref()?.now.pays))),
            exchangeable: choice.is_some(),
            deviates: false,
            marks: choice.map(|choice| self.marks_of(choice, is_cheapest)).unwrap_or_default(),
            hindered: choice.and_then(|choice| choice.hindered).map(|rule| rule.sentence(self.language).to_owned()),
            cases: choice.map(|choice| self.cases(choice)).unwrap_or_default(),
        }
    }

    fn money(&self, money: Money) -> String {
        words::euro(money.euro(), self.language)
    }

    /// An amount within a sentence, which no line ends in.
    fn money_said(&self, money: Money) -> String {
        self.money(money).replace(' ', "\u{a0}")
    }

    fn marks_of(&self, choice: &ExchangeChoice, is_cheapest: bool) -> Vec<Chip> {
        let chip = |text: String, tone| Chip { text, tone };
        let word = |text: &Text, tone| chip(self.say(text).to_owned(), tone);
        let mut marks = Vec::new();
        if is_cheapest {
            marks.push(word(&CHEAPEST, Tone::Good));
        }
        match choice.corridor {
            Corridor::Within if !is_cheapest => marks.push(word(&WITHIN, Tone::Plain)),
            Corridor::Above(above) => {
                marks.push(chip(self.say(&ABOVE).replace("{}", &self.money_said(above)), Tone::Think));
            }
            Corridor::Within | Corridor::Unknown => {}
        }
        if let Some(shortage) = choice.shortage {
            marks.push(match shortage.until {
                Some(until) => chip(self.say(&SHORT_UNTIL).replace("{}", &words::day(until)), Tone::Think),
                None => word(&SHORT, Tone::Think),
            });
        }
        if !choice.on_market {
            marks.push(word(&NOT_SOLD, Tone::Think));
        }
        if choice.used_before {
            marks.push(word(&USED_BEFORE, Tone::Know));
        }
        if choice.biological {
            marks.push(word(&BIOLOGICAL, Tone::Know));
        }
        marks
    }

    /// What the customer pays of it in the other cases.
    fn cases(&self, choice: &ExchangeChoice) -> Vec<Fact> {
        let Some(pays) = &choice.pays else { return vec![] };
        let fact =
            |label: &Text, money| Fact { label: self.say(label).to_owned(), text: self.money(money), strong: false };
        vec![
            fact(&IF_REFUSED, pays.customer_refused.pays),
            fact(&IF_FORBIDDEN, pays.prescriber_forbade.pays),
            fact(&UNREIMBURSED, pays.unreimbursed.pays),
        ]
    }

    /// What holds of the exchange; nothing where no package of the database was prescribed and none can be chosen.
    pub(crate) fn exchange(&self, exchange: &Result<Exchange, ExchangeError>, said: PersonSaid) -> ExchangeView {
        let PersonSaid { refuses, indication } = said;
        let (sentence, exchanges) = match exchange {
            Ok(exchange) => (self.duty(exchange), exchange.duty == Duty::Exchange),
            Err(ExchangeError::NotInDatabase) => (self.say(&NOT_IN_DATABASE).to_owned(), false),
            Err(_) => (self.say(&NOT_COUNTED).to_owned(), false),
        };
        // What could not be counted is nobody's to refuse.
        let of_an_exchange = |said: bool| exchange.is_ok() && (said || exchanges);
        ExchangeView {
            sentence,
            refuses,
            may_refuse: of_an_exchange(refuses),
            indication: indication.into(),
            asks_indication: of_an_exchange(indication != Indication::Ordinary),
        }
    }

    fn duty(&self, exchange: &Exchange) -> String {
        match (exchange.duty, &exchange.window, exchange.corridor_top) {
            (Duty::Continue(Rule::Interval), Some(Window::Closed { name, until, .. }), _) => {
                self.say(&CONTINUE_UNTIL).replace("{name}", name).replace("{day}", &words::day(*until))
            }
            (Duty::Continue(rule), ..) => rule.sentence(self.language).to_owned(),
            (Duty::Exchange, _, Some(top)) => self.say(&EXCHANGE).replace("{}", &self.money_said(top)),
            (Duty::Exchange, ..) => self.say(&words::ALLOWED).to_owned(),
        }
    }

    /// The sum of the basket.
    pub(crate) fn payment(&self, counter: &Counter, visit: &Visit) -> PaymentView {
        let may_ask = counter.can_ask_kela();
        let asked = visit.kela != KelaSaid::NotAsked;
        let mut view = PaymentView {
            lines: vec![],
            pays: None,
            terms: self.terms(counter, visit),
            notes: vec![],
            to_confirm: vec![],
            may_ask,
            asked,
        };
        let Ok(sum) = counter.basket_sum(visit) else {
            view.terms = self.say(&NOT_COUNTED).to_owned();
            return view;
        };
        let mut line = |label: &Text, text: String| {
            view.lines.push(Fact { label: self.say(label).to_owned(), text, strong: false });
        };
        if !sum.fees.is_zero() {
            line(&FEES, self.money(sum.fees));
        }
        if !sum.reimbursed.is_zero() {
            line(&KELA, format!("−{}", self.money(sum.reimbursed)));
        }
        view.pays = (!sum.quotes.is_empty()).then(|| self.money(sum.pays));
        if sum.unpriced > 0 {
            view.notes.push(self.say(&UNPRICED).replace("{}", &sum.unpriced.to_string()));
        }
        view.to_confirm = sum.to_confirm.iter().map(|subject| subject.words(self.language)).collect();
        view
    }

    /// On what terms the purchase is counted.
    fn terms(&self, counter: &Counter, visit: &Visit) -> String {
        let day = self.today;
        let said = match visit.kela.terms(day) {
            None if !counter.can_ask_kela() => &NO_QUERY,
            None => &NOT_ASKED,
            Some(PurchaseTerms::Direct(_) | PurchaseTerms::Exceptional(_)) => &DIRECT,
            Some(PurchaseTerms::WithoutReimbursement(why)) => match why {
                WithoutReimbursement::NoRight => &NO_RIGHT,
                WithoutReimbursement::Contradictory => &CONTRADICTORY,
                WithoutReimbursement::NoAnswer(error) => return error.sentence(self.language).to_owned(),
            },
        };
        self.say(said).to_owned()
    }
}

/// On what the customer's permission rests: what was shown, or the word of a person whose identity was checked.
pub(crate) fn permission(visit: &Visit) -> Permission {
    match (&visit.acting.on_behalf, visit.acting.identified.as_str()) {
        (Some(_), _) => Permission::Authorisation,
        (None, "kela-card") => Permission::KelaCard,
        (None, "instruction") => Permission::PatientInstruction,
        (None, _) => Permission::Oral,
    }
}

/// What the exchange of a prescription of the visit says, where a package is chosen.
pub(crate) fn of(counter: &Counter, visit: &Visit, set_id: &Oid) -> Option<Result<Exchange, ExchangeError>> {
    visit.proposals.contains_key(set_id).then(|| counter.exchange_of(visit, set_id))
}

const CHEAPEST: Text = text("edullisin", "förmånligast", "cheapest");
const WITHIN: Text = text("hintaputkessa", "inom prisröret", "within corridor");
const ABOVE: Text = text("{} yli hintaputken", "{} över prisröret", "{} above corridor");
const SHORT: Text = text("saatavuushäiriö", "tillgångsstörning", "in shortage");
const SHORT_UNTIL: Text = text("saatavuushäiriö {} asti", "tillgångsstörning till {}", "in shortage until {}");
const NOT_SOLD: Text = text("ei kaupan", "säljs inte", "not sold");
const USED_BEFORE: Text = text("käytetty ennen", "använt förut", "used before");
const BIOLOGICAL: Text = text("biologinen", "biologiskt", "biological");
const IF_REFUSED: Text = text("Asiakas kieltäytyy", "Kunden vägrar", "Customer refuses");
const IF_FORBIDDEN: Text = text("Määrääjä kieltänyt", "Förskrivaren förbjudit", "Prescriber forbade");
const UNREIMBURSED: Text = text("Ilman korvausta", "Utan ersättning", "Without reimbursement");
const EXCHANGE: Text = text(
    "Vaihdetaan, jos asiakas ei kieltäydy. Hintaputken yläraja {}.",
    "Byts om kunden inte vägrar. Prisrörets övre gräns {}.",
    "To be exchanged unless the customer refuses. Top of the price corridor {}.",
);
const CONTINUE_UNTIL: Text = text(
    "Hoitoa jatketaan valmisteella {name}; vaihtaa voi {day} alkaen.",
    "Behandlingen fortsätter med {name}; byte är möjligt från {day}.",
    "Treatment goes on with {name}; an exchange is possible from {day}.",
);
const NOT_IN_DATABASE: Text = text(
    "Määrättyä pakkausta ei ole lääketietokannassa: vaihtokelpoisia ei voi näyttää.",
    "Den ordinerade förpackningen finns inte i läkemedelsdatabasen: utbytbara kan inte visas.",
    "The prescribed package is not in the medicines database: interchangeable ones cannot be shown.",
);
const NOT_COUNTED: Text = text(
    "Asiakkaan osuutta ei voi laskea, koska tälle päivälle ei ole kaikkia tietoja. Laske kassalla.",
    "Kundens andel kan inte räknas, eftersom alla uppgifter för dagen inte finns. Räkna i kassan.",
    "What the customer pays cannot be counted: not all data of this day are there. Count it at the till.",
);
const FEES: Text = text("Toimitusmaksut", "Expeditionsavgifter", "Dispensing fees");
const KELA: Text = text("Kela korvaa", "FPA ersätter", "Kela reimburses");
const UNPRICED: Text = text(
    "{} lääkkeellä ei ole hintaa: se ei ole summassa.",
    "{} läkemedel saknar pris och ingår inte i summan.",
    "{} without a price: not in the sum.",
);
const NO_QUERY: Text = text(
    "Ilman suorakorvauskyselyä: asiakas maksaa koko hinnan ja hakee korvauksen Kelasta.",
    "Utan förfrågan om direktersättning: kunden betalar hela priset och söker ersättning hos FPA.",
    "Without the reimbursement query: the customer pays the whole price and applies to Kela.",
);
const NOT_ASKED: Text = text(
    "Kelasta ei ole kysytty: laskettu ilman korvausta.",
    "FPA har inte tillfrågats: räknat utan ersättning.",
    "Kela has not been asked: counted without reimbursement.",
);
const DIRECT: Text = text("Laskettu Kelan vastauksella.", "Räknat enligt FPA:s svar.", "Counted by Kela's answer.");
const NO_RIGHT: Text = text(
    "Kelan mukaan asiakkaalla ei ole oikeutta suorakorvaukseen: laskettu ilman korvausta.",
    "Enligt FPA har kunden inte rätt till direktersättning: räknat utan ersättning.",
    "Kela says that the customer has no right to direct reimbursement: counted without it.",
);
const CONTRADICTORY: Text = text(
    "Kelan vastaus on ristiriitainen: laskettu ilman korvausta. Kysy uudelleen.",
    "FPA:s svar är motsägelsefullt: räknat utan ersättning. Fråga på nytt.",
    "Kela's answer contradicts itself: counted without reimbursement. Ask again.",
);

#[cfg(test)]
mod tests {
    use prescription::{Language, Vnr};
    use reimbursement::Quote;
    use reimbursement::substitution::{Pays, Reason, Shortage};

    use super::*;

    fn euro(text: &str) -> Money {
        Money::of(text.parse().unwrap()).unwrap()
    }

    fn quote(pays: &str) -> Quote {
        let (zero, pays) = (Money::ZERO, euro(pays));
        Quote {
            price: pays,
            fee: zero,
            above_reference: zero,
            refundable: zero,
            deductible: zero,
            own_share: zero,
            reimbursed: zero,
            additional: zero,
            pays,
            accrued: zero,
            class: None,
        }
    }

    fn choice() -> ExchangeChoice {
        ExchangeChoice {
            vnr: Vnr::parse("600000").unwrap(),
            prescribed: false,
            hindered: None,
            corridor: Corridor::Above(euro("0.68")),
            used_before: true,
            biological: true,
            on_market: false,
            shortage: Some(Shortage { until: "2027-01-15".parse().ok() }),
            pays: Some(Pays {
                now: quote("3.45"),
                customer_refused: quote("4.34"),
                prescriber_forbade: quote("3.79"),
                unreimbursed: quote("6.32"),
                to_confirm: vec![],
            }),
            reason: Reason::NotNeeded,
        }
    }

    fn render(language: Language) -> Render {
        Render { language, today: "2026-11-26".parse().unwrap() }
    }

    #[test]
    fn every_mark_of_a_package_is_a_word_of_its_own_in_three_languages() {
        let marks = |language, choice: &ExchangeChoice, cheapest| {
            let marks = render(language).marks_of(choice, cheapest);
            marks.into_iter().map(|chip| chip.text.replace('\u{a0}', " ")).collect::<Vec<_>>()
        };
        assert_eq!(
            marks(Language::Fi, &choice(), false),
            ["0,68 € yli hintaputken", "saatavuushäiriö 15.1.2027 asti", "ei kaupan", "käytetty ennen", "biologinen"]
        );
        assert_eq!(marks(Language::En, &choice(), false)[0], "€0.68 above corridor");
        let plain = ExchangeChoice {
            corridor: Corridor::Within,
            used_before: false,
            biological: false,
            on_market: true,
            shortage: None,
            ..choice()
        };
        assert_eq!(marks(Language::Sv, &plain, true), ["förmånligast"], "the cheapest is within anyhow");
        assert_eq!(marks(Language::Sv, &plain, false), ["inom prisröret"]);
        assert!(marks(Language::Fi, &ExchangeChoice { corridor: Corridor::Unknown, ..plain }, false).is_empty());
    }

    #[test]
    fn what_the_customer_pays_in_the_other_cases_stands_beside_and_a_package_without_a_price_has_none() {
        let told = render(Language::Fi).cases(&choice());
        let told: Vec<(&str, &str)> = told.iter().map(|fact| (fact.label.as_str(), fact.text.as_str())).collect();
        assert_eq!(
            told,
            [("Asiakas kieltäytyy", "4,34 €"), ("Määrääjä kieltänyt", "3,79 €"), ("Ilman korvausta", "6,32 €")]
        );
        assert!(render(Language::Fi).cases(&ExchangeChoice { pays: None, ..choice() }).is_empty());
        assert_eq!(render(Language::Fi).price(None), "ei hintaa");
    }

    #[test]
    fn what_cannot_be_said_of_an_exchange_is_said_to_be_so() {
        for language in [Language::Fi, Language::Sv, Language::En] {
            let view = render(language).exchange(&Err(ExchangeError::NotInDatabase), PersonSaid::default());
            assert!(view.sentence.ends_with('.') && !view.may_refuse);
            let view = render(language)
                .exchange(&Err(ExchangeError::Tables), PersonSaid { refuses: true, ..PersonSaid::default() });
            assert!(view.sentence.ends_with('.') && view.refuses && !view.may_refuse);
        }
    }
}
