using System.Collections.Concurrent;
using System.Text;
using Roost.Mqtt.Client;
using Roost.Mqtt.Tests.Conformance;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Client;

/// <summary>A handler that has several messages in hand: it gets them in order, and they are acknowledged in order.</summary>
public sealed class MessagesInHandTests
{
    /// <summary>A PUBREL of nothing, which is answered at once.</summary>
    private const string Fence = "62 02 00 63";
    private const string FenceAnswer = "70 02 00 63";

    private readonly ConcurrentQueue<string> _called = [];
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _open = [];

    [SetUp]
    public void SetUp()
    {
        _called.Clear();
        _open.Clear();
    }

    [Test]
    [Spec("MQTT-4.6.0-2")]
    public async Task Acknowledgements_keep_the_order_of_arrival_whichever_is_done_first()
    {
        using var server = new ScriptedServer();
        await using var client = Client(server, inHand: 2);
        using var connection = await server.ConnectAsync(client);
        await connection.SendAsync(Publish(1) + Publish(2) + Publish(3));
        await Eventually.IsTrueAsync(() => _called.Count == 2, "two messages to be in hand");

        Finish("2");
        await connection.ExchangeAsync(Fence, FenceAnswer); // and nothing else
        Finish("1");

        await connection.ExpectAsync("40 02 00 01 40 02 00 02");
        await Eventually.IsTrueAsync(() => _called.Count == 3, "the third message to be in hand");
        Assert.That(_called, Is.EqualTo(new[] { "1", "2", "3" }));
    }

    [Test]
    public async Task One_at_a_time_is_the_default()
    {
        using var server = new ScriptedServer();
        await using var client = Client(server, inHand: 1);
        using var connection = await server.ConnectAsync(client);
        await connection.SendAsync(Publish(1) + Publish(2));
        await Eventually.IsTrueAsync(() => _called.Count == 1, "the first message");
        await connection.ExchangeAsync(Fence, FenceAnswer); // and nothing else

        Assert.That(_called, Is.EqualTo(new[] { "1" }));
        Finish("1");
        await connection.ExpectAsync("40 02 00 01");
    }

    [Test]
    public async Task Many_messages_and_a_handler_that_answers_in_any_order_lose_nothing()
    {
        const int Count = 2000;
        using var server = new ScriptedServer();
        var random = new Random(7);
        var heard = new List<int>();
        await using var client = new MqttClient(new MqttClientOptions { Host = "127.0.0.1", Port = server.Port, Reconnect = false, MaxHandledMessages = 16 });
        client.MessageHandler = (received, _) =>
        {
            heard.Add(int.Parse(Encoding.UTF8.GetString(received.Message.Payload.Span), System.Globalization.CultureInfo.InvariantCulture));
            return random.Next(3) == 0 ? ValueTask.CompletedTask : YieldAsync(random.Next(20));
        };
        using var connection = await server.ConnectAsync(client);
        var sending = Task.Run(async () =>
        {
            for (var number = 1; number <= Count; number++)
            {
                await connection.SendAsync(Publish(number));
            }
        });

        for (var number = 1; number <= Count; number++)
        {
            await connection.ExpectAsync($"40 02 {number >> 8:X2} {number & 0xFF:X2}");
        }

        await sending;
        Assert.That(heard, Is.EqualTo(Enumerable.Range(1, Count)));
    }

    private static async ValueTask YieldAsync(int times)
    {
        for (var i = 0; i < times; i++)
        {
            await Task.Yield();
        }
    }

    private static string Publish(int number)
    {
        var payload = $"{number}";
        return $"32 {6 + payload.Length:X2} 00 01 't' {number >> 8:X2} {number & 0xFF:X2} 00 '{payload}' ";
    }

    private MqttClient Client(ScriptedServer server, int inHand) => new(new MqttClientOptions
    {
        Host = "127.0.0.1",
        Port = server.Port,
        Reconnect = false,
        MaxHandledMessages = inHand,
    })
    {
        MessageHandler = (received, _) =>
        {
            var text = Encoding.UTF8.GetString(received.Message.Payload.Span);
            var done = _open.GetOrAdd(text, static _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            _called.Enqueue(text);
            return new ValueTask(done.Task);
        },
    };

    private void Finish(string text) => _open[text].SetResult();
}
