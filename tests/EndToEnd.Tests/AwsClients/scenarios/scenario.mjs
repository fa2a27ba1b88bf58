// One process runs one scenario against a daemon that is running already: NAME ARGUMENTS-AS-JSON. Its exit code is 0 when all held.
import assert from 'node:assert/strict';

const LIMIT_MS = 40_000;

export async function run(scenarios) {
  const [name, text] = process.argv.slice(2);
  setTimeout(() => fail(`${name} did not come to its end within ${LIMIT_MS} ms; it waited for ${Inbox.waitedFor}`), LIMIT_MS).unref();
  try {
    await scenarios[name](JSON.parse(text));
    process.exit(0); // some clients keep sockets open that nobody needs any more
  } catch (error) {
    fail(error.stack);
  }
}

function fail(reason) {
  process.stderr.write(`${reason}\n`, () => process.exit(1));
}

/** What arrives by itself, to be taken in order. */
export class Inbox {
  static waitedFor = 'nothing';
  #items = [];
  #taker = null;

  put(item) {
    if (this.#taker) {
      this.#taker(item);
      this.#taker = null;
    } else {
      this.#items.push(item);
    }
  }

  async next(what) {
    Inbox.waitedFor = what;
    return this.#items.length > 0 ? this.#items.shift() : await new Promise((resolve) => { this.#taker = resolve; });
  }

  isEmpty() {
    return this.#items.length === 0;
  }
}

/** The error that `promise` must end with. */
export async function errorOf(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  return assert.fail('it succeeded and should not have');
}

/** Shadows tell seconds since 1970. */
export function isNow(timestamp) {
  assert.equal(typeof timestamp, 'number');
  assert.ok(Math.abs(timestamp - Date.now() / 1000) < 60, `${timestamp} is not within a minute of now`);
}

/** Errors that every client must be told in the same words: a request's state, and the code and text of its refusal. */
export const refusals = [
  [{ desired: { a: 'x'.repeat(8192) } }, 413, 'The payload exceeds the maximum size allowed'],
  [{ desired: { 1: { 2: { 3: { 4: { 5: { 6: { 7: 'x' } } } } } } } }, 400, 'JSON contains too many levels of nesting; maximum is 6'],
  [{ reported: { a: [1, null] } }, 400, 'State contains an invalid node'],
  [{ delta: {} }, 400, 'State contains an invalid node'],
  [{ desired: 5 }, 400, 'Desired node must be an object'],
  [{ reported: 'x' }, 400, 'Reported node must be an object'],
  [[], 400, 'State node must be an object'],
];
