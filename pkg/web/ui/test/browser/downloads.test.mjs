// The filtered set in every format, read back by programs that are not ours.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { launch, loaded, open, settled, sound } from '../browser.mjs';
import { scratch, serve } from '../site.mjs';

const reader = join(dirname(fileURLToPath(import.meta.url)), '../read.py');

let site;
let browser;
before(async () => { [site, browser] = [await serve(), await launch()]; });
after(async () => { await browser?.close(); await site?.stop(); });

/** Pyarrow is large: `make browser` fetches it once (test/run.mjs); without it Parquet is not read back, and that is said. */
const canParquet = (() => {
  try {
    execFileSync('python3', ['-c', 'import pyarrow.parquet'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

function read(format, file) {
  return JSON.parse(execFileSync('python3', [reader, format, file], { encoding: 'utf8' }));
}

async function fetched(page, href) {
  const answer = await page.context().request.get(new URL(href, site.base).href);
  assert.equal(answer.status(), 200, href);
  const file = join(scratch, `download-${Math.random().toString(36).slice(2)}`);
  writeFileSync(file, await answer.body());
  return { file, name: /filename="?([^";]+)/.exec(answer.headers()['content-disposition'] ?? '')?.[1] ?? '' };
}

test('the filtered set is the same in every format, under a name that says what it is', async (t) => {
  const page = await open(browser, site, '/');
  await loaded(page);
  await settled(page, () => page.locator('#filters input[name=kind][value=rendezvous]').check({ force: true }));
  await settled(page, () => page.locator('#filters [name=from]').fill('2025-03-05'));
  const want = (await page.evaluate(() => globalThis.darkwake.features.map((f) => f.properties.id))).sort();
  assert.ok(want.length > 3, `${want.length} events`);
  const links = await page.locator('#downloads a[href*="/api/v1/events"]').evaluateAll((all) => all.map((a) => a.getAttribute('href')));
  const formats = new Map(links.map((href) => [new URL(href, site.base).searchParams.get('format') ?? 'json', href]));
  for (const format of ['csv', 'geojson', 'kmz', 'gpx', 'parquet', 'json']) {
    assert.ok(formats.has(format), `no link for ${format} among ${links.join(' ')}`);
  }
  for (const [format, href] of formats) {
    if (format === 'parquet' && !canParquet) {
      t.diagnostic('PARQUET IS NOT READ BACK: python3 has no pyarrow');
      continue;
    }
    const { file, name } = await fetched(page, href);
    // JSON is an answer, page by page, and no file.
    if (format !== 'json') assert.match(name, /^darkwake_rendezvous_2025-03-05_2025-\d\d-\d\d\.\w+/, `${format} is named ${name}`);
    const { ids, count } = read(format, file);
    if (['kmz', 'gpx', 'gfw'].includes(format)) assert.ok(count >= want.length, `${format}: ${count} of ${want.length}`);
    else assert.deepEqual(ids.sort(), want, format);
  }
  await sound(page);
});

test('the evidence of an event is a zip that holds together', async () => {
  const page = await open(browser, site, '/?kind=rendezvous');
  await loaded(page);
  const id = await page.locator('#events tbody tr[data-id]').first().getAttribute('data-id');
  const { file } = await fetched(page, `/api/v1/events/${id}/evidence.zip`);
  const { ids } = read('zip', file);
  assert.equal(ids[0], id);
  for (const name of ['event.json', 'track.geojson', 'raw.nmea']) assert.ok(ids.includes(name), `${name} is not among ${ids.slice(1)}`);
  assert.ok(ids.some((name) => /^readme/i.test(name)), `no README among ${ids.slice(1)}`);
  await sound(page);
});
