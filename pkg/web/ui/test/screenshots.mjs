// Makes the pictures of docs/web: the page as the bundled replay shows it, at a fixed size and a fixed scheme. Usage:
// node test/screenshots.mjs [FOLDER], by default docs/web.
import { execFileSync } from 'node:child_process';
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { launch, loaded, open } from './browser.mjs';
import { root, serve } from './site.mjs';

const to = process.argv[2] ?? join(root, 'docs/web');
mkdirSync(to, { recursive: true });

const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 1.5 };

/** Nothing moves and nothing blinks in a picture. */
const still = { reducedMotion: 'reduce', viewport: { width: 1200, height: 780 } };

async function shoot(page, name, options = {}) {
  const file = join(to, `${name}.png`);
  await (options.of ? page.locator(options.of) : page).screenshot({ path: file, animations: 'disabled', caret: 'hide' });
  shrink(file);
  console.log(`${file}: ${statSync(file).size} bytes`);
  await page.context().close();
}

/** Few colours are enough: a third of the bytes. Where pngquant is missing the picture stays as it is. */
function shrink(file) {
  try {
    execFileSync('pngquant', ['--force', '--skip-if-larger', '--ext', '.png', '--strip', '128', file], { stdio: 'ignore' });
  } catch { /* larger, and as good */ }
}

/** Waits until the map has drawn all that it was given. */
const idle = (page) => page.waitForFunction(() => new Promise((done) => {
  const map = globalThis.darkwake.map?.map;
  if (!map || (map.loaded() && !map.isMoving())) done(true);
  else map.once('idle', () => done(true));
}));

const site = await serve();
const withGl = await launch('webgl');
const without = await launch('plain');
try {
  let page = await open(withGl, site, '/', { ...still, viewport: { width: 1200, height: 1160 } });
  await loaded(page);
  await shoot(page, 'barometer');

  page = await open(withGl, site, '/?from=2025-03-05&to=2025-03-12&t=2025-03-08T12:00:00Z', still);
  await loaded(page);
  await page.locator('#map').scrollIntoViewIfNeeded();
  await page.evaluate(() => document.querySelector('#map').scrollIntoView());
  await idle(page);
  await shoot(page, 'map');

  page = await open(withGl, site, '/?kind=rendezvous&conf=0.5', still);
  await loaded(page);
  await page.evaluate(() => document.querySelector('#map').scrollIntoView());
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => globalThis.darkwake.hulls?.features?.length > 0);
  await page.evaluate(() => document.querySelector('#map').scrollIntoView());
  await idle(page);
  await shoot(page, 'meeting');

  const lifts = await (await fetch(`${site.base}/api/v1/events?kind=lift&conf=0.9&limit=1`)).json();
  page = await open(withGl, site, `/event/${lifts.events[0].id}`, { ...still, viewport: { width: 1200, height: 1160 } });
  await shoot(page, 'evidence');

  page = await open(withGl, site, '/', { ...still, ...phone });
  await loaded(page);
  await shoot(page, 'phone');

  page = await open(without, site, '/', still);
  await loaded(page);
  await page.evaluate(() => document.querySelector('#map').scrollIntoView());
  await shoot(page, 'fallback');
} finally {
  await withGl.close();
  await without.close();
  await site.stop();
}
