// A phone of 390 pixels: nothing is wider than it, targets are large enough for a thumb, evidence comes from below.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, loaded, open, sound } from '../browser.mjs';
import { serve } from '../site.mjs';

let site;
let browser;
before(async () => { [site, browser] = [await serve(), await launch()]; });
after(async () => { await browser?.close(); await site?.stop(); });

const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };

/** Elements that stick out at the right, but for what scrolls inside its own box. */
const tooWide = (page) => page.evaluate(() => [...document.body.querySelectorAll('*')].filter((node) => {
  const box = node.getBoundingClientRect();
  if (box.width === 0 || box.right <= innerWidth + 1) return false;
  for (let up = node.parentElement; up; up = up.parentElement) if (['auto', 'scroll', 'hidden', 'clip'].includes(getComputedStyle(up).overflowX)) return false;
  return true;
}).map((node) => `${node.tagName}.${node.className} ${Math.round(node.getBoundingClientRect().right)}`).slice(0, 5));

test('the page fits a phone, and its sheet comes from below', async () => {
  const page = await open(browser, site, '/', phone);
  await loaded(page);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, (await tooWide(page)).join('\n'));
  assert.deepEqual(await tooWide(page), []);
  const small = await page.evaluate(() => [...document.querySelectorAll('.playback button, .map-controls button, .map-controls summary, #filters button')]
    .filter((node) => node.offsetParent).map((node) => [node.className || node.textContent, node.getBoundingClientRect()])
    .filter(([, box]) => box.width > 0 && (box.width < 44 || box.height < 44)).map(([name, box]) => `${name} ${Math.round(box.width)}x${Math.round(box.height)}`));
  assert.deepEqual(small, []);
  await page.locator('#events tbody tr[data-id] a[href^="/event/"]').first().tap();
  const sheet = page.locator('dialog#evidence');
  await sheet.locator('article#event').waitFor();
  const box = await sheet.boundingBox();
  assert.ok(box.x === 0 && Math.round(box.width) === 390 && Math.round(box.y + box.height) >= 843 && box.y > 100, JSON.stringify(box));
  await sound(page);
});

for (const path of ['/status', '/about', '/help']) {
  test(`${path} fits a phone`, async () => {
    const page = await open(browser, site, path, phone);
    assert.deepEqual(await tooWide(page), []);
    await sound(page);
  });
}
