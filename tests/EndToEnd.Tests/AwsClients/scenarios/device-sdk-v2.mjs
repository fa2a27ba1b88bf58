// aws-iot-device-sdk-v2: both of its shadow clients, over MQTT 3.1.1 and 5, with the SDK's own connection builders.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { auth, io, iot, iotshadow, mqtt, mqtt5 } from 'aws-iot-device-sdk-v2';
import { errorOf, Inbox, isNow, refusals, run } from './scenario.mjs';

/** The newer client: each call subscribes, publishes, and finds its answer by the client token. */
async function requestResponse(given) {
  const protocol = await connect(given);
  const options = { maxRequestResponseSubscriptions: 10, maxStreamingSubscriptions: 4, operationTimeoutInSeconds: 10 };
  const client = given.version === 5
    ? iotshadow.IotShadowClientv2.newFromMqtt5(protocol, options)
    : iotshadow.IotShadowClientv2.newFromMqtt311(protocol, options);
  const named = given.shadow ? 'Named' : '';
  const name = given.shadow ? { thingName: given.thing, shadowName: given.shadow } : { thingName: given.thing };
  const call = (verb, request = {}) => client[`${verb}${named}Shadow`]({ ...name, ...request });
  const open = async (kind) => {
    const inbox = new Inbox();
    const stream = client[`create${named}Shadow${kind}Stream`](name);
    stream.on('incomingPublish', (event) => inbox.put(event.message));
    const established = once(stream, 'subscriptionStatus');
    stream.open();
    await established;
    return inbox;
  };
  const refusal = async (promise) => {
    const { code, message } = (await errorOf(promise)).modeledError;
    return { code, message };
  };
  const missing = { code: 404, message: `No shadow exists with name: '${given.shadow ?? given.thing}'` };
  const [deltas, documents] = [await open('DeltaUpdated'), await open('Updated')];

  assert.deepEqual(await refusal(call('get')), missing);
  assert.deepEqual(await refusal(call('delete')), missing);

  const first = await call('update', { state: { desired: { mode: 'dock', led: { on: true } } } });
  assert.equal(first.version, 1);
  assert.deepEqual(first.state, { desired: { mode: 'dock', led: { on: true } } });
  isNow(first.metadata.desired.led.on.timestamp);
  isNow(first.timestamp);
  const delta = await deltas.next('the delta of version 1');
  assert.equal(delta.version, 1);
  assert.deepEqual(delta.state, { mode: 'dock', led: { on: true } });
  assert.equal(delta.metadata.mode.timestamp, first.metadata.desired.mode.timestamp);
  const created = await documents.next('the documents of version 1');
  assert.equal(created.previous, undefined);
  assert.equal(created.current.version, 1);
  assert.deepEqual(created.current.state, { desired: { mode: 'dock', led: { on: true } } });

  const second = await call('update', { version: 1, state: { reported: { mode: 'dock', led: { on: true } } } });
  assert.equal(second.version, 2);
  const reported = await documents.next('the documents of version 2');
  assert.deepEqual([reported.previous.version, reported.current.version], [1, 2]);
  assert.deepEqual(reported.previous.state, created.current.state);

  assert.deepEqual(await refusal(call('update', { version: 1, state: { desired: { mode: 'clean' } } })), { code: 409, message: 'Version conflict' });
  for (const [state, code, message] of refusals) {
    assert.deepEqual(await refusal(call('update', { state })), { code, message });
  }

  const got = await call('get');
  assert.equal(got.version, 2);
  assert.deepEqual(got.state, { desired: { mode: 'dock', led: { on: true } }, reported: { mode: 'dock', led: { on: true } } });
  assert.deepEqual(Object.keys(got.metadata), ['desired', 'reported']);

  await call('update', { state: { desired: { mode: 'clean', led: null } } });
  const changed = await deltas.next('the delta of version 3');
  assert.deepEqual([changed.version, changed.state], [3, { mode: 'clean' }]);

  const deleted = await call('delete');
  assert.equal(deleted.version, 3);
  isNow(deleted.timestamp);
  assert.deepEqual(await refusal(call('get')), missing);
  assert.equal((await call('update', { state: { reported: { mode: 'dock' } } })).version, 4);
  assert.ok(deltas.isEmpty(), 'a delta without a difference');
  client.close();
}

