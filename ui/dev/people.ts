// Artificial prescriptions for the double; names, prices and answers are only examples.

import type { CheckLine, DeviationView, ExchangeView, LabelSuggestion, PackageLine, PrescriptionLine, PrescriptionView, ProposalView, VisitView } from '../src/generated/api';

export type Tongue = 'fi' | 'sv' | 'en';
export const day = '2026-11-22';

let tongue: Tongue = 'fi';
export function setTongue(to: Tongue): void {
  tongue = to;
}
export function say(fi: string, sv: string, en: string): string {
  return { fi, sv, en }[tongue];
}

function line(n: number, name: string, strengthForm: string, more: Partial<PrescriptionLine>): PrescriptionLine {
  return {
    setId: `set-${n}`,
    name,
    strengthForm,
    remaining: '',
    piecesLeft: null,
    piecesTotal: null,
    validUntil: '',
    dispensable: true,
    hindrance: null,
    marks: [],
    inBasket: false,
    ...more,
  };
}

function lines(): PrescriptionLine[] {
  return [
    line(1, 'DIAPAM', say('10 mg tabletti', '10 mg tablett', '10 mg tablet'), {
      remaining: '3 × 21 fol',
      piecesLeft: 3,
      piecesTotal: 4,
      validUntil: '24.4.2027',
      marks: [{ text: 'PKV', tone: 'think' }],
    }),
    line(2, 'AMLODIPIN ORION', say('5 mg tabletti', '5 mg tablett', '5 mg tablet'), { remaining: '196 tabl', piecesLeft: 2, piecesTotal: 3, validUntil: '2.9.2028' }),
    line(3, 'METFORMIN TEVA', say('500 mg tabletti, kalvopäällysteinen', '500 mg tablett, filmdragerad', '500 mg film-coated tablet'), {
      remaining: '400 fol',
      piecesLeft: 1,
      piecesTotal: 1,
      validUntil: '2.9.2028',
    }),
    line(4, 'THYROXIN', say('100 mikrog tabletti', '100 mikrog tablett', '100 microg tablet'), {
      remaining: '100 tabl',
      piecesLeft: 1,
      piecesTotal: 4,
      validUntil: '1.6.2027',
      hindrance: { text: say('perustele', 'motivera', 'give a reason'), tone: 'think' },
    }),
    line(5, 'KLEXANE', say('40 mg injektioneste, esitäytetty ruisku', '40 mg injektionsvätska, förfylld spruta', '40 mg solution for injection, pre-filled syringe'), {
      remaining: say('10 ruiskua', '10 sprutor', '10 syringes'),
      piecesLeft: 1,
      piecesTotal: 2,
      validUntil: '11.3.2027',
      dispensable: false,
      hindrance: { text: say('lukittu · Lähdeapteekki', 'låst · Källapoteket', 'locked · Lähdeapteekki'), tone: 'cannot' },
    }),
    line(6, 'AMORION', say('500 mg kapseli, kova', '500 mg kapsel, hård', '500 mg hard capsule'), {
      validUntil: '2.10.2027',
      dispensable: false,
      hindrance: { text: say('kokonaan toimitettu 2.10.2026', 'helt expedierat 2.10.2026', 'fully dispensed 2.10.2026'), tone: 'plain' },
    }),
    line(7, 'BURANA', say('600 mg tabletti', '600 mg tablett', '600 mg tablet'), {
      validUntil: '14.8.2026',
      dispensable: false,
      hindrance: { text: say('mitätöity 14.8.2026, hoidollinen syy', 'ogiltigförklarat 14.8.2026, vårdskäl', 'cancelled 14.8.2026, treatment reason'), tone: 'plain' },
    }),
  ];
}

