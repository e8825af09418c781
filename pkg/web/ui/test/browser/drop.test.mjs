// A file of events that the reader brings: dropped on the map, or chosen by keyboard. It is read in the browser and sent nowhere.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, loaded, open, sound } from '../browser.mjs';
import { serve } from '../site.mjs';

let site;
let browser;
before(async () => { [site, browser] = [await serve(), await launch()]; });
after(async () => { await browser?.close(); await site?.stop(); });

const fetched = async (query) => (await fetch(`${site.base}/api/v1/events?${query}`)).text();

/** Drops a file on the map as a file manager does. */
async function drop(page, name, content) {
  const transfer = await page.evaluateHandle(([file, text]) => {
    const data = new DataTransfer();
    data.items.add(new File([text], file));
    return data;
  }, [name, content]);
  await page.locator('#map-canvas').dispatchEvent('drop', { dataTransfer: transfer });
}

const marks = (page) => page.evaluate(() => globalThis.darkwake.map.map.queryRenderedFeatures({ layers: ['dropped'] }).length);
const label = (page) => page.locator('.map-dropped label').innerText();
const said = (page, words) => page.waitForFunction((text) => document.querySelector('.map-note').textContent.includes(text), words);

for (const [format, query] of [['csv', 'format=csv&csv=guarded'], ['json', 'format=json&limit=1000'], ['jsonl', 'format=jsonl'], ['geojson', 'format=geojson']]) {
  test(`a download as ${format} dropped on the map is a layer of its own`, async () => {
    const page = await open(browser, site, '/?kind=lift&theme=light');
    const sent = [];
    page.on('request', (request) => sent.push(request));
    await loaded(page);
    await page.locator('.map-layers > summary').click();
    await drop(page, `mine <b>.${format}`, await fetched(`${query}&kind=rendezvous`));
    await page.locator('.map-dropped').waitFor();
    const known = JSON.parse(await fetched('limit=1&kind=rendezvous')).total;
    assert.equal(await label(page), `dropped: mine <b>.${format}, ${known} events`);
    await page.waitForFunction(() => globalThis.darkwake.map.map.areTilesLoaded() && globalThis.darkwake.map.map.queryRenderedFeatures({ layers: ['dropped'] }).length > 0);
    await page.locator('.map-dropped input[type=checkbox]').uncheck();
    await page.waitForFunction(() => globalThis.darkwake.map.map.queryRenderedFeatures({ layers: ['dropped'] }).length === 0);
    await page.locator('.map-dropped input[type=checkbox]').check();
    await page.locator('[data-theme-choice=contrast]').click();
    assert.ok(sent.every((request) => request.method() === 'GET'), 'something was sent');
    await page.locator('.map-dropped > button').click();
    await page.locator('.map-dropped').waitFor({ state: 'detached' });
    assert.equal(await page.evaluate(() => Boolean(globalThis.darkwake.map.map.getLayer('dropped') || globalThis.darkwake.map.map.getSource('dropped'))), false);
    await sound(page);
  });
}

test('a mark opens the event where this site has it, and else says its facts', async () => {
  const page = await open(browser, site, '/?kind=discharge', { expected: ['404'] });
  await loaded(page);
  const [first] = (await fetched('kind=lift&format=jsonl&limit=1')).split('\n').map((line) => line && JSON.parse(line));
  const foreign = { ...first, id: 'lift-ffffffffffffffff', lon: 52, lat: 27, vessels: [{ name: '<img src=x> STRANGER' }], why: 'from elsewhere' };
  await drop(page, 'two.jsonl', [first, foreign].map((event) => JSON.stringify(event)).join('\n'));
  await page.locator('.map-layers > summary').click();
  await page.locator('.map-dropped summary').click();
  const rows = page.locator('.map-dropped ol button');
  assert.equal(await rows.count(), 2);
  await page.locator('.map-layers > summary').click();
  await page.waitForFunction(() => globalThis.darkwake.map.map.areTilesLoaded() && globalThis.darkwake.map.map.queryRenderedFeatures({ layers: ['dropped'] }).length === 2);
  const at = await page.evaluate(() => globalThis.darkwake.map.map.project([52, 27]));
  const canvas = page.locator('#map-canvas canvas');
  await canvas.hover({ position: { x: at.x, y: at.y } });
  await page.waitForFunction(() => !document.querySelector('.map-tip').hidden);
  assert.match(await page.locator('.map-tip').innerText(), /lift\n<img src=x> STRANGER/);
  await canvas.click({ position: { x: at.x, y: at.y } });
  await said(page, 'Not on this site, only in two.jsonl: lift · <img src=x> STRANGER');
  await said(page, 'from elsewhere');
  await page.locator('.map-layers > summary').click();
  await rows.first().focus();
  await page.keyboard.press('Enter');
  await page.locator('dialog#evidence article#event').waitFor();
  assert.equal(await page.evaluate(() => new URLSearchParams(location.search).get('event')), first.id);
  await sound(page);
});

test('a file is chosen by keyboard alone, and what is no file of events is one line', async () => {
  const page = await open(browser, site, '/');
  await loaded(page);
  await page.locator('.map-layers > summary').focus();
  await page.keyboard.press('Enter');
  const [button, input] = [page.locator('.map-layers button', { hasText: 'file' }), page.locator('.map-layers input[type=file]')];
  const asked = page.waitForEvent('filechooser');
  await button.waitFor(); // the browser knows by now that the test chooses, not a window of its own
  await button.press('Enter');
  const chooser = await asked;
  await chooser.setFiles({ name: 'lifts.csv', mimeType: 'text/csv', buffer: Buffer.from(await fetched('format=csv&kind=lift')) });
  await page.locator('.map-dropped').waitFor();
  await page.waitForFunction(() => document.querySelector('#live').textContent.includes('14 events of lifts.csv'));
  for (const [name, content, words] of [['days.csv', 'date,mean\n2025-03-01,1\n', 'not a file that is understood'], ['cut.json', '{"events":[', 'broken or cut off'], ['a.gpx', '<gpx/>', 'not a file that is understood'], ['b.parquet', 'PAR1\u0000', 'not a file that is understood']]) {
    await input.setInputFiles({ name, mimeType: 'application/octet-stream', buffer: Buffer.from(content) });
    await said(page, `${name}: `);
    await said(page, words);
  }
  assert.equal(await label(page), 'dropped: lifts.csv, 14 events', 'a file that is refused takes nothing away');
  await drop(page, 'gaps.jsonl', await fetched('format=jsonl&kind=gap'));
  await page.waitForFunction(() => document.querySelectorAll('.map-dropped').length === 1 && document.querySelector('.map-dropped').textContent.includes('gaps.jsonl'));
  assert.ok((await marks(page)) >= 0);
  await sound(page);
});
