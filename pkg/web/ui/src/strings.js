// Every word that the modules put on the page, in one table, ready for translation; those of a module that is fetched only when it
// is needed stand beside it (drop/words.js). Words in the HTML are the server's.
import { fill } from './fill.js';

const english = {
  kinds: {
    lift: 'lift', transfer: 'transfer', discharge: 'discharge', rendezvous: 'rendezvous', gap: 'silence', loitering: 'loitering',
    draught_change: 'draught change', port_call: 'port call', transit: 'transit', identity: 'identity', false_position: 'false position',
    interference: 'interference', outage: 'outage of a source',
  },
  parts: {
    seen: 'seen: loading was watched', inferred: 'inferred from what surrounds it', pending: 'pending: will probably become known',
    unobserved: 'unobserved: will never be found',
  },
  statuses: { final: 'final', provisional: 'provisional: this number will still move', blind: 'blind: too little was heard; this is a gap, not zero' },
  legendProvisional: 'provisional: will still move', legendBlind: 'not observed: a gap, no zero',
  perDay: 'b/d', million: 'M', thousand: 'k', barrels: 'barrels a day', utc: 'UTC',
  mean28: '28-day mean', between: '90 % between {low} and {high}', day: 'this day', noNumber: 'no number', shipsBehind: 'ships behind this day',
  noShips: 'no single ship: what is pending or unobserved has no name yet', moreShips: 'and {n} more', openDay: 'Enter or click: why this number',
  chartHelp: 'Barometer. Left and right arrow move from day to day, Enter opens why the number of that day is what it is.',
  barHelp: 'Time bar. Drag to choose days; double-click clears. From the keyboard use the fields From and To of the filters, or Shift with an arrow key.',
  daysChosen: '{from} to {to}, both days included', allDays: 'all days', clear: 'show all days',
  events: '{n} events', loading: 'loading …',
  failed: 'The server did not answer: {why}. Shown is what was loaded before.',
  tooMany: 'More than {n} events: they are shown in groups. Zoom in, or filter.',
  play: 'Play', pause: 'Pause', stepBack: 'Event before', stepOn: 'Next event', loop: 'Loop', follow: 'Follow', speed: 'Speed', slower: 'Slower', faster: 'Faster',
  time: 'Time', speedNow: '{x}×', rate: '{what} a second', reducedMotion: 'Your system asks for less motion: playing moves from event to event.',
  playing: 'playing at {x}', paused: 'paused at {t}',
  zoomIn: 'Zoom in', zoomOut: 'Zoom out', fit: 'Fit', layers: 'Layers', layerPlaces: 'places and gates', layerCoverage: 'coverage: how well ships are heard',
  layerTracks: 'tracks around events', layerEvents: 'events', layerHealth: 'sources that are out', drawArea: 'Draw area', viewArea: 'Area = this view', clearArea: 'Clear area',
  dropOpen: 'Show a file …', dropHint: 'Or drop it on the map: events as exported here, in CSV, JSON, JSON lines or GeoJSON. It is read in this browser only, and never sent.',
  drawHelp: 'Click the corners; Enter or double-click closes the area, Esc leaves.',
  noWebgl: 'This browser has no WebGL2. The map below is drawn by the server; its marks are links.',
  mapLabel: 'Map of the events', attribution: 'Coast: GSHHG 2.3.7 (LGPL), Natural Earth (public domain)', synthetic: 'SYNTHETIC',
  hullGap: '{m} m between the hulls', hullTouch: 'the hulls touch', hullLabel: '{name}\n{length} × {beam} m\nheading {heading}°', hullNote: 'Outlines true to size, at {a} and {b}: the two quoted reports that lie nearest in time. Dashed lines only join reports.',
  trackNote: 'Every point is a quoted report. Dashed lines only join them: where the ship was between is not known.',
  copyLink: 'Copy link', copied: 'copied', copyCitation: 'Copy citation', copyImage: 'Copy image', close: 'Close', openPage: 'Open as a page', playEvent: 'Play these hours',
  notCopied: 'The browser did not allow copying. The text: {text}',
  theme: 'Theme: {name}', themes: { system: 'as the system', dark: 'dark', light: 'light', contrast: 'high contrast' },
  zones: 'Times:', zoneWith: 'UTC and {zone}', dayLocal: 'from {from} to {to}',
  live: 'live', liveLost: 'The connection is lost; trying again.', liveBack: 'connected again',
  keysOff: 'Keys are off', keysOn: 'Keys are on', keysLabel: 'Keyboard shortcuts', saved: 'Saved views', saveView: 'Save this view', viewName: 'Name of the view', noViews: 'none yet',
  exportViews: 'Export', importViews: 'Import', removeView: 'Remove {name}', badViews: 'This file holds no saved views.',
  evidence: 'Evidence', loadingEvidence: 'loading the evidence …',
};

/** Text of the table, with {names} filled in. */
export const t = (key, values) => fill(english, key, values);
