import { jsonText } from '../kernel/well-formed.ts';
import { exactText } from './exact-json.ts';
import type { JsonObject } from './request.ts';

/** A call's arguments as JSON, written as Gemini wrote them where that makes a difference. */
export const argumentsText = (args: JsonObject = {}): string => exactText(args) ?? jsonText(args);
