import type { ServerResponse } from 'node:http';
import { headerOf, type Google, type Got } from './google-fake.ts';
import { answerModel } from './model-methods.ts';
import { answerUpload } from './uploads.ts';

/** JSON with Google's usual head. */
export const sendJson = (response: ServerResponse, status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): void => {
  response.writeHead(status, { 'content-type': 'application/json; charset=UTF-8', server: 'scaffolding on HTTPServer2', 'alt-svc': 'h3=":443"', ...headers });
  response.end(`${JSON.stringify(value, null, 2)}\n`);
};

/** An error as Google words it. */
export const sendError = (response: ServerResponse, status: number, [word, message, details]: readonly [string, string, (readonly object[])?]): void =>
  sendJson(response, status, { error: { code: status, message, status: word, ...(details === undefined ? {} : { details }) } });

const words: Readonly<Record<string, string>> = { files: 'File', cachedContents: 'CachedContent' };

/** Absent and somebody else's look alike. */
export const sendAbsent = (response: ServerResponse, name: string): void => {
  const [folder = ''] = name.split('/');
  const word = words[folder];
  if (word === undefined) sendError(response, 404, ['NOT_FOUND', `Requested entity was not found.`]);
  else sendError(response, 403, ['PERMISSION_DENIED', `You do not have permission to access the ${word} ${name.split('/')[1]} or it may not exist.`]);
};

export const jsonOf = ({ body }: Pick<Got, 'body'>): Record<string, unknown> => (body.length === 0 ? {} : (JSON.parse(body.toString()) as Record<string, unknown>));

/** What Google calls the list of each folder. */
const listNames: Readonly<Record<string, string>> = { batches: 'operations', files: 'files', cachedContents: 'cachedContents', fileSearchStores: 'fileSearchStores', tunedModels: 'tunedModels' };

const listThings = (google: Google, got: Got, [response, folder]: readonly [ServerResponse, string]): void => {
  const query = new URLSearchParams(got.query);
  const size = Number(query.get('pageSize') ?? 10);
  const from = Number(query.get('pageToken')?.replace('at', '') ?? 0);
  const all = [...google.shelfOf(got.key)].filter(([name]) => name.startsWith(`${folder}/`)).map(([, thing]) => thing);
  const page = all.slice(from, from + size);
  sendJson(response, 200, {
    ...(page.length === 0 ? {} : { [listNames[folder] ?? folder]: page }),
    ...(from + size < all.length ? { nextPageToken: `at${from + size}` } : {}),
  });
};

const makeThing = (google: Google, got: Got, [response, folder]: readonly [ServerResponse, string]): void => {
  const name = `${folder}/${google.nextId()}`;
  const thing = { name, ...jsonOf(got), createTime: '2026-11-29T00:00:00Z', expireTime: '2027-01-01T00:00:00Z', usageMetadata: { totalTokenCount: 7 } };
  google.shelfOf(got.key).set(name, thing);
  sendJson(response, 200, thing);
};

const interact = (google: Google, got: Got, response: ServerResponse): void => {
  const asked = jsonOf(got);
  const before = asked['previous_interaction_id'];
  if (typeof before === 'string' && !google.shelfOf(got.key).has(`interactions/${before}`)) return sendAbsent(response, `interactions/${before}`);
  const id = `v1_${google.nextId()}`;
  const made = { id, object: 'interaction', status: 'completed', model: asked['model'], created: '2026-11-29T00:00:00Z', updated: '2026-11-29T00:00:00Z', steps: [{ type: 'model_output', content: [{ type: 'text', text: `by ${got.key}` }] }], outputs: [{ type: 'text', text: `by ${got.key}` }] };
  google.shelfOf(got.key).set(`interactions/${id}`, made);
  if (asked['stream'] !== true) return sendJson(response, 200, made);
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const events = [
    { event_type: 'interaction.created', interaction: { id, status: 'in_progress' }, event_id: 'e1' },
    { event_type: 'step.start', index: 0, step: { type: 'model_output' }, event_id: 'e2' },
    { event_type: 'step.delta', index: 0, delta: { type: 'text', text: `by ${got.key}` }, event_id: 'e3' },
    { event_type: 'step.stop', index: 0, event_id: 'e4' },
    { event_type: 'interaction.completed', interaction: made, event_id: 'e5' },
  ];
  for (const event of events) response.write(`event: ${event.event_type}\ndata: ${JSON.stringify(event)}\n\n`);
  response.end('data: [DONE]\n\n');
};

const oneThing = (google: Google, got: Got, [response, name, method]: readonly [ServerResponse, string, string]): void => {
  const shelf = google.shelfOf(got.key);
  const thing = shelf.get(name);
  if (thing === undefined) return sendAbsent(response, name);
  if (method === 'download') {
    response.writeHead(200, { 'content-type': 'video/mp4', 'content-disposition': 'attachment' });
    response.end(Buffer.from(`bytes of ${name}`));
    return;
  }
  if (got.method === 'DELETE') {
    shelf.delete(name);
    return sendJson(response, 200, {});
  }
  if (got.method === 'PATCH') shelf.set(name, { ...thing, ...jsonOf(got) });
  sendJson(response, 200, shelf.get(name));
};

const inStore = (google: Google, got: Got, [response, store, rest]: readonly [ServerResponse, string, readonly string[]]): void => {
  if (!google.shelfOf(got.key).has(store)) return sendAbsent(response, store);
  const [folder = '', id] = rest;
  sendJson(response, 200, id === undefined ? { [folder]: [{ name: `${store}/${folder}/doc1` }] } : { name: `${store}/${folder}/${id}`, done: true });
};

const lackingFile = (google: Google, got: Got): string | undefined => {
  const text = got.body.toString().replaceAll('\\/', '/');
  const names = [...text.matchAll(/(?<=["/])((?:files|cachedContents|fileSearchStores)\/[\w-]+)/g)].map(([, name = '']) => name);
  return names.find((name) => !google.shelfOf(got.key).has(name));
};

/** Answers as Google would, with what this key has. */
export const answerGoogle = async (google: Google, got: Got, response: ServerResponse): Promise<void> => {
  const upload = new URLSearchParams(got.query).get('upload_id');
  if (upload !== null || got.path.startsWith('/upload/')) return answerUpload(google, got, response);
  if (got.key === '') return sendError(response, 403, ['PERMISSION_DENIED', "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API."]);
  const [, way = '', ...after] = got.path.split('/');
  const segments = way === 'download' ? after.slice(1) : after;
  const [last = '', method = ''] = (segments.at(-1) ?? '').split(':');
  const bare = [...segments.slice(0, -1), last];
  const [folder = '', id, ...rest] = bare;
  const lacking = got.method === 'POST' ? lackingFile(google, got) : undefined;
  if (lacking !== undefined) return sendAbsent(response, lacking);
  if (folder === 'models' && rest.length === 0) return answerModel(google, got, [response, id ?? '', method]);
  if (folder === 'interactions' && id === undefined) return interact(google, got, response);
  if (folder === 'interactions' && rest[0] === 'cancel') return oneThing(google, { ...got, method: 'GET' }, [response, `interactions/${id}`, '']);
  if (folder === 'fileSearchStores' && rest.length > 0) return inStore(google, got, [response, `${folder}/${id}`, rest]);
  if (id === undefined) return got.method === 'GET' ? listThings(google, got, [response, folder]) : makeThing(google, got, [response, folder]);
  return oneThing(google, got.method === 'POST' && method !== '' ? { ...got, method: 'GET' } : got, [response, folder === 'models' ? bare.join('/') : `${folder}/${id}`, method]);
};

export { headerOf };
