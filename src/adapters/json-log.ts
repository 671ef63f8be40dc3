import type { Writable } from 'node:stream';
import type { Secret } from '../kernel/secret.ts';
import type { Log, LogLevel, Now } from '../ports/capabilities.ts';

export type JsonLogSettings = {
  readonly level: LogLevel;
  /** What must never be written: the keys and the password. */
  readonly secrets: readonly Secret[];
  readonly write: (line: string) => void;
  readonly now: Now;
};

const rank: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

const mostText = 2000;

/** Shorter secrets, such as the default password `123`, can't be told from any other digits. */
const shortestSecret = 6;

const googleKey = /AIza[\w-]{8,}/g;

const plain = (_name: string, value: unknown): unknown => {
  if (typeof value === 'string') return value.length > mostText ? `${value.slice(0, mostText)}…` : value;
  if (typeof value === 'bigint') return String(value);
  return value instanceof Error ? { name: value.name, code: Object(value)['code'], stack: value.stack?.slice(0, mostText) } : value;
};

const written = (line: object): string => {
  try {
    return JSON.stringify(line, plain);
  } catch {
    return JSON.stringify({ message: 'a line that could not be written' });
  }
};

/**
 * JSON lines: time, level, message, facts. Every line is searched for secrets before it is written; JSON escapes
 * control characters, so that no text can make a line of its own.
 */
export const jsonLog = ({ level: least, secrets, write, now }: JsonLogSettings): Log => {
  const hidden = secrets.map((secret) => JSON.stringify(secret.reveal()).slice(1, -1)).filter((text) => text.length >= shortestSecret);
  const scrubbed = (line: string): string =>
    hidden.reduce((text, secret) => (text.includes(secret) ? text.replaceAll(secret, '[secret]') : text), line).replaceAll(googleKey, '[secret]');
  return (level, message, facts) => {
    if (rank[level] < rank[least]) return;
    write(`${scrubbed(written({ time: new Date(now()).toISOString(), level, message, ...facts }))}\n`);
  };
};

/** A reader of the log that goes away must not end the service. */
export const guardOutput = (stream: Writable): void => {
  stream.on('error', () => undefined);
};
