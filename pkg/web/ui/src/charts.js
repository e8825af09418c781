// Barometer and time bar, by uPlot: both over the same days, with the same selection and the same cursor. The server's own
// drawing stays until these stand, and for good where uPlot does not load.
import { $, announce, el } from './dom.js';
import { DAY, barrels, date, day, local, seconds } from './format.js';
import { brushed, columns, parts, runs, top } from './series.js';
import { state } from './state.js';
import { colour, theme } from './theme.js';
import { t } from './strings.js';

/** Set by build.mjs. */
/* global UPLOT_URL */

const barometerHeight = () => (innerWidth < 600 ? 220 : 300);
const barHeight = 84;
const utcTimes = { tzDate: (s) => new Date(s * 1000 + new Date(s * 1000).getTimezoneOffset() * 60000) };

export class Charts {
  /** onDays is called when the reader has chosen days; onDay with a date when he asks why; ships gives those behind a day; synthetic stamps the chart. */
  constructor({ onDays, onDay, ships, synthetic }) {
    Object.assign(this, { onDays, onDay, ships, synthetic });
    this.notes = [];
    this.overlays = [];
    this.outages = [];
    this.cols = columns([]);
    this.playhead = NaN;
  }

  async start() {
    this.uPlot = (await import(UPLOT_URL)).default;
    theme.onChange(() => this.draw());
    addEventListener('resize', () => this.resize());
  }

  /** Takes the days, and what stands beside them. */
  set({ rows, notes = this.notes, overlays = this.overlays, outages = this.outages }) {
    if (rows) this.cols = columns(rows);
    Object.assign(this, { notes: notes ?? [], overlays: overlays ?? [], outages: outages ?? [] });
    this.draw();
  }

  /** Draws anew with the colours of now. */
  draw() {
    if (!this.uPlot || this.cols.at.length === 0) return;
    this.paint = palette();
    this.barometer?.destroy();
    this.bar?.destroy();
    this.barometer = this.make($('#barometer'), 'chart-barometer', barometerOptions(this));
    this.bar = this.make($('#timebar'), 'chart-timebar', timebarOptions(this));
    queueMicrotask(() => this.select()); // uPlot sets its scales in a microtask of its own
  }

  make(host, id, options) {
    if (!host) return undefined;
    let box = $(`#${id}`, host);
    if (!box) {
      const holder = $(':scope > .chart, :scope > svg, :scope > .empty', host);
      box = el('div', { id, class: 'chart-live', tabindex: '0', role: 'application', 'aria-label': options.label });
      if (holder) holder.replaceWith(box);
      else host.prepend(box);
      box.addEventListener('keydown', (event) => this.key(event, id));
      if (id === 'chart-barometer') legend(box, this.paint);
      if (id === 'chart-barometer') this.tip = tooltip(box);
    }
    const cols = this.cols;
    const data = [cols.at, ...options.columns.map((column) => column(cols))];
    return new this.uPlot({ width: box.clientWidth || host.clientWidth, ...options }, data, box);
  }

  resize() {
    for (const [chart, height] of [[this.barometer, barometerHeight()], [this.bar, barHeight]]) {
      const width = chart?.root.parentElement.clientWidth;
      if (width && width !== chart.width) chart.setSize({ width, height });
    }
    this.select();
  }

  /** Shows the chosen days, of the URL, on both charts. */
  select() {
    const { from, to } = this.chosen();
    for (const chart of [this.barometer, this.bar]) {
      if (!chart) continue;
      if (Number.isNaN(from)) chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
      else {
        const [left, right] = [chart.valToPos(from, 'x'), chart.valToPos(to, 'x')];
        chart.setSelect({ left, top: 0, width: Math.max(1, right - left), height: chart.over.clientHeight }, false);
      }
    }
    const line = $('#days');
    if (line) line.textContent = Number.isNaN(from) ? t('allDays') : t('daysChosen', { from: day(from), to: day(to - DAY) });
  }

