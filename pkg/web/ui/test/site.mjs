// A site to be tested: the program itself, serving a recorded feed that it has replayed, on a free port of the loopback.
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

export const root = join(dirname(fileURLToPath(import.meta.url)), '../../../..');
const feed = join(root, 'testdata/feeds/first-look.nmea.zst');

/** A server that does not answer by then never will, in milliseconds; a busy machine takes seconds to link the program. */
const patience = 120_000;

export const scratch = mkdtempSync(join(tmpdir(), 'darkwake-page-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

/** The program: DETECT names one that is built, else it is built once. */
export async function program() {
  if (process.env.DETECT) return process.env.DETECT;
  const file = join(scratch, 'detect');
  if (!existsSync(file)) await run('go', ['build', '-o', file, './cmd/detect'], { cwd: root });
  return file;
}

async function freePort() {
  return new Promise((done, fail) => {
    const probe = createServer().once('error', fail).listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => done(port));
    });
  });
}

/** Replays the bundled feed into a folder, once for all tests of a process; FOLDER names one that is there. */
let replayed;
export function folder() {
  replayed ??= (async () => {
    if (process.env.FOLDER) return process.env.FOLDER;
    const out = join(scratch, 'out');
    await run(await program(), ['replay', '--quiet', '--out', out, feed], { cwd: root });
    return out;
  })();
  return replayed;
}

/** Starts a site over a folder, with more arguments where options.args has some; stop it with stop(). */
export async function serve(options = {}) {
  const dir = options.folder ?? (await folder());
  return { ...(await started(['serve', '--in', dir, '--admin', '', ...(options.args ?? [])])), folder: dir };
}

/**
 * Starts a service that reads the bundled feed into a new store, and serves the page meanwhile. What is tested is not the estimate:
 * it draws little.
 */
export async function live() {
  const dir = mkdtempSync(join(scratch, 'live-'));
  writeFileSync(join(dir, 'feeds.yaml'), `sources:\n  - {id: first-look, path: ${JSON.stringify(feed)}}\n`);
  writeFileSync(join(dir, 'few.yaml'), 'estimate:\n  draws: 200\n');
  return started(['run', '--config', join(dir, 'few.yaml'), '--checkpoint-every', '500ms', '--with-ingest', join(dir, 'feeds.yaml'), '--data-dir', join(dir, 'data'), '--out', '', '--admin', '', '--log-format', 'text']);
}

/** Starts the program with a page, and waits until that answers. */
async function started(args) {
  const detect = await program();
  const port = await freePort();
  const server = spawn(detect, [...args, '--listen', `127.0.0.1:${port}`], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [server.stdout, server.stderr]) stream.on('data', (data) => { said += data; });
  const gone = new Promise((done) => { server.once('exit', done); });
  const base = `http://127.0.0.1:${port}`;
  const until = Date.now() + patience;
  for (;;) {
    if (server.exitCode !== null) throw new Error(`detect ${args[0]} ended with ${server.exitCode}: ${said}`);
    if (Date.now() > until) throw new Error(`detect ${args[0]} did not answer: ${said}`);
    try {
      const answer = await fetch(`${base}/`);
      await answer.arrayBuffer();
      if (answer.ok) break;
    } catch { /* not yet */ }
    await new Promise((done) => { setTimeout(done, 100); });
  }
  return {
    base,
    said: () => said,
    async stop() {
      server.kill('SIGTERM');
      await gone;
    },
  };
}

/** The newest version of every event of a folder, as they stand in events.jsonl. */
export function eventsOf(dir) {
  const newest = new Map();
  for (const line of readFileSync(join(dir, 'events.jsonl'), 'utf8').split('\n')) {
    if (!line.startsWith('{')) continue;
    const event = JSON.parse(line);
    if (event.kind) newest.set(event.id, event);
  }
  return [...newest.values()];
}
