// The map's style: shores, our own places, coverage, tracks, hulls, events. Everything in it is ours: no tiles, no glyph
// server, no request to anywhere else. Labels are drawn from the reader's fonts.
import { kinds, markColour } from './marks.js';

/** More events than this are shown in groups: beyond it, panning in software falls below ten frames a second. */
export const most = 5000;

const empty = { type: 'FeatureCollection', features: [] };
const geojson = (extra = {}) => ({ type: 'geojson', data: empty, ...extra });
const font = ['DejaVu Sans', 'Segoe UI', 'Helvetica Neue', 'sans-serif'];

/** The shores, which the worker fetches (shores.js), and sources whose content comes later. */
export const sources = () => ({
  world: geojson({ data: 'shores://world', tolerance: 0.2 }),
  gulf: geojson({ data: 'shores://gulf', tolerance: 0.2, maxzoom: 14 }),
  coverage: geojson(),
  places: geojson(),
  outages: geojson(),
  area: geojson(),
  tracks: geojson({ lineMetrics: false }),
  fixes: geojson(),
  hulls: geojson({ maxzoom: 22, tolerance: 0 }),
  events: geojson({ maxzoom: 14 }),
  groups: geojson({ cluster: true, clusterRadius: 46, clusterMaxZoom: 11 }),
  now: geojson(),
  ships: geojson(),
  chosen: geojson(),
});

/*
 * The map makes a program for each kind of layer, and another for each set of paint properties that come from the features:
 * software GL stops the page for up to half a second on making one. So dashed lines, dots and marks have one way of painting
 * each, and areas of places have plain colours, as land has.
 */

/** A dashed line in a colour, or its feature's; wider and fuller where the feature is of the chosen event. */
const dashed = (colour, dashes, [width, wider = width], [opacity, fuller = opacity] = [1]) => ({
  'line-color': ['coalesce', ['get', 'colour'], colour], 'line-dasharray': dashes,
  'line-width': ['case', ['to-boolean', ['get', 'chosen']], wider, width], 'line-opacity': ['case', ['to-boolean', ['get', 'chosen']], fuller, opacity],
});

/** Dots in a colour, or their features'. */
const dots = (colour, radius, rim, width) => ({
  'circle-color': ['coalesce', ['get', 'colour'], colour], 'circle-radius': radius, 'circle-stroke-color': rim, 'circle-stroke-width': width,
});

/** A claim that is hardly probable is drawn weaker; it is still there. */
export const sure = ['interpolate', ['linear'], ['coalesce', ['get', 'p'], 1], 0, 0.45, 0.6, 1];

const shores = (p) => ['world', 'gulf'].flatMap((source) => [
  { id: `${source}-land`, type: 'fill', source, filter: ['==', ['get', 'is'], 'land'], paint: { 'fill-color': p.land, 'fill-antialias': false } },
  {
    id: `${source}-coast`, type: 'line', source, filter: ['==', ['get', 'is'], 'coast'],
    paint: { 'line-color': p.coast, 'line-width': ['interpolate', ['linear'], ['zoom'], 3, 0.5, 8, 0.8, 12, 1.2] },
  },
]);

const kind = (...names) => ['in', ['get', 'kind'], ['literal', names]];
const terminals = ['load_berth', 'load_terminal', 'load_terminal_zone', 'load_terminal_nonIR', 'transit_terminal'];

/** Names of places, from a zoom on: first those that the number is about, and of these Kharg, where most of them are loaded. */
const names = (id, filter, minzoom, p) => ({
  id, type: 'symbol', source: 'places', minzoom, filter,
  layout: {
    'text-field': ['get', 'label'], 'text-font': font, 'text-size': 11, 'text-anchor': 'top', 'text-offset': [0, 0.5], 'text-max-width': 9,
    'symbol-sort-key': ['case', ['in', 'Kharg', ['get', 'label']], -1, ['match', ['get', 'kind'], ['load_terminal', 'load_terminal_zone'], 0, 'sts_area', 1, 'anchorage', 2, 'gate', 3, 4]],
  },
  paint: { 'text-color': p.place, 'text-halo-color': p.halo, 'text-halo-width': 1.4 },
});

