// Days of the estimate as columns, and what is drawn of them: plain functions without a document, so that they can be tested.
import { DAY, seconds } from './format.js';

/** Parts of a day, the surest first; each is drawn upon the one before. */
export const parts = ['seen', 'inferred', 'pending', 'unobserved'];

/** The mean over 28 days is drawn from its seventh day on, as in reports. */
const leastWindow = 7;

/**
 * Columns of the rows, by date. A day that is not there, is blind, or has no number is null in every column but `at`: a gap,
 * never zero. `at` is the day's middle, in seconds.
 */
export function columns(rows) {
  const sorted = [...rows].filter((row) => row.date).sort((a, b) => (a.date < b.date ? -1 : 1));
  const out = { at: [], date: [], status: [], mean: [], p05: [], p95: [], month: [], low: [], high: [], rows: [] };
  for (const part of parts) out[part] = [];
  let last = NaN;
  for (const row of sorted) {
    const start = seconds(`${row.date}T00:00:00Z`);
    for (let missing = last + DAY; missing < start; missing += DAY) push(out, missing, {});
    push(out, start, row);
    last = start;
  }
  return out;
}

function push(out, start, row) {
  const known = isKnown(row);
  const month = known && row.mean_28d !== null && row.mean_28d !== undefined && (row.window_days ?? 28) >= leastWindow;
  out.at.push(start + DAY / 2);
  out.date.push(new Date(start * 1000).toISOString().slice(0, 10));
  out.status.push(row.status ?? 'blind');
  out.rows.push(row);
  out.mean.push(known ? row.mean : null);
  out.p05.push(known ? row.p05 : null);
  out.p95.push(known ? row.p95 : null);
  out.month.push(month ? row.mean_28d : null);
  out.low.push(month ? row.p05_28d : null);
  out.high.push(month ? row.p95_28d : null);
  for (const part of parts) out[part].push(known ? row[part] ?? 0 : null);
}

/** Whether a day has a number. */
export const isKnown = (row) => row.mean !== null && row.mean !== undefined && row.known !== false;

/** The top of the scale: the whole band and every bar, but not the interval of each single day. */
export function top(cols) {
  let most = 1000;
  for (let i = 0; i < cols.at.length; i++) {
    most = Math.max(most, cols.high[i] ?? 0, (cols.mean[i] ?? 0) * 1.08);
  }
  return most * 1.05;
}

/** Runs of values that are there, as [first, last]: a line or band is broken where there is none. */
export function runs(values) {
  const out = [];
  values.forEach((value, i) => {
    if (value === null) return;
    if (out.length > 0 && out.at(-1)[1] === i - 1) out.at(-1)[1] = i;
    else out.push([i, i]);
  });
  return out;
}

/** Index of the day that holds a moment; -1 outside. */
export function dayAt(cols, s) {
  if (cols.at.length === 0) return -1;
  const i = Math.floor((s - (cols.at[0] - DAY / 2)) / DAY);
  return i >= 0 && i < cols.at.length ? i : -1;
}

/**
 * The days that a drag from a to b chooses, as the parameters from and to: from the first day touched, and to the day
 * after the last, which is not in it. At least one day.
 */
export function brushed(cols, a, b) {
  const first = cols.at[0] - DAY / 2;
  const end = cols.at[cols.at.length - 1] + DAY / 2;
  const clamp = (s) => Math.min(Math.max(s, first), end);
  const from = first + Math.floor((clamp(Math.min(a, b)) - first) / DAY) * DAY;
  const to = first + Math.ceil((clamp(Math.max(a, b)) - first) / DAY) * DAY;
  return from >= end ? { from: end - DAY, to: end } : { from, to: Math.max(to, from + DAY) };
}

/** How many events are under way at some moment of [from, to). */
export const within = (event, from, to) => event.s < to && event.e >= from;
