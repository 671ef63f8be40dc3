import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { E, TE, pipe } from '../../src/kernel/fp.ts';
import { embeddingDialect } from '../../src/openai/embeddings/dialect.ts';
import { generationsDialect } from '../../src/openai/images/dialect.ts';
import { speechDialect } from '../../src/openai/speech/dialect.ts';
import { transcriptionDialect } from '../../src/openai/transcriptions/dialect.ts';
import type { Plan } from '../../src/ports/dialect.ts';
import { assistant, body, called, contextWith, result, tool, user } from '../support/chat.ts';
import { project, recordingsArePresent, skipWithoutRecordings } from '../support/recordings.ts';

/** JSON of the caller's own, whose names are not Google's. */
const open: ReadonlySet<string> = new Set(['args', 'response', 'parametersJsonSchema', 'responseJsonSchema']);

const pathsIn = (value: unknown, path = ''): readonly string[] => {
  if (Array.isArray(value)) return value.flatMap((one) => pathsIn(one, path));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const here = path === '' ? name : `${path}.${name}`;
    return inner === undefined ? [] : [here, ...(open.has(name) ? [] : pathsIn(inner, here))];
  });
};

const sdk = '@google/genai 3.3.0';
const documented = "Google's discovery document; @ai-sdk/google sends its sibling `audio`";

