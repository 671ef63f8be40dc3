// tap's output for people and for CI: a line for each finished file, failures in full, and the counts alone on the last
// line. tap imports this file by .taprc; it must not be executable, or tap would run it as a program instead.
import { Transform } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { inspect } from 'node:util';
import { Parser } from 'tap-parser';

const indented = (text) => text.trimEnd().replaceAll(/^/gm, '    ');

/** One diagnostic as `key: value`, a longer text or an object below its key. */
function diagnostic([key, value]) {
  const text = typeof value === 'string' ? value : inspect(value, { depth: 8, breakLength: 100, maxStringLength: 4000 });
  return text.includes('\n') ? `  ${key}:\n${indented(text)}\n` : `  ${key}: ${text}\n`;
}

const failureText = ({ name, details }) => `\nFAILED ${name}\n${Object.entries(details).map(diagnostic).join('')}`;

const skipText = ({ name, reason }) => `SKIPPED ${name}${reason ? `: ${reason}` : ''}\n`;

/** The full name of a check starts with its file's. */
const failureOf = (result) => ({ name: result.fullname || result.name, details: result.diag ?? {} });

const skipOf = (result) => ({
  name: result.fullname || result.name,
  reason: typeof result.skip === 'string' ? result.skip : '',
});

export default class CountingReporter extends Transform {
  #decoder = new StringDecoder();
  #parser = new Parser();
  #passed = 0;
  #skips = [];
  #failures = [];
  #counted = new WeakSet();
  #ran = new WeakSet();
  /** Counts at the end of the previous file, to tell what the one that ends now has added. */
  #before = { passed: 0, skipped: 0, failed: 0 };

  constructor() {
    super();
    this.#parser.on('result', (result) => this.#onCheck(result));
    this.#parser.on('pass', (result) => this.#onRun(result));
    this.#parser.on('fail', (result) => this.#onRun(result));
    this.#parser.on('assert', (result) => this.#onFileEnd(result));
    this.#parser.on('extra', (text) => this.push(text));
    this.#parser.on('complete', (results) => this.#onComplete(results));
  }

  _transform(chunk, _encoding, done) {
    this.#parser.write(this.#decoder.write(chunk));
    done();
  }

  _flush(done) {
    this.#parser.end(this.#decoder.end());
    done();
  }

  /** A check counts as left out, until the parser says with its next event that it passed or failed. */
  #onCheck(result) {
    if (this.#counted.has(result)) return;
    this.#counted.add(result);
    this.#skips.push(skipOf(result));
  }

  #onRun(result) {
    if (this.#ran.has(result)) return;
    this.#ran.add(result);
    this.#skips.pop();
    if (result.ok) this.#passed += 1;
    else this.#failures.push(failureOf(result));
  }

  /**
   * A whole file counts as one check when it is skipped, and when it failed though no check in it did: it has crashed,
   * run out of time or not kept its plan. The parser may name it as a check once more afterwards.
   */
  #onFileEnd(result) {
    const { passed, skipped, failed } = this.#before;
    const failedByItself = !result.ok && this.#failures.length === failed;
    if (result.skip || failedByItself) this.#onCheck(result);
    if (failedByItself) this.#onRun(result);
    const counts = [
      `${this.#passed - passed} passed`,
      this.#failures.length > failed ? `${this.#failures.length - failed} failed` : '',
      this.#skips.length > skipped ? `${this.#skips.length - skipped} skipped` : '',
    ];
    const time = result.time === null ? '' : ` (${Math.round(result.time)} ms)`;
    this.push(`${result.ok ? 'ok    ' : 'not ok'} ${result.name}: ${counts.filter(Boolean).join(', ')}${time}\n`);
    this.#before = { passed: this.#passed, skipped: this.#skips.length, failed: this.#failures.length };
  }

  #onComplete(results) {
    if (results.bailout) this.#failures.push({ name: 'bail out', details: { reason: String(results.bailout) } });
    if (!results.ok && this.#failures.length === 0) {
      this.#failures.push({ name: 'the whole run', details: { count: results.count, plan: results.plan } });
    }
    if (this.#skips.length > 0) this.push('\n');
    for (const skip of this.#skips) this.push(skipText(skip));
    for (const failure of this.#failures) this.push(failureText(failure));
    const skipped = this.#skips.length > 0 ? `, ${this.#skips.length} skipped` : '';
    this.push(`\n${this.#passed} passed, ${this.#failures.length} failed${skipped}\n`);
  }
}
