import { readFileSync } from 'node:fs';

/** Where the names of fp.ts that stand for all of a module come from, seen from its folder. */
const modules = new Map([
  ['E', (folder) => `${folder}either.ts`],
  ['TE', (folder) => `${folder}task-either.ts`],
  ['t', () => 'io-ts'],
]);

/** The same module, with each of these names imported from its own module. */
export const importApart = (code) =>
  code.replace(/^import \{ ([^}]*) \} from '([^']*)fp\.ts';$/m, (_line, list, folder) => {
    const names = list.split(', ');
    const others = names.filter((name) => !modules.has(name));
    const apart = names
      .filter((name) => modules.has(name))
      .map((name) => `import * as ${name} from '${modules.get(name)(folder)}';`);
    return [...apart, ...(others.length > 0 ? [`import { ${others.join(', ')} } from '${folder}fp.ts';`] : [])].join(' ');
  });

/**
 * Has the bundle call `right` where the source says `E.right`. Names that fp.ts passes on as `E` would be getters of an
 * object: two calls and a look-up for each, 100 of them in a short chat.
 */
export const directNames = {
  name: 'direct-names',
  setup({ onLoad }) {
    onLoad({ filter: /\/src\/.*\.ts$/ }, ({ path }) => ({
      contents: importApart(readFileSync(path, 'utf8')),
      loader: 'ts',
    }));
  },
};