export function visitOf(other: boolean): VisitView {
  return {
    customer: 'Potilas, Pekka Pietari',
    identity: '030875-9•••',
    about: say('51 v · mies', '51 år · man', '51 y · male'),
    chips: [
      other ? say('Asioi toisen puolesta · henkilökortti', 'För någon annan · identitetskort', 'For another · identity card') : say('Asioi itse · henkilökortti', 'Kunden själv · identitetskort', 'The customer · identity card'),
      say('Syy: toimitus', 'Orsak: expediering', 'Reason: dispensing'),
    ],
    warning: null,
    fetchedAt: '10.42',
    prescriptions: lines(),
    open: null,
    basket: [],
    basketTotal: '0,00 €',
    payment: { lines: [], pays: null, terms: '', notes: [], toConfirm: [], mayAsk: !new URLSearchParams(location.search).get('scene')?.includes('no-query'), asked: false },
    signed: [],
    handedOver: null,
  };
}

/** A package of the double: price, reference and what the customer pays, as text; marks are added by name. */
type Sold = [vnr: string, name: string, holder: string, size: string, price: string, reference: string | null, pays: string | null, unreimbursed: string];

function sold([vnr, name, holder, size, price, reference, pays, unreimbursed]: Sold, more: Partial<PackageLine> = {}): PackageLine {
  const cases = pays
    ? [
        { label: say('Asiakas kieltäytyy', 'Kunden vägrar', 'Customer refuses'), text: pays, strong: false },
        { label: say('Määrääjä kieltänyt', 'Förskrivaren förbjudit', 'Prescriber forbade'), text: pays, strong: false },
        { label: say('Ilman korvausta', 'Utan ersättning', 'Without reimbursement'), text: unreimbursed, strong: false },
      ]
    : [];
  return { vnr, name, holder, size, price, substitutes: false, chosen: false, reference, pays, exchangeable: true, deviates: false, marks: [], hindered: null, cases, ...more };
}

const mark = {
  cheapest: () => ({ text: say('edullisin', 'förmånligast', 'cheapest'), tone: 'good' as const }),
  within: () => ({ text: say('hintaputkessa', 'inom prisröret', 'within corridor'), tone: 'plain' as const }),
  above: (euro: string) => ({ text: say(`${euro} yli hintaputken`, `${euro} över prisröret`, `${euro} above corridor`), tone: 'think' as const }),
  short: () => ({ text: say('saatavuushäiriö 15.1.2027 asti', 'tillgångsstörning till 15.1.2027', 'in shortage until 15.1.2027'), tone: 'think' as const }),
  used: () => ({ text: say('käytetty ennen', 'använt förut', 'used before'), tone: 'know' as const }),
  biological: () => ({ text: say('biologinen', 'biologiskt', 'biological'), tone: 'know' as const }),
};

export function packagesOf(setId: string, chosen?: string): PackageLine[] {
  const all: Record<string, PackageLine[]> = {
    'set-1': [
      sold(['014258', 'DIAPAM 10 mg', 'ORION OYJ', '100 fol', '3,86 €', '4,62 €', '2,32 €', '6,32 €'], { marks: [mark.cheapest(), mark.used()] }),
      sold(['033417', 'MEDIPAM 10 mg', 'ORION OYJ', '98 fol', '4,12 €', '4,62 €', '2,47 €', '6,58 €'], { substitutes: true, marks: [mark.within(), mark.short()] }),
      sold(['041902', 'STESOLID 10 mg', 'TEVA FINLAND OY', '100 fol', '5,30 €', '4,62 €', '3,45 €', '7,76 €'], { substitutes: true, marks: [mark.above('0,68 €')] }),
      sold(['041950', 'DIAPAM 10 mg', 'ORION OYJ', '30 fol', say('ei hintaa', 'inget pris', 'no price'), null, null, ''], { exchangeable: false }),
    ],
    'set-2': [
      sold(['052002', 'AMLODIPIN KRKA 5 mg', 'KRKA SVERIGE AB', '98 tabl', '3,60 €', '4,10 €', '3,64 €', '6,06 €'], { substitutes: true, marks: [mark.cheapest()] }),
      sold(['052001', 'AMLODIPIN ORION 5 mg', 'ORION OYJ', '98 tabl', '4,18 €', '4,10 €', '4,02 €', '6,64 €'], { marks: [mark.above('0,08 €'), mark.used()] }),
    ],
    'set-3': [sold(['063114', 'METFORMIN TEVA 500 mg', 'TEVA FINLAND OY', '400 fol', '11,40 €', null, '8,32 €', '13,86 €'])],
    'set-4': [sold(['071225', 'THYROXIN 100 mikrog', 'ORION OYJ', '100 tabl', '6,05 €', null, '5,11 €', '8,51 €'])],
    'set-5': [],
  };
  const list = structuredClone(all[setId] ?? []);
  const which = chosen ?? list.find((one) => !one.substitutes)?.vnr;
  list.forEach((one) => (one.chosen = one.vnr === which));
  return list;
}

