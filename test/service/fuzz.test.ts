import { Agent } from 'node:http';
import t from 'tap';
import { startOddUpstream } from '../support/fuzz/odd-upstream.ts';
import { runFuzz, type Finding } from '../support/fuzz/run-fuzz.ts';
import { startService } from '../support/service.ts';
import { madeUpKeys } from '../support/pollux.ts';

const seed = 20_261;
const cases = 250;

/** For a machine that is busy with other tests; `npm run fuzz` asks for 2 s. */
const mostMs = 20_000;

t.test(`${cases} odd requests and odd answers of Gemini meet no defect, and are all answered in OpenAI's shape`, async (t) => {
  const upstream = await startOddUpstream(seed);
  const service = await startService({ GEMINI_BASE_URL: upstream.url, GEMINI_API_KEYS: madeUpKeys.join(','), MAX_REQUESTS_PER_MINUTE: '0', MAX_REQUESTS_PER_DAY_PER_IP: '0', IMAGE_FETCH_TIMEOUT_MS: '1000' });
  const agent = new Agent({ keepAlive: true });
  t.teardown(async () => {
    agent.destroy();
    await service.close();
    await upstream.close();
  });
  const findings: Finding[] = [];
  const tally = new Map<string, number>();
  await runFuzz({ url: service.url, password: service.password, agent, mostMs, tally }, seed, (tried) => tried < cases, (finding) => findings.push(finding));
  t.same(findings, []);
  t.same(service.log.filter((line) => line.includes('"message":"defect"')), []);
  for (const kind of ['odd request 200', 'odd request 400', 'odd answer 200', 'odd answer 502']) t.ok((tally.get(kind) ?? 0) > 5, `some were an ${kind}`);
});
