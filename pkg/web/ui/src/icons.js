// Signs on buttons, as paths: fonts of readers differ in what they have.
const paths = {
  play: 'M4 2l10 6-10 6z', pause: 'M3 2h4v12H3zM9 2h4v12H9z', stepBack: 'M2 2h2v12H2zM14 2v12L5 8z', stepOn: 'M12 2h2v12h-2zM2 2v12l9-6z',
  loop: 'M8 2a6 6 0 0 1 5.6 3.8L16 5l-1.6 5L10 7.5l1.8-.9A4 4 0 1 0 12 9.5h2.1A6 6 0 1 1 8 2z', follow: 'M7 0h2v3.1A5 5 0 0 1 12.9 7H16v2h-3.1A5 5 0 0 1 9 12.9V16H7v-3.1A5 5 0 0 1 3.1 9H0V7h3.1A5 5 0 0 1 7 3.1zM8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6z',
  slower: 'M2 7h12v2H2z', faster: 'M7 2h2v5h5v2H9v5H7V9H2V7h5z', zoomIn: 'M7 2h2v5h5v2H9v5H7V9H2V7h5z', zoomOut: 'M2 7h12v2H2z',
  fit: 'M1 1h5v2H3v3H1zM10 1h5v5h-2V3h-3zM1 10h2v3h3v2H1zM13 10h2v5h-5v-2h3z', close: 'M3.4 2L8 6.6 12.6 2 14 3.4 9.4 8l4.6 4.6L12.6 14 8 9.4 3.4 14 2 12.6 6.6 8 2 3.4z',
};

const ns = 'http://www.w3.org/2000/svg';

/** A sign, 16 pixels wide, in the colour of the text; names of buttons are in their labels. */
export function icon(name) {
  const svg = document.createElementNS(ns, 'svg');
  for (const [key, value] of Object.entries({ viewBox: '0 0 16 16', width: '16', height: '16', 'aria-hidden': 'true', focusable: 'false' })) svg.setAttribute(key, value);
  const path = document.createElementNS(ns, 'path');
  path.setAttribute('d', paths[name]);
  path.setAttribute('fill', 'currentColor');
  path.setAttribute('fill-rule', 'evenodd');
  svg.append(path);
  return svg;
}