// What only a safety check says.
const ofRule = { subject: '', data: '', namesAnother: false };
/** Reasons for deviating, made up as all that the double says. */
function deviationOf(setId: string): DeviationView {
  return {
    reasons: [
      { path: '57f', code: '1', name: say('Lääkkeen saatavuushäiriö', 'Störning i tillgången', 'Shortage of the medicine') },
      { path: '57f', code: '2', name: say('Lääkemuoto ei sovi potilaalle', 'Läkemedelsformen passar inte patienten', 'The form does not suit the patient') },
      { path: '57g', code: '3', name: say('Ilmeinen kirjoitusvirhe', 'Uppenbart skrivfel', 'An obvious slip of the pen') },
    ],
    says: null,
    closed:
      setId === 'set-1'
        ? say(
            'PKV- tai huumausainelääkettä ei toimiteta poikkeavasti (57 f §, 57 g §).',
            'Ett PKV-läkemedel eller narkotikum expedieras inte avvikande (57 f §, 57 g §).',
            'A controlled medicine or narcotic is not dispensed otherwise than prescribed (57 f §, 57 g §).',
          )
        : null,
  };
}

/** What the double says of the exchange: `biological` of the scene is told by the one who asks. */
export function exchangeOf(setId: string, refuses: boolean): ExchangeView {
  const alone = setId === 'set-3' || setId === 'set-4' || setId === 'set-5';
  return {
    sentence: alone
      ? say('Ei vaihtokelpoista valmistetta.', 'Inget utbytbart preparat.', 'No interchangeable product.')
      : refuses
        ? say('Asiakas on kieltänyt vaihdon.', 'Kunden har förbjudit utbytet.', 'The customer refused the exchange.')
        : say('Vaihdetaan, jos asiakas ei kieltäydy. Hintaputken yläraja 4,62 €.', 'Byts om kunden inte vägrar. Prisrörets övre gräns 4,62 €.', 'To be exchanged unless the customer refuses. Top of the price corridor €4.62.'),
    refuses,
    indication: 'ordinary',
    asksIndication: !alone && !refuses,
    mayRefuse: !alone,
  };
}

const cents = (text: string): number => Math.round(Number(text.replace(' €', '').replace('−', '').replace(',', '.')) * 100) || 0;
const euro = (n: number): string => `${Math.floor(n / 100)},${String(n % 100).padStart(2, '0')} €`;

