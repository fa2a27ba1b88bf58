using System.Collections;
using Microsoft.Extensions.Logging;
using Roost.Gateway.Configuration;
using Roost.Gateway.Http;
using Roost.Gateway.Logging;
using Roost.Tests.Support;

namespace Roost.Gateway.Tests.Configuration;

public sealed class ConfigurationTests
{
    private readonly Hashtable _environment = [];
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder()
    {
        _environment.Clear();
        _folder = new TemporaryFolder();
    }

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void Three_faults_are_reported_at_once_with_place_value_and_remedy()
    {
        var faults = FaultsOf("""
            http:
              listenrs: []
              max-body: 10 parsecs
            log:
              keep-files: 1000
            """);

        Assert.That(faults, Is.EqualTo(new[]
        {
            $"{File}:2: http.listenrs: is not a known key; did you mean listeners?",
            $"{File}:3: http.max-body: is not a size (10 parsecs); write a whole number of bytes, or with kB, MB, GB, KiB, MiB or GiB, like 256KiB",
            $"{File}:5: log.keep-files: is out of range (1000); use 0 to 100",
        }));
    }

    [TestCase("log: { level: warning }", LogLevel.Warning)]
    [TestCase("log:\n  level: debug\n", LogLevel.Debug)]
    [TestCase("log:\n", LogLevel.Information, Description = "a section of comments only changes nothing")]
    [TestCase("log: { level: }", LogLevel.Information, Description = "a key without a value keeps its default")]
    [TestCase("", LogLevel.Information)]
    [TestCase("# nothing\n", LogLevel.Information)]
    public void Levels_are_read(string yaml, LogLevel expected) => Assert.That(Load(yaml).Get<LogOptions>().Level, Is.EqualTo(expected));

    [TestCase("8MiB", 8L * 1024 * 1024)]
    [TestCase("10MB", 10_000_000L)]
    [TestCase("64 KiB", 65_536L)]
    [TestCase("100kB", 100_000L)]
    [TestCase("65536", 65_536L)]
    [TestCase("65536B", 65_536L)]
    [TestCase("1GiB", 1L << 30)]
    public void Sizes_are_read(string text, long bytes) => Assert.That(Load($"http: {{ max-body: {text} }}").Get<HttpOptions>().MaxBodyBytes, Is.EqualTo(bytes));

