// mqtt.js by mutual TLS: what a thing may do by its default policy, and what a revocation does to it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import mqtt from 'mqtt';

const [, , scenario, json] = process.argv;
const args = JSON.parse(json);
assert.equal(scenario, 'revoked');

const client = mqtt.connect({
  protocol: 'mqtts', host: 'localhost', port: args.port, protocolVersion: args.version, clientId: args.clientId, reconnectPeriod: 0,
  cert: readFileSync(args.tls.certificate), key: readFileSync(args.tls.key), ca: readFileSync(args.tls.authority),
});
await new Promise((resolve, reject) => client.once('connect', resolve).once('error', reject));

const own = `robots/${args.clientId}/telemetry`;
const granted = await new Promise((resolve, reject) => client.subscribe([own, 'robots/another/#'], { qos: 1 }, (error, answer) => (answer ? resolve(answer) : reject(error))));
assert.deepEqual(granted.map(one => one.qos < 128), [true, false], JSON.stringify(granted));

const received = new Promise(resolve => client.once('message', (topic, payload) => resolve(`${topic} ${payload}`)));
client.publish(own, 'hello', { qos: 1 });
assert.equal(await received, `${own} hello`);

const closed = new Promise(resolve => client.once('close', resolve));
const answer = await fetch(`${args.url}/api/v1/certificates/${args.tls.fingerprint}`, { method: 'PATCH', headers: { 'content-type': 'application/json' }, body: '{"status":"REVOKED"}' });
assert.equal(answer.status, 200, await answer.text());
await closed;
process.exit(0);
