import { TE, pipe } from '../../kernel/fp.ts';
import { caught, thrown, type ProxyError } from '../../kernel/proxy-error.ts';
import type { Secret } from '../../kernel/secret.ts';
import { readModelPage } from '../../gemini/read-model-page.ts';
import type { GeminiModel } from '../../gemini/response.ts';
import type { FetchModels } from '../../ports/capabilities.ts';
import { jsonBody } from './answer-body.ts';
import { connectionError } from './connection-error.ts';
import { answerError, type GeminiRequests } from './gemini-requests.ts';
import { watchdogs } from '../watchdog.ts';

/** Reads models.list. */
export type GeminiModelList = {
  readonly fetchModels: FetchModels;
  /** Asks for one model only: enough to tell whether the key works. */
  readonly probeKey: FetchModels;
};

const noList: ProxyError = { tag: 'BadAnswer', reason: 'no model list' };

const mostPages = 50;
const timeoutMs = 15_000;

/** The model list over these calls, 15 s a page. */
export const geminiModelList = ({ request }: Pick<GeminiRequests, 'request'>): GeminiModelList => {
  const watch = watchdogs({ firstByteMs: timeoutMs, idleMs: timeoutMs });
  const page = async (query: string, secret: Secret, signal: AbortSignal): Promise<unknown> => {
    const dog = watch(signal);
    try {
      const answer = await request({ path: `models?${query}`, secret, dog });
      if (answer.statusCode !== 200) throw thrown(await answerError(answer, '', secret));
      return await jsonBody(answer.body.pieces(), 'a model list', null);
    } catch (cause) {
      throw thrown(connectionError(cause, dog));
    } finally {
      dog.stop();
    }
  };

  const allPages = async (secret: Secret, signal: AbortSignal): Promise<readonly GeminiModel[]> => {
    const models: GeminiModel[] = [];
    let token: string | null = '';
    for (let count = 0; token !== null && count < mostPages; count += 1) {
      const read = readModelPage(
        await page(`pageSize=1000${token === '' ? '' : `&pageToken=${encodeURIComponent(token)}`}`, secret, signal),
      );
      if (read === null) throw thrown(noList);
      for (const model of read.models) models.push(model);
      token = read.next;
    }
    return models;
  };

  return {
    fetchModels: (secret, signal) => TE.tryCatch(() => allPages(secret, signal), caught),
    probeKey: (secret, signal) =>
      pipe(
        TE.tryCatch(() => page('pageSize=1', secret, signal), caught),
        TE.map((value) => readModelPage(value)?.models ?? []),
        TE.filterOrElse((models) => models.length > 0, (): ProxyError => noList),
      ),
  };
};
