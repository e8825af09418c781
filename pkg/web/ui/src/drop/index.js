// Events of a file that the reader drops on the map or chooses: a layer of their own, with outlined marks and a list. Fetched when
// the first file comes. The file stays in the browser.
import { announce, el, pause } from '../dom.js';
import { kinds, outline } from '../map/marks.js';
import { collection, point } from '../map/shapes.js';
import { mostBytes, read, Refusal, shown } from './read.js';
import { say } from './words.js';

/** Rows of the list that are shown at once. */
const listed = 100;

/** What a file's events are called on the map, in its sources and layers. */
const layer = 'dropped';

/** Reads a file and shows it on a SeaMap in place of the one before. What cannot be read is one line. */
export async function take(map, files, style) {
  const [file] = files;
  if (!file) return;
  const name = shown(file.name).slice(0, 60);
  let words;
  try {
    if (files.length > 1) throw new Refusal('oneOnly', { n: files.length });
    const content = await read(await within(file), kinds, pause);
    if (content.events.length === 0) throw new Refusal('noPlaces', { n: content.unplaced + content.retracted });
    map.dropped?.remove();
    map.dropped = new Dropped(map, name, content.events, style);
    map.fitTo(content.events.map(({ lon, lat }) => [lon, lat]));
    words = [say('done', { name, n: content.events.length }), ...['unplaced', 'retracted', 'unread'].filter((key) => content[key] > 0).map((key) => say(key, { n: content[key] }))].join(' ');
  } catch (error) {
    words = error instanceof Refusal ? say(error.key, { name, ...error.values }) : say('failed', { name, why: error.message });
  }
  map.say(words);
  announce(words);
}

/** The content of a file, as far as it is needed to tell that it is too large. */
const within = (file) => file.slice(0, mostBytes + 1).arrayBuffer();

class Dropped {
  constructor(map, name, events, style) {
    Object.assign(this, { map, name, events });
    this.label = say('label', { name, n: events.length });
    if (!document.querySelector(`link[href="${style}"]`)) document.head.append(el('link', { rel: 'stylesheet', href: style }));
    this.images();
    const marks = events.map(({ lon, lat, why, ...properties }) => point(lon, lat, { ...properties, [layer]: true }));
    map.map.addSource(layer, { type: 'geojson', data: collection(marks), maxzoom: 14 });
    map.map.addLayer({
      id: layer, type: 'symbol', source: layer,
      layout: { 'icon-image': ['concat', `${layer}-`, ['get', 'kind']], 'icon-allow-overlap': true, 'icon-ignore-placement': true, 'icon-size': ['interpolate', ['linear'], ['zoom'], 4, 0.8, 7, 1.1, 10, 1.3] },
    }, 'chosen-shape');
    this.row();
  }

  /** Marks in the colours of now. */
  images() {
    const { palette } = this.map;
    for (const kind of kinds) this.map.image(`${layer}-${kind}`, outline(kind, palette.ground, palette.rim));
  }

  /** The layer's own line among the others. */
  row() {
    const box = el('input', { type: 'checkbox', onchange: () => this.map.map.setLayoutProperty(layer, 'visibility', box.checked ? 'visible' : 'none') });
    box.checked = true;
    this.list = el('ol', { tabindex: '0', 'aria-label': this.label });
    this.next = el('button', { type: 'button', text: say('more'), onclick: () => this.fill() });
    this.fill();
    this.box = el('div', { class: 'map-dropped' }, el('label', {}, box, el('span', { text: this.label })),
      el('button', { type: 'button', text: say('remove'), 'aria-label': `${say('remove')}: ${this.label}`, onclick: () => this.leave() }),
      el('details', {}, el('summary', { text: say('list') }), this.list, this.next));
    this.map.layerList.append(this.box);
  }

  /** The next events of the list: what the pointer shows, for those who do not use one. */
  fill() {
    const from = this.list.childElementCount;
    const rows = this.events.slice(from, from + listed).map((event) => el('li', {}, el('button', { type: 'button', text: this.map.words(event).replaceAll('\n', ' · '), onclick: () => this.go(event) })));
    this.list.append(...rows);
    this.next.hidden = from + rows.length >= this.events.length;
    if (from > 0) rows[0]?.firstChild.focus();
  }

  go(event) {
    this.map.choose('', [event.lon, event.lat], true);
    this.pick(event.id);
  }

  /** Opens an event that this site has; of another its few facts are said. */
  async pick(id) {
    const answer = await fetch(`/api/v1/events/${encodeURIComponent(id)}`, { method: 'HEAD' }).catch(() => undefined);
    if (answer?.ok) {
      this.map.onPick(id);
      return;
    }
    const event = this.events.find((one) => one.id === id);
    if (!event) return;
    const end = event.e === Infinity ? say('open') : this.map.clock(event.e);
    const facts = [this.map.words(event).replaceAll('\n', ' · '), `– ${end}`, event.barrels && say('barrels', { n: Math.round(event.barrels).toLocaleString('en') }), event.why, event.id];
    const words = `${say('absent', { name: this.name })} ${facts.filter(Boolean).join(' · ')}`;
    this.map.say(words);
    announce(words);
  }

  /** Taken away by the reader; the focus goes to where a file is chosen. */
  leave() {
    this.remove();
    this.map.say('');
    this.map.choose('');
    this.map.fileButton.focus();
  }

  remove() {
    this.map.map.removeLayer(layer);
    this.map.map.removeSource(layer);
    this.box.remove();
    this.map.dropped = undefined;
  }
}
