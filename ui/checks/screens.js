// Every screen of the page, as the development double can show it: a beginning, and what the hand does.

const pin = async (page, which, digits) => {
  await page.getByTestId(which).focus();
  await page.keyboard.type(digits);
  await page.keyboard.press('Enter');
};

// As a scanner types: the kind of code first, then without a pause, and Enter at the end.
const scan = async (page, code) => {
  await page.getByTestId('open-prescription').waitFor();
  await page.keyboard.type(`]E0${code}`);
  await page.keyboard.press('Enter');
};

const fillOutage = async (page, basis, vnr) => {
  await page.keyboard.press('F7');
  await page.keyboard.press(basis);
  if (basis === '1') await page.getByTestId('outage-identifier').fill('1.2.246.10.99999903.93.2026.1001');
  else await page.getByTestId('outage-read').fill('Oksikodon 5 mg, 1 tabletti aamulla ja illalla');
  await page.getByTestId('outage-identity').fill('010181-900C');
  await page.getByTestId('outage-customer').fill('Aino Mallikas');
  await page.getByTestId('outage-identified-identity-card').click();
  await page.getByTestId('outage-product').fill(vnr);
  await page.getByTestId('outage-package').first().waitFor();
  await page.getByTestId('outage-product').press('Enter');
  await page.getByTestId('outage-price').waitFor();
};

const openStoring = async (page) => {
  await page.keyboard.press('Control+2');
  await page.getByTestId('storing-open').waitFor();
  await page.keyboard.press('F6');
  await page.getByTestId('storing-panel').waitFor();
  await page.locator('[data-testid=check][data-rule=OU-2c]').waitFor();
};

const fillStoring = async (page) => {
  await openStoring(page);
  await page.getByTestId('storing-right-034').click();
  await page.getByTestId('storing-prescribed').fill('22.11.2026 10.35');
  await page.getByTestId('storing-dosage').fill('1 tabletti aamuisin');
  await page.locator('[data-testid=storing-sign][aria-disabled=false]').waitFor();
};

const openSecond = async (page) => {
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.getByTestId('unlisted').waitFor();
};

const deviates = async (page) => {
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.getByTestId('deviate').waitFor();
  await page.keyboard.press('Control+d');
  await page.getByTestId('deviation-panel').waitFor();
  await page.keyboard.press('1');
  await page.keyboard.press('Tab');
  await page.keyboard.press('1');
  await page.getByTestId('deviation-words').fill('Annettu kapseleina, tabletteja ei saa tukusta.');
};
const printLabel = async (page) => {
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.getByTestId('label-sheet').waitFor();
  await page.keyboard.press('Control+p');
  await page.getByTestId('label-state').waitFor();
};