/** Who is seen to send each field that we send: `recorded`, or the SDK that writes it to this API. */
const sources: Readonly<Record<string, string>> = {
  'contents': 'recorded',
  'contents.role': 'recorded',
  'contents.parts': 'recorded',
  'contents.parts.text': 'recorded',
  'contents.parts.thoughtSignature': 'recorded',
  'contents.parts.inlineData': 'recorded',
  'contents.parts.inlineData.mimeType': 'recorded',
  'contents.parts.inlineData.data': 'recorded',
  'contents.parts.fileData': 'recorded',
  'contents.parts.fileData.fileUri': 'recorded',
  'contents.parts.mediaResolution': sdk,
  'contents.parts.mediaResolution.level': sdk,
  'contents.parts.speechMetadata': sdk,
  'contents.parts.speechMetadata.style': sdk,
  'contents.parts.functionCall': 'recorded',
  'contents.parts.functionCall.id': 'recorded',
  'contents.parts.functionCall.name': 'recorded',
  'contents.parts.functionCall.args': 'recorded',
  'contents.parts.functionResponse': 'recorded',
  'contents.parts.functionResponse.id': 'recorded',
  'contents.parts.functionResponse.name': 'recorded',
  'contents.parts.functionResponse.response': 'recorded',
  'contents.parts.functionResponse.parts': 'recorded',
  'contents.parts.functionResponse.parts.inlineData': 'recorded',
  'contents.parts.functionResponse.parts.inlineData.mimeType': 'recorded',
  'contents.parts.functionResponse.parts.inlineData.data': 'recorded',
  'systemInstruction': 'recorded',
  'systemInstruction.parts': 'recorded',
  'systemInstruction.parts.text': 'recorded',
  'tools': 'recorded',
  'tools.functionDeclarations': 'recorded',
  'tools.functionDeclarations.name': 'recorded',
  'tools.functionDeclarations.description': 'recorded',
  'tools.functionDeclarations.parametersJsonSchema': 'recorded',
  'tools.googleSearch': 'recorded',
  'tools.urlContext': 'recorded',
  'tools.codeExecution': 'recorded',
  'tools.googleMaps': sdk,
  'toolConfig': 'recorded',
  'toolConfig.functionCallingConfig': 'recorded',
  'toolConfig.functionCallingConfig.mode': 'recorded',
  'toolConfig.functionCallingConfig.allowedFunctionNames': 'recorded',
  'toolConfig.includeServerSideToolInvocations': 'recorded',
  'safetySettings': 'recorded',
  'safetySettings.category': 'recorded',
  'safetySettings.threshold': 'recorded',
  'cachedContent': 'recorded',
  'serviceTier': sdk,
  'generationConfig': 'recorded',
  'generationConfig.temperature': 'recorded',
  'generationConfig.topP': 'recorded',
  'generationConfig.topK': 'recorded',
  'generationConfig.candidateCount': 'recorded',
  'generationConfig.maxOutputTokens': 'recorded',
  'generationConfig.stopSequences': 'recorded',
  'generationConfig.seed': sdk,
  'generationConfig.presencePenalty': sdk,
  'generationConfig.frequencyPenalty': sdk,
  'generationConfig.responseMimeType': 'recorded',
  'generationConfig.responseJsonSchema': 'recorded',
  'generationConfig.responseModalities': 'recorded',
  'generationConfig.responseLogprobs': 'recorded',
  'generationConfig.logprobs': 'recorded',
  'generationConfig.mediaResolution': sdk,
  'generationConfig.thinkingConfig': 'recorded',
  'generationConfig.thinkingConfig.includeThoughts': 'recorded',
  'generationConfig.thinkingConfig.thinkingBudget': 'recorded',
  'generationConfig.thinkingConfig.thinkingLevel': 'recorded',
  'generationConfig.imageConfig': 'recorded',
  'generationConfig.imageConfig.aspectRatio': 'recorded',
  'generationConfig.imageConfig.imageSize': sdk,
  'generationConfig.responseFormat': documented,
  'generationConfig.responseFormat.image': documented,
  'generationConfig.responseFormat.image.mimeType': documented,
  'generationConfig.speechConfig': sdk,
  'generationConfig.speechConfig.voiceConfig': sdk,
  'generationConfig.speechConfig.voiceConfig.prebuiltVoiceConfig': sdk,
  'generationConfig.speechConfig.voiceConfig.prebuiltVoiceConfig.voiceName': sdk,
  'generationConfig.audioTranscriptionConfig': sdk,
  'generationConfig.audioTranscriptionConfig.languageCodes': sdk,
  'generationConfig.audioTranscriptionConfig.customVocabulary': sdk,
  'generationConfig.audioTranscriptionConfig.wordTimestamp': sdk,
  'generationConfig.audioTranscriptionConfig.diarization': sdk,
  'generationConfig.audioTranscriptionConfig.mode': sdk,
  'requests': 'recorded',
  'requests.model': 'recorded',
  'requests.content': 'recorded',
  'requests.content.parts': 'recorded',
  'requests.content.parts.text': 'recorded',
  'requests.outputDimensionality': 'recorded',
  'requests.taskType': 'recorded',
  'requests.title': sdk,
};

const settings = { modelAliases: new Map<string, string>() };
const png = 'data:image/png;base64,iVBORw0KGgo=';
const picture = { type: 'image_url', image_url: { url: png, detail: 'high' } };
const schema = { type: 'object', properties: { a: { type: 'string' } } };
const signature = { extra_content: { google: { thought_signature: 'c2ln' } } };

const chats: readonly object[] = [
  { messages: [{ role: 'system', content: 's' }, user([{ type: 'text', text: 'a' }, picture, { type: 'file', file: { file_id: 'files/abc' } }]), assistant('b', signature), user('c')], temperature: 1, top_p: 1, top_k: 2, max_tokens: 9, stop: 'x', seed: 1, presence_penalty: 1, frequency_penalty: 1, logprobs: true, top_logprobs: 1, service_tier: 'flex', reasoning_effort: 'low' },
  { model: 'gemini-2.5-flash', n: 2, reasoning_effort: 'low', response_format: { type: 'json_schema', json_schema: { schema } } },
  { tools: [{ ...tool('f'), function: { name: 'f', description: 'd', parameters: schema } }], tool_choice: { type: 'function', function: { name: 'f' } }, messages: [user('a'), assistant(null, { tool_calls: [called('1', 'f', '{}', signature)] }), result('1', [{ type: 'text', text: 'x' }, picture])] },
  { tools: [tool('f'), { type: 'web_search' }, { type: 'url_context' }, { type: 'code_execution' }, { type: 'google_maps' }] },
  { extra_body: { google: { cached_content: 'cachedContents/x', media_resolution: 'low' } } },
  { model: 'gemini-3.8-flash-tts', modalities: ['audio'], audio: { voice: 'alloy', format: 'wav' } },
  { model: 'gemini-3.1-flash-image', image_config: { aspect_ratio: '1:1', image_size: '2K' } },
];

