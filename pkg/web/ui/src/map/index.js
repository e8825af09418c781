// The map: fetched after the first paint, and only where WebGL2 is there. It shows what the table has and never more: the
// same events by the same filters. What it is told comes through SeaMap; it knows neither URL nor server.
import { el, reducedMotion } from '../dom.js';
import { icon } from '../icons.js';
import { t } from '../strings.js';
import { arrow, dot, kinds, mark, ratio } from './marks.js';
import { palette } from './palette.js';
import { areaShapes, areaText, bounds, collection, corners, hullShapes, point, round, shipsAt, trackShapes } from './shapes.js';
import { most, shipColour, style, sure, switches } from './style.js';

/** Set by build.mjs. */
/* global DROP_URL, DROP_STYLE_URL, MAPLIBRE_URL, MAPLIBRE_WORKER_URL, SHORES_URL */

/** What is shown when nothing says otherwise: the Gulf and its exit, with the roads off Fujairah. */
const home = [[47.5, 22.5], [60.5, 30.8]];

const clickable = ['events', 'groups-single', 'now', 'dropped'];

/** MapLibre adds up what one frame asks for; ships and running events are set so often at most, in milliseconds. */
const motionEvery = 80;

export class SeaMap {
  /**
   * Callbacks: onPick(id), onCamera({lat, lon, z}), onArea(text); places() and coverage() give what their layers show, and
   * over() what lies over the map's edges, in pixels; synthetic stamps the map.
   */
  constructor(callbacks) {
    Object.assign(this, callbacks);
    this.features = [];
    this.ships = [];
    this.hidden = new Set(Object.keys(switches).filter((name) => !switches[name].on));
    this.moment = NaN;
  }

  /** Makes the map. Throws where WebGL2 is missing. */
  async start(box, camera) {
    const maplibre = await import(MAPLIBRE_URL);
    maplibre.setWorkerUrl(new URL(MAPLIBRE_WORKER_URL, import.meta.url).href);
    maplibre.setWorkerCount(1); // two cores: one for the page, one for its worker
    await maplibre.importScriptInWorkers(new URL(SHORES_URL, import.meta.url).href);
    this.box = box;
    this.palette = palette();
    const view = camera ? { center: [camera.lon, camera.lat], zoom: camera.z || 5 } : { bounds: home };
    this.map = new maplibre.Map({
      container: box, style: style(this.palette), ...view, attributionControl: false, keyboard: false, maxZoom: 19, minZoom: 1.5, renderWorldCopies: false,
      dragRotate: false, pitchWithRotate: false, touchPitch: false, fadeDuration: 0, canvasContextAttributes: { antialias: false },
      locale: { 'Map.Title': t('mapLabel') },
    });
    this.map.touchZoomRotate.disableRotation();
    this.map.getCanvas().setAttribute('aria-label', t('mapLabel'));
    await new Promise((done) => this.map.once('style.load', done));
    this.images();
    this.listen();
    this.controls();
    await this.places().then((data) => this.source('places', named(data))).catch(() => {});
  }

  images() {
    const p = this.palette;
    for (const kind of kinds) this.image(`mark-${kind}`, mark(kind, p.ground, p.rim));
    this.image('ship', arrow(p.chosen, p.rim));
    this.image('ship-still', dot(p.chosen, p.rim));
    this.dropped?.images();
  }

  image(name, data) {
    if (this.map.hasImage(name)) this.map.updateImage(name, data);
    else this.map.addImage(name, data, { pixelRatio: ratio });
  }

  source(name, data) {
    this.map.getSource(name)?.setData(data);
  }

  listen() {
    const { map } = this;
    map.on('moveend', () => {
      const { lng, lat } = map.getCenter();
      this.onCamera({ lat: round(lat), lon: round(lng), z: round(map.getZoom(), 2) });
    });
    map.on('click', (event) => (this.drawing ? this.corner(event.lngLat) : this.click(event)));
    map.on('dblclick', (event) => {
      if (!this.drawing) return;
      event.preventDefault();
      this.finish();
    });
    map.on('mousemove', (event) => this.hover(event));
    map.on('idle', () => {
      if (document.body.dataset.ready !== 'map') performance.mark('map');
      document.body.dataset.ready = 'map';
    });
    map.on('movestart', () => { this.tip.hidden = true; });
  }

  /** When everything that was given is drawn. */
  idle() {
    return new Promise((done) => {
      if (this.map.loaded() && !this.map.isMoving()) done();
      else this.map.once('idle', done);
    });
  }