    [TestCase("http: { max-body: }", null)]
    [TestCase("http: { max-body: -1 }", "is not a size (-1)")]
    [TestCase("http: { max-body: 1.5MiB }", "is not a size (1.5MiB)")]
    [TestCase("http: { max-body: 99999999999999999999 }", "is not a size (99999999999999999999)")]
    [TestCase("http: { max-body: 9999999TiB }", "is not a size (9999999TiB)")]
    [TestCase("http: { max-body: [1] }", "is a list; write a whole number of bytes")]
    [TestCase("http: { max-body: { a: 1 } }", "is a map of keys; write a whole number of bytes")]
    [TestCase("http: { max-connections: many }", "is not a number that fits here (many)")]
    [TestCase("http: { max-connections: 99999999999 }", "is not a number that fits here (99999999999)")]
    [TestCase("http: { max-connections: 1 }", "is out of range (1)")]
    [TestCase("http: 17", "is a single value (17); write keys below it")]
    [TestCase("http: [1]", "is a list; write keys below it")]
    [TestCase("http: { listeners: 1 }", "is a single value (1); write a list")]
    [TestCase("http: { listeners: { port: 1 } }", "is a map of keys; write a list")]
    [TestCase("http: { listeners: [7] }", "http.listeners[0]: is a single value (7); write keys below it")]
    [TestCase("http: { listeners: [ { address: 0.0.0.0 } ] }", "http.listeners[0].address: would let everyone in the network control this machine")]
    [TestCase("http: { listeners: [ { address: here } ] }", "http.listeners[0].address: is no IP address (here)")]
    [TestCase("http: { listeners: [ { port: 1 }, { port: 1 } ] }", "http.listeners[1]: repeats 127.0.0.1:1")]
    [TestCase("log: { level: loud }", "is none of the words known here (loud); write one of trace, debug")]
    [TestCase("- a\n- b", "is not a map of keys")]
    [TestCase("log: { level: debug, level: warning }", "log.level: is given twice")]
    [TestCase("log: &x { level: debug }\nhttp: *x", "http: aliases are not supported (*x)")]
    [TestCase("log: {}\n---\nlog: {}", "a second document begins here")]
    [TestCase("log: [", "is not valid YAML")]
    [TestCase("? [a]\n: 1", "a key is plain text")]
    [TestCase("zzz: 1", "is not a known key; known here: cloud, data, functions, hardware, http, identity, log, mqtt, routes, sd-card, shadows, stream-storage, streams")]
    [TestCase("mqtt: { limits: { max-packet: 1 } }", "mqtt.limits.max-packet: is 1; use 128 to 256MiB")]
    [TestCase("mqtt: { limits: { max-queued-total: 3GB } }", "is too large")]
    [TestCase("mqtt: { limits: { max-queued-total: 2000000001 } }", "mqtt.limits.max-queued-total: is 2000000001; use 4KiB to 2GB")]
    [TestCase("mqtt: { limits: { max-output: 1KiB } }", "mqtt.limits.max-output: is 1KiB; use 16KiB to 256MiB")]
    [TestCase("mqtt: { limits: { keep-alive-max: 30 } }", "mqtt.limits.keep-alive-max: is not a duration (30); write a whole number with ms, s, m, h or d, like 30s")]
    [TestCase("mqtt: { durability: power }", "is none of the words known here (power); write one of power-loss, crash, memory")]
    [TestCase("mqtt: { listeners: [ { address: 0.0.0.0 } ] }", "mqtt.listeners[0].anonymous: is not true, and without tls clients' credentials would come over the network in the clear (0.0.0.0); set tls: {} for the gateway's own certificate")]
    [TestCase("mqtt: { listeners: [ { address: 0.0.0.0, anonymous: false } ] }", "mqtt.listeners[0].anonymous: is not true, and without tls clients' credentials would come over the network in the clear")]
    [TestCase("mqtt: { listeners: [ { address: 0.0.0.0, anonymous: true } ] }", null)]
    [TestCase("mqtt: { listeners: [ { address: 0.0.0.0, passwords-in-clear: true } ] }", null)]
    [TestCase("mqtt: { listeners: [ { address: 0.0.0.0, tls: {} } ] }", null)]
    [TestCase("mqtt: { listeners: [ { proxy-protocol: true } ] }", "(127.0.0.1, whose proxy brings clients from elsewhere); set passwords-in-clear: true where the proxy ends TLS")]
    [TestCase("mqtt: { listeners: [ { anonymous: false } ] }", null)]
    [TestCase("mqtt: { listeners: [ { anonymous-publish: } ] }", "mqtt.listeners[0].anonymous-publish: has no value; write [] for nothing, or leave the key out for everything")]
    [TestCase("mqtt: { listeners: [ { anonymous-subscribe: ~ } ] }", "mqtt.listeners[0].anonymous-subscribe: has no value; write []")]
    [TestCase("mqtt: { listeners: [ { anonymous-publish: [] } ] }", null)]
    [TestCase("mqtt: { listeners: [ { anonymous-publish: [ 'robots/#/x' ] } ] }", "mqtt.listeners[0].anonymous-publish[0]: is no topic filter (robots/#/x); # is the last level, as in robots/+/telemetry")]
    [TestCase("mqtt: { listeners: [ { anonymous-publish: [ a, 'a/b+' ] } ] }", "mqtt.listeners[0].anonymous-publish[1]: is no topic filter (a/b+); + and # stand alone in their level")]
    [TestCase("mqtt: { listeners: [ { anonymous-publish: [ '' ] } ] }", "mqtt.listeners[0].anonymous-publish[0]: is no topic filter (); it is empty")]
    [TestCase("mqtt: { listeners: [ { limits: { max-sessions: 1 } } ] }", "mqtt.listeners[0].limits.max-sessions: belongs to mqtt.limits, for the whole daemon; move it there")]
    [TestCase("mqtt: { listeners: [ { limits: { max-queued-total: 1 } } ] }", "belongs to mqtt.limits, for the whole daemon")]
    [TestCase("mqtt: { listeners: [ { limits: { max-sesions: 1 } } ] }", "is not a known key; did you mean max-sessions? It belongs to mqtt.limits, for the whole daemon.")]
    [TestCase("mqtt: { listeners: [ { limits: { max-subscription: 1 } } ] }", "did you mean max-subscriptions?")]
    [TestCase("mqtt: { listeners: [ { socket: run/x.sock, port: 9 } ] }", "mqtt.listeners[0].port: stands beside socket; a listener has an address and a port, or a socket")]
    [TestCase("mqtt: { listeners: [ { socket: run/x.sock, address: ::1 } ] }", "mqtt.listeners[0].address: stands beside socket")]
    [TestCase("mqtt: { listeners: [ { socket: run/x.sock, port: } ] }", null)]
    [TestCase("mqtt: { listeners: [ { path: /m } ] }", "mqtt.listeners[0].path: is of WebSocket listeners only; set websocket: true, or leave it out")]
    [TestCase("mqtt: { listeners: [ { websocket: false, origins: [ '*' ] } ] }", "mqtt.listeners[0].origins: is of WebSocket listeners only")]
    [TestCase("mqtt: { listeners: [ { websocket: yes, path: /m, origins: [ '*' ] } ] }", null)]
    [TestCase("mqtt: { listeners: [ { name: a }, { port: 9, name: a } ] }", "mqtt.listeners[1].name: is 'a'; give each listener a name of its own, or none")]
    [TestCase("mqtt: { listeners: [ { name: '' } ] }", "mqtt.listeners[0].name: is ''; give each listener a name of its own, or none")]
    [TestCase("mqtt: { listeners: [ { socket: run/mqtt.sock } ] }", null)]
    [TestCase("mqtt: { listeners: [ { socket: a }, { socket: a } ] }", "which is listed before")]
    [TestCase("mqtt: { listeners: [ { websocket: true, path: mqtt } ] }", "mqtt.listeners[0].path: is 'mqtt'; use a path like /mqtt")]
    [TestCase("mqtt: { listeners: [ { websocket: true, origins: [ 'https://a.example/x' ] } ] }", "mqtt.listeners[0].origins: is 'https://a.example/x'; use addresses of pages without a path")]
    [TestCase("mqtt: { listeners: [ { tls: { certificate: nowhere.crt, key: nowhere.key } } ] }", "/nowhere.crt, which does not exist; name a file that does")]
    [TestCase("mqtt: { listeners: [ { tls: {} } ] }", null)]
    [TestCase("mqtt: { listeners: [ { tls: { certificate: c } } ] }", "mqtt.listeners[0].tls.key: is missing; name a file in PEM")]
    [TestCase("mqtt: { listeners: [ { tls: { certificate: /dev/zero } } ] }", "mqtt.listeners[0].tls.certificate: is /dev/zero, which is larger than 1 MiB")]
    [TestCase("mqtt: { listeners: [ { tls: { min-version: 1.1 } } ] }", "mqtt.listeners[0].tls.min-version: is 1.1; use 1.2 or 1.3")]
    [TestCase("mqtt: { listeners: [ { tls: { require-client-certificate: true } } ] }", null)]
    [TestCase("mqtt: { listeners: [ { tls: { key-password-file: p } } ] }", "but there is no key; name certificate and key, or leave it out for those of the gateway")]
    [TestCase("mqtt: { listeners: [ { anonymous: perhaps } ] }", "is neither true nor false (perhaps)")]
    [TestCase("shadows: { max-depth: 0 }", "shadows.max-depth: is 0")]
    [TestCase("streams: { telemetry: }", null)]
    [TestCase("streams: { telemetry: { retention: { bytes: 1GiB, age: none } } }", null)]
    [TestCase("streams: { telemetry: { retention: { size: 1GiB } } }", "streams.telemetry.retention.size: is not a known key; known here: age, bytes, consumed, records")]
    [TestCase("streams: { telemetry: { full: drop } }", "write one of drop-oldest, reject")]
    [TestCase("routes: [ { from: a, to: { stream: nowhere } } ]", "routes[0].to.stream: names no stream of this configuration (nowhere)")]
    [TestCase("routes: [ { from: a, to: { } } ]", "routes[0].to: names no single target")]
    [TestCase("routes: [ { from: a, to: { function: f, republish: b } } ]", "routes[0].to: names no single target")]
    [TestCase("routes: [ { from: 'a/#/b', to: { republish: b } } ]", "routes[0].from: is no topic filter (a/#/b)")]
    [TestCase("routes: [ { from: a, to: { republish: 'b/{1}' } } ]", "routes[0].to.republish: is no topic (b/{1}): {1} stands for nothing")]
    [TestCase("routes: [ { from: a, to: { republish: b, answer: c } } ]", "routes[0].to.answer: goes with a function (c)")]
    [TestCase("routes: [ { from: 'a/+', to: { function: f, answer: a/b } } ]", "routes[0].to.answer: matches the route's own from (a/b)")]
    [TestCase("routes: [ { from: 'a/+', to: { function: f, answer: b } } ]", null)]
    [TestCase("http: { socket: \"a\\0b\" }", "http.socket: holds a NUL character")]
    [TestCase("data: \"a\\0b\"", "data: holds a NUL character")]
    [TestCase("\"a\\0b\": 1", "holds a NUL character")]
    [TestCase("cloud: { mqtt: { host: h, tls: { ca: ca.crt } } }", "/ca.crt, which is not there")]
    [TestCase("cloud: { mqtt: { host: h }, shadows: { sync: [ 'vac-*', { things: gate-1, shadows: [ classic, 'h*' ], direction: up } ], conflicts: { desired: device } } }", null)]
    [TestCase("cloud: { shadows: { sync: [ vac-1 ] } }", "cloud.shadows.sync: names shadows, and cloud.mqtt has no host; set cloud.mqtt.host")]
    [TestCase("cloud: { mqtt: { host: h }, shadows: { sync: [ 'vac/1' ] } }", "cloud.shadows.sync[0].things: is 'vac/1'; use the name of a thing")]
    [TestCase("cloud: { mqtt: { host: h }, shadows: { sync: [ { things: a, shadows: [ 'x y' ] } ] } }", "cloud.shadows.sync[0].shadows: has 'x y'; use names of shadows")]
    [TestCase("cloud: { mqtt: { host: h }, shadows: { sync: [ { thing: a } ] } }", "cloud.shadows.sync[0].thing: is not a known key; did you mean things?")]
    [TestCase("cloud: { mqtt: { host: h }, shadows: { sync: [ [ a ] ] } }", "cloud.shadows.sync[0]: is a list")]
    [TestCase("cloud: { shadows: { max-rate: 0, period: 0s } }", "cloud.shadows.max-rate: is 0; use 1 to 10000 requests in a second")]
    [TestCase("cloud: { exports: [ { stream: \"a b\", topic: t } ] }", "cloud.exports[0].stream: is 'a b'")]
    [TestCase("hardware: { gpio: [ { thing: a, property: b, line: 1, debounce: 20 } ] }", "hardware.gpio[0].debounce: is not a duration (20)")]
    [TestCase("hardware: { gpio: [ { thing: a, property: b, line: 1, direction: inout } ] }", "hardware.gpio[0].direction: is none of the words known here (inout); write one of in, out")]
    [TestCase("hardware: { gpio: [ { thing: a, property: b, line: 1, at-exit: maybe } ] }", "hardware.gpio[0].at-exit: is not valid (maybe); write off or on; with pwm a number from 0 to 1; at-exit takes keep, too")]
    [TestCase("hardware: { gpio: [ { thing: a, property: b, line: '' } ] }", "'roost hardware lines' lists them while the daemon runs, 'gpioinfo' at any time")]
    [TestCase("hardware:\n  gpio:\n  - { thing: a, property: b, line: 1 }\n  - { thing: c, property: d, line: 1 }", ":4: hardware.gpio[1].line: is taken by a.b (hardware.gpio[0], ")]
    [TestCase("hardware: { gpio: [ { thing: a, property: b, line: 1, pwm: { frequency: 50 } } ] }", "hardware.gpio[0].pwm.frequency: is not valid (50); write a number with Hz, like 50Hz")]
    [TestCase("mqtt: { gather: 1001ms }", "mqtt.gather: is 1001ms; use 0 to 1s")]
    [TestCase("shadows: { gather: 1m }", "shadows.gather: is 1m; use 0 to 1s")]
    [TestCase("stream-storage: { gather: 2s }", "stream-storage.gather: is 2s; use 0 to 1s")]
    [TestCase("hardware: { sensors: [ { thing: a, property: b, source: spi } ] }", "hardware.sensors[0].source: is none of the words known here (spi); write one of hwmon, iio, w1, thermal, throttling, card")]
    [TestCase("hardware: { sensors: [ { thing: a, property: b, source: w1, deadband: much } ] }", "hardware.sensors[0].deadband: is not valid (much); write a number like 0.5, or a percentage like 2%")]
    [TestCase("hardware: { sensors: [ { thing: a, property: b, source: w1, every: 1ms } ] }", "hardware.sensors[0].every: is 1ms; use 100ms to 1d")]
    [TestCase("hardware: { sensors: [ { thing: a, property: b } ] }", "hardware.sensors[0].source: is missing; write hwmon, iio, w1, thermal, throttling or card")]
    [TestCase("hardware: { gpio: [ { thing: a, property: b, line: 1, pul: up } ] }", "hardware.gpio[0].pul: is not a known key; did you mean pull?")]
    [TestCase("hardware: { gpio: [ { thing: a, property: b, line: 1 }, { thing: a, property: b, line: 2 } ] }", "hardware.gpio[1].property: is taken: a.b is another line or sensor (hardware.gpio[0], ")]
    [TestCase("hardware: { gpio: [ { thing: '(Hardware:Gpio:7)', property: b, line: 1 } ] }", "hardware.gpio[0].thing: is no thing's name ((Hardware:Gpio:7)); use 1 to 128")]
    public void Faults_name_the_key_and_the_value(string yaml, string? expected)
    {
        var faults = string.Join('\n', FaultsOf(yaml));

        Assert.That(faults, expected is null ? Is.Empty : Does.Contain(expected));
    }

