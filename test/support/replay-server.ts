import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { randomCuts, seeded } from './random.ts';
import { nativeRecordings, skipWithoutRecordings, type Recording } from './recordings.ts';

/** A part of a recorded answer. */
export type Part = { readonly text?: string; readonly thought?: boolean; readonly functionCall?: { readonly name?: string; readonly args?: unknown; readonly partialArgs?: unknown; readonly willContinue?: boolean }; readonly inlineData?: { readonly mimeType: string; readonly data: string }; readonly executableCode?: unknown; readonly codeExecutionResult?: unknown };
/** A candidate of one. */
export type Candidate = { readonly index?: number; readonly content?: { readonly parts?: readonly Part[] }; readonly finishReason?: string };
/** A frame of one. */
export type Frame = { readonly candidates?: readonly Candidate[]; readonly usageMetadata?: Readonly<Record<string, number>>; readonly promptFeedback?: { readonly blockReason?: string } };

/** What was recorded, read without any code of the service. */
export const recordedFrames = (body: string): readonly Frame[] => {
  const text = body.trim();
  if (text.startsWith('[')) return JSON.parse(text);
  if (text.startsWith('{')) return [JSON.parse(text)];
  return text.split(/\r\n\r\n|\n\n|\r\r/).flatMap((block) => {
    const lines = block.split(/\r\n|\n|\r/).filter((line) => line.startsWith('data:'));
    return lines.map((line): Frame => JSON.parse(line.slice('data:'.length)));
  });
};

/** Every recorded answer. */
export const replayed: readonly Recording[] = nativeRecordingsOf(['generateContent', 'streamGenerateContent']);
/** Every recorded refusal. */
export const failed: readonly Recording[] = nativeRecordingsOf(['error']).filter((recording) => recording.endpoint.endsWith('enerateContent'));

function nativeRecordingsOf(kinds: readonly string[]): readonly Recording[] {
  return skipWithoutRecordings() === false ? nativeRecordings().filter((recording) => kinds.includes(recording.kind)) : [];
}

/** The model by whose name a recording is replayed. */
export const modelOf = (recording: Recording): string => `gemini-3.5-flash-${recording.name.slice(0, 3)}`;

/** Answers each model name with its recording, its bytes cut at random borders. */
export const replayServer = async (recordings: readonly Recording[]): Promise<Server> => {
  const byModel = new Map(recordings.map((recording) => [modelOf(recording), recording.response]));
  const random = seeded(20_261_124);
  const server = createServer((request, response) => {
    request.resume();
    const model = /models\/([^:/?]+):/.exec(request.url ?? '')?.[1] ?? '';
    const recorded = byModel.get(model) ?? { status: 404, headers: {}, body: '{"error":{"code":404,"message":"none","status":"NOT_FOUND"}}' };
    response.writeHead(recorded.status, { 'content-type': recorded.headers['content-type'] ?? 'application/json' });
    response.socket?.setNoDelay(true);
    const bytes = Buffer.from(recorded.body, 'utf8');
    const pieces = randomCuts(bytes, Math.max(40, Math.ceil(bytes.length / 40)), random);
    const send = (index: number): void => {
      const piece = pieces[index];
      if (piece === undefined) response.end();
      else response.write(piece, () => setImmediate(send, index + 1));
    };
    send(0);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
};

/** Where it is. */
export const urlOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
