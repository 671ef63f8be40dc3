const signature = Buffer.from('a signature of the script').toString('base64');

const frame = (parts, finishReason) => ({
  candidates: [{ content: { role: 'model', parts }, ...(finishReason === undefined ? {} : { finishReason }), index: 0 }],
  usageMetadata: { promptTokenCount: 100, candidatesTokenCount: 10, totalTokenCount: 110 },
});

const namesIn = ({ tools = [] }) =>
  tools.flatMap(({ functionDeclarations = [] }) => functionDeclarations).map(({ name }) => name);

const partsIn = ({ contents = [] }) => contents.flatMap(({ parts = [] }) => parts);

const lastWords = 'All of it is done: two lines.';

/**
 * Gemini as a script plays it: a step for each result that has come, then the last words. Requests without the tools of
 * the script (for a title, say) get the emulator's own answer.
 */
export function scriptedAnswers(steps) {
  const bodies = [];
  const answer = ({ body }) => {
    const names = namesIn(body);
    if (steps.some(({ name }) => !names.includes(name))) return undefined;
    bodies.push(body);
    const step = steps[partsIn(body).filter((part) => part.functionResponse !== undefined).length];
    if (step === undefined) return [frame([{ text: lastWords.slice(0, 10) }]), frame([{ text: lastWords.slice(10) }], 'STOP')];
    const { name, args } = step;
    return [
      frame([{ text: 'The next step.', thought: true }]),
      frame([{ functionCall: { name, args }, thoughtSignature: signature }]),
      frame([{ text: '' }], 'STOP'),
    ];
  };
  const fault = () => {
    const last = bodies.at(-1);
    if (last === undefined) return 'its tools are not those of the script';
    const parts = partsIn(last);
    const calls = parts.filter((part) => part.functionCall !== undefined);
    if (calls.length !== steps.length) return `Gemini saw ${calls.length} calls, not ${steps.length}`;
    if (calls.some((part) => part.thoughtSignature !== signature)) return 'a call came back without its signature';
    const results = parts.filter((part) => part.functionResponse !== undefined);
    return JSON.stringify(results[0] ?? '').includes('one') ? null : 'what it read did not come to Gemini';
  };
  const seen = () => `tools: ${[...new Set(bodies.flatMap(namesIn))].join(', ') || 'none of them'}`;
  return { answer, fault, seen, lastWords };
}

/** The task by a shell alone: read, change, count. `call` makes a step of a command. */
export const shellSteps = (call) => [
  call('cat notes.txt'),
  call("sed 's/$/ done/' notes.txt > notes.new && mv notes.new notes.txt"),
  call('wc -l < notes.txt > count.txt'),
];
