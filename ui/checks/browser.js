// A headless Chromium over a build of the page that keeps the development double; the page that is shipped is another.
// CHROMIUM names the browser where it is not /usr/bin/chromium.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { build, preview } from 'vite';

/** Calls `look(browser, address)`, and clears away afterwards. */
export async function withDouble(look) {
  process.env.NODE_ENV = 'development';
  const root = fileURLToPath(new URL('..', import.meta.url));
  const outDir = mkdtempSync(join(tmpdir(), 'tiski-look-'));
  let server;
  let browser;
  try {
    await build({ root, mode: 'development', logLevel: 'error', build: { outDir, emptyOutDir: true } });
    server = await preview({ root, logLevel: 'error', build: { outDir }, preview: { port: 0, host: '127.0.0.1' } });
    browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    });
    await look(browser, server.resolvedUrls.local[0]);
  } finally {
    await browser?.close();
    await server?.close();
    rmSync(outDir, { recursive: true });
  }
}
