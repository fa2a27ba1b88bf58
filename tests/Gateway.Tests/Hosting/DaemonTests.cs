using System.Collections;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Roost.Gateway.Tests.Support;
using Roost.Tests.Support;

namespace Roost.Gateway.Tests.Hosting;

public sealed class DaemonTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCase(DaemonProcess.SigTerm)]
    [TestCase(DaemonProcess.SigInt)]
    public async Task A_signal_drains_it_and_it_exits_with_0(int signal)
    {
        // A shell starts its background jobs with SIGINT ignored, children inherit that, and .NET keeps to it.
        var ignored = Convert.ToUInt64(File.ReadLines("/proc/self/status").Single(line => line.StartsWith("SigIgn:", StringComparison.Ordinal))[7..].Trim(), 16);
        if ((ignored & (1UL << (signal - 1))) != 0)
        {
            Assert.Ignore($"Signal {signal} is ignored by whoever started these tests, and so by the daemon.");
        }

        await using var daemon = await DaemonProcess.StartAsync(_folder["data"]);

        daemon.Signal(signal);

        Assert.That(await daemon.ExitAsync(), Is.Zero);
        Assert.That(daemon.Output.TrimEnd(), Does.Not.Contain('\n'), "standard output carries the ready line only");
    }

    [TestCase("GET /healthz HTTP/1.1\r\nHost: localhost\r\n", Description = "half a request")]
    [TestCase("POST /topics/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf", Description = "half a body")]
    [TestCase("GET /api/v1/streams/t/records?wait=60 HTTP/1.1\r\nHost: localhost\r\n\r\n", Description = "a reader that waits")]
    public async Task A_request_that_does_not_end_does_not_keep_it_from_stopping(string request)
    {
        await using var daemon = await DaemonProcess.StartAsync(_folder["data"], environment: new Dictionary<string, string> { ["ROOST__STREAMS__T__FULL"] = "reject" });
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, daemon.HttpPort);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request));
        await daemon.Http.GetAsync("/healthz"); // behind it

        daemon.Signal(DaemonProcess.SigTerm);

        Assert.That(await daemon.ExitAsync(TimeSpan.FromSeconds(9)), Is.Zero, daemon.Errors);
    }

    [Test]
    public async Task A_file_in_the_place_of_its_socket_is_left_alone()
    {
        await File.WriteAllTextAsync(_folder["precious"], "kept");
        await using var daemon = DaemonProcess.Launch(["--data", _folder["data"]], new Dictionary<string, string>
        {
            ["ROOST__HTTP__SOCKET"] = _folder["precious"],
            ["ROOST__MQTT__LISTENERS"] = "[]",
            ["ROOST__HTTP__LISTENERS"] = "[]",
        });

        Assert.That(await daemon.ExitAsync(), Is.EqualTo(1));
        Assert.That(daemon.Errors, Does.Contain("precious is there already, and is no socket; remove it, or set another path with http.socket"));
        Assert.That(await File.ReadAllTextAsync(_folder["precious"]), Is.EqualTo("kept"));
    }

    [Test]
    public async Task A_listener_is_called_by_its_name_wherever_it_is_listed()
    {
        await using var daemon = await DaemonProcess.StartAsync(_folder["data"], environment: new Dictionary<string, string> { ["ROOST__MQTT__LISTENERS"] = "[{ port: 0, name: robots }, { socket: run/m.sock, name: here }]" });

        Assert.That(daemon.Output, Does.Match(@"roost is ready: mqtt 127\.0\.0\.1:[0-9]+ \(robots\), mqtt unix:.*/run/m\.sock \(here\), http 127\.0\.0\.1:[0-9]+ ?"));
        await Eventually.IsTrueAsync(() => daemon.Errors.Contains(" (robots).", StringComparison.Ordinal), "the listener's name in the log");
        var status = await daemon.Http.GetStringAsync("/api/v1/status");
        Assert.That(status, Does.Contain("\"name\":\"robots\"").And.Contain("\"name\":null"));
        Assert.That(status, Does.Match("\"startedAt\":\"....-..-..T..:..:..[.]...Z\""));
    }

    [Test]
    public async Task A_socket_in_a_folder_that_is_not_there_is_refused_with_its_key()
    {
        var missing = _folder["slip/mqtt.sock"];
        await using var daemon = DaemonProcess.Launch(["--data", _folder["data"]], new Dictionary<string, string> { ["ROOST__MQTT__LISTENERS"] = $"[{{ socket: {missing} }}]", ["ROOST__HTTP__LISTENERS"] = "[]" });

        Assert.That(await daemon.ExitAsync(), Is.EqualTo(1));
        Assert.That(daemon.Errors, Does.Contain($"mqtt.listeners[0].socket: {missing} is in a folder that is not there; make {_folder["slip"]}, or choose another path"));
        Assert.That(Directory.Exists(_folder["slip"]), Is.False);
    }

    [Test]
    public async Task Its_pid_file_is_a_line()
    {
        await using var daemon = await DaemonProcess.StartAsync(_folder["data"]);

        Assert.That(await File.ReadAllTextAsync(Path.Combine(_folder["data"], "roostd.pid")), Is.EqualTo($"{daemon.Id}\n"));
    }

    [Test]
    public async Task What_it_keeps_is_for_its_own_user()
    {
        await using var daemon = await DaemonProcess.StartAsync(_folder["data"]);
        const UnixFileMode Others = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

        Assert.That(
            Directory.EnumerateFileSystemEntries(_folder["data"], "*", SearchOption.AllDirectories).Where(path => (File.GetUnixFileMode(path) & Others) != UnixFileMode.None),
            Is.Empty);
    }

    [Test]
    public async Task A_port_in_use_is_named_with_its_owner_and_key_before_anything_opens()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        await using var daemon = DaemonProcess.Launch(["--data", _folder["data"]], new Dictionary<string, string>
        {
            ["ROOST__MQTT__LISTENERS"] = "[{ address: 127.0.0.1, port: 0 }]",
            ["ROOST__HTTP__LISTENERS"] = $"[{{ address: 127.0.0.1, port: {port} }}]",
        });

        Assert.That(await daemon.ExitAsync(), Is.EqualTo(1));
        Assert.That(daemon.Output, Is.Empty);
        Assert.That(daemon.Errors, Does.Contain($"http.listeners[0].port: 127.0.0.1:{port} is in use by ").And.Contain($"(pid {Environment.ProcessId})"));
    }

    [Test]
    public async Task An_address_that_MQTT_and_HTTP_are_both_to_open_is_named_with_its_key_before_anything_opens([Values("127.0.0.1", "0.0.0.0")] string address)
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        await using var daemon = DaemonProcess.Launch(["--data", _folder["data"]], new Dictionary<string, string>
        {
            ["ROOST__MQTT__LISTENERS"] = $"[{{ address: {address}, port: {port}, anonymous: true }}, {{ socket: run/roostd.sock }}]",
            ["ROOST__HTTP__LISTENERS"] = $"[{{ address: 127.0.0.1, port: {port} }}]",
        });

        Assert.That(await daemon.ExitAsync(), Is.EqualTo(1));
        Assert.That(daemon.Output, Is.Empty);
        Assert.That(daemon.Errors, Does.Contain($"http.listeners[0].port: is {port}, which an MQTT listener has too; choose another port")
            .And.Contain("http.socket: is ").And.Contain(", which an MQTT listener has too; choose another path"));
    }

    [Test]
    public async Task A_second_daemon_on_the_same_data_is_refused()
    {
        await using var first = await DaemonProcess.StartAsync(_folder["data"]);
        await using var second = DaemonProcess.Launch(["--data", _folder["data"]]);

        Assert.That(await second.ExitAsync(), Is.EqualTo(1));
        Assert.That(second.Errors, Does.Contain($"another roostd (pid {first.Id}) already works on {_folder["data"]}"));
    }

    [Test]
    public async Task After_kill_9_it_starts_again_on_the_same_data()
    {
        await using (var killed = await DaemonProcess.StartAsync(_folder["data"]))
        {
            killed.Signal(DaemonProcess.SigKill);
            await killed.ExitAsync();
        }

        await using var again = await DaemonProcess.StartAsync(_folder["data"]);

        Assert.That(again.Output, Does.StartWith("roost is ready: "));
    }

    [Test]
    public async Task A_folder_that_cannot_be_made_is_named()
    {
        await using var daemon = DaemonProcess.Launch(["--data", "/proc/nowhere"]);

        Assert.That(await daemon.ExitAsync(), Is.EqualTo(1));
        Assert.That(daemon.Errors, Does.StartWith("roostd: the data folder /proc/nowhere cannot be used"));
    }

    [TestCase("--frobnicate", "unknown argument --frobnicate")]
    [TestCase("config.yaml", "unknown argument config.yaml")]
    [TestCase("--config", "--config needs a value")]
    [TestCase("--data=", "--data needs a value")]
    [TestCase("--version=1", "unknown argument --version=1")]
    public async Task Wrong_arguments_are_refused(string argument, string expected)
    {
        await using var daemon = DaemonProcess.Launch([argument]);

        Assert.That(await daemon.ExitAsync(), Is.EqualTo(2));
        Assert.That(daemon.Errors, Does.Contain(expected).And.Contain("Usage: roostd"));
        Assert.That(daemon.Errors.Split('\n').SkipWhile(static line => !line.StartsWith("Usage:", StringComparison.Ordinal)).Max(static line => line.Length), Is.LessThanOrEqualTo(80), "a terminal's width");
    }

    [Test]
    public async Task Checking_a_configuration_reports_its_faults_and_touches_nothing()
    {
        File.WriteAllText(_folder["roost.yaml"], "log: { level: loud }");
        await using var daemon = DaemonProcess.Launch(["--check-config", "--config", _folder["roost.yaml"], "--data", _folder["data"]]);

        Assert.That(await daemon.ExitAsync(), Is.EqualTo(2));
        Assert.That(daemon.Errors, Does.StartWith($"{_folder["roost.yaml"]}:1: log.level: is none of the words known here (loud)"));
        Assert.That(Directory.Exists(_folder["data"]), Is.False);
    }

    [Test]
    public async Task Checking_a_good_configuration_exits_with_0()
    {
        File.WriteAllText(_folder["roost.yaml"], "log: { level: debug }");
        await using var daemon = DaemonProcess.Launch(["--check-config", $"--config={_folder["roost.yaml"]}", "--data", _folder["data"]]);

        Assert.That(await daemon.ExitAsync(), Is.Zero);
        Assert.That(Directory.Exists(_folder["data"]), Is.False);
    }

    [TestCase("hardware: { gpio: [ { thing: lamp, property: on, chip: gpiochip77, line: 3, direction: out } ] }", "roostd: lamp.on could not be set to off: ")]
    [TestCase("hardware: { gpio: [ { thing: door, property: open, chip: gpiochip77, line: 3 } ] }", "")]
    [TestCase("log: { level: loud }", "roostd: outputs are left as they are, as the configuration is wrong: ")]
    public async Task Outputs_of_a_killed_daemon_are_left_with_words_and_always_with_0(string configuration, string output)
    {
        File.WriteAllText(_folder["roost.yaml"], configuration);
        using var words = new StringWriter();
        var code = await Daemon.RunAsync(["--leave-outputs", "--config", _folder["roost.yaml"], "--data", _folder["data"]], new Hashtable(), words, words);

        Assert.That((code, Directory.Exists(_folder["data"])), Is.EqualTo((0, false)));
        Assert.That(words.ToString(), output.Length == 0 ? Is.Empty : Does.StartWith(output));
    }

    [Test]
    public async Task A_data_folder_in_the_configuration_that_the_argument_overrules_is_told_with_its_place()
    {
        Directory.CreateDirectory(_folder["conf.d"]);
        File.WriteAllText(_folder["roost.yaml"], "log: { level: debug }");
        File.WriteAllText(_folder["conf.d/data.yaml"], "\ndata: /mnt/ssd");
        await using var daemon = DaemonProcess.Launch(["--check-config", $"--config={_folder["roost.yaml"]}", "--data", _folder["data"]]);

        Assert.That(await daemon.ExitAsync(), Is.Zero);
        Assert.That(daemon.Errors, Does.StartWith($"warning: {_folder["conf.d/data.yaml"]}:2: data: is without effect (/mnt/ssd), as the argument --data {_folder["data"]} wins;"));
    }

    [Test]
    public async Task The_same_data_folder_in_both_places_is_no_matter()
    {
        File.WriteAllText(_folder["roost.yaml"], "data: ./data/");
        await using var daemon = DaemonProcess.Launch(["--check-config", $"--config={_folder["roost.yaml"]}", "--data", _folder["data"]]);

        Assert.That(await daemon.ExitAsync(), Is.Zero);
        Assert.That(daemon.Errors, Is.Empty);
    }

    [Test]
    public async Task Every_log_file_stays_below_its_bound()
    {
        await using var daemon = await DaemonProcess.StartAsync(_folder["data"]);
        daemon.Signal(DaemonProcess.SigTerm);
        await daemon.ExitAsync();

        Assert.That(File.ReadAllText(Path.Combine(_folder["data"], "log", "roostd.log")), Does.Contain("draining"));
    }

    [Test]
    public async Task Under_systemd_each_line_has_a_priority_and_no_time()
    {
        await using var daemon = await DaemonProcess.StartAsync(_folder["data"], environment: new Dictionary<string, string> { ["INVOCATION_ID"] = "1" });
        daemon.Signal(DaemonProcess.SigTerm);
        await daemon.ExitAsync();

        Assert.That(daemon.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries), Is.Not.Empty.And.All.Match("^<[2-7]>(?![0-9]+:)"));
    }
}
