// A double of the program for developing the page in a browser: artificial people, no rule of the trade, no signature.
// The production build does not contain it (checks/built.js sees to that). `?scene=` in the address chooses a beginning,
// and `window.tiskiDouble` lets a test move the card, the Centre and the environment.

import type { DispensationRow, DocumentState, Event, Problem, SignedLine, Status, VisitView, WaitingDesk, WaitingGroup, WaitingRow, InHandView, LinkView, PrescriptionView, RemnantList, RemnantRow, SaidOfUnlisted, StatedDeviation } from '../src/generated/api';
import { labelAnswers, voidLabel } from './labels';
import { handedOver, outageAnswers, seedOutage, seedTelephone } from './outage';
import { compounded, day, exchangeOf, packagesOf, pay, prescription, say, setTongue, visitOf, type Tongue } from './people';

type Heard = (event: Event) => void;

const DOUBLE_MARK = 'tiski-development-double';
const scene = new URLSearchParams(location.search).get('scene') ?? '';
const heard: Heard[] = [];
const tell = (event: Event): void => heard.forEach((call) => call(structuredClone(event)));
const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

const world = {
  centreUp: !scene.includes('centre-down'),
  refuses: scene.includes('refuses'),
  student: scene.includes('student'),
  slow: scene.includes('slow'),
  pin1: scene.includes('blocked') ? 0 : scene.includes('last') ? 1 : 5,
  pin2: scene.includes('pin2-none') ? 0 : scene.includes('pin2-one') ? 1 : 5,
  next: 1,
  entry: 0,
  digits: [] as string[],
};

function problem(code: string, place: Problem['place'], sentence: string, advice: string, more: Partial<Problem> = {}): Problem {
  return { code, place, sentence, advice, rule: null, triesLeft: null, ...more };
}

function card(): Status['card'] {
  const here = {
    holder: 'Siri Salminen',
    title: title(),
    pin1Left: world.pin1,
    pin2Left: world.pin2,
    pinAt: scene.includes('keypad') ? ('reader' as const) : scene.includes('scs') ? ('program' as const) : ('here' as const),
    chosenReader: scene.includes('two-cards') ? 'Gemalto PC Twin Reader 01 00' : null,
    problem: null,
  };
  if (scene.includes('scs') && !session)
    return { ...here, state: scene.includes('scs-down') ? 'no-program' : 'unread', holder: null, title: null, pin1Left: null, pin2Left: null };
  if (scene.includes('scs')) return { ...here, state: 'ready', pin1Left: null, pin2Left: null };
  if (scene.includes('no-service')) return { ...here, state: 'no-service', holder: null, title: null, pin1Left: null, pin2Left: null };
  if (scene.includes('no-reader')) return { ...here, state: 'no-reader', holder: null, title: null, pin1Left: null, pin2Left: null };
  if (scene.includes('no-card')) return { ...here, state: 'no-card', holder: null, title: null, pin1Left: null, pin2Left: null };
  if (scene.includes('unusable'))
    return {
      ...here,
      state: 'unusable',
      problem: problem(
        'certificate-expired',
        'certificate',
        say('Kortin varmenne on vanhentunut 1.11.2026.', 'Kortets certifikat gick ut 1.11.2026.', 'The card’s certificate expired on 1.11.2026.'),
        say('Tilaa uusi kortti DVV:ltä. Varakortilla voi työskennellä siihen asti.', 'Beställ ett nytt kort av MDB. Till dess kan du arbeta med ett reservkort.', 'Order a new card from DVV. A spare card works until then.'),
      ),
    };
  if (scene.includes('not-activated'))
    return {
      ...here,
      state: 'unusable',
      pin1Left: null,
      pin2Left: null,
      problem: problem(
        'card-not-activated',
        'card',
        say('Korttia ei ole aktivoitu.', 'Kortet är inte aktiverat.', 'The card has not been activated.'),
        say('Aktivoi kortti DigiSign-ohjelmassa.', 'Aktivera kortet i DigiSign.', 'Activate it in DigiSign.'),
      ),
    };
  return { ...here, state: 'ready' };
}

function title(): string {
  return world.student
    ? say('farmasian opiskelija', 'farmacistuderande', 'pharmacy student')
    : say('laillistettu farmaseutti', 'legitimerad farmaceut', 'licensed pharmacist');
}

let session: Status['session'] = null;
let visit: VisitView | null = null;
const rows: DispensationRow[] = [];

function logIn(): NonNullable<Status['session']> {
  return { name: 'Siri Salminen', initials: 'SS', title: title(), right: world.student ? '010' : '005', maySign: !world.student, locked: false, since: '9.02' };
}

type Line = Status['health'][number];