export const screens = [
  { name: 'login', scene: '' },
  { name: 'login-no-card', scene: 'no-card' },
  { name: 'login-no-reader', scene: 'no-reader' },
  { name: 'login-unusable', scene: 'unusable' },
  { name: 'login-wrong-pin', scene: '', do: async (page) => {
      for (const n of [1, 2, 3]) { await pin(page, 'pin1', '9999'); await page.waitForTimeout(250 * Math.min(n, 1)); }
      await page.getByTestId('problem').waitFor();
    } },
  { name: 'login-last-try', scene: 'last', do: (page) => pin(page, 'pin1', '1234') },
  { name: 'login-short-pin', scene: '', do: async (page) => {
      await pin(page, 'pin1', '123');
      await page.getByTestId('problem').waitFor();
    } },
  { name: 'login-typing', scene: '', do: async (page) => {
      await page.getByTestId('pin1').focus();
      await page.keyboard.type('123');
    } },
  { name: 'login-not-activated', scene: 'not-activated' },
  { name: 'login-no-service', scene: 'no-service' },
  { name: 'login-blocked', scene: 'blocked centre-down' },
  { name: 'login-keypad', scene: 'keypad' },
  { name: 'login-keypad-entering', scene: 'keypad entering', do: (page) => page.getByTestId('log-in-button').click() },
  { name: 'login-keypad-cancelled', scene: 'keypad cancelled', do: async (page) => {
      await page.getByTestId('log-in-button').click();
      await page.getByTestId('problem').waitFor();
    } },
  { name: 'login-scs', scene: 'scs' },
  { name: 'login-scs-entering', scene: 'scs entering', do: (page) => page.getByTestId('log-in-button').click() },
  { name: 'login-scs-down', scene: 'scs-down' },
  { name: 'login-two-cards', scene: 'two-cards' },
  { name: 'locked', scene: 'visit opened locked' },
  { name: 'counter-empty', scene: 'logged' },
  { name: 'counter-identify', scene: 'logged', do: async (page) => {
      await page.getByTestId('search').fill('030875-9020');
      await page.keyboard.press('Enter');
      await page.getByTestId('identify').waitFor();
    } },
  { name: 'counter-identify-basis', scene: 'logged', do: async (page) => {
      await page.getByTestId('search').fill('030875-9020');
      await page.keyboard.press('Enter');
      await page.getByTestId('identify').waitFor();
      await page.keyboard.press('ArrowRight');
    } },
  { name: 'counter-identify-medicine', scene: 'logged', do: async (page) => {
      await page.getByTestId('search').fill('030875-9020');
      await page.keyboard.press('Enter');
      await page.getByTestId('identify').waitFor();
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('2');
      await page.getByTestId('named-medicine').fill('Amlodipin');
    } },
  { name: 'counter-guardian', scene: 'logged', do: async (page) => {
      await page.getByTestId('search').fill('030875-9020');
      await page.keyboard.press('Enter');
      await page.getByTestId('identify').waitFor();
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('4');
      await page.keyboard.press('1');
      await page.getByTestId('warning').waitFor();
    } },
  { name: 'counter-search-failed', scene: 'logged centre-down', do: async (page) => {
      await page.getByTestId('search').fill('030875-9020');
      await page.keyboard.press('Enter');
      await page.keyboard.press('1');
      await page.getByTestId('problem').waitFor();
    } },
  { name: 'counter-list', scene: 'visit' },
  { name: 'counter', scene: 'visit opened basket think' },
  { name: 'counter-exchange', scene: 'visit opened basket', do: async (page) => {
      await page.keyboard.press('Control+k');
      await page.getByText(/2 tietoa|2 uppgifter|2 facts/).waitFor();
      await page.keyboard.press('F4');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowDown');
    } },
  { name: 'counter-refuses', scene: 'visit opened basket', do: async (page) => {
      await page.keyboard.press('F7');
      await page.locator('[data-testid=refuse][aria-pressed=true]').waitFor();
    } },
  { name: 'deviation-closed', scene: 'visit opened basket', do: async (page) => {
      await page.keyboard.press('Control+d');
      await page.getByTestId('deviation-closed').waitFor();
    } },
  { name: 'compounded-lacks', scene: 'visit compounded', do: (page) => openSecond(page) },
  { name: 'compounded', scene: 'visit compounded', do: async (page) => {
      await openSecond(page);
      await page.keyboard.press('F4');
      await page.keyboard.type('22.12.2026');
      await page.getByTestId('unlisted-price').fill('23,50');
      await page.keyboard.press('Enter');
      await page.locator('[data-testid=add][aria-disabled=false]').waitFor();
    } },
  { name: 'deviation', scene: 'visit', do: (page) => deviates(page) },
  { name: 'counter-deviates', scene: 'visit', do: async (page) => {
      await deviates(page);
      await page.keyboard.press('Enter');
      await page.getByTestId('deviation').waitFor();
    } },
  { name: 'counter-no-query', scene: 'visit opened basket no-query' },
  { name: 'counter-covered', scene: 'visit opened', do: (page) => page.keyboard.press('F8') },
  { name: 'counter-reason', scene: 'visit basket reason waits' },
  { name: 'counter-checks', scene: 'visit basket duplicate' },
  { name: 'counter-checks-open', scene: 'visit basket duplicate', do: (page) => page.getByTestId('unchecked').click() },
  { name: 'counter-checks-covered', scene: 'visit basket duplicate', do: (page) => page.keyboard.press('F8') },
  { name: 'counter-scan-right', scene: 'visit opened basket', do: async (page) => {
      await page.getByTestId('package-row').first().waitFor();
      await scan(page, `704626${await page.getByTestId('package-row').first().getAttribute('data-vnr')}0`);
      await page.getByTestId('scanned').waitFor();
    } },
  { name: 'counter-scan-right-learnt', scene: 'visit opened basket learnt', do: async (page) => {
      await scan(page, `704626${await page.getByTestId('package-row').first().getAttribute('data-vnr')}0`);
      await page.getByTestId('learnt-by').waitFor();
    } },
  { name: 'counter-scan-wrong-learnt', scene: 'visit opened basket choosable learnt', do: async (page) => {
      await scan(page, '7046268130140');
      await page.getByTestId('learnt-by').waitFor();
    } },
  { name: 'settings-scanner-test', scene: 'logged', do: async (page) => {
      await page.keyboard.press('Control+4');
      await page.getByTestId('test-scanner').focus();
      await page.keyboard.press('Enter');
      await page.getByTestId('scanner-waits').waitFor();
    } },
  { name: 'settings-scanner-faulty', scene: 'logged', do: async (page) => {
      await page.keyboard.press('Control+4');
      await page.getByTestId('test-scanner').focus();
      await page.keyboard.press('Enter');
      await page.getByTestId('scanner-waits').waitFor();
      await page.keyboard.type('01020000000000081799120010aZ-y/Y_z+721Qw;A:b?9=&');
      await page.getByTestId('scanner-finding').first().waitFor();
    } },
  { name: 'settings-scanner-proven', scene: 'logged', do: async (page) => {
      await page.keyboard.press('Control+4');
      await page.getByTestId('test-scanner').focus();
      await page.keyboard.press('Enter');
      await page.getByTestId('scanner-waits').waitFor();
      await page.evaluate(() => window.tiskiDouble.scan(']d201020000000000081799120010aZ-y/Y_z+7\u001d21Qw;A:b?9=&'));
      await page.getByTestId('scanner-finding').first().waitFor();
    } },
  { name: 'settings-learnt', scene: 'visit learnt', do: async (page) => {
      await page.keyboard.press('Control+4');
      await page.getByTestId('learnt-code').first().waitFor();
      await page.getByTestId('learnt-codes').scrollIntoViewIfNeeded();
    } },
  { name: 'counter-scan-wrong', scene: 'visit opened basket choosable', do: async (page) => {
      await scan(page, '7046268130140');
      await page.getByTestId('wrong-pack').waitFor();
    } },
  { name: 'counter-scan-unknown', scene: 'visit opened basket', do: async (page) => {
      await scan(page, '4006381333931');
      await page.getByTestId('unknown-pack').waitFor();
    } },
  { name: 'counter-stop', scene: 'visit basket stop refused' },
  { name: 'counter-unknown', scene: 'visit', do: async (page) => {
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      await page.getByTestId('unknown').waitFor();
    } },
  { name: 'counter-label', scene: 'visit opened', do: (page) => page.keyboard.press('F5').then(() => page.keyboard.press('Enter')) },
  { name: 'counter-suggestion', scene: 'visit', do: async (page) => {
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      await page.getByTestId('confirm-suggestion').waitFor();
    } },
  { name: 'counter-suggestion-confirmed', scene: 'visit', do: async (page) => {
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      await page.getByTestId('confirm-suggestion').waitFor();
      await page.keyboard.press('F10');
      await page.getByTestId('label-suggestion').waitFor({ state: 'detached' });
    } },
  { name: 'label-batch', scene: 'visit opened printer', do: (page) => page.getByTestId('label').waitFor() },
  { name: 'label-split', scene: 'visit opened printer', do: async (page) => {
      await page.getByTestId('label-batch').fill('A1B2C3');
      await page.getByTestId('label-expiry').fill('5.2028');
      await page.keyboard.press('Tab');
      await page.getByTestId('label-sheet').first().waitFor();
      await page.getByTestId('label-warnings').click();
      await page.getByTestId('label-warning-driving').check();
      await page.getByTestId('label-sheet').first().scrollIntoViewIfNeeded();
    } },
  { name: 'label-printed', scene: 'visit printer', do: async (page) => {
      await printLabel(page);
      await page.getByTestId('print-label').scrollIntoViewIfNeeded();
    } },
  { name: 'label-printer-off', scene: 'visit printer-off', do: async (page) => {
      await printLabel(page);
      await page.getByTestId('print-label').scrollIntoViewIfNeeded();
    } },
  { name: 'label-void', scene: 'visit printer', do: async (page) => {
      await printLabel(page);
      await page.getByTestId('add').click();
      await page.getByTestId('remove').click();
      await page.locator('[data-testid=label][data-state=void]').waitFor();
      await page.getByTestId('print-label').scrollIntoViewIfNeeded();
    } },
  { name: 'review-labels', scene: 'visit opened printer', do: async (page) => {
      await page.getByTestId('label-batch').fill('A1B2C3');
      await page.getByTestId('label-expiry').fill('5.2028');
      await page.keyboard.press('Tab');
      await page.getByTestId('label-sheet').first().waitFor();
      await page.keyboard.press('Control+p');
      await page.getByTestId('label-state').waitFor();
      await page.keyboard.press('Control+p');
      await page.waitForTimeout(150);
      await page.keyboard.press('Control+3');
      await page.getByTestId('printed-labels').waitFor();
      await page.getByTestId('printed-labels').scrollIntoViewIfNeeded();
    } },
  { name: 'counter-student', scene: 'visit opened basket student' },
  { name: 'leave', scene: 'visit opened basket', do: (page) => page.getByTestId('close-visit').click() },
  { name: 'sign', scene: 'visit opened basket', do: (page) => page.keyboard.press('F9') },
  { name: 'sign-wrong-pin', scene: 'visit opened basket', do: async (page) => {
      await page.keyboard.press('F9');
      await pin(page, 'pin2', '999999');
      await page.getByTestId('problem').waitFor();
    } },
  { name: 'sign-short-pin', scene: 'visit opened basket', do: async (page) => {
      await page.keyboard.press('F9');
      await pin(page, 'pin2', '12');
      await page.getByTestId('problem').waitFor();
    } },
  { name: 'sign-last-try', scene: 'visit opened basket pin2-one', do: async (page) => {
      await page.keyboard.press('F9');
      await pin(page, 'pin2', '123456');
      await page.getByTestId('problem').waitFor();
    } },
  { name: 'sign-keypad', scene: 'visit opened basket keypad', do: (page) => page.keyboard.press('F9') },
  { name: 'sign-keypad-entering', scene: 'visit opened basket keypad entering', do: async (page) => {
      await page.keyboard.press('F9');
      await page.keyboard.press('Enter');
    } },
  { name: 'sign-blocked', scene: 'visit opened basket pin2-none', do: (page) => page.keyboard.press('F9') },
  { name: 'signed-saved', scene: 'visit opened basket', do: async (page) => {
      await page.keyboard.press('F9');
      await pin(page, 'pin2', '123456');
      await page.getByTestId('signed-panel').waitFor();
    } },
  { name: 'signed-accepted', scene: 'visit opened basket', do: async (page) => {
      await page.keyboard.press('F9');
      await pin(page, 'pin2', '123456');
      await page.locator('[data-testid=signed-document][data-state=accepted]').nth(2).waitFor();
    } },
  { name: 'signed-mixed', scene: 'visit opened basket centre-down refuses', do: async (page) => {
      await page.keyboard.press('F9');
      await pin(page, 'pin2', '123456');
      await page.locator('[data-testid=signed-document][data-state=waiting]').nth(1).waitFor();
    } },
  { name: 'counter-after-signing', scene: 'visit opened basket', do: async (page) => {
      await page.keyboard.press('F9');
      await pin(page, 'pin2', '123456');
      await page.locator('[data-testid=signed-document][data-state=accepted]').nth(2).waitFor();
      await page.keyboard.press('Escape');
    } },
  { name: 'waiting-empty', scene: 'logged', do: (page) => page.keyboard.press('Control+2') },
  { name: 'waiting', scene: 'logged waits refused conflict centre-down', do: (page) => page.keyboard.press('Control+2') },
  { name: 'outage-before', scene: 'visit opened basket' },
  { name: 'outage-just-down', scene: 'visit opened basket', do: (page) => page.evaluate(() => globalThis.tiskiDouble.centre(false)) },
  { name: 'outage-one-waits', scene: 'logged waits centre-down', do: (page) => page.keyboard.press('Control+2') },
  { name: 'outage-an-hour', scene: 'logged waits hour centre-down', do: (page) => page.keyboard.press('Control+2') },
  { name: 'outage-an-hour-at-the-counter', scene: 'visit opened waits hour centre-down' },
  { name: 'outage-closing', scene: 'logged waits refused closing hour centre-down' },
  { name: 'outage-many', scene: 'logged many hour centre-down', do: async (page) => {
      await page.keyboard.press('Control+2');
      await page.getByTestId('waiting-list-pages').getByRole('button').last().click();
      await page.getByText('51–100').waitFor();
    } },
  { name: 'outage-coming-back', scene: 'logged waits centre-down', do: async (page) => {
      await page.keyboard.press('Control+2');
      await page.getByTestId('waiting-list').waitFor();
      await page.evaluate(() => globalThis.tiskiDouble.centre(true));
    } },
  { name: 'outage-conflict', scene: 'logged conflict', do: (page) => page.keyboard.press('Control+2') },
  { name: 'outage-all-sent', scene: 'logged waits', do: async (page) => {
      await page.keyboard.press('Control+2');
      await page.getByTestId('send-now').click();
      await page.getByTestId('nothing-waits').waitFor();
    } },
  { name: 'review-notice', scene: 'logged busy waits hour', do: (page) => page.keyboard.press('Control+3') },
  { name: 'waiting-settle', scene: 'logged conflict', do: async (page) => {
      await page.keyboard.press('Control+2');
      await page.getByTestId('settle').waitFor();
      await page.keyboard.press('F4');
      await page.getByTestId('note').fill('Lääkärille soitettu.');
    } },
  { name: 'outage-unreachable', scene: 'logged centre-down' },
  { name: 'outage-begin', scene: 'logged centre-down', do: (page) => page.keyboard.press('F7') },
  { name: 'outage-form', scene: 'logged centre-down', do: (page) => fillOutage(page, '1', '814012') },
  { name: 'outage-label-stopped', scene: 'logged centre-down', do: async (page) => {
      await fillOutage(page, '3', '822015');
      await page.locator('[data-testid=check][data-rule=OU-1b][data-outcome=stop]').waitFor();
    } },
  { name: 'outage-can-wait', scene: 'logged centre-down', do: async (page) => {
      await fillOutage(page, '1', '814012');
      await page.getByTestId('outage-need-no').click();
      await page.getByTestId('outage-reason').waitFor();
    } },
  { name: 'outage-telephone', scene: 'logged centre-down', do: async (page) => {
      await page.keyboard.press('F7');
      await page.keyboard.press('4');
      await page.getByTestId('outage-product').fill('amlo');
      await page.getByTestId('outage-package').first().waitFor();
    } },
  { name: 'outage-saved', scene: 'logged centre-down', do: async (page) => {
      await fillOutage(page, '1', '814012');
      await page.keyboard.press('F9');
      await page.getByTestId('outage-saved').waitFor();
    } },
  { name: 'outage-list', scene: 'logged outage conflict waits', do: async (page) => {
      await page.keyboard.press('Control+2');
      await page.getByTestId('hand-over').first().waitFor();
    } },
  { name: 'outage-settle', scene: 'logged outage', do: async (page) => {
      await page.keyboard.press('Control+2');
      await page.getByTestId('settle-hand-over').last().click();
    } },
  { name: 'outage-writing', scene: 'logged outage', do: async (page) => {
      await page.keyboard.press('Control+2');
      await page.getByTestId('write-up').click();
      await page.getByTestId('handed-over').waitFor();
    } },
  { name: 'storing', scene: 'logged telephone', do: (page) => openStoring(page) },
  { name: 'storing-list', scene: 'logged telephone outage', do: async (page) => {
      await page.keyboard.press('Control+2');
      await page.getByTestId('storing-open').waitFor();
    } },
  { name: 'storing-filled', scene: 'logged telephone', do: (page) => fillStoring(page) },
  { name: 'storing-pin', scene: 'logged telephone', do: async (page) => {
      await fillStoring(page);
      await page.keyboard.press('F9');
      await page.getByTestId('pin2').waitFor();
      await page.keyboard.type('12');
    } },
  { name: 'storing-wrong-pin', scene: 'logged telephone', do: async (page) => {
      await fillStoring(page);
      await page.keyboard.press('F9');
      await pin(page, 'pin2', '9999');
      await page.getByTestId('problem').waitFor();
    } },
  { name: 'storing-saved', scene: 'logged telephone', do: async (page) => {
      await fillStoring(page);
      await page.keyboard.press('F9');
      await pin(page, 'pin2', '123456');
      await page.locator('[data-testid=signed-document][data-state=accepted]').nth(1).waitFor();
    } },
  { name: 'review-settled', scene: 'logged settled conflict', do: (page) => page.keyboard.press('Control+3') },
  { name: 'review', scene: 'logged busy waits', do: (page) => page.keyboard.press('Control+3') },
  { name: 'review-unconfirmed', scene: 'logged busy', do: async (page) => {
      await page.keyboard.press('Control+3');
      await page.getByTestId('unconfirmed').locator('summary').click();
      await page.getByTestId('unconfirmed-row').last().scrollIntoViewIfNeeded();
    } },
  { name: 'review-deviations', scene: 'logged busy waits deviated', do: (page) => page.keyboard.press('Control+3') },
  { name: 'review-discard', scene: 'logged busy waits', do: async (page) => {
      await page.keyboard.press('Control+3');
      await page.getByTestId('discard').first().click();
      await page.getByTestId('note').fill('Pakkaus oli kastunut.');
    } },
  { name: 'review-empty', scene: 'logged', do: async (page) => {
      await page.keyboard.press('Control+3');
      await page.getByTestId('day-before').click();
    } },
  { name: 'review-exported', scene: 'logged waits refused', do: async (page) => {
      await page.keyboard.press('Control+3');
      await page.getByTestId('export').click();
      await page.getByTestId('exported').waitFor();
    } },
  { name: 'document', scene: 'logged', do: async (page) => {
      await page.keyboard.press('Control+3');
      await page.getByTestId('dispensation-row').first().click();
      await page.getByTestId('history').locator('li').first().waitFor();
    } },
  { name: 'document-readable', scene: 'logged', do: async (page) => {
      await page.keyboard.press('Control+3');
      await page.getByTestId('dispensation-row').first().click();
      await page.getByTestId('document-readable').click();
    } },
  { name: 'settings-scanner-unplugged', scene: 'logged unplugged', do: (page) => page.keyboard.press('Control+4') },
  { name: 'settings', scene: 'logged think', do: (page) => page.keyboard.press('Control+4') },
  { name: 'keys', scene: 'visit opened', do: (page) => page.keyboard.press('F1') },
  { name: 'health', scene: 'logged centre-down think', do: (page) => page.getByTestId('health').click() },
  { name: 'health-good', scene: 'visit opened', do: (page) => page.getByTestId('health').click() },
  { name: 'person-credentials', scene: 'visit opened', do: async (page) => {
      await page.getByTestId('person').click();
      await page.getByTestId('credentials').locator('summary').click();
    } },
  { name: 'person', scene: 'visit opened basket', do: (page) => page.getByTestId('person').click() },
];