    [TestCaseSource(nameof(Examples))]
    public void The_examples_of_the_user_guide_are_refused_for_nothing_but_files_that_are_not_here(string example) =>
        Assert.That(FaultsOf(example).Where(fault => !fault.Contains("is not there or cannot be read", StringComparison.Ordinal) && !fault.Contains("set cloud.mqtt.host", StringComparison.Ordinal)), Is.Empty, example);

    private static IEnumerable<TestCaseData> Examples() =>
        from page in new[] { "streams.md", "exports.md", "bridge.md", "shadow-sync.md", "hardware.md" }
        let text = System.IO.File.ReadAllText(Path.Combine(SourceTree.Root, "docs", page))
        from block in text.Split("```yaml\n").Skip(1).Select((rest, index) => (Yaml: rest.Split("```")[0], Index: index))
        where !block.Yaml.StartsWith(' ')
        select new TestCaseData(block.Yaml).SetArgDisplayNames($"{page} {block.Index + 1}");

    [TestCase("[", "]")]
    [TestCase("{a: ", "}")]
    [TestCase("? [", "]")]
    public void Deep_nesting_is_a_fault_and_not_the_end_of_the_process(string open, string close)
    {
        const int Levels = 5000;
        var faults = FaultsOf("log: " + string.Concat(Enumerable.Repeat(open, Levels)) + string.Concat(Enumerable.Repeat(close, Levels)));

        Assert.That(faults, Has.Exactly(1).Contains(open == "? [" ? "is not valid YAML" : "nests deeper than 32 levels"));
    }

