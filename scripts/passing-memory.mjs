// What 200 uploads and 200 answers of 20 MB each at once cost the built service in memory, with a bare Google behind it.
// Nothing leaves this machine; it takes about a minute.
//
//   node scripts/passing-memory.mjs [how many, 200] [megabytes each, 20]
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const [many, megabytes] = [Number(process.argv[2] ?? 200), Number(process.argv[3] ?? 20)];
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const piece = Buffer.alloc(65_536, 'x');
const pieces = megabytes * 16;
const headers = { 'x-goog-api-key': 'a-password-for-measuring' };

const pour = async (stream, last = '') => {
  for (let at = 0; at < pieces; at += 1) if (!stream.write(piece)) await new Promise((next) => stream.once('drain', next));
  stream.end(last);
};

const google = createServer((asked, answer) => {
  asked.resume();
  asked.on('end', () => {
    if (asked.headers['x-goog-upload-command'] === 'start') {
      answer.writeHead(200, { 'x-goog-upload-url': `http://${asked.headers.host}/upload/v1beta/files?upload_id=x` }).end();
    } else if (asked.url.includes(':streamGenerateContent')) void pour(answer.writeHead(200, { 'content-type': 'application/json' }), ']');
    else answer.writeHead(200, { 'content-type': 'application/json' }).end('{"models":[]}');
  });
});
await new Promise((listening) => google.listen(0, '127.0.0.1', listening));

const folder = mkdtempSync(join(tmpdir(), 'passing-memory-'));
const service = spawn(process.execPath, [join(root, 'dist', 'index.js')], {
  cwd: folder,
  env: { HOST: '127.0.0.1', PORT: '0', DATA_DIR: folder, PASSWORD: headers['x-goog-api-key'], GEMINI_API_KEYS: 'made-up-key', GEMINI_BASE_URL: `http://127.0.0.1:${google.address().port}`, MAX_REQUESTS_PER_MINUTE: '0', MAX_REQUESTS_PER_DAY_PER_IP: '0' },
  stdio: ['ignore', 'pipe', 'inherit'],
});
const url = await new Promise((found) => service.stdout.on('data', (text) => /"url":"([^"]+)"/.exec(text) && found(/"url":"([^"]+)"/.exec(text)[1])));

const ask = (path, more, send) =>
  new Promise((resolve, reject) => {
    const asking = request(new URL(path, url), { method: 'POST', headers: { ...headers, ...more } }, (answer) => {
      let bytes = 0;
      answer.on('data', (got) => (bytes += got.length));
      answer.on('end', () => resolve({ status: answer.statusCode, bytes, head: answer.headers }));
    });
    asking.on('error', reject);
    asking.on('response', (answer) => answer.on('error', reject));
    send(asking);
  });
const up = async () => {
  const { head } = await ask('/upload/v1beta/files', { 'x-goog-upload-protocol': 'resumable', 'x-goog-upload-command': 'start' }, (asking) => asking.end('{}'));
  return ask(head['x-goog-upload-url'], { 'content-length': String(pieces * piece.length), 'x-goog-upload-command': 'upload, finalize' }, (asking) => void pour(asking));
};
const down = () => ask('/v1beta/models/x:streamGenerateContent', {}, (asking) => asking.end('{}'));
/** @type {(name: string) => number} */
const memory = (name) => Math.round(Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${service.pid}/status`, 'utf8'))[1]) / 1024);

for (const [what, one] of [['down', down], ['up', up]]) {
  await one();
  const before = memory('VmRSS');
  const answers = await Promise.all(Array.from({ length: many }, one));
  const well = answers.filter(({ status, bytes }) => status === 200 && (what === 'up' || bytes === pieces * piece.length + 1)).length;
  console.log(`${String(many)} of ${String(megabytes)} MB ${String(what)} at once: ${well} whole; ${before} MiB before, ${memory('VmHWM')} MiB at its highest, ${memory('VmRSS')} MiB after`);
}
service.kill();
google.closeAllConnections();
google.close();
rmSync(folder, { recursive: true, force: true });
