// GeoJSON of what the map adds to events: tracks, ships at a moment, a drawn area. Plain functions, without a map.

/** A ship is shown so long after her last quoted report, in seconds. */
export const shownFor = 6 * 3600;

/** No line joins two reports that are farther apart than this: it would say too much. Seconds. */
const joinedWithin = 36 * 3600;

export const collection = (features) => ({ type: 'FeatureCollection', features });
const feature = (type, coordinates, properties = {}) => ({ type: 'Feature', geometry: { type, coordinates }, properties });
export const point = (lon, lat, properties) => feature('Point', [lon, lat], properties);

/** Lines and points of ships' quoted reports. colourOf gives a ship's colour by her place in the list. */
export function trackShapes(ships, colourOf, chosen) {
  const lines = [];
  const fixes = [];
  ships.forEach((ship, i) => {
    const properties = { mmsi: ship.mmsi, colour: chosen ? colourOf(i) : undefined, chosen };
    for (const piece of pieces(ship.fixes)) if (piece.length > 1) lines.push(feature('LineString', piece.map(([, lon, lat]) => [lon, lat]), properties));
    for (const [time, lon, lat] of ship.fixes) fixes.push(point(lon, lat, { ...properties, time }));
  });
  return { lines: collection(lines), fixes: collection(fixes) };
}

/** Fixes in runs that a line may join: neither too long apart nor across ±180°. */
export function pieces(fixes) {
  const out = [];
  let run = [];
  for (const fix of fixes) {
    const last = run.at(-1);
    if (last && (fix[0] - last[0] > joinedWithin || Math.abs(fix[1] - last[1]) > 180)) {
      out.push(run);
      run = [];
    }
    run.push(fix);
  }
  if (run.length > 0) out.push(run);
  return out;
}

/** Every ship at her last quoted report before a moment, if that is not too old. She is never drawn where none was. */
export function shipsAt(ships, moment) {
  const out = [];
  for (const ship of ships) {
    const fix = lastBefore(ship.fixes, moment);
    if (!fix || moment - fix[0] > shownFor) continue;
    const properties = { mmsi: ship.mmsi, name: ship.name || String(ship.mmsi), age: moment - fix[0], time: fix[0] };
    if (fix[4] !== null && fix[4] !== undefined) properties.cog = fix[4];
    out.push(point(fix[1], fix[2], properties));
  }
  return collection(out);
}

function lastBefore(fixes, moment) {
  let [low, high] = [0, fixes.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (fixes[middle][0] <= moment) low = middle + 1;
    else high = middle;
  }
  return fixes[low - 1];
}

/** Corners of the parameter area: four edges of a box or a polygon; none for a text that is neither. */
export function corners(text) {
  const numbers = (part) => part.split(',').map(Number);
  if (!text) return [];
  if (!text.includes(';')) {
    const [west, south, east, north] = numbers(text);
    return [west, south, east, north].every(Number.isFinite) ? [[west, south], [east, south], [east, north], [west, north]] : [];
  }
  const points = text.split(';').map(numbers);
  return points.every((p) => p.length === 2 && p.every(Number.isFinite)) ? points : [];
}

/** The parameter area of corners. */
export const areaText = (points) => points.map(([lon, lat]) => `${round(lon)},${round(lat)}`).join(';');

/** To ten metres: nobody draws finer. */
export const round = (x, digits = 4) => Number(x.toFixed(digits));

/** An area as it is drawn: closed when it is done, else an open line with its corners. */
export function areaShapes(points, done) {
  if (points.length === 0) return collection([]);
  if (done) return collection([feature('Polygon', [[...points, points[0]]])]);
  return collection([feature('LineString', points), ...points.map(([lon, lat]) => point(lon, lat))]);
}

/** The box round positions, widened where it is a point; null of none. */
export function bounds(positions, least = 0.05) {
  let box = null;
  for (const [lon, lat] of positions) {
    if (!Number.isFinite(lon) || !Number.isFinite(lat)) continue;
    box ??= [lon, lat, lon, lat];
    box = [Math.min(box[0], lon), Math.min(box[1], lat), Math.max(box[2], lon), Math.max(box[3], lat)];
  }
  if (!box) return null;
  const [wide, high] = [Math.max(0, least - (box[2] - box[0])) / 2, Math.max(0, least - (box[3] - box[1])) / 2];
  return [[box[0] - wide, box[1] - high], [box[2] + wide, box[3] + high]];
}

/**
 * Both hulls of a meeting with what stands on them: name, size and heading in words, and the gap as a line between the nearest
 * edges. words(kind, values) says things in the reader's language. Nothing of null.
 */
export function hullShapes(data, colourOf, words) {
  const hulls = (data?.features ?? []).filter((f) => f.geometry?.type === 'Polygon');
  const outlines = hulls.map((f, i) => ({ ...f, properties: { ...f.properties, colour: colourOf(i) } }));
  const names = outlines.map(({ geometry, properties: p }) => {
    const ring = geometry.coordinates[0].slice(0, -1);
    const middle = [0, 1].map((axis) => ring.reduce((sum, corner) => sum + corner[axis], 0) / ring.length);
    return point(...middle, { label: words('hullLabel', { name: p.name || p.mmsi, length: Math.round(p.length_m), beam: Math.round(p.beam_m), heading: Math.round(p.heading_deg) }), size: 11 });
  });
  if (hulls.length !== 2 || !Number.isFinite(data.gap_m)) return collection([...outlines, ...names]);
  const [a, b] = nearest(hulls[0].geometry.coordinates[0], hulls[1].geometry.coordinates[0]);
  const label = data.gap_m > 0 ? words('hullGap', { m: data.gap_m }) : words('hullTouch', {});
  return collection([...outlines, ...names, feature('LineString', [a, b]), point((a[0] + b[0]) / 2, (a[1] + b[1]) / 2, { label, gap: true, size: 13 })]);
}

/** The nearest two positions of two rings that are close to each other: flat geometry errs by less than a pixel there. */
export function nearest(ring, other) {
  const wide = Math.cos((ring[0][1] * Math.PI) / 180);
  let best = { far: Infinity };
  const search = (corners, edges, swap) => {
    for (const corner of corners) {
      for (let i = 1; i < edges.length; i++) {
        const on = foot(corner, edges[i - 1], edges[i], wide);
        const far = Math.hypot((corner[0] - on[0]) * wide, corner[1] - on[1]);
        if (far < best.far) best = { far, pair: swap ? [on, corner] : [corner, on] };
      }
    }
  };
  search(ring, other, false);
  search(other, ring, true);
  return best.pair;
}

/** The position on an edge that is nearest to a corner. */
function foot(corner, from, to, wide) {
  const [dx, dy] = [(to[0] - from[0]) * wide, to[1] - from[1]];
  const along = ((corner[0] - from[0]) * wide * dx + (corner[1] - from[1]) * dy) / (dx * dx + dy * dy || 1);
  const share = Math.min(Math.max(along, 0), 1);
  return [from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share];
}
