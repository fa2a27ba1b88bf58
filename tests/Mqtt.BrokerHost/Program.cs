using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Roost.Mqtt;
using Roost.Storage;

// The broker alone in a process: to be measured, and to be killed.
// Mqtt.BrokerHost --port N [--data FOLDER] [--durability PowerLoss|Crash|Memory] [--max-queued N] [--max-output BYTES]
var arguments = args.Chunk(2).ToDictionary(pair => pair[0], pair => pair[1]);
await using var services = new ServiceCollection()
    .AddLogging(logging => logging.AddSimpleConsole().SetMinimumLevel(LogLevel.Warning))
    .AddMqttBroker()
    .Configure<MqttOptions>(options =>
    {
        options.Listeners.Add(new MqttListenerOptions { Port = int.Parse(arguments["--port"], CultureInfo.InvariantCulture) });
        options.Folder = arguments.GetValueOrDefault("--data") is { } data ? Path.Combine(data, "sessions") : null;
        options.Durability = Enum.Parse<Durability>(arguments.GetValueOrDefault("--durability") ?? nameof(Durability.PowerLoss));
        options.Limits.MaxQueued = int.Parse(arguments.GetValueOrDefault("--max-queued") ?? "10000", CultureInfo.InvariantCulture);
        options.Limits.MaxQueuedSizeBytes = options.Limits.MaxQueuedTotalBytes = 2_000_000_000; // the number bounds it
        options.Limits.MaxOutputBytes = int.Parse(arguments.GetValueOrDefault("--max-output") ?? "1048576", CultureInfo.InvariantCulture);
    })
    .BuildServiceProvider();

var broker = services.GetRequiredService<MqttBroker>();
await broker.StartAsync();
await broker.OpenListenersAsync();
var stop = new TaskCompletionSource();
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
{
    context.Cancel = true;
    stop.TrySetResult();
});
await Task.WhenAny(stop.Task, broker.Completion);
await broker.StopAsync();
