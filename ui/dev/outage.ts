// The double's hand-overs in an outage.

import type { CheckLine, FoundPackage, HandOverForm, HandOverLine, OutagePack, SignedLine, Status, StoringForm, VisitView } from '../src/generated/api';
import { say, visitOf, prescription } from './people';

const packages: FoundPackage[] = [
  { vnr: '814012', name: 'AMLODIPIN MALLI 5 mg', form: 'tabletti', size: '98', unit: 'fol', price: '6,21 €', mark: '' },
  { vnr: '814038', name: 'AMLODIPIN MALLI 5 mg', form: 'tabletti', size: '30', unit: 'fol', price: '3,10 €', mark: '' },
  { vnr: '822015', name: 'OKSIKODON MALLI 5 mg', form: 'depottabletti', size: '30', unit: 'fol', price: '14,80 €', mark: 'huume' },
];

const basisOf = (code: string): string =>
  ({
    instruction: say('Potilasohje', 'Patientanvisning', 'Patient instruction'),
    summary: say('Yhteenveto resepteistä', 'Sammanställning av recept', 'Summary of prescriptions'),
    'old-label': say('Entinen pakkaus tai etiketti', 'Tidigare förpackning eller etikett', 'Earlier package or label'),
  })[code] ?? say('Puhelinresepti', 'Telefonrecept', 'Telephone prescription');

function entry(entryId: string, at: string, mine: boolean, product: string, amount: string, basis: string): HandOverLine {
  return {
    entryId,
    at,
    person: mine ? 'Siri Salminen' : 'Petri Proviisori',
    mine,
    customer: mine ? 'Aino Mallikas' : 'Maria-Magdaleena Kuvitteellinen-Järvenpäänkoskela',
    product,
    amount,
    basis: basisOf(basis),
    facts: [
      { label: say('Peruste', 'Grund', 'Basis'), text: basisOf(basis), strong: false },
      { label: say('Tunnistus', 'Identifiering', 'Identification'), text: say('henkilökortti', 'identitetskort', 'identity card'), strong: false },
      { label: say('Tarve', 'Behov', 'Need'), text: say('välitön', 'omedelbart', 'immediate'), strong: false },
      basis === 'instruction'
        ? { label: say('Lääkemääräyksen tunniste', 'Receptets beteckning', 'Identifier of the prescription'), text: '1.2.246.10.99999903.93.2026.1001', strong: false }
        : { label: say('Luettu', 'Läst', 'Read'), text: 'Tyroksin Malli 100 mikrog, 1 tabletti aamuisin tyhjään mahaan, Lauri Lääkäri 2.11.2026', strong: false },
    ],
    storable: basis === 'telephone' || basis === 'paper',
  };
}

const lines: HandOverLine[] = [];

export function seedOutage(): void {
  lines.push(entry('1.2.246.10.12345678.93001.2026.10000007', '22.11.2026 10.42', true, 'AMLODIPIN MALLI 5 mg', '98 fol', 'instruction'));
  lines.push(entry('1.2.246.10.12345678.93001.2026.10000008', '22.11.2026 11.05', false, 'TYROKSIN MALLI 100 mikrog', '100 fol', 'old-label'));
}

export function seedTelephone(): void {
  const line = entry('1.2.246.10.12345678.93001.2026.10000009', '22.11.2026 10.42', true, 'AMLODIPIN MALLI 5 mg', '98 fol', 'telephone');
  lines.unshift({ ...line, facts: [...line.facts.slice(0, 3), { label: say('Luettu', 'Läst', 'Read'), text: spoken, strong: false }, { label: say('Lääkkeen määrääjä', 'Förskrivare', 'Prescriber'), text: 'Lauri Lääkäri 99900000094', strong: false }] });
}

const spoken = 'Amlodipin 5 mg, 1 tabletti aamuisin, 98 kpl, verenpaineen hoitoon';

export const handedOver = (): number => lines.length;

const rule = (id: string, outcome: CheckLine['outcome'], sentence: string, advice: string): CheckLine => ({ rule: id, outcome, sentence, advice, subject: '', data: '', namesAnother: false });