  under(at, layers) {
    const reach = 5;
    return this.map.queryRenderedFeatures([[at.x - reach, at.y - reach], [at.x + reach, at.y + reach]], { layers: layers.filter((id) => this.map.getLayer(id)) });
  }

  click(event) {
    const [group] = this.under(event.point, ['groups']);
    if (group) {
      this.move({ center: group.geometry.coordinates, zoom: Math.min(this.map.getZoom() + 2, 12.5) });
      return;
    }
    const [hit] = this.under(event.point, clickable);
    if (!hit) return;
    const { id, dropped } = hit.properties;
    if (dropped) this.dropped.pick(id);
    else this.onPick(id);
  }

  hover(event) {
    const [hit] = this.drawing ? [] : this.under(event.point, [...clickable, 'groups', 'ships', 'terminals']);
    this.map.getCanvas().style.cursor = this.drawing ? 'crosshair' : hit ? 'pointer' : '';
    this.tip.hidden = !hit;
    if (!hit) return;
    this.tip.textContent = this.words(hit.properties);
    this.tip.style.transform = `translate(${Math.min(event.point.x + 12, this.box.clientWidth - 220)}px, ${event.point.y + 12}px)`;
  }

  /** What the pointer shows. Everything of it is text. */
  words(p) {
    if (p.point_count) return t('events', { n: p.point_count });
    if (p.mmsi) return `${p.name}\n${this.clock(p.time)}`;
    if (!p.start) return p.name ?? '';
    return [t(`kinds.${p.kind}`), p.who, p.place, this.clock(p.s), this.percent(p.p)].filter(Boolean).join('\n');
  }

  controls() {
    const button = (name, onclick) => el('button', { type: 'button', title: t(name), 'aria-label': t(name), onclick }, icon(name));
    this.tip = el('div', { class: 'map-tip', hidden: true });
    this.layerList = el('fieldset', {}, el('legend', { text: t('layers') }), ...Object.keys(switches).map((name) => this.checkbox(name)));
    this.drawButton = el('button', { type: 'button', text: t('drawArea'), 'aria-pressed': 'false', onclick: () => this.draw() });
    const areas = el('div', { class: 'map-areas' }, this.drawButton, el('button', { type: 'button', text: t('viewArea'), onclick: () => this.areaOfView() }),
      el('button', { type: 'button', text: t('clearArea'), onclick: () => this.onArea('') }));
    this.panel = el('div', { class: 'map-controls', role: 'group', 'aria-label': t('mapLabel') },
      button('zoomIn', () => this.zoom(1)), button('zoomOut', () => this.zoom(-1)), button('fit', () => this.fit()),
      el('details', { class: 'map-layers' }, el('summary', { text: t('layers') }), this.layerList, areas, this.files()));
    this.note = el('p', { class: 'map-note', hidden: true });
    if (this.synthetic) this.box.append(el('p', { class: 'map-stamp', text: t('synthetic') }));
    this.box.append(this.panel, this.tip, this.note, el('p', { class: 'map-credit', text: t('attribution') }));
  }

  /** Where a file of events is chosen; it may as well be dropped on the map. */
  files() {
    const input = el('input', { type: 'file', accept: '.csv,.json,.jsonl,.geojson', hidden: true, onchange: () => this.take(input.files).then(() => { input.value = ''; }) });
    this.fileButton = el('button', { type: 'button', text: t('dropOpen'), onclick: () => input.click() });
    this.box.addEventListener('dragover', (event) => event.preventDefault());
    this.box.addEventListener('drop', (event) => {
      event.preventDefault();
      this.take(event.dataTransfer.files);
    });
    return el('div', {}, this.fileButton, input, el('small', { text: t('dropHint') }));
  }

  /** What reads files is fetched with the first of them. */
  async take(files) {
    const { take } = await import(DROP_URL);
    return take(this, [...files], new URL(DROP_STYLE_URL, import.meta.url).pathname);
  }

  checkbox(name) {
    const box = el('input', { type: 'checkbox', onchange: (event) => this.toggle(name, event.target.checked) });
    box.checked = !this.hidden.has(name);
    return el('label', {}, box, ` ${t(name)}`);
  }

  toggle(name, on) {
    if (on) this.hidden.delete(name);
    else this.hidden.add(name);
    this.visible();
    if (on && name === 'layerCoverage' && !this.covered) {
      this.covered = true;
      this.coverage().then((data) => this.source('coverage', data)).catch(() => { this.covered = false; });
    }
  }

