// What changes while the page is open. The browser connects again by itself and says what it had (Last-Event-ID), so that
// nothing is missed; a page that nobody looks at waits until somebody does.
import { $, announce, el, settled } from './dom.js';
import { t } from './strings.js';

/** Changes often come in heaps: one load of the page for each heap, after its last, but not much later where they never end. Milliseconds. */
const quiet = 1500;
const longest = 10_000;

/** A browser that is refused does not ask again by itself. Milliseconds. */
const again = 10_000;

/**
 * Listens from a change's number on. onChange is called after changes, with true when the server says that all that is shown must be
 * loaded anew (it has another store, or too much was missed), and onStatus with the sources' state. Returns what says in a strip
 * that was replaced that the connection is lost.
 */
export function start({ sequence, onChange, onStatus }) {
  let source;
  let last = sequence ?? '';
  let waiting = false;
  let whole = false;
  let up;
  const load = settled(() => {
    waiting = document.hidden;
    if (waiting) return;
    onChange(whole);
    whole = false;
  }, quiet, longest);
  const changed = (event) => {
    last = event.lastEventId || last;
    whole ||= event.type === 'reset';
    load();
  };
  const open = () => {
    source = new EventSource(`/api/v1/stream?after=${last}`);
    for (const what of ['change', 'estimate', 'reset']) source.addEventListener(what, changed);
    source.addEventListener('status', (event) => onStatus(JSON.parse(event.data)));
    source.addEventListener('open', () => {
      if (up === false) announce(t('liveBack'));
      mark(up = true);
    });
    source.addEventListener('error', ({ target }) => {
      if (up !== false) announce(t('liveLost'));
      mark(up = false);
      if (target.readyState === EventSource.CLOSED) setTimeout(open, again);
    });
  };
  open();
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden && waiting) load();
  });
  addEventListener('pagehide', () => source.close());
  addEventListener('pageshow', (event) => event.persisted && open());
  return () => mark(up);
}

/** Says in the strip of the sources that the page does not hear of changes, and that it does again. */
function mark(up) {
  let badge = $('#live-state');
  if (!badge && up === false) $('#status')?.append(badge = el('span', { id: 'live-state' }));
  if (!badge) return;
  badge.className = `feed ${up ? 'delivers' : 'silent'}`;
  badge.replaceChildren(el('span', { class: 'lamp', 'aria-hidden': 'true' }), el('span', { class: 'says', text: up ? t('live') : t('liveLost') }));
}
