// What the modules reckon without a document.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { barrels, duration, percent, seconds } from '../../src/format.js';
import { areaShapes, areaText, bounds, corners, hullShapes, nearest, pieces, shipsAt, shownFor, trackShapes } from '../../src/map/shapes.js';
import { brushed, columns, runs, top } from '../../src/series.js';
import { clean } from '../../src/share.js';
import { filters, state } from '../../src/state.js';
import { nextSpeed, speeds, stepTo } from '../../src/steps.js';

const day = (date, more = {}) => ({ date, mean: 100, p05: 50, p95: 200, mean_28d: 90, p05_28d: 60, p95_28d: 130, window_days: 28, seen: 60, inferred: 20, pending: 10, unobserved: 10, status: 'final', ...more });

test('a day that is missing, blind or without a number is a gap and never zero', () => {
  const cols = columns([day('2025-03-04'), day('2025-03-01'), day('2025-03-03', { mean: null, status: 'blind' })]);
  assert.deepEqual(cols.date, ['2025-03-01', '2025-03-02', '2025-03-03', '2025-03-04']);
  assert.deepEqual(cols.mean, [100, null, null, 100]);
  assert.deepEqual(cols.seen, [60, null, null, 60]);
  assert.equal(cols.status[1], 'blind');
  assert.deepEqual(runs(cols.mean), [[0, 0], [3, 3]]);
});

test('the 28-day mean is shown from its seventh day on', () => {
  const cols = columns([day('2025-03-01', { window_days: 6 }), day('2025-03-02', { window_days: 7 })]);
  assert.deepEqual(cols.month, [null, 90]);
});

test('the scale holds the band and the bars, not the interval of a single day', () => {
  const most = top(columns([day('2025-03-01', { p95: 9e9, mean: 1e6, p95_28d: 3e6 })]));
  assert.ok(most > 3e6 && most < 4e6, `${most}`);
});

test('a drag chooses whole days, at least one, and none that is not there', () => {
  const cols = columns(['01', '02', '03', '04', '05'].map((d) => day(`2025-03-${d}`)));
  const at = (text) => seconds(text);
  for (const [name, a, b, from, to] of [
    ['from left to right', '2025-03-02T06:00:00Z', '2025-03-03T06:00:00Z', '2025-03-02', '2025-03-04'],
    ['from right to left', '2025-03-03T06:00:00Z', '2025-03-02T06:00:00Z', '2025-03-02', '2025-03-04'],
    ['within a day', '2025-03-02T06:00:00Z', '2025-03-02T07:00:00Z', '2025-03-02', '2025-03-03'],
    ['along the edges of days', '2025-03-02T00:00:00Z', '2025-03-03T00:00:00Z', '2025-03-02', '2025-03-03'],
    ['beyond both ends', '2025-01-01T00:00:00Z', '2025-12-01T00:00:00Z', '2025-03-01', '2025-03-06'],
    ['after the last day', '2025-12-01T00:00:00Z', '2025-12-02T00:00:00Z', '2025-03-05', '2025-03-06'],
  ]) {
    const got = brushed(cols, at(a), at(b));
    assert.deepEqual([got.from, got.to], [at(from), at(to)], name);
  }
});

test('speeds go up and down by one step and stop at the ends', () => {
  assert.equal(nextSpeed(speeds[0], -1), speeds[0]);
  assert.equal(nextSpeed(speeds.at(-1), 1), speeds.at(-1));
  for (let i = 1; i < speeds.length; i++) {
    assert.equal(nextSpeed(speeds[i - 1], 1), speeds[i]);
    assert.equal(nextSpeed(speeds[i], -1), speeds[i - 1]);
  }
  assert.ok(speeds.includes(1) && speeds.includes(1000));
  assert.equal(nextSpeed(17, 1), 30); // a link may ask for any speed
});

test('stepping finds the event before and after a moment', () => {
  const times = [10, 20, 20, 30];
  for (const [now, direction, want] of [[5, 1, 10], [10, 1, 20], [20, 1, 30], [30, 1, undefined], [30, -1, 20], [20, -1, 10], [10, -1, undefined], [31, -1, 30]]) {
    assert.equal(stepTo(times, now, direction), want, `from ${now} by ${direction}`);
  }
  assert.equal(stepTo([], 0, 1), undefined);
});

test('a ship is shown where she was last quoted, never later than six hours, never between', () => {
  const ships = [{ mmsi: 1, name: 'A', fixes: [[100, 50, 25, 3, 90, 'x'], [200, 51, 26, 3, null, 'x']] }];
  assert.equal(shipsAt(ships, 99).features.length, 0);
  assert.deepEqual(shipsAt(ships, 150).features[0].geometry.coordinates, [50, 25]);
  assert.equal(shipsAt(ships, 150).features[0].properties.cog, 90);
  assert.deepEqual(shipsAt(ships, 200 + shownFor).features[0].geometry.coordinates, [51, 26]);
  assert.ok(!('cog' in shipsAt(ships, 200).features[0].properties));
  assert.equal(shipsAt(ships, 201 + shownFor).features.length, 0);
});