/** The older client: the application subscribes to the answers itself. */
async function publishSubscribe(given) {
  const protocol = await connect(given);
  const client = given.version === 5 ? iotshadow.IotShadowClient.newFromMqtt5Client(protocol) : new iotshadow.IotShadowClient(protocol);
  const named = given.shadow ? 'Named' : '';
  const name = given.shadow ? { thingName: given.thing, shadowName: given.shadow } : { thingName: given.thing };
  const once = mqtt.QoS.AtLeastOnce;
  const subscribe = async (what) => {
    const inbox = new Inbox();
    await client[`subscribeTo${what}`](name, once, (error, message) => inbox.put(error ?? message));
    return inbox;
  };
  const answers = {};
  for (const verb of ['Get', 'Update', 'Delete']) {
    answers[verb] = [await subscribe(`${verb}${named}ShadowAccepted`), await subscribe(`${verb}${named}ShadowRejected`)];
  }
  const deltas = await subscribe(`${named}ShadowDeltaUpdatedEvents`);
  const documents = await subscribe(`${named}ShadowUpdatedEvents`);
  const publish = (verb, request = {}) => client[`publish${verb}${named}Shadow`]({ ...name, ...request }, once);
  const accepted = async (verb, request) => {
    await publish(verb, request);
    return answers[verb][0].next(`${verb} to be accepted`);
  };
  const rejected = async (verb, request) => {
    await publish(verb, request);
    return answers[verb][1].next(`${verb} to be rejected`);
  };

  assert.deepEqual(await rejected('Get'), { code: 404, message: `No shadow exists with name: '${given.shadow ?? given.thing}'` });
  const first = await accepted('Update', { clientToken: 'one', state: { desired: { mode: 'dock' }, reported: { mode: 'clean', battery: 80 } } });
  assert.deepEqual([first.version, first.clientToken], [1, 'one']);
  assert.deepEqual(first.state, { desired: { mode: 'dock' }, reported: { mode: 'clean', battery: 80 } });
  const delta = await deltas.next('the delta');
  assert.deepEqual([delta.state, delta.version, delta.clientToken], [{ mode: 'dock' }, 1, 'one']);
  assert.equal((await documents.next('the documents')).current.version, 1);

  const got = await accepted('Get', { clientToken: 'two' });
  assert.equal(got.clientToken, 'two');
  assert.deepEqual(got.state, { desired: { mode: 'dock' }, reported: { mode: 'clean', battery: 80 }, delta: { mode: 'dock' } });

  const conflict = await rejected('Update', { clientToken: 'three', version: 7, state: { desired: {} } });
  assert.deepEqual([conflict.code, conflict.message, conflict.clientToken], [409, 'Version conflict', 'three']);
  for (const [state, code, message] of refusals) {
    const refused = await rejected('Update', { state });
    assert.deepEqual([refused.code, refused.message], [code, message]);
    isNow(refused.timestamp);
  }
  const token = await rejected('Update', { clientToken: '\u00e4'.repeat(33), state: {} }); // 66 bytes in 33 characters
  assert.deepEqual([token.code, token.message, token.clientToken], [400, 'Invalid clientToken', undefined]);

  const deleted = await accepted('Delete', { clientToken: 'four' });
  assert.deepEqual([deleted.version, deleted.clientToken], [1, 'four']);
  assert.equal((await rejected('Delete')).code, 404);
}

/** By the builder that the SDK has for each way: a certificate, a signed WebSocket upgrade, or none for plain TCP. */
async function connect({ version, port, way, tls, clientId }) {
  const host = way === 'tcp' ? '127.0.0.1' : 'localhost';
  if (version === 5) {
    const connect = { clientId, keepAliveIntervalSeconds: 30 };
    const builder = way === 'tls' ? iot.AwsIotMqtt5ClientConfigBuilder.newDirectMqttBuilderWithMtlsFromPath(host, tls.certificate, tls.key)
      : way === 'wss' ? iot.AwsIotMqtt5ClientConfigBuilder.newWebsocketMqttBuilderWithSigv4Auth(host, { region: 'eu-central-1', credentialsProvider: credentials() })
        : null;
    const client = new mqtt5.Mqtt5Client(builder
      ? builder.withCertificateAuthorityFromPath(undefined, tls.authority).withPort(port).withConnectProperties(connect).build()
      : { hostName: host, port, connectProperties: connect });
    const connected = once(client, 'connectionSuccess');
    client.start();
    await connected;
    return client;
  }

  const builder = way === 'tls' ? iot.AwsIotMqttConnectionConfigBuilder.new_mtls_builder_from_path(tls.certificate, tls.key)
    : way === 'wss' ? iot.AwsIotMqttConnectionConfigBuilder.new_with_websockets({ region: 'eu-central-1', credentials_provider: credentials() })
      : null;
  const connection = new mqtt.MqttClient().new_connection(builder
    ? builder.with_certificate_authority_from_path(undefined, tls.authority).with_endpoint(host).with_port(port).with_client_id(clientId).build()
    : { host_name: host, port, client_id: clientId, socket_options: new io.SocketOptions(), clean_session: false });
  await connection.connect();
  return connection;
}

function credentials() {
  return auth.AwsCredentialsProvider.newStatic('AKIDEXAMPLE', 'secret');
}

await run({ requestResponse, publishSubscribe });
