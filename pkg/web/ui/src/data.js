// What the modules ask the server for. Every request is for our own origin, and one that is no longer wanted is given up.
import { $, parse, pause } from './dom.js';
import { seconds } from './format.js';
import { filters, state } from './state.js';

const api = '/api/v1/';

/** Asked of one page of events; the server allows no more. */
const pageSize = 1000;

async function ask(url, signal) {
  const answer = await fetch(url, { signal, headers: { Accept: 'application/json, application/geo+json' } });
  if (!answer.ok) throw new Error(await problem(answer));
  return answer;
}

const json = async (url, signal) => (await ask(url, signal)).json();

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
 * All events of the current filters, the newest first, page by page, so that a year of them neither waits for its end nor
 * stops the page. onPart gets the features of each part; the next is not asked for before it is done with the last.
 */
export async function loadEvents(signal, onPart) {
  const query = state.query(filters);
  query.set('format', 'geojson');
  query.set('limit', String(pageSize));
  let url = `${api}events?${query}`;
  while (url) {
    const answer = await ask(url, signal);
    const { features } = await answer.json();
    signal.throwIfAborted();
    for (const { properties } of features) timed(properties);
    await onPart(features);
    signal.throwIfAborted();
    url = /<([^>]*)>; rel="next"/.exec(answer.headers.get('Link') ?? '')?.[1];
    await pause();
  }
}

/** Adds the times as seconds: s and e. What still lasts ends never. */
function timed(properties) {
  properties.s = seconds(properties.start);
  properties.e = properties.end ? seconds(properties.end) : Infinity;
}

/** The days of the estimate by date, and what stands beside them: {rows, notes, overlays}. */
export const loadDays = (signal) => json(`${api}estimates?basis=lifted`, signal);

/** Ships behind a day, those that bring most to it first. */
export async function loadShips(day, signal) {
  const { account } = await json(`${api}estimates/${day}?basis=lifted`, signal);
  return [...(account?.ships ?? [])].sort((a, b) => b.expected_bbl - a.expected_bbl);
}

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
export const loadPlaces = () => json('/basemap/places.geojson');

/** The page of a state as the server draws it, as a document in which nothing runs. */
export async function loadPage(url, signal) {
  const answer = await fetch(url, { signal, headers: { Accept: 'text/html' } });
  if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
  return parse(await answer.text());
}
