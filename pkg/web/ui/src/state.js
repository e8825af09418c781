// The URL is the whole state. Parameters are read in any case, may be given twice or with commas where several values make
// sense, and what this page does not know is kept as it stands. Changes replace the entry of the history: a shared link
// shows what its sender saw, and Back leaves the page.

/** The order in which parameters are written; the server's (pkg/web/view). */
const known = ['lat', 'lon', 'z', 'from', 'to', 't', 'event', 'kind', 'status', 'conf', 'hours', 'flag', 'size', 'list', 'area', 'src', 'ship', 'place', 'q',
  'lang', 'tz', 'theme', 'speed', 'embed', 'kiosk', 'screenshot', 'nowebgl', 'reset'];

/** Those that choose events; a change of any asks the server anew. */
export const filters = ['from', 'to', 'kind', 'status', 'conf', 'hours', 'flag', 'size', 'list', 'area', 'src', 'ship', 'place', 'q'];

/** Those of which there may be several values. */
const many = new Set(['kind', 'status', 'flag', 'size', 'src']);

const values = new Map();
const others = [];
const listeners = new Set();

function read(search) {
  values.clear();
  others.length = 0;
  for (const [name, value] of new URLSearchParams(search)) {
    const key = name.toLowerCase();
    if (!known.includes(key)) others.push([name, value]);
    else if (many.has(key)) values.set(key, [...(values.get(key) ?? []), ...value.split(',').filter(Boolean)]);
    else values.set(key, value);
  }
}

export const state = {
  /** One value, or an empty text. */
  get(name) {
    const value = values.get(name);
    return Array.isArray(value) ? value.join(',') : value ?? '';
  },

  /** All values of a parameter. */
  all: (name) => [values.get(name) ?? []].flat(),

  has: (name) => values.has(name),

  /** Whether a mode such as kiosk is on: by its name alone, or by any value that does not turn it off. */
  on: (name) => values.has(name) && !/^(0|false|no|off)$/i.test(values.get(name)),

  number(name) {
    const text = values.get(name);
    return text === undefined || text === '' ? NaN : Number(text);
  },

  /** Changes parameters; an empty text, null or an empty list takes one out. */
  set(patch) {
    const changed = [];
    for (const [name, value] of Object.entries(patch)) {
      const [had, before] = [values.has(name), this.get(name)];
      if (value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)) values.delete(name);
      else values.set(name, Array.isArray(value) ? value.map(String) : String(value));
      if (this.get(name) !== before || values.has(name) !== had) changed.push(name);
    }
    if (changed.length === 0) return;
    history.replaceState(null, '', this.url());
    for (const listener of listeners) listener(changed);
  },

  /** The query of this state, with only the named parameters if names are given. */
  query(names = known) {
    const query = new URLSearchParams();
    for (const name of known) if (values.has(name) && names.includes(name)) query.append(name, this.get(name));
    if (names === known) for (const [name, value] of others) query.append(name, value);
    return query;
  },

  /** The address of this state. */
  url(path = location.pathname) {
    // Commas and colons need no escape in a query, and links are read by people.
    const query = this.query().toString().replace(/%2C/g, ',').replace(/%3A/g, ':');
    return path + (query ? `?${query}` : '');
  },

  /** Calls back with the names that changed. */
  onChange(listener) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },

  read,
};

if (typeof location !== 'undefined') read(location.search);
