// AWS's clients with an access key of the gateway, over HTTPS and presigned WebSockets: what they send is checked, and what they are told makes them do what they do with AWS.
import assert from 'node:assert/strict';
import { GetThingShadowCommand, IoTDataPlaneClient, PublishCommand, UpdateThingShadowCommand } from '@aws-sdk/client-iot-data-plane';
import { InvokeCommand, LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { errorOf, run } from './scenario.mjs';

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

await run({ accepted, refused, denied, skewed });
