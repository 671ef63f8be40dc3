import { E } from '../../../kernel/fp.ts';
import type { ProxyError } from '../../../kernel/proxy-error.ts';
import { asSent } from '../../../kernel/written-text.ts';
import { needsCirculation } from '../../../gemini/tools/tool-plan.ts';
import { batchWriter, type AnswerForm, type AnswerWriter } from '../../../ports/answer-writer.ts';
import { shorterStream } from '../../../ports/shorter-writer.ts';
import type { TranslationContext } from '../../../ports/dialect.ts';
import { jsonWhole, type Whole } from '../../../ports/reply.ts';
import type { ResponseFields } from '../ask/response-fields.ts';
import { wantsSummary, type SettledResponse } from '../ask/to-gemini.ts';
import { recordCuts } from '../kept/event-cuts.ts';
import { eventWriter, type EventWriter } from './event-writer.ts';
import { responseHeartbeat, responseMachine, type ResponseMachineState } from './machine.ts';
import { plainStream } from './plain-stream.ts';
import { responseText, type Echo, type KeepFinished } from './response-body.ts';
import { isLifecycle, type ResponseEvent } from './response-event.ts';
import type { ResponseSettings } from './response-settings.ts';
import { textsTeller } from './tell-texts.ts';
import { responseCollector } from './response-collector.ts';

/** Codex shows nothing of a refusal, and asks all again after a filtered answer. */
const isCodex = ({ originator }: TranslationContext): boolean => originator?.startsWith('codex') === true;

/** How the answer to this request is written. */
export const responseSettings = (
  fields: ResponseFields,
  { name, plan, kinds }: SettledResponse,
  context: TranslationContext,
): ResponseSettings => {
  const { include = [] } = fields;
  const { id, created, now } = context;
  return {
    id,
    created,
    completed: () => (now === undefined ? created : Math.max(created, Math.floor(now() / 1000))),
    model: fields.model,
    signedBy: name.model,
    names: plan.names,
    jsonAnswer: plan.jsonAnswer,
    isJson: plan.formatsJson || plan.jsonAnswer !== null,
    oneCall: fields.parallel_tool_calls === false,
    citesSources: plan.builtIns.length > 0,
    kinds,
    tellsThoughts: wantsSummary(fields),
    keepsServerTools: needsCirculation(plan),
    search: {
      sources: include.includes('web_search_call.action.sources'),
      results: include.includes('web_search_call.results'),
    },
    tier: fields.service_tier ?? 'auto',
    refusesInWords: isCodex(context),
  };
};

/** The whole answer is the response that the last event of its stream holds. */
const wholeResponse = (events: readonly ResponseEvent[], { textsOf }: EventWriter): E.Either<ProxyError, Whole> => {
  const last = events.at(-1);
  return last === undefined || !isLifecycle(last)
    ? E.left({ tag: 'EmptyAnswer', finishReason: null, finishMessage: null })
    : E.right(jsonWhole(asSent(responseText(textsOf(last)))));
};

/** A stream that is silent for so long tells that it goes on, ms: Codex does not count comments (Floway#498). */
const silence = 60_000;

const comment = ': keep-alive\n\n';

type Keeping = { readonly keep: KeepFinished; readonly keepAliveMs: number };

const machineWriter = (echo: Echo, settings: ResponseSettings, { keep, keepAliveMs }: Keeping): AnswerWriter => {
  const machine = responseMachine(settings);
  const tellTexts = textsTeller(settings);
  const cuts = keep === undefined ? null : recordCuts();
  const writer = eventWriter(echo, cuts);
  const most = Math.max(1, Math.round(silence / Math.max(1, keepAliveMs)));
  const form: AnswerForm<ResponseMachineState, ResponseEvent> = {
    frames: writer.write,
    last: writer.writeLast,
    texts: (state, said) => {
      const told = tellTexts(state, said);
      return told === null ? null : [told[0], [writer.writeTexts(told[1])]];
    },
    whole: (events) => {
      cuts?.note(events);
      return wholeResponse(events, writer);
    },
    kept: ([, { kept }]) => kept,
    closing: '',
    heartbeat: (state) => {
      const [next, events] = responseHeartbeat(state, settings, most);
      return [next, events.length === 0 ? comment : writer.write(events)];
    },
    keep: (last) => {
      const event = last.at(-1);
      if (keep === undefined || cuts === null || event === undefined || !isLifecycle(event)) return undefined;
      return () => keep({ texts: writer.textsOf(event), events: cuts.text() });
    },
  };
  return batchWriter(machine, form);
};

/** How the answer to a request to the Responses API is written. */
export const responsesAnswer = (echo: Echo, settings: ResponseSettings, keeping: Keeping): AnswerWriter => {
  const written = (): AnswerWriter => machineWriter(echo, settings, keeping);
  const facts = { echo, settings, keep: keeping.keep };
  return {
    stream: () => shorterStream((frames, into) => plainStream(facts, frames, into), () => written().stream()),
    whole: () => responseCollector(facts, () => written().whole()),
  };
};
