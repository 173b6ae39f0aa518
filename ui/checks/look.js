// Opens every screen in a headless Chromium over the development double, lets axe judge it in both themes, and takes a
// picture of each for eyes. Usage: node checks/look.js [--only name] [--language sv] [--pictures folder] [--sizes all]

import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import { withDouble } from './browser.js';
import { screens } from './screens.js';

const { values: given } = parseArgs({
  options: {
    only: { type: 'string' },
    language: { type: 'string', default: 'fi' },
    pictures: { type: 'string' },
    sizes: { type: 'string', default: 'small' },
  },
});

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const sizes = given.sizes === 'all' ? [[1280, 800], [1920, 1080]] : [[1280, 800]];
const chosen = screens.filter((screen) => !given.only || given.only.split(',').includes(screen.name));
if (given.pictures) mkdirSync(given.pictures, { recursive: true });

let faults = 0;
await withDouble(async (browser, address) => {
  for (const theme of ['light', 'dark']) {
    for (const [width, height] of sizes) {
      const context = await browser.newContext({ viewport: { width, height }, reducedMotion: 'reduce', colorScheme: theme });
      for (const screen of chosen) {
        const page = await context.newPage();
        page.on('pageerror', (error) => {
          faults += 1;
          console.error(`${screen.name}: ${error.message}`);
        });
        page.setDefaultTimeout(15000);
        try {
          await page.goto(`${address}?scene=${encodeURIComponent(screen.scene)}&language=${given.language}`);
          await page.locator('main').first().waitFor();
          if (screen.scene.includes('visit') && !screen.scene.includes('locked')) await page.getByTestId('customer').waitFor();
          await page.evaluate(() => document.fonts.ready);
          await page.waitForTimeout(150);
          await screen.do?.(page);
          await page.waitForTimeout(120);
        } catch (error) {
          faults += 1;
          console.error(`${screen.name} ${theme}: ${error.message.split('\n')[0]}`);
        }
        await page.evaluate(axe);
        const judged = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
        for (const violation of judged.violations) {
          faults += 1;
          console.error(`${screen.name} ${theme}: ${violation.id} (${violation.impact}): ${violation.help}`);
          for (const node of violation.nodes.slice(0, 3)) console.error(`    ${node.target.join(' ')}  ${node.any[0]?.message ?? node.all[0]?.message ?? ''}`);
        }
        const cut = await page.evaluate(() =>
          [...document.querySelectorAll('.button, .chip, h1, h2, h3, nav .name, label, dt, .link, .fresh .centre, .mark span')]
            .filter((element) => element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 1 && getComputedStyle(element).display !== 'inline')
            .map((element) => element.textContent.trim().slice(0, 60)),
        );
        if (cut.length > 0) {
          faults += 1;
          console.error(`${screen.name} ${theme} ${width}: cut: ${cut.join(' | ')}`);
        }
        if (given.pictures) await page.screenshot({ path: `${given.pictures}/${screen.name}-${given.language}-${theme}-${width}.png` });
        await page.close();
      }
      await context.close();
    }
  }
});
console.log(`looked at ${chosen.length} screens, ${given.language}: ${faults} faults`);
process.exit(faults > 0 ? 1 : 0);