function health(): Status['health'] {
  const good = (link: Line['link'], sentence: string): Line => ({ link, state: 'good', code: `${link}-good`, sentence, advice: '' });
  const unknown = (link: Line['link'], on: string): Line => ({ link, state: 'unknown', code: 'depends', sentence: `${say('Tiedetään vasta, kun tämä on kunnossa:', 'Känt först när detta är i ordning:', 'Known only when this is in order:')} ${on}.`, advice: '' });
  const network = say('verkko', 'nätverk', 'network');
  return [
    scene.includes('no-service')
      ? { link: 'reader', state: 'bad', code: 'card-service-down', sentence: say('Käyttöjärjestelmän älykorttipalvelu ei vastaa.', 'Operativsystemets smartkorttjänst svarar inte.', 'The system’s smart card service does not answer.'), advice: say('Käynnistä älykorttipalvelu uudelleen.', 'Starta om smartkorttjänsten.', 'Restart the smart card service.') }
      : good('reader', say('Kortinlukija on kytketty.', 'Kortläsaren är ansluten.', 'The card reader is connected.')),
    good('card', say('Ammattikortti on lukijassa.', 'Yrkeskortet är i läsaren.', 'A professional card is in the reader.')),
    scene.includes('think')
      ? { link: 'certificate', state: 'think', code: 'own-server-certificate-expires-soon', sentence: say('Apteekin palvelinvarmenne vanhenee 14.12.2026.', 'Apotekets servercertifikat går ut 14.12.2026.', 'The pharmacy’s server certificate expires on 14.12.2026.'), advice: say('Pyydä ylläpitoa hakemaan uusi varmenne DVV:ltä.', 'Be systemansvariga skaffa ett nytt certifikat från MDB.', 'Ask the administrator to get a new certificate from DVV.') }
      : good('certificate', say('Kortin varmenteet ovat voimassa 14.3.2031 asti.', 'Kortets certifikat gäller till 14.3.2031.', 'The card’s certificates are valid until 14.3.2031.')),
    world.centreUp ? good('clock', say('Kello on oikeassa (ero 0 s).', 'Klockan går rätt (skillnad 0 s).', 'The clock is right (difference 0 s).')) : unknown('clock', network),
    world.centreUp
      ? good('network', say('Verkkoyhteys Reseptikeskukseen toimii.', 'Nätförbindelsen till Receptcentret fungerar.', 'The network reaches the Prescription Centre.'))
      : {
          link: 'network',
          state: 'bad',
          code: 'not-reached',
          sentence: say('Verkko ei vie Reseptikeskukseen: yhteyttä ei oteta vastaan.', 'Nätet når inte Receptcentret: ingen tar emot förbindelsen.', 'The network does not reach the Prescription Centre: nobody takes the connection.'),
          advice: say('Tarkista verkkojohto ja muut verkkopalvelut; allekirjoitettu lähtee itsestään, kun yhteys palaa.', 'Kontrollera nätverkskabeln och andra nättjänster; det signerade skickas av sig självt när förbindelsen återkommer.', 'Check the network cable and other services; what is signed goes out by itself when the connection is back.'),
        },
    world.centreUp ? good('centre', say('Reseptikeskus vastasi 4 s sitten.', 'Receptcentret svarade för 4 s sedan.', 'The Prescription Centre answered 4 s ago.')) : unknown('centre', network),
    scene.includes('think')
      ? { link: 'medicines', state: 'think', code: 'medicines-old', sentence: say('Lääketietokanta on 24 päivää vanha.', 'Läkemedelsdatabasen är 24 dagar gammal.', 'The medicines database is 24 days old.'), advice: say('Pyydä ylläpitoa päivittämään lääketietokanta.', 'Be systemansvariga uppdatera läkemedelsdatabasen.', 'Ask the administrator to update the medicines database.') }
      : good('medicines', say('Lääketietokanta 2026.022.', 'Läkemedelsdatabas 2026.022.', 'Medicines database 2026.022.')),
    ...(scene.includes('printer') ? [good('printer', say('Lipuketulostin vastaa.', 'Etikettskrivaren svarar.', 'The label printer answers.'))] : []),
    ...(scene.includes('unplugged')
      ? [{ link: 'scanner', state: 'think', code: 'scanner-missing', sentence: say('Viivakoodinlukija ei ole kytkettynä.', 'Streckkodsläsaren är inte ansluten.', 'The barcode scanner is not connected.'), advice: say('Tarkista johto ja virta; ohjelma löytää lukijan itse. Pakkauksen voi valita luettelosta (F4).', 'Kontrollera kabeln och strömmen; programmet hittar läsaren självt. Förpackningen kan väljas i listan (F4).', 'Check its cable and power; the program finds it by itself. A package can be chosen from the list (F4).') } as const]
      : []),
  ];
}

/** When the Centre fell silent, for the header. */
const silentSince = (): string => (scene.includes('hour') ? '9.36' : '10.39');

function freshness(): Status['freshness'] {
  return {
    answeredAt: world.centreUp ? '10.42' : silentSince(),
    answeredAgoS: world.centreUp ? 4 : 400,
    silentSince: world.centreUp ? null : silentSince(),
    medicines: '2026.022',
  };
}

function notices(): Status['notices'] {
  const open = rows.filter((line) => line.state !== 'accepted' && line.state !== 'settled').length;
  const found: Status['notices'] = [];
  if (open > 0 && scene.includes('closing'))
    found.push({
      kind: 'closing',
      number: open,
      short: say(`Suljetaan 20.00, ${open} kesken`, `Stänger 20.00, ${open} öppna`, `Closing 20.00, ${open} open`),
      sentence: say(`Apteekki suljetaan klo 20.00, ja ${open} toimitusta on kesken.`, `Apoteket stänger kl. 20.00, och ${open} expedieringar är öppna.`, `The pharmacy closes at 20.00, and ${open} dispensations are open.`),
    });
  if (open > 0 && scene.includes('hour'))
    found.push({
      kind: 'waits-long',
      number: open,
      short: say(`${open} odottanut yli tunnin`, `${open} har väntat över en timme`, `${open} have waited over an hour`),
      sentence: say(`${open} toimitusta on odottanut yli tunnin.`, `${open} expedieringar har väntat över en timme.`, `${open} dispensations have waited for more than an hour.`),
    });
  return found;
}

const PAGE = 50;
const groupOf = (state: DocumentState): WaitingGroup | null =>
  state === 'refused' ? 'refused' : state === 'accepted-in-conflict' ? 'conflict' : state === 'waiting' || state === 'saved' ? 'waits' : null;

function waitingRow(line: DispensationRow, group: WaitingGroup): WaitingRow {
  const fault = line.state === 'waiting' ? why() : line.state === 'refused' ? refusal() : null;
  return {
    ...line,
    group,
    since: line.at.slice(11, 16).replace(/^0/, '').replace(':', '.'),
    waited: scene.includes('hour') ? '1 h 5 min' : '4 min',
    long: scene.includes('hour'),
    place: fault?.place ?? (group === 'conflict' ? 'centre' : null),
    next:
      group === 'refused'
        ? say('Ei lähde itsestään. Lähetä uudelleen tai selvitä.', 'Skickas inte av sig själv. Skicka på nytt eller red ut.', 'Does not go by itself. Send it again or settle it.')
        : group === 'conflict'
          ? say('On Reseptikeskuksessa. Pysyy tässä, kunnes joku selvittää.', 'Finns i Receptcentret. Stannar här tills någon reder ut det.', 'Is at the Prescription Centre. Stays here until somebody settles it.')
          : line.state === 'saved'
            ? say('Lähetetään nyt.', 'Skickas nu.', 'Being sent now.')
            : say('Lähtee itsestään, seuraava yritys klo 10.43.', 'Skickas av sig själv, nästa försök kl. 10.43.', 'Goes by itself, next try at 10.43.'),
    advice:
      fault?.advice ??
      (group === 'conflict' ? say('Ota yhteys lääkkeen määrääjään ja kirjaa, mitä sovittiin.', 'Kontakta förskrivaren och anteckna vad som avtalades.', 'Contact the prescriber and note what was agreed.') : ''),
  };
}

