import { jsonText } from '../kernel/well-formed.ts';
import type { Headers } from '../ports/reply.ts';

/** The head of a stream of server-sent events; proxies are told not to gather it. */
export const eventStreamHeaders: Headers = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache',
  'x-accel-buffering': 'no',
};

/** One server-sent event that holds JSON and has no name. */
export const dataEvent = (value: object): string => `data: ${jsonText(value)}\n\n`;
