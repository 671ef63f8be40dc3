import type { ServerResponse } from 'node:http';
import type { Google, Got } from './google-fake.ts';
import { headerOf } from './google-fake.ts';
import { jsonOf, sendError, sendJson } from './google-routes.ts';

type Facts = Record<string, unknown>;

const fileOf = (google: Google, asked: Facts): Facts => {
  const name = typeof asked['name'] === 'string' ? asked['name'] : `files/${google.nextId()}`;
  return {
    name,
    displayName: asked['displayName'] ?? asked['display_name'],
    mimeType: asked['mimeType'] ?? asked['mime_type'] ?? 'application/octet-stream',
    createTime: '2026-11-29T00:00:00Z',
    updateTime: '2026-11-29T00:00:00Z',
    expirationTime: '2026-12-01T00:00:00Z',
    uri: `https://generativelanguage.googleapis.com/v1beta/${name}`,
    state: 'ACTIVE',
    source: 'UPLOADED',
  };
};

const put = (google: Google, key: string, [file, bytes]: readonly [Facts, Buffer]): Facts => {
  const made = { ...file, sizeBytes: String(bytes.length) };
  google.shelfOf(key).set(String(file['name']), made);
  return made;
};

const factsIn = (value: unknown): Facts => (typeof value === 'object' && value !== null ? { ...value } : {});

/** The protocol of Google's older APIs: `uploadType`, `location`, `content-range`, 308. */
const isOlder = ({ query }: Got): boolean => new URLSearchParams(query).get('uploadType') === 'resumable';

const start = (google: Google, got: Got, response: ServerResponse): void => {
  const id = google.nextId();
  const asked = factsIn(jsonOf(got)['file']);
  const mimeType = headerOf(got, 'x-goog-upload-header-content-type') ?? headerOf(got, 'x-upload-content-type');
  google.uploads.set(id, { key: got.key, pieces: [], file: fileOf(google, { mimeType, ...asked }) });
  if (isOlder(got)) {
    response.writeHead(200, { location: `${google.url()}${got.path}?uploadType=resumable&upload_id=${id}&key=${got.key}`, 'content-length': '0' });
    response.end();
    return;
  }
  const address = `${google.url()}${got.path}?upload_id=${id}&upload_protocol=resumable`;
  response.writeHead(200, { 'x-goog-upload-url': address, 'x-goog-upload-control-url': address, 'x-guploader-uploadid': id, 'content-location': address, 'x-goog-upload-status': 'active', 'x-goog-upload-chunk-granularity': '262144', 'content-length': '0' });
  response.end();
};

const goOn = (google: Google, got: Got, [response, id]: readonly [ServerResponse, string]): void => {
  const upload = google.uploads.get(id);
  if (upload === undefined) return sendError(response, 404, ['NOT_FOUND', 'Upload not found.']);
  if (upload.key !== got.key) return sendError(response, 403, ['PERMISSION_DENIED', 'The upload is of another key.']);
  const command = headerOf(got, 'x-goog-upload-command') ?? '';
  const size = upload.pieces.reduce((sum, piece) => sum + piece.length, 0);
  if (command === 'query') {
    response.writeHead(200, { 'x-goog-upload-status': 'active', 'x-goog-upload-size-received': String(size) });
    response.end();
    return;
  }
  upload.pieces.push(got.body);
  const [, to = '', total = ''] = /^bytes \d+-(\d+)\/(\d+)$/.exec(headerOf(got, 'content-range') ?? '') ?? [];
  if (isOlder(got) && Number(to) + 1 < Number(total)) {
    response.writeHead(308, { range: `bytes=0-${to}`, 'content-length': '0' });
    response.end();
    return;
  }
  if (!isOlder(got) && !command.includes('finalize')) {
    response.writeHead(200, { 'x-goog-upload-status': 'active', 'content-length': '0' });
    response.end();
    return;
  }
  sendJson(response, 200, { file: put(google, got.key, [upload.file, Buffer.concat(upload.pieces)]) }, { 'x-goog-upload-status': 'final' });
};

/** Parts of a `multipart/related` body. */
const partsOf = ({ body, rawHeaders }: Got): readonly Buffer[] => {
  const boundary = /boundary=("?)([^";]+)\1/.exec(headerOf({ rawHeaders }, 'content-type') ?? '')?.[2] ?? '';
  const pieces = body.toString('latin1').split(`--${boundary}`).slice(1, -1);
  return pieces.map((piece) => Buffer.from(piece.slice(piece.indexOf('\r\n\r\n') + 4, piece.lastIndexOf('\r\n')), 'latin1'));
};

/** Uploads: begun, gone on with, or in one request. */
export const answerUpload = (google: Google, got: Got, response: ServerResponse): void => {
  const id = new URLSearchParams(got.query).get('upload_id');
  if (id !== null) return goOn(google, got, [response, id]);
  if (isOlder(got) || (headerOf(got, 'x-goog-upload-command') ?? '').includes('start')) return start(google, got, response);
  const type = new URLSearchParams(got.query).get('uploadType') ?? headerOf(got, 'x-goog-upload-protocol');
  const [facts = Buffer.from('{}'), bytes = got.body] = type === 'multipart' ? partsOf(got) : [];
  const asked = { mimeType: headerOf(got, 'content-type'), ...factsIn(factsIn(JSON.parse(facts.toString()))['file']) };
  sendJson(response, 200, { file: put(google, got.key, [fileOf(google, asked), bytes]) });
};
