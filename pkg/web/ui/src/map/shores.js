// Part of the map's worker: it fetches and decodes the shores there, so that 80,000 positions neither stop the page nor are
// handed from it to the worker. A source of the style asks for them as shores://gulf or shores://world.
import { feature } from 'topojson-client';
import { collection } from './shapes.js';

/** Land and coast of one file, told apart by the property `is`. */
function shapes(topology) {
  return ['land', 'coast'].flatMap((is) => {
    const found = feature(topology, topology.objects[is]);
    return (found.features ?? [found]).map(({ geometry }) => ({ type: 'Feature', geometry, properties: { is } }));
  });
}

globalThis.addProtocol('shores', async ({ url }, { signal }) => {
  try {
    const answer = await fetch(`/basemap/${url.slice('shores://'.length)}.topojson`, { signal });
    if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
    return { data: collection(shapes(await answer.json())) };
  } catch (error) {
    if (signal.aborted) throw error;
    return { data: collection([]) }; // the sea without its shores is still of use; the fallback has them
  }
});
