import type { JsonObject } from './json.ts';

/** A request that the emulator must refuse, and how its words begin or what they contain. */
export type RefusalCase = { readonly why: string; readonly model?: string; readonly body: unknown; readonly says: string };

const user = (text = 'Hello'): JsonObject => ({ role: 'user', parts: [{ text }] });
const model = (text = 'Hello'): JsonObject => ({ role: 'model', parts: [{ text }] });
const call = (name: string, thoughtSignature?: string): JsonObject => ({
  functionCall: { name, args: {} },
  ...(thoughtSignature === undefined ? {} : { thoughtSignature }),
});
const signed = (name = 'weather'): JsonObject => call(name, 'skip_thought_signature_validator');
const result = (name = 'weather'): JsonObject => ({ functionResponse: { name, response: { ok: true } } });
const calls = (...parts: readonly JsonObject[]): JsonObject => ({ role: 'model', parts });
const results = (...parts: readonly JsonObject[]): JsonObject => ({ role: 'user', parts });
const weather = { name: 'weather', parametersJsonSchema: { type: 'object', properties: { city: { type: 'string' } } } };
const tools = [{ functionDeclarations: [weather] }];

const ask = (more: JsonObject = {}): JsonObject => ({ contents: [user()], ...more });
const configured = (generationConfig: JsonObject, more: JsonObject = {}): JsonObject => ask({ generationConfig, ...more });
const thinking = (thinkingConfig: JsonObject): JsonObject => configured({ thinkingConfig });
const history = (...contents: readonly JsonObject[]): JsonObject => ({ contents, tools });

const old = 'gemini-2.5-flash';

const forms: readonly RefusalCase[] = [
  { why: 'no contents', body: {}, says: '* GenerateContentRequest.contents: contents is not specified' },
  { why: 'empty contents', body: { contents: [] }, says: 'contents is not specified' },
  { why: 'a content without parts', body: { contents: [{ role: 'user' }] }, says: 'contents.parts must not be empty' },
  { why: 'an empty part', body: { contents: [{ parts: [{}] }] }, says: "contents[0].parts[0].data: required oneof field 'data' must have one initialized field" },
  { why: 'a part with a signature alone', body: { contents: [user(), { role: 'model', parts: [{ thoughtSignature: 'abcd' }] }, user()] }, says: 'required oneof field' },
  { why: 'an empty part in the instruction', body: ask({ systemInstruction: { parts: [{}] } }), says: 'system_instruction.parts[0].data: required oneof field' },
  { why: 'two data fields in a part', body: { contents: [{ parts: [{ text: 'a', inlineData: { mimeType: 'image/png', data: 'AAAA' } }] }] }, says: "oneof field 'data' is already set. Cannot set 'inlineData'" },
  { why: 'an unknown role', body: { contents: [{ role: 'assistant', parts: [{ text: 'a' }] }] }, says: 'Please use a valid role: user, model.' },
  { why: 'six stop sequences', body: configured({ stopSequences: 'abcdef'.split('') }), says: 'stop sequences must be at most 5' },
  { why: 'an unknown name at the top', body: ask({ messages: [] }), says: 'Invalid JSON payload received. Unknown name "messages": Cannot find field.' },
  { why: 'an unknown name in a schema', body: ask({ tools: [{ functionDeclarations: [{ name: 'f', parameters: { type: 'OBJECT', additionalProperties: false } }] }] }), says: `Unknown name "additionalProperties" at 'tools[0].function_declarations[0].parameters': Cannot find field.` },
  { why: 'an unknown name deep in a schema', body: ask({ tools: [{ functionDeclarations: [{ name: 'f', parameters: { type: 'object', properties: { a: { type: 'string' }, b: { exclusiveMinimum: 0 } } } }] }] }), says: `Unknown name "exclusiveMinimum" at 'tools[0].function_declarations[0].parameters.properties[1].value': Cannot find field.` },
  { why: 'a list of types in a schema', body: ask({ tools: [{ functionDeclarations: [{ name: 'f', parameters: { type: ['string', 'null'] } }] }] }), says: 'Proto field is not repeating, cannot start list.' },
  { why: 'a reference to nothing', body: configured({ responseMimeType: 'application/json', responseJsonSchema: { type: 'array', items: { $ref: '#/$defs/None' } } }), says: 'reference to undefined schema at' },
  { why: 'a loop of required references', body: ask({ tools: [{ functionDeclarations: [{ name: 'f', parametersJsonSchema: { $defs: { N: { type: 'object', properties: { n: { $ref: '#/$defs/N' } }, required: ['n'] } }, type: 'object', properties: { n: { $ref: '#/$defs/N' } } } }] }] }), says: 'a ref loop of required fields was found at $defs.N' },
  { why: 'a number in an enum of texts', body: configured({ responseSchema: { type: 'STRING', enum: [7] } }), says: "Invalid value at 'generation_config.response_schema.enum[0]' (TYPE_STRING), 7" },
  { why: 'a text for a number', body: configured({ maxOutputTokens: 'many' }), says: `Invalid value at 'generation_config.max_output_tokens' (TYPE_INT32), "many"` },
  { why: 'an unknown enum value', body: ask({ safetySettings: [{ category: 'HARM_CATEGORY_X', threshold: 'OFF' }] }), says: "Invalid value at 'safety_settings[0].category'" },
  { why: 'a field given in both casings', body: ask({ toolConfig: {}, tool_config: {} }), says: 'given twice' },
  { why: 'base64 that is none', body: { contents: [{ parts: [{ inlineData: { mimeType: 'image/png', data: 'no base64!' } }] }] }, says: '(TYPE_BYTES)' },
  { why: 'a function response that is a text', body: { contents: [{ parts: [{ functionResponse: { name: 'f', response: 'text' } }] }] }, says: "at 'contents[0].parts[0].function_response.response'" },
  { why: 'a function name with a leading digit', body: ask({ tools: [{ functionDeclarations: [{ name: '1st' }] }] }), says: 'Invalid function name.' },
  { why: 'a body that is a list', body: [], says: 'Invalid JSON payload received.' },
];

