// Makes a folder of a year with ten thousand events out of a replay's month: the same events again and again, each copy
// moved by some days, with ids of its own. It is a load, not a world: only the page's size is tested with it.
//
//   node test/year.mjs FROM TO [COPIES [DAYS]]
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const dayMs = 86_400_000;

/** Writes the folder `to` from the folder `from`. */
export function year(from, to, copies = 22, days = 15) {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from)) copyFileSync(join(from, name), join(to, name));
  const text = (name) => readFileSync(join(from, name), 'utf8');
  const lines = (name) => text(name).split('\n').filter(Boolean);
  const all = [...Array(copies).keys()];

  const events = lines('events.jsonl');
  const moved = all.flatMap((n) => events.map((line) => moveLine(line, n, days)));
  moved.sort((a, b) => compare(startOf(a), startOf(b)));
  write(to, 'events.jsonl', `${moved.join('\n')}\n`);

  const lastCopy = copies - 1;
  const belongs = (date, first, n) => n === lastCopy || (Date.parse(date) - first) / dayMs < days;
  const rows = (list) => {
    const first = Math.min(...list.map((row) => Date.parse(row.date)));
    return all.flatMap((n) => list.filter((row) => belongs(row.date, first, n)).map((row) => JSON.parse(moveLine(JSON.stringify(row), n, days)))).sort((a, b) => compare(a.date, b.date) || compare(a.basis, b.basis));
  };
  const daily = JSON.parse(text('daily.json'));
  const asOf = move(daily.as_of, lastCopy * days);
  const settle = (row) => ({ ...row, as_of: asOf });
  write(to, 'daily.json', JSON.stringify({ ...daily, days: rows(daily.days).map(settle), other_bases: rows(daily.other_bases).map(settle), newest_28d: settle(JSON.parse(moveLine(JSON.stringify(daily.newest_28d), lastCopy, days))), as_of: asOf }));
  write(to, 'accounts.jsonl', `${rows(lines('accounts.jsonl').map((line) => JSON.parse(line))).map((row) => JSON.stringify(settle(row))).join('\n')}\n`);
  const summary = JSON.parse(text('summary.json'));
  write(to, 'summary.json', JSON.stringify({ ...summary, last: move(summary.last, lastCopy * days) }));
}

const write = (to, name, content) => writeFileSync(join(to, name), content);
const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
const startOf = (line) => /"start":"([^"]*)"/.exec(line)?.[1] ?? '';

function move(time, days) {
  const at = new Date(Date.parse(time) + days * dayMs).toISOString();
  return time.length === 10 ? at.slice(0, 10) : at.replace('.000Z', 'Z');
}

/** A line of JSON as the nth copy has it: times, ids and the times in tag blocks of sentences. The first copy is the original. */
function moveLine(line, n, days) {
  if (n === 0) return line;
  return line
    .replace(/"(\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d+)?Z)?)"/g, (_, time) => `"${move(time, n * days)}"`)
    .replace(/\b([a-z_]+)-([0-9a-f]{16})\b/g, (_, kind, id) => `${kind}-${createHash('sha256').update(`${id} ${n}`).digest('hex').slice(0, 16)}`)
    .replace(/\\\\([^\\*]*,c:)(\d{10})\*[0-9A-F]{2}\\\\/g, (_, before, at) => tagBlock(before + String(Number(at) + n * days * 86_400)));
}

/** A tag block with its checksum, as it stands in JSON. */
function tagBlock(content) {
  const sum = [...content].reduce((x, c) => x ^ c.charCodeAt(0), 0);
  return `\\\\${content}*${sum.toString(16).toUpperCase().padStart(2, '0')}\\\\`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [from, to, copies, days] = process.argv.slice(2);
  year(from, to, Number(copies) || undefined, Number(days) || undefined);
}