  /** The days of the URL in seconds, cut to what the charts show; NaN where none are chosen. */
  chosen() {
    const { at } = this.cols;
    if (at.length === 0 || (!state.has('from') && !state.has('to'))) return { from: NaN, to: NaN };
    const first = at[0] - DAY / 2;
    const end = at[at.length - 1] + DAY / 2;
    const from = state.has('from') ? seconds(state.get('from')) : first;
    const to = state.has('to') ? endOf(state.get('to')) : end;
    return { from: Math.min(Math.max(from, first), end), to: Math.min(Math.max(to, first), end) };
  }

  /** A drag over a chart. */
  brush(chart) {
    if (chart.select.width < 3) {
      this.select();
      return;
    }
    const { from, to } = brushed(this.cols, chart.posToVal(chart.select.left, 'x'), chart.posToVal(chart.select.left + chart.select.width, 'x'));
    this.choose(from, to);
  }

  choose(from, to) {
    this.onDays(Number.isNaN(from) ? { from: '', to: '' } : { from: date(from), to: date(to - DAY) });
    this.select();
  }

  /** Shows where playing is, on both. */
  setPlayhead(s) {
    this.playhead = s;
    for (const chart of [this.barometer, this.bar]) chart?.redraw(false, false);
  }

  /** Arrows move from day to day, with Shift they choose days; Enter asks why. */
  key(event, id) {
    const { at } = this.cols;
    if (event.key === 'Enter' && this.focused >= 0) {
      this.onDay(this.cols.date[this.focused]);
    } else if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') {
      const step = event.key === 'ArrowLeft' ? -1 : 1;
      if (event.shiftKey) this.stretch(step);
      else this.show(Math.min(Math.max((this.focused ?? at.length) + step, 0), at.length - 1), id);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  stretch(step) {
    const { at } = this.cols;
    const now = this.chosen();
    const from = Number.isNaN(now.from) ? at[Math.max(0, this.focused ?? at.length - 1)] - DAY / 2 : now.from;
    const to = Number.isNaN(now.to) ? from + DAY : Math.max(now.to + step * DAY, from + DAY);
    this.choose(from, Math.min(to, at[at.length - 1] + DAY / 2));
  }

  show(i) {
    this.focused = i;
    const left = this.barometer?.valToPos(this.cols.at[i], 'x') ?? 0;
    this.barometer?.setCursor({ left, top: 10 });
    announce(describe(this.cols, i));
  }

  /** The figures of a day in the tip; ships come a moment later. */
  hover(chart) {
    const i = chart.cursor.idx;
    if (!this.tip || chart !== this.barometer) return;
    if (i === null || i === undefined || chart.cursor.left < 0) {
      this.tip.hidden = true;
      return;
    }
    this.focused = i;
    fillTip(this.tip, this.cols, i, this.notes);
    place(this.tip, chart, this.cols.at[i]);
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.behind(i), 120);
  }

  async behind(i) {
    const list = $('.tip-ships', this.tip);
    const wanted = this.cols.date[i];
    try {
      const ships = await this.ships(wanted);
      if (this.focused === i && list.isConnected) fillShips(list, ships);
    } catch {
      list.replaceChildren(); // the figures stand without them
    }
  }
}

/** The end of a chosen day, or the moment itself. */
export const endOf = (text) => (/^\d{4}-\d\d-\d\d$/.test(text) ? seconds(text) + DAY : seconds(text));

function palette() {
  const out = {};
  for (const part of parts) out[part] = colour(`part-${part}`);
  for (const name of ['ink', 'ink-soft', 'line', 'panel', 'month', 'month-band', 'blind', 'outage', 'note', 'playhead', 'overlay', 'stamp']) out[name] = colour(`chart-${name}`);
  return out;
}

function axes(charts, withLabels) {
  const { paint } = charts;
  const font = '12px "DejaVu Sans", system-ui, sans-serif';
  return [
    { stroke: paint['ink-soft'], grid: { show: false }, ticks: { stroke: paint.line, width: 1, size: 4 }, font, size: 26, space: 70, values: dateLabels },
    {
      stroke: paint['ink-soft'], grid: { stroke: paint.line, width: 1 }, ticks: { show: false }, font, size: 52, space: withLabels ? 44 : 30,
      values: (_, ticks) => ticks.map((v) => (v === 0 ? '0' : axisLabel(v, ticks))),
    },
  ];
}

