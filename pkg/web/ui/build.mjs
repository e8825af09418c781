// Builds the page's modules and styles into ../assets, with .br and .gz beside each file:
//
//   app/app.js   everything that the page needs before the map, one module
//   app/map.js   the map's own module, fetched after the first paint
//   app/drop.js, drop.css   what reads a file that the reader drops on the map, fetched when one is
//   app/shores.mjs   what the map's worker decodes the shores with; it loads modules by this ending
//   app/app.css  styles of map, charts, dialog and sheet
//   maplibre-6.17.0/, uplot-1.6.32/   the two libraries, minified once more, each in a folder of its version
//
// The output depends on the sources and on the locked packages only, so that `node build.mjs --check` can tell whether
// what is committed is what is here. Compressed twins are compared by what they hold: zlib's output may change with Node.
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, brotliDecompressSync, constants, gunzipSync, gzipSync } from 'node:zlib';
import * as esbuild from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const assets = join(here, '..', 'assets');
const { dependencies } = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'));
const folders = { maplibre: `maplibre-${dependencies['maplibre-gl']}`, uplot: `uplot-${dependencies.uplot}` };

/** What one entry becomes, as bytes. */
async function bundle(options) {
  const result = await esbuild.build({
    bundle: true, minify: true, write: false, format: 'esm', target: ['es2022'], charset: 'utf8',
    external: ['../maplibre-*', '../uplot-*', './map.js', './drop.js'], // other files of the build, by their addresses
    absWorkingDir: here, logLevel: 'warning', legalComments: 'none', ignoreAnnotations: true, ...options,
  });
  return Buffer.from(result.outputFiles[0].contents);
}

/** The libraries' licences must stay with them. */
const banner = (name, url) => ({ js: `/*! ${name}, licence: ${url} */` });

/** Names of files, relative to ../assets, with their bytes. */
async function build() {
  const files = new Map();
  const maplibre = (file) => join(here, 'node_modules/maplibre-gl/dist', file);
  const licence = banner(`MapLibre GL JS ${dependencies['maplibre-gl']}`, `https://github.com/maplibre/maplibre-gl-js/blob/v${dependencies['maplibre-gl']}/LICENSE.txt`);
  const stdin = {
    contents: `export { Map, importScriptInWorkers, setWorkerUrl, setWorkerCount } from ${JSON.stringify(maplibre('maplibre-gl-dev.mjs'))};`,
    resolveDir: here,
  };
  files.set(`${folders.maplibre}/maplibre-gl.mjs`, await bundle({ stdin, banner: licence }));
  // The worker's own minified form is smaller than ours; without its map, which is not served.
  const worker = readFileSync(maplibre('maplibre-gl-worker.mjs'), 'utf8').replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n');
  files.set(`${folders.maplibre}/maplibre-gl-worker.mjs`, Buffer.from(worker));
  files.set(`${folders.uplot}/uplot.mjs`, await bundle({
    entryPoints: [join(here, 'node_modules/uplot/dist/uPlot.esm.js')],
    banner: banner(`uPlot ${dependencies.uplot}`, 'MIT, https://github.com/leeoniya/uPlot/blob/master/LICENSE'),
  }));
  // The server puts the version of all files into their path, so that none is taken for an older one.
  const url = (name) => JSON.stringify(`../${name}`);
  files.set('app/map.js', await bundle({
    entryPoints: ['src/map/index.js'],
    define: {
      MAPLIBRE_URL: url(`${folders.maplibre}/maplibre-gl.mjs`),
      MAPLIBRE_WORKER_URL: url(`${folders.maplibre}/maplibre-gl-worker.mjs`),
      SHORES_URL: JSON.stringify('./shores.mjs'),
      DROP_URL: JSON.stringify('./drop.js'),
      DROP_STYLE_URL: JSON.stringify('./drop.css'),
    },
  }));
  files.set('app/shores.mjs', await bundle({ entryPoints: ['src/map/shores.js'] }));
  files.set('app/drop.js', await bundle({ entryPoints: ['src/drop/index.js'] }));
  files.set('app/drop.css', await bundle({ entryPoints: ['src/drop/drop.css'], loader: { '.css': 'css' } }));
  files.set('app/app.js', await bundle({
    entryPoints: ['src/main.js'],
    define: { UPLOT_URL: url(`${folders.uplot}/uplot.mjs`), MAP_URL: JSON.stringify('./map.js') },
  }));
  files.set('app/app.css', await bundle({ entryPoints: ['src/app.css'], loader: { '.css': 'css' } }));
  for (const [name, bytes] of [...files]) {
    files.set(`${name}.br`, brotli(bytes));
    files.set(`${name}.gz`, gzipSync(bytes, { level: 9 }));
  }
  return files;
}

function brotli(bytes) {
  return brotliCompressSync(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
      [constants.BROTLI_PARAM_LGWIN]: 22,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  });
}

const owned = ['app', folders.maplibre, folders.uplot];

function committed() {
  const names = [];
  for (const folder of owned) {
    if (!existsSync(join(assets, folder))) continue;
    for (const name of readdirSync(join(assets, folder))) names.push(`${folder}/${name}`);
  }
  return names.sort();
}

function write(files) {
  for (const folder of owned) rmSync(join(assets, folder), { recursive: true, force: true });
  for (const [name, bytes] of files) {
    mkdirSync(dirname(join(assets, name)), { recursive: true });
    writeFileSync(join(assets, name), bytes);
  }
}

/** What a file holds once unpacked. */
function plain(name, bytes) {
  if (name.endsWith('.br')) return brotliDecompressSync(bytes);
  return name.endsWith('.gz') ? gunzipSync(bytes) : bytes;
}

/** The names that are missing, too many, or of other content than the sources give. */
function differences(files) {
  const there = new Set(committed());
  const wrong = [...there].filter((name) => !files.has(name));
  for (const [name, bytes] of files) {
    if (!there.has(name) || !plain(name, readFileSync(join(assets, name))).equals(plain(name, bytes))) wrong.push(name);
  }
  return wrong.sort();
}

const files = await build();
if (process.argv.includes('--check')) {
  const wrong = differences(files);
  if (wrong.length > 0) {
    console.error(`pkg/web/assets is not what pkg/web/ui builds (make ui): ${wrong.join(', ')}`);
    process.exit(1);
  }
  console.log(`pkg/web/assets: ${files.size} files are what pkg/web/ui builds`);
} else {
  write(files);
  for (const [name, bytes] of files) if (!/\.(br|gz)$/.test(name)) console.log(`${name}: ${bytes.length} bytes, brotli ${files.get(`${name}.br`).length}`);
}
