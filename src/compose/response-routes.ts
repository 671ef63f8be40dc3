import type { Config } from '../config.ts';
import type { Handler, Route } from '../http/route.ts';
import type { Capabilities } from '../ports/capabilities.ts';
import type { ResponseStore } from '../ports/response-store.ts';
import { responseNames } from '../openai/refused-field.ts';
import { namingFields } from './naming-fields.ts';
import { onFirstUse } from './on-first-use.ts';
import { refuseOnFirstUse } from './refuse-on-first-use.ts';
import { serveOnFirstUse } from './serve-on-first-use.ts';

/** What the routes need of the other parts. */
export type ResponseNeeds = {
  readonly capabilities: Capabilities;
  readonly responses: ResponseStore;
  /** The longest answer of a model, as Google lists it. */
  readonly listedLimit: (model: string) => number | undefined;
};

const countOnFirstUse = ({ translation }: Config, { capabilities, responses }: ResponseNeeds): Handler =>
  onFirstUse(async () => {
    const [{ serveQuestions }, { inputTokensDialect }] = await Promise.all([
      import('../pipeline/serve-questions.ts'),
      import('../openai/responses/kept/input-tokens.ts'),
    ]);
    return serveQuestions(capabilities, inputTokensDialect(translation, responses));
  });

const keptOnFirstUse = ({ capabilities, responses }: ResponseNeeds): Handler =>
  onFirstUse(async () => {
    const [{ serveKept }, { answerKept }] = await Promise.all([
      import('../pipeline/serve-kept.ts'),
      import('../openai/responses/kept/answer-kept.ts'),
    ]);
    const answer = answerKept(responses);
    return (received, { id: rest, query }) => {
      const { method: sent, path } = received;
      const method = sent === 'HEAD' ? 'GET' : sent;
      return serveKept(capabilities, answer({ method, path, rest, query }))(received);
    };
  });

/** OpenAI's Responses API, and what is kept for it. */
export const responseRoutes = (config: Config, needs: ResponseNeeds): readonly Route[] => {
  const { capabilities, responses, listedLimit } = needs;
  const settings = { ...config.translation, listedLimit };
  const respond = serveOnFirstUse(config, capabilities)(async () =>
    (await import('../openai/responses/dialect.ts')).responsesDialect(settings, responses),
  );
  const compact = refuseOnFirstUse(capabilities)(
    async () => (await import('../openai/responses/kept/removed-response.ts')).noCompaction,
  );
  const keep = keptOnFirstUse(needs);
  const naming = namingFields(responseNames);
  return [
    { method: 'POST', pattern: '/responses', handle: naming(respond) },
    { method: 'POST', pattern: '/responses/input_tokens', handle: naming(countOnFirstUse(config, needs)) },
    { method: 'POST', pattern: '/responses/compact', handle: compact },
    { method: 'GET', pattern: '/responses/{id}', handle: keep },
    { method: 'POST', pattern: '/responses/{id}', handle: keep },
    { method: 'DELETE', pattern: '/responses/{id}', handle: keep },
  ];
};