const axisLabel = (v, ticks) => (Math.max(...ticks) >= 1e6 ? `${trimmed(v / 1e6)} M` : `${trimmed(v / 1e3)} k`);
const trimmed = (x) => String(Number(x.toFixed(2)));

/** 14 Mar, and the year where it begins. */
function dateLabels(_, ticks) {
  let year = '';
  return ticks.map((s) => {
    const text = day(s);
    const now = text.slice(-4);
    const label = now === year ? text.slice(0, -5) : text;
    year = now;
    return label;
  });
}

function shared(charts) {
  return {
    ...utcTimes,
    legend: { show: false },
    padding: [8, 24, 0, 0],
    cursor: { sync: { key: 'days' }, drag: { x: true, y: false, setScale: false }, points: { show: false }, y: false, bind: { dblclick: () => () => charts.choose(NaN, NaN) } },
    select: { show: true },
  };
}

const range = (charts) => () => [charts.cols.at[0] - DAY / 2, charts.cols.at[charts.cols.at.length - 1] + DAY / 2];

function barometerOptions(charts) {
  const { paint } = charts;
  const final = (values) => (cols) => values(cols).map((v, i) => (cols.status[i] === 'final' ? v : null));
  // The dashed line begins on the last firm day, so that the two meet.
  const moving = (values) => (cols) => values(cols).map((v, i) => (cols.status[i] !== 'final' || cols.status[i + 1] === 'provisional' ? v : null));
  const month = (cols) => cols.month;
  return {
    ...shared(charts),
    label: t('chartHelp'),
    height: barometerHeight(),
    columns: [(cols) => cols.high, (cols) => cols.low, final(month), moving(month), ...charts.overlays.map((overlay) => (cols) => overlaid(cols, overlay))],
    scales: { x: { time: true, range: range(charts) }, y: { range: () => [0, top(charts.cols)] }, other: { auto: true } },
    axes: axes(charts, true),
    series: [
      {},
      { stroke: null, points: { show: false } },
      { stroke: null, points: { show: false } },
      { stroke: paint.month, width: 2, points: { show: false } },
      { stroke: paint.month, width: 2, dash: [5, 4], points: { show: false } },
      ...charts.overlays.map((overlay) => ({ label: overlay.name, scale: 'other', stroke: paint.overlay, width: 1, dash: [1, 3], points: { show: false }, spanGaps: true })),
    ],
    hooks: {
      drawAxes: [(chart) => { shade(chart, charts); band(chart, charts.cols, paint); bars(chart, charts.cols, paint); whiskers(chart, charts.cols, paint); rim(chart, charts.cols, paint); }],
      draw: [(chart) => { notes(chart, charts); playhead(chart, charts); if (charts.synthetic) stamp(chart, paint); }],
      setSelect: [(chart) => charts.brush(chart)],
      setCursor: [(chart) => charts.hover(chart)],
      ready: [(chart) => opensDay(chart, charts)],
    },
  };
}

function timebarOptions(charts) {
  const { paint } = charts;
  const [dates, values] = axes(charts, false);
  return {
    ...shared(charts),
    label: t('barHelp'),
    height: barHeight,
    columns: [(cols) => cols.mean],
    scales: { x: { time: true, range: range(charts) }, y: { range: () => [0, top(charts.cols)] } },
    axes: [dates, { ...values, values: (_, ticks) => ticks.map((v, i) => (i === ticks.length - 1 ? axisLabel(v, ticks) : v === 0 ? '0' : '')) }],
    series: [{}, { stroke: null, points: { show: false } }],
    hooks: {
      drawAxes: [(chart) => { shade(chart, charts); bars(chart, charts.cols, paint); }],
      draw: [(chart) => playhead(chart, charts)],
      setSelect: [(chart) => charts.brush(chart)],
    },
  };
}

