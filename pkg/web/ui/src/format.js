// Numbers and times as the page shows them: UTC always, the reader's own time beside it where he asks for it, barrels in the unit
// that reads best.
import { t } from './strings.js';

export const DAY = 86400;

/** Seconds since 1970 of an RFC 3339 time or a date; NaN if it is neither. */
export const seconds = (text) => Date.parse(text) / 1000;

/** 2025-03-14 */
export const date = (s) => new Date(s * 1000).toISOString().slice(0, 10);

/** 2025-03-14T09:04:17Z, as it stands in the URL. */
export const instant = (s) => new Date(Math.round(s) * 1000).toISOString().replace('.000', '');

/** 14 Mar 2025 22:04 UTC, and with a zone 14 Mar 2025 22:04 UTC (15 Mar 02:04 Asia/Dubai) */
export function clock(s) {
  const iso = new Date(s * 1000).toISOString();
  const beside = local(s);
  return `${Number(iso.slice(8, 10))} ${month(iso)} ${iso.slice(0, 4)} ${iso.slice(11, 16)} ${t('utc')}${beside && ` (${beside})`}`;
}

/** The zone whose time is shown beside UTC. */
let own = null;

/** The name of a zone: of the reader's own for "local"; nothing for UTC and for what is no zone. */
export function zoneName(asked) {
  if (!asked) return '';
  try {
    const { timeZone } = new Intl.DateTimeFormat('en', asked.toLowerCase() === 'local' ? {} : { timeZone: asked }).resolvedOptions();
    return /^((etc\/)?(utc|gmt|uct|universal|zulu)|gmt)$/i.test(timeZone) ? '' : timeZone;
  } catch {
    return '';
  }
}

/** Chooses the zone whose time stands beside UTC, by its name; none for an empty one. */
export function setZone(name) {
  own = name && { name: name.replaceAll('_', ' '), parts: new Intl.DateTimeFormat('en', { timeZone: name, month: 'numeric', day: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }) };
}

/** 02:04 Asia/Dubai, with the date where it is not that of UTC; nothing where no zone is chosen. */
export function local(s) {
  if (!own) return '';
  const part = Object.fromEntries(own.parts.formatToParts(s * 1000).map(({ type, value }) => [type, value]));
  const date = Number(part.day) === new Date(s * 1000).getUTCDate() ? '' : `${part.day} ${months[part.month - 1]} `;
  return `${date}${part.hour}:${part.minute} ${own.name}`;
}

/** 14 Mar 2025 */
export function day(s) {
  const iso = new Date(s * 1000).toISOString();
  return `${Number(iso.slice(8, 10))} ${month(iso)} ${iso.slice(0, 4)}`;
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
export const month = (iso) => months[Number(iso.slice(5, 7)) - 1];

/** 1.21 M, 850 k, 300; a value that is not there is a dash. */
export function barrels(value) {
  if (value === null || value === undefined || Number.isNaN(value)) return '–';
  const size = Math.abs(value);
  if (size >= 999_500) return `${(value / 1e6).toFixed(2)} ${t('million')}`;
  if (size >= 1000) return `${Math.round(value / 1000)} ${t('thousand')}`;
  return String(Math.round(value));
}

/** 43 %; what is nearly nothing or nearly sure is not rounded to it. */
export function percent(p) {
  if (p === null || p === undefined || Number.isNaN(p)) return '–';
  if (p > 0 && p < 0.01) return '< 1 %';
  if (p > 0.99 && p < 1) return '> 99 %';
  return `${Math.round(p * 100)} %`;
}

/** What passes in a second of playing: 10 s, 17 min, 28 h. */
export function duration(s) {
  if (s < 60) return `${trim(s)} s`;
  if (s < 3600) return `${trim(s / 60)} min`;
  return s < 2 * DAY ? `${trim(s / 3600)} h` : `${trim(s / DAY)} d`;
}

const trim = (x) => String(Number(x.toFixed(x < 10 ? 1 : 0)));
