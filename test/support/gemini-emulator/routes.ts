import { errorSteps, jsonSteps } from './answer-whole.ts';
import { checkRequest, readRequest } from './check-request.ts';
import type { Asked, FaultOptions, Responder, Rules } from './controls.ts';
import { defaultAnswer } from './default-answer.ts';
import type { EmulatorOptions } from './emulator.ts';
import { embedSteps } from './embeddings.ts';
import { faultSteps, type FaultKind } from './faults.ts';
import { notFound, unknownModel } from './google-error.ts';
import { textsAt, type JsonObject } from './json.ts';
import { keyRefusal, type KeyFailure } from './key-failures.ts';
import { listModels } from './list-models.ts';
import { contentType, scriptSteps, type Framing, type Script } from './script.ts';
import type { SeenRequest } from './seen-requests.ts';
import type { Minted } from './minted.ts';
import { head, write, type Step } from './steps.ts';
import { promptTokens } from './usage.ts';

/** A fault to come, with its numbers. */
export type PlannedFault = { readonly kind: FaultKind; readonly options: FaultOptions };

/** What the routes work with: the options, the rules that tests set, and what the emulator remembers. */
export type World = {
  readonly options: EmulatorOptions;
  readonly models: readonly JsonObject[];
  readonly answers: Rules<Responder>;
  readonly failures: Rules<KeyFailure>;
  readonly faults: Rules<PlannedFault>;
  readonly minted: Minted;
};

type Steps = readonly Step[];

const unregistered = {
  code: 403,
  message:
    "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API.",
  status: 'PERMISSION_DENIED',
};

const framingOf = (seen: SeenRequest): Framing => {
  if (seen.action !== 'streamGenerateContent') return 'whole';
  return seen.query['alt'] === 'sse' ? 'sse' : 'array';
};

const refusedKey = ({ options, failures }: World, seen: SeenRequest): Steps | undefined => {
  const key = seen.key ?? seen.queryKey;
  if (key === null || key === '') return errorSteps(unregistered, framingOf(seen));
  const failure = failures.take(seen.model, key) ?? (options.keys?.includes(key) === false ? 'invalid' : undefined);
  if (failure === undefined) return undefined;
  const { status, body, contentType: type } = keyRefusal(failure, { key, model: seen.model ?? 'unknown' });
  return [head(status, type ?? contentType(framingOf(seen))), write(body)];
};

const isScript = (answer: Script | readonly unknown[]): answer is Script => !Array.isArray(answer);

const scripted = async (world: World, asked: Asked): Promise<Script | undefined> => {
  const responder = world.answers.take(asked.model, asked.key);
  const answer = typeof responder === 'function' ? await responder(asked) : responder;
  if (answer === undefined) return undefined;
  return isScript(answer) ? answer : { frames: answer };
};

const canned = (world: World, asked: Asked): Script => ({
  frames: defaultAnswer(asked, world.minted),
  frameDelayMs: world.options.frameDelayMs ?? 0,
});

const generate = async (world: World, seen: SeenRequest, model: string): Promise<Steps> => {
  const framing = framingOf(seen);
  const key = seen.key ?? seen.queryKey ?? '';
  const trusted = world.options.strictSignatures === true ? { knows: world.minted.knows } : {};
  const error = world.options.checks === false ? undefined : checkRequest(model, seen.body, trusted);
  if (error !== undefined) return errorSteps(error, framing);
  const asked: Asked = { model, key, stream: framing !== 'whole', body: readRequest('GenerateContentRequest', seen.body).value, seen };
  const fault = world.faults.take(model, key, ({ options }) => options.on !== 'models');
  if (fault === undefined) return scriptSteps((await scripted(world, asked)) ?? canned(world, asked), framing);
  const { frames } = { frames: [], ...canned(world, asked) };
  return faultSteps(fault.kind, { framing, frames, afterFrames: fault.options.afterFrames ?? 1, size: fault.options.size ?? 8 * 1024 * 1024 });
};

const countTokens = (seen: SeenRequest): Steps => {
  const { value, error } = readRequest('CountTokensRequest', seen.body);
  if (error !== undefined) return errorSteps(error);
  const totalTokens = promptTokens(value['generateContentRequest'] === undefined ? value : Object(value['generateContentRequest']));
  return jsonSteps({ totalTokens, promptTokensDetails: [{ modality: 'TEXT', tokenCount: totalTokens }] });
};

/** Methods that a model lists under another name. */
const listedAs: Readonly<Record<string, string>> = { streamGenerateContent: 'generateContent', batchEmbedContents: 'embedContent' };

const postModel = async (world: World, seen: SeenRequest, model: string, action: string): Promise<Steps> => {
  const found = world.models.find(({ name }) => name === `models/${model}`);
  const method = listedAs[action] ?? action;
  if (found === undefined || !textsAt(found, 'supportedGenerationMethods').includes(method))
    return errorSteps(unknownModel(model, method), framingOf(seen));
  if (action === 'batchEmbedContents') return embedSteps(model, readRequest('BatchEmbedContentsRequest', seen.body));
  return action === 'countTokens' ? countTokens(seen) : generate(world, seen, model);
};

const getModels = ({ models, options, faults }: World, seen: SeenRequest): Steps => {
  const fault = faults.take(null, seen.key, (planned) => planned.options.on === 'models');
  if (fault !== undefined) return faultSteps(fault.kind, { framing: 'whole', frames: [{ models }], afterFrames: 1, size: 1 });
  if (seen.model === null) return listModels(models, seen.query, options.pageSize ?? 50);
  const found = models.find(({ name }) => name === `models/${seen.model}`);
  return found === undefined ? errorSteps(unknownModel(seen.model, 'GetModel')) : jsonSteps(found);
};

const actions: readonly string[] = ['generateContent', 'streamGenerateContent', 'countTokens', 'batchEmbedContents'];

/** What the emulator does about a request that has arrived whole. */
export const route = async (world: World, seen: SeenRequest): Promise<Steps> => {
  const isList = /^\/v1(?:beta|alpha)?\/models(?:\/[^/:]+)?$/.test(seen.path);
  const isCall = /^\/v1(?:beta|alpha)?\/models\/[^/:]+:\w+$/.test(seen.path) && actions.includes(seen.action ?? '');
  if (!(seen.method === 'GET' && isList) && !(seen.method === 'POST' && isCall))
    return errorSteps(notFound(`The requested URL ${seen.path} was not found on this server.`));
  const refusal = refusedKey(world, seen);
  if (refusal !== undefined) return refusal;
  if (seen.method === 'GET') return getModels(world, seen);
  return postModel(world, seen, seen.model ?? '', seen.action ?? '');
};
