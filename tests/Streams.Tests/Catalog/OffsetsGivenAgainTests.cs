using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Roost.Storage;
using Roost.Storage.Logs;
using Roost.Tests.Support;

namespace Roost.Streams.Tests.Catalog;

/// <summary>A stream that has lost its last records gives their offsets to others: receivers that go by offsets must not take one for the other.</summary>
public sealed class OffsetsGivenAgainTests
{
    private TemporaryFolder _folder = null!;
    private TemporaryFolder _stick = null!;

    private string Document => _folder["telemetry/stream.json"];

    [SetUp]
    public void SetUp() => (_folder, _stick) = (new TemporaryFolder(), new TemporaryFolder());

    [TearDown]
    public void TearDown()
    {
        _folder.Dispose();
        _stick.Dispose();
    }

    [TestCase(Durability.PowerLoss)]
    [TestCase(Durability.Crash)]
    public async Task What_is_appended_after_a_restore_is_exported_to_the_folder_that_has_later_records(Durability durability)
    {
        using var backup = new TemporaryFolder();
        await using (var host = await StartAsync(durability, "file"))
        {
            await AppendAsync(host, "a", 5);
            await CopyAsync(_folder.Path, backup.Path);
            await AppendAsync(host, "b", 5);
        }

        Directory.Delete(_folder.Path, recursive: true);
        Directory.CreateDirectory(_folder.Path);
        await CopyAsync(backup.Path, _folder.Path);
        await using (var host = await StartAsync(durability, "file"))
        {
            await AppendAsync(host, "c", 7);
        }

        var written = string.Join('\n', Directory.EnumerateFiles(_stick.Path).Order(StringComparer.Ordinal).Select(File.ReadAllText));
        foreach (var record in new[] { "a0", "a4", "b0", "b4", "c0", "c1", "c2", "c3", "c4", "c5", "c6" })
        {
            Assert.That(written, Does.Contain($"\"{record}\"").Or.Contain(Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(record))), record);
        }
    }

    [TestCase(Durability.Crash, true, false, Description = "kill -9: the kernel has everything")]
    [TestCase(Durability.Crash, false, true, Description = "the machine was started anew")]
    [TestCase(Durability.Memory, true, true, Description = "kill -9 costs what was not written")]
    public async Task A_stream_that_was_not_closed_has_another_incarnation_where_that_may_have_cost_records(Durability durability, bool sameBoot, bool another)
    {
        string before, boot;
        await using (var host = await StartAsync(durability))
        {
            await AppendAsync(host, "a", 3);
            before = Incarnation(host);
            boot = Opening()!["boot"]!.GetValue<string>();
        }

        Assert.That(Opening(), Is.Null, "it was closed");
        Change(document => document["opening"] = new JsonObject { ["durability"] = durability.ToString(), ["boot"] = sameBoot ? boot : Guid.NewGuid().ToString() });
        await using var again = await StartAsync(durability);

        Assert.That(Incarnation(again) != before, Is.EqualTo(another));
        Assert.That(again.Catalog.Get(Some.Telemetry).Id, Is.EqualTo(JsonNode.Parse(File.ReadAllText(Document))!["id"]!.GetValue<string>()), "cursors and functions go on in the same stream");
    }

    [TestCase(Durability.PowerLoss)]
    [TestCase(Durability.Crash)]
    [TestCase(Durability.Memory)]
    public async Task A_stream_that_was_closed_goes_on_in_the_same_incarnation(Durability durability)
    {
        var seen = new HashSet<string>();
        for (var start = 0; start < 3; start++)
        {
            await using var host = await StartAsync(durability);
            await AppendAsync(host, "a", 3);
            seen.Add(Incarnation(host));
        }

        Assert.That(seen, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_cursor_beyond_the_last_record_shows_that_offsets_are_given_again_and_the_new_incarnation_stays()
    {
        string before;
        await using (var host = await StartAsync(Durability.PowerLoss))
        {
            await AppendAsync(host, "a", 3);
            before = Incarnation(host);
        }

        await using (var log = AppendLog.Open(_folder["telemetry"], new AppendLogOptions(), TimeProvider.System, NullLogger.Instance))
        {
            await log.OpenCursor("consumer-x", 0).CommitAsync(3);
        }

        foreach (var segment in Directory.EnumerateFiles(_folder["telemetry"], "*.log"))
        {
            File.Delete(segment);
        }

        string after;
        await using (var host = await StartAsync(Durability.PowerLoss))
        {
            Assert.That(host.Catalog.Get(Some.Telemetry).NextOffset, Is.Zero);
            after = Incarnation(host);
        }

        await using var again = await StartAsync(Durability.PowerLoss);
        Assert.That(after, Is.Not.EqualTo(before));
        Assert.That(Incarnation(again), Is.EqualTo(after));
    }

    private static string Incarnation(StreamsHost host) => host.Catalog.Get(Some.Telemetry).Incarnation!;

    /// <summary>With all times, as a careful backup is.</summary>
    private static async Task CopyAsync(string from, string to)
    {
        using var copy = System.Diagnostics.Process.Start("cp", ["-a", from + "/.", to]);
        await copy.WaitForExitAsync();
        Assert.That(copy.ExitCode, Is.Zero);
    }

    private Task<StreamsHost> StartAsync(Durability durability, params string[] exports) => StreamsHost.StartAsync(
        _folder.Path,
        streams => streams["telemetry"] = new StreamOptions { Durability = durability },
        null,
        [.. exports.Select(_ => new ExportOptions
        {
            Stream = "telemetry",
            To = ExportTarget.File,
            Compress = BatchCompression.None,
            Batch = new ExportBatchOptions { Linger = TimeSpan.FromMilliseconds(10) },
            File = new ExportFileOptions { Folder = _stick.Path, Mount = "none" },
        })]);

    private static async Task AppendAsync(StreamsHost host, string prefix, int count)
    {
        await host.Catalog.Get(Some.Telemetry).AppendAsync([.. Enumerable.Range(0, count).Select(number => Some.Record($"{prefix}{number}"))]);
        if (host.Exports.List().Count > 0)
        {
            await Eventually.IsTrueAsync(() => host.Export("telemetry") is { LagRecords: 0 }, "all of it to be exported");
        }
    }

    private JsonNode? Opening() => JsonNode.Parse(File.ReadAllText(Document))!["opening"];

    /// <summary>In place: a file that is written anew is a copy.</summary>
    private void Change(Action<JsonObject> change)
    {
        var document = JsonNode.Parse(File.ReadAllText(Document))!.AsObject();
        change(document);
        File.WriteAllText(Document, document.ToJsonString());
    }
}