function waitingDesk(group?: WaitingGroup, after?: number): WaitingDesk {
  const desk: WaitingDesk = { parts: [], rows: [] };
  for (const one of ['refused', 'conflict', 'waits'] as const) {
    if (group && group !== one) continue;
    const all = rows.filter((line) => groupOf(line.state) === one).reverse();
    const from = group && after ? after : 0;
    desk.parts.push({ group: one, count: all.length, next: from + PAGE < all.length ? from + PAGE : null });
    desk.rows.push(...all.slice(from, from + PAGE).map((line) => waitingRow(line, one)));
  }
  return desk;
}

function counts(): Status['outbox'] {
  const n = (state: DocumentState): number => rows.filter((row) => row.state === state).length;
  return { waiting: n('waiting') + n('saved'), refused: n('refused'), conflicts: n('accepted-in-conflict'), handedOver: handedOver(), acceptedToday: n('accepted') };
}

function status(): Status {
  return {
    environment: scene.includes('production') ? 'production' : 'test',
    pharmacy: 'Esimerkkilän apteekki',
    language: tongue,
    session,
    card: card(),
    health: health(),
    outbox: counts(),
    notices: notices(),
    freshness: freshness(),
    version: '0.1.0',
    medicinesSources: [
      say('Lähde: Kela, Lääketietokanta 2026.022, CC BY 4.0; esitysmuotoa on muutettu', 'Källa: FPA, Läkemedelsdatabasen 2026.022, CC BY 4.0; framställningen har ändrats', 'Source: Kela, Pharmaceutical Database 2026.022, CC BY 4.0; its presentation was changed'),
      say('Lähde: Fimea, Lääkevalmisteiden perusrekisteri, 15.11.2026, CC BY 4.0; esitysmuotoa on muutettu', 'Källa: Fimea, Basregistret över läkemedelspreparat, 15.11.2026, CC BY 4.0; framställningen har ändrats', 'Source: Fimea, Basic Register of medicinal products, 15.11.2026, CC BY 4.0; its presentation was changed'),
    ],
  };
}

let tongue: Tongue = (new URLSearchParams(location.search).get('language') as Tongue | null) ?? 'fi';
setTongue(tongue);

const why = (): Problem =>
  problem(
    'centre-unreachable',
    'network',
    say('Reseptikeskukseen ei saatu yhteyttä.', 'Receptcentret kunde inte nås.', 'The Prescription Centre was not reached.'),
    say('Lähtee itsestään, kun yhteys palaa. Seuraava yritys klo 10.43.', 'Skickas av sig själv när förbindelsen är tillbaka. Nästa försök kl. 10.43.', 'It goes out by itself when the connection is back. Next attempt at 10.43.'),
  );
const refusal = (): Problem =>
  problem(
    'rule-refused',
    'centre',
    say('Reseptikeskus hylkäsi: reseptiä on muutettu haun jälkeen.', 'Receptcentret avvisade: receptet har ändrats efter sökningen.', 'The Prescription Centre refused: the prescription was changed after the search.'),
    say('Hae resepti uudelleen ja selvitä ero.', 'Sök receptet på nytt och red ut skillnaden.', 'Fetch the prescription again and settle the difference.'),
    { rule: 'DI-3' },
  );

function seed(): void {
  const people = ['Potilas, P.', 'Esimerkki, M.', 'Testinen, T.', 'Malli, A.'];
  const products = ['METFORMIN TEVA 500 mg', 'AMLODIPIN ORION 5 mg', 'BURANA 600 mg', 'DIAPAM 10 mg', 'THYROXIN 100 mikrog'];
  const n = scene.includes('busy') ? 40 : 6;
  for (let i = 0; i < n; i += 1) {
    const minute = 9 * 60 + 5 + i * 9;
    row(`1.2.246.10.12345678.93.2026.${1000 + i}`, products[i % products.length] ?? '', '100 fol', `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}:12`, people[i % people.length] ?? '', 'accepted');
  }
  if (scene.includes('waits')) {
    row('1.2.246.10.12345678.93.2026.2001', 'DIAPAM 10 mg', '21 fol', '10:38:40', 'Potilas, P.', 'waiting');
    row('1.2.246.10.12345678.93.2026.2002', 'METFORMIN TEVA 500 mg', '400 fol', '10:38:41', 'Potilas, P.', 'waiting');
  }
  if (scene.includes('many'))
    for (let i = 0; i < 130; i += 1)
      row(`1.2.246.10.12345678.93.2026.${5000 + i}`, products[i % products.length] ?? '', '100 fol', `09:${String(36 + Math.floor(i / 6)).padStart(2, '0')}:10`, people[i % people.length] ?? '', 'waiting');
  if (scene.includes('conflict')) row('1.2.246.10.12345678.93.2026.2004', 'METFORMIN TEVA 500 mg', '400 fol', '09:58:20', 'Malli, A.', 'accepted-in-conflict');
  if (scene.includes('settled')) row('1.2.246.10.12345678.93.2026.2005', 'BURANA 600 mg', '100 fol', '09:41:02', 'Malli, A.', 'settled');
  if (scene.includes('refused')) row('1.2.246.10.12345678.93.2026.2003', 'THYROXIN 100 mikrog', '100 tabl', '10:12:09', 'Testinen, T.', 'refused');
}

