// Without WebGL2 the map that the server drew stays, and everything else works.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, loaded, open, sound } from '../browser.mjs';
import { serve } from '../site.mjs';

let site;
let browser;
before(async () => { [site, browser] = [await serve(), await launch('plain')]; });
after(async () => { await browser?.close(); await site?.stop(); });

async function fallback(page) {
  await loaded(page);
  assert.equal(await page.evaluate(() => document.body.dataset.ready), 'fallback');
  assert.ok(await page.locator('#map-fallback svg').first().isVisible());
  assert.ok(await page.locator('#map-canvas').isHidden());
}

test('without WebGL2 the drawn map stays, its marks are links, and it is said', async () => {
  // The browser itself says on the console that it has no WebGL.
  const page = await open(browser, site, '/', { expected: ['WebGL'] });
  await fallback(page);
  assert.ok(await page.locator('.map-missing').isVisible());
  const mark = page.locator('#map-fallback a[href^="/event/"]').first();
  const href = await mark.getAttribute('href');
  await mark.focus();
  await page.keyboard.press('Enter');
  await page.waitForURL(`**${href}`);
  await sound(page);
});

test('charts, playing and evidence work without the map', async () => {
  const page = await open(browser, site, '/?from=2025-03-05&to=2025-03-07&speed=86400', { expected: ['WebGL'] });
  await fallback(page);
  assert.ok(await page.locator('#barometer canvas').isVisible());
  await page.locator('.play-play').click();
  await page.waitForFunction(() => new URLSearchParams(location.search).get('t') === '2025-03-08T00:00:00Z');
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await page.locator('dialog#evidence article#event').waitFor();
  await sound(page);
});

test('a link may ask for the drawn map', async () => {
  const page = await open(browser, site, '/?nowebgl=1', { expected: ['WebGL'] });
  await fallback(page);
  await sound(page);
});