    [Test]
    public void A_file_that_never_ends_is_refused()
    {
        RoostConfiguration.Load(new CommandLine { ConfigurationFile = "/dev/zero", DataFolder = _folder["data"] }, _environment, out var faults);

        Assert.That(faults.Select(fault => fault.ToString()), Is.EqualTo(new[] { "/dev/zero: is larger than 1MiB, the most that is read; split it over conf.d, or name the right file with --config" }));
    }

    [Test]
    public void A_duplicate_key_names_both_lines() =>
        Assert.That(FaultsOf("log:\n  level: debug\nlog:\n  level: error\n"), Is.EqualTo(new[] { $"{File}:3: log: is given twice (first in line 1); keep one of them" }));

    [Test]
    public void A_syntax_error_names_its_line() => Assert.That(FaultsOf("log:\n  level: debug\n wrong: 1\n"), Has.Exactly(1).StartsWith($"{File}:3: is not valid YAML"));

    [Test]
    public void Later_files_of_conf_d_win_and_replace_lists()
    {
        Directory.CreateDirectory(_folder["conf.d"]);
        System.IO.File.WriteAllText(Path.Combine(_folder["conf.d"], "20-b.yaml"), "http: { hosts: [b] }\nlog: { level: error }");
        System.IO.File.WriteAllText(Path.Combine(_folder["conf.d"], "10-a.yaml"), "http: { hosts: [a, aa], max-connections: 50 }");
        System.IO.File.WriteAllText(Path.Combine(_folder["conf.d"], "30-c.yml"), "not: read");

        var configuration = Load("http: { hosts: [main], max-body: 1MiB }");

        Assert.That(configuration.Get<HttpOptions>().Hosts, Is.EqualTo(new[] { "b" }));
        Assert.That(configuration.Get<HttpOptions>().MaxConnections, Is.EqualTo(50));
        Assert.That(configuration.Get<HttpOptions>().MaxBodyBytes, Is.EqualTo(1024 * 1024));
        Assert.That(configuration.Get<LogOptions>().Level, Is.EqualTo(LogLevel.Error));
    }

