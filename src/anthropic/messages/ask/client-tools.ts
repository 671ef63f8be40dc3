import type { FunctionOffer } from '../../../gemini/tools/asked-tools.ts';

type Schema = Readonly<Record<string, unknown>>;

const text = { type: 'string' };
const whole = { type: 'integer' };

const object = (properties: Schema, required: readonly string[] = []): Schema => ({
  type: 'object',
  properties,
  ...(required.length === 0 ? {} : { required }),
});

const range = { type: 'array', items: whole, minItems: 2, maxItems: 2 };

const editor = object(
  {
    command: { type: 'string', enum: ['view', 'create', 'str_replace', 'insert', 'undo_edit'] },
    path: text,
    file_text: text,
    old_str: text,
    new_str: text,
    insert_line: whole,
    insert_text: text,
    view_range: range,
  },
  ['command', 'path'],
);

const memory = object(
  {
    command: { type: 'string', enum: ['view', 'create', 'str_replace', 'insert', 'delete', 'rename'] },
    path: text,
    view_range: range,
    file_text: text,
    old_str: text,
    new_str: text,
    insert_line: whole,
    insert_text: text,
    old_path: text,
    new_path: text,
  },
  ['command'],
);

/** A tool that Anthropic describes and the client runs. */
type ClientTool = {
  readonly type: RegExp;
  readonly name: string;
  readonly description: string;
  readonly schema: Schema;
};

/** Their fields are those of Anthropic's guides to each tool. */
const tools: readonly ClientTool[] = [
  {
    type: /^bash_\d+$/,
    name: 'bash',
    description: 'Runs a command in a shell that stays open between calls; restart begins a new shell.',
    schema: object({ command: text, restart: { type: 'boolean' } }),
  },
  {
    type: /^text_editor_\d+$/,
    name: 'str_replace_based_edit_tool',
    description: 'Views, creates and edits text files; insert_line 0 is before the first line.',
    schema: editor,
  },
  {
    type: /^memory_\d+$/,
    name: 'memory',
    description: 'Keeps notes as files under /memories, which last from one conversation to the next.',
    schema: memory,
  },
];

/** A function in the place of a tool whose fields Anthropic's models know; undefined for any other type. */
export const clientTool = (type: string, name: unknown, path: string): FunctionOffer | undefined => {
  const tool = tools.find((known) => known.type.test(type));
  return tool === undefined
    ? undefined
    : {
        name: typeof name === 'string' && name !== '' ? name : tool.name,
        description: tool.description,
        parameters: tool.schema,
        strict: undefined,
        path: `${path}.input_schema`,
      };
};
