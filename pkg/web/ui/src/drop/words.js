// The words of this module, ready for translation.
import { fill } from '../fill.js';

const english = {
  label: 'dropped: {name}, {n} events',
  done: '{n} events of {name} are on the map. They were read in this browser and sent nowhere. “Layers” hides or removes them.',
  unplaced: '{n} have no position.', retracted: '{n} were retracted and are left out.', unread: '{n} rows are no events that this page knows.',
  unknown: '{name}: not a file that is understood here. Expected are events as CSV, JSON, JSON lines or GeoJSON, as this page and detect export give them.',
  broken: '{name}: the file is broken or cut off.', tooMany: '{name}: more than {n} events. Filter before you export.', tooLarge: '{name}: larger than {n} MB. Filter before you export.',
  oneOnly: '{n} files at once: drop one at a time.', failed: '{name}: could not be read ({why}).', noPlaces: '{name}: none of its {n} events has a position.',
  remove: 'Remove', list: 'List them', more: 'Show more',
  absent: 'Not on this site, only in {name}:', barrels: '{n} barrels', open: 'still open',
};

export const say = (key, values) => fill(english, key, values);
