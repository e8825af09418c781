// Images for the map. The shapes and colours of kinds are those of pkg/web/picture, in marks.json: a test there holds them
// equal, so that map, fallback and share image show the same.
import list from './marks.json';

/** Side of an image in CSS pixels, and how many of its own pixels stand for one. */
const side = 20;
export const ratio = 2;

const marks = Object.fromEntries(list.map((mark) => [mark.kind, mark]));
export const kinds = Object.keys(marks);

/** Colour of a kind on a light or dark ground. */
export const markColour = (kind, ground) => marks[kind][ground];

function canvas(draw) {
  const ctx = new OffscreenCanvas(side * ratio, side * ratio).getContext('2d', { willReadFrequently: true });
  ctx.scale(ratio, ratio);
  ctx.translate(side / 2, side / 2);
  ctx.lineJoin = 'round';
  draw(ctx);
  return ctx.getImageData(0, 0, side * ratio, side * ratio);
}

/** The mark of a kind; its rim in the ground's colour keeps marks apart that lie on each other. */
export function mark(kind, ground, rim) {
  return canvas((ctx) => {
    const path = new Path2D(marks[kind].path);
    ctx.strokeStyle = rim;
    ctx.lineWidth = 3;
    ctx.stroke(path);
    ctx.fillStyle = marks[kind][ground];
    ctx.fill(path, 'evenodd');
  });
}

/** The mark of a kind in outline: what a reader brought himself. */
export function outline(kind, ground, rim) {
  return canvas((ctx) => {
    const path = new Path2D(marks[kind].path);
    for (const [colour, width] of [[rim, 5], [marks[kind][ground], 2.2]]) {
      ctx.strokeStyle = colour;
      ctx.lineWidth = width;
      ctx.stroke(path);
    }
  });
}

/** A ship at her last quoted report, pointing north. */
export function arrow(fill, rim) {
  return canvas((ctx) => {
    const path = new Path2D('M0 -8 L5 6 L0 3 L-5 6 Z');
    ctx.strokeStyle = rim;
    ctx.lineWidth = 2.4;
    ctx.stroke(path);
    ctx.fillStyle = fill;
    ctx.fill(path);
  });
}

/** A ship whose course is not known. */
export function dot(fill, rim) {
  return canvas((ctx) => {
    ctx.beginPath();
    ctx.arc(0, 0, 5, 0, 2 * Math.PI);
    ctx.strokeStyle = rim;
    ctx.lineWidth = 2.4;
    ctx.stroke();
    ctx.fillStyle = fill;
    ctx.fill();
  });
}
