import t from 'tap';
import { metricsText } from '../../src/http/metrics-route.ts';
import { chat, madeUpKeys, pollux, question } from '../support/pollux.ts';

t.test('metrics are for who knows the password', async (t) => {
  const { url } = await pollux(t);
  t.equal((await fetch(`${url}/metrics`)).status, 401);
});

t.test('requests, tokens, keys and pictures are counted', async (t) => {
  const service = await pollux(t, { keys: madeUpKeys, settings: { IMAGE_STORAGE_DIR: '/dev/null/nowhere' } });
  const { url, password, emulator } = service;
  emulator.failKey(madeUpKeys[0] ?? '', 'day');
  for (const text of ['one', 'two', 'three']) await (await chat(service, question(text))).text();
  await (await chat(service, question('none', { model: 'gemini-none' }))).text();
  await (await chat(service, { model: 'gemini-3.1-flash-image', messages: [{ role: 'user', content: 'draw' }] })).text();
  const answer = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${password}` } });
  t.equal(answer.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
  const text = await answer.text();
  const value = (line: string): number => Number(text.split('\n').find((one) => one.startsWith(`${line} `))?.slice(line.length + 1));
  t.equal(value('pollux_requests_total{route="/chat/completions",status="200"}'), 4);
  t.equal(value('pollux_requests_total{route="/chat/completions",status="404"}'), 1);
  t.ok(value('pollux_request_seconds_total{route="/chat/completions",status="200"}') > 0);
  t.ok(value('pollux_tokens_total{kind="prompt"}') > 0 && value('pollux_tokens_total{kind="completion"}') > 0);
  t.ok(value('pollux_gemini_attempts_total') >= 6, 'fail-over counts');
  t.equal(value('pollux_keys{state="ready"}') + value('pollux_keys{state="resting"}'), 3);
  t.equal(value('pollux_pictures_refused_total{place="local"}'), 1, 'the store that failed is told');
  t.equal(value('pollux_pictures_kept_total{place="memory"}'), 1);
  t.ok(value('pollux_memory_bytes') > 1_000_000);
  for (const line of text.trim().split('\n')) t.match(line, /^(# (HELP|TYPE) pollux_\w+ .+|pollux_\w+(\{\w+="[^"]*"(,\w+="[^"]*")*\})? [\d.e+-]+)$/);
});

t.test('what says nothing to Gemini is left out and counted, by route and in the access line', async (t) => {
  const service = await pollux(t);
  const { url, password } = service;
  const headers = { authorization: `Bearer ${password}`, 'content-type': 'application/json' };
  const ask = async (path: string, body: object): Promise<number> => (await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify({ model: 'gemini-3.5-flash', ...body }) })).status;
  const user = { role: 'user', content: 'Hello' };
  const items = [{ type: 'web_search_call', id: 'ws_1', status: 'completed' }, { type: 'mcp_list_tools', id: 'm', server_label: 'a', tools: [] }, { type: 'nobody_knows' }, { type: 'image_generation_call', id: 'ig', result: null }];
  t.equal(await ask('/v1/responses', { input: [user, ...items, { type: 'additional_tools', tools: [] }, { type: 'reasoning', summary: [] }, user] }), 200);
  t.equal(await ask('/v1/responses', { input: 'Hello' }), 200);
  const said = [{ type: 'redacted_thinking', data: 'x' }, { type: 'text', text: 'a' }, { type: 'server_tool_use', id: 's', name: 'n', input: {} }, { type: 'thinking', thinking: 'a', signature: '' }];
  t.equal(await ask('/v1/messages', { max_tokens: 10, messages: [user, { role: 'assistant', content: said }, { role: 'user', content: [{ type: 'text', text: 'b' }, { type: 'nobody_knows' }] }] }), 200);
  const loop = [user, { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_1', name: 'f', input: {} }] }, { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: [{ type: 'text', text: 'b' }, { type: 'nobody_knows' }] }] }];
  t.equal(await ask('/v1/messages', { max_tokens: 10, tools: [{ name: 'f', input_schema: { type: 'object' } }], messages: loop }), 200, 'in a result too');
  const text = await (await fetch(`${url}/metrics`, { headers })).text();
  t.same(text.split('\n').filter((line) => line.startsWith('pollux_dropped_total')).toSorted(), ['pollux_dropped_total{route="/messages",status="200"} 4', 'pollux_dropped_total{route="/responses",status="200"} 4']);
  t.same(service.log.flatMap((line) => /"dropped":(\d+)/.exec(line)?.[1] ?? []), ['4', '3', '1']);
});

t.test('labels are escaped', (t) => {
  const metric = { name: 'm', help: 'h', type: 'gauge' as const, samples: [{ labels: { a: 'x"y\\z\n' }, value: 1 }] };
  t.equal(metricsText([metric]), '# HELP m h\n# TYPE m gauge\nm{a="x\\"y\\\\z\\n"} 1\n');
  t.end();
});
