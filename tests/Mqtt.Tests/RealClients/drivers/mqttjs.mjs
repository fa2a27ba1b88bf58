// mqtt.js as a driver; see README.md.
import { createInterface } from 'node:readline';
import { readFileSync } from 'node:fs';
import mqtt from 'mqtt';

let client;

function say(...fields) {
  process.stdout.write(fields.join('\t') + '\n');
}

function toProperties(text) {
  if (!text) return undefined;
  const properties = {};
  for (const pair of text.split('&')) {
    const [name, value] = pair.split('=');
    switch (name) {
      case 'content-type': properties.contentType = value; break;
      case 'response-topic': properties.responseTopic = value; break;
      case 'correlation': properties.correlationData = Buffer.from(value); break;
      case 'expiry': properties.messageExpiryInterval = Number(value); break;
      case 'format': properties.payloadFormatIndicator = value === '1'; break;
      default: {
        const user = (properties.userProperties ??= {});
        user[name] = name in user ? [user[name], value].flat() : value;
      }
    }
  }
  return properties;
}

function fromProperties(properties) {
  if (!properties) return '';
  const pairs = [];
  if (properties.contentType !== undefined) pairs.push(`content-type=${properties.contentType}`);
  if (properties.responseTopic !== undefined) pairs.push(`response-topic=${properties.responseTopic}`);
  if (properties.correlationData !== undefined) pairs.push(`correlation=${properties.correlationData}`);
  if (properties.messageExpiryInterval !== undefined) pairs.push(`expiry=${properties.messageExpiryInterval}`);
  if (properties.payloadFormatIndicator !== undefined) pairs.push(`format=${properties.payloadFormatIndicator ? 1 : 0}`);
  for (const [name, values] of Object.entries(properties.userProperties ?? {})) {
    for (const value of [values].flat()) pairs.push(`${name}=${value}`);
  }
  return pairs.join('&');
}

function connect(url, clientId, version, clean, expiry, ca, will) {
  const options = {
    clientId,
    protocolVersion: Number(version),
    clean: clean === '1',
    reconnectPeriod: 100,
    resubscribe: false, // the session is what is under test
    keepalive: 60,
  };
  if (version === '5') options.properties = { sessionExpiryInterval: Number(expiry) };
  if (ca) options.ca = readFileSync(ca);
  if (will) {
    const [topic, qos, retain, payload] = will.split(',');
    options.will = { topic, qos: Number(qos), retain: retain === '1', payload };
  }
  client = mqtt.connect(url, options);
  client.on('connect', (connack) => say('connected', connack.sessionPresent ? 1 : 0));
  client.on('close', () => say('lost'));
  client.on('error', (error) => { if (error.code !== 'ECONNREFUSED' && error.code !== 'ECONNRESET') say('refused', error.code ?? error.message); });
  client.on('message', (topic, payload, packet) =>
    say('message', topic, packet.qos, packet.retain ? 1 : 0, payload, fromProperties(packet.properties)));
}

const commands = {
  connect,
  subscribe: (filter, qos) => client.subscribe(filter, { qos: Number(qos) }, (error, granted) => say('subscribed', granted?.length ? granted[0].qos : 128)),
  unsubscribe: (filter) => client.unsubscribe(filter, () => say('unsubscribed')),
  publish: (topic, qos, retain, payload, properties) =>
    client.publish(topic, payload, { qos: Number(qos), retain: retain === '1', properties: toProperties(properties) }, () => say('published', 1)),
  burst(topic, qos, first, count) {
    let left = Number(count);
    for (let i = 0; i < Number(count); i++) {
      client.publish(topic, String(Number(first) + i), { qos: Number(qos) }, () => { if (--left === 0) say('published', count); });
    }
  },
  disconnect: () => client.end(false, {}, () => say('disconnected')),
};

for await (const line of createInterface({ input: process.stdin })) {
  const [command, ...fields] = line.split('\t');
  commands[command](...fields);
}
process.exit(0);
