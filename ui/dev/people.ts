// Artificial prescriptions for the double; names, prices and answers are only examples.

import type { CheckLine, PackageLine, PrescriptionLine, PrescriptionView, ProposalView, VisitView } from '../src/generated/api';

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
    signed: [],
    handedOver: null,
  };
}

export function packagesOf(setId: string, chosen?: string): PackageLine[] {
  const all: Record<string, PackageLine[]> = {
    'set-1': [
      { vnr: '014258', name: 'DIAPAM 10 mg', holder: 'ORION OYJ', size: '100 fol', price: '3,86 €', substitutes: false, chosen: false },
      { vnr: '033417', name: 'MEDIPAM 10 mg', holder: 'ORION OYJ', size: '30 fol', price: '4,12 €', substitutes: true, chosen: false },
      { vnr: '041902', name: 'STESOLID 10 mg', holder: 'TEVA FINLAND OY', size: '25 fol', price: '5,30 €', substitutes: true, chosen: false },
    ],
    'set-2': [{ vnr: '052001', name: 'AMLODIPIN ORION 5 mg', holder: 'ORION OYJ', size: '98 tabl', price: '4,18 €', substitutes: false, chosen: false }],
    'set-3': [{ vnr: '063114', name: 'METFORMIN TEVA 500 mg', holder: 'TEVA FINLAND OY', size: '400 fol', price: '11,40 €', substitutes: false, chosen: false }],
    'set-4': [{ vnr: '071225', name: 'THYROXIN 100 mikrog', holder: 'ORION OYJ', size: '100 tabl', price: '6,05 €', substitutes: false, chosen: false }],
  };
  const list = structuredClone(all[setId] ?? []);
  const which = chosen ?? list[0]?.vnr;
  list.forEach((one) => (one.chosen = one.vnr === which));
  return list;
}

// What only a safety check says.
const ofRule = { subject: '', data: '', namesAnother: false };

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
        vnr: packages[0]?.vnr ?? '',
        packages: 1,
        amount: given[0],
        unit: given[1],
        partPackage: given[2],
        delivered: `${given[0]} ${given[1]}`,
        remainingAfter: given[3],
        fullyDispensed: given[3] === '',
        price: packages[0]?.price ?? '',
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
    labelDosage: dosage,
    prescribedDosage: say('1 tabl 3 kertaa päivässä ahdistukseen', '1 tabl 3 gånger om dagen mot ångest', '1 tabl three times a day for anxiety'),
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
    proposal,
  };
}
