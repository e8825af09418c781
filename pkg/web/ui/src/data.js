// What the modules ask the server for. Every request is for our own origin, and one that is no longer wanted is given up.
import { $, parse, pause } from './dom.js';
import { seconds } from './format.js';
import { filters, state } from './state.js';

const api = '/api/v1/';

/** Asked of one page of events; the server allows no more. */
const pageSize = 1000;

async function json(url, signal) {
  const answer = await fetch(url, { signal, headers: { Accept: 'application/json, application/geo+json' } });
  if (!answer.ok) throw new Error(await problem(answer));
  return answer.json();
}

/** The reason in a problem document (RFC 9457), else the status. */
async function problem(answer) {
  try {
    const { title, detail } = await answer.json();
    return detail || title || `${answer.status}`;
  } catch {
    return `${answer.status} ${answer.statusText}`;
  }
}

/** What the server wrote into the page for us; an empty object where there is none. */
export function pageData() {
  try {
    return JSON.parse($('#page-data')?.textContent || '{}');
  } catch {
    return {};
  }
}

/**
 * All events of the current filters, page by page, so that a year of them neither waits for its end nor stops the page.
 * onPart gets each part with what the server says of the whole.
 */
export async function loadEvents(signal, onPart) {
  const query = state.query(filters);
  query.set('format', 'geojson');
  query.set('limit', String(pageSize));
  let cursor = '';
  do {
    if (cursor) query.set('cursor', cursor);
    const answer = await json(`${api}events?${query}`, signal);
    signal.throwIfAborted();
    for (const feature of answer.features) timed(feature.properties);
    onPart(answer.features, answer);
    cursor = answer.next ?? '';
    await pause();
  } while (cursor);
}

/** Adds the times as seconds: s and e. What still lasts ends never. */
function timed(properties) {
  properties.s = seconds(properties.start);
  properties.e = properties.end ? seconds(properties.end) : Infinity;
}

/** The days of the estimate by date, and what stands beside them: {rows, notes, overlays}. */
export const loadDays = (signal) => json(`${api}estimates?basis=lifted`, signal);

export const loadShips = (day, signal) => json(`${api}estimates/${day}/ships`, signal);

/** Ships and their quoted positions, of a time or of one event. */
export async function loadTracks({ from, to, event }, signal) {
  const query = new URLSearchParams();
  if (event) query.set('event', event);
  if (from) query.set('from', from);
  if (to) query.set('to', to);
  return (await json(`${api}tracks?${query}`, signal)).ships ?? [];
}

export const loadHulls = (id, signal) => json(`${api}events/${encodeURIComponent(id)}/hulls`, signal);
export const loadCoverage = (signal) => json(`${api}coverage`, signal);
export const loadStatus = (signal) => json(`${api}status`, signal);
export const loadBasemap = (name) => json(`/basemap/${name}`);

/** The page of a state as the server draws it, as a document in which nothing runs. */
export async function loadPage(url, signal) {
  const answer = await fetch(url, { signal, headers: { Accept: 'text/html' } });
  if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
  return parse(await answer.text());
}
