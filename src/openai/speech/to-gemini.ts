import { E } from '../../kernel/fp.ts';
import type { ProxyError } from '../../kernel/proxy-error.ts';
import type { GeminiCall, RequestPart } from '../../gemini/request.ts';
import { speechModel, takesSpeechStyle } from '../audio-models.ts';
import { isModelId, modelName, noSuchModel } from '../../wire/model-name.ts';
import { voiceName } from '../voices.ts';
import type { SpeechRequest } from './request.ts';

/** How it is to be spoken: a field of its own from 3.8 on, before that said in front of the text. */
const textPart = ({ input, instructions = '' }: SpeechRequest, model: string): RequestPart => {
  const style = instructions.trim();
  if (style === '') return { text: input };
  return takesSpeechStyle(model) ? { text: input, speechMetadata: { style } } : { text: `${style}: ${input}` };
};

/** A speech request as one call. Speech models take no safety settings and no tools. */
export const toGemini = (
  asked: SpeechRequest,
  aliases: ReadonlyMap<string, string>,
): E.Either<ProxyError, GeminiCall> => {
  const model = speechModel(modelName(asked.model, aliases).model);
  if (!isModelId(model)) return E.left(noSuchModel(asked.model));
  return E.right({
    model,
    streamed: asked.stream_format === 'sse',
    copies: 1,
    body: {
      contents: [{ role: 'user', parts: [textPart(asked, model)] }],
      generationConfig: {
        responseModalities: ['AUDIO'],
        speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName: voiceName(asked.voice) } } },
      },
    },
  });
};