function row(documentId: string, product: string, amount: string, time: string, customer: string, state: DocumentState): void {
  const fault = state === 'waiting' ? why() : state === 'refused' ? refusal() : null;
  rows.unshift({
    documentId,
    at: `${day} ${time}`,
    person: 'Siri Salminen',
    registration: '90000005555',
    customer,
    product,
    amount,
    remaining: '2X21 fol',
    state,
    attempts: state === 'waiting' ? 3 : 1,
    lastError: fault?.code ?? null,
    sentence: fault?.sentence ?? '',
    conflicts:
      state === 'accepted-in-conflict'
        ? [
            say('Lääkemääräys oli sillä välin mitätöity.', 'Receptet hade under tiden makulerats.', 'The prescription had meanwhile been cancelled.'),
            say('Jäljellä oli vähemmän kuin annettiin, tai toimitusväli ei ollut kulunut.', 'Det återstod mindre än vad som gavs, eller så hade intervallet inte gått.', 'Less remained than was given, or the interval had not passed.'),
          ]
        : [],
    settled:
      state === 'settled'
        ? { by: '90000005555', name: 'Petri Proviisori', at: '22.11.2026 10.20', note: say('Soitettu lääkärille: uusi resepti tehtiin, asiakkaalle kerrottiin.', 'Läkaren uppringd: nytt recept gjordes, kunden informerades.', 'The prescriber was called: a new prescription was made, the customer was told.') }
        : null,
    nextTry: state === 'waiting' ? '10.43' : null,
    prescriptionId: '1.2.246.10.99.93.2026.77',
  });
}

function settle(documentId: string, state: DocumentState): void {
  const found = rows.find((line) => line.documentId === documentId);
  if (!found) return;
  const fault = state === 'waiting' ? why() : state === 'refused' ? refusal() : null;
  Object.assign(found, { state, sentence: fault?.sentence ?? '', lastError: fault?.code ?? null, nextTry: state === 'waiting' ? '10.43' : null });
  const signed = visit?.signed.find((line) => line.documentId === documentId);
  if (signed) Object.assign(signed, { state, problem: fault });
  tell({ event: 'document', documentId, state, counts: counts() });
  tell({ event: 'notices', notices: notices() });
}

function current(): VisitView {
  if (!visit) throw problem('no-visit', 'input', say('Asiointia ei ole auki.', 'Inget besök är öppet.', 'No visit is open.'), '');
  return visit;
}

function wrongPin(which: 'pin1' | 'pin2'): never {
  world[which] = Math.max(0, world[which] - 1);
  tell({ event: 'card', card: card() });
  const n = world[which];
  throw problem(
    n === 0 ? `${which}-blocked` : 'pin-wrong',
    'card',
    n === 0 ? say('Tunnusluku on lukittunut.', 'Koden är låst.', 'The PIN is blocked.') : say('Tunnusluku on väärä.', 'Koden är fel.', 'The PIN is wrong.'),
    n === 0
      ? say('Avaa tunnusluku DigiSign-ohjelmassa aktivointitunnusluvulla.', 'Lås upp koden i DigiSign med aktiveringskoden.', 'Unblock it in DigiSign with the activation code.')
      : say('Anna tunnusluku uudelleen.', 'Ange koden på nytt.', 'Enter it again.'),
    { triesLeft: n },
  );
}

function lastTry(which: 'pin1' | 'pin2'): never {
  throw problem(
    `${which}-last-try`,
    'card',
    which === 'pin1'
      ? say('Perustunnusluvulla (PIN1) on yksi yritys jäljellä.', 'Grundkoden (PIN1) har ett försök kvar.', 'PIN1 has one try left.')
      : say('Allekirjoitustunnusluvulla (PIN2) on yksi yritys jäljellä.', 'Signeringskoden (PIN2) har ett försök kvar.', 'PIN2 has one try left.'),
    say('Tarkista tunnusluku. Väärä yritys lukitsee sen; vahvista, jos olet varma.', 'Kontrollera koden. Ett fel försök låser den; bekräfta om du är säker.', 'Check the PIN. A wrong one blocks it; confirm if you are sure.'),
  );
}

/** The digits that came under this entry: given once. */
function digitsOf(entry: unknown): string {
  const digits = Number(entry) === world.entry ? world.digits.join('') : '';
  world.digits = [];
  return digits;
}

/** The PIN that was typed here, or that its holder enters elsewhere: right, after a while, or not at all. */
async function pinOf(entry: unknown, elsewhere: unknown, right: string): Promise<string> {
  if (!elsewhere) return digitsOf(entry);
  if (scene.includes('entering')) await pause(60_000);
  if (scene.includes('cancelled'))
    throw problem('pin-cancelled', 'card', say('Tunnusluvun antaminen peruttiin.', 'Inmatningen av koden avbröts.', 'The entry of the PIN was cancelled.'), say('Yritä uudelleen.', 'Försök igen.', 'Try again.'));
  return right;
}

/** Signs documents of these titles with PIN2; each comes to the Centre a little later, or waits. */
async function signThese(titles: string[], { entry, elsewhere, allowLastTry }: Record<string, unknown>): Promise<SignedLine[]> {
  const pin = await pinOf(entry, elsewhere, '123456');
  if (world.pin2 === 1 && String(allowLastTry) !== 'true') lastTry('pin2');
  if (pin !== '123456') wrongPin('pin2');
  return titles.map((title) => {
    const documentId = `1.2.246.10.12345678.93.2026.${3000 + world.next}`;
    world.next += 1;
    row(documentId, title.split(',')[0] ?? '', title.split(', ')[1] ?? '', '10:42:05', 'Potilas, P.', 'saved');
    const after = world.refuses && world.next === 3 ? 'refused' : world.centreUp ? 'accepted' : 'waiting';
    if (!world.slow) setTimeout(() => settle(documentId, after), 500 + world.next * 150);
    return { documentId, title, state: 'saved', problem: null };
  });
}

