import { accessSync, constants, statSync } from 'node:fs';

/** True when this is a folder that the service may write to. */
export const isWritableFolder = (path: string): boolean => {
  try {
    accessSync(path, constants.W_OK);
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
};
