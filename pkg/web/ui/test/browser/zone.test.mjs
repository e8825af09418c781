// The reader's own time beside UTC, which always stays.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, loaded, open, settled, sound } from '../browser.mjs';
import { serve } from '../site.mjs';

let site;
let browser;
before(async () => { [site, browser] = [await serve(), await launch()]; });
after(async () => { await browser?.close(); await site?.stop(); });

const dubai = { timezoneId: 'Asia/Dubai' };
const utc = (text) => Date.parse(`${text.replace(/^(\d+) (\w+) (\d+) (.*)$/, '$2 $1, $3 $4')} UTC`);

/** Holds a text such as "14 Mar 2025 22:04 UTC (15 Mar 02:04 Asia/Dubai)" to itself: four hours lie between. */
function fourHours(text) {
  const [, own, from, hour] = /^(\d+ \w+ \d{4} \d\d:\d\d)(?: UTC)?\s*\((?:(\d+ \w+) )?(\d\d:\d\d) Asia\/Dubai\)$/.exec(text.trim()) ?? assert.fail(text);
  const there = new Date(utc(own) + 4 * 3600e3).toISOString();
  assert.equal(hour, there.slice(11, 16), text);
  if (from) assert.equal(Number(from.split(' ')[0]), Number(there.slice(8, 10)), text);
}

test('with tz=local clock, map, chart, table and evidence have both times', async () => {
  const page = await open(browser, site, '/?tz=local&kind=lift&t=2025-03-10T21:30:00Z', dubai);
  await loaded(page);
  fourHours(await page.locator('.play-now').innerText());
  for (const text of (await page.locator('#events td.when time').allInnerTexts()).slice(0, 20)) fourHours(text.replace('\n', ' '));
  await page.locator('#barometer .u-over').hover({ position: { x: 300, y: 80 } });
  await page.waitForFunction(() => /UTC/.test(document.querySelector('#barometer .tip strong')?.textContent ?? ''));
  assert.match(await page.locator('#barometer .tip').innerText(), /from 04:00 Asia\/Dubai to .*04:00 Asia\/Dubai/);
  fourHours(await page.evaluate(() => globalThis.darkwake.map.words({ kind: 'lift', start: 'x', s: 1741382400 }).split('\n').at(-2)));
  await settled(page, () => page.locator('#filters input[name=kind][value=rendezvous]').check({ force: true }));
  await page.waitForFunction(() => document.querySelectorAll('#events td.when time').length === document.querySelectorAll('#events td.when time .own').length);
  assert.equal(await page.evaluate(() => new URLSearchParams(location.search).get('tz')), 'local');
  await page.locator('#events tbody a[href^="/event/"]').first().click();
  await page.locator('dialog#evidence article#event').waitFor();
  await page.waitForFunction(() => document.querySelectorAll('#evidence time .own').length > 1);
  assert.match(await page.locator('#evidence dl.brief dd').first().innerText(), /UTC.*\(from .*\d\d:\d\d Asia\/Dubai to .*Asia\/Dubai\)/);
  await sound(page);
});

test('the choice stands near the themes, goes into the link, and is kept for other pages', async () => {
  const page = await open(browser, site, '/?t=2025-03-10T21:30:00Z', dubai);
  await loaded(page);
  assert.equal(await page.locator('time .own').count(), 0);
  const links = page.locator('.zones a');
  assert.deepEqual(await links.allInnerTexts(), ['UTC', 'UTC and Asia/Dubai']);
  await links.nth(1).focus();
  await page.keyboard.press('Enter');
  assert.match(page.url(), /[?&]tz=local/);
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'UTC and Asia/Dubai');
  assert.equal(await page.locator('.play-now').innerText(), '10 Mar 2025 21:30 UTC (11 Mar 01:30 Asia/Dubai)');
  await page.locator('#events tbody a[href^="/event/"]').first().evaluate((link) => location.assign(link.href));
  await page.waitForURL('**/event/**');
  await page.locator('article#event time .own').first().waitFor();
  await page.locator('.zones a').first().click();
  assert.equal(await page.locator('time .own').count(), 0);
  assert.ok(!page.url().includes('tz='));
  await sound(page);
});

test('a link may name any zone; one that is none, and the reader in UTC, have UTC alone', async () => {
  const page = await open(browser, site, '/?tz=asia/tehran', dubai);
  await loaded(page);
  assert.match(await page.locator('#events td.when time').first().innerText(), /Asia\/Tehran/);
  assert.deepEqual(await page.locator('.zones a').allInnerTexts(), ['UTC', 'UTC and Asia/Dubai', 'UTC and Asia/Tehran']);
  await page.goto(`${site.base}/?tz=Nowhere/Land`);
  await loaded(page);
  assert.equal(await page.locator('time .own').count(), 0);
  await sound(page);
  const at = await open(browser, site, '/?tz=local', { timezoneId: 'UTC' });
  await loaded(at);
  assert.equal(await at.locator('time .own, .zones').count(), 0);
  await sound(at);
});
