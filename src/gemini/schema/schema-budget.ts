/** What the schemas of one request may have together. */
export const schemaBounds = {
  /** Places where a schema stands: properties, items, choices, parts, definitions. */
  places: 30_000,
  /** Values listed by `enum`, and names by `required`. */
  values: 50_000,
  /** Levels in each other, those of definitions merged into others counted. */
  levels: 200,
  /** Places that merged definitions add: one can be merged in a thousand places. */
  growth: 30_000,
  /** Characters and values of those that merge definitions, or name them: a long text can stand in each place. */
  characters: 4_000_000,
} as const;

/** A bound that a schema goes beyond, and its number. */
export type SchemaFault = { readonly bound: keyof typeof schemaBounds; readonly most: number };

/** What the schemas of one request may still have. */
export type SchemaBudget = {
  places: number;
  values: number;
  growth: number;
  characters: number;
  fault: SchemaFault | null;
};

/** The budget of one request: its schemas share it. */
export const newSchemaBudget = (): SchemaBudget => ({
  places: schemaBounds.places,
  values: schemaBounds.values,
  growth: schemaBounds.growth,
  characters: schemaBounds.characters,
  fault: null,
});

const words: Readonly<Record<SchemaFault['bound'], string>> = {
  places: 'properties and other schemas in it',
  values: 'listed values',
  levels: 'levels in each other',
  growth: 'merged definitions',
  characters: 'characters with its definitions merged',
};

/** A fault in words: what there is too much of, and how much may be. */
export const schemaFaultText = ({ bound, most }: SchemaFault): string => `more than ${most} ${words[bound]}`;

/** True when so many are left; what there are too many of is the fault, before they are looked at. */
export const fitsBudget = (budget: SchemaBudget, bound: 'places' | 'values', amount: number): boolean => {
  if (amount > budget[bound]) budget.fault ??= { bound, most: schemaBounds[bound] };
  return budget.fault === null;
};

/** Takes from the budget, if it fits. */
export const spendBudget = (budget: SchemaBudget, bound: 'places' | 'values', amount: number): boolean => {
  const has = fitsBudget(budget, bound, amount);
  if (has) budget[bound] -= amount;
  return has;
};
