/** An answer of Gemini's that takes as much work as its size allows, and what the caller asks to get it. */
export type HeavyAnswer = {
  readonly what: string;
  /** The JSON of the frames, or of the one whole answer. */
  readonly make: () => readonly string[];
  /** What is asked beside model and messages. */
  readonly asks?: object;
  readonly path?: string;
};

const listed = (count: number, one: (at: number) => string): string => `[${Array.from({ length: count }, (_, at) => one(at)).join(',')}]`;

const candidate = (parts: string, more = ''): string => `{"content":{"role":"model","parts":${parts}},"index":0,"finishReason":"STOP"${more}}`;

const usage = '"usageMetadata":{"promptTokenCount":1,"candidatesTokenCount":1,"totalTokenCount":2}';

const frame = (parts: string, more = ''): string => `{"candidates":[${candidate(parts, more)}],${usage}}`;

const sources = '"groundingChunks":[{"web":{"uri":"https://a.example","title":"a"}}]';

const supports = (count: number, one: (at: number) => string): string =>
  `,"groundingMetadata":{${sources},"groundingSupports":${listed(count, (at) => `{"segment":${one(at)},"groundingChunkIndices":[0]}`)}}`;

const logprobs = (count: number): string =>
  `,"logprobsResult":{"chosenCandidates":${listed(count, (at) => `{"token":"t${at}","logProbability":-0.25}`)},"topCandidates":${listed(count, (at) => `{"candidates":[{"token":"t${at}","logProbability":-0.25},{"token":"u${at}","logProbability":-2.5}]}`)}}`;

const search = { web_search_options: {} };
const speaks = { tools: [{ type: 'function', function: { name: 'f' } }] };
const words = (count: number, of: string): string => of.repeat(Math.ceil(count / of.length)).slice(0, count);

const timed = (count: number, word: (at: number) => string): string =>
  listed(count, (at) => `{"word":${JSON.stringify(word(at))},"startOffset":"${at}s","endOffset":"${at + 1}s"}`);

const transcript = (parts: string): string => frame(parts);

