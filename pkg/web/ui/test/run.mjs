// Runs the tests of the page: those of the modules' arithmetic, then the browser's. It builds the program and replays the bundled feed once, fetches what reads Parquet back, and runs
// one file after the other, since the machine may have two cores. What is missing is said loudly; with
// DARKWAKE_REQUIRE_BROWSER=1 it is a failure. Arguments are names of files in test/browser, none for all.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const pyarrow = 'pyarrow==26.0.1';

const oldestNode = [20, 19];

function missing() {
  const what = [];
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1])) what.push(`Node ${oldestNode.join('.')} or newer (this is ${process.versions.node})`);
  if (!existsSync(process.env.CHROMIUM || '/usr/bin/chromium')) what.push('chromium (apt-get install chromium fonts-dejavu-core)');
  if (!existsSync(join(here, '../node_modules/playwright-core'))) what.push('node_modules (npm ci in pkg/web/ui)');
  return what;
}

const lacks = missing();
if (lacks.length > 0) {
  console.error(`************ Browser tests SKIPPED, the page was not driven: no ${lacks.join(', no ')}`);
  process.exit(process.env.DARKWAKE_REQUIRE_BROWSER === '1' ? 1 : 0);
}

/** The folder of pyarrow, fetched once; empty where it is not to be had. */
function parquetReader() {
  const has = (path) => {
    try {
      execFileSync('python3', ['-c', 'import pyarrow.parquet'], { stdio: 'ignore', env: { ...process.env, PYTHONPATH: path } });
      return true;
    } catch {
      return false;
    }
  };
  const dir = join(process.env.DARKWAKE_TOOLS || join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'darkwake/tools'), pyarrow.replace('==', '-'));
  for (const path of [process.env.PYTHONPATH ?? '', dir]) if (has(path)) return path;
  spawnSync('python3', ['-m', 'pip', 'install', '--quiet', '--no-deps', '--target', dir, pyarrow], { stdio: ['ignore', 'ignore', 'ignore'] });
  if (has(dir)) return dir;
  console.error('************ Parquet downloads are NOT read back: python3 has no pyarrow, and pip does not give it');
  if (process.env.DARKWAKE_REQUIRE_BROWSER === '1') process.exit(1);
  return '';
}

const { folder, program } = await import('./site.mjs');
const names = process.argv.slice(2);
const files = readdirSync(join(here, 'browser')).filter((name) => name.endsWith('.test.mjs') && (names.length === 0 || names.some((wanted) => name.startsWith(wanted)))).sort();
const env = { ...process.env, DETECT: await program(), FOLDER: await folder(), PYTHONPATH: parquetReader() };
const arithmetic = names.length === 0 ? readdirSync(join(here, 'unit')).map((name) => join(here, 'unit', name)) : [];
const { status } = spawnSync(process.execPath, ['--test', '--test-concurrency=1', '--test-reporter=spec', ...arithmetic, ...files.map((name) => join(here, 'browser', name))], { stdio: 'inherit', env });
process.exitCode = status ?? 1;
