// The page without JavaScript: number, chart, table, evidence and links are in the HTML.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { brotliCompressSync } from 'node:zlib';
import { launch, open, sound } from '../browser.mjs';
import { eventsOf, serve } from '../site.mjs';

let site;
let browser;
before(async () => { [site, browser] = [await serve(), await launch()]; });
after(async () => { await browser?.close(); await site?.stop(); });

const bare = { javaScriptEnabled: false };

test('the first paint has number, chart, map and table with JavaScript off', async () => {
  const page = await open(browser, site, '/', bare);
  assert.match(await page.locator('#number').innerText(), /b(arrels|\/d)/);
  assert.ok(await page.locator('#barometer svg').first().isVisible(), 'no chart');
  assert.ok(await page.locator('#map-fallback svg').first().isVisible(), 'no map');
  assert.ok((await page.locator('#events tbody tr[data-id]').count()) > 20, 'no table');
  assert.match(await page.locator('header').first().innerText(), /SYNTHETIC/);
  await sound(page);
});

test('filters, further pages and evidence work by links and a form alone', async () => {
  const page = await open(browser, site, '/', bare);
  await page.locator('#more').first().click();
  assert.ok((await page.locator('#events tbody tr[data-id]').count()) > 0, 'the second page is empty');
  await page.goto(`${site.base}/`);
  await page.locator('#filters input[name=kind][value=rendezvous]').check({ force: true });
  await page.locator('#filters button[type=submit]').click();
  assert.match(page.url(), /kind=rendezvous/);
  const kinds = await page.locator('#events tbody tr[data-id]').evaluateAll((rows) => rows.map((row) => row.dataset.kind));
  assert.ok(kinds.length > 0 && kinds.every((kind) => kind === 'rendezvous'), kinds.join());
  await page.locator('#events tbody tr[data-id] a[href^="/event/"]').first().click();
  assert.match(page.url(), /\/event\/rendezvous-/);
  assert.ok(await page.locator('article#event').isVisible());
  await sound(page);
});

test('a newcomer finds why the number is so within three clicks', async () => {
  const page = await open(browser, site, '/', bare);
  await page.locator('#number a[href^="/day/"]').first().click();
  assert.match(page.url(), /\/day\/2025-/);
  assert.ok((await page.locator('main').innerText()).length > 300, 'the day says little');
  await sound(page);
});

test('the link of a retracted event answers with the reason', async () => {
  const retracted = eventsOf(site.folder).find((event) => event.status === 'retracted');
  assert.ok(retracted, 'the replay has no retracted event');
  const page = await open(browser, site, `/event/${retracted.id}`, bare);
  const text = await page.locator('article#event').innerText();
  assert.match(text, /retracted/i);
  assert.ok(text.includes(retracted.why), `no reason: want ${retracted.why}`);
  await sound(page);
});

test('an event that never was is not found, and says so on a page', async () => {
  const page = await open(browser, site, '/event/gap-0000000000000000', { ...bare, expected: ['404'] });
  assert.match(await page.locator('main').innerText(), /not|no event/i);
  await sound(page);
});

test('seen in A, then in B: a passage leads to the sentences that it rests on', async () => {
  const page = await open(browser, site, '/', bare);
  await page.locator('header nav a[href="/seen"]').click();
  await page.locator('input[name=a]').fill('Kharg');
  await page.locator('input[name=b]').fill('STS areas');
  await page.locator('#filters button[type=submit]').click();
  assert.match(page.url(), /\/seen\?.*a=Kharg.*b=STS/);
  assert.ok((await page.locator('#passages tbody tr').count()) > 0, 'no passage');
  const link = await page.locator('#passages tbody tr td a[href^="/event/"]').first().getAttribute('href');
  const asked = await open(browser, site, page.url().slice(site.base.length), bare);
  await sound(asked);
  await page.locator(`#passages a[href="${link}"]`).first().click();
  assert.match(await page.locator('article#event').innerText(), /!AIVDM/);
  await sound(page);
});

test('HTML, styles and modules keep to 60 kB before the map', async () => {
  const page = await open(browser, site, '/', bare);
  const files = await page.evaluate(() => [...document.querySelectorAll('link[rel=stylesheet], script[src]')].map((node) => node.href || node.src));
  const html = await (await fetch(`${site.base}/`)).text();
  const [before, fallback, rest] = html.split(/(<svg class="picture map"[^]*?<\/svg>\s*<\/div>)/);
  assert.ok(fallback && rest, 'the drawn map is not where it is looked for');
  const size = (bytes) => brotliCompressSync(Buffer.from(bytes)).length;
  let sum = size(before + rest);
  const told = [`html ${sum} (the drawn map ${size(fallback)} more)`];
  for (const url of new Set([...files, `${site.base}/assets/uplot-1.6.32/uplot.mjs`])) {
    const bytes = size(await (await fetch(url)).arrayBuffer());
    told.push(`${new URL(url).pathname} ${bytes}`);
    sum += bytes;
  }
  assert.ok(sum <= 60 * 1024, `${sum} bytes: ${told.join(', ')}`);
  await page.context().close();
});
