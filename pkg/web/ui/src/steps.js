// Arithmetic of playing, without a document.

/** Multiples of real time. The slowest follows a mooring, the fastest shows a day in a second. */
export const speeds = [1, 3, 10, 30, 60, 100, 300, 1000, 3600, 21600, 86400];

/** The next slower or faster one; the first or last stays. */
export function nextSpeed(speed, direction) {
  if (direction > 0) return speeds.find((s) => s > speed) ?? speeds.at(-1);
  return speeds.findLast((s) => s < speed) ?? speeds[0];
}

/** The time nearest after (1) or before (-1) a moment among times in order; undefined beyond the ends. */
export function stepTo(times, now, direction) {
  let [low, high] = [0, times.length];
  // The first time that is later than now, or not earlier than it.
  while (low < high) {
    const middle = (low + high) >> 1;
    if (direction > 0 ? times[middle] <= now : times[middle] < now) low = middle + 1;
    else high = middle;
  }
  return direction > 0 ? times[low] : times[low - 1];
}
