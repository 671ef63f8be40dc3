import type { Test } from 'tap';
import { geminiClient, type GeminiClient, type GeminiClientSettings } from '../../src/adapters/gemini/gemini-client.ts';
import { E } from '../../src/kernel/fp.ts';
import { caught, type ProxyError } from '../../src/kernel/proxy-error.ts';
import { secret } from '../../src/kernel/secret.ts';
import type { Frame } from '../../src/gemini/response.ts';
import type { UpstreamCall } from '../../src/ports/capabilities.ts';
import { freely } from './capabilities.ts';
import type { EmulatorOptions, GeminiEmulator } from './gemini-emulator/emulator.ts';
import { startGeminiEmulator } from './gemini-emulator/start-gemini-emulator.ts';

/** No proxies at all. */
export const noProxies = { httpsProxy: null, httpProxy: null, noProxy: null };

/** An emulator that is closed with the test. */
export const startedEmulator = async (t: Test, options: EmulatorOptions = {}): Promise<GeminiEmulator> => {
  const emulator = await startGeminiEmulator(options);
  t.teardown(() => emulator.close());
  return emulator;
};

/** A client of this server with long time-outs, closed with the test. */
export const clientOf = (t: Test, baseUrl: string, over: Partial<GeminiClientSettings> = {}): GeminiClient => {
  const client = geminiClient({ baseUrl, proxies: noProxies, connectTimeoutMs: 20_000, firstByteTimeoutMs: 20_000, idleTimeoutMs: 20_000, ...over });
  t.teardown(() => client.close());
  return client;
};

/** A made-up key. */
export const clientKey = 'AIza-made-up-key-for-the-client';

/** A call that asks for a streamed greeting. */
export const call = (over: Partial<UpstreamCall> = {}): UpstreamCall => ({
  model: 'gemini-3.8-flash',
  streamed: true,
  body: JSON.stringify({ contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] }),
  secret: secret(clientKey),
  holding: { memory: freely, isCollected: () => false },
  signal: new AbortController().signal,
  ...over,
});

/** What became of a call: its frames, and what went wrong before (`head`) or among them. */
export type Outcome = { readonly frames: readonly Frame[]; readonly error: ProxyError | null; readonly at: 'head' | 'frames' | 'end' };

/** Makes a call and reads all of it. */
export const outcomeOf = async (client: GeminiClient, made: UpstreamCall): Promise<Outcome> => {
  const opened = await client.openGemini(made)();
  if (E.isLeft(opened)) return { frames: [], error: opened.left, at: 'head' };
  const frames: Frame[] = [];
  try {
    for await (const batch of opened.right) frames.push(...batch);
    return { frames, error: null, at: 'end' };
  } catch (cause) {
    return { frames, error: caught(cause), at: 'frames' };
  }
};

/** The visible text of frames. */
export const textOf = (frames: readonly Frame[]): string =>
  frames.flatMap((frame) => frame.candidates ?? []).flatMap((candidate) => candidate.content?.parts ?? []).map((part) => part.text ?? '').join('');
