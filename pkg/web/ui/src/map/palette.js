// Colours of the map by theme. They are the inks of pkg/web/picture for light and dark; high contrast is our own.
const light = {
  sea: '#e8f1f7', land: '#f0ebdd', coast: '#9a8e70', terminal: '#1c242c', lawful: '#7d8893', anchorage: '#4f6d85', sts: '#0072b2', gate: '#6b5a8a', area: '#c24f00',
  place: '#37424d', halo: '#f4f7f9', rim: '#ffffff', cluster: '#1c242c', count: '#ffffff', chosen: '#c24f00', track: '#4a535c', good: '#00684b', ground: 'light', outage: '#8a6d00',
};

const dark = {
  sea: '#13212e', land: '#27313b', coast: '#64727f', terminal: '#f2f5f8', lawful: '#8896a3', anchorage: '#7fa3bf', sts: '#5ab4ef', gate: '#b7a3dc', area: '#ff9d5c',
  place: '#c3ced9', halo: '#13212e', rim: '#13212e', cluster: '#e6edf3', count: '#13212e', chosen: '#ff9d5c', track: '#b9c4ce', good: '#5fd3ae', ground: 'dark', outage: '#e0b64a',
};

const contrast = { ...dark, sea: '#000000', land: '#1b1b1b', coast: '#ffffff', place: '#ffffff', halo: '#000000', rim: '#000000', gate: '#ffffff', chosen: '#ffff00', track: '#ffffff' };

/** The colours that hold now. */
export function palette() {
  const chosen = document.documentElement.dataset.theme;
  if (chosen === 'contrast' || (!chosen && matchMedia('(prefers-contrast: more)').matches)) return contrast;
  if (chosen === 'light' || (chosen !== 'dark' && matchMedia('(prefers-color-scheme: light)').matches)) return light;
  return dark;
}
