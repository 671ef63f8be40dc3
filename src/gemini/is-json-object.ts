import { isObject } from '../kernel/is-object.ts';
import type { JsonObject } from './request.ts';

/** True for an object of JSON that was parsed. */
export const isJsonObject = (value: unknown): value is JsonObject => isObject(value);
