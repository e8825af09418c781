// The front page as a reader uses it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, loaded, open, settled, sound } from '../browser.mjs';
import { serve } from '../site.mjs';

let site;
let browser;
before(async () => { [site, browser] = [await serve(), await launch()]; });
after(async () => { await browser?.close(); await site?.stop(); });

const param = (page, name) => page.evaluate((key) => new URLSearchParams(location.search).get(key), name);
const current = (page) => page.locator('#events tr[aria-current=true]');

/** Ids of all events that the page's own filters choose, from the API, page by page. */
const fromApi = (page) => page.evaluate(async () => {
  const query = new URLSearchParams(location.search);
  for (const name of ['t', 'event', 'lat', 'lon', 'z', 'speed', 'theme']) query.delete(name);
  query.set('format', 'geojson');
  query.set('limit', '1000');
  const ids = [];
  for (let cursor = ''; cursor !== undefined;) {
    if (cursor) query.set('cursor', cursor);
    const answer = await (await fetch(`/api/v1/events?${query}`)).json();
    ids.push(...answer.features.map((f) => f.properties.id));
    cursor = answer.next || undefined;
  }
  return ids.sort();
});

/** Ids of the table with all its further pages. */
async function fromTable(page) {
  while (await page.locator('#more').count()) {
    const before = await page.locator('#events tbody tr[data-id]').count();
    await page.locator('#more').first().click();
    await page.waitForFunction((n) => document.querySelectorAll('#events tbody tr[data-id]').length > n, before);
  }
  return (await page.locator('#events tbody tr[data-id]').evaluateAll((rows) => rows.map((row) => row.dataset.id))).sort();
}

const onMap = (page) => page.evaluate(() => globalThis.darkwake.map.features.map((f) => f.properties.id).sort());
const total = async (page) => Number((await page.locator('#count').innerText()).replace(/[^0-9]/g, ''));

test('an event is chosen by keyboard, its evidence opened, its link followed', async () => {
  const page = await open(browser, site, '/');
  await loaded(page);
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await page.keyboard.press('k');
  await page.waitForFunction(() => document.querySelectorAll('#events tr[aria-current=true]').length === 1);
  const id = await current(page).getAttribute('data-id');
  assert.equal(id, await page.locator('#events tbody tr[data-id]').first().getAttribute('data-id'));
  assert.equal(await param(page, 'event'), id);
  await page.keyboard.press('Enter');
  const dialog = page.locator('dialog#evidence');
  await dialog.locator('article#event').waitFor();
  assert.ok((await dialog.innerText()).includes(id), 'the evidence does not name the event');
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  await page.waitForFunction(() => !new URLSearchParams(location.search).has('event'));
  await page.goto(`${site.base}/?event=${id}`);
  await dialog.locator('article#event').waitFor();
  await loaded(page);
  await dialog.locator('a[href^="/event/"]').first().click();
  await page.waitForURL(`**/event/${id}`);
  assert.ok(await page.locator('article#event').isVisible());
  await sound(page);
});

test('a brush over the time bar leaves map, table, totals and API with the same events', async () => {
  const page = await open(browser, site, '/');
  await loaded(page);
  const all = await total(page);
  const bar = page.locator('#timebar .u-over');
  await bar.scrollIntoViewIfNeeded();
  const box = await bar.boundingBox();
  await settled(page, async () => {
    await page.mouse.move(box.x + box.width * 0.3, box.y + 20);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.4, box.y + 20, { steps: 4 });
    await page.mouse.move(box.x + box.width * 0.5, box.y + 20, { steps: 4 });
    await page.mouse.up();
  });
  assert.match(await param(page, 'from'), /^2025-03-\d\d$/);
  const want = await fromApi(page);
  assert.ok(want.length > 0 && want.length < all, `${want.length} of ${all}`);
  assert.deepEqual(await onMap(page), want);
  assert.equal(await total(page), want.length);
  assert.deepEqual(await fromTable(page), want);
  const [barometer, timebar] = await page.evaluate(() => ['#barometer', '#timebar'].map((host) => document.querySelector(`${host} .u-select`).getBoundingClientRect().width > 20));
  assert.ok(barometer && timebar, 'both charts show the choice');
  assert.equal(await page.locator('#filters [name=from]').inputValue(), await param(page, 'from'));
  await settled(page, () => bar.dblclick({ position: { x: 5, y: 5 } }));
  assert.equal(await total(page), all);
  await sound(page);
});

