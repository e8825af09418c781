// A browser for tests, with the flags of WEB.md section 6, and what every page is asked in the end: no error on the console,
// no request to another origin, no violation that axe finds.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const here = dirname(fileURLToPath(import.meta.url));
const axe = readFileSync(join(here, '../node_modules/axe-core/axe.min.js'), 'utf8');

export const executable = process.env.CHROMIUM || '/usr/bin/chromium';
export const hasBrowser = existsSync(executable);

/** Everything waits for a condition, at most so long: a busy machine is slow, and a condition that never comes is a failure. */
const patience = 90_000;

const flags = {
  usual: [], // as on a desk without a GPU: the browser draws pages by itself, and WebGL2 falls back to software
  webgl: ['--use-angle=swiftshader', '--enable-unsafe-swiftshader'],
  plain: ['--disable-gpu', '--disable-software-rasterizer', '--disable-3d-apis'],
};

export const launch = (kind = 'webgl') => chromium.launch({
  executablePath: executable, args: [...flags[kind], ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
});

/**
 * A page of a site. Options are those of a browser's context. What goes wrong in it is kept for sound(); `expected` takes
 * texts of console errors that belong to the test.
 */
export async function open(browser, site, path, { expected = [], ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'en-GB', timezoneId: 'UTC', colorScheme: 'dark', ...options });
  await context.addInitScript(watch);
  const page = await context.newPage();
  page.setDefaultTimeout(patience);
  const wrong = [];
  page.on('console', (message) => {
    if (message.type() === 'error' && !expected.some((text) => message.text().includes(text))) wrong.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => wrong.push(`error: ${error.stack ?? error.message}`));
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url());
    if (origin !== site.base && protocol !== 'data:' && protocol !== 'blob:') wrong.push(`off-origin: ${request.url()}`);
  });
  Object.assign(page, { wrong, scriptless: options.javaScriptEnabled === false });
  await page.goto(site.base + path, { waitUntil: 'load' });
  return page;
}

/** In the page: keeps how long it was stopped by its own work. */
function watch() {
  globalThis.longTasks = [];
  try {
    new PerformanceObserver((list) => list.getEntries().forEach((entry) => globalThis.longTasks.push([Math.round(entry.startTime), Math.round(entry.duration)]))).observe({ type: 'longtask', buffered: true });
  } catch { /* a browser that does not tell */ }
}

/** Waits until everything of the front page is there: events, charts, and the map or its fallback. */
export const loaded = (page) => page.waitForFunction(() => document.body.dataset.loaded === 'yes' && Boolean(document.body.dataset.ready));

/** Waits until a change of the filters has reached every part. change makes it. */
export async function settled(page, change) {
  await page.evaluate(() => { document.body.dataset.loaded = 'asked'; });
  await change();
  await page.waitForFunction(() => document.body.dataset.loaded === 'yes');
}

/** Asserts what every page owes, and closes it. */
export async function sound(page, { rules = {} } = {}) {
  const seen = page.scriptless ? await twin(page) : page;
  // What still moves in has not its colours yet.
  await seen.waitForFunction(() => document.getAnimations().every((animation) => animation.playState !== 'running'));
  await seen.evaluate(axe);
  const found = await seen.evaluate((options) => globalThis.axe.run(document, options), { rules, resultTypes: ['violations'] });
  const told = found.violations.flatMap((v) => v.nodes.map((n) => `axe ${v.id} (${v.impact}): ${n.html.slice(0, 160)} ${n.any.concat(n.all, n.none).map((c) => c.message).join('; ').slice(0, 200)}`));
  assert.deepEqual([...page.wrong, ...told].slice(0, 12), []);
  if (seen !== page) await seen.context().close();
  await page.context().close();
}

/** The same page where axe can run: with JavaScript, but without the page's own. */
async function twin(page) {
  const context = await page.context().browser().newContext({ viewport: page.viewportSize(), colorScheme: 'dark' });
  const other = await context.newPage();
  await other.route('**/*.js', (route) => route.abort());
  await other.goto(page.url());
  return other;
}
