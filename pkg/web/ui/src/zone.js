// The reader's own time beside UTC, which always stays: by the parameter tz (local, or a name such as Asia/Dubai), else by what was
// chosen here before. Times in the HTML get theirs in brackets, whenever they come.
import { $, $$, announce, el } from './dom.js';
import { local, seconds, setZone, zoneName } from './format.js';
import { state } from './state.js';
import { keep, kept } from './store.js';
import { t } from './strings.js';

const key = 'darkwake-tz';
const listeners = new Set();
const times = 'time[datetime*=T]';

/** What is asked for, and the zone that it is. */
let asked = '';

const watcher = new MutationObserver((records) => {
  for (const { addedNodes } of records) for (const node of addedNodes) if (node instanceof Element) dress(node);
});

function dress(root) {
  for (const time of [...(root.matches(times) ? [root] : []), ...$$(times, root)]) {
    if ($('.own', time)) continue;
    const [from, to] = [time.dateTime, time.dataset.end].map((text) => text && local(seconds(text)));
    time.append(el('small', { class: 'own', text: ` (${to ? t('dayLocal', { from, to }) : from})` }));
  }
}

function apply(wanted) {
  const name = zoneName(wanted);
  asked = name && wanted;
  setZone(name);
  watcher.disconnect();
  for (const old of $$('time .own')) old.remove();
  if (name) {
    dress(document.body);
    watcher.observe(document.body, { childList: true, subtree: true });
  }
  control();
  for (const listener of listeners) listener();
}

/** Beside the themes: UTC alone, with the reader's own time, or with that of the link. */
function control() {
  const themes = $('.themes');
  if (!themes) return;
  $('.zones')?.remove();
  const choices = [...new Set(['', 'local', asked])].filter((choice) => !choice || zoneName(choice));
  if (choices.length < 2) return; // UTC is the reader's own
  const links = choices.map((choice) => el('a', {
    href: choice ? `?tz=${choice}` : location.pathname, 'aria-current': choice === asked ? 'true' : null, text: choice ? t('zoneWith', { zone: zoneName(choice) }) : t('utc'),
    onclick: (event) => {
      event.preventDefault();
      zone.choose(choice);
    },
  }));
  themes.after(el('span', { class: 'themes zones' }, ` · ${t('zones')}`, ...links.flatMap((link) => [' ', link])));
}

export const zone = {
  start: () => apply(state.has('tz') ? state.get('tz') : kept(key)),

  choose(choice) {
    keep(key, choice);
    state.set({ tz: choice });
    apply(choice);
    announce(choice ? t('zoneWith', { zone: zoneName(choice) }) : t('utc'));
    $('.zones [aria-current]')?.focus();
  },

  onChange: (listener) => listeners.add(listener),
};