/** The sum of the basket: a fee for each, and forty percent of it all from Kela once she has been asked. */
export function pay(view: VisitView): void {
  const sum = view.basket.reduce((all, line) => all + cents(line.price), 0);
  const fees = view.basket.length * 246;
  const kela = view.payment.asked ? Math.round((sum + fees) * 0.4) : 0;
  view.basketTotal = euro(sum);
  view.payment.lines = [
    { label: say('Toimitusmaksut', 'Expeditionsavgifter', 'Dispensing fees'), text: euro(fees), strong: false },
    ...(kela ? [{ label: say('Kela korvaa', 'FPA ersätter', 'Kela reimburses'), text: `−${euro(kela)}`, strong: false }] : []),
  ];
  view.payment.pays = view.basket.length > 0 ? euro(sum + fees - kela) : null;
  view.payment.terms = !view.payment.mayAsk
    ? say('Ilman suorakorvauskyselyä: asiakas maksaa koko hinnan ja hakee korvauksen Kelasta.', 'Utan förfrågan om direktersättning: kunden betalar hela priset och söker ersättning hos FPA.', 'Without the reimbursement query: the customer pays the whole price and applies to Kela.')
    : view.payment.asked
      ? say('Laskettu Kelan vastauksella.', 'Räknat enligt FPA:s svar.', 'Counted by Kela’s answer.')
      : say('Kelasta ei ole kysytty: laskettu ilman korvausta.', 'FPA har inte tillfrågats: räknat utan ersättning.', 'Kela has not been asked: counted without reimbursement.');
  view.payment.toConfirm = kela ? [say('Pyöristys senteiksi', 'Avrundning till cent', 'Rounding to cents'), say('Toimitusmaksu viitehinnan lisäksi', 'Expeditionsavgift utöver referenspriset', 'Dispensing fee beside the reference price')] : [];
}

function checksOf(setId: string, proposal?: ProposalView): CheckLine[] {
  const pass = (rule: string, sentence: string): CheckLine => ({ ...ofRule, rule, outcome: 'pass', sentence, advice: '' });
  const passed = [
    pass('LC-2', say('Resepti on voimassa.', 'Receptet är giltigt.', 'The prescription is valid.')),
    pass('DI-3', say('Allekirjoitus on eheä.', 'Underskriften är hel.', 'The signature holds.')),
    pass('DI-7', say('Määrää on jäljellä.', 'Det finns mängd kvar.', 'Enough is left.')),
    pass('DI-7b', say('Väli on kulunut.', 'Intervallet har gått.', 'The interval has passed.')),
  ];
  if (setId === 'set-1' && Number(proposal?.amount ?? 21) > 21)
    return [
      {
        ...ofRule,
        rule: 'DI-7d',
        outcome: 'stop',
        sentence: say('PKV-lääkettä ei saa antaa yhdellä kerralla määrättyä erää enempää.', 'Av ett HCI-läkemedel får inte ges mer än den ordinerade posten på en gång.', 'A PKV medicine must not be given beyond the prescribed lot at once.'),
        advice: say('Anna enintään 21 fol tai pienempi pakkaus.', 'Ge högst 21 fol eller en mindre förpackning.', 'Give at most 21 fol, or a smaller package.'),
      },
      ...passed,
    ];
  if (setId === 'set-4')
    return [
      {
        ...ofRule,
        rule: 'DI-7b',
        outcome: proposal?.reason ? 'reasoned' : 'needs-reason',
        sentence: say('Toimitus on 12 päivää etuajassa.', 'Expedieringen är 12 dagar för tidig.', 'This dispensation is 12 days early.'),
        advice: say('Lääkettä pitäisi riittää 3.12. asti. Kirjaa syy, jos annat sen nyt.', 'Läkemedlet borde räcka till 3.12. Anteckna orsaken om du ger det nu.', 'The medicine should last until 3.12. Record the reason if you give it now.'),
      },
      ...passed,
    ];
  if (setId === 'set-5')
    return [
      {
        ...ofRule,
        rule: 'LC-9',
        outcome: 'stop',
        sentence: say('Resepti on lukittu toiseen apteekkiin.', 'Receptet är låst till ett annat apotek.', 'The prescription is locked to another pharmacy.'),
        advice: say('Pyydä Lähdeapteekkia vapauttamaan lukitus.', 'Be Källapoteket frigöra låsningen.', 'Ask Lähdeapteekki to release the lock.'),
      },
      ...passed,
    ];
  return [
    ...safety(setId !== 'set-3' ? 'note' : proposal?.reason ? 'reasoned' : 'needs-reason'),
    ...passed,
  ];
}