function checksOf(form: HandOverForm): CheckLine[] {
  const known = form.identity.trim() !== '' && form.identified !== '' && (form.identifier !== '' || form.read.trim() !== '');
  const controlled = form.basis === 'old-label' && form.vnr === '822015';
  const said: CheckLine[] = [
    rule('OU-1', known ? 'pass' : 'stop', say('Kirjauksesta puuttuu, kenelle, miten tunnistettuna tai mihin tietoon nojaten lääke annetaan.', 'Noteringen saknar till vem, hur identifierad eller utifrån vilken uppgift läkemedlet ges.', 'The entry lacks to whom, how identified, or on what the medicine is given.'), say('Täydennä asiakas, tunnistus ja se, mitä luettiin.', 'Fyll i kunden, identifieringen och det som lästes.', 'Add the customer, the identification, and what was read.')),
    rule('OU-1b', controlled ? 'stop' : 'pass', say('Entisen pakkauksen tai etiketin perusteella ei voi antaa huumausainetta eikä PKV-lääkettä, eikä valmistetta, jonka luokkaa ei tunneta.', 'Utifrån den tidigare förpackningen eller etiketten får inte narkotika eller PKV-läkemedel ges, inte heller en produkt vars klass är okänd.', 'On an earlier package or its label no narcotic and no PKV medicine may be given, nor a product whose class is not known.'), say('Pyydä potilasohje tai yhteenveto, soita lääkärille, tai pyydä asiakasta tulemaan, kun yhteys palaa.', 'Be om patientanvisningen eller en sammanställning, ring läkaren, eller be kunden återkomma.', 'Ask for the patient instruction or a summary, call a doctor, or ask the customer to come back.')),
    rule('OU-3', form.immediate ? 'pass' : form.reason ? 'reasoned' : 'needs-reason', say('Tarve ei ole välitön: asiakasta pyydetään tulemaan myöhemmin samana tai seuraavana päivänä.', 'Behovet är inte omedelbart: kunden ombeds återkomma senare samma dag eller nästa dag.', 'The need is not immediate: the customer is asked to come later the same or the next day.'), say('Jos annat lääkkeen silti, kerro miksi.', 'Om du ändå ger läkemedlet, ange varför.', 'If you give it all the same, say why.')),
    rule('OU-4', 'note', say('Kelan korvauskyselyä ei ole: hinta on täysi hinta, ja asiakas hakee korvauksen Kelasta kuitilla.', 'FPA:s ersättningsförfrågan finns inte: priset är fullt pris, och kunden söker ersättning hos FPA med kvittot.', 'There is no reimbursement query to Kela: the price is the full price, and the customer claims from Kela with the receipt.'), say('Anna asiakkaalle kuitti ja laskelma.', 'Ge kunden kvitto och specifikation.', 'Give the customer a receipt with its particulars.')),
    rule('OU-6', 'pass', '', ''),
  ];
  const grave = ['stop', 'needs-reason', 'reasoned', 'note', 'pass'];
  return said.sort((a, b) => grave.indexOf(a.outcome) - grave.indexOf(b.outcome));
}

function storingOf(form: StoringForm): CheckLine[] {
  const whole = form.dosage.trim() !== '' && form.prescriberRight !== '' && form.prescribed.includes(' ') && form.prescriberNumber !== '';
  const said: CheckLine[] = [
    rule('OU-2c', whole ? 'pass' : 'stop', say('Tallennettavasta lääkemääräyksestä puuttuu potilas, määrääjä tunnuksineen, valmiste, määrä tai annostus, tai se on annettu luovutuksen jälkeen.', 'Receptet som ska sparas saknar patienten, förskrivaren med beteckning, produkten, mängden eller doseringen, eller det gavs efter överlämningen.', 'The prescription to be stored lacks the patient, the prescriber with a number, the product, the amount or the dosage, or it was given after the hand-over.'), say('Täydennä paperista tai puhelusta kirjatun mukaan. Jos tieto puuttuu, kysy määrääjältä.', 'Komplettera enligt papperet eller anteckningarna från samtalet. Saknas uppgiften, fråga förskrivaren.', 'Complete it from the paper or the notes of the call. What is missing, ask the prescriber.')),
    rule('OU-2b', form.vnr === '822015' ? 'stop' : 'pass', say('Huumausainetta tai PKV-lääkettä ei määrätä puhelimitse eikä paperilla.', 'Narkotika och PKV-läkemedel förskrivs inte per telefon eller på papper.', 'No narcotic and no PKV medicine is prescribed by telephone or on paper.'), say('Pyydä sähköinen lääkemääräys.', 'Be om ett elektroniskt recept.', 'Ask for an electronic prescription.')),
    ...['DI-3', 'RI-1', 'ST-1', 'ST-2', 'ST-3', 'LC-4', 'DI-7'].map((id) => rule(id, 'pass', '', '')),
  ];
  return said.sort((a, b) => Number(a.outcome === 'pass') - Number(b.outcome === 'pass'));
}

const field = (fi: string, sv: string, en: string, count = 1, half = false, choices: string[] = []): OutagePack['fields'][number] => ({ label: say(fi, sv, en), choices, lines: count, half });

