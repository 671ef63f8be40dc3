import type { PublicStatus } from '../../ports/status.ts';
import { escapeHtml } from './escape-html.ts';
import { pageWords, scriptWords, wordsIn, type Language } from './words.ts';

const fillTemplate = (template: string, values: Readonly<Record<string, string>>): string =>
  template.replace(/\{\{(\w+)\}\}/g, (_whole, name: string) => escapeHtml(values[name] ?? ''));

/** A line for each word: in JSON every quotation mark would take six bytes of the page. */
const linesOf = (words: Readonly<Record<string, string>>): string =>
  Object.entries(words).map((entry) => entry.join('\t')).join('\n');

const shownIf = (condition: boolean): string => (condition ? '' : 'off');

/** The status page for anybody: complete without its script. */
export const statusPage = (template: string, status: PublicStatus, language: Language): string => {
  const words = wordsIn(pageWords, language);
  const count = (value: number | null): string => (value === null ? '–' : value.toLocaleString(language));
  const limit = (value: number): string => (value === 0 ? (words['noLimit'] ?? '') : count(value));
  const hasKeys = status.keyCount > 0;
  return fillTemplate(template, {
    ...words,
    lang: language,
    words: linesOf(wordsIn(scriptWords, language)),
    enClass: language === 'en' ? 'on' : '',
    zhClass: language === 'zh' ? 'on' : '',
    state: (hasKeys ? words['running'] : words['runningWithoutKeys']) ?? '',
    stateClass: hasKeys ? '' : 'warn',
    version: status.version,
    defaultPasswordClass: shownIf(status.defaultPassword),
    noKeysClass: shownIf(!hasKeys),
    keyCount: count(status.keyCount),
    modelCount: count(status.modelCount),
    perMinuteCount: limit(status.limits.perMinute),
    perDayCount: limit(status.limits.perDayPerAddress),
  });
};
