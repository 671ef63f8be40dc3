/**
 * Detaches a buffer, of nobody's, before any code has been compiled. Until the first one is detached V8 compiles all
 * that looks into bytes (timers, hooks and sockets of Node too) as if that never happened, and then throws all of it
 * away: 66 functions, at the first answer that undici's parser has to grow its memory for.
 */
export const detachEarly = (): void => {
  const buffer = new ArrayBuffer(1);
  structuredClone(buffer, { transfer: [buffer] });
};
