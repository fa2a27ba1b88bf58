using Roost.LocalLambda.Definitions;
using Roost.LocalLambda.Sources;
using Roost.LocalLambda.Sources.Streams;
using Roost.LocalLambda.Sources.Topics;
using Roost.Tests.Support;

namespace Roost.LocalLambda.Tests.Definitions;

internal sealed class FunctionFileTests
{
    private const string Sound = "name: f\nruntime: python3.x\nhandler: main.handler\n";
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder()
    {
        _folder = new TemporaryFolder();
        File.WriteAllText(_folder["main.py"], "def handler(event, context): pass");
    }

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCase("memroy: 64MiB", "memroy is not known; the keys are name, runtime, handler, ")]
    [TestCase("memory: 64", "memory is '64'; use 16MiB to 10GiB, with its unit: 128MiB")]
    [TestCase("memory: 1MiB", "memory is '1MiB'; use 16MiB to 10GiB, with its unit: 128MiB")]
    [TestCase("memory: -64MiB", "memory is '-64MiB'; use 16MiB to 10GiB, with its unit: 128MiB")]
    [TestCase("timeout: 3", "timeout is '3'; use 100ms to 900s, with its unit: 3s")]
    [TestCase("timeout: 1h", "timeout is '1h'; use 100ms to 900s, with its unit: 3s")]
    [TestCase("idle: NaNs", "idle is 'NaNs'; use 1s to 24h, with its unit: 60s")]
    [TestCase("max-concurrency: 0", "max-concurrency is '0'; use a whole number, 1 to 1000")]
    [TestCase("pinned: 5", "pinned is '5'; use a whole number, 0 to 4")]
    [TestCase("queue: 1e3", "queue is '1e3'; use a whole number, 0 to 100000")]
    [TestCase("encoding: xml", "encoding is 'xml'; use json or binary")]
    [TestCase("start: fast", "start is 'fast'; use normal or hedged")]
    [TestCase("network: lan", "network is 'lan'; use none, loopback or full")]
    [TestCase("network: [none]", "network takes a single value")]
    [TestCase("environment: [A]", "environment write names and values: environment: { SITE: \"17\" }")]
    [TestCase("environment: { 7UP: x }", "environment.7UP is no name of a variable; use a letter, then letters, digits and _")]
    [TestCase("environment: { AWS_REGION: x }", "environment.AWS_REGION is reserved for the runtime; choose another name")]
    [TestCase("environment: { ROOST_RUNTIME_SOCKET: x }", "environment.ROOST_RUNTIME_SOCKET is reserved for the runtime; choose another name")]
    [TestCase("environment: { A_B: \"x\\0--bind\\0/\\0/host\" }", "environment.A_B holds a zero byte, which neither an environment nor a path can; leave it out", Description = "bubblewrap reads its arguments zero by zero")]
    [TestCase("triggers: robots/+/bump", "triggers is 'robots/+/bump'; write a list: triggers: [ { topic: \"robots/+/bump\" }, { schedule: \"rate(5 minutes)\" } ]")]
    [TestCase("triggers: [ { topic: \"robots/#/bump\" } ]", "triggers[0].topic is 'robots/#/bump'; is no topic filter; + and # stand alone in their level, and # is the last")]
    [TestCase("triggers: [ robots/+/bump ]", "triggers[0] is 'robots/+/bump'; write a list: triggers: [ { topic: \"robots/+/bump\" }, { schedule: \"rate(5 minutes)\" } ]")]
    [TestCase("triggers: [ { topic: a }, { topci: b } ]", "triggers[1] has none of the keys topic, schedule, stream, shadow, presence, lifecycle; write a list: triggers: [ { topic: \"robots/+/bump\" }, { schedule: \"rate(5 minutes)\" } ]")]
    [TestCase("triggers: [ { topic: a, schedule: b } ]", "triggers[0] has topic and schedule; make them two items of the list")]
    [TestCase("triggers: [ { topic: a, qos: 1 } ]", "triggers[0].qos is not known; the keys here are topic")]
    [TestCase("triggers: [ { topic: [a] } ]", "triggers[0].topic takes a single value")]
    [TestCase("triggers: [ { schedule: rate(5) } ]", "triggers[0].schedule is 'rate(5)'; '5' is no rate; write a whole number from 1 on, a space and a unit: rate(5 minutes)")]
    [TestCase("triggers: [ { schedule: cron(0 12 * * ? *), timezone: Europe/Atlantis } ]", "triggers[0].timezone is 'Europe/Atlantis'; is no time zone of this machine; use a name such as Europe/Berlin, and see that the package tzdata is installed")]
    [TestCase("triggers: [ { schedule: rate(5 minutes), timezone: Europe/Berlin } ]", "triggers[0].schedule is 'rate(5 minutes)'; a rate has no time zone; leave timezone out, or use cron(...)")]
    [TestCase("triggers: [ { schedule: rate(5 minutes), catch-up: twice } ]", "triggers[0].catch-up is 'twice'; use once or none")]
    [TestCase("triggers: [ { stream: a/b } ]", "triggers[0].stream is 'a/b'; is no name of a stream; use 1 to 128 of a-z, A-Z, 0-9, _, . and -")]
    [TestCase("triggers: [ { stream: s }, { stream: s } ]", "triggers[1].stream is 's'; another trigger of this function has it already; one function reads a stream once")]
    [TestCase("triggers: [ { stream: s, batch: 0 } ]", "triggers[0].batch is '0'; use a whole number, 1 to 10000")]
    [TestCase("triggers: [ { stream: s, window: 1500ms } ]", "triggers[0].window is '1500ms'; use whole seconds with their unit, 0s to 300s")]
    [TestCase("triggers: [ { stream: s, from: 2026-01-01 } ]", "triggers[0].from is '2026-01-01'; use latest or oldest")]
    [TestCase("triggers: [ { stream: s, max-age: 1s } ]", "triggers[0].max-age is '1s'; use whole seconds with their unit, 60s to 604800s")]
    [TestCase("triggers: [ { stream: s, partial: yes } ]", "triggers[0].partial is 'yes'; use true or false")]
    [TestCase("triggers: [ { stream: s, on-failure: t } ]", "triggers[0].on-failure is 't'; write where to: on-failure: { stream: failed }, { topic: robots/failed } or { function: mend }")]
    [TestCase("triggers: [ { stream: s, on-failure: { stream: a, topic: b } } ]", "triggers[0].on-failure takes one of stream, topic and function")]
    [TestCase("triggers: [ { stream: s, on-failure: { stream: s } } ]", "triggers[0].on-failure.stream is 's'; is the stream itself, whose records would come back for ever; use another one")]
    [TestCase("triggers: [ { stream: s, on-failure: { topic: a/# } } ]", "triggers[0].on-failure.topic is 'a/#'; is no topic to publish on; leave out + and #, and topics that begin with $SYS or $aws/events")]
    [TestCase("triggers: [ { shadow: vac/1 } ]", "triggers[0].shadow is 'vac/1'; is no pattern for a thing; use 1 to 128 letters, digits, :, _ and -, with * for any characters: vac-*")]
    [TestCase("triggers: [ { shadow: vac, on: change } ]", "triggers[0].on is 'change'; use delta or update or delete")]
    [TestCase("triggers: [ { presence: \"#\", on: gone } ]", "triggers[0].on is 'gone'; use connected or disconnected")]
    [TestCase("triggers: [ { presence: \"\" } ]", "triggers[0].presence is no pattern for a client identifier; write one, with * for any characters: robot-*")]
    [TestCase("triggers: [ { lifecycle: boot } ]", "triggers[0].lifecycle is 'boot'; use start, stop, cloud-connected, cloud-disconnected")]
    [TestCase("url: yes", "url is 'yes'; write url: true, or what is to be said of it: url: { auth: none, cors: { allow-origins: [ \"https://example.com\" ] } }")]
    [TestCase("url: { auth: iam }", "url.auth is 'iam'; use none")]
    [TestCase("url: { cors: { allow-origins: [ shop.example ] } }", "url.cors.allow-origins holds what is no origin; write scheme, host and port alone: https://example.com, or * for all")]
    [TestCase("url: { cors: { allow-origins: [ \"*\" ], allow-credentials: true } }", "url.cors.allow-credentials is 'true'; with * would let every page act as who is logged in; name the origins")]
    [TestCase("triggers: [ { schedule: rate(5 minutes), name: a/b } ]", "triggers[0].name is 'a/b'; use 1 to 64 letters, digits, - and _")]
    [TestCase("triggers: [ { schedule: rate(5 minutes), name: \"1\" }, { schedule: rate(1 hour) } ]", "triggers[1].name is '1'; another schedule of this function has it already; give each its own")]
    [TestCase("triggers: [ { schedule: rate(5 minutes), input: \"{mode}\" } ]", "triggers[0].input is '{mode}'; is no JSON: 'm' is an invalid start of a property name. Expected a '\"'. LineNumber: 0 | BytePositionInLine: 1. Write the event in quotes: input: '{\"mode\":\"night\"}'")]
    public void A_fault_is_told_with_file_line_key_value_and_remedy(string line, string told)
    {
        Assert.That(FaultsOf(Sound + line), Has.Some.StartsWith($"{_folder[FunctionFile.Name]}, line 4: {told}"));
    }

    [TestCase("runtime: ruby3.2", "runtime is 'ruby3.2'; use python3.x (or python3.11 ...), nodejs20.x (or another even number) or provided")]
    [TestCase("runtime: provided", "handler there is no file bootstrap in ")]
    [TestCase("runtime: python3.x\nhandler: main", "handler is 'main'; name a module and a function: handler: lambda_function.lambda_handler")]
    [TestCase("runtime: python3.x\nhandler: ../main.handler", "handler is '../main.handler'; there is no ")]
    [TestCase("runtime: nodejs20.x\nhandler: other.handler", "handler is 'other.handler'; there is no other.mjs, other.js or other.cjs in ")]
    [TestCase("runtime: nodejs20.x\nhandler: index.handler\nmemory: 79MiB", "line 3: memory is '79MiB'; Node.js does not start with so little; use 80MiB or more")]
    [TestCase("handler: main.handler", "runtime is missing; use python3.x")]
    [TestCase("name: a/b\nruntime: python3.x\nhandler: main.handler", "name is 'a/b'; use 1 to 64 letters, digits, - and _")]
    public void A_function_that_cannot_run_here_is_told(string yaml, string told) => Assert.That(FaultsOf(yaml), Has.Some.Contains(told));

    [Test]
    public void All_faults_of_a_file_are_told_at_once()
    {
        var faults = FaultsOf("name: \"\"\nruntime: cobol\ntimeout: soon\nmemory: much\nnetwork: all\ncolour: red\n");

        Assert.That(faults.Select(fault => fault[_folder[FunctionFile.Name].Length..].Split(':')[0]), Is.EquivalentTo([", line 1", ", line 2", ", line 3", ", line 4", ", line 5", ", line 6"]));
    }

    [TestCase("", "is no mapping")]
    [TestCase("- a", "is no mapping")]
    [TestCase("name: [", "is no YAML")]
    [TestCase("name: f\nname: g", "is no YAML", Description = "a key twice")]
    [TestCase("name: *nowhere", "line 1: anchors and aliases are not supported; write the value out")]
    [TestCase("runtime: [&a [x, x], &b [*a, *a], &c [*b, *b]]", "line 1: anchors and aliases are not supported", Description = "grows with each level")]
    [TestCase("name: &a [ *a ]\nruntime: *a", "line 1: anchors and aliases are not supported", Description = "contains itself")]
    [TestCase("\0\u0001\uFFFF", "is no mapping")]
    public void What_is_no_function_yaml_is_a_fault_not_an_exception(string yaml, string told) => Assert.That(FaultsOf(yaml), Has.Some.Contains(told));

    [Test]
    public void A_file_nested_without_end_does_not_cost_the_daemon_its_stack() =>
        Assert.That(FaultsOf(Sound + "triggers: " + new string('[', 60_000)), Is.EqualTo([$"{_folder[FunctionFile.Name]}, line 4: is nested deeper than 16 levels; a function.yaml needs three"]));

    [Test]
    public void A_large_file_is_not_read() => Assert.That(FaultsOf(Sound + "#" + new string('x', 65536)), Has.Some.Contains("has more than 65536 bytes"));

    [Test]
    public void Values_are_taken_with_their_units()
    {
        FaultsOf(Sound + "memory: 1GiB\ntimeout: 250ms\nidle: 2m\nmax-concurrency: 7\npinned: 2\nqueue: 0\nnetwork: full\nenvironment: { SITE: \"17\" }\ntriggers: [ { topic: a/+ }, { topic: b/# } ]\n", out var definition);

        Assert.That(definition!.MemoryBytes, Is.EqualTo(1L << 30));
        Assert.That(definition.Timeout, Is.EqualTo(TimeSpan.FromMilliseconds(250)));
        Assert.That(definition.Idle, Is.EqualTo(TimeSpan.FromMinutes(2)));
        Assert.That((definition.MaxConcurrency, definition.Pinned, definition.Queue, definition.Network), Is.EqualTo((7, 2, 0, FunctionNetwork.Full)));
        Assert.That(definition.Environment["SITE"], Is.EqualTo("17"));
        Assert.That(definition.Triggers.Cast<TopicTrigger>().Select(trigger => trigger.Filter), Is.EqualTo(["a/+", "b/#"]));
    }

    [Test]
    public void A_trigger_of_a_stream_takes_what_a_mapping_has()
    {
        FaultsOf(Sound + "triggers: [ { stream: telemetry, batch: 500, window: 2s, from: oldest, parallel: 3, bisect: true, retries: 5, max-age: 1h, partial: true, on-failure: { topic: robots/failed } } ]\n", out var definition);

        Assert.That(definition!.Triggers.Single(), Is.EqualTo(new StreamTrigger("telemetry")
        {
            Batch = 500, WindowSeconds = 2, From = "TRIM_HORIZON", Parallel = 3, Bisect = true, Retries = 5, MaxAgeSeconds = 3600, Partial = true,
            OnFailure = "arn:aws:iot:local:000000000000:topic/robots/failed",
        }));
    }

    private IReadOnlyList<string> FaultsOf(string yaml) => FaultsOf(yaml, out _);

    private IReadOnlyList<string> FaultsOf(string yaml, out FunctionDefinition? definition)
    {
        File.WriteAllText(_folder[FunctionFile.Name], yaml);
        definition = FunctionFile.Read(_folder.Path, out var faults);
        return faults;
    }
}