  visible() {
    for (const [name, { layers }] of Object.entries(switches)) {
      for (const id of layers) this.map.setLayoutProperty(id, 'visibility', this.hidden.has(name) ? 'none' : 'visible');
    }
  }

  /** Shows a line of words at the map's foot, or takes it away. */
  say(text) {
    if (!this.note) return;
    this.note.textContent = text;
    this.note.hidden = !text;
  }

  /** The events of the filters: singly, or in groups where they are too many. */
  setEvents(features) {
    this.features = features;
    const grouped = features.length > most;
    this.source('events', collection(grouped ? [] : features));
    this.source('groups', collection(grouped ? features : []));
    this.say(grouped ? t('tooMany', { n: most }) : '');
    this.time(this.moment, true);
  }

  find(id) {
    return this.features.find((f) => f.properties.id === id);
  }

  /** Rings an event and, if asked, goes there. A silence is shown with the line from where it began to where it ended. */
  choose(id, at, go) {
    const known = this.find(id);
    const position = at ?? known?.geometry.coordinates;
    const shape = known?.shape && known.shape.type !== 'Point' ? [{ type: 'Feature', geometry: known.shape, properties: {} }] : [];
    this.source('chosen', collection(position ? [point(...position), ...shape] : []));
    if (!position || !go) return;
    const near = this.map.getBounds().contains(position) && this.map.getZoom() >= 6;
    if (!near) this.move({ center: position, zoom: Math.max(this.map.getZoom(), 7.5) });
  }

  setTracks(ships, chosen) {
    this.ships = ships;
    const { lines, fixes } = trackShapes(ships, (i) => shipColour(i, this.palette), chosen);
    this.source('tracks', lines);
    this.source('fixes', fixes);
    this.time(this.moment, true);
  }

  /** Outlines of both ships, and the gap between them. */
  setHulls(data) {
    this.source('hulls', hullShapes(data, (i) => shipColour(i, this.palette), t));
  }

  setOutages(features) {
    this.source('outages', collection(features));
  }

  setArea(text) {
    this.source('area', areaShapes(corners(text), true));
  }

  /** Shows a moment: what is under way then, ships at their last report; the rest fades. NaN shows all. */
  time(moment, now = false) {
    this.moment = moment;
    if (!now && performance.now() - (this.moved ?? 0) < motionEvery) {
      this.late ??= setTimeout(() => { this.late = undefined; this.time(this.moment, true); }, motionEvery);
      return;
    }
    this.moved = performance.now();
    const still = Number.isNaN(moment);
    this.source('now', collection(still ? [] : this.features.filter(({ properties: { s, e } }) => s <= moment && moment <= Math.max(e, s + 6 * 3600))));
    this.source('ships', still ? collection([]) : shipsAt(this.ships, moment));
    if (still === this.faded) this.fade(!still);
    if (this.following && !still) this.chase(moment);
  }

  /** True while a moment is shown. */
  faded = false;

  fade(on) {
    this.faded = on;
    for (const id of ['events', 'groups-single']) this.map.setPaintProperty(id, 'icon-opacity', on ? ['*', 0.2, sure] : sure);
  }

  /** Keeps the ship of the chosen event, or the newest event, in sight. */
  chase(moment) {
    const ship = shipsAt(this.ships, moment).features[0];
    const begun = this.features.filter(({ properties }) => properties.s <= moment).reduce((a, b) => (a && a.properties.s >= b.properties.s ? a : b), null);
    const at = ship?.geometry.coordinates ?? begun?.geometry.coordinates;
    if (at && !inner(this.map.getBounds(), at)) this.move({ center: at });
  }

  move(to) {
    this.map.setPadding(this.over());
    if (reducedMotion()) this.map.jumpTo(to);
    else this.map.easeTo({ duration: 450, ...to });
  }

  zoom(by) {
    this.move({ zoom: this.map.getZoom() + by });
  }

  /** By parts of what is seen: to the right and down. */
  pan(x, y) {
    this.map.panBy([x * this.box.clientWidth * 0.25, y * this.box.clientHeight * 0.25], { animate: !reducedMotion(), duration: 200 });
  }

  /** Everything that the filters leave, or the Gulf. */
  fit() {
    this.fitTo(this.features.map((f) => f.geometry.coordinates));
  }

  fitTo(positions) {
    this.map.fitBounds(bounds(positions) ?? home, { padding: 50, maxZoom: 12, animate: !reducedMotion(), duration: 450 });
  }