test('playing moves time, ships and charts, by frames or by steps, and stops at the end', async () => {
  const page = await open(browser, site, '/?from=2025-03-05&to=2025-03-07&speed=21600');
  await loaded(page);
  await page.keyboard.press(' ');
  await page.waitForFunction(() => new URLSearchParams(location.search).get('t') > '2025-03-05T06');
  await page.keyboard.press(' ');
  await page.waitForFunction(() => !globalThis.darkwake.playback.playing);
  const t = await param(page, 't');
  await page.keyboard.press('ArrowRight');
  await page.waitForFunction((before) => new URLSearchParams(location.search).get('t') > before, t);
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  await page.waitForFunction((before) => new URLSearchParams(location.search).get('t') < before, t);
  await page.keyboard.press(']');
  assert.equal(await param(page, 'speed'), '86400');
  await page.keyboard.press(' ');
  await page.waitForFunction(() => !globalThis.darkwake.playback.playing && new URLSearchParams(location.search).get('t') === '2025-03-08T00:00:00Z');
  await page.goto(`${site.base}/?from=2025-03-05&to=2025-03-07&t=${t}`);
  await loaded(page);
  assert.ok((await page.locator('.play-now').innerText()).includes('Mar 2025'), 'the link does not bring the moment back');
  await sound(page);
});

test('who asks for less motion plays from event to event', async () => {
  const page = await open(browser, site, '/?from=2025-03-05&to=2025-03-07', { reducedMotion: 'reduce' });
  await loaded(page);
  await page.locator('.play-play').click();
  const starts = await page.evaluate(() => globalThis.darkwake.starts);
  await page.waitForFunction(() => globalThis.darkwake.playback.now > Date.parse('2025-03-05T00:00:01Z') / 1000);
  assert.ok(starts.includes(await page.evaluate(() => globalThis.darkwake.playback.now)), 'it stands between events');
  await page.locator('.play-play').click();
  await sound(page);
});

test('filters act at once, without a new page, and counts follow', async () => {
  const page = await open(browser, site, '/');
  await loaded(page);
  await page.evaluate(() => { globalThis.same = true; });
  await settled(page, () => page.locator('#filters input[name=kind][value=lift]').check({ force: true }));
  assert.equal(await param(page, 'kind'), 'lift');
  assert.equal(await total(page), 14);
  assert.deepEqual(await onMap(page), await fromApi(page));
  await settled(page, () => page.locator('#filters [name=q]').fill('SYN TANKER 12'));
  assert.ok((await total(page)) < 14);
  assert.equal(await page.evaluate(() => globalThis.same), true);
  await page.goto(`${site.base}/?kind=lift`);
  await loaded(page);
  assert.ok(await page.locator('#filters input[name=kind][value=lift]').isChecked());
  await sound(page);
});

test('on a meeting the map comes close and shows both hulls true to size with the gap', async () => {
  const page = await open(browser, site, '/?kind=rendezvous&conf=0.5');
  await loaded(page);
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => globalThis.darkwake.hulls?.features?.length > 0);
  const shapes = await page.evaluate(() => globalThis.darkwake.hulls.features.map((f) => f.geometry.type));
  assert.ok(shapes.filter((type) => type === 'Polygon').length === 2, shapes.join());
  await page.waitForFunction(() => globalThis.darkwake.map.map.getZoom() > 13);
  await sound(page);
});

test('a click on a mark of the map opens its evidence', async () => {
  const page = await open(browser, site, '/?kind=lift');
  await loaded(page);
  await page.waitForFunction(() => globalThis.darkwake.map.map.areTilesLoaded() && globalThis.darkwake.map.map.queryRenderedFeatures({ layers: ['events'] }).length > 0);
  const at = await page.evaluate(() => {
    const { map } = globalThis.darkwake.map;
    const [first] = map.queryRenderedFeatures({ layers: ['events'] });
    const p = map.project(first.geometry.coordinates);
    return { x: p.x, y: p.y };
  });
  await page.locator('#map-canvas canvas').click({ position: at });
  await page.locator('dialog#evidence article#event').waitFor();
  assert.match(await param(page, 'event'), /^lift-/);
  await sound(page);
});

