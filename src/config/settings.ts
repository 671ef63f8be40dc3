import { accessSettings } from './access-settings.ts';
import { chatSettings } from './model-settings.ts';
import { imageSettings } from './image-settings.ts';
import { serverSettings } from './server-settings.ts';
import type { Setting } from './setting.ts';
import { upstreamSettings } from './upstream-settings.ts';

/** Every setting of the service. The codec, the start-up faults and docs/settings.md all rest on this table. */
export const settings = {
  ...accessSettings,
  ...chatSettings,
  ...upstreamSettings,
  ...serverSettings,
  ...imageSettings,
} as const;

/** The own name of a setting, no alias. */
export type SettingName = keyof typeof settings;

/** The decoded values, by name. */
export type Values = { readonly [Name in SettingName]: (typeof settings)[Name] extends Setting<infer A> ? A : never };

/** Every name under which a setting is taken, its own first. */
export const namesOf = (name: string, { aliases }: Setting<unknown>): readonly string[] => [name, ...(aliases ?? [])];
