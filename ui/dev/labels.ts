// Labels for the double, as the program lays them out: those of fixtures/labels. What was printed is kept as the program
// keeps it, as far as a screen sees it.

import type { LabelSheet, LabelState, LabelView, PrintedLabel } from '../src/generated/api';
import { say } from './people';

const split: LabelSheet[] = [
  { width: 70000, height: 50000, texts: [
  { x: 2000, y: 5421, width: 35624, size: 3527, spacing: 338, bold: true, text: 'Pekka Pietari Potilas' },
  { x: 53669, y: 5421, width: 14331, size: 2821, spacing: 143, bold: false, text: '22.11.2026' },
  { x: 2000, y: 11073, width: 31289, size: 4233, spacing: 406, bold: true, text: 'DIAPAM 10 mg' },
  { x: 2000, y: 14825, width: 30777, size: 2822, spacing: 143, bold: false, text: 'tabletti · 100 fol · 21 fol' },
  { x: 2000, y: 21208, width: 59260, size: 4233, spacing: 406, bold: true, text: '1 tabletti aamulla, päivällä ja' },
  { x: 2000, y: 26329, width: 41444, size: 4233, spacing: 406, bold: true, text: 'illalla ahdistukseen.' },
  { x: 2900, y: 31681, width: 62758, size: 2822, spacing: 270, bold: true, text: 'Voi heikentää kykyä ajaa tai käyttää koneita.' },
  { x: 2900, y: 35095, width: 37260, size: 2822, spacing: 270, bold: true, text: 'Ei alkoholia hoidon aikana.' },
  { x: 56711, y: 47407, width: 11289, size: 2469, spacing: 125, bold: false, text: 'jatkuu 1/2' },
], rules: [
  { x: 2000, y: 16202, width: 66000, height: 200, thick: 200 },
], frames: [
  { x: 2000, y: 28044, width: 66000, height: 8628, thick: 200 },
] },
  { width: 70000, height: 50000, texts: [
  { x: 2000, y: 5421, width: 35624, size: 3527, spacing: 338, bold: true, text: 'Pekka Pietari Potilas' },
  { x: 53669, y: 5421, width: 14331, size: 2821, spacing: 143, bold: false, text: '22.11.2026' },
  { x: 2000, y: 10046, width: 23469, size: 3175, spacing: 304, bold: true, text: 'DIAPAM 10 mg' },
  { x: 2000, y: 14245, width: 28863, size: 2822, spacing: 143, bold: false, text: 'Tabletin voi puolittaa.' },
  { x: 2000, y: 17659, width: 23828, size: 2822, spacing: 143, bold: false, text: 'Säilytä alle 25 °C.' },
  { x: 2000, y: 21073, width: 62721, size: 2822, spacing: 143, bold: false, text: 'Erä A1B2C3 · Käytettävä viimeistään 31.5.2028' },
  { x: 2000, y: 24144, width: 34401, size: 2469, spacing: 125, bold: false, text: 'Myyntiluvan haltija: Orion Oyj' },
  { x: 2000, y: 28174, width: 58316, size: 2822, spacing: 143, bold: false, text: 'Jäljellä 2 × 21 fol, voimassa 24.4.2027 asti.' },
  { x: 2000, y: 31245, width: 57584, size: 2469, spacing: 125, bold: false, text: 'Määrääjä: Lasse Lääkäri · Esimerkkilän apteekki ·' },
  { x: 2000, y: 34232, width: 14758, size: 2469, spacing: 125, bold: false, text: '09 555 1234' },
  { x: 2000, y: 37219, width: 41232, size: 2469, spacing: 125, bold: false, text: '1.2.246.10.99999903.93.2026.1001' },
  { x: 64098, y: 47407, width: 3902, size: 2469, spacing: 125, bold: false, text: '2/2' },
], rules: [
], frames: [
] },
];
const whole: LabelSheet[] = [
  { width: 70000, height: 50000, texts: [
  { x: 2000, y: 5421, width: 23393, size: 3527, spacing: 338, bold: true, text: 'Aino Mallikas' },
  { x: 53669, y: 5421, width: 14331, size: 2821, spacing: 143, bold: false, text: '22.11.2026' },
  { x: 2000, y: 11073, width: 58777, size: 4233, spacing: 406, bold: true, text: 'BISOPROLOL ACCORD 5 mg' },
  { x: 2000, y: 14825, width: 62175, size: 2822, spacing: 143, bold: false, text: 'tabletti, kalvopäällysteinen · 30 · pakkaus 1/3 ·' },
  { x: 2000, y: 18239, width: 15149, size: 2822, spacing: 143, bold: false, text: '90 tablettia' },
  { x: 2000, y: 21653, width: 57539, size: 2822, spacing: 143, bold: false, text: 'Lääke on vaihdettu. Määrätty: EMCONCOR' },
  { x: 2000, y: 25067, width: 63046, size: 2822, spacing: 143, bold: false, text: '5 mg. Toimitettu: BISOPROLOL ACCORD 5 mg.' },
  { x: 2000, y: 31450, width: 36816, size: 4233, spacing: 406, bold: true, text: '1 tabletti aamulla.' },
  { x: 2000, y: 35544, width: 57921, size: 3175, spacing: 161, bold: false, text: 'Käyttötarkoitus: Verenpaineen hoitoon' },
  { x: 2000, y: 39743, width: 29729, size: 2822, spacing: 143, bold: false, text: 'Reseptiä ei ole jäljellä.' },
  { x: 2000, y: 42814, width: 56526, size: 2469, spacing: 125, bold: false, text: 'Määrääjä: Lauri Lääkäri · Esimerkkilän apteekki ·' },
  { x: 2000, y: 45801, width: 14758, size: 2469, spacing: 125, bold: false, text: '09 555 1234' },
], rules: [
  { x: 2000, y: 26444, width: 66000, height: 200, thick: 200 },
], frames: [
] },
];