type Given = Record<string, string>;
let left: RemnantRow[] = scene.includes('busy')
  ? [
      { id: '1', product: 'DIAPAM 10 mg', vnr: '014258', left: '58 fol', batch: 'A1B2', expiry: '31.5.2028', tone: 'good', opened: '14.11.2026' },
      { id: '2', product: 'TENOX 10 mg', vnr: '058115', left: '10 tabl', batch: '7K20', expiry: '31.1.2027', tone: 'think', opened: '2.10.2026' },
    ]
  : [];
const remnants = (): RemnantList => ({ rows: left, count: left.length });

/** From where the part comes, of a batch of which something is left. */
function partOf(splitsNew: boolean): InHandView['part'] {
  return {
    sentence: splitsNew
      ? say('Pakkaus jaetaan: jää 79 fol, erä A1B2.', 'Förpackningen delas: 79 fol blir kvar, batch A1B2.', 'The package is split: 79 fol will be left, batch A1B2.')
      : say('Otetaan avatusta pakkauksesta: jää 37 fol, erä A1B2.', 'Tas ur en öppnad förpackning: 37 fol blir kvar, batch A1B2.', 'Taken from an opened package: 37 fol will be left, batch A1B2.'),
    mayChoose: true,
    splitsNew,
  };
}

const links: LinkView[] = scene.includes('learnt')
  ? [
      { gtin: '04006381333931', vnr: '813014', package: 'DIAPAM 5 mg, 30 fol', on: '22.11.2026', by: 'Siri Salminen' },
      { gtin: '05012345678900', vnr: '469452', package: 'DIAPAM 10 mg, 100 fol', on: '3.10.2026', by: '99900000011' },
    ]
  : [];

// prettier-ignore
const TEST_CODE = [0xaaaaaa, 0xd0522d, 0x890544, 0xb12631, 0xe447c0, 0x87aaff, 0x947014, 0x95e2f1, 0xc85cca, 0xcf3215, 0x947fd4, 0xa68c67, 0x948824, 0xa494bd, 0xc2f070, 0xff6703, 0xf4f764, 0x8310b3, 0xf2ebe8, 0x871591, 0x9c6aea, 0xa504ad, 0xf0b162, 0xffffff];

/** What the double takes a code for: the chosen package's number in it, a weaker one, a number that nobody knows. */
function scannedOf(text: string, chosen: string): InHandView | null {
  const part = (part: string, label: string, chosen: string, inHand: string) => ({ part, label, chosen, inHand });
  if (chosen !== '' && text.includes(chosen))
    return { packs: [{ vnr: chosen, batch: 'A1B2', expiry: '31.5.2028', tone: 'good', learntBy: scene.includes('learnt') ? '04006381333931' : null }, { vnr: chosen, batch: 'A1B3', expiry: '31.1.2027', tone: 'think', learntBy: null }], other: null, unknown: null, part: partOf(false) };
  if (text.includes('813014'))
    return { packs: [], unknown: null, part: null, other: { vnr: '813014', mayBeChosen: scene.includes('choosable'), learntBy: scene.includes('learnt') ? '04006381333931' : null, differs: [
      part('strength', say('Vahvuus', 'Styrka', 'Strength'), '10 mg', '5 mg'),
      part('size', say('Pakkauskoko', 'Förpackningsstorlek', 'Package size'), '100 fol', '30 fol'),
      part('holder', say('Haltija', 'Innehavare', 'Holder'), 'ORION OYJ', 'ORION CORPORATION'),
    ] } };
  if (text.includes('4006381333931'))
    return { packs: [], other: null, part: null, unknown: { gtin: '04006381333931', chosen: [
      { label: say('Valmiste', 'Produkt', 'Product'), text: 'DIAPAM', strong: false },
      { label: say('Vahvuus', 'Styrka', 'Strength'), text: '10 mg', strong: true },
      { label: say('Lääkemuoto', 'Läkemedelsform', 'Form'), text: say('tabletti', 'tablett', 'tablet'), strong: false },
      { label: say('Pakkauskoko', 'Förpackningsstorlek', 'Package size'), text: '100 fol', strong: false },
      { label: say('Haltija', 'Innehavare', 'Holder'), text: 'ORION OYJ', strong: false },
    ] } };
  return null;
}

