// The process that the crash test kills: appends records whose payload is their offset, up to a number, and exports them all the while.
// Says on stdout, a line each, how many records are acknowledged.
using System.Globalization;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Roost.Streams;

var (folder, port, count) = (args[0], int.Parse(args[1], CultureInfo.InvariantCulture), int.Parse(args[2], CultureInfo.InvariantCulture));
var services = new ServiceCollection();
services.AddLogging();
services.Configure<StreamsOptions>(options => options["telemetry"] = new StreamOptions());
services.Configure<CloudMqttOptions>(options => (options.Host, options.Port, options.ClientId) = ("127.0.0.1", port, "site-17"));
services.Configure<CloudOptions>(options => options.Exports.Add(new ExportOptions { Stream = "telemetry", Topic = "cloud/telemetry", MaxInflight = 100 }));
services.AddStreams(folder);
await using var provider = services.BuildServiceProvider();
foreach (var service in provider.GetServices<IHostedService>())
{
    await service.StartAsync(CancellationToken.None);
}

var stream = provider.GetRequiredService<IStreamCatalog>().Get(StreamName.Parse("telemetry"));
while (stream.NextOffset < count)
{
    var batch = Enumerable.Range((int)stream.NextOffset, 20).Select(number => new NewRecord { Payload = Encoding.ASCII.GetBytes($"{number}") });
    var appended = await stream.AppendAsync(batch.ToList());
    Console.Out.WriteLine(appended.LastOffset + 1);
    Console.Out.Flush();
}

await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System);
