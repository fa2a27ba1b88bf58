// aws-iot-device-sdk (version 1): thingShadow over TLS with a client's certificate, or over WebSocket with a signed URL.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import sdk from 'aws-iot-device-sdk';
import { Inbox, isNow, refusals, run } from './scenario.mjs';

async function thingShadow({ port, way, tls, clientId, thing, url }) {
  const shadows = sdk.thingShadow({
    clientId,
    ...(way === 'tls'
      ? { host: 'localhost', port, keyPath: tls.key, certPath: tls.certificate, caPath: tls.authority }
      : { protocol: 'wss', host: `localhost:${port}`, region: 'eu-central-1', accessKeyId: 'AKIDEXAMPLE', secretKey: 'secret' }),
  });
  const [answers, deltas, foreign] = [new Inbox(), new Inbox(), new Inbox()];
  shadows.on('status', (name, status, token, state) => answers.put({ status, token, state }));
  shadows.on('timeout', (name, token) => answers.put({ status: 'timeout', token }));
  shadows.on('delta', (name, state) => deltas.put(state));
  shadows.on('foreignStateChange', (name, operation, state) => foreign.put({ operation, state }));
  await once(shadows, 'connect');
  const register = (name, options) => new Promise((resolve, reject) => {
    shadows.register(name, options, (error, failed) => (error || failed ? reject(error ?? new Error(`not granted: ${failed}`)) : resolve()));
  });
  const operate = async (verb, ...given) => {
    const token = shadows[verb](...given);
    assert.ok(token, `${verb} was not begun`);
    const answer = await answers.next(`the answer to ${verb}`);
    assert.equal(answer.token, token);
    return answer;
  };
  await register(thing, { qos: 1 });

  const missing = await operate('get', thing);
  assert.deepEqual([missing.status, missing.state], ['rejected', { code: 404, message: `No shadow exists with name: '${thing}'` }]);
  const first = await operate('update', thing, { state: { desired: { mode: 'dock', led: [1, 2] } } });
  assert.deepEqual([first.status, first.state.version, first.state.state], ['accepted', 1, { desired: { mode: 'dock', led: [1, 2] } }]);
  isNow(first.state.timestamp);
  assert.deepEqual((await deltas.next('the delta')).state, { mode: 'dock', led: [1, 2] });

  // From now on the client sends the version that it knows of with every request by itself.
  const second = await operate('update', thing, { state: { reported: { mode: 'dock', led: [1, 2] } } });
  assert.deepEqual([second.status, second.state.version], ['accepted', 2]);
  const got = await operate('get', thing);
  assert.deepEqual(got.state.state, { desired: { mode: 'dock', led: [1, 2] }, reported: { mode: 'dock', led: [1, 2] } });
  assert.equal(got.state.version, 2);

  // Somebody else, the app, changes it over REST: the robot hears of it.
  const update = (name, body) => fetch(`${url}/things/${name}/shadow`, { method: 'POST', body: JSON.stringify(body) });
  assert.equal((await update(thing, { state: { desired: { mode: 'clean' } } })).status, 200);
  const change = await foreign.next('the change by the app');
  assert.deepEqual([change.operation, change.state.version, change.state.state], ['update', 3, { desired: { mode: 'clean' } }]);
  assert.deepEqual((await deltas.next('the delta of the app')).state, { mode: 'clean' });

  for (const [state, code, message] of refusals) {
    const refused = await operate('update', thing, { state });
    assert.deepEqual([refused.status, refused.state.code, refused.state.message], ['rejected', code, message]);
  }

  // One that does not listen all the time does not hear of the change, so its version is too old.
  await register(`${thing}-b`, { persistentSubscribe: false, ignoreDeltas: true });
  assert.equal((await operate('update', `${thing}-b`, { state: { reported: { n: 1 } } })).state.version, 1);
  assert.equal((await operate('get', `${thing}-b`)).state.version, 1); // behind this the subscription for updates has ended
  assert.equal((await update(`${thing}-b`, { state: { reported: { n: 2 } } })).status, 200);
  const conflict = await operate('update', `${thing}-b`, { state: { reported: { n: 3 } } });
  assert.deepEqual([conflict.status, conflict.state.code, conflict.state.message], ['rejected', 409, 'Version conflict']);

  const deleted = await operate('delete', thing);
  assert.deepEqual([deleted.status, deleted.state.version], ['accepted', 3]);
  assert.equal((await operate('get', thing)).state.code, 404);
  assert.equal((await operate('delete', thing)).state.code, 404);
}

await run({ thingShadow });