/** A click without a drag opens the day's page. */
function opensDay(chart, charts) {
  let down = NaN;
  chart.over.addEventListener('mousedown', (event) => { down = event.clientX; });
  chart.over.addEventListener('click', (event) => {
    const i = chart.cursor.idx;
    if (Math.abs(event.clientX - down) < 3 && i !== null && i !== undefined) charts.onDay(charts.cols.date[i]);
  });
}

/** The values of an overlay on the days of the chart. */
function overlaid(cols, overlay) {
  const values = new Map(overlay.values.map((value) => [value.date, value.value]));
  return cols.date.map((name) => values.get(name) ?? null);
}

/** Stacked bars; what may still move is drawn weaker and hatched. */
function bars(chart, cols, paint) {
  const { ctx } = chart;
  const slot = chart.valToPos(cols.at[0] + DAY, 'x', true) - chart.valToPos(cols.at[0], 'x', true);
  const width = Math.max(1, slot * 0.74);
  ctx.save();
  clip(chart);
  for (let i = 0; i < cols.at.length; i++) {
    const left = chart.valToPos(cols.at[i], 'x', true) - width / 2;
    if (cols.mean[i] === null) continue;
    let sum = 0;
    const firm = cols.status[i] === 'final';
    for (const part of parts) {
      const value = cols[part][i];
      if (!(value > 0)) continue;
      const [y0, y1] = [chart.valToPos(sum, 'y', true), chart.valToPos(sum + value, 'y', true)];
      ctx.globalAlpha = firm ? 1 : 0.55;
      ctx.fillStyle = paint[part];
      ctx.fillRect(left, y1, width, y0 - y1);
      sum += value;
    }
    ctx.globalAlpha = 1;
    if (!firm && sum > 0) provisional(chart, left, chart.valToPos(sum, 'y', true), width, paint);
  }
  ctx.restore();
}

/** The interval of the 28-day mean, behind the bars; where there is no number it is broken. */
function band(chart, cols, paint) {
  const { ctx } = chart;
  ctx.save();
  clip(chart);
  ctx.fillStyle = paint['month-band'];
  for (const [first, last] of runs(cols.high)) {
    ctx.beginPath();
    for (let i = first; i <= last; i++) ctx.lineTo(chart.valToPos(cols.at[i], 'x', true), chart.valToPos(cols.high[i], 'y', true));
    for (let i = last; i >= first; i--) ctx.lineTo(chart.valToPos(cols.at[i], 'x', true), chart.valToPos(cols.low[i], 'y', true));
    ctx.fill();
  }
  ctx.restore();
}

/** The interval of each day by itself; one that goes on above ends at the edge. */
function whiskers(chart, cols, paint) {
  const { ctx } = chart;
  if (cols.at.length > 120) return; // a year of them is a fog
  ctx.save();
  clip(chart);
  ctx.strokeStyle = paint.ink;
  ctx.globalAlpha = 0.38;
  ctx.lineWidth = devicePixelRatio;
  ctx.beginPath();
  cols.at.forEach((at, i) => {
    if (cols.mean[i] === null) return;
    const x = chart.valToPos(at, 'x', true);
    ctx.moveTo(x, chart.valToPos(cols.p05[i], 'y', true));
    ctx.lineTo(x, chart.valToPos(cols.p95[i], 'y', true));
  });
  ctx.stroke();
  ctx.restore();
}

/** A rim under the mean's line, so that it is read on any bar. */
function rim(chart, cols, paint) {
  const { ctx } = chart;
  ctx.save();
  clip(chart);
  ctx.strokeStyle = paint.panel;
  ctx.lineWidth = 4.4 * devicePixelRatio;
  for (const [first, last] of runs(cols.month)) {
    ctx.beginPath();
    for (let i = first; i <= last; i++) ctx.lineTo(chart.valToPos(cols.at[i], 'x', true), chart.valToPos(cols.month[i], 'y', true));
    ctx.stroke();
  }
  ctx.restore();
}

function provisional(chart, left, upper, width, paint) {
  const { ctx } = chart;
  const base = chart.valToPos(0, 'y', true);
  ctx.setLineDash([3, 3]);
  ctx.strokeStyle = paint['ink-soft'];
  ctx.lineWidth = 1;
  ctx.strokeRect(left + 0.5, upper + 0.5, Math.max(0, width - 1), base - upper - 1);
  ctx.setLineDash([]);
}

