import process from 'node:process';

/** Where the service listens on every address, it is asked on the loopback one. */
const loopbackOf: Readonly<Record<string, string>> = { '': '127.0.0.1', '0.0.0.0': '127.0.0.1', '::': '[::1]', '[::]': '[::1]' };

const valueOf = (name: string): string => (process.env[name] ?? '').trim();

const healthUrl = (): string => {
  const host = valueOf('HOST');
  const named = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  return `http://${loopbackOf[host] ?? named}:${valueOf('PORT') || '7860'}/healthz`;
};

/** The `.env` that the service reads; there may be none. */
const loadEnvFile = (): void => {
  try {
    process.loadEnvFile();
  } catch {
    // Then the environment is all there is.
  }
};

/** For the container: exits with 0 when the service answers where HOST and PORT say, else with 1. Loads nothing else. */
const check = async (): Promise<void> => {
  loadEnvFile();
  const isWell = await fetch(healthUrl(), { signal: AbortSignal.timeout(4000) }).then(
    ({ ok }) => ok,
    () => false,
  );
  process.exit(isWell ? 0 : 1);
};

await check();
