// Tells how long the worst requests, and the worst answers of Gemini, let the built service's event loop stand still, and
// how the CPU time of requests grows with their size.
// Nothing leaves this machine.
//
//   npm run stalls
//   npm run stalls -- pictures     only those with this in their name
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { costsOfGrowth, stallsOfAnswers, stallsOfRequests } = await import(join(root, 'dist-test', 'test', 'support', 'stalls', 'run-stalls.js'));
const only = process.argv[2] ?? '';

function tell({ what, mebibytes, status, stallMs, mostMs, isOdd, start }) {
  const isOver = stallMs > mostMs || isOdd;
  if (isOver) process.exitCode = 1;
  console.log(`${isOver ? '!' : ' '} ${stallMs.toFixed(0).padStart(6)} ms of ${mostMs.toFixed(0).padStart(4)}  ${mebibytes.toFixed(1).padStart(5)} MiB  ${status}  ${what}${isOdd ? ` ${start}` : ''}`);
}

await stallsOfRequests({ only, tell });
await stallsOfAnswers({ only, tell });
await costsOfGrowth({
  only,
  tell: ({ what, fromMs, toMs, growth, statuses }) => console.log(`  ${fromMs.toFixed(0).padStart(6)} ms, then ${toMs.toFixed(0).padStart(5)}: ${growth.toFixed(2)} for its size  ${statuses.join(', ')}  ${what}, growing`),
});
