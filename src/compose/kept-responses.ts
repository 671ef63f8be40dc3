import { join } from 'node:path';
import { noResponses } from '../adapters/responses/no-responses.ts';
import { responseFiles } from '../adapters/responses/response-files.ts';
import { mostBytesEach, responseMemory } from '../adapters/responses/response-memory.ts';
import { newId, now } from '../adapters/system.ts';
import { responseOfItem } from '../openai/responses/item-ids.ts';
import type { Config } from '../config.ts';
import type { Log } from '../ports/capabilities.ts';
import type { ResponseStore } from '../ports/response-store.ts';
import type { StateFiles } from './state-files.ts';

type Needs = { readonly files: Pick<StateFiles, 'alsoFlush'>; readonly log: Log };

/** Keeps responses as the settings say: in memory, and in the folder `state/responses` of the data folder. */
export const keptResponses = ({ responses, dataFolder }: Config, { files, log }: Needs): ResponseStore => {
  if (responses === null) return noResponses;
  const { onDisk, mostBytes } = responses;
  const bounds = { ...responses, mostBytesEach: Math.min(mostBytesEach, mostBytes) };
  if (!onDisk) return responseMemory(bounds, { now, responseOf: responseOfItem });
  const folder = join(dataFolder, 'state', 'responses');
  const kept = responseFiles({ folder, mostBytes, log, now, newId });
  files.alsoFlush(kept.flush);
  return responseMemory(bounds, { now, responseOf: responseOfItem, files: kept });
};
