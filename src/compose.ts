import { E, pipe } from './kernel/fp.ts';
import { addressGroup } from './adapters/callers/address-group.ts';
import { passwordCheck } from './adapters/callers/check-password.ts';
import { checkKeys } from './adapters/keys/check-keys.ts';
import { decodeDayCounts } from './adapters/limits/day-counts.ts';
import { decodeFirstSeen, firstSeenDays } from './adapters/models/first-seen.ts';
import { boundNames, decodeBoundNames } from './adapters/state/bound-names.ts';
import { passCalls, type PassCalls } from './adapters/gemini/pass-calls.ts';
import { geminiClient, type GeminiClient } from './adapters/gemini/gemini-client.ts';
import type { Line } from './adapters/gather-lines.ts';
import { jsonLog } from './adapters/json-log.ts';
import { loadGauge, type LoadGauge } from './adapters/load-gauge.ts';
import { keyPool, type KeyPool } from './adapters/keys/key-pool.ts';
import { keyProbes, type KeyProbes, type KeyProbesNeeds } from './adapters/keys/key-probes.ts';
import { decodeKeySnapshot } from './adapters/keys/key-snapshot.ts';
import { limiter, type Limiter } from './adapters/limits/limiter.ts';
import { modelBreaker } from './adapters/limits/model-breaker.ts';
import { modelCatalogue, type ModelCatalogue } from './adapters/models/model-catalogue.ts';
import { requestMeter } from './adapters/request-meter.ts';
import { decodeSignatures, signatureBounds, signatureMemory } from './adapters/state/signature-memory.ts';
import { descriptorLimit, monotonic, newId, newRequestId, now, random, wait } from './adapters/system.ts';
import { connectionBounds } from './compose/connection-bounds.ts';
import { doorsOf } from './compose/doors.ts';
import { findEncoderLater } from './compose/find-encoder-later.ts';
import { keptResponses } from './compose/kept-responses.ts';
import { findThingsLater } from './compose/find-things-later.ts';
import { nativeSilence } from './compose/native-door.ts';
import { modelsWithAnyKey } from './compose/models-with-any-key.ts';
import { composePictures, type Pictures } from './compose/pictures.ts';
import { seenModels } from './compose/seen-models.ts';
import { readMetrics } from './compose/read-metrics.ts';
import { readStatus } from './compose/read-status.ts';
import { stateFilesIn, type StateFiles } from './compose/state-files.ts';
import type { Config } from './config.ts';
import { unreadHeaders } from './google/native-headers.ts';
import { homeOfThings } from './pipeline/pass/join-homes.ts';
import type { BoundNames } from './ports/passing-on.ts';
import type { Doors } from './http/door.ts';
import { houseRoutes } from './http/house-routes.ts';
import type { Route } from './http/route.ts';
import { createServer, type Server } from './http/server.ts';
import type { Capabilities, FirstSeen, Log } from './ports/capabilities.ts';

/** The running service. */
export type Service = {
  /** Where it listens, as a URL; Left when it can't, in words. */
  readonly start: () => Promise<E.Either<string, string>>;
  /** Lets what runs finish, for `drainMs` at most, writes down its state and lets everything go. */
  readonly stop: (drainMs: number) => Promise<void>;
  readonly log: Log;
};

/** What the service needs of the process that runs it. */
export type ComposeNeeds = {
  /** Takes the lines of the log. */
  readonly write: (line: Line) => void;
  /** Told with each request that begins how many are at work, itself among them. */
  readonly noteAtWork: (atWork: number) => void;
};

/** Day counts are the largest state, and the least missed. */
const dayCountsDelayMs = 5000;
/** Names are the largest state, and each answer that makes something changes them. */
const namesDelayMs = 2000;

type Probe = KeyProbesNeeds['probe'];

type Parts = {
  readonly capabilities: Capabilities;
  readonly limits: Limiter;
  readonly pool: KeyPool;
  readonly probe: Probe;
  readonly probes: KeyProbes;
  readonly catalogue: ModelCatalogue;
  readonly firstSeen: FirstSeen;
  readonly load: LoadGauge;
  readonly client: GeminiClient;
  readonly calls: PassCalls;
  readonly files: StateFiles;
  readonly names: BoundNames;
  readonly pictures: Pictures;
};

const logOf = (config: Config, { write }: ComposeNeeds): Log =>
  jsonLog({ level: config.logLevel, secrets: config.secrets, write, now });

