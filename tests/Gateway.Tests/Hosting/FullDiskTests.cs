using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;
using Roost.Gateway.Tests.Support;
using Roost.Tests.Support;

namespace Roost.Gateway.Tests.Hosting;

public sealed class FullDiskTests
{
    [Test]
    public async Task A_full_disk_is_refused_clearly_and_survived()
    {
        await using var disk = await SmallDisk.MountAsync(4);
        await using var daemon = await StartAsync(disk);
        await Mosquitto.PublishAsync(daemon.MqttPort, "t", "before");
        await disk.FillAsync();

        using var refused = await PublishUntilRefusedAsync(daemon);
        Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        Assert.That(await refused.Content.ReadAsStringAsync(), Does.Contain("no space"));
        Assert.That(await daemon.Http.GetStringAsync("/healthz"), Does.StartWith("""{"status":"degraded",""").And.Contain("""disk":{"state":"degraded"""));

        Assert.That(await daemon.Http.GetStringAsync("/api/v1/doctor"), Does.Match("stream space[^}]*0 MiB of the disk are free, of which streams leave 0 MiB").And.Contain("make room on the disk"), "no word of a limit that is not short");

        disk.Free();
        await Eventually.IsTrueAsync(async () => (await daemon.Http.PostAsync("/topics/t?qos=1", new StringContent("after"))).IsSuccessStatusCode, "an acknowledged message after space came back");
        daemon.Signal(DaemonProcess.SigTerm);
        Assert.That(await daemon.ExitAsync(), Is.Zero);
    }

    /// <summary>Clients take a 500 for a fault of the daemon; a full disk is none, and they are to know what they may send again.</summary>
    [Test]
    public async Task No_request_is_answered_500_for_a_full_disk_and_each_is_told_why()
    {
        await using var disk = await SmallDisk.MountAsync(8);
        var function = Directory.CreateDirectory(Path.Combine(disk.Data, "functions", "f")).FullName;
        await File.WriteAllTextAsync(Path.Combine(function, "function.yaml"), "runtime: python3.x\nhandler: f.handler\n");
        await File.WriteAllTextAsync(Path.Combine(function, "f.py"), "def handler(event, context):\n    return 1\n");
        await using var daemon = await StartAsync(disk);
        await using var rejected = await Mosquitto.SubscribeAsync(daemon.MqttPort, "$aws/things/m/shadow/update/rejected");
        await disk.FillAsync();

        (string Path, int Bytes, int Status, string? Error, string Named)[] requests =
        [
            ("POST /things/vac-1/shadow", -6000, 503, "ServiceUnavailableException", disk.Data),
            ("POST /topics/kept?qos=1&retain=true", 60_000, 503, "ServiceUnavailableException", disk.Data),
            ("POST /topics/t?qos=1", 60_000, 503, "ServiceUnavailableException", "Log t"),
            ("POST /api/v1/streams/t/records", 60_000, 507, null, "Log t"),
            ("POST /2015-03-31/functions/f/invocations", -60_000, 429, "TooManyRequestsException", disk.Data),
        ];
        foreach (var (path, bytes, status, error, named) in requests)
        {
            using var refused = await UntilRefusedAsync(daemon, path, bytes);
            Assert.That(((int)refused.StatusCode, Header(refused)), Is.EqualTo((status, error)), path);
            Assert.That(await refused.Content.ReadAsStringAsync(), Does.Contain(named).And.Contain("no space").And.Contain("Free space there"), path);
        }

        using var made = await SendAsync(daemon, "POST /2015-03-31/functions", JsonSerializer.Serialize(new
        {
            FunctionName = "g", Role = "arn:aws:iam::000000000000:role/r", Runtime = "python3.x", Handler = "g.handler", Code = new { ZipFile = Zip(new string('#', 100_000)) },
        }));
        Assert.That(((int)made.StatusCode, Header(made)), Is.EqualTo((400, "CodeStorageExceededException")), await made.Content.ReadAsStringAsync());
        foreach (var (path, body) in ((string, string)[])[("POST /api/v1/registry/things", """{"name":"another"}"""), ("PUT /api/v1/streams/another", "{}"), ("GET /api/v1/backup", "")])
        {
            using var other = await SendAsync(daemon, path, body);
            Assert.That((int)other.StatusCode, Is.EqualTo(503).Or.EqualTo(507), $"{path}: {await other.Content.ReadAsStringAsync()}");
        }

        await Mosquitto.PublishAsync(daemon.MqttPort, "$aws/things/m/shadow/update", $$$"""{"state":{"reported":{"text":"{{{new string('x', 6000)}}}"} },"clientToken":"mine"}""", "-q", "0");
        Assert.That(daemon.Output + daemon.Errors, Does.Not.Contain("invalid state"), "a request that was given up has been read to its end");
        await Eventually.IsTrueAsync(() => rejected.Received.Contains("rejected {", StringComparison.Ordinal), "the answer over MQTT");
        Assert.That(rejected.Received, Does.Contain("\"code\":503").And.Contain("\"clientToken\":\"mine\"").And.Contain(disk.Data));
    }

    private static Task<DaemonProcess> StartAsync(SmallDisk disk) => disk.StartAsync("""
        log: { keep-files: 0 }
        streams: { t: }
        routes: [ { from: t, to: { stream: t } } ]
        functions: { isolation: none }
        """);

    private static string? Header(HttpResponseMessage response) => response.Headers.TryGetValues("x-amzn-ErrorType", out var values) ? values.Single() : null;

    private static string Zip(string code)
    {
        using var memory = new MemoryStream();
        using (var zip = new ZipArchive(memory, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = zip.CreateEntry("g.py", CompressionLevel.NoCompression).Open();
            entry.Write(Encoding.UTF8.GetBytes(code));
        }

        return Convert.ToBase64String(memory.ToArray());
    }

    private static Task<HttpResponseMessage> PublishUntilRefusedAsync(DaemonProcess daemon) => UntilRefusedAsync(daemon, "POST /topics/t?qos=1", 60_000);

    /// <summary>A log has some space of its own in advance; what fits into that is rightly acknowledged.</summary>
    /// <param name="bytes">Of each body; below zero: of a JSON document.</param>
    private static async Task<HttpResponseMessage> UntilRefusedAsync(DaemonProcess daemon, string path, int bytes)
    {
        const int More = 2000; // more than the whole disk
        var text = new string('x', Math.Abs(bytes));
        for (var i = 0; ; i++)
        {
            var response = await SendAsync(daemon, path, bytes > 0 ? text : $$$"""{"state":{"reported":{"text":"{{{text}}}"} } }""");
            if (!response.IsSuccessStatusCode || i == More)
            {
                return response;
            }

            response.Dispose();
        }
    }

    private static async Task<HttpResponseMessage> SendAsync(DaemonProcess daemon, string path, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Parse(path.Split(' ')[0]), path.Split(' ')[1]) { Content = new StringContent(body, Encoding.UTF8, body.StartsWith('{') ? "application/json" : "text/plain") };
        if (path.EndsWith("/invocations", StringComparison.Ordinal))
        {
            request.Headers.Add("X-Amz-Invocation-Type", "Event");
        }

        return await daemon.Http.SendAsync(request);
    }
}
