// The built page: nothing of the development double, nothing that the window's content security policy would refuse.

import { readdirSync, readFileSync } from 'node:fs';

const dist = new URL('../dist/', import.meta.url);
const read = (name) => readFileSync(new URL(name, dist), 'utf8');
const page = read('index.html');
const script = read('assets/page.js');
const style = read('assets/index.css');
const faults = [];

for (const mark of ['tiski-development-double', 'tiskiDouble', 'Pekka Pietari', 'Lasse']) {
  if (script.includes(mark)) faults.push(`the double is in the built page: ${mark}`);
}
if (/<script(?![^>]*\bsrc=)/.test(page)) faults.push('an inline script');
if (/<style|\sstyle=/.test(page)) faults.push('an inline style in the page');
if (/[^-\w]style="/.test(script)) faults.push('an inline style attribute in a template');
if (/\beval\(|new Function\(/.test(script)) faults.push('eval');
const hosts = [...`${page}${script}${style}`.matchAll(/https?:\/\/[\w.-]+/g)].map(([found]) => found);
for (const host of new Set(hosts)) {
  if (!['http://www.w3.org', 'https://svelte.dev'].includes(host)) faults.push(`a strange address: ${host}`);
}
const assets = readdirSync(new URL('assets/', dist)).sort().join(' ');
const expected = 'index.css inter-latin-ext-wght-normal.woff2 inter-latin-wght-normal.woff2 page.js';
if (assets !== expected) faults.push(`assets are ${assets}`);

if (faults.length > 0) {
  console.error(faults.join('\n'));
  process.exit(1);
}
console.log('built page: no double, no inline script or style, no foreign address');
