// Reads events from files that this program itself exports: CSV, JSON, JSON lines and GeoJSON (docs/exports.md, docs/api.md).
// Plain functions without a document. What a file says is text and numbers, checked one by one; nothing of it is run.

/** More than this is refused: whoever has more filters before he exports. */
export const mostEvents = 10_000;
export const mostBytes = 50 * 2 ** 20;

/** Longer texts are cut: names of ships have 20 characters. */
const longest = 200;

/** Reading stops the page no longer than so many milliseconds at once. */
const longestTask = 40;

/** A file that cannot be read: a key of the words of drop/, and what stands in its place. */
export class Refusal extends Error {
  constructor(key, values = {}) {
    super(key);
    Object.assign(this, { key, values });
  }
}

const refuse = (key, values) => { throw new Refusal(key, values); };

/**
 * The events of a file's content, each in its newest version: {events, unplaced, retracted, unread}. Events have id, version,
 * kind, status, start, end, s and e (seconds), lon, lat, place, p, barrels and who; unplaced counts those without a position,
 * retracted those that were taken back, unread what is no event. Throws a Refusal for a file of something else. pause gives way to
 * input and painting.
 */
export async function read(bytes, kinds, pause) {
  if (bytes.byteLength > mostBytes) refuse('tooLarge', { n: mostBytes / 2 ** 20 });
  let text;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes); // without the mark that some programs put before it
  } catch {
    refuse('unknown');
  }
  const newest = new Map();
  const counts = { unplaced: 0, retracted: 0, unread: 0 };
  let began = performance.now();
  for (const raw of records(text)) {
    if (performance.now() - began > longestTask) {
      await pause();
      began = performance.now();
    }
    const event = checked(raw, kinds);
    if (!event) {
      counts.unread++;
      continue;
    }
    const known = newest.get(event.id);
    if (!known || known.version <= event.version) newest.set(event.id, event);
    if (newest.size > mostEvents) refuse('tooMany', { n: mostEvents });
  }
  if (newest.size === 0) refuse('unknown');
  const events = [];
  for (const event of newest.values()) {
    if (event.status === 'retracted') counts.retracted++;
    else if (Number.isNaN(event.lon)) counts.unplaced++;
    else events.push(event);
  }
  return { events, ...counts };
}