const places = (p) => [
  ...[['sts_area', p.sts], ['anchorage', p.anchorage]].map(([name, colour]) => (
    { id: `${name}-fill`, type: 'fill', source: 'places', filter: ['all', kind(name), ['==', ['geometry-type'], 'Polygon']], paint: { 'fill-color': colour, 'fill-opacity': 0.07, 'fill-antialias': false } })),
  {
    id: 'place-edges', type: 'line', source: 'places', filter: ['all', kind('sts_area', 'anchorage', ...terminals), ['==', ['geometry-type'], 'Polygon']], minzoom: 6,
    paint: dashed(['match', ['get', 'kind'], 'sts_area', p.sts, 'anchorage', p.anchorage, p.lawful], [4, 3], [1], [0.8]),
  },
  { id: 'gates', type: 'line', source: 'places', filter: ['all', kind('gate'), ['==', ['geometry-type'], 'LineString']], paint: dashed(p.gate, [2, 2], [1.4]) },
  {
    id: 'terminals', type: 'circle', source: 'places', filter: ['all', kind('load_terminal', 'load_terminal_nonIR', 'load_terminal_zone', 'transit_terminal'), ['==', ['geometry-type'], 'Point']],
    paint: dots(['case', ['to-boolean', ['get', 'sanctioned']], p.terminal, p.lawful], 3, p.rim, 1),
  },
  names('place-names', ['all', ['==', ['geometry-type'], 'Point'], ['any', kind('sts_area', 'gate'), ['all', kind('load_terminal', 'load_terminal_zone'), ['to-boolean', ['get', 'sanctioned']]]]], 4.5, p),
  names('place-names-near', ['all', ['==', ['geometry-type'], 'Point'], ['!', kind('sts_area', 'gate', 'zone', 'load_berth')], ['!', ['to-boolean', ['get', 'sanctioned']]]], 7, p),
  names('place-names-berths', ['all', ['==', ['geometry-type'], 'Point'], kind('load_berth')], 10, p),
];

/** Cells are the weaker, the less is heard; where little is known they are not drawn at all. */
const coverage = (p) => [{
  id: 'coverage', type: 'fill', source: 'coverage', layout: { visibility: 'none' },
  paint: { 'fill-color': p.good, 'fill-antialias': false, 'fill-opacity': ['interpolate', ['linear'], ['max', ['coalesce', ['get', 'coast'], 0], ['coalesce', ['get', 'satellite_under_way'], 0]], 0, 0, 1, 0.45] },
}];

const outages = (p) => [
  { id: 'outages', type: 'circle', source: 'outages', layout: { visibility: 'none' }, paint: { ...dots(p.outage, 60, p.outage, 1.5), 'circle-opacity': 0.18 } },
];

const area = (p) => [
  { id: 'area-fill', type: 'fill', source: 'area', paint: { 'fill-color': p.area, 'fill-opacity': 0.06, 'fill-antialias': false } },
  { id: 'area-edge', type: 'line', source: 'area', paint: dashed(p.area, [4, 3], [1.6]) },
  { id: 'area-corners', type: 'circle', source: 'area', filter: ['==', ['geometry-type'], 'Point'], paint: dots(p.area, 4, p.area, 0) },
];

/** Lines only join what was quoted: dashed, for where the ship was between is not known. */
const tracks = (p) => [
  { id: 'tracks', type: 'line', source: 'tracks', paint: dashed(p.track, [2, 2.5], [1.1, 1.8], [0.55, 0.95]) },
  { id: 'fixes', type: 'circle', source: 'fixes', minzoom: 6, paint: dots(p.track, ['interpolate', ['linear'], ['zoom'], 6, 1.6, 12, 3], p.rim, 0.6) },
];

const hulls = (p) => [
  { id: 'hull-fill', type: 'fill', source: 'hulls', filter: ['==', ['geometry-type'], 'Polygon'], paint: { 'fill-color': ['coalesce', ['get', 'colour'], p.sts], 'fill-opacity': 0.45 } },
  { id: 'hull-edge', type: 'line', source: 'hulls', filter: ['==', ['geometry-type'], 'Polygon'], paint: { 'line-color': ['coalesce', ['get', 'colour'], p.sts], 'line-width': 1.6 } },
  { id: 'hull-lines', type: 'line', source: 'hulls', filter: ['==', ['geometry-type'], 'LineString'], paint: { 'line-color': p.chosen, 'line-width': 4 } },
  {
    id: 'hull-words', type: 'symbol', source: 'hulls', minzoom: 13, filter: ['has', 'label'],
    layout: { 'text-field': ['get', 'label'], 'text-font': font, 'text-size': ['get', 'size'], 'text-anchor': ['case', ['has', 'gap'], 'bottom', 'center'], 'text-offset': ['case', ['has', 'gap'], ['literal', [0, -1]], ['literal', [0, 0]]], 'text-allow-overlap': true, 'text-max-width': 14 },
    paint: { 'text-color': p.place, 'text-halo-color': p.halo, 'text-halo-width': 2 },
  },
];

