import { isEmpty } from '../../../kernel/is-empty.ts';
import { isObject } from '../../../kernel/is-object.ts';
import { invalid, type ProxyError } from '../../../kernel/proxy-error.ts';
import type { MessageFields } from './request.ts';

const refuseField = (path: string, why: string): ProxyError =>
  invalid(`'${path}' is not supported: ${why}.`, path, 'unsupported_parameter');

const isNamed = (value: unknown): boolean => typeof value === 'string' || (isObject(value) && !isEmpty(value['id']));

/** What would be lost without a word: things that Anthropic keeps, and servers that it would ask. */
export const refuseFields = ({
  messages,
  container,
  thread,
  mcp_servers: servers,
}: MessageFields): ProxyError | null => {
  if (messages.length === 0) {
    return invalid("'messages' is empty: send at least one message.", 'messages', 'missing_required_parameter');
  }
  if (isNamed(container)) return refuseField('container', 'nothing is kept here between requests');
  if (isNamed(thread)) return refuseField('thread', 'nothing is kept here between requests');
  return isEmpty(servers) ? null : refuseField('mcp_servers', 'give the tools of the servers as tools of the request');
};
