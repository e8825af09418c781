// The front page: charts, map, time, table and evidence hang together here. Whatever the reader changes goes into the URL;
// whatever changes there reaches every part, so that they always show the same events.
import { Charts, endOf } from './charts.js';
import { pageData, loadCoverage, loadDays, loadEvents, loadHulls, loadPage, loadPlaces, loadShips, loadStatus, loadTracks } from './data.js';
import { $, announce, parse } from './dom.js';
import { Evidence } from './evidence.js';
import * as filterForm from './filters.js';
import { DAY, clock, instant, percent, seconds } from './format.js';
import * as keys from './keys.js';
import * as live from './live.js';
import { Playback } from './playback.js';
import * as share from './share.js';
import { state } from './state.js';
import { t } from './strings.js';
import { Table } from './table.js';
import { theme } from './theme.js';
import { zone } from './zone.js';

/** Set by build.mjs. */
/* global MAP_URL */

/** Around an event: this many hours before and after are played and shown. */
const around = 6 * 3600;

/** Of so many days tracks are shown at once. */
const trackedDays = 2;

export class Front {
  constructor() {
    this.page = pageData();
    this.features = [];
    this.starts = [];
    this.charts = new Charts({
      onDays: (days) => this.choose({ ...days, t: '' }),
      onDay: (date) => location.assign(`/day/${date}`),
      ships: (date) => this.behind(date),
      synthetic: this.page.synthetic,
    });
    this.table = new Table({ onSelect: (id) => this.select(id), onOpen: (id) => this.open(id) });
    this.evidence = new Evidence({ onClose: (id) => this.closed(id), onPlay: (id) => this.playEvent(id) });
    this.playback = new Playback({
      onTime: (s) => this.time(s), span: () => this.span(), starts: () => this.starts,
      onFollow: (on) => { if (this.map) this.map.following = on; },
    });
    this.shipsOf = new Map();
  }

  async start() {
    theme.start();
    this.table.start();
    this.evidence.start();
    this.playback.start($('#timebar'));
    zone.onChange(() => this.playback.show());
    filterForm.start(() => this.refresh());
    share.start($('#downloads'), () => this.picture());
    this.keys();
    if (!state.on('screenshot')) this.live = live.start({ sequence: this.page.sequence, onChange: (whole) => this.changed(whole), onStatus: () => this.status() });
    document.body.dataset.interactive = 'yes';
    performance.mark('interactive');
    if (state.get('event')) this.select(state.get('event'), { open: true });
    await painted();
    const drawn = Promise.all([this.charts.start(), this.days()]).then(() => this.charts.draw()).catch((error) => this.failed(error));
    const mapped = this.loadMap();
    this.drawn = mapped.then(() => this.map?.idle());
    await Promise.all([drawn, mapped, this.events()]);
    await this.status();
    document.body.dataset.loaded = 'yes';
  }

  /** Days of the estimate for both charts. */
  async days() {
    const answer = await loadDays();
    this.charts.set(answer);
  }

  async behind(date) {
    if (!this.shipsOf.has(date)) this.shipsOf.set(date, loadShips(date));
    return this.shipsOf.get(date);
  }

  async loadMap() {
    const box = $('#map-canvas');
    if (!box || state.on('nowebgl')) {
      document.body.dataset.ready = 'fallback'; // it was asked for
      return;
    }
    try {
      const { SeaMap } = await import(MAP_URL);
      box.hidden = false;
      const map = new SeaMap({
        onPick: (id) => { this.select(id); this.open(id); }, onCamera: (camera) => state.set(camera), onArea: (area) => this.choose({ area }),
        places: loadPlaces, coverage: loadCoverage, over: () => this.over(box), synthetic: this.page.synthetic, clock, percent,
      });
      const camera = Number.isNaN(state.number('lat')) ? null : { lat: state.number('lat'), lon: state.number('lon'), z: state.number('z') };
      await map.start(box, camera);
      this.map = map;
    } catch (error) {
      this.withoutMap(box, error);
      return;
    }
    const fallback = $('#map-fallback');
    if (fallback) fallback.hidden = true;
    $('#copy-image')?.removeAttribute('hidden');
    theme.onChange(() => this.map.repaint());
    this.map.setArea(state.get('area'));
    this.map.setEvents(this.features);
    this.map.choose(state.get('event'));
    if (this.evidence.id) this.surroundings(this.evidence.id);
    else this.tracks();
    this.time(this.playback.now);
  }

  /** What of the map the evidence hides. */
  over(box) {
    const none = { top: 0, right: 0, bottom: 0, left: 0 };
    if (!this.evidence.open) return none;
    const [map, dialog] = [box.getBoundingClientRect(), this.evidence.dialog.getBoundingClientRect()];
    const side = dialog.left > map.left ? Math.max(0, map.right - dialog.left) : 0;
    return side > 0 ? { ...none, right: Math.min(side, map.width * 0.7) } : { ...none, bottom: Math.min(Math.max(0, map.bottom - dialog.top), map.height * 0.6) };
  }

