// AWS's clients with an access key of the gateway, over HTTPS and presigned WebSockets: what they send is checked, and what they are told makes them do what they do with AWS.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { GetThingShadowCommand, IoTDataPlaneClient, PublishCommand, UpdateThingShadowCommand } from '@aws-sdk/client-iot-data-plane';
import { InvokeCommand, LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { auth, iot, mqtt } from 'aws-iot-device-sdk-v2';
import sdk from 'aws-iot-device-sdk';
import { errorOf, Inbox, run } from './scenario.mjs';

const settings = ({ url, key }, more = {}) => ({ endpoint: url, region: 'eu-central-1', credentials: { accessKeyId: key.id, secretAccessKey: key.secret }, ...more });
const data = (given, more) => new IoTDataPlaneClient(settings(given, more));
const text = (bytes) => new TextDecoder().decode(bytes);

async function accepted(given) {
  const api = data(given);
  const shadow = { thingName: 'signed:1', shadowName: 'mode:1_$-' };
  await api.send(new UpdateThingShadowCommand({ ...shadow, payload: '{"state":{"desired":{"text":"é ~!*()"}}}' }));
  assert.equal(JSON.parse(text((await api.send(new GetThingShadowCommand(shadow))).payload)).state.desired.text, 'é ~!*()');
  for (const topic of ['a', 'a/b c/d', "a/~!*'()", 'a//b', 'ä/€', 'a/%2F']) {
    await api.send(new PublishCommand({ topic, payload: new Uint8Array([0, 255]), qos: 1, contentType: 'a/b+c d', responseTopic: 'r/ t', messageExpiry: 9, correlationData: 'AA==', userProperties: '[{"a":"b"}]' }));
  }
  await Promise.all(Array.from({ length: 20 }, () => api.send(new PublishCommand({ topic: 'same', payload: 'same' }))));
  await new LambdaClient(settings(given)).send(new ListFunctionsCommand({}));
}

async function refused(given) {
  const get = (client) => errorOf(client.send(new GetThingShadowCommand({ thingName: 't' })));
  const name = async (promise) => {
    const error = await promise;
    return [error.name, error.$metadata.httpStatusCode];
  };
  assert.deepEqual(await name(get(data({ ...given, key: { ...given.key, secret: 'wrong' } }))), ['InvalidSignatureException', 403]);
  assert.deepEqual(await name(get(data({ ...given, key: { id: 'AKIAAAAAAAAAAAAAAAAA', secret: 'x' } }))), ['UnrecognizedClientException', 403]);
  const token = await get(new IoTDataPlaneClient({ ...settings(given), credentials: { accessKeyId: given.key.id, secretAccessKey: given.key.secret, sessionToken: 'token' } }));
  assert.deepEqual([token.name, token.$metadata.httpStatusCode], ['IncompleteSignatureException', 400]);
  assert.match(token.message, /X-Amz-Security-Token/);
}

/** Of a key without rights. */
async function denied(given) {
  assert.equal((await errorOf(data(given).send(new GetThingShadowCommand({ thingName: 't' })))).name, 'ForbiddenException');
  assert.equal((await errorOf(new LambdaClient(settings(given)).send(new InvokeCommand({ FunctionName: 'f' })))).name, 'AccessDeniedException');
}

/** A client whose clock is an hour off learns ours from the refusal, and signs again by it. */
async function skewed(given) {
  const api = data(given, { systemClockOffset: -3_600_000 });
  const answer = await errorOf(api.send(new GetThingShadowCommand({ thingName: 'none' })));
  assert.deepEqual([answer.name, answer.$metadata.attempts], ['ResourceNotFoundException', 2]);
}

async function deviceV1({ port, key }) {
  const device = sdk.device({ protocol: 'wss', host: 'localhost', port, region: 'eu-central-1', accessKeyId: key.id, secretKey: key.secret, clientId: 'signed-v1' });
  const messages = new Inbox();
  device.on('message', (topic, payload) => messages.put([topic, payload.toString()]));
  await once(device, 'connect');
  await new Promise((resolve, reject) => device.subscribe('signed/v1', (error) => (error ? reject(error) : resolve())));
  device.publish('signed/v1', 'hello');
  assert.deepEqual(await messages.next('the message'), ['signed/v1', 'hello']);
}

async function deviceV2({ port, key, authority }) {
  const provider = auth.AwsCredentialsProvider.newStatic(key.id, key.secret);
  const config = iot.AwsIotMqttConnectionConfigBuilder.new_with_websockets({ region: 'eu-central-1', credentials_provider: provider })
    .with_endpoint('localhost').with_port(port).with_client_id('signed-v2').with_clean_session(true).with_certificate_authority_from_path(undefined, authority).build();
  const connection = new mqtt.MqttClient().new_connection(config);
  await connection.connect();
  const messages = new Inbox();
  await connection.subscribe('signed/v2', mqtt.QoS.AtLeastOnce, (topic, payload) => messages.put([topic, text(payload)]));
  await connection.publish('signed/v2', 'hello', mqtt.QoS.AtLeastOnce);
  assert.deepEqual(await messages.next('the message'), ['signed/v2', 'hello']);
  await connection.disconnect();
}

await run({ accepted, refused, denied, skewed, deviceV1, deviceV2 });
