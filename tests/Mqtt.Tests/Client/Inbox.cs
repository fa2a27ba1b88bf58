using System.Text;
using System.Threading.Channels;
using Roost.Mqtt.Client;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Client;

/// <summary>Keeps what a client receives, in order.</summary>
internal sealed class Inbox
{
    private readonly Channel<MqttReceivedMessage> _messages = Channel.CreateUnbounded<MqttReceivedMessage>();

    public ValueTask TakeAsync(MqttReceivedMessage message, CancellationToken cancellationToken)
    {
        _messages.Writer.TryWrite(message);
        return ValueTask.CompletedTask;
    }

    public Task<MqttReceivedMessage> NextAsync(string waitedFor) => Eventually.CompletesAsync(_messages.Reader.ReadAsync().AsTask(), waitedFor);

    public async Task<string> NextTextAsync(string waitedFor) => Encoding.UTF8.GetString((await NextAsync(waitedFor)).Message.Payload.Span);

    public bool IsEmpty => !_messages.Reader.TryPeek(out _);
}