  /** The server's drawing stays, and the reader is told why. */
  withoutMap(box, error) {
    box.replaceChildren();
    box.hidden = true;
    document.body.dataset.ready = 'fallback';
    const note = document.createElement('p');
    note.className = 'map-missing';
    note.textContent = t('noWebgl');
    $('#map-fallback')?.before(note);
    if (!/webgl/i.test(`${error?.name} ${error?.message}`)) reportError(error);
  }

  /** Events of the filters, for the map and for stepping. The newest are shown at once, and the map draws them before more is asked for. */
  async events() {
    this.loading?.abort();
    this.loading = new AbortController();
    const { signal } = this.loading;
    const all = [];
    try {
      await loadEvents(signal, async (features) => {
        const first = all.length === 0;
        all.push(...features);
        if (!first) return;
        this.show(all);
        await this.drawn;
      });
    } catch (error) {
      if (error.name !== 'AbortError') this.failed(error);
      return;
    }
    this.show(all);
    document.body.dataset.events = String(all.length);
  }

  /** Takes events over into the map and the steps of playing. */
  show(all) {
    this.features = all.filter((f) => Number.isFinite(f.properties.lon)).map(marked);
    this.starts = all.map((f) => f.properties.s).sort((a, b) => a - b);
    this.map?.setEvents(this.features);
    this.charts.select();
  }

  /** Everything that follows the filters. */
  async refresh() {
    filterForm.show();
    this.charts.select();
    this.map?.setArea(state.get('area'));
    document.body.dataset.loaded = 'no';
    this.refreshing?.abort();
    this.refreshing = new AbortController();
    const { signal } = this.refreshing;
    try {
      await Promise.all([this.table.refresh(signal), this.events()]);
      if (signal.aborted) return;
      if (!this.evidence.id) await this.tracks();
      announce($('#count')?.textContent ?? '');
      document.body.dataset.loaded = 'yes';
    } catch (error) {
      if (error.name !== 'AbortError') this.failed(error);
    }
  }

  /** A choice of filters from elsewhere than the form. */
  choose(patch) {
    state.set(patch);
    if ('t' in patch && !patch.t) this.playback.clear();
    this.refresh();
  }

  /** The store has more than we show; or, as a whole, something else. */
  async changed(whole) {
    this.shipsOf.clear();
    await Promise.all([this.days(), this.refresh()]).catch((error) => this.failed(error));
    const { id } = this.evidence;
    if (whole && id) {
      this.evidence.show(id);
      this.surroundings(id);
    }
    const page = await loadPage(state.url('/')).catch(() => parse(''));
    for (const id of ['number', 'status']) {
      const now = page.getElementById(id);
      if (now) $(`#${id}`)?.replaceWith(document.adoptNode(now));
    }
    this.live?.();
  }

  async status() {
    const now = await loadStatus().catch(() => null);
    if (!now) return;
    this.charts.set({ outages: now.outages ?? [] });
    const ids = new Set((now.outages ?? []).map((outage) => outage.id));
    this.map?.setOutages(this.features.filter((f) => ids.has(f.properties.id)));
  }

  select(id, { open = false } = {}) {
    state.set({ event: id });
    this.table.mark(id, !open);
    const row = this.table.row(id);
    const at = row?.dataset.lon ? [Number(row.dataset.lon), Number(row.dataset.lat)] : undefined;
    this.map?.choose(id, at, true);
    if (open || this.evidence.open) this.open(id);
  }

  open(id) {
    if (!id || this.evidence.id === id) return;
    this.evidence.show(id);
    this.surroundings(id);
  }

  closed(id) {
    state.set({ event: '' });
    this.table.mark('');
    this.map?.choose('');
    this.map?.setHulls(null);
    this.map?.say('');
    this.tracks();
    this.table.focus(id);
  }

  /** Tracks of the ships of an event, and their hulls if they met. */
  async surroundings(id) {
    if (!this.map) return;
    try {
      const ships = await loadTracks({ event: id });
      if (this.evidence.id !== id) return;
      this.map.setTracks(ships, true);
      this.map.say(ships.length > 0 ? t('trackNote') : '');
      if (!/^(rendezvous|transfer)-/.test(id)) {
        this.map.setHulls(null);
        return;
      }
      this.hulls = await loadHulls(id);
      if (this.evidence.id !== id) return;
      this.map.setHulls(this.hulls);
      this.map.closeUp(this.hulls);
      const [a, b] = this.hulls.features.map((f) => clock(seconds(f.properties.at)));
      if (b) this.map.say(t('hullNote', { a, b }));
    } catch { /* an event without quoted positions has none to show */ }
  }

