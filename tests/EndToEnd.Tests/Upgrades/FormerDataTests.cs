using System.Net;
using Roost.Tests.Support;

namespace Roost.EndToEnd.Tests.Upgrades;

/// <summary>Data folders that released versions left when they were killed (make-data.sh), under the present daemon.</summary>
public sealed class FormerDataTests
{
    private const string Configuration = """
        routes: [ { from: "robots/+/telemetry", to: { stream: telemetry } } ]
        streams: { telemetry: { retention: { bytes: 64MiB } } }
        """;

    private TemporaryFolder _folder = null!;

    private static IEnumerable<string> Former => Directory.EnumerateFiles(Path.Combine(Programs.Root, "tests/EndToEnd.Tests/Upgrades"), "data-*.tar.xz").Select(file => Path.GetFileName(file));

    [SetUp]
    public void SetUp() => _folder = new TemporaryFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [TestCaseSource(nameof(Former))]
    public async Task Everything_that_a_former_version_kept_is_there(string archive)
    {
        await UnpackAsync(archive);
        await using var roost = new RoostDaemon(_folder.Path, Configuration);
        await roost.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(roost.Url) };

        Assert.That(await http.GetStringAsync("/things/vac-01/shadow"), Does.Contain("\"battery\":81").And.Contain("\"version\":2"));
        Assert.That(await http.GetStringAsync("/things/vac-01/shadow?name=map"), Does.Contain("hall"));
        Assert.That((await http.GetAsync(new Uri("/things/vac-02/shadow", UriKind.Relative))).StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(await roost.RoostAsync("shadow", "history", "vac-01"), Does.Contain("90"), "the past of a shadow");
        Assert.That(await http.GetStringAsync("/retainedMessage/site%2Fplan"), Does.Contain("cGxhbiBi"), "plan b, in base64");
        Assert.That(await roost.RoostAsync("stream", "read", "telemetry", "--json"), Does.Contain("0").And.Contain("4"));
        Assert.That((await roost.RoostAsync("stream", "read", "telemetry", "--json")).Split('\n', StringSplitOptions.RemoveEmptyEntries), Has.Length.EqualTo(5));
        Assert.That(await roost.RoostAsync("thing", "show", "box-1"), Does.Contain("box-1"));
        Assert.That(await roost.RoostAsync("user", "list"), Does.Contain("operator"));
        Assert.That(await roost.RoostAsync("secret", "list"), Does.Contain("cloud"));
        Assert.That(await roost.RoostAsync("audit", "verify"), Does.StartWith("whole: "));
        Assert.That(await roost.RoostAsync("fn", "invoke", "hello", """{"name":"again"}"""), Does.Contain("again"));
        await using var session = RunningProcess.Start(
            "mosquitto_sub", "-h", "127.0.0.1", "-p", $"{roost.MqttPort}", "-q", "1", "-c", "-i", "robot-7", "-t", "commands/#", "-C", "3", "-W", "60");
        Assert.That(await session.WaitForExitAsync(TimeSpan.FromSeconds(90)), Is.Zero, () => session.Errors);
        Assert.That(session.Output, Is.EqualTo(new[] { "start", "turn", "stop" }), "the messages of a session that was away");
        await roost.StopAsync();
    }

    [Test]
    public async Task A_database_of_a_newer_version_ends_the_start_with_the_remedy_and_a_code_that_is_not_tried_again()
    {
        await UnpackAsync("data-0.1.0.tar.xz");
        await RunningProcess.RunAsync("sqlite3", _folder["data/identity/identity.db"], "PRAGMA user_version = 99");

        await using var roostd = RunningProcess.Start(Programs.Roostd, "--data", _folder["data"], "--config", await ConfigurationAsync());

        Assert.That(await roostd.WaitForExitAsync(TimeSpan.FromSeconds(60)), Is.EqualTo(3));
        Assert.That(roostd.Errors, Does.Contain($"roostd: {_folder["data/identity/identity.db"]} has version 99 of its format").And.Contain("Install the newer version again"));
    }

    [Test]
    public async Task A_session_journal_of_a_newer_version_ends_the_start_likewise()
    {
        await UnpackAsync("data-0.1.0.tar.xz");
        var segment = Directory.GetFiles(_folder["data/mqtt"], "*.log").Single();
        var bytes = await File.ReadAllBytesAsync(segment);
        bytes[8] = 3; // the version, in a header whose checksum is made anew
        BitConverter.TryWriteBytes(bytes.AsSpan(28), Crc32C(bytes.AsSpan(0, 28)));
        await File.WriteAllBytesAsync(segment, bytes);

        await using var roostd = RunningProcess.Start(Programs.Roostd, "--data", _folder["data"], "--config", await ConfigurationAsync());

        Assert.That(await roostd.WaitForExitAsync(TimeSpan.FromSeconds(60)), Is.EqualTo(3));
        Assert.That(roostd.Errors, Does.Contain($"{segment} has version 3 of its format"));
        Assert.That(await File.ReadAllBytesAsync(segment), Is.EqualTo(bytes));
    }

    [Test]
    public async Task A_database_of_an_older_form_is_copied_and_brought_forward_and_the_copies_can_be_gone_back_to()
    {
        await UnpackAsync("data-0.1.0.tar.xz");
        // The shadows' database as it was before it knew how much of the journal is in it.
        await RunningProcess.RunAsync("sqlite3", _folder["data/shadows/shadows.db"], "DROP TABLE journal; PRAGMA user_version = 1");
        await using var roost = new RoostDaemon(_folder.Path, Configuration);
        await roost.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(roost.Url) };

        Assert.That(roost.Process.Errors, Does.Contain("copies of all databases as they are now are made in").And.Contain("shadows.db goes from version 1 of its form to 2"));
        Assert.That(await http.GetStringAsync("/things/vac-01/shadow"), Does.Contain("\"battery\":81"));
        var copies = Directory.GetDirectories(_folder["data/backups"]).Single();
        Assert.That(await RunningProcess.RunAsync("sqlite3", Path.Combine(copies, "shadows/shadows.db"), "PRAGMA user_version; SELECT count(*) FROM shadows WHERE thing = 'vac-01'"), Is.EqualTo("1\n2\n").Or.EqualTo("1\n2"));
        Assert.That(File.Exists(Path.Combine(copies, "identity/identity.db")) && File.Exists(Path.Combine(copies, "functions-data/functions.db")), Is.True);
        await roost.StopAsync();

        await roost.StartAsync();
        Assert.That(roost.Process.Errors, Does.Not.Contain("goes from version"), "once is enough");
        await roost.StopAsync();
    }

    private async Task UnpackAsync(string archive) =>
        await RunningProcess.RunAsync("tar", "-xJf", Path.Combine(Programs.Root, "tests/EndToEnd.Tests/Upgrades", archive), "-C", _folder.Path, "--no-same-owner");

    private async Task<string> ConfigurationAsync()
    {
        await File.WriteAllTextAsync(_folder["roost.yaml"], "mqtt: { listeners: [ { address: 127.0.0.1, port: 0 } ] }\nhttp: { listeners: [ { address: 127.0.0.1, port: 0 } ] }\n");
        return _folder["roost.yaml"];
    }

    private static uint Crc32C(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var one in bytes)
        {
            crc = System.Numerics.BitOperations.Crc32C(crc, one);
        }

        return ~crc;
    }
}