/** What the file has in the place of events, in one form. */
function* records(text) {
  if (!/^\s*\{/.test(text)) yield* fromCSV(text);
  else if (parsed(lineAt(text, 0).line)?.kind) yield* fromLines(text);
  else yield* fromObject(parsed(text) ?? refuse('broken'));
}

function parsed(text) {
  try {
    const value = JSON.parse(text);
    return value !== null && typeof value === 'object' ? value : undefined;
  } catch {
    return undefined; // also what is nested too deep to be read
  }
}

function lineAt(text, from) {
  const end = text.indexOf('\n', from);
  return end < 0 ? { line: text.slice(from), next: text.length } : { line: text.slice(from, end), next: end + 1 };
}

/** Lines of events.jsonl; a line that is cut off is counted as unread. */
function* fromLines(text) {
  for (let from = 0; from < text.length;) {
    const { line, next } = lineAt(text, from);
    if (line.trim()) yield whole(parsed(line));
    from = next;
  }
}

/** `detect export` has rows, the API a page of events, and both have features. */
function* fromObject(file) {
  const { rows, events, features } = file;
  if (Array.isArray(rows)) for (const row of rows) yield row && flat(row);
  else if (Array.isArray(events)) for (const event of events) yield whole(event);
  else if (Array.isArray(features)) for (const feature of features) yield ofFeature(feature);
}

/** A row of the columns of docs/exports.md. */
const flat = (row) => ({
  ...pick(row), p: row.probability, barrels: row.barrels_mean,
  who: [row.name || row.mmsi, row.name_2 || row.mmsi_2],
});

/** An event of events.jsonl or of the API. */
const whole = (event) => event && ({
  ...pick(event), place: event.place?.name ?? event.place, p: event.probability, barrels: event.barrels?.mean ?? event.barrels?.p50, who: named(event.vessels),
});

function ofFeature(feature) {
  const properties = feature?.properties;
  if (!properties) return undefined;
  const [lon, lat] = Number.isFinite(properties.lon) ? [properties.lon, properties.lat] : first(feature.geometry?.coordinates);
  return { ...pick(properties), id: feature.id ?? properties.id, lon, lat, p: properties.p ?? properties.probability, barrels: properties.barrels_mean, who: named(properties.ships ?? properties.vessels) };
}

const pick = ({ id, version, kind, status, start, end, lon, lat, place, why }) => ({ id, version, kind, status, start, end, lon, lat, place, why });
const named = (ships) => (Array.isArray(ships) ? ships.slice(0, 9).map((ship) => ship?.name || ship?.mmsi) : []);

/** The first position of any geometry: where a silence began. */
function first(coordinates) {
  let at = coordinates;
  for (let depth = 0; depth < 4 && Array.isArray(at?.[0]); depth++) [at] = at;
  return Array.isArray(at) ? at : [];
}

/** An event whose every part is what it should be, else nothing. */
function checked(raw, kinds) {
  if (!raw || typeof raw.id !== 'string' || raw.id.length < 3 || raw.id.length > 80 || !kinds.includes(raw.kind)) return undefined;
  const s = instant(raw.start);
  if (Number.isNaN(s)) return undefined;
  const e = instant(raw.end);
  const [lon, lat, p] = [figure(raw.lon, 180), figure(raw.lat, 90), figure(raw.p, 1)];
  const placed = !Number.isNaN(lon) && !Number.isNaN(lat);
  return {
    id: raw.id, version: figure(raw.version, 1e9) || 0, kind: raw.kind, status: shown(raw.status), start: raw.start, s, e: Number.isNaN(e) ? Infinity : e,
    lon: placed ? lon : NaN, lat, place: shown(raw.place), p: p >= 0 ? p : null, barrels: figure(raw.barrels, 1e9) || null, why: shown(raw.why),
    who: raw.who.map(shown).filter(Boolean).join(' → '),
  };
}

/** Seconds since 1970 of an RFC 3339 time; NaN if it is none. */
const instant = (text) => (typeof text === 'string' && /^\d{4}-\d\d-\d\dT/.test(text) ? Date.parse(text) / 1000 : NaN);

/** A number, or a cell that holds one, between -most and most; NaN if it is none. An empty cell is missing and never zero. */
function figure(value, most) {
  const number = typeof value === 'string' && value.trim() ? Number(value) : value;
  return typeof number === 'number' && Math.abs(number) <= most ? number : NaN;
}

/** Text as it may be shown: characters that turn or hide writing as their codes, as pkg/chart does. */
export function shown(value) {
  if (typeof value !== 'string' && typeof value !== 'number') return '';
  return String(value).slice(0, longest).replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\u2028\u2029]/gu, (c) => `\\u${c.codePointAt(0).toString(16).padStart(4, '0')}`);
}

/** Columns that every CSV of events has. */
const needed = ['id', 'kind', 'start', 'lon', 'lat'];

function* fromCSV(text) {
  const lines = cells(text);
  const header = lines.next().value ?? [];
  if (!needed.every((name) => header.includes(name))) refuse('unknown');
  for (const line of lines) {
    if (line.length === 1 && line[0] === '') continue; // an empty line
    yield line.length === header.length ? flat(Object.fromEntries(header.map((name, i) => [name, unguarded(line[i])]))) : undefined;
  }
}

/** What a spreadsheet may take for the beginning of a formula (pkg/export/tabular). */
const formula = /^[ '\u00a0]*[=+\-@\t\r\n＝＋－＠]/;

/** A cell without the apostrophe that the export puts before what looks like a formula. */
export const unguarded = (cell) => (cell[0] === "'" && formula.test(cell) ? cell.slice(1) : cell);

/** Lines of CSV (RFC 4180) as lists of cells: quotes hold commas, line ends and, doubled, quotes. */
export function* cells(text) {
  let line = [];
  for (let at = 0; at <= text.length;) {
    const [cell, end] = text[at] === '"' ? quoted(text, at) : bare(text, at);
    line.push(cell);
    if (text[end] === ',') {
      at = end + 1;
      continue;
    }
    yield line;
    line = [];
    at = end + (text.startsWith('\r\n', end) ? 2 : 1);
    if (at >= text.length) return;
  }
}

const ends = /[,\r\n]/g;

function bare(text, from) {
  ends.lastIndex = from;
  const end = ends.exec(text)?.index ?? text.length;
  return [text.slice(from, end), end];
}

function quoted(text, from) {
  for (let at = from + 1; ;) {
    const quote = text.indexOf('"', at);
    if (quote < 0) refuse('broken');
    if (text[quote + 1] === '"') {
      at = quote + 2;
      continue;
    }
    const [rest, end] = bare(text, quote + 1); // nothing, in a file that is whole
    return [text.slice(from + 1, quote).replaceAll('""', '"') + rest, end];
  }
}