  /**
   * Tracks around the events of the days that are played or chosen, never of more than a few days at once: of a month of a thousand
   * ships they would be a tangle, and stop the page.
   */
  async tracks() {
    if (!this.map || this.asking) return;
    this.window = this.tracked();
    if (!this.window) {
      this.map.setTracks([], false);
      return;
    }
    this.asking = true;
    const ships = await loadTracks({ from: instant(this.window.from), to: instant(this.window.to) }).catch(() => []);
    this.asking = false;
    if (!this.evidence.id) this.map.setTracks(ships, false);
  }

  /** The time of which tracks are shown; undefined for none. */
  tracked() {
    const { from, to } = this.span();
    const { now, speed } = this.playback;
    if (!Number.isNaN(now)) return { from: Math.max(from, now - around), to: Math.min(to, now + Math.max(trackedDays * DAY, 3 * speed)) };
    const chosen = state.has('from') || state.has('to');
    return chosen && to - from <= 2 * trackedDays * DAY ? { from, to } : undefined;
  }

  /** What is played: the hours round the open event, the chosen days, or all. */
  span() {
    const known = this.features.find((f) => f.properties.id === this.evidence.id)?.properties;
    if (known) return { from: known.s - around, to: (Number.isFinite(known.e) ? known.e : known.s) + around };
    const { at } = this.charts.cols;
    const first = at.length > 0 ? at[0] - DAY / 2 : seconds(this.page.from);
    const last = at.length > 0 ? at.at(-1) + DAY / 2 : seconds(this.page.to);
    return { from: state.has('from') ? seconds(state.get('from')) : first, to: state.has('to') ? endOf(state.get('to')) : last };
  }

  time(s) {
    this.charts.setPlayhead(s);
    if (!this.map) return;
    const beyond = !this.window || s < this.window.from || s > this.window.to;
    if (!Number.isNaN(s) && beyond && !this.evidence.id) this.tracks();
    this.map.time(s);
  }

  playEvent(id) {
    const { from } = this.span();
    this.playback.set(from);
    if (!this.playback.playing) this.playback.play();
    this.surroundings(id);
  }

  picture() {
    const words = [new URL(state.url(), location.href).href, `${t('attribution')} · ${clock(Date.now() / 1000)}`];
    if (this.page.synthetic) words.unshift(t('synthetic'));
    return this.map.snapshot(words);
  }

  failed(error) {
    announce(t('failed', { why: error.message }));
  }

  keys() {
    const map = (act) => () => (this.map ? act(this.map) : false);
    keys.start({
      '/': () => { const field = $('#filters [name=q]'); field?.focus(); field?.select(); return Boolean(field); },
      j: () => this.table.move(1), k: () => this.table.move(-1),
      Enter: () => (this.map?.finish() ? undefined : state.get('event') ? this.open(state.get('event')) : false),
      Escape: () => this.escape(),
      ' ': () => this.playback.toggle(), ArrowLeft: () => this.playback.step(-1), ArrowRight: () => this.playback.step(1),
      '[': () => this.playback.faster(-1), ']': () => this.playback.faster(1),
      w: map((m) => m.pan(0, -1)), s: map((m) => m.pan(0, 1)), a: map((m) => m.pan(-1, 0)), d: map((m) => m.pan(1, 0)),
      q: map((m) => m.zoom(-1)), E: map((m) => m.zoom(1)), '-': map((m) => m.zoom(-1)), '+': map((m) => m.zoom(1)), e: () => share.openDownloads(),
      f: map((m) => m.fit()), t: () => theme.next(), '?': () => location.assign('/help'),
    });
  }

  escape() {
    if (this.map?.leave()) return undefined;
    if (this.evidence.open) return this.evidence.close();
    if (state.get('event')) return this.closed(state.get('event'));
    return false;
  }
}

/** An event as a mark: where it began, with its ships in words. Its own shape, such as the line of a silence, is kept. */
function marked({ geometry, properties }) {
  const who = (properties.ships ?? []).map((ship) => ship.name || ship.mmsi).join(' → ');
  const { ships, ...rest } = properties;
  return { type: 'Feature', geometry: { type: 'Point', coordinates: [properties.lon, properties.lat] }, properties: { ...rest, who }, shape: geometry };
}

/** When a page is not painted, as in a tab behind others, what comes after the first paint does not wait longer. Milliseconds. */
const unpainted = 3000;

/** After the first paint, when it is on the screen and not only asked for: what comes then does not delay it. */
const painted = () => new Promise((done) => {
  setTimeout(done, unpainted);
  const wait = new PerformanceObserver((list) => {
    if (list.getEntriesByName('first-contentful-paint').length === 0) return;
    wait.disconnect();
    setTimeout(done, 0);
  });
  wait.observe({ type: 'paint', buffered: true });
});