/** What the double answers; `counts` and `take` are its own. */
export function outageAnswers(counts: () => Status['outbox'], take: (visit: VisitView) => VisitView, signs: (titles: string[], sign: Record<string, string>) => Promise<SignedLine[]>): Record<string, (given: Record<string, string>) => unknown> {
  return {
    find_packages: ({ text = '' }) => ({ packages: packages.filter((line) => `${line.name} ${line.vnr}`.toLowerCase().includes(text.toLowerCase())) }),
    check_hand_over: (given) => {
      const form = given as unknown as HandOverForm;
      const checks = checksOf(form);
      const price = packages.find((line) => line.vnr === form.vnr)?.price ?? null;
      return { checks, maySave: price !== null && form.amount !== '' && !checks.some((check) => check.outcome === 'stop' || check.outcome === 'needs-reason'), price };
    },
    hand_over: (given) => {
      const form = given as unknown as HandOverForm;
      const hindering = checksOf(form).find((check) => check.outcome === 'stop' || check.outcome === 'needs-reason');
      if (hindering) throw { code: 'rule-refused', place: 'rule', sentence: hindering.sentence, advice: hindering.advice, rule: hindering.rule, triesLeft: null };
      const product = packages.find((line) => line.vnr === form.vnr);
      const line = entry(`1.2.246.10.12345678.93001.2026.1000001${lines.length}`, '22.11.2026 10.42', true, product?.name ?? form.product, `${form.amount} ${product?.unit ?? form.unit}`, form.basis);
      lines.push(line);
      return { line, counts: counts() };
    },
    hand_overs: () => ({ lines }),
    write_up: ({ entryId }) => {
      const line = lines.find((one) => one.entryId === entryId);
      const visit = visitOf(false);
      visit.open = prescription('set-2');
      visit.handedOver = { entryId: entryId ?? '', at: line?.at ?? '', said: `${line?.product}, ${line?.amount}` };
      return take(visit);
    },
    storing: ({ entryId }) => ({
      line: lines.find((one) => one.entryId === entryId),
      byTelephone: true,
      read: spoken,
      prescriber: 'Lauri Lääkäri 99900000094',
      needsIdentity: false,
      given: 'Aino',
      family: 'Mallikas',
      prescriberGiven: 'Lauri',
      prescriberFamily: 'Lääkäri',
      prescriberNumber: '99900000094',
      prescribed: '22.11.2026',
      package: packages[0],
      amount: '98',
    }),
    check_storing: (given) => {
      const checks = storingOf(given as unknown as StoringForm);
      const form = given as unknown as StoringForm;
      const missing: [boolean, string][] = [
        [form.prescriberRight === '', say('määrääjän ammattioikeus', 'förskrivarens yrkesrättighet', 'the prescriber’s professional right')],
        [!form.prescribed.includes(' '), say('aika ennen luovutusta', 'en tid före överlämningen', 'a time before the hand-over')],
        [form.dosage.trim() === '', say('annostus', 'doseringen', 'the dosage')],
      ];
      const lacks = missing.filter(([lacks]) => lacks).map(([, name]) => name).join(', ');
      return { checks, lacks, maySign: checks.every((check) => check.outcome === 'pass'), validUntil: '22.2.2027', wrong: null };
    },
    store_prescription: async (given) => {
      const { form, sign } = given as unknown as { form: StoringForm; sign: Record<string, string> };
      const at = lines.findIndex((one) => one.entryId === form.entryId);
      const product = lines[at]?.product ?? '';
      const signed = await signs([`${say('Lääkemääräys', 'Recept', 'Prescription')}: ${product}, 1X98 fol`, `${product}, 98 fol`], sign);
      lines.splice(at, 1);
      return { signed, counts: counts() };
    },
    settle_hand_over: ({ entryId }) => {
      lines.splice(lines.findIndex((one) => one.entryId === entryId), 1);
      return counts();
    },
    outage_pack: () => ({
      language: 'fi',
      title: say('Lääkkeen luovutus käyttökatkon aikana', 'Överlämning av läkemedel vid avbrott', 'Handing over a medicine in an outage'),
      lead: say('Täytä yksi lomake kutakin lääkettä kohden.', 'Fyll i en blankett för varje läkemedel.', 'Fill in one form for each medicine.'),
      rules: [say('Anna lääke vain, jos tarve on välitön.', 'Ge läkemedlet bara om behovet är omedelbart.', 'Give the medicine only if the need is immediate.')],
      fields: [field('Asiakkaan nimi', 'Kundens namn', 'Customer’s name', 1, true), field('Henkilötunnus', 'Personbeteckning', 'Identity code', 1, true), field('Peruste', 'Grund', 'Basis', 0, false, [basisOf('instruction'), basisOf('old-label')])],
      foot: '',
    }),
  };
}
