/** Why something could not be fetched, as the end of a sentence. Says nothing of what lies inside a network. */
export type Reason = string;

const megabyte = 1024 * 1024;

const sizeText = (bytes: number): string => (bytes % megabyte === 0 ? `${bytes / megabyte} MB` : `${bytes} bytes`);

/**
 * All reasons. `host` stands for a name that is unknown, an address that is refused and a server that does not answer
 * alike: whoever asks must not learn which of them it was.
 */
export const reasons = {
  notAnAddress: 'it is not a valid web address',
  scheme: 'only http and https addresses are read',
  credentials: 'an address with a user name or password in it is not read',
  port: 'this port is not read from',
  host: 'its host is not at a public address, or does not answer',
  certificate: "its host's certificate is not valid",
  downgrade: 'it redirects from https to http',
  redirects: (most: number): Reason => `it redirects more than ${most} times`,
  status: (code: number): Reason => `its server answered ${code}`,
  slow: (milliseconds: number): Reason => `it took longer than ${milliseconds / 1000} s`,
  large: (bytes: number): Reason => `it is larger than ${sizeText(bytes)}`,
  broken: 'the connection broke off in the middle',
  empty: 'it is empty',
  markup: 'it is a web page or other markup (HTML, SVG, XML), not a picture or file that Gemini reads',
  avif: 'it is an AVIF picture, which Gemini does not read: send it as PNG, JPEG or WebP',
  kind: 'it is no picture or file of a kind that Gemini reads',
} as const;
