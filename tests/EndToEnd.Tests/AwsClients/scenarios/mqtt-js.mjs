// mqtt.js over TLS, in WebSocket where there is a path, by certificate or token: what a thing may do by its default policy, and what a revocation does to it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import mqtt from 'mqtt';

const [, , scenario, json] = process.argv;
const args = JSON.parse(json);
assert.equal(scenario, 'revoked');

const shown = args.token
  ? { wsOptions: { headers: { authorization: `Bearer ${args.token}` } } }
  : { cert: readFileSync(args.tls.certificate), key: readFileSync(args.tls.key) };
const options = {
  protocol: args.path ? 'wss' : 'mqtts', path: args.path, host: 'localhost', port: args.port, protocolVersion: args.version, clientId: args.clientId, reconnectPeriod: 0,
  ca: readFileSync(args.tls.authority),
};
const client = mqtt.connect({ ...options, ...shown });
await new Promise((resolve, reject) => client.once('connect', resolve).once('error', reject));

const own = `robots/${args.clientId}/telemetry`;
const granted = await new Promise((resolve, reject) => client.subscribe([own, 'robots/another/#'], { qos: 1 }, (error, answer) => (answer ? resolve(answer) : reject(error))));
assert.deepEqual(granted.map(one => one.qos < 128), [true, false], JSON.stringify(granted));

const received = new Promise(resolve => client.once('message', (topic, payload) => resolve(`${topic} ${payload}`)));
client.publish(own, 'hello', { qos: 1 });
assert.equal(await received, `${own} hello`);

const closed = new Promise(resolve => client.once('close', resolve));
const answer = args.token
  ? await fetch(`${args.url}/api/v1/tokens/${args.tokenId}`, { method: 'DELETE' })
  : await fetch(`${args.url}/api/v1/certificates/${args.tls.fingerprint}`, { method: 'PATCH', headers: { 'content-type': 'application/json' }, body: '{"status":"REVOKED"}' });
assert.ok(answer.ok, await answer.text());
await closed;

// And does not come back.
const again = mqtt.connect({ ...options, ...shown });
await new Promise((resolve, reject) => again.once('error', resolve).once('close', resolve).once('connect', () => reject(new Error('it came back'))));
process.exit(0);