function clip(chart) {
  const { left, top: upper, width, height } = chart.bbox;
  chart.ctx.beginPath();
  chart.ctx.rect(left, upper, width, height);
  chart.ctx.clip();
}

/** Blind days and outages of sources behind everything else: a gap, and why. */
function shade(chart, charts) {
  const { ctx, bbox } = chart;
  const { cols, paint } = charts;
  ctx.save();
  clip(chart);
  for (const outage of charts.outages) {
    const from = chart.valToPos(seconds(outage.start), 'x', true);
    const to = chart.valToPos(outage.end ? seconds(outage.end) : cols.at[cols.at.length - 1] + DAY / 2, 'x', true);
    ctx.fillStyle = paint.outage;
    ctx.globalAlpha = 0.25;
    ctx.fillRect(from, bbox.top, Math.max(1, to - from), bbox.height);
  }
  ctx.globalAlpha = 1;
  for (let i = 0; i < cols.at.length; i++) {
    const blind = cols.status[i] === 'blind' || cols.mean[i] === null;
    if (blind) hatch(ctx, chart.valToPos(cols.at[i] - DAY / 2, 'x', true), bbox.top, chart.valToPos(cols.at[i] + DAY / 2, 'x', true), bbox.top + bbox.height, paint.blind, cols.mean[i] === null ? 0.9 : 0.45);
  }
  ctx.restore();
}

function hatch(ctx, left, upper, right, lower, stroke, alpha) {
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, upper, right - left, lower - upper);
  ctx.clip();
  ctx.globalAlpha = alpha;
  ctx.strokeStyle = stroke;
  ctx.lineWidth = 1;
  ctx.beginPath();
  // Lines of one grid, so that neighbouring days join.
  for (let x = Math.floor((left - (lower - upper)) / 7) * 7; x < right; x += 7) {
    ctx.moveTo(x, lower);
    ctx.lineTo(x + (lower - upper), upper);
  }
  ctx.stroke();
  ctx.restore();
}

/** A numbered flag on every noted day; its words are in the tip and in the page's list. */
function notes(chart, charts) {
  const { ctx, bbox } = chart;
  ctx.save();
  ctx.setLineDash([3, 3]);
  ctx.font = `${11 * devicePixelRatio}px "DejaVu Sans", sans-serif`;
  ctx.textAlign = 'center';
  charts.notes.forEach((note, n) => {
    const at = seconds(note.date) + DAY / 2;
    if (at < chart.scales.x.min || at > chart.scales.x.max) return;
    const x = chart.valToPos(at, 'x', true);
    ctx.strokeStyle = ctx.fillStyle = charts.paint.note;
    ctx.lineWidth = devicePixelRatio;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top + 14 * devicePixelRatio);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.fillText(String(n + 1), x, bbox.top + 10 * devicePixelRatio);
  });
  ctx.restore();
}

/** What was simulated says so across the chart, as in the server's drawing. */
function stamp(chart, paint) {
  const { ctx, bbox } = chart;
  ctx.save();
  ctx.globalAlpha = 0.16;
  ctx.fillStyle = paint.stamp;
  ctx.font = `700 ${Math.min(64 * devicePixelRatio, bbox.width / 8)}px "DejaVu Sans", sans-serif`;
  ctx.textAlign = 'center';
  ctx.fillText(t('synthetic'), bbox.left + bbox.width / 2, bbox.top + bbox.height * 0.45);
  ctx.restore();
}

function playhead(chart, charts) {
  if (Number.isNaN(charts.playhead)) return;
  const { ctx, bbox } = chart;
  const x = chart.valToPos(charts.playhead, 'x', true);
  ctx.save();
  ctx.strokeStyle = charts.paint.playhead;
  ctx.lineWidth = 2 * devicePixelRatio;
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.restore();
}