test('the picture that is copied has the map in it, and its marks', async () => {
  const page = await open(browser, site, '/?kind=lift');
  await loaded(page);
  await page.waitForFunction(() => globalThis.darkwake.map.map.areTilesLoaded() && globalThis.darkwake.map.map.queryRenderedFeatures({ layers: ['events'] }).length > 0);
  const colours = await page.evaluate(async () => {
    const picture = await createImageBitmap(await globalThis.darkwake.picture());
    const ctx = Object.assign(document.createElement('canvas'), { width: picture.width, height: picture.height }).getContext('2d');
    ctx.drawImage(picture, 0, 0);
    const { data } = ctx.getImageData(0, 0, picture.width, Math.floor(picture.height * 0.7)); // above the words at its foot
    const seen = new Map();
    for (let i = 0; i < data.length; i += 4) {
      const colour = data.slice(i, i + 4).join();
      seen.set(colour, (seen.get(colour) ?? 0) + 1);
    }
    return { kinds: seen.size, most: Math.max(...seen.values()) / (data.length / 4) };
  });
  assert.ok(colours.kinds > 50 && colours.most < 0.9, JSON.stringify(colours));
  await sound(page);
});

test('an area drawn on the map is a filter in the link', async () => {
  const page = await open(browser, site, '/');
  await loaded(page);
  const all = await total(page);
  await page.locator('.map-layers summary').click();
  await page.locator('.map-areas button').first().click();
  await page.locator('.map-layers summary').click();
  const canvas = page.locator('#map-canvas canvas');
  const box = await canvas.boundingBox();
  for (const [x, y] of [[0.55, 0.45], [0.9, 0.45], [0.9, 0.9], [0.55, 0.9]]) await canvas.click({ position: { x: box.width * x, y: box.height * y } });
  await settled(page, () => page.keyboard.press('Enter'));
  assert.match(await param(page, 'area'), /;/);
  const some = await total(page);
  assert.ok(some > 0 && some < all, `${some} of ${all}`);
  assert.deepEqual(await onMap(page), await fromApi(page));
  await sound(page);
});

for (const [theme, options] of [['dark', { colorScheme: 'light' }], ['light', { colorScheme: 'dark' }], ['contrast', {}], ['', { colorScheme: 'light' }]]) {
  test(`the page is readable in the theme ${theme || 'of the system'}`, async () => {
    const page = await open(browser, site, `/?theme=${theme}`, options);
    await loaded(page);
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.locator('dialog#evidence article#event').waitFor();
    await sound(page);
  });
}

test('the key t goes through the themes and the choice is kept', async () => {
  const page = await open(browser, site, '/');
  await loaded(page);
  await page.keyboard.press('t');
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark');
  await page.keyboard.press('t');
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'light');
  await page.goto(`${site.base}/`);
  await loaded(page);
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'light');
  await sound(page);
});

test('keys do nothing while typing, and nothing once they are switched off', async () => {
  const page = await open(browser, site, '/');
  await loaded(page);
  await page.keyboard.press('/');
  assert.equal(await page.evaluate(() => document.activeElement.name), 'q');
  await settled(page, () => page.keyboard.type('jjt'));
  assert.equal(await current(page).count(), 0);
  await settled(page, () => page.locator('#filters [name=q]').fill(''));
  await page.locator('#keys-on').uncheck();
  await page.locator('#keys-on').blur();
  await page.keyboard.press('j');
  assert.equal(await current(page).count(), 0);
  await sound(page);
});

test('links inside the evidence and the close button work by keyboard alone', async () => {
  const page = await open(browser, site, '/');
  await loaded(page);
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await page.locator('dialog#evidence article#event').waitFor();
  await page.locator('.evidence-close').focus();
  await page.keyboard.press('Enter');
  await page.locator('dialog#evidence').waitFor({ state: 'hidden' });
  assert.equal(await page.evaluate(() => Boolean(document.activeElement.closest('#events'))), true, 'focus does not return to the row');
  await sound(page);
});
