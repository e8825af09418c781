// Reviewers log in, say what they think of an event, and log out; with the keyboard, and without JavaScript.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { launch, open, sound } from '../browser.mjs';
import { eventsOf, scratch, serve } from '../site.mjs';

const key = 'a-key-of-many-letters';
const log = join(scratch, 'reviews.jsonl');
let site;
let browser;
before(async () => {
  const reviewers = join(scratch, 'reviewers.yaml');
  writeFileSync(join(scratch, 'ana.key'), `${key}\n`);
  writeFileSync(reviewers, 'reviewers:\n  - {name: Ana, key_file: ana.key}\n');
  [site, browser] = [await serve({ args: ['--reviewers', reviewers, '--reviews', log] }), await launch()];
});
after(async () => { await browser?.close(); await site?.stop(); });

/** Moves the focus by the keyboard until it is on what a selector finds. */
async function tab(page, selector, most = 200) {
  for (let i = 0; i < most; i += 1) {
    await page.keyboard.press('Tab');
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return;
  }
  assert.fail(`the keyboard does not come to ${selector}`);
}

async function press(page, selector) {
  await tab(page, selector);
  await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
}

test('a reviewer logs in, confirms an event with a note, finds it under triage and logs out, by keyboard alone', async () => {
  const event = eventsOf(site.folder).find((e) => e.kind === 'lift' && e.status === 'closed');
  const page = await open(browser, site, `/event/${event.id}`);
  await press(page, 'a[href^="/login"]');
  await tab(page, 'input[name=key]');
  await page.keyboard.type(key);
  await Promise.all([page.waitForURL(`**/event/${event.id}`), page.keyboard.press('Enter')]);
  await tab(page, 'textarea[name=note]');
  await page.keyboard.type('seen at the buoy <b>j k</b>');
  await press(page, 'button[value=confirm]');
  assert.ok(page.url().endsWith(`/event/${event.id}#review`), page.url());
  assert.match(await page.locator('#review').innerText(), /confirmed[^]*Ana[^]*seen at the buoy <b>j k<\/b>/);
  await press(page, 'a[href="/triage"]');
  assert.match(await page.locator('main').innerText(), /seen at the buoy/);
  assert.equal(await page.locator(`a[href="/event/${event.id}#review"]`).count(), 1);
  await press(page, 'form[action="/logout"] button');
  assert.equal(await page.locator('form[action="/logout"]').count(), 0);
  await page.goto(`${site.base}/triage`);
  assert.match(page.url(), /\/login\?next=%2Ftriage$/);
  const lines = readFileSync(log, 'utf8').trim().split('\n').map((line) => JSON.parse(line));
  assert.deepEqual(lines.map((line) => [line.reviewer, line.event, line.action, line.evidence_sha256]), [['Ana', event.id, 'confirm', event.evidence.sha256]]);
  await sound(page);
});

/** Logs in and goes to a path. */
async function enter(page, path) {
  await page.locator('input[name=key]').fill(key);
  await Promise.all([page.waitForNavigation(), page.locator('form.desk button').click()]);
  assert.equal(new URL(page.url()).pathname, path);
}

for (const [name, options] of [['on a desk', {}], ['in the light', { colorScheme: 'light' }], ['on a phone', { viewport: { width: 390, height: 844 } }]]) {
  test(`what a reviewer sees is sound ${name}`, async () => {
    const event = eventsOf(site.folder).find((e) => e.kind === 'gap');
    for (const path of [`/event/${event.id}`, '/triage', '/']) {
      const page = await open(browser, site, `/login?next=${encodeURIComponent(path)}`, options);
      await enter(page, path);
      assert.ok(await page.locator('form[action="/logout"]').isVisible(), `${path}: no way out`);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.ok(wide <= 0, `${path} is ${wide} pixels too wide`);
      await sound(page);
    }
  });
}

test('a review needs no JavaScript', async () => {
  const event = eventsOf(site.folder).find((e) => e.kind === 'rendezvous');
  const page = await open(browser, site, `/login?next=/event/${event.id}`, { javaScriptEnabled: false });
  await enter(page, `/event/${event.id}`);
  await Promise.all([page.waitForNavigation(), page.locator('button[value=watch]').click()]);
  assert.match(await page.locator('#review').innerText(), /watched/);
  assert.equal(await page.locator('button[value=unwatch]').count(), 1);
  await page.context().close();
});
