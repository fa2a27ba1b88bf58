using System.Diagnostics;
using System.Net;
using System.Text;
using Roost.Storage.Logs;
using Roost.Tests.Support;

namespace Roost.Streams.Tests;

/// <summary>A file system of 2 MiB that fills up, half of it by something else. Needs the right to mount; skipped without.</summary>
public sealed class FullDiskTests
{
    private TemporaryFolder _folder = null!;
    private TemporaryFolder _cloudFolder = null!;
    private Cloud _cloud = null!;

    [SetUp]
    public async Task Mount()
    {
        _folder = new TemporaryFolder();
        _cloudFolder = new TemporaryFolder();
        _cloud = new Cloud(_cloudFolder.Path);
        var (exitCode, said) = await RunAsync("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", _folder.Path);
        if (exitCode != 0)
        {
            Assert.Ignore($"No disk can be filled here, as mount says: {said}");
        }
    }

    [TearDown]
    public async Task Unmount()
    {
        await _cloud.DisposeAsync();
        await RunAsync("umount", _folder.Path);
        _folder.Dispose();
        _cloudFolder.Dispose();
    }

    [Test]
    public async Task A_full_disk_refuses_records_loses_none_and_takes_and_exports_them_again_once_there_is_space()
    {
        await File.WriteAllBytesAsync(_folder["ballast"], new byte[1024 * 1024]);
        var acknowledged = new List<int>();
        await using var host = await StreamsHost.StartAsync(
            _folder["data"],
            options => options["telemetry"] = new StreamOptions(),
            _cloud.Configure,
            new ExportOptions { Stream = "telemetry", Topic = "cloud/telemetry" });
        var stream = host.Catalog.Get(Some.Telemetry);

        var refusal = await FillAsync(stream, acknowledged);
        Assert.That(refusal.Message, Does.Contain("no space").And.Contain("Free space"));
        using (var answer = await PostAsync(host, 0))
        {
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.InsufficientStorage));
            Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain("Free space"));
        }

        Assert.That(stream.ReadAll().Select(int.Parse), Is.EqualTo(acknowledged));

        // The export goes on while the disk is full.
        await _cloud.StartAsync();
        await _cloud.CollectAsync();
        await Eventually.IsTrueAsync(() => _cloud.Numbers.Distinct().Count() == acknowledged.Count, "what is in the stream to arrive");

        File.Delete(_folder["ballast"]);
        for (var number = acknowledged.Count; number < acknowledged.Count + 10; number++)
        {
            using var answer = await PostAsync(host, number);
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        }

        await Eventually.IsTrueAsync(() => host.Export("telemetry").LagRecords == 0, "the export to come to the end");
        await Eventually.IsTrueAsync(() => _cloud.Numbers.SequenceEqual(Enumerable.Range(0, acknowledged.Count + 10)), "the new records to arrive");
        Assert.That(host.Export("telemetry"), Has.Property(nameof(ExportStatus.Fault)).Null.And.Property(nameof(ExportStatus.LostRecords)).Zero);
    }

    private static async Task<LogFullException> FillAsync(RecordStream stream, List<int> acknowledged)
    {
        try
        {
            while (true)
            {
                await stream.AppendAsync(Some.Record(Padded(acknowledged.Count)));
                acknowledged.Add(acknowledged.Count);
            }
        }
        catch (LogFullException exception)
        {
            return exception;
        }
    }

    private static async Task<HttpResponseMessage> PostAsync(StreamsHost host, int number)
    {
        using var body = new StringContent(Padded(number), Encoding.UTF8, "text/plain");
        return await host.Http.PostAsync(new Uri("/api/v1/streams/telemetry/records", UriKind.Relative), body);
    }

    /// <summary>A number of 3,000 digits, most of them zeros.</summary>
    private static string Padded(int number) => $"{number}".PadLeft(3000, '0');

    private static async Task<(int ExitCode, string Said)> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, UseShellExecute = false })!;
        var said = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, said.Trim());
    }
}