const turns: readonly RefusalCase[] = [
  { why: 'a call that opens the history', body: history(calls(signed()), results(result())), says: 'function call turn comes immediately after a user turn' },
  { why: 'a call after a model turn', body: history(user(), model(), calls(signed()), results(result())), says: 'function call turn comes immediately after a user turn' },
  { why: 'a response without a call', body: history(user(), model(), results(result())), says: 'function response turn comes immediately after a function call turn' },
  { why: 'fewer responses than calls', body: history(user(), calls(signed(), call('other')), results(result())), says: 'number of function response parts is equal' },
  { why: 'parallel responses in two turns', body: history(user(), calls(signed(), call('other')), results(result()), results(result('other'))), says: 'number of function response parts is equal' },
  { why: 'a call that is not answered', body: history(user(), calls(signed()), user('never mind')), says: 'number of function response parts is equal' },
  { why: 'a history that starts with the model', body: { contents: [model(), user()] }, says: 'start with a user turn' },
  ...['gemini-3.5-flash-lite', 'gemini-3.6-flash', 'gemini-3.8-flash', 'gemini-4-argon'].map((name) => ({ why: `a prefill for ${name}`, model: name, body: { contents: [user(), model()] }, says: 'end with a user turn' })),
  { why: 'an unsigned call', body: history(user(), calls(call('Bash')), results(result('Bash'))), says: 'Function call is missing a thought_signature in functionCall parts.' },
  { why: 'an unsigned call in a second step', body: history(user(), calls(signed()), results(result()), calls(call('Bash')), results(result('Bash'))), says: 'function call `default_api:Bash`, position 4.' },
  { why: 'a signature on the second call only', body: history(user(), calls(call('a'), signed('b')), results(result('a'), result('b'))), says: 'missing a thought_signature' },
  { why: 'an unsigned call at the lowest level', model: 'gemini-3.5-flash', body: { ...history(user(), calls(call('a')), results(result('a'))), generationConfig: { thinkingConfig: { thinkingLevel: 'MINIMAL' } } }, says: 'missing a thought_signature' },
];

const toolCases: readonly RefusalCase[] = [
  { why: 'a calling mode without functions', body: ask({ toolConfig: { functionCallingConfig: { mode: 'ANY' } } }), says: 'Function calling config is set without function_declarations' },
  { why: 'AUTO with allowed names', body: ask({ tools, toolConfig: { functionCallingConfig: { mode: 'AUTO', allowedFunctionNames: ['weather'] } } }), says: 'allowed_function_names is only supported when mode is ANY or VALIDATED' },
  { why: 'an allowed name that is not declared', body: ask({ tools, toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['x'] } } }), says: '`x` is not in function_declarations' },
  { why: 'search and functions without the flag', body: ask({ tools: [...tools, { googleSearch: {} }] }), says: 'Please enable tool_config.include_server_side_tool_invocations to use Built-in tools with Function calling.' },
  { why: 'search and functions in mode AUTO', body: ask({ tools: [...tools, { googleSearch: {} }], toolConfig: { includeServerSideToolInvocations: true, functionCallingConfig: { mode: 'AUTO' } } }), says: 'AUTO is not supported' },
  { why: 'search and functions on 2.5', model: old, body: ask({ tools: [...tools, { googleSearch: {} }] }), says: 'Tool use with function calling is unsupported' },
  { why: 'the flag on 2.5', model: old, body: ask({ tools, toolConfig: { includeServerSideToolInvocations: true } }), says: 'Tool call context circulation is not enabled' },
  { why: 'an empty tool', body: ask({ tools: [{}] }), says: "tools[0].tool_type: required one_of 'tool_type'" },
  { why: 'a function declared twice', body: ask({ tools: [...tools, ...tools] }), says: 'Duplicate function declaration found: weather' },
];

