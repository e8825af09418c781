// Dark by default, then what the system asks, what was chosen here before, and what the link says. The server has set what
// the link says already; a stored choice comes a moment later and only where the link is silent.
import { $$, announce } from './dom.js';
import { state } from './state.js';
import { keep, kept } from './store.js';
import { t } from './strings.js';

const names = ['system', 'dark', 'light', 'contrast'];
const key = 'darkwake-theme';
const listeners = new Set();

function apply(name) {
  const root = document.documentElement;
  if (name === 'system' || name === '') delete root.dataset.theme;
  else root.dataset.theme = name;
  for (const link of $$('[data-theme-choice]')) {
    if (link.dataset.themeChoice === (name || 'system')) link.setAttribute('aria-current', 'true');
    else link.removeAttribute('aria-current');
  }
  for (const listener of listeners) listener();
}

export const theme = {
  start() {
    const linked = state.get('theme');
    apply(names.includes(linked) ? linked : names.includes(kept(key)) ? kept(key) : '');
    matchMedia('(prefers-color-scheme: light)').addEventListener('change', () => listeners.forEach((listener) => listener()));
    document.addEventListener('click', (event) => {
      const link = event.target instanceof Element && event.target.closest('[data-theme-choice]');
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      this.choose(link.dataset.themeChoice);
    });
  },

  next() {
    const now = document.documentElement.dataset.theme ?? 'system';
    this.choose(names[(names.indexOf(now) + 1) % names.length]);
  },

  choose(name) {
    if (!names.includes(name)) return;
    keep(key, name);
    if (state.has('theme')) state.set({ theme: name === 'system' ? '' : name });
    apply(name);
    announce(t('theme', { name: t(`themes.${name}`) }));
  },

  onChange: (listener) => listeners.add(listener),
};

/** A colour of the style sheet as it is now. */
export const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim() || '#888';
