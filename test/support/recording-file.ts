import type { FormFile } from '../../src/ports/form.ts';
import { tone, wav } from './gemini-emulator/canned-media.ts';

/** A short WAV file as a form holds it. */
export const wavFile = (over: Partial<FormFile> = {}): FormFile => ({ filename: 'speech.wav', mimeType: 'audio/wav', bytes: wav(tone(50)), ...over });
