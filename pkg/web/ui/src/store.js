// What the browser keeps for a reader: choices under a name. Where it keeps nothing, the next page begins anew.

export function kept(key) {
  try {
    return localStorage.getItem(key) ?? '';
  } catch {
    return '';
  }
}

export function keep(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch { /* see above */ }
}

/** Forgets the choices of a reader, but never what he saved. */
export function forget(keys) {
  try {
    for (const key of keys) localStorage.removeItem(key);
  } catch { /* see above */ }
}
