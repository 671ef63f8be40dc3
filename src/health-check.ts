import process from 'node:process';
import { parseEnv } from 'node:util';
import { readPlainFile } from './adapters/state/plain-file.ts';
import { textOf, type Environment } from './config/text-of.ts';

/** Where the service listens on every address, it is asked on the loopback one. */
const loopbackOf: Readonly<Record<string, string>> = {
  '': '127.0.0.1',
  '0.0.0.0': '127.0.0.1',
  '::': '[::1]',
  '[::]': '[::1]',
};

const mostBytes = 1024 * 1024;

/** The `.env` that the service reads; there may be none, and then the environment is all there is. */
const envFile = (): Environment => {
  try {
    return parseEnv(readPlainFile('.env', mostBytes, 'followed'));
  } catch {
    return {};
  }
};

const healthUrl = (): string => {
  const fromFile = envFile();
  const valueOf = (name: string): string => textOf(name, process.env) || textOf(name, fromFile);
  const host = valueOf('HOST');
  const named = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  return `http://${loopbackOf[host] ?? named}:${valueOf('PORT') || '7860'}/healthz`;
};

/**
 * For the container: exits with 0 when the service answers where HOST and PORT say, else with 1. Loads nothing else.
 */
const check = async (): Promise<void> => {
  const isWell = await fetch(healthUrl(), { signal: AbortSignal.timeout(4000) }).then(
    ({ ok }) => ok,
    () => false,
  );
  process.exit(isWell ? 0 : 1);
};

await check();
