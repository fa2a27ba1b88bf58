// The process that the kill test of the outgoing queue kills: puts numbers into the queue, from one on, and sends them all the while.
// Says on stdout, a line each, how far they are accepted.
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Roost.Mqtt;
using Roost.Mqtt.Client;

var (folder, port, version) = (args[0], int.Parse(args[1], CultureInfo.InvariantCulture), Enum.Parse<MqttProtocolVersion>(args[2]));
var (quality, first, count) = (Enum.Parse<QualityOfService>(args[3]), int.Parse(args[4], CultureInfo.InvariantCulture), int.Parse(args[5], CultureInfo.InvariantCulture));
var options = new MqttOutgoingQueueOptions { MaxInflight = 32, Linger = TimeSpan.FromMilliseconds(5) }; // the position moves often: a wrong one shows
await using var queue = MqttOutgoingQueue.Open(folder, options, TimeProvider.System, NullLogger.Instance);
await using var client = new MqttClient(new MqttClientOptions
{
    Host = "127.0.0.1",
    Port = port,
    ProtocolVersion = version,
    ClientIdentifier = "queue-host",
    CleanStart = false,
    SessionExpiryInterval = TimeSpan.FromHours(1),
    ReconnectDelay = TimeSpan.FromMilliseconds(20),
    ReconnectDelayMax = TimeSpan.FromMilliseconds(100),
});
client.Start();
var sending = queue.SendAsync(client, CancellationToken.None);
for (var number = first; number < count; number += 10)
{
    var accepted = Enumerable.Range(number, Math.Min(10, count - number)).Select(each => queue.EnqueueAsync(new MqttMessage
    {
        Topic = TopicName.Parse("numbers"),
        Payload = Encoding.ASCII.GetBytes($"{each}"),
        QualityOfService = quality,
    }).AsTask()).ToList();
    await Task.WhenAll(accepted);
    Console.Out.WriteLine(Math.Min(number + 10, count));
    Console.Out.Flush();
}

await sending;
