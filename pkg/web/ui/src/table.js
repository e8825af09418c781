// The table is the accessible twin of the map: the same events by the same filters. Its rows are the server's, whole or by
// further pages; nothing is rendered twice.
import { $, $$, announce } from './dom.js';
import { loadPage } from './data.js';
import { state } from './state.js';
import { t } from './strings.js';

/** Parts of the page that follow the filters. Each is replaced by what the server gives for the new state. */
const followers = ['#list', '#downloads'];

export class Table {
  /** onSelect is called with an id when the reader chooses a row, onOpen when he opens it. */
  constructor({ onSelect, onOpen }) {
    Object.assign(this, { onSelect, onOpen });
  }

  start() {
    document.addEventListener('click', (event) => {
      if (!(event.target instanceof Element) || modified(event)) return;
      if (event.target.closest('a#more')) {
        event.preventDefault();
        this.more();
      } else if (event.target.closest('#events')) {
        this.click(event);
      }
    });
    this.mark(state.get('event'));
  }

  rows() {
    return $$('#events tbody tr[data-id]');
  }

  row(id) {
    return this.rows().find((row) => row.dataset.id === id);
  }

  click(event) {
    const row = event.target.closest('tr[data-id]');
    const link = event.target.closest('a');
    if (!row || (link && !link.getAttribute('href')?.startsWith('/event/'))) return;
    event.preventDefault();
    this.onSelect(row.dataset.id);
    this.onOpen(row.dataset.id);
  }

  /** j and k. At the end the next page is fetched. */
  async move(direction) {
    const rows = this.rows();
    if (rows.length === 0) return;
    const at = rows.findIndex((row) => row.dataset.id === state.get('event'));
    let next = at < 0 ? (direction > 0 ? 0 : rows.length - 1) : at + direction;
    if (next >= rows.length && (await this.more())) return this.move(direction);
    next = Math.min(Math.max(next, 0), rows.length - 1);
    this.onSelect(rows[next].dataset.id);
    $('a', rows[next])?.focus({ preventScroll: true });
    rows[next].scrollIntoView({ block: 'nearest' });
  }

  /** Shows which event is chosen, and says it. */
  mark(id, aloud = false) {
    for (const row of this.rows()) {
      if (row.dataset.id === id) row.setAttribute('aria-current', 'true');
      else row.removeAttribute('aria-current');
    }
    const row = this.row(id);
    if (row && aloud) announce(spoken(row));
  }

  focus(id) {
    $('a', this.row(id))?.focus();
  }

  /** Takes over what the server gives for the state of the URL. */
  async refresh(signal) {
    const page = await loadPage(state.url('/'), signal);
    const focused = document.activeElement?.closest('tr[data-id]')?.dataset.id;
    for (const selector of followers) swap(selector, page);
    counts(page);
    this.mark(state.get('event'));
    if (focused) this.focus(focused);
  }

  /** The next page under the last row. Reports whether there was one. */
  async more() {
    const link = $('a#more');
    if (!link || this.fetching) return false;
    this.fetching = true;
    link.setAttribute('aria-busy', 'true');
    try {
      const page = await loadPage(link.href);
      const rows = $$('#events tbody tr', page);
      $('#events tbody').append(...rows.map((row) => document.adoptNode(row)));
      swap('#more', page);
      this.mark(state.get('event'));
      return rows.length > 0;
    } catch (error) {
      announce(t('failed', { why: error.message }));
      return false;
    } finally {
      this.fetching = false;
      link.removeAttribute('aria-busy');
    }
  }
}

/** Puts the new page's element where the old one stands, or takes that away. */
function swap(selector, page) {
  const now = $(selector, page);
  if (now) $(selector)?.replaceWith(document.adoptNode(now));
  else $(selector)?.remove();
}

/** How many events each choice of the form leaves; the form itself stays, with what is typed into it. */
function counts(page) {
  const field = (node) => $$(`#filters [name="${CSS.escape(node.name)}"]`, page);
  for (const box of $$('#filters label input[type=checkbox]')) {
    const now = field(box).find((other) => other.value === box.value);
    const [old, count] = [$('.count', box.parentElement), now && $('.count', now.parentElement)];
    if (old) old.textContent = count?.textContent ?? '0';
    else if (count) box.parentElement.append(' ', document.adoptNode(count));
  }
  for (const select of $$('#filters select')) {
    const options = field(select)[0]?.options ?? [];
    for (const option of select.options) {
      const now = [...options].find((other) => other.value === option.value);
      if (now) option.textContent = now.textContent;
    }
  }
}

const modified = (event) => event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button > 0;

function spoken(row) {
  return row.textContent.replace(/\s+/g, ' ').trim();
}
