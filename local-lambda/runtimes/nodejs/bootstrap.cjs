// Runs one Lambda handler: asks the Runtime API for an event, calls the handler, answers, and asks again.
// Built-in modules only. HTTP is written by hand: the answer and the question for the next event leave in one write. CommonJS: the loader of ES modules
// takes some milliseconds, which a handler in CommonJS need not pay for.
'use strict';

const { existsSync, readFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { createConnection } = require('node:net');
const { basename, dirname, join, resolve } = require('node:path');
const { Writable } = require('node:stream');
const { pathToFileURL } = require('node:url');
const { format, types } = require('node:util');

const environment = process.env;
const api = '/2018-06-01/runtime';
const nextRequest = `GET ${api}/invocation/next HTTP/1.1\r\nHost: roost\r\n\r\n`;
const jsonType = 'application/json';
const binaryType = 'application/octet-stream';

/**
 * One keep-alive connection to the gateway; answers arrive in the order of the requests. It holds the event loop only while something is
 * awaited from it, so that an empty loop means that the handler has nothing left to do.
 */
class RuntimeApi {
  #socket;
  #parts = [];
  #received = 0;
  #wanted = 0;
  #reader = null;

  constructor(path) {
    this.#socket = createConnection(path);
    this.#socket.unref();
    this.#socket.on('data', (part) => {
      this.#parts.push(part);
      this.#received += part.length;
      this.#advance();
    });
    // The gateway has gone: nobody is left to answer to.
    this.#socket.on('close', () => process.exit(0));
    this.#socket.on('error', () => process.exit(0));
  }

  first() {
    this.#socket.write(nextRequest);
    return this.#read();
  }

  /** For a spare: waits until it is known which function this process becomes, and gives the environment of that. */
  async assignment() {
    this.#socket.write('GET /roost/assignment HTTP/1.1\r\nHost: roost\r\n\r\n');
    const { body } = await this.#read();
    this.#socket.write('GET /roost/assignment/taken HTTP/1.1\r\nHost: roost\r\n\r\n');
    await this.#read();
    return JSON.parse(body.toString('utf8'));
  }

  /** Posts the outcome ('response' or 'error') and gives the next invocation. */
  async answer(requestId, outcome, contentType, body, headers = '') {
    this.#send(`${api}/invocation/${requestId}/${outcome}`, contentType, body, headers, nextRequest);
    await this.#read(); // 202; a refusal has been told to the caller by the gateway itself
    return this.#read();
  }

  async fail(path, errorType, json) {
    this.#send(path, jsonType, json, `Lambda-Runtime-Function-Error-Type: ${headerText(errorType)}\r\n`);
    await this.#read();
  }

  #send(path, contentType, body, headers = '', following = '') {
    const head = `POST ${path} HTTP/1.1\r\nHost: roost\r\nContent-Type: ${headerText(contentType)}\r\n${headers}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n`;
    if (typeof body === 'string') {
      this.#socket.write(head + body + following);
      return;
    }
    this.#socket.cork();
    this.#socket.write(head);
    this.#socket.write(body);
    this.#socket.write(following);
    this.#socket.uncork();
  }

  #read() {
    this.#socket.ref();
    return new Promise((resolve) => {
      this.#reader = resolve;
      this.#advance();
    });
  }

  #advance() {
    if (this.#reader === null || this.#received === 0 || this.#received < this.#wanted) {
      return; // a large event comes in many parts, which are joined once
    }
    const data = this.#parts.length === 1 ? this.#parts[0] : Buffer.concat(this.#parts, this.#received);
    this.#parts = [data];
    const end = data.indexOf('\r\n\r\n');
    if (end < 0) {
      return;
    }
    const headers = {};
    for (const line of data.toString('latin1', 0, end).split('\r\n').slice(1)) {
      const colon = line.indexOf(':');
      headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
    }
    this.#wanted = end + 4 + Number(headers['content-length'] ?? 0);
    if (this.#received < this.#wanted) {
      return;
    }
    const body = data.subarray(end + 4, this.#wanted);
    const rest = data.subarray(this.#wanted);
    this.#parts = rest.length === 0 ? [] : [rest];
    this.#received = rest.length;
    this.#wanted = 0;
    const reader = this.#reader;
    this.#reader = null;
    this.#socket.unref();
    reader({ headers, body });
  }
}