/** What weighs more lies above. */
const rank = ['match', ['get', 'kind'], ['lift', 'discharge'], 5, 'transfer', 4, 'rendezvous', 3, ['gap', 'false_position'], 2, ['interference', 'identity', 'outage'], 1, 0];

const marks = {
  'icon-image': ['concat', 'mark-', ['get', 'kind']], 'icon-allow-overlap': true, 'icon-ignore-placement': true, 'symbol-sort-key': rank,
  'icon-size': ['interpolate', ['linear'], ['zoom'], 4, 0.7, 7, 0.95, 10, 1.1],
};

const events = (p) => [
  { id: 'events', type: 'symbol', source: 'events', layout: marks, paint: { 'icon-opacity': sure } },
  { id: 'groups-single', type: 'symbol', source: 'groups', filter: ['!', ['has', 'point_count']], layout: marks, paint: { 'icon-opacity': sure } },
  {
    id: 'groups', type: 'circle', source: 'groups', filter: ['has', 'point_count'],
    paint: { 'circle-color': p.cluster, 'circle-radius': ['interpolate', ['linear'], ['log10', ['get', 'point_count']], 0.3, 10, 4, 26], 'circle-stroke-color': p.rim, 'circle-stroke-width': 2, 'circle-opacity': 0.92 },
  },
  { id: 'groups-count', type: 'symbol', source: 'groups', filter: ['has', 'point_count'], layout: { 'text-field': ['get', 'point_count_abbreviated'], 'text-font': font, 'text-size': 11, 'text-allow-overlap': true }, paint: { 'text-color': p.count } },
  { id: 'now', type: 'symbol', source: 'now', layout: marks, paint: { 'icon-opacity': sure } },
  {
    id: 'ships', type: 'symbol', source: 'ships',
    layout: {
      'icon-image': ['case', ['has', 'cog'], 'ship', 'ship-still'], 'icon-rotate': ['coalesce', ['get', 'cog'], 0], 'icon-rotation-alignment': 'map', 'icon-allow-overlap': true,
      'text-field': ['step', ['zoom'], '', 8, ['get', 'name']], 'text-font': font, 'text-size': 10, 'text-anchor': 'left', 'text-offset': [1, 0], 'text-optional': true,
    },
    // The older her last report, the weaker she is drawn.
    paint: { 'icon-opacity': ['interpolate', ['linear'], ['get', 'age'], 0, 1, 21600, 0.35], 'text-color': p.place, 'text-halo-color': p.halo, 'text-halo-width': 1.2 },
  },
  { id: 'chosen-shape', type: 'line', source: 'chosen', filter: ['!=', ['geometry-type'], 'Point'], paint: dashed(p.chosen, [3, 3], [1.8]) },
  { id: 'chosen', type: 'circle', source: 'chosen', filter: ['==', ['geometry-type'], 'Point'], paint: dots('rgba(0,0,0,0)', 15, p.chosen, 2.5) },
];

/** The style in the colours of a palette. */
export function style(p) {
  return {
    version: 8,
    sources: sources(),
    layers: [
      { id: 'sea', type: 'background', paint: { 'background-color': p.sea } },
      ...coverage(p), ...shores(p), ...places(p), ...outages(p), ...area(p), ...tracks(p), ...hulls(p), ...events(p),
    ],
  };
}

/** Colours of two ships of a meeting, and of tracks, that are told apart without red and green. */
export const shipColour = (i, p) => [markColour('rendezvous', p.ground), markColour('lift', p.ground), markColour('false_position', p.ground), markColour('transit', p.ground)][i % 4];

/** Layers that the reader may hide, and what they are called. */
export const switches = {
  layerEvents: { layers: ['events', 'groups', 'groups-single', 'groups-count', 'now'], on: true },
  layerTracks: { layers: ['tracks', 'fixes', 'ships'], on: true },
  layerPlaces: { layers: ['sts_area-fill', 'anchorage-fill', 'place-edges', 'gates', 'terminals', 'place-names', 'place-names-near', 'place-names-berths'], on: true },
  layerCoverage: { layers: ['coverage'], on: false },
  layerHealth: { layers: ['outages'], on: false },
};

export { kinds };
