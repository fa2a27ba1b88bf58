// aws-iot-device-sdk-v2: fleet provisioning by claim with both of its identity clients, over mTLS.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { io, iot, iotidentity, mqtt, mqtt5 } from 'aws-iot-device-sdk-v2';
import { errorOf, run } from './scenario.mjs';

const options = { maxRequestResponseSubscriptions: 10, maxStreamingSubscriptions: 0, operationTimeoutInSeconds: 30 };

/** MQTT 5: a key of the gateway's making. */
async function keys(given) {
  const client = await connect5(given, 'factory-5', { cert: given.certificate, key: given.key });
  const identity = iotidentity.IotIdentityClientv2.newFromMqtt5(client, options);
  const created = await identity.createKeysAndCertificate({});
  assert.match(created.certificateId, /^[0-9a-f]{64}$/);
  assert.match(created.privateKey, /^-----BEGIN PRIVATE KEY-----/);
  const request = { templateName: given.template, certificateOwnershipToken: created.certificateOwnershipToken, parameters: { SerialNumber: '5' } };
  const registered = await identity.registerThing(request);
  assert.equal(registered.thingName, 'vac-5');
  assert.equal(registered.deviceConfiguration.telemetry, 'robots/telemetry');

  const again = (await errorOf(identity.registerThing({ ...request, parameters: { SerialNumber: '6' } }))).modeledError;
  assert.deepEqual([again.statusCode, again.errorCode], [400, 'InvalidCertificateOwnershipToken']);
  identity.close();
  client.stop();
  await useAs(given, 'vac-5', { pem: created.certificatePem, privateKey: created.privateKey });
}

/** MQTT 3.1.1: a signing request of the device. */
async function signingRequest(given) {
  const connection = await connect3(given);
  const identity = iotidentity.IotIdentityClientv2.newFromMqtt311(connection, options);
  const created = await identity.createCertificateFromCsr({ certificateSigningRequest: given.signingRequest });
  const registered = await identity.registerThing({ templateName: given.template, certificateOwnershipToken: created.certificateOwnershipToken, parameters: { SerialNumber: '311' } });
  assert.equal(registered.thingName, 'vac-311');
  identity.close();
  await connection.disconnect();
  await useAs(given, 'vac-311', { pem: created.certificatePem, privateKey: given.deviceKey });
}

/** A function decides: it refuses one serial number, and writes the other anew. The token is good again after the refusal. */
async function hook(given) {
  const client = await connect5(given, 'factory-hook', { cert: given.certificate, key: given.key });
  const identity = iotidentity.IotIdentityClientv2.newFromMqtt5(client, options);
  const created = await identity.createKeysAndCertificate({});
  const request = { templateName: given.template, certificateOwnershipToken: created.certificateOwnershipToken };
  const refused = (await errorOf(identity.registerThing({ ...request, parameters: { SerialNumber: 'stolen' } }))).modeledError;
  assert.deepEqual([refused.statusCode, refused.errorCode, refused.errorMessage], [403, 'AccessDenied', 'Access denied.']);
  const registered = await identity.registerThing({ ...request, parameters: { SerialNumber: 'ok-7' } });
  assert.equal(registered.thingName, 'vac-7guarded');
  identity.close();
  client.stop();
  await useAs(given, 'vac-7guarded', { pem: created.certificatePem, privateKey: created.privateKey });
}

/** With its own certificate the device does what its policy allows: connects as itself and publishes. */
async function useAs(given, thing, { pem, privateKey }) {
  const client = await connect5(given, thing, { pem, privateKey });
  const published = await client.publish({ topicName: `robots/${thing}/hello`, payload: 'hi', qos: mqtt5.QoS.AtLeastOnce });
  assert.ok(published.reasonCode < 0x80, `publish ended with ${published.reasonCode}`);
  const stopped = once(client, 'stopped');
  client.stop();
  await stopped;
}

async function connect5(given, clientId, { cert, key, pem, privateKey }) {
  const builder = pem
    ? iot.AwsIotMqtt5ClientConfigBuilder.newDirectMqttBuilderWithMtlsFromMemory('localhost', pem, privateKey)
    : iot.AwsIotMqtt5ClientConfigBuilder.newDirectMqttBuilderWithMtlsFromPath('localhost', cert, key);
  builder.withCertificateAuthorityFromPath(undefined, given.authority);
  builder.withPort(given.port);
  builder.withConnectProperties({ clientId, keepAliveIntervalSeconds: 30 });
  const client = new mqtt5.Mqtt5Client(builder.build());
  const connected = once(client, 'connectionSuccess');
  client.start();
  await connected;
  return client;
}

async function connect3(given) {
  const configuration = iot.AwsIotMqttConnectionConfigBuilder.new_mtls_builder_from_path(given.certificate, given.key)
    .with_certificate_authority_from_path(undefined, given.authority)
    .with_endpoint('localhost')
    .with_port(given.port)
    .with_client_id('factory-311')
    .with_clean_session(true)
    .build();
  const connection = new mqtt.MqttClient(new io.ClientBootstrap()).new_connection(configuration);
  await connection.connect();
  return connection;
}

await run({ keys, signingRequest, hook });
