// Runs one Lambda handler: asks the Runtime API for an event, calls the handler, answers, and asks again.
// Built-in modules only. HTTP is written by hand: the answer and the question for the next event leave in one write.
import { existsSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { format } from 'node:util';
import { pathToFileURL } from 'node:url';

const environment = process.env;
const taskRoot = environment.LAMBDA_TASK_ROOT;
const api = '/2018-06-01/runtime';
const nextRequest = `GET ${api}/invocation/next HTTP/1.1\r\nHost: roost\r\n\r\n`;

/** One keep-alive connection to the gateway; answers arrive in the order of the requests. */
class RuntimeApi {
  #socket;
  #received = Buffer.alloc(0);
  #reader = null;

  constructor(path) {
    this.#socket = createConnection(path);
    this.#socket.on('data', (part) => {
      this.#received = this.#received.length === 0 ? part : Buffer.concat([this.#received, part]);
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

  /** Posts the outcome ('response' or 'error') and gives the next invocation. */
  async answer(requestId, outcome, json) {
    this.#socket.write(post(`${api}/invocation/${requestId}/${outcome}`, json) + nextRequest);
    await this.#read(); // 202; a refusal has been told to the caller by the gateway itself
    return this.#read();
  }

  async fail(path, errorType, json) {
    this.#socket.write(post(path, json, `Lambda-Runtime-Function-Error-Type: ${errorType}\r\n`));
    await this.#read();
  }

  #read() {
    return new Promise((resolve) => {
      this.#reader = resolve;
      this.#advance();
    });
  }

  #advance() {
    if (this.#reader === null) {
      return;
    }
    const end = this.#received.indexOf('\r\n\r\n');
    if (end < 0) {
      return;
    }
    const headers = {};
    for (const line of this.#received.toString('latin1', 0, end).split('\r\n').slice(1)) {
      const colon = line.indexOf(':');
      headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
    }
    const bodyEnd = end + 4 + Number(headers['content-length'] ?? 0);
    if (this.#received.length < bodyEnd) {
      return;
    }
    const body = this.#received.toString('utf8', end + 4, bodyEnd);
    this.#received = this.#received.subarray(bodyEnd);
    const reader = this.#reader;
    this.#reader = null;
    reader({ headers, body });
  }
}

function post(path, json, headers = '') {
  return `POST ${path} HTTP/1.1\r\nHost: roost\r\nContent-Type: application/json\r\n${headers}Content-Length: ${Buffer.byteLength(json)}\r\n\r\n${json}`;
}

class InitError extends Error {
  constructor(errorType, message, cause) {
    super(message);
    this.name = errorType;
    this.stack = cause?.stack ?? this.stack;
  }
}

async function loadHandler(name) {
  const dot = name.indexOf('.', name.lastIndexOf('/') + 1);
  if (dot < 0) {
    throw new InitError('Runtime.MalformedHandlerName', 'Bad handler');
  }
  const file = name.slice(0, dot);
  const path = ['.mjs', '.js', '.cjs'].map((extension) => join(taskRoot, file + extension)).find(existsSync);
  if (path === undefined) {
    throw new InitError('Runtime.ImportModuleError', `Error: Cannot find module '${file}'`);
  }
  let module;
  try {
    module = await import(pathToFileURL(path));
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw new InitError('Runtime.UserCodeSyntaxError', String(error), error);
    }
    if (error?.code === 'ERR_MODULE_NOT_FOUND' || error?.code === 'MODULE_NOT_FOUND') {
      throw new InitError('Runtime.ImportModuleError', String(error), error);
    }
    throw error;
  }
  const exported = name.slice(dot + 1);
  // CommonJS: names that Node could not see in the source stand on the default export.
  const handler = exported.split('.').reduce((value, key) => value?.[key], module) ?? exported.split('.').reduce((value, key) => value?.[key], module.default);
  if (handler === undefined) {
    throw new InitError('Runtime.HandlerNotFound', `${name} is undefined or not exported`);
  }
  if (typeof handler !== 'function') {
    throw new InitError('Runtime.HandlerNotFound', `${name} is not a function`);
  }
  return handler;
}

function makeContext(headers) {
  const deadline = Number(headers['lambda-runtime-deadline-ms']);
  const clientContext = headers['lambda-runtime-client-context'];
  return {
    callbackWaitsForEmptyEventLoop: false,
    functionName: environment.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: environment.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: environment.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: environment.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: environment.AWS_LAMBDA_LOG_STREAM_NAME,
    awsRequestId: headers['lambda-runtime-aws-request-id'],
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    clientContext: clientContext ? JSON.parse(clientContext) : undefined,
    identity: undefined,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

/** A handler answers by a promise, or, when it takes three arguments or returns nothing, by its callback. */
function run(handler, event, context) {
  return new Promise((resolve, reject) => {
    const callback = (error, result) => (error ? reject(error) : resolve(result));
    context.done = callback;
    context.succeed = resolve;
    context.fail = reject;
    const result = handler(event, context, callback);
    if (typeof result?.then === 'function') {
      result.then(resolve, reject);
    } else if (handler.length < 3 && result !== undefined) {
      resolve(result);
    }
  });
}

function errorDocument(error) {
  if (error instanceof Error) {
    return { errorType: error.name ?? 'Error', errorMessage: error.message, trace: String(error.stack ?? '').split('\n') };
  }
  return { errorType: typeof error, errorMessage: typeof error === 'string' ? error : format('%o', error), trace: [] };
}

let requestId = '';
const print = process.stdout.write.bind(process.stdout);
for (const [method, level] of [['log', 'INFO'], ['info', 'INFO'], ['debug', 'DEBUG'], ['trace', 'TRACE'], ['warn', 'WARN'], ['error', 'ERROR']]) {
  // A carriage return keeps a message of several lines one entry, as Lambda's own Node.js runtime does it.
  console[method] = (...values) => void print(`${new Date().toISOString()}\t${requestId || 'undefined'}\t${level}\t${format(...values).replaceAll('\n', '\r')}\n`);
}

const gateway = new RuntimeApi(environment.ROOST_RUNTIME_SOCKET);

async function die(label, wrap, error) {
  const document = errorDocument(error);
  if (wrap !== null) {
    document.errorMessage = `${document.errorType}: ${document.errorMessage}`;
    document.errorType = wrap;
  }
  console.error(label, document);
  const path = requestId ? `${api}/invocation/${requestId}/error` : `${api}/init/error`;
  await gateway.fail(path, document.errorType, JSON.stringify(document));
  process.exit(requestId ? 128 : 1);
}

process.on('uncaughtException', (error) => void die('Uncaught Exception', null, error));
process.on('unhandledRejection', (error) => void die('Unhandled Promise Rejection', 'Runtime.UnhandledPromiseRejection', error));

const handler = await loadHandler(environment._HANDLER).catch((error) => die('Init Error', null, error));
let { headers, body } = await gateway.first();
for (;;) {
  requestId = headers['lambda-runtime-aws-request-id'];
  let outcome = 'response';
  let json;
  try {
    if (headers['lambda-runtime-trace-id']) {
      environment._X_AMZN_TRACE_ID = headers['lambda-runtime-trace-id'];
    }
    const result = await run(handler, body === '' ? undefined : JSON.parse(body), makeContext(headers));
    json = JSON.stringify(result) ?? 'null';
  } catch (error) {
    const document = errorDocument(error);
    console.error('Invoke Error', document);
    outcome = 'error';
    json = JSON.stringify(document);
  }
  ({ headers, body } = await gateway.answer(requestId, outcome, json));
}
