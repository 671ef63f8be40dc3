import { readFileSync } from 'node:fs';
import process from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { E } from './kernel/fp.ts';
import { collectLater } from './adapters/collect-later.ts';
import { compilerPace } from './adapters/compiler-pace.ts';
import { guardCrashes } from './adapters/crash-guard.ts';
import { gatherLines } from './adapters/gather-lines.ts';
import { guardOutput, jsonLog } from './adapters/json-log.ts';
import { memoryFacts } from './adapters/memory-facts.ts';
import { readEnvFile } from './adapters/state/env-file.ts';
import { isWritableFolder } from './adapters/state/writable-folder.ts';
import { now } from './adapters/system.ts';
import { compose, type Service } from './compose.ts';
import { mergeEnvironment, readConfig } from './config.ts';
import type { Log } from './ports/capabilities.ts';

/** A container's stop is SIGTERM, a terminal's SIGINT. */
const stopSignals = ['SIGTERM', 'SIGINT'] as const;

const packageVersion = (): string => {
  const read: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return typeof read === 'object' && read !== null && 'version' in read ? String(read.version) : 'unknown';
};

const output = gatherLines((text) => {
  process.stdout.write(text);
});

/** Until the settings are read no secret is known; keys are told by their look, and messages are left out. */
const earlyLog: Log = jsonLog({ level: 'info', secrets: [], write: output.add, now });

const exitWith = (lines: readonly string[]): never => {
  process.stderr.write(`${lines.join('\n')}\n`);
  process.exit(1);
};

/** The first signal lets every answer finish, for DRAIN_TIMEOUT_MS at most; the second ends the process at once. */
const stopOnSignals = (service: Service, drainMs: number): void => {
  let isStopping = false;
  const stop = (): void => {
    if (isStopping) process.exit(1);
    isStopping = true;
    service.stop(drainMs).then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  for (const signal of stopSignals) process.on(signal, stop);
};

const runService = async (): Promise<void> => {
  collectLater();
  process.on('exit', output.flush);
  guardOutput(process.stdout);
  guardOutput(process.stderr);
  const crashes = guardCrashes(earlyLog);
  const envFile = readEnvFile('.env');
  if (E.isLeft(envFile)) return exitWith([`Pollux cannot start: ${envFile.left}`]);
  const config = readConfig(mergeEnvironment(envFile.right, process.env), {
    packageVersion: packageVersion(),
    isWritable: isWritableFolder,
    memory: memoryFacts(),
  });
  if (E.isLeft(config))
    return exitWith(['Pollux cannot start; these settings are wrong:', ...config.left.map((fault) => `  ${fault}`)]);
  const service = compose(config.right, {
    write: output.add,
    noteAtWork: compilerPace(process.versions.v8, setFlagsFromString),
  });
  crashes.serve({ log: service.log, stop: () => service.stop(0) });
  stopOnSignals(service, config.right.server.drainTimeoutMs);
  const started = await service.start();
  if (E.isLeft(started))
    exitWith([`Pollux cannot listen on ${config.right.server.host}:${config.right.server.port}: ${started.left}.`]);
};

await runService();