/** A dosage that the prescriber wrote in short. */
const short = '1 tbl x 1 ohj. mukaan verenpaineeseen';
const writtenOut: LabelSuggestion = {
  text: '1 tabletti 1 kerran päivässä ohj. mukaan verenpaineeseen',
  changes: true,
  parts: [
    { text: '1 ', kind: 'kept' },
    { text: 'tabletti', kind: 'expanded' },
    { text: ' ', kind: 'kept' },
    { text: '1 kerran päivässä', kind: 'expanded' },
    { text: ' ', kind: 'kept' },
    { text: 'ohj.', kind: 'unknown' },
    { text: ' mukaan verenpaineeseen', kind: 'kept' },
  ],
};
/** Safety checks: a duplicate, a remark, and what nobody could look at. */
function safety(duplicate: CheckLine['outcome']): CheckLine[] {
  const line = (rule: string, outcome: CheckLine['outcome'], subject: string, sentence: string, advice: string, namesAnother = false): CheckLine => ({
    rule, outcome, subject, sentence, advice, namesAnother, data: say('Lääketietokanta 2026.022', 'Läkemedelsdatabasen 2026.022', 'Pharmaceutical Database 2026.022'),
  });
  const itself = say('Tarkista itse.', 'Kontrollera själv.', 'Check it yourself.');
  return [
    line(duplicate === 'note' ? 'SC-1b' : 'SC-1', duplicate, say('päällekkäisyys', 'dubbelbehandling', 'duplicate therapy'), say('Asiakkaalla on jo samaa lääkeainetta: NORVASC 5 mg.', 'Kunden har redan samma substans: NORVASC 5 mg.', 'The customer already has the same substance: NORVASC 5 mg.'), say('Varmista, että molempia on tarkoitus käyttää, ja kirjaa peruste.', 'Försäkra dig om att båda ska användas och ange motiveringen.', 'Make sure that both are meant to be used, and state the reason.'), true),
    line('SC-12', 'note', say('ajokyky', 'körförmåga', 'driving'), say('Lääke voi heikentää ajokykyä.', 'Läkemedlet kan försämra körförmågan.', 'The medicine may impair driving.'), say('Kerro asiakkaalle; merkintä tulee ohjelippuun.', 'Berätta för kunden; märkningen hör till etiketten.', 'Tell the customer; the mark belongs on the label.')),
    line('SC-14u', 'unchecked', say('yhteisvaikutukset', 'interaktioner', 'interactions'), say('Yhteisvaikutuksia ei tarkisteta: ohjelmassa ei ole lisensoitua yhteisvaikutustietokantaa.', 'Interaktioner kontrolleras inte: programmet har ingen licensierad interaktionsdatabas.', 'Interactions are not checked: the program has no licensed interaction database.'), say('Tarkista ne apteekin omasta tietokannasta.', 'Kontrollera dem i apotekets egen databas.', 'Check them in the pharmacy’s own database.')),
    line('SC-3v', 'unchecked', say('enimmäisannos', 'maximal dos', 'maximum dose'), say('Enimmäisannosta ei tarkistettu: annostuksesta ei voi laskea vuorokausiannosta.', 'Maximaldosen kontrollerades inte: dygnsdosen kan inte räknas ur doseringen.', 'The maximum dose was not checked: no daily dose can be computed from the dosage.'), itself),
    line('SC-11u', 'unchecked', say('raskaus', 'graviditet', 'pregnancy'), say('Sopivuutta raskauden ja imetyksen aikana ei tarkistettu: tästä lääkkeestä ei ole tietoa.', 'Lämpligheten under graviditet och amning kontrollerades inte: uppgifter om läkemedlet saknas.', 'Suitability in pregnancy and nursing was not checked: there are no data on this medicine.'), itself),
  ];
}

