// Dark by default, then what the system asks, what was chosen here before, and what the link says. The server has set what
// the link says already; a stored choice comes a moment later and only where the link is silent.
import { $, announce } from './dom.js';
import { state } from './state.js';
import { t } from './strings.js';

const names = ['system', 'dark', 'light', 'contrast'];
const key = 'darkwake-theme';
const listeners = new Set();

function stored() {
  try {
    return localStorage.getItem(key) ?? '';
  } catch {
    return ''; // the browser keeps nothing for us
  }
}

function store(name) {
  try {
    localStorage.setItem(key, name);
  } catch { /* see above */ }
}

function apply(name) {
  const root = document.documentElement;
  if (name === 'system' || name === '') delete root.dataset.theme;
  else root.dataset.theme = name;
  const button = $('#theme');
  if (button) button.textContent = t('theme', { name: t(`themes.${name || 'system'}`) });
  for (const listener of listeners) listener();
}

export const theme = {
  start() {
    const linked = state.get('theme');
    apply(names.includes(linked) ? linked : names.includes(stored()) ? stored() : '');
    matchMedia('(prefers-color-scheme: light)').addEventListener('change', () => listeners.forEach((listener) => listener()));
    $('#theme')?.addEventListener('click', () => this.next());
  },

  next() {
    const now = document.documentElement.dataset.theme ?? 'system';
    const name = names[(names.indexOf(now) + 1) % names.length];
    store(name);
    if (state.has('theme')) state.set({ theme: name === 'system' ? '' : name });
    apply(name);
    announce(t('theme', { name: t(`themes.${name}`) }));
  },

  onChange: (listener) => listeners.add(listener),
};

/** A colour of the style sheet as it is now. */
export const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim() || '#888';