    [Test]
    public void A_fault_in_conf_d_names_that_file()
    {
        Directory.CreateDirectory(_folder["conf.d"]);
        var extra = Path.Combine(_folder["conf.d"], "10.yaml");
        System.IO.File.WriteAllText(extra, "\nlog: { keep-files: -1 }");

        Assert.That(FaultsOf("log: { keep-files: 3 }"), Is.EqualTo(new[] { $"{extra}:2: log.keep-files: is out of range (-1); use 0 to 100" }));
    }

    [Test]
    public void The_environment_wins_over_files_down_to_items_of_lists()
    {
        _environment["ROOST__HTTP__MAX_BODY"] = "2MiB";
        _environment["ROOST__HTTP__LISTENERS__0__PORT"] = "1234";
        _environment["ROOST__HTTP__LISTENERS__1"] = "{ address: ::1, port: 5 }";
        _environment["ROOST__HTTP__HOSTS"] = "[roost.local]";
        _environment["ROOST_DEMO"] = "not ours";

        var http = Load("http:\n  max-body: 1MiB\n  listeners: [ { address: 127.0.0.2 } ]").Get<HttpOptions>();

        Assert.That(http.MaxBodyBytes, Is.EqualTo(2 * 1024 * 1024));
        Assert.That(http.Listeners.Select(listener => $"{listener.Address} {listener.Port}"), Is.EqualTo(new[] { "127.0.0.2 1234", "::1 5" }));
        Assert.That(http.Hosts, Is.EqualTo(new[] { "roost.local" }));
    }

