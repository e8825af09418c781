// Files that a reader drops on the map: what the program exports is read back whole, and nothing else is taken for it.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { promisify } from 'node:util';
import { cells, mostBytes, mostEvents, read, Refusal, shown, unguarded } from '../../src/drop/read.js';
import { eventsOf, folder, program, scratch } from '../site.mjs';

const kinds = ['lift', 'transfer', 'discharge', 'rendezvous', 'gap', 'loitering', 'draught_change', 'port_call', 'transit', 'identity', 'false_position', 'interference', 'outage'];
const readText = (text) => read(new TextEncoder().encode(text), kinds, async () => {});
const refused = (text, key) => assert.rejects(typeof text === 'string' ? readText(text) : read(text, kinds, async () => {}), (error) => error instanceof Refusal && error.key === key, `${String(text).slice(0, 60)}: expected ${key}`);

let dir;
let events;
before(async () => {
  dir = await folder();
  events = eventsOf(dir);
});

const standing = () => events.filter((event) => event.status !== 'retracted' && event.kind !== 'outage');

for (const format of ['csv', 'json', 'geojson']) {
  test(`what detect export writes as ${format} is read back, event for event`, async () => {
    const file = join(scratch, `events.${format}`);
    await promisify(execFile)(await program(), ['export', '--in', dir, '--what', 'events', '--out', file]);
    const got = await read(readFileSync(file), kinds, async () => {});
    assert.equal(got.unread, 0);
    assert.deepEqual(got.events.map((event) => event.id).sort(), standing().map((event) => event.id).sort());
    for (const event of got.events) {
      const want = events.find(({ id }) => id === event.id);
      assert.equal(event.kind, want.kind);
      assert.ok(Math.abs(event.s - Date.parse(want.start) / 1000) < 1, event.start);
      assert.ok(Math.abs(event.lon - want.lon) < 1e-4 && Math.abs(event.lat - want.lat) < 1e-4, `${event.id}: ${event.lon}, ${event.lat}`);
      assert.ok(Math.abs(event.p - want.probability) < 1e-4);
      assert.equal(event.barrels, want.barrels?.mean ?? null);
      assert.equal(event.who, want.vessels.slice(0, 2).map((ship) => ship.name || ship.mmsi).join(' → '));
      assert.equal(event.place, want.place?.name ?? '');
    }
  });
}

test('events.jsonl is read, and retracted events are left out and counted', async () => {
  const got = await read(readFileSync(join(dir, 'events.jsonl')), kinds, async () => {});
  assert.equal(got.events.length, standing().length);
  assert.equal(got.retracted, events.filter((event) => event.status === 'retracted').length);
  assert.ok(got.retracted > 0);
});

const row = (more = {}) => JSON.stringify({ id: 'gap-00000000000000a0', version: 1, kind: 'gap', status: 'open', start: '2025-03-01T00:00:00Z', end: null, lon: 50, lat: 25, vessels: [{ name: 'A' }], ...more });

test('of several versions of an event the newest is shown, whatever their order', async () => {
  for (const versions of [[1, 2], [2, 1]]) {
    const { events: got } = await readText(versions.map((version) => row({ version, lat: 20 + version })).join('\n'));
    assert.deepEqual(got.map(({ lat }) => lat), [22]);
  }
  assert.deepEqual((await readText([row(), row({ version: 2, status: 'retracted' })].join('\n'))).events, []);
});

test('cells hold commas, quotes and line ends, and lines end as they like', () => {
  for (const [text, want] of [
    ['a,b\n1,2\n', [['a', 'b'], ['1', '2']]], ['a,b\r\n1,2', [['a', 'b'], ['1', '2']]], ['"a\nb","c ""d"", e"\n', [['a\nb', 'c "d", e']]],
    ['"",\n', [['', '']]], [',,\n', [['', '', '']]], ['a\n\nb', [['a'], [''], ['b']]], ['"a"', [['a']]], ['a,', [['a', '']]],
  ]) assert.deepEqual([...cells(text)], want, JSON.stringify(text));
});

test('the apostrophe before what looks like a formula is taken away, and no other', () => {
  for (const [cell, want] of [["'=1+1", '=1+1'], ["'-5", '-5'], ["' @x", ' @x'], ["''=x", "'=x"], ["'＝x", '＝x'], ["'TIS PITY", "'TIS PITY"], ['=1', '=1'], ['', ''], ["'", "'"]]) assert.equal(unguarded(cell), want);
});

const header = 'id,version,kind,status,start,end,lon,lat,place,probability,name,why';

