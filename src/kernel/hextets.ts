const hextetsIn = (text: string): readonly number[] =>
  text === '' ? [] : text.split(':').map((part) => Number.parseInt(part, 16));

const withoutDots = (address: string): string => {
  const from = address.lastIndexOf(':') + 1;
  const [a = 0, b = 0, c = 0, d = 0] = address.slice(from).split('.').map(Number);
  return `${address.slice(0, from)}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
};

/** The eight 16-bit numbers of a valid IPv6 address without a zone, in any spelling. */
export const hextetsOf = (address: string): readonly number[] => {
  const [head = '', tail] = (address.includes('.') ? withoutDots(address) : address).split('::');
  if (tail === undefined) return hextetsIn(head);
  const [before, after] = [hextetsIn(head), hextetsIn(tail)];
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after];
};
