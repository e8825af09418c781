// The evidence of an event in a dialog beside map and table, or from below on a phone. It is the same article that the
// event's own page has; the page is one click away.
import { $, $$, announce, copy, el } from './dom.js';
import { loadPage } from './data.js';
import { icon } from './icons.js';
import { t } from './strings.js';

export class Evidence {
  /** onClose is called with the id that was open; onPlay with an article to play its hours. */
  constructor({ onClose, onPlay }) {
    Object.assign(this, { onClose, onPlay });
    this.id = '';
  }

  start() {
    this.dialog = $('dialog#evidence');
    if (!this.dialog) return;
    this.dialog.addEventListener('close', () => this.closed());
    this.dialog.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return;
      event.preventDefault();
      event.stopPropagation();
      this.close();
    });
  }

  get open() {
    return Boolean(this.dialog?.open);
  }

  async show(id) {
    if (!this.dialog) {
      location.assign(`/event/${encodeURIComponent(id)}`);
      return;
    }
    this.id = id;
    this.request?.abort();
    this.request = new AbortController();
    const body = el('div', { class: 'evidence-body', tabindex: '0', role: 'region', 'aria-label': t('evidence') }, el('p', { class: 'evidence-wait', text: t('loadingEvidence') }));
    this.dialog.replaceChildren(this.bar(id), body);
    if (!this.dialog.open) this.dialog.show();
    try {
      const page = await loadPage(`/event/${encodeURIComponent(id)}?fragment=1`, this.request.signal);
      const article = $('article#event', page);
      if (!article) throw new Error(`no event in the answer`);
      body.replaceChildren(document.adoptNode(article));
      dress(body);
      body.focus({ preventScroll: true });
      announce($('h1, h2', body)?.textContent ?? id);
    } catch (error) {
      if (error.name === 'AbortError') return;
      body.replaceChildren(el('p', { role: 'alert', text: t('failed', { why: error.message }) }));
    }
  }

  bar(id) {
    const page = `/event/${encodeURIComponent(id)}`;
    return el('div', { class: 'evidence-bar' },
      el('a', { href: page, text: t('openPage') }),
      el('button', { type: 'button', text: t('copyLink'), onclick: (event) => copyText(new URL(page, location.href).href, event.currentTarget) }),
      el('button', { type: 'button', text: t('playEvent'), onclick: () => this.onPlay(id) }),
      el('button', { type: 'button', class: 'evidence-close', 'aria-label': t('close'), title: t('close'), onclick: () => this.close() }, icon('close')));
  }

  close() {
    this.dialog?.close();
  }

  closed() {
    this.request?.abort();
    const { id } = this;
    this.id = '';
    this.onClose(id);
  }
}

const copyText = (text, button) => copy(text, button, { copied: t('copied'), refused: t('notCopied', { text }) });

/** Gives an article what only works with JavaScript: copying its citation, wherever it stands. */
export function dress(root) {
  for (const citation of $$('[data-citation], #citation', root)) {
    if (citation.nextElementSibling?.classList.contains('copy')) continue;
    const text = citation.dataset.citation || citation.textContent.trim();
    citation.after(el('button', { type: 'button', class: 'copy', text: t('copyCitation'), onclick: (event) => copyText(text, event.currentTarget) }));
  }
  for (const box of $$('pre, .wide', root)) {
    if (box.scrollWidth > box.clientWidth && !box.hasAttribute('tabindex')) box.tabIndex = 0; // reachable to be scrolled
  }
}

export { copyText };
