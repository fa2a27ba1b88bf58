// The process that the crash tests kill: appends records whose payload is their offset, up to a number, and exports them all the while.
// Says on stdout, a line each, how many records are acknowledged.
//   FOLDER PORT COUNT [VERSION]   COUNT 0: without end, but never far ahead of the export
using System.Globalization;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Roost.Streams;

const int Lead = 2000;

var (folder, port, count) = (args[0], int.Parse(args[1], CultureInfo.InvariantCulture), int.Parse(args[2], CultureInfo.InvariantCulture));
var services = new ServiceCollection();
services.AddLogging();
services.Configure<StreamsOptions>(options => options["telemetry"] = new StreamOptions());
services.Configure<CloudMqttOptions>(options =>
{
    (options.Host, options.Port, options.ClientId, options.ReconnectMax) = ("127.0.0.1", port, "site-17", TimeSpan.FromSeconds(1));
    options.Version = args.ElementAtOrDefault(3) ?? options.Version;
});
services.Configure<CloudOptions>(options => options.Exports.Add(new ExportOptions { Stream = "telemetry", Topic = "cloud/telemetry", MaxInflight = 100 }));
services.AddStreams(folder);
await using var provider = services.BuildServiceProvider();
foreach (var service in provider.GetServices<IHostedService>())
{
    await service.StartAsync(CancellationToken.None);
}

var stream = provider.GetRequiredService<IStreamCatalog>().Get(StreamName.Parse("telemetry"));
var exports = provider.GetRequiredService<IStreamExports>();
while (count == 0 || stream.NextOffset < count)
{
    var batch = Enumerable.Range((int)stream.NextOffset, 20).Select(number => new NewRecord { Payload = Encoding.ASCII.GetBytes($"{number}") });
    var appended = await stream.AppendAsync(batch.ToList());
    Console.Out.WriteLine(appended.LastOffset + 1);
    Console.Out.Flush();
    while (count == 0 && exports.List()[0].LagRecords > Lead)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
    }
}

await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System);