/** Each is asked for whole and as a stream where the endpoint has both. */
export const heavyAnswers: readonly HeavyAnswer[] = [
  { what: 'a frame of 500,000 texts', make: () => [frame(listed(500_000, () => '{"text":"a"}'))] },
  { what: 'a frame of 400,000 thoughts', make: () => [frame(listed(250_000, (at) => `{"text":"a","thought":${at % 2 === 0}}`))] },
  { what: 'a frame of 300,000 empty parts', make: () => [frame(listed(900_000, () => '{}').replace('{}', '{"text":"a"}'))] },
  { what: 'a frame of 50,000 calls', make: () => [frame(listed(50_000, (at) => `{"functionCall":{"name":"f","args":{"a":${at}}}}`))], asks: speaks },
  { what: 'a frame of 50,000 calls of one id', make: () => [frame(listed(50_000, (at) => `{"functionCall":{"id":"c","name":"f","args":{"a":${at}}},"thoughtSignature":"AAAA"}`))], asks: speaks },
  { what: '50,000 frames of a call', make: () => Array.from({ length: 50_000 }, (_, at) => frame(`[{"functionCall":{"name":"f","args":{"a":${at}}}}]`)), asks: speaks },
  { what: 'a call of 100,000 pieces', make: () => [frame(`[{"functionCall":{"name":"f","willContinue":true}},${listed(100_000, () => '{"functionCall":{"partialArgs":[{"jsonPath":"$.a","stringValue":"b"}],"willContinue":true}}').slice(1)}`)], asks: speaks },
  { what: 'a call of 100,000 fields', make: () => [frame(`[{"functionCall":{"name":"f","partialArgs":${listed(100_000, (at) => `{"jsonPath":"$.a${at}","numberValue":1}`)}}}]`)], asks: speaks },
  { what: 'a call of 490,000 arguments', make: () => [frame(`[{"functionCall":{"name":"f","args":{${Array.from({ length: 490_000 }, (_, at) => `"${at.toString(36)}":1`).join(',')}}}}]`)], asks: speaks },
  { what: '100,000 candidates', make: () => [`{"candidates":${listed(100_000, () => candidate('[{"text":"a"}]'))},${usage}}`] },
  { what: '100,000 candidates of as many indices', make: () => [`{"candidates":${listed(100_000, (at) => candidate('[{"text":"a"}]').replace('"index":0', `"index":${at}`))},${usage}}`] },
  { what: '60,000 supports over 1.4 MB', make: () => [frame(`[{"text":"${words(1_400_000, 'All is well. ')}"}]`, supports(60_000, (at) => `{"startIndex":${at * 20},"endIndex":${at * 20 + 12},"text":"All is well."}`))], asks: search },
  { what: '60,000 supports over 1.4 MB of Chinese', make: () => [frame(`[{"text":"${words(460_000, '天地玄黃宇宙洪荒')}"}]`, supports(60_000, (at) => `{"startIndex":${at * 3},"endIndex":${at * 3 + 24},"text":"nowhere"}`))], asks: search },
  { what: '60,000 supports whose words are nowhere', make: () => [frame(`[{"text":"${words(1_400_000, 'a')}"}]`, supports(60_000, (at) => `{"startIndex":${at},"endIndex":${at + 12},"text":"${words(40, 'a')}b"}`))], asks: search },
  { what: '200 supports with words of 10,000 characters that are nowhere', make: () => [frame(`[{"text":"${words(1_400_000, 'a')}"}]`, supports(200, (at) => `{"startIndex":${at},"endIndex":${at + 12},"text":"b${words(10_000, 'a')}"}`))], asks: search },
  { what: '200,000 sources', make: () => [frame('[{"text":"a"}]', `,"groundingMetadata":{"groundingChunks":${listed(100_000, (at) => `{"web":{"uri":"https://a.example/${at}","title":"a"}}`)}}`)], asks: search },
  { what: '20,000 frames of a source', make: () => Array.from({ length: 20_000 }, () => frame('[{"text":"a"}]', supports(1, () => '{"endIndex":1}'))), asks: search },
  { what: 'texts and code in turn, cited', make: () => [frame(listed(100_000, (at) => (at % 2 === 0 ? '{"text":"a"}' : '{"codeExecutionResult":{"output":"b"}}')), supports(20_000, (at) => `{"startIndex":${at},"endIndex":${at + 1}}`))], asks: search },
  { what: 'log probabilities of 50,000 tokens', make: () => [frame(`[{"text":"${words(200_000, 'All is well. ')}"}]`, logprobs(50_000))], asks: { logprobs: true, top_logprobs: 2 } },
  { what: '100,000 small frames', make: () => Array.from({ length: 100_000 }, () => '{"candidates":[{"content":{"parts":[{"text":"a"}]}}]}').concat(frame('[{"text":"b"}]')) },
  { what: 'a text of 8 MiB', make: () => [frame(`[{"text":"${words(8_000_000, 'All is well. ')}"}]`)] },
  { what: 'a text of 60 MiB', make: () => [frame(`[{"text":"${words(60_000_000, 'All is well. ')}"}]`)] },
  { what: 'a picture of 8 MiB', make: () => [frame(`[{"inlineData":{"mimeType":"image/png","data":"iVBORw0KGgo${words(8_000_001, 'A')}"}}]`)] },
  { what: 'a picture of 30 MiB', make: () => [frame(`[{"inlineData":{"mimeType":"image/png","data":"iVBORw0KGgo${words(30_000_001, 'A')}"}}]`)] },
  { what: '5,000 pictures', make: () => [frame(listed(5000, () => '{"inlineData":{"mimeType":"image/png","data":"iVBORw0KGgo="}}'))] },
  { what: '100,000 runs of code', make: () => [frame(listed(100_000, () => '{"executableCode":{"language":"PYTHON","code":"a"}}'))] },
  { what: "100,000 calls of Google's own", make: () => [frame(listed(100_000, () => '{"toolCall":{"toolType":"GOOGLE_SEARCH_WEB","id":"a"}}').replace('[', '[{"text":"a"},'))], asks: { ...speaks, ...search } },
  { what: 'usage of 200,000 kinds', make: () => [`{"candidates":[${candidate('[{"text":"a"}]')}],"usageMetadata":{"promptTokenCount":1,"promptTokensDetails":${listed(200_000, (at) => `{"modality":"K${at}","tokenCount":1}`)},"candidatesTokensDetails":${listed(50_000, () => '{"modality":"TEXT","tokenCount":1}')}}}`] },
  { what: 'a message of 8 MiB about the end', make: () => [frame('[{"text":"a"}]', `,"finishMessage":"${words(8_000_000, 'projects/1 ')}"`)] },
  { what: 'an error of 8 MiB in a stream', make: () => [`{"error":{"code":400,"status":"INVALID_ARGUMENT","message":"${words(8_000_000, 'projects/a ')}","details":${listed(10_000, () => '{"reason":"a"}')}}}`] },
  { what: '900,000 numbers that are no frame', make: () => [`{"candidates":[],"x":${listed(900_000, () => '1')}}`] },
  { what: 'sound of 20,000 pieces', make: () => [frame(listed(20_000, () => '{"inlineData":{"mimeType":"audio/L16;codec=pcm;rate=24000","data":"AAAAAAAA"}}'))], path: '/v1/audio/speech' },
  { what: 'sound of 20 MiB', make: () => [frame(`[{"inlineData":{"mimeType":"audio/L16;codec=pcm;rate=24000","data":"${words(20_000_000, 'AAAA')}"}}]`)], path: '/v1/audio/speech' },
  { what: 'a transcript of 100,000 texts', make: () => [transcript(listed(100_000, () => '{"text":"All is well. "}'))], path: '/v1/audio/transcriptions' },
  { what: 'a transcript of 50,000 stretches', make: () => [transcript(listed(50_000, (at) => `{"audioTranscription":{"text":"All is well.","speakerLabel":"s${at}","startOffset":"${at}s","endOffset":"${at + 1}s"}}`))], path: '/v1/audio/transcriptions' },
  { what: 'a transcript of 50,000 frames', make: () => Array.from({ length: 50_000 }, () => frame('[{"text":"All is well. "}]')), path: '/v1/audio/transcriptions' },
  { what: 'a stretch of 50,000 words', make: () => [transcript(`[{"audioTranscription":{"words":${timed(50_000, (at) => `word${at}`)}}}]`)], path: '/v1/audio/transcriptions' },
  { what: 'a stretch of 50,000 words that run on', make: () => [transcript(`[{"audioTranscription":{"text":"${words(500_000, 'a')}","words":${listed(50_000, () => '{"word":"a","startOffset":"1s","endOffset":"1s"}')}}}]`)], path: '/v1/audio/transcriptions' },
  { what: 'stretches of blanks and line ends', make: () => [transcript(listed(20, (at) => `{"audioTranscription":{"text":"a${words(200_000, ' ')}b${words(200_000, '\\n ')}c","startOffset":"${at}s","endOffset":"${at + 1}s"}}`))], path: '/v1/audio/transcriptions' },
  { what: 'blanks in 50,000 frames', make: () => Array.from({ length: 50_000 }, () => frame('[{"text":"     "}]')).concat(frame('[{"text":"a"}]')), path: '/v1/audio/transcriptions' },
  { what: '20,000 drawn pictures', make: () => [frame(listed(20_000, () => '{"inlineData":{"mimeType":"image/png","data":"iVBORw0KGgo="}}'))], path: '/v1/images/generations' },
  { what: 'a drawn picture of 30 MiB', make: () => [frame(`[{"inlineData":{"mimeType":"image/png","data":"iVBORw0KGgo${words(30_000_001, 'A')}"}}]`)], path: '/v1/images/generations' },
];
