import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import process from 'node:process';

/**
 * Loaded into the service's process with `--import`, by tests alone: it tells how long the event loop stood still, and
 * what CPU time the process has taken.
 */
const everyMs = 2;

/** Node's own measure. It can't tell work from time in which the machine ran something else, so it is an upper bound. */
const delays = monitorEventLoopDelay({ resolution: everyMs });
delays.enable();

let longest = 0;
let lastWall = performance.now();
let lastCpu = process.cpuUsage();

/** A stall is what the process itself worked: time in which a busy machine did not let it run is none of its fault. */
const tick = (): void => {
  const wall = performance.now();
  const { user, system } = process.cpuUsage(lastCpu);
  longest = Math.max(longest, Math.min(wall - lastWall, (user + system) / 1000));
  lastWall = wall;
  lastCpu = process.cpuUsage();
};

setInterval(tick, everyMs).unref();

process.on('message', () => {
  tick();
  const { user, system } = process.cpuUsage();
  process.send?.({ longestMs: Math.min(longest, delays.max / 1e6), cpuMs: (user + system) / 1000 });
  delays.reset();
  longest = 0;
});
process.channel?.unref();
