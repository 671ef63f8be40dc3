/** Variables by name, as a process has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

const edges = /^[\s\u200b\u2060\ufeff]+|[\s\u200b\u2060\ufeff]+$/g;
const quoted = /^(?:"([^"]*)"|'([^']*)')$/;

/** A variable's text; '' when unset. Blanks and one pair of quotes around it go: web forms and .env files add them. */
export const textOf = (name: string, environment: Environment): string => {
  const given = (environment[name] ?? '').replaceAll(edges, '');
  const inner = quoted.exec(given);
  return (inner === null ? given : (inner[1] ?? inner[2] ?? '')).replaceAll(edges, '');
};
