// Playing time: the moment t moves on at a multiple of real time, over the chosen days or all of them. Who moves less by
// choice goes from event to event instead. The clock is the browser's frames; everything else is arithmetic on t.
import { announce, el, reducedMotion } from './dom.js';
import { clock, duration, instant, seconds } from './format.js';
import { icon } from './icons.js';
import { nextSpeed, stepTo } from './steps.js';
import { state } from './state.js';
import { t } from './strings.js';

const usualSpeed = 3600;

/** The URL is not written more often than this, in milliseconds. */
const urlEvery = 500;

/** Where less motion is asked for, how long each event is shown, in milliseconds. */
const stillFor = 2000;

export class Playback {
  /** onTime is called with each new moment, span gives its bounds, starts the times at which events begin, in order. */
  constructor({ onTime, span, starts, onFollow }) {
    Object.assign(this, { onTime, span, starts, onFollow });
    this.now = seconds(state.get('t'));
    this.speed = state.number('speed') || usualSpeed;
    this.playing = false;
    this.looping = false;
    this.following = false;
  }

  /** Puts the controls under the time bar, into its box. */
  start(host) {
    if (!host) return;
    const button = (key, onclick, pressed) => el('button', {
      type: 'button', class: `play-${key}`, title: t(key), 'aria-label': t(key), onclick, 'aria-pressed': pressed ? 'false' : null,
    }, icon(key));
    this.button = button('play', () => this.toggle());
    this.slider = el('input', { type: 'range', class: 'play-time', min: '0', max: '1000', value: '0', step: '1', 'aria-label': t('time'), oninput: () => this.slide() });
    this.output = el('output', { class: 'play-now', text: t('utc') });
    this.rate = el('output', { class: 'play-rate' });
    this.loopButton = button('loop', () => this.loop(), true);
    this.followButton = button('follow', () => this.follow(), true);
    host.append(el('div', { class: 'playback', role: 'group', 'aria-label': t('time') },
      button('stepBack', () => this.step(-1)), this.button, button('stepOn', () => this.step(1)), this.slider, this.output,
      button('slower', () => this.faster(-1)), this.rate, button('faster', () => this.faster(1)), this.loopButton, this.followButton));
    this.show();
    if (!Number.isNaN(this.now)) this.onTime(this.now);
  }

  toggle() {
    if (this.playing) this.stop();
    else this.play();
  }

  play() {
    const { from, to } = this.span();
    if (!(to > from)) return;
    if (Number.isNaN(this.now) || this.now < from || this.now >= to) this.now = from;
    this.playing = true;
    this.show();
    announce(reducedMotion() ? t('reducedMotion') : t('playing', { x: this.label() }));
    this.last = performance.now();
    if (reducedMotion()) this.timer = setTimeout(() => this.still(), stillFor);
    else this.frame = requestAnimationFrame((at) => this.tick(at));
  }

  stop() {
    this.playing = false;
    cancelAnimationFrame(this.frame);
    clearTimeout(this.timer);
    this.show();
    this.write();
    announce(t('paused', { t: clock(this.now) }));
  }

  tick(at) {
    if (!this.playing) return;
    // A tab in the background gets no frames: time does not jump when it comes back.
    const passed = Math.min(at - this.last, 250) / 1000;
    this.last = at;
    this.set(this.now + passed * this.speed);
    if (this.playing) this.frame = requestAnimationFrame((next) => this.tick(next));
  }

  /** Without motion: the next event, held for a while. */
  still() {
    if (!this.playing) return;
    const { to } = this.span();
    this.set(stepTo(this.starts(), this.now, 1) ?? to);
    if (this.playing) this.timer = setTimeout(() => this.still(), stillFor);
  }

  set(s) {
    const { from, to } = this.span();
    if (s >= to) {
      if (this.looping && this.playing) s = from;
      else {
        this.now = to;
        this.onTime(to);
        if (this.playing) this.stop();
        else this.show();
        return;
      }
    }
    this.now = Math.max(s, from);
    this.onTime(this.now);
    this.show();
    if (!this.playing || performance.now() - (this.written ?? 0) > urlEvery) this.write();
  }

  write() {
    this.written = performance.now();
    state.set({ t: Number.isNaN(this.now) ? '' : instant(this.now) });
  }

  /** To the event before or after. */
  step(direction) {
    const { from, to } = this.span();
    const at = stepTo(this.starts(), Number.isNaN(this.now) ? (direction > 0 ? from - 1 : to + 1) : this.now, direction);
    if (at === undefined) return;
    this.set(at);
    announce(clock(at));
  }

  slide() {
    const { from, to } = this.span();
    this.set(from + ((to - from) * Number(this.slider.value)) / 1000);
  }

  faster(direction) {
    this.speed = nextSpeed(this.speed, direction);
    state.set({ speed: this.speed === usualSpeed ? '' : this.speed });
    this.show();
    announce(this.label());
  }

  loop() {
    this.looping = !this.looping;
    this.show();
  }

  follow() {
    this.following = !this.following;
    this.onFollow(this.following);
    this.show();
  }

  label() {
    return `${t('speedNow', { x: this.speed })} · ${t('rate', { what: duration(this.speed) })}`;
  }

  show() {
    if (!this.button) return;
    const name = this.playing ? t('pause') : t('play');
    if (this.button.title !== name) this.button.replaceChildren(icon(this.playing ? 'pause' : 'play'));
    this.button.title = name;
    this.button.setAttribute('aria-label', name);
    this.rate.textContent = this.label();
    this.loopButton.setAttribute('aria-pressed', String(this.looping));
    this.followButton.setAttribute('aria-pressed', String(this.following));
    if (Number.isNaN(this.now)) return;
    const { from, to } = this.span();
    this.slider.value = String(Math.round(((this.now - from) / (to - from)) * 1000));
    this.slider.setAttribute('aria-valuetext', clock(this.now));
    this.output.textContent = clock(this.now);
  }

  /** The moment is gone with the days that held it. */
  clear() {
    if (this.playing) this.stop();
    this.now = NaN;
    this.onTime(NaN);
    if (this.output) this.output.textContent = t('utc');
    state.set({ t: '' });
  }
}