const answers: Record<string, (given: Given) => unknown> = {
  ...outageAnswers(counts, (taken) => (visit = taken), signThese),
  ...labelAnswers((setId) => visit?.open?.setId === setId && visit.open.proposal !== null),
  status,
  set_language: ({ language }) => {
    tongue = language as Tongue;
    setTongue(tongue);
    if (session) session.title = title();
    return status();
  },
  examine: status,
  credentials: () => ({
    facts: [
      { label: say('Rekisteröintinumero', 'Registreringsnummer', 'Registration number'), text: '90000005555', strong: true },
      { label: say('Ammattioikeus', 'Yrkesrättighet', 'Professional right'), text: `005 · ${title()}`, strong: true },
      { label: say('Oikeuden lähde', 'Rättighetens källa', 'Source of the right'), text: say('rooli- ja attribuuttipalvelu 22.11.2026 9.02', 'roll- och attributtjänsten 22.11.2026 9.02', 'role and attribute service 22.11.2026 9.02'), strong: false },
      { label: say('Todentamisvarmenne', 'Autentiseringscertifikat', 'Authentication certificate'), text: `Tiski TEST CA for Healthcare Professionals, ${say('voimassa asti:', 'giltigt till', 'valid until')} 14.3.2031`, strong: false },
      { label: say('Allekirjoitusvarmenne', 'Signeringscertifikat', 'Signature certificate'), text: `Tiski TEST CA for Healthcare Professionals, ${say('voimassa asti:', 'giltigt till', 'valid until')} 14.3.2031`, strong: false },
      { label: say('Sulkulista', 'Spärrlista', 'Revocation list'), text: `Tiski TEST CA for Healthcare Professionals: ${say('uusitaan viimeistään', 'förnyas senast', 'renewed at the latest')} 23.11.2026 8.00`, strong: false },
    ],
  }),
  still_here: () => ({}),
  pin_digit: ({ entry, at, digit }) => {
    if (Number(entry) > world.entry) {
      world.entry = Number(entry);
      world.digits = [];
    }
    world.digits[Number(at)] = digit ?? '';
    return {};
  },
  pin_erase: () => {
    world.digits = [];
    return {};
  },
  log_in: async ({ entry, elsewhere, allowLastTry }) => {
    const pin = await pinOf(entry, elsewhere, '1234');
    if (world.pin1 === 1 && String(allowLastTry) !== 'true') lastTry('pin1');
    if (pin !== '1234') wrongPin('pin1');
    world.pin1 = 5;
    session = logIn();
    return session;
  },
  log_out: () => {
    session = null;
    visit = null;
    return status();
  },
  search: ({ text, acting, basis }) => {
    if (text === 'x' || (text ?? '').length < 3)
      throw problem('not-an-identifier', 'input', say('Tämä ei ole henkilötunnus eikä reseptin tunniste.', 'Detta är varken en personbeteckning eller ett receptets kod.', 'This is neither an identity code nor a prescription identifier.'), say('Tarkista merkit ja hae uudelleen.', 'Kontrollera tecknen och sök på nytt.', 'Check the characters and search again.'));
    if (!world.centreUp)
      throw problem('centre-unreachable', 'network', say('Reseptikeskukseen ei saatu yhteyttä, joten reseptejä ei voi hakea.', 'Receptcentret kunde inte nås, så recept kan inte sökas.', 'The Prescription Centre was not reached, so prescriptions cannot be fetched.'), say('Yritä hetken kuluttua uudelleen. Häiriötilanteen ohje on kansiossa.', 'Försök igen om en stund. Anvisningen för störningar finns i mappen.', 'Try again in a moment. The outage instructions are in the folder.'));
    visit = visitOf(acting === 'other');
    if (basis === 'guardian')
      Object.assign(visit, {
        customer: say('Ei lääkemääräyksiä', 'Inga recept', 'No prescriptions'),
        identity: '',
        about: '',
        prescriptions: [],
        warning: say(
          'Huoltajalle ei näytetä mitään: reseptejä ei ole, tai niiden tietoja ei saa antaa huoltajalle. Alaikäinen voi asioida itse.',
          'Ingenting visas för vårdnadshavaren: det finns inga recept, eller så får uppgifterna inte lämnas ut till vårdnadshavaren. Den minderåriga kan själv uträtta ärendet.',
          'Nothing is shown to a guardian: there are no prescriptions, or they may not be told to one. The minor can come in person.',
        ),
      });
    return visit;
  },
  visit: () => current(),
  open: ({ setId }) => {
    const view = current();
    view.open = prescription(setId ?? '');
    if (scene.includes('compounded')) view.open = compounded(view.open);
    return view.open;
  },
  scan: ({ keys, text: whole }) => {
    const text = whole ?? (keys as unknown as { key: string }[]).map((one) => one.key).filter((key) => key.length === 1).join('');
    const view = { kind: 'package', typed: '', prescription: null, open: null as PrescriptionView | null, doubts: [] };
    if (text.startsWith('1.2.246.')) return { ...view, kind: 'prescription', prescription: text };
    const inHand = scannedOf(text, visit?.open?.proposal?.vnr ?? '');
    if (!inHand || !visit?.open)
      throw problem('scan-not-recognised', 'input', say('Luettu koodi ei ole pakkauksen eikä lääkemääräyksen.', 'Den avlästa koden är varken en förpacknings eller ett recepts.', 'The scanned code is neither a package’s nor a prescription’s.'), say('Lue uudelleen, tai valitse pakkaus luettelosta (F4).', 'Läs av på nytt, eller välj förpackningen i listan (F4).', 'Scan again, or choose the package from the list (F4).'));
    visit.open.inHand = inHand;
    return { ...view, open: visit.open };
  },
  learnt_links: ({ text }) => {
    const lines = links.filter((link) => `${link.gtin} ${link.vnr} ${link.package}`.toLowerCase().includes((text ?? '').trim().toLowerCase()));
    return { lines, found: lines.length };
  },
  take_back_link: ({ gtin }) => {
    const at = links.findIndex((link) => link.gtin === gtin);
    if (at >= 0) links.splice(at, 1);
    const open = visit?.open;
    if (open?.inHand && gtin) open.inHand = scannedOf(gtin, '');
    return {};
  },
  scanner_code: () => ({ rows: TEST_CODE.map((row) => row.toString(2).padStart(24, '0')) }),
  test_scanner: ({ keys, text: whole }) => {
    const pressed = (keys as unknown as { key: string }[]).map((one) => (one.key === 'Separator' ? '\u001d' : one.key));
    const ends = whole !== undefined || pressed.at(-1) === 'Enter';
    const text = whole ?? pressed.filter((key) => key.length === 1).join('');
    const findings: Problem[] = [];
    const find = (code: string, sentence: string, advice: string) => findings.push(problem(code, 'input', sentence, advice));
    if (!text.includes('\u001d'))
      find('scanner-separator-lost', say('Erotinmerkki GS katoaa: erä ja sarjanumero menisivät sekaisin.', 'Skiljetecknet GS försvinner: batch och serienummer skulle blandas ihop.', 'The separator GS is lost: batch and serial number would run together.'), say('Aseta lukija lähettämään GS (ASCII 29), näppäimistönä Ctrl + ].', 'Ställ in läsaren att sända GS (ASCII 29), som tangentbord Ctrl + ].', 'Set the scanner to send GS (ASCII 29), as a keyboard Ctrl + ].'));
    if (!ends)
      find('scanner-end-missing', say('Koodi ei pääty sovittuun näppäimeen.', 'Koden slutar inte med den avtalade tangenten.', 'The code does not end with the key that is set.'), say('Aseta lukijan loppumerkiksi Enter, tai vaihda se ohjelman asetuksiin (scanning.suffix).', 'Ställ in Enter som läsarens sluttecken, eller ändra programmets inställning (scanning.suffix).', 'Set the scanner to end with Enter, or change the program’s setting (scanning.suffix).'));
    const passed = findings.length === 0;
    if (passed)
      find('scanner-proven', say('Lukija on asetettu oikein: kaikki merkit tulivat perille.', 'Läsaren är rätt inställd: alla tecken kom fram.', 'The scanner is set up well: every character arrived.'), say('Ylläpito voi merkitä sen asetuksiin (scanning.separators_proven).', 'Systemansvariga kan anteckna det i inställningarna (scanning.separators_proven).', 'The administrator can note it in the settings (scanning.separators_proven).'));
    if (!text.startsWith(']'))
      find('scanner-no-identifier', say('Lukija ei kerro, minkä koodin se luki.', 'Läsaren berättar inte vilken sorts kod den läste.', 'The scanner does not say what kind of code it read.'), say('Suositus: ota sen ohjekirjasta käyttöön AIM-tunniste (]d2). Silloin hidaskin lukija tunnistetaan.', 'Rekommendation: slå på AIM-identifieraren (]d2) enligt handboken. Då känns även en långsam läsare igen.', 'Advice: turn on the AIM identifier (]d2) from its manual. Then even a slow scanner is recognised.'));
    return { passed, findings };
  },
  put_aside: () => {
    const open = current().open;
    if (open) open.inHand = null;
    return open;
  },
  confirm_scan: () => {
    const open = current().open;
    if (open) open.inHand = scannedOf(open.proposal?.vnr ?? '', open.proposal?.vnr ?? '');
    return open;
  },
  propose: ({ setId, vnr, amount, labelDosage, reason, refuses }) => {
    const view = current();
    const open = view.open;
    if (!open?.proposal || open.setId !== setId) throw problem('not-open', 'input', 'Not open.', '');
    if (labelDosage) Object.assign(open, { labelDosage, suggestion: null });
    if (vnr) {
      open.packages = packagesOf(setId, vnr);
      open.proposal.vnr = vnr;
      open.proposal.price = open.packages.find((line) => line.vnr === vnr)?.price ?? '';
    }
    if (refuses !== undefined) {
      open.exchange = exchangeOf(setId, String(refuses) === 'true');
      const why = open.exchange.refuses ? open.exchange.sentence : null;
      open.packages.forEach((line) => (line.hindered = line.substitutes ? why : null));
    }
    if (amount) {
      if (!/^\d+(\.\d+)?$/.test(amount))
        throw problem('amount-not-a-number', 'input', say('Määrä ei ole luku.', 'Mängden är inte ett tal.', 'The amount is not a number.'), say('Anna esimerkiksi 21.', 'Ange till exempel 21.', 'Enter 21, for example.'));
      open.proposal.amount = amount;
      open.proposal.delivered = `${amount} ${open.proposal.unit}`;
    }
    if (reason) open.proposal.reason = reason;
    const fresh = prescription(setId, open.proposal);
    open.proposal.checks = fresh.proposal?.checks ?? [];
    open.proposal.mayAdd = !open.proposal.checks.some((check) => check.outcome === 'stop' || check.outcome === 'needs-reason');
    open.proposal.maySign = !open.proposal.checks.some((check) => check.outcome === 'stop' || check.outcome === 'needs-reason');
    return open;
  },
  give_unlisted: (asked) => {
    const view = current();
    const { says } = asked as unknown as { says: SaidOfUnlisted };
    if (!view.open?.unlisted) throw problem('not-open', 'input', 'Not open.', '');
    view.open = compounded(view.open, says.useUntil);
    if (view.open.unlisted) view.open.unlisted.says = says;
    return view.open;
  },
  deviate: (asked) => {
    const says = (asked as { says?: StatedDeviation }).says;
    const open = current().open;
    if (!open?.deviation) throw problem('not-open', 'input', 'Not open.', '');
    open.deviation.says = says ?? null;
    open.packages = packagesOf(open.setId, open.proposal?.vnr ?? undefined);
    if (says?.path === '57f') {
      open.packages.push({ ...open.packages[0]!, vnr: '052077', name: 'AMLODIPIN KRKA 5 mg', size: say('30 kaps', '30 kaps', '30 caps'), price: '2,10 €', pays: null, reference: null, chosen: false, exchangeable: false, deviates: true, substitutes: true, marks: [], cases: [] });
    }
    return open;
  },
  split_new: (asked) => {
    const open = current().open;
    if (open?.inHand) open.inHand.part = partOf((asked as unknown as { new: boolean }).new);
    return open;
  },
  deviations: ({ day }) => ({
    day: day ?? '',
    rows: scene.includes('deviated')
      ? [{ at: '10.02.41', person: 'Siri Salminen', path: '57f', reason: say('Lääkkeen saatavuushäiriö', 'Störning i tillgången', 'Shortage of the medicine'), prescriberTold: true, documentId: '1.2.246.10.12345678.93.2026.2001' }]
      : [],
  }),
  unconfirmed: () => ({
    rows: [
      { subject: say('Lääketaksa: reseptilääkkeet', 'Läkemedelstaxan: receptläkemedel', 'Tariff: prescription medicines'), holds: '1.1.2026–', mark: { text: say('puuttuu', 'saknas', 'missing'), tone: 'cannot' as const }, source: 'Decree on the medicine tariff, as amended from 1.1.2026: not read.' },
      { subject: say('Laskutapa: pyöristys', 'Räknesätt: avrundning', 'Way of counting: rounding'), holds: '1.1.2017–', mark: { text: say('muistinvarainen', 'ur minnet', 'recalled'), tone: 'think' as const }, source: 'Each line to the cent, half up.' },
    ],
  }),
  near_misses: ({ day }) => ({
    day: day ?? '',
    rows: scene.includes('busy')
      ? [{ at: '9.41.10', person: 'Siri Salminen', chosen: 'DIAPAM 10 mg, 100 fol · 014258', inHand: 'DIAPAM 5 mg, 30 fol · 813014', differs: [say('vahvuus', 'styrka', 'strength'), say('pakkauskoko', 'förpackningsstorlek', 'package size')] }]
      : [],
  }),
  remnants: () => remnants(),
  discard_remnant: ({ id }) => {
    left = left.filter((row) => row.id !== id);
    return remnants();
  },
  ask_kela: () => {
    const view = current();
    view.payment.asked = true;
    pay(view);
    return view;
  },
  add: ({ setId }) => {
    const view = current();
    const open = view.open;
    const line = view.prescriptions.find((other) => other.setId === setId);
    if (!open?.proposal || !line) throw problem('not-open', 'input', 'Not open.', '');
    line.inBasket = true;
    view.basket.push({
      setId: line.setId,
      title: `${open.packages.find((other) => other.chosen)?.name ?? line.name}, ${open.proposal.delivered}`,
      detail: [open.proposal.partPackage ? say('osapakkaus', 'delförpackning', 'part package') : '', open.proposal.reason ?? ''].filter(Boolean).join(' · '),
      price: open.proposal.price,
      preparedBy: world.student ? 'Onni Opiskelija' : null,
    });
    pay(view);
    return view;
  },
  remove: ({ setId }) => {
    const view = current();
    voidLabel(setId ?? '');
    view.basket = view.basket.filter((line) => line.setId !== setId);
    const line = view.prescriptions.find((other) => other.setId === setId);
    if (line) line.inBasket = false;
    pay(view);
    return view;
  },
  sign: async (given) => {
    const view = current();
    view.signed.push(...(await signThese(view.basket.map((line) => line.title), given)));
    view.basket = [];
    view.prescriptions.forEach((line) => (line.inBasket = false));
    pay(view);
    return view;
  },
  close_visit: () => {
    visit = null;
    return status();
  },
  waiting: ({ group, after }) => waitingDesk(group as WaitingGroup | undefined, after === undefined ? undefined : Number(after)),
  settle: ({ documentId }) => {
    settle(documentId ?? '', 'settled');
    return counts();
  },
  resend: ({ documentId }) => {
    settle(documentId ?? '', 'accepted');
    return counts();
  },
  send_now: () => {
    if (world.centreUp) rows.filter((line) => line.state === 'waiting').forEach((line) => settle(line.documentId, 'accepted'));
    return counts();
  },
  review_day: ({ day: asked }) => ({ day: asked ?? day, rows: !asked || asked === day ? rows : [] }),
  export_day: ({ day: asked }) => ({ fileName: `dispensations-${asked ?? day}.csv`, content: 'at;person\n', path: `/home/apteekki/Lataukset/dispensations-${asked ?? day}.csv` }),
  document: ({ documentId }) => ({
    documentId,
    xml: `<?xml version="1.0" encoding="UTF-8"?><ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><realmCode code="FI"/><typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/><id root="${documentId}"/><code code="2" codeSystem="1.2.246.537.5.40105.2006" displayName="Lääkkeen toimitus"/><title>Lääkkeen toimitus</title><effectiveTime value="20261122104205"/><confidentialityCode code="5" codeSystem="1.2.246.777.5.99902.2006"/><languageCode code="fi"/>${'<component><section><title>Toimitus</title><text><paragraph>DIAPAM 10 mg, 21 fol</paragraph></text></section></component>'.repeat(8)}</ClinicalDocument>`,
    state: rows.find((line) => line.documentId === documentId)?.state ?? 'accepted',
    history: [
      { label: '10.42.05', text: say('Siri Salminen allekirjoitti', 'Siri Salminen undertecknade', 'Siri Salminen signed'), strong: false },
      { label: '10.42.05', text: say('Tallennettu tälle koneelle', 'Sparad på den här datorn', 'Saved on this computer'), strong: true },
      { label: '10.42.06', text: say('Lähetetty Reseptikeskukseen', 'Skickad till Receptcentret', 'Sent to the Prescription Centre'), strong: false },
      { label: '10.42.06', text: say('Reseptikeskus hyväksyi', 'Receptcentret godkände', 'The Prescription Centre accepted'), strong: true },
    ],
  }),
};

