// What the page needs before the map. The HTML stands by itself; everything here is added to it.
import { $ } from './dom.js';
import { dress } from './evidence.js';
import { Front } from './front.js';
import * as keys from './keys.js';
import { state } from './state.js';
import { forget } from './store.js';
import { theme } from './theme.js';
import { zone } from './zone.js';

if (state.on('reset')) {
  forget(['darkwake-theme', 'darkwake-tz', 'darkwake-keys']);
  state.set({ reset: '' });
}
zone.start();
if ($('#events') && $('#map')) {
  globalThis.darkwake = new Front(); // for tests and for those who look under the bonnet
  globalThis.darkwake.start();
} else {
  theme.start();
  dress(document);
  keys.start({ t: () => theme.next(), '?': () => location.assign('/help') });
  document.body.dataset.interactive = 'yes';
}