  /** Close enough that hulls are seen true to size. */
  closeUp(data) {
    const positions = (data?.features ?? []).flatMap((f) => flat(f.geometry.coordinates));
    const box = bounds(positions, 0.002);
    this.map.setPadding(this.over());
    if (box) this.map.fitBounds(box, { padding: 60, maxZoom: 17.5, animate: false });
  }

  /** Starts drawing an area, or leaves it. */
  draw() {
    if (this.drawing) {
      this.leave();
      return;
    }
    this.drawing = [];
    this.drawButton.setAttribute('aria-pressed', 'true');
    this.map.doubleClickZoom.disable();
    this.say(t('drawHelp'));
  }

  corner({ lng, lat }) {
    const last = this.drawing.at(-1);
    if (last && Math.hypot(last[0] - lng, last[1] - lat) < 1e-6) return; // the second click of a double one
    this.drawing.push([lng, lat]);
    this.source('area', areaShapes(this.drawing, false));
  }

  /** Takes the area as drawn. Reports whether one was being drawn. */
  finish() {
    if (!this.drawing) return false;
    const points = this.drawing;
    this.leave();
    if (points.length >= 3) this.onArea(areaText(points));
    return true;
  }

  /** Leaves drawing. Reports whether an area was being drawn. */
  leave() {
    if (!this.drawing) return false;
    this.drawing = undefined;
    this.drawButton.setAttribute('aria-pressed', 'false');
    this.map.doubleClickZoom.enable();
    this.source('area', collection([]));
    this.say('');
    return true;
  }

  areaOfView() {
    const b = this.map.getBounds();
    this.onArea([b.getWest(), b.getSouth(), b.getEast(), b.getNorth()].map((x) => round(x, 3)).join(','));
  }

  /** Takes the colours that hold now. */
  repaint() {
    this.palette = palette();
    const now = style(this.palette);
    for (const layer of now.layers) {
      for (const [name, value] of Object.entries(layer.paint ?? {})) this.map.setPaintProperty(layer.id, name, value);
    }
    this.images();
    this.fade(this.faded);
  }

  /** The picture as it is, with what must stand on it. The canvas holds it only while a frame is drawn. */
  async snapshot(words) {
    if (this.dropped) words.push(this.dropped.label);
    const from = this.map.getCanvas();
    const canvas = el('canvas', { width: from.width, height: from.height });
    const ctx = canvas.getContext('2d');
    await new Promise((done) => {
      this.map.once('render', () => { ctx.drawImage(from, 0, 0); done(); });
      this.map.triggerRepaint();
    });
    const size = Math.round(13 * devicePixelRatio);
    ctx.font = `${size}px "DejaVu Sans", sans-serif`;
    ctx.fillStyle = this.palette.halo;
    ctx.globalAlpha = 0.85;
    ctx.fillRect(0, canvas.height - size * 1.8 * words.length - 6, canvas.width, size * 1.8 * words.length + 6);
    ctx.globalAlpha = 1;
    ctx.fillStyle = this.palette.place;
    words.forEach((line, i) => ctx.fillText(line, 8, canvas.height - size * 1.8 * (words.length - 1 - i) - size * 0.6));
    return new Promise((done) => canvas.toBlob(done, 'image/png'));
  }
}

/** Places with a point each beside their shape, for dot and name. */
function named(places) {
  const shapes = places.features.filter((f) => f.geometry && f.geometry.type !== 'Point');
  const points = places.features.filter((f) => Number.isFinite(f.properties.lon)).map(({ properties }) => point(properties.lon, properties.lat, { ...properties, label: label(properties) }));
  return collection([...shapes, ...points]);
}

/** A place's name on the map: without what the table says in brackets; gates are named like constants: GULF_OF_OMAN_EXIT. */
function label({ name, kind }) {
  if (kind !== 'gate') return name.replace(/\s*\(.*$/, '');
  return name.toLowerCase().split('_').map((word) => (word === 'of' ? word : word[0].toUpperCase() + word.slice(1))).join(' ');
}

/** Positions of any geometry. */
function flat(coordinates) {
  if (!Array.isArray(coordinates)) return [];
  return typeof coordinates[0] === 'number' ? [coordinates] : coordinates.flatMap(flat);
}

/** Whether a position lies well inside what is seen. */
function inner(b, [lon, lat]) {
  const [wide, high] = [(b.getEast() - b.getWest()) * 0.12, (b.getNorth() - b.getSouth()) * 0.12];
  return lon > b.getWest() + wide && lon < b.getEast() - wide && lat > b.getSouth() + high && lat < b.getNorth() - high;
}