const printed: Record<string, LabelState> = {};
const rows: PrintedLabel[] = [];
const scene = new URLSearchParams(location.search).get('scene') ?? '';

type Given = Record<string, string>;

function said(state: LabelState): string {
  const sentences: Record<LabelState, string> = {
    'not-printed': '',
    printed: say('Tulostettu 10.42', 'Utskriven 10.42', 'Printed 10.42'),
    changed: say('Tulostettu lipuke ei enää pidä paikkaansa.', 'Den utskrivna etiketten gäller inte längre.', 'The printed label does not hold any more.'),
    void: say('Tulostettu lipuke on mitätön: hävitä se.', 'Den utskrivna etiketten är ogiltig: förstör den.', 'The printed label is void: destroy it.'),
    doubtful: say('Ei tiedetä, tulostuiko lipuke.', 'Det är inte känt om etiketten skrevs ut.', 'It is not known whether the label came out.'),
    failed: say('Lipuketulostin ei vastaa. Toimitusta voi jatkaa. Tarkista tulostin ja tulosta uudelleen.', 'Etikettskrivaren svarar inte. Expedieringen kan fortsätta. Kontrollera skrivaren och skriv ut på nytt.', 'The label printer does not answer. Dispensing can go on. Check the printer and print again.'),
  };
  return sentences[state];
}

function view({ setId, language, batch, expiry }: Given, nothing: boolean): LabelView {
  const state = printed[setId ?? ''] ?? 'not-printed';
  const partPackage = setId === 'set-1';
  const wants = partPackage && !(batch && expiry);
  const problem = nothing
    ? { code: 'label-nothing', sentence: '', advice: '', place: 'input' as const, rule: null, triesLeft: null }
    : wants
      ? {
          code: 'label-batch-missing',
          sentence: say('Jaetun pakkauksen lipukkeeseen tarvitaan erä ja viimeinen käyttöpäivä.', 'Etiketten på en delad förpackning behöver sats och sista användningsdag.', 'The label of a split package needs batch and expiry.'),
          advice: say('Kirjoita ne pakkauksesta.', 'Skriv av dem från förpackningen.', 'Copy them from the package.'),
          place: 'input' as const,
          rule: null,
          triesLeft: null,
        }
      : null;
  return {
    setId: setId ?? '',
    language: language ?? 'fi',
    sheets: problem ? [] : partPackage ? split : whole,
    monospace: false,
    printer: scene.includes('printer') ? 'Zebra' : null,
    state,
    said: said(state),
    partPackage,
    batch: batch ?? null,
    expiry: expiry ?? null,
    warnings: partPackage ? ['driving'] : [],
    problem,
  };
}

/** The double's answers about labels. */
export function labelAnswers(dispensed: (setId: string) => boolean): Record<string, (given: Given) => unknown> {
  return {
    label: (given) => view(given, !dispensed(given['setId'] ?? '')),
    print_label: (given) => {
      const setId = given['setId'] ?? '';
      const reprint = printed[setId] === 'printed';
      const state: LabelState = scene.includes('printer-off') ? 'failed' : 'printed';
      printed[setId] = state;
      rows.unshift({ at: '10.42.05', person: 'Siri Salminen', product: setId === 'set-1' ? 'DIAPAM 10 mg' : 'AMLODIPIN ORION 5 mg', prescriptionId: '1.2.246.10.99.93.2026.77', printer: 'Zebra', sheets: 1, reprint, state, said: state === 'printed' ? say('Tulostettu', 'Utskriven', 'Printed') : said(state) });
      return view(given, false);
    },
    printed_labels: ({ day }) => ({ day: day ?? '', rows }),
  };
}

/** What was printed and is taken out of the basket is void. */
export function voidLabel(setId: string): void {
  if (printed[setId] === 'printed') printed[setId] = 'void';
}