export function prescription(setId: string, before?: ProposalView): PrescriptionView {
  const row = lines().find((one) => one.setId === setId) ?? lines()[0];
  const packages = packagesOf(setId);
  const amounts: Record<string, [string, string, boolean, string]> = {
    'set-1': ['21', 'fol', true, '2X21 fol'],
    'set-2': ['98', 'tabl', false, '98 tabl'],
    'set-3': ['400', 'fol', false, ''],
    'set-4': ['100', 'tabl', false, ''],
  };
  const given = amounts[setId];
  const checks = checksOf(setId, before);
  const proposal: ProposalView | null = given
    ? {
        vnr: packages.find((one) => one.chosen)?.vnr ?? '',
        packages: 1,
        amount: given[0],
        unit: given[1],
        partPackage: given[2],
        delivered: `${given[0]} ${given[1]}`,
        remainingAfter: given[3],
        fullyDispensed: given[3] === '',
        price: packages.find((one) => one.chosen)?.price ?? '',
        reason: before?.reason ?? null,
        checks,
        passed: checks.filter((check) => check.outcome === 'pass').length,
        mayAdd: !checks.some((check) => check.rule !== 'DI-3' && (check.outcome === 'stop' || check.outcome === 'needs-reason')),
        maySign: !checks.some((check) => check.outcome === 'stop' || check.outcome === 'needs-reason'),
      }
    : setId === 'set-5'
      ? { vnr: '', packages: 1, amount: '10', unit: say('ruiskua', 'sprutor', 'syringes'), partPackage: false, delivered: say('10 ruiskua', '10 sprutor', '10 syringes'), remainingAfter: '', fullyDispensed: true, price: '38,20 €', reason: null, checks, passed: 4, mayAdd: false, maySign: false }
      : null;
  const dosage = say('1 tabletti aamulla, päivällä ja illalla. Ahdistukseen.', '1 tablett på morgonen, dagen och kvällen. Mot ångest.', '1 tablet in the morning, at noon and in the evening. For anxiety.');
  return {
    setId,
    title: `${row?.name ?? ''} ${row?.strengthForm ?? ''}`,
    subtitle: say(
      'diatsepaami · N05BA01 · määrätty 24.4.2026, yl. Lasse Lääkäri, Esimerkkilän terveysasema',
      'diazepam · N05BA01 · ordinerat 24.4.2026, öl. Lasse Lääkäri, Esimerkkilä hälsostation',
      'diazepam · N05BA01 · prescribed 24.4.2026, Lasse Lääkäri, Esimerkkilä health centre',
    ),
    labelDosage: setId === 'set-2' ? short : dosage,
    suggestion: setId === 'set-2' ? writtenOut : null,
    structuredDosage:
      setId === 'set-2' ? [{ text: say('1 tabletti kerran päivässä.', '1 tablett 1 gång om dagen.', '1 tablet once a day.'), sure: true }] : [],
    prescribedDosage: setId === 'set-2' ? short : say('1 tabl 3 kertaa päivässä ahdistukseen', '1 tabl 3 gånger om dagen mot ångest', '1 tabl three times a day for anxiety'),
    message: setId === 'set-1' ? say('toimitetaan viikon erissä.', 'expedieras i veckoposter.', 'to be given in weekly lots.') : null,
    facts: [
      { label: say('Määrätty', 'Ordinerat', 'Prescribed'), text: '21 fol, iter 3, 7 pv', strong: false },
      { label: say('Viimeksi', 'Senast', 'Last'), text: say('14.11. DIAPAM 21 fol, täällä', '14.11. DIAPAM 21 fol, här', '14.11. DIAPAM 21 fol, here'), strong: false },
      { label: say('Aikaisintaan', 'Tidigast', 'Earliest'), text: say('21.11. (eilen)', '21.11. (i går)', '21.11. (yesterday)'), strong: false },
      { label: say('Nyt', 'Nu', 'Now'), text: '21 fol', strong: true },
      { label: say('Jäljelle', 'Återstår', 'Remains'), text: '2 × 21 fol', strong: false },
      { label: say('Vaihto', 'Utbyte', 'Substitution'), text: say('sallittu', 'tillåtet', 'allowed'), strong: false },
    ],
    signatures: [
      { label: say('Lääkäri', 'Läkare', 'Prescriber'), text: say('Lasse Lääkäri, 24.4.2026 9.12 · eheä, varmenne voimassa', 'Lasse Lääkäri, 24.4.2026 9.12 · hel, certifikatet giltigt', 'Lasse Lääkäri, 24.4.2026 9.12 · holds, certificate valid'), strong: false },
      { label: say('Reseptikeskus', 'Receptcentret', 'Prescription Centre'), text: say('24.4.2026 9.12 · eheä', '24.4.2026 9.12 · hel', '24.4.2026 9.12 · holds'), strong: false },
    ],
    inHand: null,
    unknown: setId === 'set-2' ? [{ label: '1.2.246.537.6.12.2002.126.999', text: 'Kenttä 999: arvo X', strong: false }] : [],
    documentId: '1.2.246.10.99.93.2026.77',
    packages,
    unlisted: null,
    exchange: exchangeOf(setId, false),
    deviation: deviationOf(setId),
    proposal,
  };
}