/** What a function names must not end its header. */
function headerText(text) {
  return String(text).replace(/[^ -~]/g, '?');
}

/** An error that the runtime itself tells, by a name of Lambda's. */
class RuntimeError extends Error {
  constructor(errorType, message) {
    super(message);
    Object.defineProperty(this, 'name', { value: errorType });
    this.stack = this.stack.replace(/^Error/, errorType);
  }
}

/** Lambda's own order: CommonJS first where package.json does not say that .js is an ES module, and at last whatever Node finds itself. */
async function loadModule(root, folder, name) {
  const path = resolve(root, folder, name);
  const require = createRequire(join(root, '/'));
  const isModule = saysModule(dirname(path));
  if (existsSync(path)) {
    return require(path);
  }
  if (existsSync(`${path}.js`)) {
    return isModule ? import(pathToFileURL(`${path}.js`)) : require(`${path}.js`);
  }
  if (existsSync(`${path}.mjs`)) {
    return import(pathToFileURL(`${path}.mjs`));
  }
  if (existsSync(`${path}.cjs`)) {
    return require(`${path}.cjs`);
  }
  return require(require.resolve(name, { paths: [root, join(root, folder)] }));
}

/** True when the nearest package.json has "type": "module". */
function saysModule(folder) {
  for (; !folder.endsWith('/node_modules'); folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    if (existsSync(file)) {
      try {
        return JSON.parse(readFileSync(file, 'utf8')).type === 'module';
      } catch {
        return false; // Node itself will tell what is wrong with it
      }
    }
    if (folder === '/') {
      break;
    }
  }
  return false;
}

async function loadHandler(root, name) {
  if (name.includes('..')) {
    throw new RuntimeError('Runtime.MalformedHandlerName', `'${name}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`);
  }
  const base = basename(name);
  const [, file, path] = /^([^.]*)\.(.*)$/.exec(base) ?? [];
  if (file === undefined) {
    throw new RuntimeError('Runtime.MalformedHandlerName', 'Bad handler');
  }
  let module;
  try {
    module = await loadModule(root, name.slice(0, name.indexOf(base)), file);
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw new RuntimeError('Runtime.UserCodeSyntaxError', `${error}`);
    }
    if (error?.code === 'ERR_MODULE_NOT_FOUND' || error?.code === 'MODULE_NOT_FOUND') {
      throw new RuntimeError('Runtime.ImportModuleError', `${error}`);
    }
    throw error;
  }
  const find = (exports) => path.split('.').reduce((value, key) => value?.[key], exports);
  // Of a CommonJS module that is imported, names that Node could not see in the source stand on the default export.
  const handler = find(module) ?? find(module?.default);
  if (!handler) {
    throw new RuntimeError('Runtime.HandlerNotFound', `${name} is undefined or not exported`);
  }
  if (typeof handler !== 'function') {
    throw new RuntimeError('Runtime.HandlerNotFound', `${name} is not a function`);
  }
  return handler;
}

const streaming = Symbol.for('aws.lambda.runtime.handler.streaming');
globalThis.awslambda = {
  streamifyResponse(handler) {
    handler[streaming] = 'response';
    return handler;
  },
  HttpResponseStream: class HttpResponseStream {
    /** What a function URL answers: status and headers as JSON, eight zero bytes, then the body. */
    static from(stream, prelude) {
      stream.setContentType('application/vnd.awslambda.http-integration-response');
      stream.prelude = Buffer.concat([Buffer.from(JSON.stringify(prelude)), Buffer.alloc(8)]);
      return stream;
    }
  },
};

/** What a streaming handler writes to; its bytes are kept until it ends. */
class ResponseStream extends Writable {
  contentType = binaryType;
  prelude = null;
  parts = [];

  setContentType(contentType) {
    this.contentType = contentType;
  }

  _write(chunk, encoding, done) {
    this.parts.push(chunk);
    done();
  }

  bytes() {
    return Buffer.concat(this.prelude === null ? this.parts : [this.prelude, ...this.parts]);
  }
}

