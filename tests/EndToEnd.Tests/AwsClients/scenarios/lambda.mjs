// @aws-sdk/client-lambda: a function from its creation to its deletion, with nothing changed but the endpoint.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import {
  AddPermissionCommand, CreateAliasCommand, CreateEventSourceMappingCommand, CreateFunctionCommand, CreateFunctionUrlConfigCommand, DeleteAliasCommand, DeleteEventSourceMappingCommand, DeleteFunctionCommand, DeleteFunctionUrlConfigCommand,
  DeleteFunctionConcurrencyCommand, GetAccountSettingsCommand, GetAliasCommand, GetEventSourceMappingCommand, GetFunctionCommand, GetFunctionConcurrencyCommand,
  GetFunctionConfigurationCommand, GetFunctionEventInvokeConfigCommand, GetFunctionUrlConfigCommand, InvalidParameterValueException, InvalidRequestContentException, InvokeAsyncCommand, InvokeCommand, InvokeWithResponseStreamCommand,
  LambdaClient, ListTagsCommand, PreconditionFailedException, PublishVersionCommand, PutFunctionConcurrencyCommand, PutFunctionEventInvokeConfigCommand,
  ResourceConflictException, ResourceNotFoundException, TagResourceCommand, TooManyRequestsException, UntagResourceCommand, UpdateAliasCommand, UpdateEventSourceMappingCommand,
  UpdateFunctionCodeCommand, UpdateFunctionConfigurationCommand, UpdateFunctionUrlConfigCommand, paginateListAliases, paginateListEventSourceMappings, paginateListFunctionEventInvokeConfigs, paginateListFunctionUrlConfigs, paginateListFunctions,
  paginateListVersionsByFunction, waitUntilFunctionActiveV2, waitUntilFunctionUpdatedV2,
} from '@aws-sdk/client-lambda';
import { errorOf, run } from './scenario.mjs';

const Role = 'arn:aws:iam::000000000000:role/any';
const text = (bytes) => new TextDecoder().decode(bytes);

