import type { FunctionOffer } from '../../../gemini/tools/asked-tools.ts';

const strings = { type: 'array', items: { type: 'string' } };
const milliseconds = { type: 'integer', description: 'Milliseconds after which it is ended.' };

type Shape = Pick<FunctionOffer, 'description'> & { readonly parameters: object };

/** OpenAI's own tools that the client runs: Gemini knows them as functions of these names. */
export const houseTools: Readonly<Record<'local_shell' | 'shell' | 'apply_patch', Shape>> = {
  local_shell: {
    description: "Runs a command on the user's machine and gives what it printed.",
    parameters: {
      type: 'object',
      properties: {
        command: { ...strings, description: 'The program and its arguments.' },
        working_directory: { type: 'string' },
        timeout_ms: milliseconds,
      },
      required: ['command'],
    },
  },
  shell: {
    description: 'Runs commands in a shell, one after the other, and gives what each printed.',
    parameters: {
      type: 'object',
      properties: {
        commands: strings,
        timeout_ms: milliseconds,
        max_output_length: { type: 'integer', description: 'Characters of output that are kept.' },
      },
      required: ['commands'],
    },
  },
  apply_patch: {
    description: 'Creates, updates or deletes a file.',
    parameters: {
      type: 'object',
      properties: {
        type: { type: 'string', enum: ['create_file', 'update_file', 'delete_file'] },
        path: { type: 'string' },
        diff: { type: 'string', description: 'The change in V4A format; not for delete_file.' },
      },
      required: ['type', 'path'],
    },
  },
};

/** True for the name of such a tool. */
export const isHouseTool = (type: string): type is keyof typeof houseTools => Object.hasOwn(houseTools, type);