test('no line joins reports that are days apart or across the date line', () => {
  const hour = 3600;
  assert.deepEqual(pieces([[0, 50, 25], [hour, 50.1, 25], [80 * hour, 51, 25], [81 * hour, 179, 25], [82 * hour, -179, 25]]).map((run) => run.length), [2, 2, 1]);
  const { lines, fixes } = trackShapes([{ mmsi: 1, fixes: [[0, 50, 25], [80 * hour, 51, 25]] }], () => '#fff', true);
  assert.equal(lines.features.length, 0);
  assert.equal(fixes.features.length, 2);
});

test('the gap of a meeting is drawn between the nearest edges of both hulls', () => {
  const square = (lon, lat) => [[lon, lat], [lon + 1, lat], [lon + 1, lat + 1], [lon, lat + 1], [lon, lat]];
  for (const [name, other, length] of [['beside', square(3, 0.5), 2], ['above', square(0, 4), 3], ['the corner nearest', square(2, 2), Math.SQRT2]]) {
    const [a, b] = nearest(square(0, 0), other);
    assert.ok(Math.abs(Math.hypot(a[0] - b[0], a[1] - b[1]) - length) < 1e-3, `${name}: ${a} to ${b}`);
  }
  const hull = (lon, name) => ({ type: 'Feature', geometry: { type: 'Polygon', coordinates: [square(lon, 0)] }, properties: { name, length_m: 330, beam_m: 60, heading_deg: 90 } });
  const shapes = hullShapes({ gap_m: 1.9, features: [hull(0, 'A'), hull(3, 'B')] }, (i) => `c${i}`, (key, values) => `${key} ${JSON.stringify(values)}`).features;
  assert.deepEqual(shapes.map((f) => f.geometry.type), ['Polygon', 'Polygon', 'Point', 'Point', 'LineString', 'Point']);
  assert.match(shapes.at(-1).properties.label, /hullGap.*1.9/);
  assert.equal(hullShapes(null, String, String).features.length, 0);
});

test('an area goes into the URL and back', () => {
  const points = [[50.12346, 25], [51, 25.5], [50.5, 26]];
  assert.deepEqual(corners(areaText(points)), [[50.1235, 25], [51, 25.5], [50.5, 26]]);
  assert.deepEqual(corners('47,24,57,30'), [[47, 24], [57, 24], [57, 30], [47, 30]]);
  for (const text of ['', 'nowhere', '1,2,3', '1,2;x,4;5,6']) assert.deepEqual(corners(text), [], text);
  const ring = areaShapes(points, true).features[0].geometry.coordinates[0];
  assert.deepEqual(ring[0], ring.at(-1));
});

test('a box round one place is wide enough to be shown, and none is round nothing', () => {
  const [[west, south], [east, north]] = bounds([[50, 25]], 0.1);
  assert.ok(east - west >= 0.099 && north - south >= 0.099);
  assert.equal(bounds([[NaN, 1]]), null);
});

test('parameters are read in any case, lists with commas or twice, and unknown ones are kept', () => {
  state.read('?KIND=gap,lift&kind=rendezvous&From=2025-03-01&utm=x&Q=a%26b');
  assert.deepEqual(state.all('kind'), ['gap', 'lift', 'rendezvous']);
  assert.equal(state.url('/'), '/?from=2025-03-01&kind=gap,lift,rendezvous&q=a%26b&utm=x');
  assert.equal(state.query(filters).get('utm'), null);
  state.read('?lat=x&lon=');
  assert.ok(Number.isNaN(state.number('lat')) && Number.isNaN(state.number('lon')) && Number.isNaN(state.number('z')));
});

test('numbers are said in the unit that reads best, and what is not there is no zero', () => {
  for (const [value, want] of [[1_214_300, '1.21 M'], [999_600, '1.00 M'], [850_400, '850 k'], [300, '300'], [0, '0'], [null, '–'], [undefined, '–'], [NaN, '–']]) assert.equal(barrels(value), want);
  for (const [p, want] of [[0.43, '43 %'], [0.0014, '< 1 %'], [0.999, '> 99 %'], [1, '100 %'], [0, '0 %'], [null, '–']]) assert.equal(percent(p), want);
  for (const [s, want] of [[1, '1 s'], [1000, '17 min'], [3600, '1 h'], [86400, '24 h'], [3 * 86400, '3 d']]) assert.equal(duration(s), want);
});

test('of a file of saved views only names and queries are taken', () => {
  assert.deepEqual(clean([{ name: 'a', query: '?q=1', more: 1 }, { name: 'b', query: 'https://elsewhere/' }, { name: 3, query: '?' }, null]), [{ name: 'a', query: '?q=1' }]);
  for (const junk of [null, {}, 'text', 7]) assert.deepEqual(clean(junk), []);
  assert.equal(clean([{ name: 'x'.repeat(500), query: '?' }])[0].name.length, 80);
});