const client = ({ url }, options = {}) => new LambdaClient({ endpoint: url, region: 'eu-central-1', credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' }, ...options });

async function all(pages, member) {
  const found = [];
  let count = 0;
  for await (const page of pages) {
    found.push(...page[member]);
    count++;
  }
  return [found, count];
}

async function create(api, FunctionName, zip, more = {}) {
  const created = await api.send(new CreateFunctionCommand({ FunctionName, Role, Runtime: 'python3.11', Handler: 'main.handler', Code: { ZipFile: await readFile(zip) }, ...more }));
  await waitUntilFunctionActiveV2({ client: api, maxWaitTime: 20 }, { FunctionName });
  return created;
}

async function life(given) {
  const api = client(given);
  const FunctionName = given.name;
  const invoke = (more) => api.send(new InvokeCommand({ FunctionName, Payload: '{"n":2}', ...more }));
  const created = await create(api, FunctionName, given.first, { Description: 'first', Environment: { Variables: { SITE: '17' } }, Timeout: 9, MemorySize: 128, Tags: { team: 'a' } });
  assert.deepEqual([created.$metadata.httpStatusCode, created.Version, created.State, created.Environment.Variables.SITE, created.Timeout], [201, '$LATEST', 'Active', '17', 9]);
  assert.ok(Math.abs(new Date(created.LastModified) - Date.now()) < 60_000);

  const answer = await invoke({ LogType: 'Tail' });
  assert.deepEqual([answer.StatusCode, answer.ExecutedVersion, answer.FunctionError, JSON.parse(text(answer.Payload))], [200, '$LATEST', undefined, { code: 'first', event: { n: 2 }, site: '17' }]);
  assert.match(Buffer.from(answer.LogResult, 'base64').toString(), /^START RequestId: .*\nheard\nEND RequestId: .*\nREPORT RequestId: /);
  const failed = await invoke({ Payload: '"fail"' });
  assert.deepEqual([failed.StatusCode, failed.FunctionError, JSON.parse(text(failed.Payload)).errorType], [200, 'Unhandled', 'ValueError']);
  assert.equal((await invoke({ InvocationType: 'Event' })).StatusCode, 202);
  assert.equal((await invoke({ InvocationType: 'DryRun' })).StatusCode, 204);
  assert.equal((await api.send(new InvokeAsyncCommand({ FunctionName, InvokeArgs: '{}' }))).Status, 202);
  const parts = [];
  for await (const event of (await api.send(new InvokeWithResponseStreamCommand({ FunctionName, Payload: '1' }))).EventStream) {
    parts.push(event.PayloadChunk ? text(event.PayloadChunk.Payload) : Object.keys(event)[0]);
  }
  assert.deepEqual(parts, ['{"code": "first", "event": 1, "site": "17"}', 'InvokeComplete']);

  const one = await api.send(new PublishVersionCommand({ FunctionName, Description: 'one' }));
  assert.equal(one.Version, '1');
  await api.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: await readFile(given.second), RevisionId: (await api.send(new GetFunctionConfigurationCommand({ FunctionName }))).RevisionId }));
  await waitUntilFunctionUpdatedV2({ client: api, maxWaitTime: 20 }, { FunctionName });
  await api.send(new UpdateFunctionConfigurationCommand({ FunctionName, MemorySize: 256, Environment: { Variables: { SITE: '18' } } }));
  await waitUntilFunctionUpdatedV2({ client: api, maxWaitTime: 20 }, { FunctionName });
  const two = await api.send(new PublishVersionCommand({ FunctionName }));
  assert.deepEqual([two.Version, two.MemorySize, two.CodeSha256 === one.CodeSha256], ['2', 256, false]);
  const code = async (Qualifier) => JSON.parse(text((await invoke({ Qualifier })).Payload)).code;
  assert.deepEqual([await code(), await code('1'), await code('2')], ['second', 'first', 'second']);

  const alias = { FunctionName, Name: 'live' };
  await api.send(new CreateAliasCommand({ ...alias, FunctionVersion: '1' }));
  assert.equal(await code('live'), 'first');
  const weighted = await api.send(new UpdateAliasCommand({ ...alias, RoutingConfig: { AdditionalVersionWeights: { 2: 1 } } }));
  assert.deepEqual(weighted.RoutingConfig, { AdditionalVersionWeights: { 2: 1 } });
  assert.equal(await code('live'), 'second');
  assert.equal((await api.send(new GetAliasCommand(alias))).RevisionId, weighted.RevisionId);
  assert.deepEqual(await all(paginateListAliases({ client: api, pageSize: 1 }, { FunctionName }), 'Aliases').then(([found]) => found.map((item) => item.Name)), ['live']);
  const [versions, pages] = await all(paginateListVersionsByFunction({ client: api, pageSize: 2 }, { FunctionName }), 'Versions');
  assert.deepEqual([versions.map((version) => version.Version), pages], [['$LATEST', '1', '2'], 2]);

  const got = await api.send(new GetFunctionCommand({ FunctionName }));
  const downloaded = Buffer.from(await (await fetch(got.Code.Location)).arrayBuffer());
  assert.deepEqual(downloaded, await readFile(given.second));
  assert.deepEqual([got.Tags, got.Code.RepositoryType], [{ team: 'a' }, 'S3']);
  await api.send(new TagResourceCommand({ Resource: got.Configuration.FunctionArn, Tags: { site: '17' } }));
  await api.send(new UntagResourceCommand({ Resource: got.Configuration.FunctionArn, TagKeys: ['team'] }));
  assert.deepEqual((await api.send(new ListTagsCommand({ Resource: got.Configuration.FunctionArn }))).Tags, { site: '17' });

  const conflict = await errorOf(api.send(new DeleteFunctionCommand({ FunctionName, Qualifier: '2' })));
  assert.ok(conflict instanceof ResourceConflictException, conflict.name);
  await api.send(new DeleteAliasCommand(alias));
  await api.send(new DeleteFunctionCommand({ FunctionName, Qualifier: '2' }));
  await api.send(new DeleteFunctionCommand({ FunctionName }));
  assert.ok(await errorOf(invoke()) instanceof ResourceNotFoundException);
}