    [TestCase("ROOST__HTTP__MAX_BODY", "x", "ROOST__HTTP__MAX_BODY: http.max-body: is not a size (x)")]
    [TestCase("ROOST__HTP__X", "x", "ROOST__HTP__X: htp: is not a known key; did you mean http?")]
    [TestCase("ROOST__HTTP__LISTENERS__5__PORT", "1", "names item 5 of a list of 1")]
    [TestCase("ROOST__HTTP__", "1", "names no key")]
    [TestCase("ROOST__HTTP__HOSTS", "[a", "ROOST__HTTP__HOSTS: is not valid YAML")]
    [TestCase("ROOST__MQTT__LISTENERS", "[{ anonymous-publish: [ 'a/b+' ] }]", "ROOST__MQTT__LISTENERS: mqtt.listeners[0].anonymous-publish[0]: is no topic filter")]
    public void Faults_of_the_environment_name_the_variable(string variable, string value, string expected)
    {
        _environment[variable] = value;

        Assert.That(string.Join('\n', FaultsOf("http: { listeners: [ { port: 1 } ] }")), Does.Contain(expected));
    }

    [Test]
    public void A_file_that_is_not_there_is_a_fault()
    {
        RoostConfiguration.Load(new CommandLine { ConfigurationFile = _folder["missing.yaml"] }, _environment, out var faults);

        Assert.That(faults.Select(fault => fault.ToString()), Is.EqualTo(new[] { $"{_folder["missing.yaml"]}: cannot be read: it is not there; name an existing, readable file with --config" }));
    }

