import type { Contents } from './conversation/to-contents.ts';
import type { GenerateContentRequest, GenerationConfig, SafetySetting } from './request.ts';
import { toGeminiTools, type ToolPlan } from './tools/tool-plan.ts';

/** What the body of a call is made of, whatever dialect it was asked in. */
export type BodyPieces = {
  readonly contents: Contents;
  readonly plan: ToolPlan;
  readonly config: GenerationConfig;
  readonly safetySettings: readonly SafetySetting[] | undefined;
  readonly cachedContent?: string | undefined;
  readonly serviceTier?: GenerateContentRequest['serviceTier'];
};

const saysSomething = (config: Readonly<Record<string, unknown>>): boolean => {
  for (const name in config) if (config[name] !== undefined) return true;
  return false;
};

/** The body of a call; what says nothing is left out, since Gemini refuses empty tools and instructions. */
export const requestBody = (pieces: BodyPieces): GenerateContentRequest => {
  const { contents, plan, config, safetySettings, cachedContent, serviceTier } = pieces;
  const hasInstruction = contents.system.length > 0 && plan.takesInstruction;
  const { tools, toolConfig } = toGeminiTools(plan);
  return {
    contents: contents.contents,
    systemInstruction: hasInstruction ? { parts: contents.system } : undefined,
    tools,
    toolConfig,
    cachedContent,
    safetySettings,
    generationConfig: saysSomething(config) ? config : undefined,
    serviceTier,
  };
};
