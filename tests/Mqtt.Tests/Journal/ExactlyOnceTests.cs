using FsCheck;
using FsCheck.Fluent;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Journal;

/// <summary>
/// A sender, a receiver and the broker between them, on any schedule of packets, lost connections and power cuts. The clients keep to the
/// specification; nothing else may be needed for exactly once (section 4.3.3), at least once (section 4.3.2) and order (section 4.6).
/// </summary>
public sealed class ExactlyOnceTests
{
    private const int Messages = 25;

    [TestCase(2), Spec("MQTT-4.3.3-1"), Spec("MQTT-4.3.3-2"), Spec("MQTT-4.4.0-1"), Spec("MQTT-4.6.0-6")]
    [TestCase(1), Spec("MQTT-4.3.2-1"), Spec("MQTT-4.3.2-2")]
    public void Whatever_is_lost_each_message_comes(int quality) =>
        Prop.ForAll<int>(seed => RunAsync(seed, (QualityOfService)quality).GetAwaiter().GetResult()).Check(Config.QuickThrowOnFailure.WithMaxTest(12));

    private static async Task RunAsync(int seed, QualityOfService quality)
    {
        var random = new Random(seed);
        var version = random.Next(2) == 0 ? MqttProtocolVersion.V311 : MqttProtocolVersion.V500;
        await using var broker = new CrashingBroker(random);
        var (sender, receiver) = (new ModelClient("sender", version), new ModelClient("receiver", version));
        sender.Connect(broker.Core);
        receiver.Connect(broker.Core);
        receiver.Subscribe("t", (int)quality);
        Quiet(broker, sender, receiver);

        var published = new List<string>();
        while (published.Count < Messages)
        {
            await StepAsync(random, broker, sender, receiver, published, quality);
        }

        Quiet(broker, sender, receiver);
        var got = quality == QualityOfService.ExactlyOnce ? receiver.Delivered : [.. receiver.Delivered.Distinct()];
        Assert.That(got, Is.EqualTo(published), $"seed {seed}");
        Assert.That(sender.Acknowledged, Is.EquivalentTo(published), $"seed {seed}");
    }

    private static async Task StepAsync(Random random, CrashingBroker broker, ModelClient sender, ModelClient receiver, List<string> published, QualityOfService quality)
    {
        var client = random.Next(2) == 0 ? sender : receiver;
        switch (random.Next(100))
        {
            case 0:
                await broker.CrashAsync();
                sender.Lose();
                receiver.Lose();
                break;
            case < 4:
                client.Lose(broker.Core);
                break;
            case 4:
                client.Connect(broker.Core); // also while the broker takes the old connection for alive
                break;
            case < 12 when !client.IsOnWire:
                client.Connect(broker.Core);
                break;
            case 12:
                broker.WriteSome();
                break;
            case 13:
                broker.WriteAll();
                break;
            case < 30:
                broker.Turn();
                break;
            case < 60:
                client.StepToBroker();
                break;
            case < 90:
                client.StepToClient();
                break;
            default:
                if (sender.CanPublish)
                {
                    published.Add($"{published.Count}");
                    sender.Publish("t", published[^1], quality);
                }

                break;
        }
    }

    /// <summary>Nothing is lost any more, until nothing is under way.</summary>
    private static void Quiet(CrashingBroker broker, params ModelClient[] clients)
    {
        for (var round = 0; round < 200; round++)
        {
            foreach (var client in clients)
            {
                if (!client.IsOnWire)
                {
                    client.Connect(broker.Core);
                }

                for (var i = 0; i < 10; i++)
                {
                    client.StepToBroker();
                    client.StepToClient();
                }
            }

            broker.WriteAll();
            if (round > 10 && !Array.Exists(clients, static client => client.HasOpen))
            {
                return;
            }
        }

        Assert.Fail("the exchanges did not come to an end");
    }
}