async function settings(given) {
  const api = client(given);
  const FunctionName = given.name;
  await create(api, FunctionName, given.first);
  await api.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 0 }));
  assert.equal((await api.send(new GetFunctionConcurrencyCommand({ FunctionName }))).ReservedConcurrentExecutions, 0);
  const throttled = await errorOf(client(given, { maxAttempts: 1 }).send(new InvokeCommand({ FunctionName })));
  assert.ok(throttled instanceof TooManyRequestsException, throttled.name);
  assert.deepEqual([throttled.Reason, throttled.retryAfterSeconds], ['ReservedFunctionConcurrentInvocationLimitExceeded', '1']);
  await api.send(new DeleteFunctionConcurrencyCommand({ FunctionName }));
  assert.equal((await api.send(new InvokeCommand({ FunctionName }))).StatusCode, 200);

  const config = { FunctionName, MaximumRetryAttempts: 1, MaximumEventAgeInSeconds: 60, DestinationConfig: { OnSuccess: { Destination: `arn:aws:lambda:eu-central-1:123456789012:function:${FunctionName}` } } };
  await api.send(new PutFunctionEventInvokeConfigCommand(config));
  const kept = await api.send(new GetFunctionEventInvokeConfigCommand({ FunctionName }));
  assert.deepEqual([kept.MaximumRetryAttempts, kept.MaximumEventAgeInSeconds, kept.DestinationConfig.OnSuccess.Destination.endsWith(`:function:${FunctionName}`)], [1, 60, true]);
  assert.ok(Math.abs(kept.LastModified - Date.now()) < 60_000);
  assert.equal((await all(paginateListFunctionEventInvokeConfigs({ client: api }, { FunctionName }), 'FunctionEventInvokeConfigs'))[0].length, 1);

  const { FunctionUrl } = await api.send(new CreateFunctionUrlConfigCommand({ FunctionName, AuthType: 'NONE', Cors: { AllowOrigins: ['*'] } }));
  assert.equal((await fetch(FunctionUrl)).headers.get('x-amzn-requestid').length, 36);
  assert.equal((await api.send(new GetFunctionUrlConfigCommand({ FunctionName }))).FunctionUrl, FunctionUrl);
  assert.equal((await api.send(new UpdateFunctionUrlConfigCommand({ FunctionName, Cors: { AllowOrigins: ['*'], MaxAge: 5 } }))).Cors.MaxAge, 5);
  assert.equal((await all(paginateListFunctionUrlConfigs({ client: api }, { FunctionName }), 'FunctionUrlConfigs'))[0].length, 1);
  await api.send(new DeleteFunctionUrlConfigCommand({ FunctionName }));
  assert.equal((await fetch(FunctionUrl)).status, 403);

  const account = await api.send(new GetAccountSettingsCommand({}));
  assert.ok(account.AccountUsage.FunctionCount >= 1 && account.AccountLimit.TotalCodeSize > 0);
  const source = { EventSourceArn: 'arn:aws:kinesis:eu-central-1:123456789012:stream/telemetry', FunctionName };
  const mapping = await api.send(new CreateEventSourceMappingCommand({ ...source, StartingPosition: 'TRIM_HORIZON', BatchSize: 10 }));
  assert.deepEqual([mapping.$metadata.httpStatusCode, mapping.State, mapping.BatchSize], [202, 'Enabled', 10]);
  assert.ok(await errorOf(api.send(new CreateEventSourceMappingCommand({ ...source, StartingPosition: 'LATEST' }))) instanceof ResourceConflictException);
  const updated = await api.send(new UpdateEventSourceMappingCommand({ UUID: mapping.UUID, Enabled: false, BatchSize: 20, FunctionResponseTypes: ['ReportBatchItemFailures'] }));
  assert.deepEqual([updated.State, updated.BatchSize, updated.FunctionResponseTypes], ['Disabled', 20, ['ReportBatchItemFailures']]);
  const [mappings] = await all(paginateListEventSourceMappings({ client: api }, { FunctionName }), 'EventSourceMappings');
  assert.deepEqual(mappings.map((item) => item.UUID), [mapping.UUID]);
  assert.equal((await api.send(new DeleteEventSourceMappingCommand({ UUID: mapping.UUID }))).State, 'Deleting');
  assert.ok(await errorOf(api.send(new GetEventSourceMappingCommand({ UUID: mapping.UUID }))) instanceof ResourceNotFoundException);
  await api.send(new DeleteFunctionCommand({ FunctionName }));
}