seed();
if (scene.includes('outage')) seedOutage();
if (scene.includes('telephone')) seedTelephone();
if (scene.includes('logged') || scene.includes('visit')) session = logIn();
if (scene.includes('visit')) {
  visit = visitOf(false);
  if (scene.includes('opened')) visit.open = prescription('set-1');
  if (scene.includes('basket')) {
    for (const setId of ['set-1', 'set-2', 'set-3']) {
      visit.open = prescription(setId);
      answers['add']?.({ setId });
    }
    visit.open = prescription(scene.includes('reason') ? 'set-4' : scene.includes('stop') ? 'set-5' : scene.includes('duplicate') ? 'set-3' : 'set-1');
  }
}
if (scene.includes('locked') && session) session.locked = true;

export const double = {
  mark: DOUBLE_MARK,
  ask: async (request: { ask: string; with: unknown }): Promise<unknown> => {
    await pause(request.ask === 'search' || request.ask === 'sign' ? (world.slow ? 60_000 : 260) : 40);
    const answer = answers[request.ask];
    if (!answer) throw new Error(`the double does not know ${request.ask}`);
    const given = structuredClone(await answer(request.with as Given));
    // An answer may be older than an event that overtook it on the way.
    if (request.ask === 'status' && scene.includes('late')) await pause(1000);
    return given;
  },
  listen: (call: Heard): Promise<void> => {
    heard.push(call);
    return Promise.resolve();
  },
};

Object.assign(window, {
  tiskiDouble: {
    pull: () => {
      if (session) session.locked = true;
      tell({ event: 'card', card: { ...card(), state: 'no-card', holder: null, title: null, pin1Left: null, pin2Left: null } });
      tell({ event: 'session', session });
    },
    scan: (text: string) => tell({ event: 'scanned', text }),
    putBack: () => tell({ event: 'card', card: card() }),
    digits: () => [...world.digits],
    centre: (up: boolean) => {
      world.centreUp = up;
      tell({ event: 'health', lines: health(), freshness: freshness() });
    },
  },
});
