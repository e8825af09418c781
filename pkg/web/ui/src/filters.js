// The filter form works by itself; here it acts at once, without a new page.
import { $, $$, settled } from './dom.js';
import { filters, state } from './state.js';

/** Words are searched when the reader pauses, in milliseconds. */
const typingPause = 300;

export function start(onChange) {
  const form = $('form#filters');
  if (!form) return;
  const apply = () => {
    state.set(read(form));
    onChange();
  };
  const later = settled(apply, typingPause);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    apply();
  });
  form.addEventListener('input', (event) => {
    if (event.target.matches('input[type=search], input[type=text], input[type=number], input[type=range], input:not([type])')) later();
  });
  form.addEventListener('change', (event) => {
    if (event.target.matches('select, input[type=checkbox], input[type=radio], input[type=date], input[type=datetime-local]')) apply();
  });
  form.addEventListener('reset', () => setTimeout(() => {
    for (const field of fields(form)) clear(field);
    apply();
  }));
}

const fields = (form) => $$('[name]', form).filter((field) => filters.includes(field.name.toLowerCase()));

/** What the form says, for every filter that it has a field for. */
export function read(form) {
  const out = {};
  for (const field of fields(form)) {
    const name = field.name.toLowerCase();
    out[name] ??= [];
    for (const value of valuesOf(field)) if (value !== '') out[name].push(value);
  }
  for (const name of Object.keys(out)) if (out[name].length <= 1) out[name] = out[name][0] ?? '';
  return out;
}

function valuesOf(field) {
  if (field.type === 'checkbox' || field.type === 'radio') return field.checked ? [field.value] : [];
  if (field.tagName === 'SELECT') return [...field.selectedOptions].map((option) => option.value);
  return [field.value.trim()];
}

/** Writes the URL's filters into the form, after something else changed them. */
export function show() {
  const form = $('form#filters');
  if (!form) return;
  for (const field of fields(form)) {
    const name = field.name.toLowerCase();
    const values = state.all(name);
    if (field.type === 'checkbox' || field.type === 'radio') field.checked = values.includes(field.value);
    else if (field.tagName === 'SELECT') for (const option of field.options) option.selected = values.includes(option.value) || (values.length === 0 && option.value === '');
    else if (field !== document.activeElement) field.value = state.get(name);
  }
}

function clear(field) {
  if (field.type === 'checkbox' || field.type === 'radio') field.checked = false;
  else if (field.tagName === 'SELECT') field.selectedIndex = field.multiple ? -1 : 0;
  else field.value = '';
}