/** Puts an adapter behind every port. */
const partsOf = (config: Config, log: Log, stopping: AbortSignal): Parts => {
  const files = stateFilesIn(config.dataFolder, log);
  const load = loadGauge();
  const client = geminiClient({ ...config.upstream, isQuiet: load.isQuiet });
  const calls = passCalls({ ...config.upstream, silence: nativeSilence(config.upstream), unread: unreadHeaders });
  const pool = keyPool(config.keys, { now, log, store: files.store('keys.json', decodeKeySnapshot) });
  const probe: Probe = ({ secret }) => client.probeKey(secret, stopping);
  const probes = keyProbes({ pool, probe, now, monotonic, log }, stopping);
  const firstSeen = firstSeenDays({ now, store: files.store('models-seen.json', decodeFirstSeen) });
  const fetchModels = seenModels(modelsWithAnyKey(pool, client.fetchModels, stopping), firstSeen);
  const catalogue = modelCatalogue({ fetchModels, now, wait, log });
  const signatures = signatureMemory(signatureBounds, { store: files.store('signatures.json', decodeSignatures) });
  const kept = composePictures(config, { ...signatures, files, log });
  const dayCounts = files.store('day-counts.json', decodeDayCounts, dayCountsDelayMs);
  const limits = limiter(config.limits, { now, monotonic, store: dayCounts });
  const names = boundNames({ now, store: files.store('bound-names.json', decodeBoundNames, namesDelayMs) });
  const capabilities: Capabilities = {
    checkCaller: passwordCheck(config.callers, { monotonic }),
    takePermit: limits.takePermit,
    homeOfThings: homeOfThings({ names, homes: pool.homes }),
    findThings: findThingsLater({ names, homes: pool.homes, leaseKey: pool.leaseKey, passCall: calls.passCall }),
    leaseKey: pool.leaseKey,
    reportKey: probes.reportKey,
    enterModel: modelBreaker({ monotonic }),
    openGemini: client.openGemini,
    askGemini: client.askGemini,
    listModels: catalogue.listModels,
    ...kept.capabilities,
    ...signatures,
    findEncoder: findEncoderLater(),
    now,
    wait,
    random,
    newId,
    log,
  };
  const pooled = { pool, probe, probes, catalogue, firstSeen, load, client, calls };
  return { ...pooled, capabilities, limits, files, names, pictures: kept };
};

const urlOf = (address: { readonly address: string; readonly port: number; readonly family: string }): string =>
  `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`;

const startListening = async (config: Config, server: Server, log: Log): Promise<E.Either<string, string>> =>
  pipe(
    await server.start()(),
    E.mapLeft((error) => error.code ?? error.message),
    E.map((address) => {
      log('info', 'Pollux is running', { url: urlOf(address), version: config.version, keys: config.keys.keys.length });
      for (const warning of config.warnings) log('warn', warning);
      return urlOf(address);
    }),
  );

/** What a service does by itself once it listens: clean up, learn which keys work, read the model list. */
const beginWork = (parts: Parts, log: Log, stopping: AbortSignal): void => {
  const { pictures: kept, pool, probe, probes, catalogue } = parts;
  kept.start();
  const leases = pool.allKeys();
  if (leases.length === 0) return;
  probes.start();
  void checkKeys({ leases, probe, learn: pool.learnHealth, now, log }, stopping);
  void catalogue.listModels();
};

/** The longest answer of a model, as far as Google's list has told it. */
const listedLimit =
  ({ known }: ModelCatalogue) =>
  (model: string): number | undefined =>
    known()?.find(({ name }) => name === `models/${model}`)?.outputTokenLimit;

const openDoors = (config: Config, parts: Parts, house: readonly Route[]): Doors => {
  const { capabilities, firstSeen, catalogue, pool, calls, files, names, pictures } = parts;
  return doorsOf(config, {
    capabilities,
    firstSeen,
    listedLimit: listedLimit(catalogue),
    responses: keptResponses(config, { files, log: capabilities.log }),
    native: { homes: pool.homes, names, calls, files },
    house: [...house, ...pictures.routes],
  });
};

const tellBoth =
  (one: ComposeNeeds['noteAtWork'], other: ComposeNeeds['noteAtWork']): ComposeNeeds['noteAtWork'] =>
  (atWork) => {
    one(atWork);
    other(atWork);
  };

/** Makes the service from its settings. Nothing is asked of the network before `start`. */
export const compose = (config: Config, needs: ComposeNeeds): Service => {
  const log = logOf(config, needs);
  const stopping = new AbortController();
  const parts = partsOf(config, log, stopping.signal);
  const { capabilities, limits, pool, catalogue, firstSeen, load, client, calls, files, pictures: kept } = parts;
  const meter = requestMeter();
  const views = {
    readStatus: readStatus(config, { pool, catalogue, firstSeen, use: limits.use, notices: kept.notices }),
    readMetrics: readMetrics({ pool, meter, pictures: kept.counts }),
    checkCaller: capabilities.checkCaller,
  };
  const server = createServer({ ...config.server, ...connectionBounds(config.server, descriptorLimit()) }, {
    doors: openDoors(config, parts, houseRoutes(views)),
    countRequest: meter.countRequest,
    groupAddress: addressGroup,
    log,
    now,
    wait,
    newRequestId,
    noteAtWork: tellBoth(needs.noteAtWork, load.noteAtWork),
  });
  return {
    log,
    start: async () => {
      const started = await startListening(config, server, log);
      if (E.isRight(started)) beginWork(parts, log, stopping.signal);
      return started;
    },
    stop: async (drainMs) => {
      await server.stop(drainMs);
      stopping.abort();
      await kept.stop();
      await files.flush();
      await client.close();
      await calls.close();
      log('info', 'Pollux has stopped');
    },
  };
};
