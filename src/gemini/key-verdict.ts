import type { KeyFault } from '../kernel/proxy-error.ts';
import { quotaIdsOf, reasonOf, type GoogleError } from './google-error.ts';

/** What is wrong with a key, and why in words of ours. */
export type KeyVerdict = { readonly fault: KeyFault; readonly reason: string };

const invalid: KeyVerdict = { fault: 'invalid', reason: 'Google says that the key is not valid' };
/** Of a 401 in other words: nothing that callers send as theirs goes up, so it is about the key. */
const notTaken: KeyVerdict = { fault: 'invalid', reason: 'Google does not take the key' };
const leaked: KeyVerdict = { fault: 'leaked', reason: 'Google has found the key in public and disabled it' };
const suspended: KeyVerdict = { fault: 'suspended', reason: "Google has suspended the key's project" };
const disabled: KeyVerdict = { fault: 'denied', reason: "the Gemini API is not enabled for the key's project" };
const restricted: KeyVerdict = {
  fault: 'denied',
  reason: 'the key may not be used for the Gemini API, or not from here',
};
const unpaid: KeyVerdict = {
  fault: 'unpaid',
  reason: "the credit of the key's project is used up, or its spending limit is reached",
};

/** Google's words for machines that blame a key or its project (google.api.ErrorReason). */
const byReason: ReadonlyMap<string, KeyVerdict> = new Map([
  ['API_KEY_INVALID', invalid],
  ['API_KEY_EXPIRED', invalid],
  ['CREDENTIALS_MISSING', invalid],
  ['ACCESS_TOKEN_TYPE_UNSUPPORTED', invalid],
  ['ACCESS_TOKEN_EXPIRED', invalid],
  ['API_KEY_LEAKED', leaked],
  ['CONSUMER_SUSPENDED', suspended],
  ['GCP_SUSPENDED', suspended],
  ['ACCOUNT_STATE_INVALID', suspended],
  ['SERVICE_DISABLED', disabled],
  ['CONSUMER_INVALID', disabled],
  ['SERVICE_NOT_VISIBLE', disabled],
  ['API_KEY_SERVICE_BLOCKED', restricted],
  ['API_KEY_HTTP_REFERRER_BLOCKED', restricted],
  ['API_KEY_IP_ADDRESS_BLOCKED', restricted],
  ['API_KEY_ANDROID_APP_BLOCKED', restricted],
  ['API_KEY_IOS_APP_BLOCKED', restricted],
  ['USER_PROJECT_DENIED', restricted],
  ['BILLING_DISABLED', unpaid],
]);

/**
 * Whole messages that blame a key. None leaves room for anything of a request: what changes in them is a key, a
 * project's number or name, or a method of Google's. Texts as recorded and as quoted in public issues.
 */
const byMessage: readonly (readonly [RegExp, KeyVerdict])[] = [
  [/^API key not valid\. Please pass a valid API key\.$/, invalid],
  [/^API Key not found\. Please pass a valid API key\.$/, invalid],
  [/^API key expired\. Please renew the API key\.$/, invalid],
  [
    /^Method doesn't allow unregistered callers \(callers without established identity\)\. Please use API Key or other form of API consumer identity to call this API\.$/,
    invalid,
  ],
  [
    /^Request had invalid authentication credentials\. Expected OAuth 2 access token, login cookie or other valid authentication credential\. See https:\/\/developers\.google\.com\/identity\/sign-in\/web\/devconsole-project\.$/,
    invalid,
  ],
  [/^Your API key was reported as leaked\. Please use another API key\.$/, leaked],
  [/^(?:Permission denied: )?Consumer 'api_key:[\w.-]{1,200}' has been suspended\.$/, suspended],
  [
    /^(?:Generative Language|Gemini) API has not been used in project [\w-]{1,60} before or it is disabled\. Enable it by visiting https:\/\/console\.developers\.google\.com\/apis\/api\/generativelanguage\.googleapis\.com\/overview\?project=[\w-]{1,60} then retry\. If you enabled this API recently, wait a few minutes for the action to propagate to our systems and retry\.$/,
    disabled,
  ],
  [
    /^Requests to this API generativelanguage\.googleapis\.com method google\.ai\.generativelanguage\.[\w.]{1,100} are blocked\.$/,
    restricted,
  ],
];

/** What may follow: advice where to pay, in plain words. */
const advice = String.raw`(?: (?:Please|To|For|See|Learn|Go|Visit|Add|You) [\w ,.'()/:#?=&-]{1,400})?$`;

const wholeBefore = (sentence: string): RegExp => new RegExp(`^${sentence}\\.?${advice}`, 'i');

/** Whole messages of a 429 that no waiting heals: the money is spent, until somebody pays (reports of 2026). */
const spentMoney: readonly RegExp[] = [
  wholeBefore(
    "(?:Your |The |Your project's |Your account's )?pre-?pa(?:yment|id) (?:credits?|balance) (?:is|are|has been|have been) (?:depleted|exhausted|used up)",
  ),
  wholeBefore(
    '(?:Your|The|This) (?:project|account|billing account) has (?:exceeded|reached) (?:its|the|your) monthly (?:spending|spend) (?:cap|limit)',
  ),
  wholeBefore('You(?: have)? (?:exceeded|reached) your monthly (?:spending|spend) (?:cap|limit)'),
  wholeBefore('(?:Your |The )?monthly (?:spending|spend) (?:cap|limit)(?: is| was| has been)? (?:exceeded|reached)'),
];

/** Google's words for machines that are about money; the names of limits per minute and day hold none of these. */
const isAboutMoney = (word: string): boolean => /credit|spend|billing/i.test(word);

const longestMessage = 1000;

/**
 * What an error of Google's says against the key that was used; null when it says nothing. A verdict moves what all
 * callers share, so it rests on Google's word for machines, or on a whole message, never on a text or a status that a
 * request can bring about.
 */
export const keyVerdict = (error: GoogleError, status: number): KeyVerdict | null => {
  if (status < 400 || status >= 500) return null;
  const reason = reasonOf(error) ?? '';
  const told = byReason.get(reason);
  if (told !== undefined) return told;
  if (status === 429 && [reason, ...quotaIdsOf(error)].some(isAboutMoney)) return unpaid;
  const message = error.message.trim();
  const isShort = message.length <= longestMessage;
  if (status === 429) return isShort && spentMoney.some((pattern) => pattern.test(message)) ? unpaid : null;
  const said = isShort ? byMessage.find(([pattern]) => pattern.test(message))?.[1] : undefined;
  return said ?? (status === 401 ? notTaken : null);
};
