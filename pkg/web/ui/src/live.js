// What changes while the page is open. The browser connects again by itself and says what it had (Last-Event-ID), so that
// nothing is missed; a page that nobody looks at waits until somebody does.
import { $, announce, settled } from './dom.js';
import { t } from './strings.js';

/** Changes often come in heaps: one load of the page for each heap, in milliseconds after its last. */
const quiet = 1500;

/** Starts to listen from a change's number on. onChange is called after changes, onStatus with the sources' state. */
export function start({ sequence, onChange, onStatus }) {
  if (typeof EventSource === 'undefined') return undefined;
  const source = new EventSource(`/api/v1/stream${sequence ? `?after=${sequence}` : ''}`);
  let waiting = false;
  let lost = false;
  const load = settled(() => {
    if (document.hidden) waiting = true;
    else onChange();
  }, quiet);
  source.addEventListener('change', load);
  source.addEventListener('estimate', load);
  source.addEventListener('status', (event) => onStatus(JSON.parse(event.data)));
  source.addEventListener('open', () => {
    mark(true);
    if (lost) announce(t('liveBack'));
    lost = false;
  });
  source.addEventListener('error', () => {
    mark(false);
    if (!lost) announce(t('liveLost'));
    lost = true;
  });
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden && waiting) {
      waiting = false;
      onChange();
    }
  });
  addEventListener('pagehide', () => source.close());
  return source;
}

function mark(connected) {
  const badge = $('#live-state');
  if (!badge) return;
  badge.dataset.state = connected ? 'up' : 'down';
  badge.textContent = connected ? t('live') : t('liveLost');
}
