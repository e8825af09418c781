/** Text of a table of words, with {names} filled in. A key that is not there shows itself. */
export function fill(table, key, values = {}) {
  const text = key.split('.').reduce((part, name) => part?.[name], table) ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}