    [Test]
    public void Of_a_value_that_cannot_be_read_there_is_one_fault()
    {
        var faults = FaultsOf("mqtt: { listeners: [ { anonymous: yess, proxy-protocol: on } ] }");

        Assert.That(faults, Is.EqualTo(new[] { $"{File}:1: mqtt.listeners[0].anonymous: is neither true nor false (yess); write true or false" }));
    }

    [TestCase("mqtt: { limits: { max-qos: 3 } }")]
    [TestCase("log: { keep-files: 1000 }")]
    [TestCase("log: { keep-files: x }")]
    public void No_fault_ends_with_a_full_stop(string yaml) => Assert.That(FaultsOf(yaml), Has.Count.EqualTo(1).And.None.EndsWith("."));

    [Test]
    public void The_data_folder_is_relative_to_the_file_that_names_it() => Assert.That(Load("data: here").DataFolder, Is.EqualTo(_folder["here"]));

    [Test]
    public void The_data_folder_of_the_command_line_wins()
    {
        System.IO.File.WriteAllText(File, "data: here");

        var configuration = RoostConfiguration.Load(new CommandLine { ConfigurationFile = File, DataFolder = "/there" }, _environment, out _);

        Assert.That(configuration.DataFolder, Is.EqualTo("/there"));
    }

    [TestCase("http: { password: hunter2 }")]
    [TestCase("log: { levle: hunter2 }")]
    public void Values_of_unknown_keys_are_not_shown(string yaml) => Assert.That(string.Join('\n', FaultsOf(yaml)), Does.Not.Contain("hunter2"));

    private string File => _folder["roost.yaml"];

    private RoostConfiguration Load(string yaml)
    {
        System.IO.File.WriteAllText(File, yaml);
        var configuration = RoostConfiguration.Load(new CommandLine { ConfigurationFile = File }, _environment, out var faults);
        Assert.That(faults, Is.Empty);
        return configuration;
    }

    private List<string> FaultsOf(string yaml)
    {
        System.IO.File.WriteAllText(File, yaml);
        RoostConfiguration.Load(new CommandLine { ConfigurationFile = File }, _environment, out var faults);
        return [.. faults.Select(fault => fault.ToString())];
    }
}
