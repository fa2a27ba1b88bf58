using Roost.Storage.Logs;
using Roost.Tests.Support;

namespace Roost.Streams.Tests.BadNetwork;

/// <summary>Somebody removes the folder of a stream while it is appended to and exported.</summary>
public sealed class DeletedFolderTests
{
    [Test]
    public async Task It_refuses_records_with_the_reason_and_the_other_streams_do_not_notice()
    {
        using var folder = new TemporaryFolder();
        await using var cloud = new ContraryCloud();
        await using var host = await StreamsHost.StartAsync(
            folder["data"],
            options =>
            {
                options["doomed"] = new StreamOptions { Retention = new StreamRetentionOptions { Bytes = 512 * 1024 } };
                options["telemetry"] = new StreamOptions();
            },
            mqtt => (mqtt.Host, mqtt.Port, mqtt.ClientId) = ("127.0.0.1", cloud.Port, "site-17"),
            new ExportOptions { Stream = "doomed", Topic = "cloud/doomed" },
            new ExportOptions { Stream = "telemetry", Topic = "cloud/telemetry" });
        await host.AppendNumberedAsync("doomed", 0, 5000);

        Directory.Delete(Directory.EnumerateDirectories(folder["data"], "doomed", SearchOption.AllDirectories).Single(), recursive: true);
        Assert.That(() => AppendOnAsync(host), Throws.TypeOf<LogFailedException>().With.Message.Contains("doomed takes no more records"), "nothing is acknowledged that would not be kept");

        await host.AppendNumberedAsync("telemetry", 1_000_000, 100);
        await Eventually.IsTrueAsync(() => host.Export("telemetry").LagRecords == 0, "the other stream to be exported");
        Assert.That(cloud.Numbers.Where(number => number >= 1_000_000), Is.EqualTo(Enumerable.Range(1_000_000, 100)));
    }

    /// <summary>Past the segments that are open.</summary>
    private static async Task AppendOnAsync(StreamsHost host)
    {
        for (var first = 5000; first < 50_000; first += 5000)
        {
            await host.AppendNumberedAsync("doomed", first, 5000);
        }
    }
}