function contextOf(headers) {
  const deadline = Number(headers['lambda-runtime-deadline-ms']);
  const clientContext = headers['lambda-runtime-client-context'];
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionVersion: environment.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: environment.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: environment.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: environment.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: environment.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: clientContext ? JSON.parse(clientContext) : undefined,
    identity: undefined,
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    awsRequestId: headers['lambda-runtime-aws-request-id'],
    tenantId: headers['lambda-runtime-aws-tenant-id'],
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
}

let whenLoopIsEmpty = null;
process.on('beforeExit', () => {
  const action = whenLoopIsEmpty;
  whenLoopIsEmpty = null;
  action?.();
});

/**
 * A handler answers by what comes first: its promise, its callback, or one of context.succeed, fail and done. What a handler without a
 * promise returns counts for nothing, as in Lambda.
 */
function run(handler, event, context) {
  return new Promise((resolve, reject) => {
    let answered = false;
    const once = (action) => (...values) => {
      if (!answered) {
        answered = true;
        whenLoopIsEmpty = null;
        action(...values);
      }
    };
    const done = (error, result) => (error === undefined || error === null ? resolve(result) : reject(error));
    const callback = (error, result) => {
      if ((error === undefined || error === null) && context.callbackWaitsForEmptyEventLoop) {
        whenLoopIsEmpty = () => setImmediate(resolve, result);
      } else {
        done(error, result);
      }
    };
    context.succeed = once(resolve);
    context.fail = once((error) => reject(error ?? 'handled'));
    context.done = once(done);
    const answer = once(callback);
    whenLoopIsEmpty = once(() => resolve(null)); // nobody called back, and nothing is left that could
    let result;
    try {
      result = handler(event, context, answer);
    } catch (error) {
      answer(error ?? 'handled');
      return;
    }
    if (typeof result?.then === 'function') {
      if (!answered) {
        whenLoopIsEmpty = once(() => reject(new RuntimeError('Runtime.NodeJsExit', 'The promise of the handler can never settle: the event loop is empty.')));
      }
      result.then(context.succeed, context.fail);
    }
  });
}

async function runStreaming(handler, event, context) {
  const stream = new ResponseStream();
  const ended = new Promise((resolve, reject) => stream.once('finish', resolve).once('error', reject));
  ended.catch(() => {}); // told below, or by the handler's own error before it
  const result = handler(event, stream, context);
  if (typeof result?.then !== 'function') {
    throw 'Streaming does not support non-async handlers.';
  }
  const stuck = new Promise((_, reject) => {
    whenLoopIsEmpty = () => reject(new RuntimeError('Runtime.NodeJsExit', 'The promise of the handler can never settle: the event loop is empty.'));
  });
  if (await Promise.race([result, stuck]) !== undefined) {
    console.warn('Streaming handlers ignore return values.');
  }
  if (!stream.writableEnded) {
    throw 'Response stream is not finished.';
  }
  await ended;
  whenLoopIsEmpty = null;
  return stream;
}

function jsonOf(result) {
  try {
    return JSON.stringify(result) ?? 'null';
  } catch {
    throw new Error('Unable to stringify response body');
  }
}

/** A function whose events are bytes answers in bytes, a text or nothing. */
function bytesOf(result) {
  if (result === undefined || result === null) {
    return '';
  }
  if (typeof result === 'string') {
    return result;
  }
  if (ArrayBuffer.isView(result)) {
    return Buffer.from(result.buffer, result.byteOffset, result.byteLength);
  }
  throw new RuntimeError('Runtime.MarshalError', `Unable to marshal response: encoding is binary, and ${typeof result} is neither bytes nor a string`);
}

function looksLikeError(value) {
  return typeof value?.name === 'string' && typeof value.message === 'string' && typeof value.stack === 'string' && value.name && value.message && value.stack;
}

function errorDocument(error) {
  try {
    return types.isNativeError(error) || looksLikeError(error)
      ? { errorType: error.name, errorMessage: error.message, trace: String(error.stack ?? '').split('\n') }
      : { errorType: typeof error, errorMessage: error.toString(), trace: [] };
  } catch {
    return { errorType: 'handled', errorMessage: 'callback called with Error argument, but there was a problem while retrieving one or more of its message, name, and stack' };
  }
}

