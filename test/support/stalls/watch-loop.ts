import { performance } from 'node:perf_hooks';
import process from 'node:process';

/** Loaded into the service's process with `--import`, by tests alone: it tells how long the event loop stood still. */
const everyMs = 2;

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
  process.send?.(longest);
  longest = 0;
});
process.channel?.unref();
