import type { KeyStatus, ServiceStatus } from '../../ports/status.ts';
import { sentences } from './sentences.ts';
import { scriptWords, type Language } from './words.ts';

type Filled = Readonly<Record<string, string>>;

/** What stands for the names of a template in a text; null where the text is another one. */
const readTemplate = (template: string, text: string): Filled | null => {
  const pieces = template.split(/[{}]/);
  const filled: Record<string, string> = {};
  let at = pieces[0]?.length ?? 0;
  if (!text.startsWith(pieces[0] ?? '')) return null;
  for (let each = 1; each < pieces.length; each += 2) {
    const [name = '', behind = ''] = [pieces[each], pieces[each + 1]];
    const isLast = each + 2 >= pieces.length;
    const end = isLast ? text.length - behind.length : text.indexOf(behind, at + 1);
    if (end <= at || !text.startsWith(behind, end)) return null;
    filled[name] = text.slice(at, end);
    at = end + behind.length;
  }
  return at === text.length ? filled : null;
};

/** A sentence of the owner's view in Chinese; what is none stays as it is. */
export const inChinese = (text: string): string => {
  for (const [en, zh] of sentences) {
    const filled = readTemplate(en, text);
    if (filled === null) continue;
    return zh.replace(/\{(\w+)\}/g, (_whole, name: string) => inChinese(filled[name] ?? ''));
  }
  return text;
};

/** Why a key is out; what Google may have told an earlier version gives way to the word for the fault. */
const reasonInChinese = ({ reason, state }: KeyStatus): string | null => {
  if (reason === null) return null;
  const told = inChinese(reason);
  return told === reason ? scriptWords[state][1] : told;
};

/** The owner's view with its sentences in the language of the page. */
export const translateStatus = (status: ServiceStatus, language: Language): ServiceStatus => {
  if (language === 'en') return status;
  const { data, keys, notices } = status;
  return {
    ...status,
    data: { ...data, problem: data.problem === null ? null : inChinese(data.problem) },
    keys: keys.map((key) => ({ ...key, reason: reasonInChinese(key) })),
    notices: notices.map(({ level, text }) => ({ level, text: inChinese(text) })),
  };
};