/** What the colours mean, in words, beside the chart. */
function legend(box) {
  const entries = parts.map((part) => el('li', {}, el('span', { class: `swatch part-${part}`, 'aria-hidden': 'true' }), t(`parts.${part}`)));
  const line = el('li', {}, el('span', { class: 'swatch swatch-line', 'aria-hidden': 'true' }), `${t('mean28')}, 90 %`);
  const moving = el('li', {}, el('span', { class: 'swatch swatch-provisional', 'aria-hidden': 'true' }), t('legendProvisional'));
  const blind = el('li', {}, el('span', { class: 'swatch swatch-blind', 'aria-hidden': 'true' }), t('legendBlind'));
  box.after(el('ul', { class: 'chart-legend' }, ...entries, line, moving, blind));
}

function tooltip(box) {
  const tip = el('div', { class: 'tip', hidden: true, role: 'presentation' });
  box.append(tip);
  return tip;
}

/** A day in one sentence, for those who do not see the chart. */
export function describe(cols, i) {
  const row = cols.rows[i];
  const status = t(`statuses.${cols.status[i]}`);
  if (cols.mean[i] === null) return `${cols.date[i]}: ${t('noNumber')}, ${status}`;
  const month = cols.month[i] === null ? '' : ` ${t('mean28')} ${barrels(row.mean_28d)}, ${t('between', { low: barrels(row.p05_28d), high: barrels(row.p95_28d) })}.`;
  return `${cols.date[i]}: ${barrels(row.mean)} ${t('barrels')}, ${status}.${month}`;
}

function fillTip(tip, cols, i, noted) {
  const row = cols.rows[i];
  const figures = cols.mean[i] === null
    ? [el('p', { text: t('noNumber') })]
    : [
      cols.month[i] === null ? null : figure(t('mean28'), row.mean_28d, row.p05_28d, row.p95_28d),
      figure(t('day'), row.mean, row.p05, row.p95),
      el('ul', { class: 'tip-parts' }, ...parts.map((part) => el('li', {}, el('span', { class: `swatch part-${part}` }), `${part} ${barrels(row[part])}`))),
    ];
  const words = noted.filter((note) => String(note.date).startsWith(cols.date[i])).map((note) => el('p', { class: 'tip-note', text: note.text ?? note.note }));
  tip.replaceChildren(
    ...[el('strong', { text: `${day(cols.at[i])} ${t('utc')}` }), ownDay(cols.at[i]), el('p', { class: `status-${cols.status[i]}`, text: t(`statuses.${cols.status[i]}`) }), ...figures, ...words,
      el('div', { class: 'tip-ships' }), el('p', { class: 'tip-hint', text: t('openDay') })].filter(Boolean),
  );
  tip.hidden = false;
}

/** The same day by the reader's own clock, where he asks for it. */
const ownDay = (middle) => local(middle) && el('p', { class: 'tip-hint', text: t('dayLocal', { from: local(middle - DAY / 2), to: local(middle + DAY / 2) }) });

const figure = (name, mean, low, high) => el('p', {}, `${name}: `, el('b', { text: `${barrels(mean)} ${t('perDay')}` }), ` (${barrels(low)} – ${barrels(high)})`);

const shipsShown = 6;

function fillShips(list, ships) {
  if (ships.length === 0) {
    list.replaceChildren(el('p', { text: t('noShips') }));
    return;
  }
  const rows = ships.slice(0, shipsShown).map((ship) => el('li', {}, `${ship.name || ship.hull} · ${barrels(ship.expected_bbl)} · ${ship.part}`));
  if (ships.length > shipsShown) rows.push(el('li', { text: t('moreShips', { n: ships.length - shipsShown }) }));
  list.replaceChildren(el('p', { text: t('shipsBehind') }), el('ul', {}, ...rows));
}

/** Beside the cursor, inside the chart. */
function place(tip, chart, at) {
  const x = chart.valToPos(at, 'x') + chart.over.offsetLeft;
  const room = chart.root.clientWidth;
  const right = x > room / 2;
  tip.style.left = right ? 'auto' : `${x + 14}px`;
  tip.style.right = right ? `${room - x + 14}px` : 'auto';
}

