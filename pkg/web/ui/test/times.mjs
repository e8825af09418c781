// Measures what section 5 of the page's specification limits in time, and what is sent, for docs/web.md:
//
//   node test/times.mjs MONTH [RUNS]
//
// MONTH is a folder of `simulate demo` (thirty days of a thousand ships); beside it a year with ten thousand events is made from
// the bundled replay (test/year.mjs). Each page is opened anew in a browser that is running, without cache, once with the flags that
// a reader's browser has and once with those of the tests. Times are of a machine that does nothing else; nothing here fails on
// them.
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { launch, loaded, open, settled } from './browser.mjs';
import { folder, scratch, serve } from './site.mjs';
import { year } from './year.mjs';

const [month, runs = '3'] = process.argv.slice(2);
if (!month) {
  console.error('times.mjs: no folder: expected one that `simulate demo` made');
  process.exit(2);
}

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const kB = (bytes) => `${(bytes / 1024).toFixed(1)} kB`;

/** In the page: milliseconds since navigation, bytes as sent, and the longest time it was stopped. */
function figures() {
  const mark = (name) => Math.round(performance.getEntriesByName(name)[0]?.startTime ?? NaN);
  const sent = (pattern) => performance.getEntriesByType('resource').filter((entry) => pattern.test(entry.name)).reduce((sum, entry) => sum + entry.encodedBodySize, 0);
  return {
    paint: mark('first-contentful-paint'), interactive: mark('interactive'), map: mark('map'),
    html: performance.getEntriesByType('navigation')[0].encodedBodySize,
    // What the first view waits for: the days, the newest events, the sources.
    data: performance.getEntriesByType('resource').filter((entry) => /\/api\//.test(entry.name) && entry.responseEnd <= (performance.getEntriesByName('map')[0]?.startTime ?? Infinity)).reduce((sum, entry) => sum + entry.encodedBodySize, 0),
    whole: sent(/\/api\//),
    before: sent(/page\.css|ink\.css|app\.(css|js)|uplot/), code: sent(/map\.js|maplibre/),
    stopped: Math.max(0, ...globalThis.longTasks.map(([, took]) => took)), tasks: globalThis.longTasks.filter(([, took]) => took > 200),
  };
}

/** The longest task of the page's main thread, in milliseconds of the processor: other programs do not lengthen it. */
function longestTask(trace) {
  const { traceEvents } = JSON.parse(trace.toString());
  const mains = new Set(traceEvents.filter((e) => e.name === 'thread_name' && e.args.name === 'CrRendererMain').map((e) => `${e.pid} ${e.tid}`));
  const tasks = traceEvents.filter((e) => e.tdur && /RunTask/.test(e.name) && mains.has(`${e.pid} ${e.tid}`)).map((e) => Math.round(e.tdur / 1000));
  return tasks.sort((a, b) => b - a).slice(0, 5);
}

/** A browser that has shown a page before: what it does once in its life, such as making its own shaders, is not ours. */
async function running(flags) {
  const browser = await launch(flags);
  const page = await browser.newPage();
  await page.goto('data:text/html,<h1>A page</h1>');
  await page.waitForTimeout(1200);
  return browser;
}

async function measure(name, dir, flags) {
  const site = await serve({ folder: dir });
  const all = [];
  const uses = [];
  let events = '';
  for (let n = 0; n < Number(runs); n++) {
    const browser = await running(flags);
    await browser.startTracing(undefined, { categories: ['toplevel', 'disabled-by-default-devtools.timeline'] });
    const page = await open(browser, site, '/', { viewport: { width: 1280, height: 820 } });
    await loaded(page);
    all.push({ ...(await page.evaluate(figures)), work: longestTask(await browser.stopTracing()) });
    events = await page.evaluate(() => document.body.dataset.events);
    uses.push(await handled(page));
    await browser.close();
  }
  await site.stop();
  const of = (key) => median(all.map((one) => one[key]));
  const use = Object.fromEntries(Object.keys(uses[0]).map((act) => [act, median(uses.map((one) => one[act]))]));
  console.log(`\n${name}: ${events} events, flags: ${flags}`);
  console.log(`| first paint | interactive | map idle | longest stop on loading |\n|---|---|---|---|\n| ${of('paint')} ms | ${of('interactive')} ms | ${of('map')} ms | ${of('stopped')} ms |`);
  console.log(`| HTML | styles and modules before the map | map code | first data | all data |\n|---|---|---|---|---|\n| ${[of('html'), of('before'), of('code'), of('data'), of('whole')].map(kB).join(' | ')} |`);
  console.log(`stops over 200 ms (at, for): ${JSON.stringify(all[0].tasks)}; in use: ${JSON.stringify(use)}; longest tasks by processor time: ${JSON.stringify(all[0].work)} ms`);
}

/** The longest stop while the reader pages, filters, brushes and plays, each by itself. */
async function handled(page) {
  const longest = async (act) => {
    await page.evaluate(() => { globalThis.longTasks.length = 0; });
    await act();
    return page.evaluate(() => Math.max(0, ...globalThis.longTasks.map(([, took]) => took)));
  };
  const rows = () => page.locator('#events tbody tr[data-id]').count();
  return {
    next_page: await longest(async () => {
      const before = await rows();
      if (await page.locator('a#more').count()) {
        await page.locator('a#more').click();
        await page.waitForFunction((n) => document.querySelectorAll('#events tbody tr[data-id]').length > n, before);
      }
    }),
    filter: await longest(() => settled(page, () => page.locator('#filters input[name=kind]').first().check({ force: true }))),
    all_again: await longest(() => settled(page, () => page.locator('#filters input[name=kind]').first().uncheck({ force: true }))),
    play: await longest(async () => {
      await page.evaluate(() => { globalThis.darkwake.playback.speed = 86400; });
      await page.locator('.play-play').click();
      await page.waitForFunction(() => globalThis.darkwake.playback.now > globalThis.darkwake.playback.span().from + 3 * 86400);
      await page.locator('.play-play').click();
    }),
  };
}

console.log(`${cpus().length} processors, ${cpus()[0].model.trim()}; load before ${loadavg()[0].toFixed(2)}; software GL; median of ${runs}`);
const twelve = join(scratch, 'year');
year(await folder(), twelve);
for (const flags of ['usual', 'webgl']) {
  await measure('thirty days of a thousand ships', month, flags);
  await measure('a year', twelve, flags);
}