async function lists(given) {
  const api = client(given);
  const names = ['a', 'b', 'c', 'd', 'e'].map((name) => `${given.name}-${name}`);
  for (const name of [...names].reverse()) {
    await create(api, name, given.first);
  }
  const [found, pages] = await all(paginateListFunctions({ client: api, pageSize: 2 }, {}), 'Functions');
  assert.deepEqual(found.map((item) => item.FunctionName).filter((name) => name.startsWith(given.name)), names);
  assert.ok(pages >= 3);
  for (const FunctionName of names) {
    await api.send(new DeleteFunctionCommand({ FunctionName }));
  }
}

async function exceptions(given) {
  const api = client(given);
  const FunctionName = given.name;
  const missing = await errorOf(api.send(new GetFunctionCommand({ FunctionName })));
  assert.ok(missing instanceof ResourceNotFoundException);
  assert.deepEqual([missing.message, missing.$metadata.httpStatusCode, missing.$metadata.attempts], [`Function not found: arn:aws:lambda:local:000000000000:function:${FunctionName}`, 404, 1]);
  await create(api, FunctionName, given.first);
  const refused = async (type, pattern, command) => {
    const error = await errorOf(api.send(command));
    assert.ok(error instanceof type, `${error.name}: ${error.message}`);
    assert.match(error.message, pattern);
  };
  const zip = await readFile(given.first);
  const Code = { ZipFile: zip };
  await refused(ResourceConflictException, /^Function already exist: /, new CreateFunctionCommand({ FunctionName, Role, Runtime: 'python3.11', Handler: 'main.handler', Code }));
  await refused(InvalidParameterValueException, /^Could not unzip uploaded file\./, new UpdateFunctionCodeCommand({ FunctionName, ZipFile: Buffer.from('no zip') }));
  await refused(InvalidParameterValueException, /there is no nowhere\.py in the zip/, new UpdateFunctionConfigurationCommand({ FunctionName, Handler: 'nowhere.handler' }));
  await refused(InvalidParameterValueException, /^layers: /, new UpdateFunctionConfigurationCommand({ FunctionName, Layers: ['arn:aws:lambda:eu-central-1:123456789012:layer:x:1'] }));
  await refused(PreconditionFailedException, /^The Revision Id provided does not match/, new UpdateFunctionCodeCommand({ FunctionName, ZipFile: zip, RevisionId: 'old' }));
  await refused(InvalidRequestContentException, /^Could not parse request body into json/, new InvokeCommand({ FunctionName, Payload: '{' }));
  await refused(ResourceNotFoundException, /^Function not found/, new CreateAliasCommand({ FunctionName, Name: 'a', FunctionVersion: '9' }));
  const validation = await errorOf(api.send(new UpdateFunctionConfigurationCommand({ FunctionName, Timeout: 5000 })));
  assert.deepEqual([validation.name, validation.message.startsWith("1 validation error detected: Value '5000' at 'timeout'")], ['ValidationException', true]);
  const unknown = await errorOf(api.send(new AddPermissionCommand({ FunctionName, StatementId: 's', Action: 'lambda:InvokeFunction', Principal: 'x' })));
  assert.equal(unknown.$metadata.httpStatusCode, 404);
  assert.match(unknown.message, /no resource policies/);
  await api.send(new DeleteFunctionCommand({ FunctionName }));
}

await run({ life, settings, lists, exceptions });