test('names of ships are text, with what turns or hides writing shown as codes', async () => {
  const { events: [got] } = await readText(`\uFEFF${header}\nlift-00000000000000a0,1,lift,closed,2025-03-01T00:00:00Z,,50,25,"Kharg\nT",0.9,"'=HYPERLINK(""x"")","a\nb"\n`);
  assert.equal(got.who, '=HYPERLINK("x")');
  assert.equal(got.place, 'Kharg\\u000aT');
  assert.equal(shown('A\u202eB\u200b<b>'), 'A\\u202eB\\u200b<b>');
  assert.equal(shown('x'.repeat(1000)).length, 200);
  assert.equal(shown({}), '');
});

test('what is no event is counted and left out, and what has no position is not drawn', async () => {
  const bad = [{ kind: 'party' }, { id: 7 }, { id: 'x'.repeat(500) }, { start: 'yesterday' }, { start: 5 }, { id: undefined }].map(row);
  const got = await readText([row({ id: 'gap-1' }), ...bad, '{"cut":', '7', row({ id: 'gap-2', lon: null }), row({ id: 'gap-3', lon: 181 }), row({ id: 'gap-4', lat: '1e999' })].join('\n'));
  assert.equal(got.events.length, 1);
  assert.equal(got.unread, bad.length + 2);
  assert.equal(got.unplaced, 3);
  const odd = await readText(`${header}\ngap-1,1,gap,open,2025-03-01T00:00:00Z,,,,,,,\ngap-2,1,gap\n\ngap-3,1,gap,open,2025-03-01T00:00:00Z,,50,25,,2,,\n`);
  assert.deepEqual([odd.events.length, odd.unplaced, odd.unread], [1, 1, 1]);
  assert.equal(odd.events[0].p, null);
});

test('a file of something else is refused, whatever it is', async () => {
  for (const text of ['', ' ', '{}', '[]', '{"rows":[{"date":"2025-03-01","mean":1}]}', '{"rows":7}', '{"features":[null,1,{"geometry":null}]}', '{"events":[{}]}', 'date,basis\n2025-03-01,lifted\n', header, '<gpx/>',
    'PK\u0003\u0004', '!AIVDM,1,1,,B,16CIkqP0Q5SVoqt@e;u<Pb2N0000,0*40', '""', '{"kind":"gap"}']) await refused(text, 'unknown');
  for (const text of ['{', '{"rows":[', `${'{"a":'.repeat(200_000)}`, '"never closed', `${header}\n"never closed`]) await refused(text, 'broken');
  for (const bytes of [Uint8Array.of(0x50, 0x41, 0x52, 0x31, 0xff, 0xfe), Uint8Array.of(0xff, 0xfe, 0x61, 0)]) await refused(bytes, 'unknown');
});

test('what is too large or holds too many events is refused', async () => {
  await refused(new Uint8Array(mostBytes + 1), 'tooLarge');
  const lines = Array.from({ length: mostEvents + 1 }, (_, i) => row({ id: `gap-${i}` }));
  await refused(lines.join('\n'), 'tooMany');
  lines.pop();
  assert.equal((await readText(lines.join('\n'))).events.length, mostEvents);
  await refused('x'.repeat(5_000_000), 'unknown');
});

test('reading a large file gives way to input', async () => {
  let paused = 0;
  const lines = Array.from({ length: 60_000 }, (_, i) => row({ id: `gap-${i % 5000}`, why: 'x'.repeat(300) }));
  await read(new TextEncoder().encode(lines.join('\n')), kinds, async () => { paused++; });
  assert.ok(paused > 0);
});

test('bytes at random are refused or read, and never anything else', async () => {
  let seed = 7;
  const next = (n) => { seed = (seed * 1103515245 + 12345) % 2147483648; return seed % n; };
  const csv = readFileSync(join(scratch, 'events.csv'));
  const json = new TextEncoder().encode(`{"events":[${row()},${row({ id: 'gap-9' })}]}`);
  for (let n = 0; n < 3000; n++) {
    const from = n % 2 ? json : csv.subarray(0, 900);
    const bytes = Uint8Array.from(from);
    for (let k = next(6); k >= 0; k--) bytes[next(bytes.length)] = n % 3 ? 32 + next(95) : next(256);
    try {
      const got = await read(bytes.subarray(0, next(10) ? bytes.length : next(bytes.length)), kinds, async () => {});
      for (const event of got.events) assert.ok(Math.abs(event.lon) <= 180 && Math.abs(event.lat) <= 90 && event.s > -1e12);
    } catch (error) {
      assert.ok(error instanceof Refusal, `${error.stack}`);
    }
  }
});
