// Changes reach an open page: as they come, after a connection that broke, and when the store is another.
import assert from 'node:assert/strict';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { launch, loaded, open, sound } from '../browser.mjs';
import { live, scratch, serve } from '../site.mjs';

let browser;
const ends = [];
before(async () => { browser = await launch(); });
after(async () => {
  await browser?.close();
  for (const end of ends.reverse()) await end();
});

/**
 * A proxy before a site, which can be pointed at another, and breaks connections: cutAt is the number of a change after which the
 * stream is cut off once, in the midst of a message. asked are the streams that were asked for, by what they have.
 */
async function proxied(site) {
  const proxy = { target: site.base, cutAt: Infinity, asked: [], streams: new Set() };
  const server = createServer((from, to) => {
    const streams = from.url.startsWith('/api/v1/stream');
    if (streams) proxy.asked.push(from.headers['last-event-id'] ?? new URL(from.url, proxy.target).searchParams.get('after'));
    const up = request(proxy.target + from.url, { method: from.method, headers: { ...from.headers, host: new URL(proxy.target).host } }, (answer) => {
      to.writeHead(answer.statusCode, answer.headers);
      if (!streams) {
        answer.pipe(to);
        return;
      }
      proxy.streams.add(to);
      let text = '';
      answer.on('data', (data) => {
        text += data;
        const at = text.indexOf(`\nid: ${proxy.cutAt}\n`);
        if (at < 0) {
          to.write(data);
          return;
        }
        proxy.cutAt = Infinity;
        answer.removeAllListeners('data');
        to.write(data.subarray(0, data.length - Buffer.byteLength(text.slice(at + 3)))); // its data never comes
        setTimeout(() => to.destroy(), 50);
      });
      answer.on('end', () => to.end());
    });
    up.on('error', () => to.destroy());
    to.on('close', () => up.destroy());
    from.pipe(up);
  });
  await new Promise((done) => { server.listen(0, '127.0.0.1', done); });
  ends.push(() => new Promise((done) => { server.close(done); server.closeAllConnections(); }));
  proxy.base = `http://127.0.0.1:${server.address().port}`;
  return proxy;
}

/** In the page: keeps what its streams say. */
function listen() {
  globalThis.heard = [];
  globalThis.EventSource = class extends EventSource {
    constructor(url) {
      super(url);
      for (const what of ['change', 'reset', 'estimate']) this.addEventListener(what, (event) => globalThis.heard.push({ what, n: Number(event.lastEventId), ...JSON.parse(event.data) }));
    }
  };
}

async function opened(proxy, path) {
  const expected = ['ERR_INCOMPLETE_CHUNKED_ENCODING', 'ERR_EMPTY_RESPONSE', 'ERR_CONNECTION', '502'];
  const page = await open(browser, proxy, '/help', { expected });
  await page.addInitScript(listen);
  await page.goto(proxy.base + path);
  return page;
}

const count = (page) => page.evaluate(() => Number(document.querySelector('#count').textContent.replace(/\D/g, '')));
const totals = async (site) => JSON.parse(await (await fetch(`${site.base}/api/v1/events?limit=1`)).text());

test('what a service finds reaches an open page, and over a connection that breaks nothing is missed or doubled', async () => {
  const service = await live();
  ends.push(() => service.stop());
  const proxy = await proxied(service);
  proxy.cutAt = 200;
  const page = await opened(proxy, '/');
  await page.evaluate(() => { globalThis.same = true; });
  const first = await page.evaluate(() => JSON.parse(document.querySelector('#page-data').textContent).sequence);
  await page.waitForFunction(() => globalThis.heard.some(({ what }) => what === 'estimate') && globalThis.heard.length > 400);
  await page.waitForFunction(async () => {
    const { total, version } = await (await fetch('/api/v1/events?limit=1')).json();
    return globalThis.heard.filter(({ what }) => what === 'change').at(-1).n === version.sequence && Number(document.querySelector('#count').textContent.replace(/\D/g, '')) === total;
  });
  const { total, version } = await totals(service);
  assert.ok(total > 400 && first < 200, `${first} of ${total}`);
  const heard = await page.evaluate(() => globalThis.heard.filter(({ what }) => what === 'change').map(({ n }) => n));
  assert.deepEqual(heard, Array.from({ length: version.sequence - first }, (_, i) => first + 1 + i));
  assert.deepEqual(proxy.asked, [String(first), '199']);
  await loaded(page);
  await page.locator('#barometer canvas').waitFor();
  await page.waitForFunction((n) => globalThis.darkwake.map.features.length === n, (await totals(service)).total);
  assert.ok(await page.evaluate(() => globalThis.same), 'the page was loaded anew');
  assert.match(await page.locator('#number').innerText(), /barrels a day/);
  await sound(page);
});

test('when the store is another, all that is shown is loaded anew', async () => {
  const full = await serve();
  ends.push(() => full.stop());
  const fewer = join(scratch, 'fewer');
  cpSync(full.folder, fewer, { recursive: true });
  const file = join(fewer, 'events.jsonl');
  const lines = readFileSync(file, 'utf8').split('\n').filter((line) => line.startsWith('{'));
  writeFileSync(file, `${lines.slice(0, 100).join('\n')}\n`);
  const proxy = await proxied(full);
  const page = await opened(proxy, '/');
  await loaded(page);
  const all = await count(page);
  const id = JSON.parse(lines[0]).id;
  await page.evaluate((event) => globalThis.darkwake.select(event, { open: true }), id);
  await page.locator('dialog#evidence article#event').waitFor();
  await page.evaluate(() => { globalThis.old = document.querySelector('#evidence article'); });
  const other = await serve({ folder: fewer });
  ends.push(() => other.stop());
  proxy.target = other.base;
  for (const stream of proxy.streams) stream.destroy();
  await page.locator('#live-state.silent').waitFor();
  await page.waitForFunction(() => globalThis.heard.some(({ what }) => what === 'reset'));
  await page.waitForFunction((n) => Number(document.querySelector('#count').textContent.replace(/\D/g, '')) < n, all);
  assert.equal(await count(page), (await totals(other)).total);
  await page.waitForFunction((n) => globalThis.darkwake.map.features.length === n, await count(page));
  await page.waitForFunction(() => document.querySelector('#evidence article') && !globalThis.old.isConnected);
  assert.equal(await page.locator('#evidence article').getAttribute('data-id'), id);
  await page.waitForFunction(() => !document.querySelector('#live-state.silent'));
  await sound(page);
});
