/** Where definitions stand in what goes up. */
export const definitionPrefix = '#/$defs/';

/** Gives each definition a name of its own that a pointer can hold as it is; those that clash are numbered. */
export type NameDefinition = (wanted: string) => string;

/** Names for the definitions of one schema. */
export const definitionNames = (): NameDefinition => {
  const taken = new Set<string>();
  const counts = new Map<string, number>();
  return (wanted) => {
    const plain = /^[\w.-]+$/.test(wanted) ? wanted : wanted.replaceAll(/[^\w.-]/g, '_') || 'schema';
    let name = plain;
    for (let count = counts.get(plain) ?? 1; taken.has(name); name = `${plain}_${count}`) {
      count += 1;
      counts.set(plain, count);
    }
    taken.add(name);
    return name;
  };
};
