// A whole day without a mouse: every step by key alone, and after each the hand rests where the next one begins.

import assert from 'node:assert/strict';
import { withDouble } from './browser.js';

await withDouble(async (browser, address) => {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  page.setDefaultTimeout(10000);
  const { keyboard } = page;
  const at = async (place, story) => {
    await page.waitForFunction((name) => document.activeElement?.matches(`[data-place~="${name}"], [data-testid="${name}"]`), place).catch(() => {});
    const found = await page.evaluate(() => document.activeElement?.outerHTML.slice(0, 120));
    const there = await page.evaluate((name) => document.activeElement?.matches(`[data-place~="${name}"], [data-testid="${name}"]`), place);
    assert.ok(there, `${story}: the hand should be at ${place}, and is at ${found}`);
  };
  const shown = (name) => page.getByTestId(name).first().waitFor();
  const gone = (name) => page.getByTestId(name).first().waitFor({ state: 'detached' });

  await page.goto(`${address}?scene=late`);
  await at('pin1', 'the door opens');
  // Each digit is the program's at once; the page holds dots, and the clipboard and the backspace find nothing else.
  await keyboard.type('58x2');
  assert.equal(await page.getByTestId('pin1').inputValue(), '•••', 'dots, and no letter');
  await page.waitForFunction(() => window.tiskiDouble.digits().join('') === '582');
  await keyboard.press('Backspace');
  assert.equal(await page.getByTestId('pin1').inputValue(), '', 'erased is erased');
  await keyboard.type('12');
  await keyboard.press('Enter');
  await shown('problem');
  assert.equal(await page.getByTestId('problem').getAttribute('data-code'), 'pin-length');
  await at('pin1', 'after a short PIN');
  await keyboard.type('9999');
  await keyboard.press('Enter');
  await page.locator('[data-testid=problem][data-code=pin-wrong]').waitFor();
  assert.equal(await page.getByTestId('pin1').inputValue(), '', 'a wrong PIN is not kept');
  await at('pin1', 'after a wrong PIN');
  await keyboard.type('1234');
  await keyboard.press('Enter');
  await shown('person');
  await at('search', 'logged in');

  await keyboard.type('030875-9020');
  await keyboard.press('Enter');
  await at('identified-identity-card', 'the two questions');
  await keyboard.press('ArrowRight');
  assert.equal(await page.getByTestId('acting-other').getAttribute('aria-checked'), 'true');
  await keyboard.press('Escape');
  await at('search', 'questions closed');
  await keyboard.press('Enter');
  await keyboard.press('2');
  await shown('customer');
  assert.equal(await page.getByTestId('search').inputValue(), '', 'the search field is empty after use');
  await at('row', 'found');

  await keyboard.press('Enter');
  await shown('open-prescription');
  await at('row', 'opened');
  await keyboard.press('F4');
  await at('package', 'packages');
  await keyboard.press('ArrowDown');
  await keyboard.press('Enter');
  await page.locator('[data-testid=package-row][data-vnr="033417"][aria-selected=true]').waitFor();
  await at('package', 'another package');
  await keyboard.press('F6');
  await at('amount', 'amount');
  // A scanner types wherever the hand rests, and what stood there stays.
  await keyboard.type(']E07046268130140');
  await keyboard.press('Enter');
  await shown('wrong-pack');
  assert.equal(await page.getByTestId('amount').inputValue(), '21', 'the scan is typed nowhere');
  await at('aside', 'a wrong package stops');
  await keyboard.press('Enter');
  await gone('wrong-pack');
  // A scanner that the program reads itself does the same, wherever the hand rests.
  await keyboard.press('F6');
  await page.evaluate(() => window.tiskiDouble.scan(']E07046268130140'));
  await shown('wrong-pack');
  assert.equal(await page.getByTestId('amount').inputValue(), '21', 'what was scanned is typed nowhere');
  await at('aside', 'a wrong package of another scanner stops');
  await keyboard.press('Enter');
  await gone('wrong-pack');
  await keyboard.press('F6');
  await at('amount', 'amount again');
  await keyboard.press('Control+a');
  await keyboard.type('42');
  await keyboard.press('Enter');
  await page.locator('[data-testid=check][data-outcome=stop]').waitFor();
  assert.equal(await page.getByTestId('add').getAttribute('aria-disabled'), 'true');
  await keyboard.press('F6');
  await keyboard.type('21');
  await keyboard.press('Enter');
  await at('add', 'the amount is allowed');
  await keyboard.press('Enter');
  await shown('basket-line');
  await at('row', 'the next prescription');
  assert.equal(await page.evaluate(() => document.activeElement.dataset.setId), 'set-2');
  await keyboard.press('Space');
  await page.getByTestId('basket-line').nth(1).waitFor();
  await keyboard.press('ArrowUp');
  await keyboard.press('Space');
  await page.getByTestId('basket-line').nth(1).waitFor({ state: 'detached' });

  await keyboard.press('End');
  await keyboard.press('ArrowUp');
  await keyboard.press('ArrowUp');
  await keyboard.press('ArrowUp');
  await keyboard.press('Space');
  await page.locator('[data-testid=check][data-outcome=needs-reason]').waitFor();
  await keyboard.press('F3');
  await at('reason', 'a reason is asked');
  await keyboard.type('matka ulkomaille');
  await keyboard.press('Enter');
  await at('add', 'the reason is given');
  await keyboard.press('Escape');
  await at('row', 'back to the list');

  await keyboard.press('F5');
  await at('label', 'the dosage');
  await keyboard.press('Enter');
  await at('label', 'the dosage opens');
  await keyboard.press('Control+a');
  await keyboard.type('1 tabletti aamuisin');
  await keyboard.press('Enter');
  await page.getByTestId('label-dosage').filter({ hasText: '1 tabletti aamuisin' }).waitFor();
  await page.getByTestId('label-sheet').first().waitFor();
  await keyboard.press('Control+p');
  await page.getByTestId('no-printer').waitFor();

  await keyboard.press('F8');
  assert.ok((await page.getByTestId('prescription-row').count()) < 7, 'covered: unrelated rows are gone');
  assert.equal(await page.getByTestId('signatures').count(), 0);
  await keyboard.press('F8');
  await keyboard.press('F1');
  await shown('keys');
  await keyboard.press('Escape');
  await gone('keys');

  await keyboard.press('F9');
  await at('pin2', 'signing');
  // A scan into the field of the PIN is never tried at the card.
  await keyboard.type('7046268130140');
  await keyboard.press('Enter');
  await page.waitForTimeout(300);
  assert.equal(await page.getByTestId('pin2').inputValue(), '', 'and nothing of it stays');
  assert.equal(await page.getByTestId('problem').count(), 0, 'no PIN was tried');
  await at('pin2', 'after a scan into the PIN');
  await keyboard.type('0000');
  await keyboard.press('Enter');
  await shown('problem');
  await at('pin2', 'after a wrong PIN2');
  assert.equal(await page.getByTestId('pin2').inputValue(), '');
  await keyboard.type('123456');
  await keyboard.press('Enter');
  await shown('signed-panel');
  await at('signed-close', 'signed');
  await page.locator('[data-testid=signed-document][data-state=accepted]').waitFor();
  await keyboard.press('Enter');
  await at('row', 'the same visit');
  // An old picture of the frame that was under way when the Centre accepted must not stand.
  await page.waitForTimeout(1600);
  assert.equal(await page.getByTestId('waiting-count').count(), 0, 'accepted: nothing waits');

  await keyboard.press('Control+3');
  await shown('dispensation-row');
  await at('desk', 'the review desk');
  await keyboard.press('ArrowDown');
  await keyboard.press('Enter');
  await shown('document');
  await keyboard.press('Escape');
  await gone('document');
  assert.ok(await page.evaluate(() => document.activeElement.matches('button[data-row]')), 'back at the row of the document');
  await keyboard.press('Control+2');
  await shown('nothing-waits');
  await keyboard.press('Escape');
  await at('row', 'back at the counter');

  // The card leaves: nothing of the visit is on the page. It returns: the visit is as it was.
  await page.evaluate(() => window.tiskiDouble.pull());
  await shown('locked');
  assert.equal(await page.getByTestId('customer').count(), 0, 'locked: the customer is not on the page');
  assert.ok(!(await page.content()).includes('Pekka Pietari'));
  await page.evaluate(() => window.tiskiDouble.putBack());
  await at('pin1', 'the card is back');
  await keyboard.type('1234');
  await keyboard.press('Enter');
  await shown('customer');
  await at('row', 'the visit as it was');

  await keyboard.press('Escape');
  await shown('leave');
  await at('leave-confirm', 'ending the visit');
  await keyboard.press('Enter');
  await shown('empty-counter');
  await at('search', 'the next customer');

  // The Centre cannot be reached: a hand-over by key alone, and its writing up when the Centre is back.
  await page.goto(`${address}?scene=${encodeURIComponent('logged centre-down')}`);
  await at('search', 'an empty counter');
  await keyboard.press('F7');
  await shown('outage-panel');
  await keyboard.press('1');
  await keyboard.press('Tab');
  await at('outage-identifier', 'the instruction is scanned');
  await keyboard.type('1.2.246.10.99999903.93.2026.1001');
  await keyboard.press('Tab');
  await at('outage-read', 'what it says');
  await keyboard.press('Tab');
  await keyboard.type('010181-900C');
  await keyboard.press('Tab');
  await keyboard.type('Aino Mallikas');
  await keyboard.press('Tab');
  await keyboard.press('Tab');
  await keyboard.press('1');
  await keyboard.press('Tab');
  await at('outage-product', 'the product');
  await keyboard.type('814012');
  await shown('outage-package');
  await keyboard.press('Enter');
  await at('outage-amount', 'the amount');
  await shown('outage-price');
  await keyboard.press('F9');
  await at('outage-next', 'saved');
  await keyboard.press('Escape');
  await gone('outage-panel');
  await at('search', 'the counter again');
  await keyboard.press('Control+2');
  await shown('hand-over');
  await page.evaluate(() => window.tiskiDouble.centre(true));
  await page.locator('[data-testid=write-up]:enabled').waitFor();
  await keyboard.press('F6');
  await shown('handed-over');
  await at('row', 'writing up');

  // A telephone prescription of an outage is stored by key alone, and both documents are seen to the end.
  await page.goto(`${address}?scene=${encodeURIComponent('logged telephone')}`);
  await at('search', 'an empty counter');
  await keyboard.press('Control+2');
  await shown('storing-open');
  await keyboard.press('F6');
  await shown('storing-panel');
  await at('storing-given', 'for whom');
  for (let i = 0; i < 5; i += 1) await keyboard.press('Tab');
  await keyboard.press('2');
  await keyboard.press('Tab');
  await at('storing-prescribed', 'when it was prescribed');
  await keyboard.type('22.11.2026 10.35');
  for (let i = 0; i < 3; i += 1) await keyboard.press('Tab');
  await at('storing-amount', 'how much');
  await keyboard.press('Tab');
  await at('storing-dosage', 'how to take it');
  await keyboard.type('1 tabletti aamuisin');
  await page.locator('[data-testid=storing-sign][aria-disabled=false]').waitFor();
  await keyboard.press('F9');
  await at('pin2', 'PIN2');
  await keyboard.press('Escape');
  await at('storing-sign', 'the form again');
  await keyboard.press('F9');
  await at('pin2', 'PIN2 again');
  await keyboard.type('123456');
  await keyboard.press('Enter');
  await at('storing-close', 'both documents');
  await page.locator('[data-testid=signed-document][data-state=accepted]').nth(1).waitFor();
  await keyboard.press('Escape');
  await gone('storing-panel');

});
console.log('keyboard: a whole day without a mouse');