const settings: readonly RefusalCase[] = [
  { why: 'a penalty of 2', model: 'gemini-3.5-flash', body: configured({ presencePenalty: 2 }), says: 'from -2 (inclusive) to 2 (exclusive)' },
  { why: 'a level on 2.5', model: old, body: thinking({ thinkingLevel: 'LOW' }), says: 'Thinking level is not supported for this model' },
  { why: 'a budget on 4', model: 'gemini-4-carbon', body: thinking({ thinkingBudget: 1024 }), says: 'Thinking budget is not supported for this model' },
  { why: 'level and budget', body: thinking({ thinkingBudget: 1024, thinkingLevel: 'LOW' }), says: 'only one of thinking budget and thinking level' },
  ...['gemini-3.7-flash', 'gemini-3.8-flash', 'gemini-flash-latest', 'gemini-4-argon', 'gemini-3.1-pro-preview'].map((name) => ({ why: `MINIMAL on ${name}`, model: name, body: thinking({ thinkingLevel: 'minimal' }), says: 'Thinking level MINIMAL is not supported for this model' })),
  { why: 'XHIGH on Argon', model: 'gemini-4-argon', body: thinking({ thinkingLevel: 'XHIGH' }), says: 'Thinking level XHIGH is not supported' },
  { why: 'budget 0 on 2.5 Pro', model: 'gemini-2.5-pro', body: thinking({ thinkingBudget: 0 }), says: 'Budget 0 is invalid. This model only works in thinking mode.' },
  { why: 'a budget out of range', model: 'gemini-2.5-pro', body: thinking({ thinkingBudget: 64 }), says: 'The thinking budget 64 is invalid. Please choose a value between 128 and 32768.' },
  { why: 'a penalty on 2.5', model: old, body: configured({ presencePenalty: 0.5 }), says: 'Penalty is not enabled for models/gemini-2.5-flash' },
  { why: 'JSON and functions on 2.5', model: old, body: configured({ responseMimeType: 'application/json' }, { tools }), says: "Function calling with a response mime type: 'application/json' is unsupported" },
  { why: 'a safety category twice', body: ask({ safetySettings: [1, 2].map(() => ({ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'OFF' })) }), says: 'Duplicate safety setting' },
  { why: "one of PaLM's categories", body: ask({ safetySettings: [{ category: 'HARM_CATEGORY_TOXICITY', threshold: 'OFF' }] }), says: 'safety_settings[0]: element predicate failed' },
  { why: 'a cache beside tools', body: ask({ cachedContent: 'cachedContents/a', tools }), says: 'CachedContent can not be used with GenerateContent request setting system_instruction, tools or tool_config.' },
  ...['gemma-3-27b-it', 'gemini-3.8-flash-tts', 'gemini-2.5-flash-preview-tts'].map((name) => ({ why: `an instruction for ${name}`, model: name, body: configured(name.includes('tts') ? { responseModalities: ['AUDIO'] } : {}, { systemInstruction: { parts: [{ text: 'a' }] } }), says: `Developer instruction is not enabled for models/${name}` })),
  ...['gemma-3-27b-it', 'gemini-3.8-flash-tts', 'gemini-2.5-flash-image'].map((name) => ({ why: `functions for ${name}`, model: name, body: ask({ tools }), says: `Function calling is not enabled for models/${name}` })),
  { why: 'search on an image model of 2.5', model: 'gemini-2.5-flash-image', body: ask({ tools: [{ googleSearch: {} }] }), says: 'Search Grounding is not enabled for models/gemini-2.5-flash-image' },
  { why: 'code on an image model', model: 'gemini-3.1-flash-image', body: ask({ tools: [{ codeExecution: {} }] }), says: 'Code execution is not enabled for models/gemini-3.1-flash-image' },
  { why: 'JSON of Gemma 3', model: 'gemma-3-27b-it', body: configured({ responseMimeType: 'application/json' }), says: 'JSON mode is not enabled for models/gemma-3-27b-it' },
  { why: 'JSON and search on 2.5', model: old, body: configured({ responseMimeType: 'application/json' }, { tools: [{ googleSearch: {} }] }), says: "Tool use with a response mime type: 'application/json' is unsupported" },
  { why: 'JSON and a call that must come', body: configured({ responseMimeType: 'application/json' }, { tools, toolConfig: { functionCallingConfig: { mode: 'ANY' } } }), says: 'Forced function calling' },
  { why: 'little thinking on Gemma 4', model: 'gemma-4-31b-it', body: thinking({ thinkingLevel: 'LOW' }), says: 'Thinking level LOW is not supported' },
  { why: 'several candidates', body: configured({ candidateCount: 2 }), says: 'Multiple candidates is not enabled for this model' },
  { why: 'logprobs', body: configured({ responseLogprobs: true }), says: 'Logprobs is not enabled for models/gemini-3.8-flash' },
  { why: 'a temperature above 2', body: configured({ temperature: 2.5 }), says: 'temperature must be in the range' },
  { why: 'no tokens at all', body: configured({ maxOutputTokens: 0 }), says: 'max_output_tokens must be in the range' },
  { why: 'text from a speech model', model: 'gemini-3.8-flash-tts', body: ask(), says: 'response modalities (TEXT) is not supported by the model' },
  { why: 'pictures from a text model', body: configured({ responseModalities: ['IMAGE'] }), says: 'response modalities (IMAGE) is not supported by the model' },
];

