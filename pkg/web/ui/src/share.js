// Copying what is seen, and views kept in this browser. Views are addresses and names, nothing more, and leave the browser
// only as a file that the reader saves.
import { $, announce, copy, el } from './dom.js';
import { state } from './state.js';
import { keep, kept } from './store.js';
import { t } from './strings.js';

const key = 'darkwake-views';
const mostViews = 100;
const longestName = 80;

export function views() {
  try {
    return clean(JSON.parse(kept(key) || '[]'));
  } catch {
    return [];
  }
}

/** What may be kept: a name and a query. Anything else of a file is left out. */
export function clean(list) {
  if (!Array.isArray(list)) return [];
  return list.filter((view) => typeof view?.name === 'string' && typeof view?.query === 'string' && view.query.startsWith('?'))
    .slice(0, mostViews).map(({ name, query }) => ({ name: name.slice(0, longestName), query: query.slice(0, 2000) }));
}

const store = (list) => keep(key, JSON.stringify(clean(list)));

/** Puts the buttons after a place of the page; image gives the map as a PNG, or nothing. */
export function start(after, image) {
  if (!after) return;
  const copyButton = el('button', { type: 'button', text: t('copyLink'), onclick: (event) => copyLink(event.currentTarget) });
  const imageButton = el('button', { type: 'button', id: 'copy-image', text: t('copyImage'), hidden: true, onclick: (event) => copyImage(event.currentTarget, image) });
  const box = el('div', { class: 'share' }, copyButton, imageButton, saved());
  after.after(box);
}

const copyLink = (button) => {
  const text = new URL(state.url(), location.href).href;
  return copy(text, button, { copied: t('copied'), refused: t('notCopied', { text }) });
};

async function copyImage(button, image) {
  try {
    await navigator.clipboard.write([new ClipboardItem({ 'image/png': await image() })]);
    announce(t('copied'));
    button.textContent = t('copied');
    setTimeout(() => { button.textContent = t('copyImage'); }, 1500);
  } catch {
    download(await image(), 'darkwake_map.png');
  }
}

function download(blob, name) {
  const url = URL.createObjectURL(blob);
  el('a', { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** The menu of saved views. */
function saved() {
  const list = el('ul');
  const name = el('input', { type: 'text', maxlength: longestName, 'aria-label': t('viewName'), placeholder: t('viewName') });
  const file = el('input', { type: 'file', accept: 'application/json', hidden: true, onchange: () => take(file, list) });
  const form = el('form', { onsubmit: (event) => { event.preventDefault(); save(name, list); } }, name, el('button', { type: 'submit', text: t('saveView') }));
  fill(list);
  return el('details', { class: 'views' }, el('summary', { text: t('saved') }), list, form, el('p', {},
    el('button', { type: 'button', text: t('exportViews'), onclick: () => download(new Blob([JSON.stringify(views(), null, 2)], { type: 'application/json' }), 'darkwake_views.json') }),
    el('button', { type: 'button', text: t('importViews'), onclick: () => file.click() }), file));
}

function fill(list) {
  const all = views();
  list.replaceChildren(...(all.length === 0 ? [el('li', { text: t('noViews') })] : all.map((view, i) => el('li', {}, el('a', { href: `/${view.query}`, text: view.name }),
    el('button', { type: 'button', text: '×', 'aria-label': t('removeView', { name: view.name }), onclick: () => { store(all.filter((_, n) => n !== i)); fill(list); } })))));
}

function save(field, list) {
  const name = field.value.trim();
  const query = new URL(state.url(), location.href).search || '?';
  if (!name) return;
  store([...views().filter((view) => view.name !== name), { name, query }]);
  field.value = '';
  fill(list);
}

async function take(file, list) {
  try {
    const added = clean(JSON.parse(await file.files[0].text()));
    if (added.length === 0) throw new Error('no views');
    store([...views(), ...added]);
    fill(list);
  } catch {
    announce(t('badViews'));
  } finally {
    file.value = '';
  }
}

/** The list of downloads opened and reached: the key e. */
export function openDownloads() {
  const box = $('#downloads');
  const first = box && $('a', box);
  if (!first) return false;
  const details = box.matches('details') ? box : $('details', box);
  if (details) details.open = true;
  first.focus();
  first.scrollIntoView({ block: 'nearest' });
  return true;
}
