// The process that tests kill, or run in a network of its own: appends records whose payload is their offset, up to a number, and exports
// them all the while. Says on stdout, a line each, how many records are acknowledged, and at the end that all are exported.
//   --folder FOLDER
//   --count COUNT           0: without end, but never far ahead of the export
//   --bytes BYTES           of each payload, filled up with zeros in front
//   --produce SEQUENCE      nothing is exported: producer p appends the records from that sequence on, and says what is acknowledged
//   --Cloud:KEY VALUE       any option of uplink, object store and exports; without an export one over MQTT, a record a message
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Roost.Streams;

const int BatchRecords = 20;
const int Lead = 2000;

var configuration = new ConfigurationBuilder().AddCommandLine(args).Build();
var (count, bytes) = (configuration.GetValue<int>("count"), configuration.GetValue<int>("bytes"));
var services = new ServiceCollection();
services.AddLogging();
services.Configure<StreamsOptions>(options => options["telemetry"] = new StreamOptions());
services.Configure<CloudMqttOptions>(options => (options.Host, options.ClientId, options.ReconnectMax) = ("127.0.0.1", "site-17", TimeSpan.FromSeconds(1)));
services.Configure<CloudMqttOptions>(configuration.GetSection(CloudMqttOptions.Section));
services.Configure<CloudS3Options>(configuration.GetSection(CloudS3Options.Section));
services.Configure<CloudOptions>(configuration.GetSection(CloudOptions.Section));
services.Configure<CloudOptions>(options =>
{
    if (options.Exports.Count == 0 && configuration["produce"] is null)
    {
        options.Exports.Add(new ExportOptions { Stream = "telemetry", Topic = "cloud/telemetry", MaxInflight = 100, Envelope = MqttEnvelope.None });
    }
});

services.AddStreams(configuration["folder"]!);
await using var provider = services.BuildServiceProvider();
foreach (var service in provider.GetServices<IHostedService>())
{
    await service.StartAsync(CancellationToken.None);
}

var stream = provider.GetRequiredService<IStreamCatalog>().Get(StreamName.Parse("telemetry"));
var exports = provider.GetRequiredService<IStreamExports>();
if (configuration["produce"] is { } first)
{
    await ProduceAsync(long.Parse(first, CultureInfo.InvariantCulture));
}

while (count == 0 || stream.NextOffset < count)
{
    var records = count == 0 ? BatchRecords : (int)Math.Min(BatchRecords, count - stream.NextOffset);
    var batch = Enumerable.Range((int)stream.NextOffset, records).Select(number => new NewRecord { Payload = Payload(number) });
    var appended = await stream.AppendAsync(batch.ToList());
    Say($"{appended.LastOffset + 1}");
    while (count == 0 && exports.List()[0].LagRecords > Lead)
    {
        await PauseAsync();
    }
}

while (exports.List()[0].LagRecords > 0)
{
    await PauseAsync();
}

Say("exported");
await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System);

async Task ProduceAsync(long sequence)
{
    while (true)
    {
        var records = Enumerable.Range((int)sequence, 1 + (int)(sequence % BatchRecords)).Select(number => new NewRecord { Payload = Payload(number) }).ToList();
        await stream.AppendAsync(records, new ProducerSequence("p", 0, sequence));
        sequence += records.Count;
        Say($"{sequence}");
    }
}

byte[] Payload(int number) => Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture).PadLeft(bytes, '0'));

static Task PauseAsync() => Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);

static void Say(string line)
{
    Console.Out.WriteLine(line);
    Console.Out.Flush();
}
