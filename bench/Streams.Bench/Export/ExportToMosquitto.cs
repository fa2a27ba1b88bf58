namespace Roost.Streams.Bench.Export;

/// <summary>A backlog of records of 200 bytes on its way to a mosquitto on loopback that has no subscriber.</summary>
internal static class ExportToMosquitto
{
    private const int Records = 50_000;

    public static async Task<(long, TimeSpan)> RunAsync(string folder, string version, int maxInflight)
    {
        await Backlog.FillAsync(Path.Combine(folder, "streams"), Records, recordBytes: 200);
        await using var mosquitto = await BenchMosquitto.StartAsync(Path.Combine(folder, "cloud"));
        var export = new ExportOptions { Stream = "bench", Topic = "cloud/bench", MaxInflight = maxInflight };
        await using var room = await StreamsRoom.StartAsync(Path.Combine(folder, "streams"), mqtt => (mqtt.Host, mqtt.Port, mqtt.Version) = ("127.0.0.1", mosquitto.Port, version), export);
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        while (room.Exports.List()[0].AcknowledgedRecords == 0)
        {
            await poll.WaitForNextTickAsync(); // connecting is not measured
        }

        var (began, first) = (TimeProvider.System.GetTimestamp(), room.Exports.List()[0].AcknowledgedRecords);
        poll.Period = TimeSpan.FromMilliseconds(10);
        while (room.Exports.List()[0].AcknowledgedRecords < Records)
        {
            await poll.WaitForNextTickAsync();
        }

        return (Records - first, TimeProvider.System.GetElapsedTime(began));
    }
}
