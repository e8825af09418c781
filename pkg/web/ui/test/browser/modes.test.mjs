// Modes of the page, by their names in the link.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, loaded, open, sound } from '../browser.mjs';
import { serve } from '../site.mjs';

let site;
let browser;
before(async () => { [site, browser] = [await serve(), await launch()]; });
after(async () => { await browser?.close(); await site?.stop(); });

for (const [mode, hidden, shown] of [
  ['kiosk', ['nav', '#filters', '#list', '.map-controls', '.share', 'footer'], ['#number', '#barometer canvas', '#map-canvas canvas', '.playback']],
  ['screenshot=1', ['nav', '#filters', '.map-controls', '.share', '.playback'], ['#number', '#barometer canvas', '#map-canvas canvas', '#list']],
]) {
  test(`with ${mode} there is what is looked at, and nothing to operate it`, async () => {
    const page = await open(browser, site, `/?${mode}`);
    await loaded(page);
    for (const selector of hidden) assert.equal(await page.locator(selector).first().isVisible(), false, selector);
    for (const selector of shown) assert.equal(await page.locator(selector).first().isVisible(), true, selector);
    await sound(page);
  });
}

test('reset forgets what was chosen, but no saved view, and leaves the link', async () => {
  const page = await open(browser, site, '/', { timezoneId: 'Asia/Dubai' });
  await loaded(page);
  await page.locator('[data-theme-choice=light]').click();
  await page.locator('.zones a').nth(1).click();
  await page.locator('#keys-on').uncheck();
  await page.evaluate(() => localStorage.setItem('darkwake-views', '[{"name":"mine","query":"?kind=gap"}]'));
  for (const link of ['/?reset=1&kind=lift', '/?kind=lift&reset']) {
    await page.goto(site.base + link);
    await loaded(page);
    assert.equal(page.url(), `${site.base}/?kind=lift`);
    assert.deepEqual(await page.evaluate(() => Object.keys(localStorage)), ['darkwake-views']);
    assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), undefined);
    assert.equal(await page.locator('time .own').count(), 0);
    assert.ok(await page.locator('#keys-on').isChecked());
  }
  await sound(page);
});

test('embed leads to what fits into another page', async () => {
  const page = await open(browser, site, '/?embed&theme=light');
  assert.equal(page.url(), `${site.base}/embed?theme=light`);
  assert.ok(await page.locator('#number').isVisible());
  await sound(page);
});