function errorJson(error) {
  const document = errorDocument(error);
  try {
    return { type: String(document.errorType), json: JSON.stringify(document) };
  } catch {
    return { type: 'handled', json: JSON.stringify({ errorType: 'handled', errorMessage: 'The error cannot be written as JSON.', trace: [] }) };
  }
}

/** For the log: with everything that is on the error. */
function described(error) {
  const inner = (_, value) => (value instanceof Error
    ? { errorType: value.name, errorMessage: value.message, code: value.code, ...value, stack: String(value.stack ?? '').split('\n') }
    : value);
  try {
    return `\t${JSON.stringify(error instanceof Error ? error : new Error(error), inner)}`;
  } catch {
    return `\t${errorJson(error).json}`;
  }
}

let requestId = '';
let waiting = false;
const print = process.stdout.write.bind(process.stdout);
for (const [method, level] of [['log', 'INFO'], ['info', 'INFO'], ['debug', 'DEBUG'], ['trace', 'TRACE'], ['warn', 'WARN'], ['error', 'ERROR'], ['fatal', 'FATAL']]) {
  // A carriage return keeps a message of several lines one entry, as Lambda's own Node.js runtime does it.
  console[method] = (...values) => void print(`${new Date().toISOString()}\t${requestId || 'undefined'}\t${level}\t${format(...values).replaceAll('\n', '\r')}\n`);
}

const gateway = new RuntimeApi(environment.ROOST_RUNTIME_SOCKET);

/** Tells the gateway of what nothing in the function has caught, and ends: the state of the process is not known any more. */
async function die(label, error, exitCode) {
  console.error(label, described(error));
  if (!waiting) { // between two invocations there is nobody to tell
    const { type, json } = errorJson(error);
    await gateway.fail(requestId ? `${api}/invocation/${requestId}/error` : `${api}/init/error`, type, json);
  }
  process.exit(exitCode);
}

process.on('uncaughtException', (error) => void die('Uncaught Exception', error, 129));
process.on('unhandledRejection', (reason) => {
  const error = new RuntimeError('Runtime.UnhandledPromiseRejection', errorText(reason));
  error.reason = reason;
  void die('Unhandled Promise Rejection', error, 128);
});

function errorText(reason) {
  try {
    return String(reason);
  } catch {
    return typeof reason;
  }
}

async function serve(handler, headers, body) {
  const contentType = headers['content-type'] ?? jsonType;
  if (headers['lambda-runtime-trace-id']) {
    environment._X_AMZN_TRACE_ID = headers['lambda-runtime-trace-id'];
  } else {
    delete environment._X_AMZN_TRACE_ID;
  }
  try {
    const event = contentType === jsonType ? JSON.parse(body.toString('utf8')) : body;
    const context = contextOf(headers);
    if (handler[streaming] === 'response') {
      const stream = await runStreaming(handler, event, context);
      return ['response', stream.contentType, stream.bytes(), 'Lambda-Runtime-Function-Response-Mode: streaming\r\n'];
    }
    const result = await run(handler, event, context);
    return contentType === jsonType ? ['response', jsonType, jsonOf(result)] : ['response', binaryType, bytesOf(result)];
  } catch (error) {
    console.error('Invoke Error', described(error));
    return ['error', jsonType, errorJson(error).json];
  } finally {
    whenLoopIsEmpty = null;
  }
}

async function main() {
  if (environment.ROOST_SPARE) {
    delete environment.ROOST_SPARE;
    await import('data:text/javascript,'); // what a function will need, while there is time
    Object.assign(environment, await gateway.assignment());
  }

  whenLoopIsEmpty = () => {
    console.error('A top-level await can never settle: the event loop is empty.');
    process.exit(13); // as Node itself, where it is the main module's
  };
  const handler = await loadHandler(environment.LAMBDA_TASK_ROOT, environment._HANDLER).catch((error) => die('Uncaught Exception', error, 129));
  whenLoopIsEmpty = null;
  waiting = true;
  let { headers, body } = await gateway.first();
  for (;;) {
    waiting = false;
    requestId = headers['lambda-runtime-aws-request-id'];
    const answer = await serve(handler, headers, body);
    waiting = true;
    ({ headers, body } = await gateway.answer(requestId, ...answer));
  }
}

void main();
