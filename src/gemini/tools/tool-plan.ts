import { E } from '../../kernel/fp.ts';
import type { ProxyError } from '../../kernel/proxy-error.ts';
import { oncePer } from '../../kernel/remember.ts';
import type { BuiltInTool, ModelTraits } from '../model-traits.ts';
import { builtInTools, type Settled } from '../refused-pairs.ts';
import type { FunctionDeclaration, Tool, ToolConfig } from '../request.ts';
import type { AskedTools, JsonWish, ToolChoice } from './asked-tools.ts';
import { declareFunctions, type DeclaredFunction } from './declare-functions.ts';
import { functionNames, type FunctionNames } from './function-names.ts';
import { jsonAnswer, type JsonAnswer } from './json-answer.ts';
import { settleTools } from './settle-tools.ts';

/** What a request's tools come to for a model. */
export type ToolPlan = {
  /** Names of all functions that were offered, both ways. */
  readonly names: FunctionNames;
  readonly functions: readonly DeclaredFunction[];
  readonly builtIns: readonly BuiltInTool[];
  readonly choice: ToolChoice;
  /** The answer is to be JSON by responseMimeType. */
  readonly formatsJson: boolean;
  /** The answer is to be JSON by a function of ours. */
  readonly jsonAnswer: JsonAnswer | null;
  /** System messages may go up as the instruction; a cached content has its own. */
  readonly takesInstruction: boolean;
};

const noFunctions: readonly DeclaredFunction[] = [];

type Offered = Pick<ToolPlan, 'names' | 'functions' | 'builtIns' | 'choice' | 'takesInstruction'>;

/**
 * JSON beside functions: from Gemini 3 on in mode AUTO only, so functions that are not allowed are not declared at all;
 * before, by a function of ours that takes the answer; functions that must not be called are left out
 * (@ai-sdk/google; recorded: JSON with functions and search, no calling config).
 */
const withJson = (wish: JsonWish, offered: Offered, { jsonByFunction }: Settled): E.Either<ProxyError, ToolPlan> => {
  const { functions, choice } = offered;
  const plain = { ...offered, formatsJson: true, jsonAnswer: null };
  if (functions.length === 0) return E.right(plain);
  const only = new Set(choice.only);
  const allowed = choice.only === undefined ? functions : functions.filter(({ name }) => only.has(name));
  const open: ToolPlan = {
    ...plain,
    functions: allowed.map((tool) => ({ ...tool, strict: undefined })),
    choice: { kind: 'may' },
  };
  if (!jsonByFunction) return E.right(open);
  return E.map((answer: JsonAnswer): ToolPlan => ({
    ...open,
    functions: [...allowed, answer.tool],
    choice: { kind: 'must' },
    formatsJson: false,
    jsonAnswer: answer,
  }))(jsonAnswer(wish, functions.map(({ name }) => name)));
};

const namesOf = oncePer((declared: readonly DeclaredFunction[]) => functionNames(declared.map(({ name }) => name)));

const planTools = (
  asked: AskedTools,
  declared: readonly DeclaredFunction[],
  settled: Settled,
): E.Either<ProxyError, ToolPlan> => {
  const offered: Offered = {
    names: namesOf(declared),
    functions: settled.kept.has('functions') ? declared : noFunctions,
    builtIns: builtInTools.filter((tool) => settled.kept.has(tool)),
    choice: asked.choice,
    takesInstruction: settled.kept.has('instruction'),
  };
  const isJson = settled.kept.has('json') || settled.jsonByFunction;
  return isJson && asked.json !== null
    ? withJson(asked.json, offered, settled)
    : E.right({ ...offered, formatsJson: false, jsonAnswer: null });
};

/**
 * Plans functions, Google's tools, the choice among them and JSON together: they limit each other, by family
 * (refused-pairs.ts).
 */
export const toolPlan = (asked: AskedTools, traits: ModelTraits): E.Either<ProxyError, ToolPlan> => {
  const declared = declareFunctions(asked.functions);
  if (E.isLeft(declared)) return declared;
  const settled = settleTools(asked, traits);
  return E.isLeft(settled) ? settled : planTools(asked, declared.right, settled.right);
};

/** It as Gemini takes it. */
const geminiTool = (tool: BuiltInTool): Tool => ({ [tool]: {} });

const declarationOf = (tool: DeclaredFunction, names: FunctionNames): FunctionDeclaration => ({
  name: names.toGemini(tool.name),
  ...(tool.description === undefined || tool.description === '' ? {} : { description: tool.description }),
  ...(tool.parameters === undefined ? {} : { parametersJsonSchema: tool.parameters }),
});

/** All functions as one tool: made once for those that come with every turn of an agent. */
const declaredTools = oncePer((names: FunctionNames) =>
  oncePer((functions: readonly DeclaredFunction[]): readonly Tool[] => [
    { functionDeclarations: functions.map((tool) => declarationOf(tool, names)) },
  ]),
);

const nothing: GeminiTools = {};

/** VALIDATED is AUTO with arguments held to their schema, OpenAI's `strict`; and the form of AUTO that takes names. */
const callingConfig = (plan: ToolPlan): ToolConfig['functionCallingConfig'] => {
  const { names, functions, choice, builtIns, formatsJson } = plan;
  const only = choice.only === undefined ? {} : { allowedFunctionNames: choice.only.map(names.toGemini) };
  if (choice.kind === 'must') return { mode: 'ANY', ...only };
  if (choice.kind === 'must not') return { mode: 'NONE' };
  const validated =
    choice.only !== undefined ||
    functions.some((tool) => tool.strict === true) ||
    (builtIns.length > 0 && !formatsJson);
  return validated ? { mode: 'VALIDATED', ...only } : undefined;
};

/** True when Google's tools and functions stand together: their calls are then part of the conversation. */
export const needsCirculation = (plan: ToolPlan): boolean => plan.builtIns.length > 0 && plan.functions.length > 0;

/** The two fields of a Gemini request that tools go to. */
export type GeminiTools = { readonly tools?: readonly Tool[]; readonly toolConfig?: ToolConfig };

/** A plan as Gemini takes it; nothing where there is nothing, since empty tools and configs are refused. */
export const toGeminiTools = (plan: ToolPlan): GeminiTools => {
  const hasFunctions = plan.functions.length > 0;
  if (!hasFunctions && plan.builtIns.length === 0) return nothing;
  const declared = hasFunctions ? declaredTools(plan.names)(plan.functions) : [];
  const tools = plan.builtIns.length === 0 ? declared : [...declared, ...plan.builtIns.map(geminiTool)];
  const functionCallingConfig = hasFunctions ? callingConfig(plan) : undefined;
  const toolConfig: ToolConfig = {
    ...(functionCallingConfig === undefined ? {} : { functionCallingConfig }),
    ...(needsCirculation(plan) ? { includeServerSideToolInvocations: true } : {}),
  };
  return Object.keys(toolConfig).length === 0 ? { tools } : { tools, toolConfig };
};
