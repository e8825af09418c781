// The reader's own time beside UTC.
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { clock, local, seconds, setZone, zoneName } from '../../src/format.js';

afterEach(() => setZone(''));

test('UTC always stands first, the own time behind it with its date where that differs', () => {
  const [morning, evening, newYear] = ['2025-03-14T09:04:17Z', '2025-03-14T22:04:00Z', '2024-12-31T23:30:00Z'].map(seconds);
  assert.equal(clock(morning), '14 Mar 2025 09:04 UTC');
  assert.equal(local(morning), '');
  for (const [zone, s, want] of [
    ['Asia/Dubai', morning, '14 Mar 2025 09:04 UTC (13:04 Asia/Dubai)'], ['Asia/Dubai', evening, '14 Mar 2025 22:04 UTC (15 Mar 02:04 Asia/Dubai)'], ['Asia/Dubai', newYear, '31 Dec 2024 23:30 UTC (1 Jan 03:30 Asia/Dubai)'],
    ['Asia/Tehran', morning, '14 Mar 2025 09:04 UTC (12:34 Asia/Tehran)'], ['America/New_York', seconds('2025-03-14T02:00:00Z'), '14 Mar 2025 02:00 UTC (13 Mar 22:00 America/New York)'],
    ['Asia/Dubai', seconds('2025-03-14T20:00:00Z'), '14 Mar 2025 20:00 UTC (15 Mar 00:00 Asia/Dubai)'],
  ]) {
    setZone(zoneName(zone));
    assert.equal(clock(s), want);
  }
});

test('a zone is known in any case; UTC and what is no zone add nothing', () => {
  assert.equal(zoneName('asia/dubai'), 'Asia/Dubai');
  for (const name of ['', 'utc', 'UTC', 'Etc/UTC', 'GMT', 'Etc/GMT', 'Nowhere/Land', '<b>', '../..', '__proto__']) assert.equal(zoneName(name), '', name);
  assert.equal(typeof zoneName('local'), 'string');
});