/** The same prescription as one of a medicine that the pharmacy makes, with its last day of use or without. */
export function compounded(view: PrescriptionView, useUntil = ''): PrescriptionView {
  const lacks: CheckLine = {
    ...ofRule,
    rule: 'UL-3',
    outcome: useUntil ? 'pass' : 'stop',
    sentence: say(
      'Valmistuspäivän on oltava viimeistään tänään ja viimeisen käyttöpäivän aikaisintaan tänään.',
      'Tillverkningsdagen ska vara senast i dag och sista användningsdag tidigast i dag.',
      'The day of preparation is today at the latest, and the last day of use today at the earliest.',
    ),
    advice: say('Korjaa valmistuspäivä ja viimeinen käyttöpäivä.', 'Rätta tillverkningsdagen och sista användningsdag.', 'Mend the day of preparation and the last day of use.'),
  };
  const unpaid: CheckLine = {
    ...ofRule,
    rule: 'UL-4',
    outcome: 'note',
    sentence: say('Kelan korvausta ei lasketa: valmistetta ei ole tietokannassa.', 'FPA:s ersättning räknas inte: preparatet finns inte i databasen.', 'Kela’s reimbursement is not counted: the database does not have this product.'),
    advice: say('Tarkista korvattavuus Kelan ohjeista ja kirjoita hinta itse.', 'Kontrollera ersättningen i FPA:s anvisningar och skriv priset själv.', 'See Kela’s instructions for what is reimbursed, and write the price yourself.'),
  };
  return {
    ...view,
    title: say('Hydrokortisonivoide voide', 'Hydrokortisonkräm kräm', 'Hydrocortisone ointment'),
    subtitle: say('hydrokortisoni · määrätty 24.4.2026, yl. Lasse Lääkäri', 'hydrokortison · ordinerat 24.4.2026, öl. Lasse Lääkäri', 'hydrocortisone · prescribed 24.4.2026, Lasse Lääkäri'),
    message: null,
    unknown: [],
    packages: [],
    exchange: null,
    deviation: null,
    unlisted: {
      chosen: true,
      compounded: true,
      says: { size: '100', unit: 'g', price: useUntil && '23,50', composition: 'Hydrokortisoni 1 g, Novalan ad 100 g. M.f.ungt.d.s.', prepared: '22.11.2026', useUntil },
    },
    proposal: view.proposal && {
      ...view.proposal,
      vnr: null,
      amount: '100',
      unit: 'g',
      delivered: '100 g',
      remainingAfter: '1X100 g',
      partPackage: false,
      fullyDispensed: false,
      price: useUntil ? '23,50 €' : say('ei hintaa', 'inget pris', 'no price'),
      checks: [lacks, unpaid, ...view.proposal.checks.filter((check) => check.outcome === 'pass' && check.rule !== lacks.rule)],
      mayAdd: useUntil !== '',
      maySign: useUntil !== '',
    },
  };
}