/** Requests to refuse, for gemini-3.8-flash where no model is named. */
export const refusalCases: readonly RefusalCase[] = [...forms, ...turns, ...toolCases, ...settings];

/** Requests to take: the near misses of those above. */
export const acceptedCases: readonly Omit<RefusalCase, 'says'>[] = [
  { why: 'a plain question', body: ask() },
  { why: 'names in snake_case', body: ask({ system_instruction: { parts: [{ text: 'a' }] }, generation_config: { max_output_tokens: 100, thinking_config: { thinking_level: 'low' } } }) },
  { why: 'fields that are null', body: ask({ tools: null, generationConfig: null }) },
  { why: 'an empty text', body: { contents: [user(''), { role: 'model', parts: [{ text: '', thoughtSignature: 'abcd' }] }, user()] } },
  { why: 'the role function', body: history(user(), calls(signed()), { role: 'function', parts: [result()] }) },
  { why: 'parallel calls of which the first is signed', body: history(user(), calls(signed('a'), call('b')), results(result('a'), result('b'))) },
  { why: 'the other documented word for a signature', body: history(user(), calls(call('a', 'context_engineering_is_the_way_to_go')), results(result('a'))) },
  { why: 'unsigned calls of an earlier turn', body: history(user(), calls(call('a')), results(result('a')), model(), user('more')) },
  { why: 'unsigned calls on 2.5', model: old, body: history(user(), calls(call('a')), results(result('a'))) },
  { why: 'a prefill for 2.5', model: old, body: { contents: [user(), model()] } },
  { why: 'whatever stands in a free-form schema', body: ask({ tools: [{ functionDeclarations: [{ name: 'f', parametersJsonSchema: { $schema: 'x', type: ['string', 'null'], const: 1 } }] }] }) },
  { why: 'search and functions with the flag', body: ask({ tools: [...tools, { googleSearch: {} }], toolConfig: { includeServerSideToolInvocations: true, functionCallingConfig: { mode: 'VALIDATED' } } }) },
  { why: 'MINIMAL on 3.6', model: 'gemini-3.6-flash', body: thinking({ thinkingLevel: 'MINIMAL' }) },
  { why: 'XHIGH on Hydrogen', model: 'gemini-4-hydrogen', body: thinking({ thinkingLevel: 'XHIGH' }) },
  { why: 'a budget on 3', body: thinking({ thinkingBudget: 1024 }) },
  { why: 'budget 0 on 2.5 Flash', model: old, body: thinking({ thinkingBudget: 0 }) },
  { why: 'JSON and functions on 3', body: configured({ responseMimeType: 'application/json' }, { tools }) },
  { why: 'an instruction for Gemma 4', model: 'gemma-4-31b-it', body: ask({ systemInstruction: { parts: [{ text: 'a' }] }, tools }) },
  { why: 'search and JSON on 3', body: configured({ responseMimeType: 'application/json' }, { tools: [{ googleSearch: {} }] }) },
  { why: 'search on an image model of 3', model: 'gemini-3-pro-image', body: ask({ tools: [{ googleSearch: {} }] }) },
  { why: 'two candidates on 2.5', model: old, body: configured({ candidateCount: 2 }) },
];
