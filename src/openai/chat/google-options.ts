import type { ChatRequest, GoogleOptions } from './request.ts';

/** Where the OpenAI SDKs put `extra_body.google`: at the top; some clients send `extra_body` itself. */
export const googleOptions = (asked: ChatRequest): GoogleOptions | undefined => asked.google ?? asked.extra_body?.google;
