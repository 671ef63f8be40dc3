import type { CodeEvent, CodeResultEvent, SearchEvent, SourceEvent } from '../../../gemini/answer/answer-event.ts';
import type { OpenedBlock } from './message-event.ts';

/** What Google's search asked and found. */
export type Found = { readonly queries: readonly string[]; readonly sources: ReadonlyMap<string, string> };

/** Before anything was found. */
export const noFound: Found = { queries: [], sources: new Map() };

/** More of either are not told: they are copied for each. */
const mostFound = 500;

/** The same with what an event tells; a frame may tell again what one before it told. */
export const withFound = (found: Found, event: SearchEvent | SourceEvent): Found => {
  const { queries, sources } = found;
  if (event.kind === 'search')
    return { queries: [...new Set([...queries, ...event.queries])].slice(0, mostFound), sources };
  if (sources.size >= mostFound || sources.has(event.url)) return found;
  return { queries, sources: new Map(sources).set(event.url, event.title) };
};

const direct = { type: 'direct' };

const resultOf = ([url, title]: readonly [string, string]): object => ({
  type: 'web_search_result',
  url,
  title,
  encrypted_content: '',
  page_age: null,
});

/** A block that comes at once, and the JSON of its input. */
export type WholeBlock = { readonly block: OpenedBlock; readonly json?: string };

/** Google tells what it found behind its answer: a search and its results, as the last blocks; none for none. */
export const searchBlocks = ({ queries, sources }: Found, id: string): readonly WholeBlock[] => {
  if (queries.length === 0 && sources.size === 0) return [];
  const toolId = `srvtoolu_${id}`;
  return [
    {
      block: { kind: 'server tool', id: toolId, name: 'web_search' },
      json: JSON.stringify({ query: queries.join(', ') }),
    },
    {
      block: {
        kind: 'server result',
        value: {
          type: 'web_search_tool_result',
          tool_use_id: toolId,
          caller: direct,
          content: [...sources].map(resultOf),
        },
      },
    },
  ];
};

/** Code that Gemini ran. */
export const codeBlock = ({ code: { code = '' } }: CodeEvent, id: string): readonly [OpenedBlock, string] => [
  { kind: 'server tool', id, name: 'code_execution' },
  JSON.stringify({ code }),
];

/** What came of it. */
export const codeResultBlock = ({ result: { outcome, output = '' } }: CodeResultEvent, id: string): OpenedBlock => {
  const isGood = outcome === undefined || outcome === 'OUTCOME_OK';
  return {
    kind: 'server result',
    value: {
      type: 'code_execution_tool_result',
      tool_use_id: id,
      content: {
        type: 'code_execution_result',
        stdout: isGood ? output : '',
        stderr: isGood ? '' : output,
        return_code: isGood ? 0 : 1,
        content: [],
      },
    },
  };
};
