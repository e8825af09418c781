// Small helpers over the document. Text enters the page by textContent only: ships may call themselves anything.

export const $ = (selector, root = document) => root.querySelector(selector);
export const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

/**
 * An element. Properties that begin with "on" are listeners, `text` is its text, `data` its data attributes, everything else
 * an attribute; false and null leave it out.
 */
export function el(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === false || value === null || value === undefined) continue;
    if (name === 'text') node.textContent = value;
    else if (name === 'data') Object.assign(node.dataset, value);
    else if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** Says a text to screen readers, politely. */
export function announce(text) {
  const live = $('#live');
  if (live) live.textContent = text;
}

/** Whether a key now would write into a field. */
export function typing(target) {
  if (!(target instanceof Element)) return false;
  if (target.isContentEditable) return true;
  const field = target.closest('input, textarea, select');
  return field !== null && !['checkbox', 'radio', 'button', 'submit', 'range'].includes(field.type);
}

export const reducedMotion = () => matchMedia('(prefers-reduced-motion: reduce)').matches;

/** Calls the function once, so long after the last call, and never longer than `most` after the first that waits. Milliseconds. */
export function settled(fn, ms, most = Infinity) {
  let timer = 0;
  let first = NaN;
  return (...args) => {
    clearTimeout(timer);
    if (Number.isNaN(first)) first = Date.now();
    timer = setTimeout(() => {
      first = NaN;
      fn(...args);
    }, Math.min(ms, first + most - Date.now()));
  };
}

/** Gives way to input and painting; long work is done in pieces between such pauses. */
export const pause = () => (globalThis.scheduler?.yield ? globalThis.scheduler.yield() : new Promise((done) => setTimeout(done, 0)));

/** A part of a page of our own server, as a document in which nothing runs. */
export const parse = (html) => new DOMParser().parseFromString(html, 'text/html');

/** Copies text, and says so on the button; where the browser refuses, the text is shown to be copied by hand. */
export async function copy(text, button, words) {
  try {
    await navigator.clipboard.writeText(text);
    if (button) {
      const before = button.textContent;
      button.textContent = words.copied;
      setTimeout(() => { button.textContent = before; }, 1500);
    }
    announce(words.copied);
  } catch {
    announce(words.refused);
    const field = el('input', { type: 'text', readonly: true, value: text, 'aria-label': words.copied });
    button?.after(field);
    field.select();
  }
}
