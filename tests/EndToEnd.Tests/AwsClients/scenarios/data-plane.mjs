// @aws-sdk/client-iot-data-plane: what an app or a server does, over REST, with nothing changed but the endpoint.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  ConflictException, DeleteConnectionCommand, DeleteThingShadowCommand, ForbiddenException, GetConnectionCommand, GetRetainedMessageCommand, GetThingShadowCommand,
  InvalidRequestException, IoTDataPlaneClient, ListNamedShadowsForThingCommand, ListSubscriptionsCommand, MethodNotAllowedException, PublishCommand,
  RequestEntityTooLargeException, ResourceNotFoundException, ThrottlingException, UnsupportedDocumentEncodingException, UpdateThingShadowCommand,
  paginateListRetainedMessages, paginateListSubscriptions,
} from '@aws-sdk/client-iot-data-plane';
import { mqtt5 } from 'aws-iot-device-sdk-v2';
import { errorOf, Inbox, isNow, refusals, run } from './scenario.mjs';

const text = (bytes) => new TextDecoder().decode(bytes);
const json = (answer) => JSON.parse(text(answer.payload));

function client({ url }, options = {}) {
  return new IoTDataPlaneClient({ endpoint: url, region: 'eu-central-1', credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' }, ...options });
}

async function shadows(given) {
  const api = client(given);
  for (const name of [{ thingName: given.thing }, { thingName: given.thing, shadowName: 'mode:1_$-' }]) {
    const update = async (document) => json(await api.send(new UpdateThingShadowCommand({ ...name, payload: JSON.stringify(document) })));
    const get = async () => json(await api.send(new GetThingShadowCommand(name)));
    const id = name.shadowName ? `${name.thingName}~${name.shadowName}` : name.thingName;

    const missing = await errorOf(get());
    assert.ok(missing instanceof ResourceNotFoundException);
    assert.deepEqual([missing.message, missing.$metadata.httpStatusCode, missing.$metadata.attempts], [`No shadow exists with name: '${id}'`, 404, 1]);

    const first = await update({ state: { desired: { mode: 'dock' }, reported: { mode: 'clean', gone: 1 } }, clientToken: 'app' });
    assert.deepEqual([first.version, first.clientToken], [1, 'app']);
    assert.deepEqual(first.state, { desired: { mode: 'dock' }, reported: { mode: 'clean', gone: 1 } });
    isNow(first.timestamp);
    const got = await get();
    assert.deepEqual(got.state, { desired: { mode: 'dock' }, reported: { mode: 'clean', gone: 1 }, delta: { mode: 'dock' } });
    assert.deepEqual(Object.keys(got.metadata), ['desired', 'reported']);
    assert.deepEqual(Object.keys(got), ['state', 'metadata', 'version', 'timestamp']);

    assert.equal((await update({ state: { reported: { mode: 'dock', gone: null } }, version: 1 })).version, 2);
    const conflict = await errorOf(update({ state: { reported: { mode: 'clean' } }, version: 1 }));
    assert.ok(conflict instanceof ConflictException);
    assert.deepEqual([conflict.message, conflict.$metadata.attempts], ['Version conflict', 1]);
    assert.deepEqual((await get()).state, { desired: { mode: 'dock' }, reported: { mode: 'dock' } });
    assert.deepEqual((await update({ state: null })).state, null);
    const cleared = await get();
    assert.deepEqual([cleared.state, cleared.metadata, cleared.version], [{}, {}, 3]);

    const deleted = json(await api.send(new DeleteThingShadowCommand(name)));
    assert.deepEqual([Object.keys(deleted), deleted.version], [['version', 'timestamp'], 3]);
    assert.ok(await errorOf(api.send(new DeleteThingShadowCommand(name))) instanceof ResourceNotFoundException);
    assert.equal((await update({ state: {} })).version, 4);
  }
}

async function named(given) {
  const api = client(given);
  const names = ['a', 'b:1', 'c_2', 'd-3', 'e', 'f', 'g'];
  for (const shadowName of [...names].reverse()) {
    await api.send(new UpdateThingShadowCommand({ thingName: given.thing, shadowName, payload: '{"state":{}}' }));
  }
  await api.send(new UpdateThingShadowCommand({ thingName: given.thing, payload: '{"state":{}}' })); // the classic one is never listed
  const found = [];
  let pages = 0;
  for (let nextToken; pages === 0 || nextToken; pages++) {
    const page = await api.send(new ListNamedShadowsForThingCommand({ thingName: given.thing, pageSize: 3, nextToken }));
    isNow(page.timestamp);
    assert.ok(page.results.length <= 3);
    found.push(...page.results);
    nextToken = page.nextToken;
  }
  assert.deepEqual([found, pages], [names, 3]);
  assert.deepEqual((await api.send(new ListNamedShadowsForThingCommand({ thingName: given.thing }))).results, names);
  assert.deepEqual((await api.send(new ListNamedShadowsForThingCommand({ thingName: 'nobody' }))).results, []);
  for (const wrong of [{ pageSize: 101 }, { pageSize: 0 }, { nextToken: '?' }]) {
    assert.ok(await errorOf(api.send(new ListNamedShadowsForThingCommand({ thingName: given.thing, ...wrong }))) instanceof InvalidRequestException);
  }
}

async function exceptions(given) {
  const api = client(given);
  const types = { 400: InvalidRequestException, 413: RequestEntityTooLargeException };
  const update = (payload) => errorOf(api.send(new UpdateThingShadowCommand({ thingName: given.thing, payload })));
  const cases = [
    ...refusals.map(([state, code, message]) => [JSON.stringify({ state }), code, message]),
    ['', 400, 'Invalid JSON'],
    ['{"state":', 400, 'Invalid JSON'],
    ['{}', 400, 'Missing required node: state'],
    ['{"state":{},"version":"1"}', 400, 'Invalid version'],
    [`{"state":{},"clientToken":"${'x'.repeat(65)}"}`, 400, 'Invalid clientToken'],
    [' '.repeat(128 * 1024) + '{"state":{}}', 413, 'The payload exceeds the maximum size allowed'],
  ];
  for (const [payload, code, message] of cases) {
    const error = await update(payload);
    assert.ok(error instanceof types[code], `${error.name} for ${message}`);
    assert.deepEqual([error.message, error.$metadata.httpStatusCode], [message, code]);
  }
  const encoding = await update(Uint8Array.of(0xff, 0xfe, 0x7b, 0));
  assert.ok(encoding instanceof UnsupportedDocumentEncodingException);
  assert.equal(encoding.message, 'Unsupported documented encoding; supported encoding is UTF-8');
  for (const name of [{ thingName: 'a/b' }, { thingName: 'a+' }, { thingName: '#' }, { thingName: 't', shadowName: 'a/b' }, { thingName: 'x'.repeat(129) }]) {
    assert.ok(await errorOf(api.send(new GetThingShadowCommand(name))) instanceof InvalidRequestException, JSON.stringify(name));
  }

  const other = client(given);
  other.middlewareStack.add((next) => (step) => next({ ...step, request: Object.assign(step.request, { method: 'PUT' }) }), { step: 'build' });
  assert.ok(await errorOf(other.send(new GetThingShadowCommand({ thingName: given.thing }))) instanceof MethodNotAllowedException);
}

async function publish(given) {
  const api = client(given);
  const messages = new Inbox();
  const robot = await connect(given, given.clientId);
  robot.on('messageReceived', (event) => messages.put(event.message));
  await robot.subscribe({ subscriptions: [{ topicFilter: `${given.thing}/#`, qos: 1 }] });

  await api.send(new PublishCommand({
    topic: `${given.thing}/a b/%2F/\u00e4`, qos: 1, payload: 'hello', contentType: 'text/plain; charset=utf-8', responseTopic: 'answers/1', messageExpiry: 60,
    userProperties: JSON.stringify([{ z: '1' }, { a: '2' }, { a: '\u00e4' }]), payloadFormatIndicator: 'UTF8_DATA', correlationData: Buffer.from([0, 1, 255]).toString('base64'),
  }));
  const full = await messages.next('the message with all properties');
  assert.deepEqual([full.topicName, full.qos, text(full.payload), full.retain], [`${given.thing}/a b/%2F/\u00e4`, 1, 'hello', false]);
  assert.deepEqual([full.contentType, full.responseTopic, full.payloadFormat], ['text/plain; charset=utf-8', 'answers/1', mqtt5.PayloadFormatIndicator.Utf8]);
  assert.ok(full.messageExpiryIntervalSeconds > 50 && full.messageExpiryIntervalSeconds <= 60);
  assert.deepEqual(full.userProperties.map((pair) => [pair.name, pair.value]), [['z', '1'], ['a', '2'], ['a', '\u00e4']]);
  assert.deepEqual([...new Uint8Array(full.correlationData)], [0, 1, 255]);

  await api.send(new PublishCommand({ topic: `${given.thing}/bare` }));
  const bare = await messages.next('the empty message');
  assert.deepEqual([bare.topicName, bare.qos, text(bare.payload ?? new Uint8Array())], [`${given.thing}/bare`, 0, '']);

  // A request topic of shadows is a topic like any other: the answer is published.
  await robot.subscribe({ subscriptions: [{ topicFilter: `$aws/things/${given.thing}/shadow/get/+`, qos: 1 }] });
  await api.send(new PublishCommand({ topic: `$aws/things/${given.thing}/shadow/get`, qos: 1, payload: '{"clientToken":"via-rest"}' }));
  assert.deepEqual(JSON.parse(text((await messages.next('get/rejected')).payload)), { clientToken: 'via-rest', code: 404, message: `No shadow exists with name: '${given.thing}'` });

  const refused = async (request) => errorOf(api.send(new PublishCommand(request)));
  for (const wrong of [{ topic: 'a/#' }, { topic: 'a', qos: 2 }, { topic: 'a', messageExpiry: -1 }, { topic: 'a', responseTopic: 'a/+' }, { topic: 'a', correlationData: '???' }]) {
    assert.ok(await refused(wrong) instanceof InvalidRequestException, JSON.stringify(wrong));
  }
  assert.ok(await refused({ topic: '$aws/events/presence/connected/x', payload: '{}' }) instanceof ForbiddenException);
  assert.ok(await refused({ topic: 'a', payload: new Uint8Array(256 * 1024) }) instanceof RequestEntityTooLargeException);
}

async function retained(given) {
  const api = client(given);
  const topics = ['a', 'b/c', 'd e/%', '\u00e4', 'z'].map((name) => `${given.thing}/${name}`);
  for (const topic of topics) {
    await api.send(new PublishCommand({ topic, qos: 1, retain: true, payload: Uint8Array.of(0, 255, 65), userProperties: JSON.stringify([{ k: 'v' }, { k: 'w' }]) }));
  }
  const message = await api.send(new GetRetainedMessageCommand({ topic: topics[2] }));
  assert.deepEqual([message.topic, message.qos, [...message.payload]], [topics[2], 1, [0, 255, 65]]);
  assert.deepEqual(JSON.parse(text(message.userProperties)), [{ k: 'v' }, { k: 'w' }]);
  isNow(message.lastModifiedTime / 1000);

  const found = [];
  for await (const page of paginateListRetainedMessages({ client: api, pageSize: 2 }, {})) {
    assert.ok(page.retainedTopics.length <= 2);
    found.push(...page.retainedTopics.filter((summary) => summary.topic.startsWith(`${given.thing}/`)));
  }
  assert.deepEqual(found.map((summary) => summary.topic).sort(), [...topics].sort());
  assert.deepEqual([found[0].payloadSize, found[0].qos], [3, 1]);

  for (const topic of topics) {
    await api.send(new PublishCommand({ topic, retain: true })); // an empty payload deletes it
    assert.ok(await errorOf(api.send(new GetRetainedMessageCommand({ topic }))) instanceof ResourceNotFoundException);
  }
}

async function connections(given) {
  const api = client(given);
  const wills = new Inbox();
  const watcher = await connect(given, 'watcher');
  watcher.on('messageReceived', (event) => wills.put(text(event.message.payload)));
  await watcher.subscribe({ subscriptions: [{ topicFilter: `${given.thing}/gone`, qos: 1 }] });
  const clientId = `${given.clientId}/robot \u00e4`; // any identifier, escaped by the SDK
  const will = (payload) => ({ sessionExpiryIntervalSeconds: 3600, will: { topicName: `${given.thing}/gone`, qos: 1, payload } });
  const unknown = async (command) => assert.ok(await errorOf(api.send(command)) instanceof ResourceNotFoundException);
  await unknown(new GetConnectionCommand({ clientId }));
  await unknown(new ListSubscriptionsCommand({ clientId }));
  await unknown(new DeleteConnectionCommand({ clientId }));

  const robot = await connect(given, clientId, will('first'));
  const filters = ['a/#', 'b/+', 'c', 'd', 'e'];
  await robot.subscribe({ subscriptions: filters.map((topicFilter) => ({ topicFilter, qos: 1 })) });
  const here = await api.send(new GetConnectionCommand({ clientId }));
  assert.deepEqual([here.connected, here.clientId, here.cleanSession, here.sessionExpiry, here.keepAliveDuration, here.sourceIp], [true, clientId, false, 3600, 30, undefined]);
  isNow(here.connectedSince / 1000);
  const socket = await api.send(new GetConnectionCommand({ clientId, includeSocketInformation: true }));
  assert.equal(socket.sourceIp, '127.0.0.1');
  assert.ok(socket.sourcePort > 0);
  const found = [];
  for await (const page of paginateListSubscriptions({ client: api, pageSize: 2 }, { clientId })) {
    assert.ok(page.subscriptions.length <= 2);
    found.push(...page.subscriptions);
  }
  assert.deepEqual(found, filters.map((topicFilter) => ({ topicFilter, qos: 1 })));
  for (const wrong of [{ clientId: '$x' }, { clientId: 'x'.repeat(129) }]) {
    assert.ok(await errorOf(api.send(new GetConnectionCommand(wrong))) instanceof InvalidRequestException);
  }

  const cut = once(robot, 'disconnection');
  robot.stop(); // so that it does not come back by itself; the connection is closed by the server or by itself, its will is due either way
  await cut;
  assert.equal(await wills.next('the will of a robot that stops'), 'first');
  const away = await api.send(new GetConnectionCommand({ clientId }));
  assert.deepEqual([away.connected, away.connectedSince], [false, undefined]);
  isNow(away.disconnectedSince / 1000);
  assert.equal((await api.send(new ListSubscriptionsCommand({ clientId }))).subscriptions.length, 5);
  await unknown(new DeleteConnectionCommand({ clientId })); // there is no connection to be closed
  await api.send(new DeleteConnectionCommand({ clientId, cleanSession: true }));
  await unknown(new GetConnectionCommand({ clientId }));

  const kick = async (payload, options) => {
    const victim = await connect(given, `${clientId} ${payload}`, will(payload));
    const sent = once(victim, 'disconnection');
    victim.on('attemptingConnect', () => victim.stop());
    await api.send(new DeleteConnectionCommand({ clientId: `${clientId} ${payload}`, ...options }));
    assert.equal((await sent)[0].disconnect.reasonCode, mqtt5.DisconnectReasonCode.AdministrativeAction);
  };
  await kick('silent', { preventWillMessage: true });
  await kick('heard', { cleanSession: true });
  assert.equal(await wills.next('the will of a client sent away'), 'heard');
}

/** For a daemon that lets a thing have 5 requests a second. */
async function throttled(given) {
  const get = new GetThingShadowCommand({ thingName: given.thing });
  const impatient = client(given, { maxAttempts: 1 });
  const errors = await Promise.all(Array.from({ length: 40 }, () => errorOf(impatient.send(get))));
  const refused = errors.filter((error) => error instanceof ThrottlingException);
  assert.ok(refused.length > 0 && refused.length <= 35, `${refused.length} of 40 were refused`);
  assert.ok(errors.filter((error) => error instanceof ResourceNotFoundException).length === 40 - refused.length);
  assert.deepEqual([refused[0].message, refused[0].$metadata.httpStatusCode], ['Too many requests', 429]);
  // The SDK's own way of asking again comes through, as with AWS.
  assert.ok(await errorOf(client(given, { maxAttempts: 10 }).send(get)) instanceof ResourceNotFoundException);
}

async function connect(given, clientId, properties = {}) {
  const robot = new mqtt5.Mqtt5Client({
    hostName: '127.0.0.1', port: given.port, minReconnectDelayMs: 20000, maxReconnectDelayMs: 30000, connectProperties: { clientId, keepAliveIntervalSeconds: 30, ...properties },
  });
  const connected = once(robot, 'connectionSuccess');
  robot.start();
  await connected;
  return robot;
}

await run({ shadows, named, exceptions, publish, retained, connections, throttled });
