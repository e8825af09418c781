// Keys by WEB.md section 8: off while typing, and off for good where the reader says so (WCAG 2.1.4).
import { $, announce, el, typing } from './dom.js';
import { keep, kept } from './store.js';
import { t } from './strings.js';

const stored = 'darkwake-keys';

const isOff = () => kept(stored) === 'off';

/**
 * Starts listening. actions are by key, as event.key says it; each returns false when there is nothing to do, so that the
 * browser has the key.
 */
export function start(actions) {
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isOff() || typing(event.target)) return;
    // A capital has its own meaning where it is listed: E zooms, e exports.
    const action = actions[event.key] ?? actions[event.key.toLowerCase()];
    if (!action || taken(event)) return;
    if (action(event) !== false) event.preventDefault();
  });
  control($('#keys-switch') ?? $('footer'));
}

/** Keys that the focused element itself has a use for. */
function taken(event) {
  const inside = (selector) => event.target instanceof Element && event.target.closest(selector);
  if (event.key === 'Enter' || event.key === ' ') return inside('button, a, summary, select, input, [role=button]');
  if (event.key.startsWith('Arrow')) return inside('input[type=range], input[type=radio], [role=application], select');
  return false;
}

/** A switch, for voice control and for those whom single keys disturb. */
function control(host) {
  if (!host) return;
  const box = el('input', { type: 'checkbox', id: 'keys-on', onchange: change });
  box.checked = !isOff();
  host.append(el('label', { class: 'keys-switch', for: 'keys-on' }, box, ` ${t('keysLabel')}`));
}

function change(event) {
  keep(stored, event.target.checked ? 'on' : 'off');
  announce(event.target.checked ? t('keysOn') : t('keysOff'));
}