const bodyOf = (made: E.Either<unknown, Pick<Plan, 'call'>>): object => (E.isRight(made) ? made.right.call.body : { failed: JSON.stringify(made.left) });

const others = async (): Promise<readonly object[]> => {
  const file = { filename: 'a.wav', mimeType: 'audio/wav', bytes: new Uint8Array(Buffer.from('RIFF0000WAVE')) };
  const sound = { model: 'gemini-3.5-transcribe', file, language: 'en', keywords: ['a'] };
  const transcribe = transcriptionDialect('transcribe', settings);
  const transcripts = [{ ...sound, response_format: 'verbose_json', timestamp_granularities: ['word'] }, { ...sound, response_format: 'diarized_json' }].map((form) => bodyOf(pipe(transcribe.decode(form), E.flatMap((asked) => transcribe.translate(asked, contextWith())))));
  const images = generationsDialect(settings);
  const speech = speechDialect(settings);
  const drawn = bodyOf(pipe(images.decode({ prompt: 'p', size: '1024x1024', output_format: 'jpeg', image: png }), E.flatMap((asked) => images.translate(asked, contextWith()))));
  const spoken = bodyOf(pipe(speech.decode({ model: 'gemini-3.8-flash-tts', input: 'a', voice: 'alloy', instructions: 'glad', response_format: 'wav' }), E.flatMap((asked) => speech.translate(asked, contextWith()))));
  const embedding = embeddingDialect(settings, () => TE.right(''));
  const asked = embedding.decode({ model: 'gemini-embedding-001', input: 'a', dimensions: 4, task_type: 'CLUSTERING', title: 't' });
  const embedded = E.isLeft(asked) ? E.left(asked.left) : await embedding.translate(asked.right, { media: new Map(), isLarge: false })();
  return [...transcripts, drawn, spoken, ...(E.isRight(embedded) ? embedded.right.bodies.map(Object) : [{ failed: true }])];
};

t.test('no field is sent that neither a recording shows nor an SDK sends', async (t) => {
  const sent = new Set([...chats.map((request) => body(request)), ...(await others())].flatMap((one) => pathsIn(JSON.parse(JSON.stringify(one)))));
  t.same([...sent].filter((path) => !Object.hasOwn(sources, path)), []);
  t.same(Object.keys(sources).filter((path) => !sent.has(path) && path !== 'generationConfig.audioTranscriptionConfig.mode'), [], 'and the table names no field that is never sent');
});

t.test('what is called recorded is', { skip: skipWithoutRecordings() }, (t) => {
  const folder = join(project, '..', 'shared', 'recordings', 'native');
  const camel = (path: string): string => path.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const bodies = !recordingsArePresent ? [] : readdirSync(folder).map((file) => (JSON.parse(readFileSync(join(folder, file), 'utf8')) as { readonly request?: { readonly body?: unknown } | null }).request?.body);
  const parsed = bodies.map((one) => (typeof one === 'string' && one.startsWith('{') ? (JSON.parse(one) as unknown) : one));
  const recorded = new Set(parsed.flatMap((one) => pathsIn(one)).map(camel));
  t.same(Object.entries(sources).filter(([path, source]) => source === 'recorded' && !recorded.has(path)), []);
  t.end();
});
