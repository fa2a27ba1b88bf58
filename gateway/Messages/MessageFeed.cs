using System.Threading.Channels;
using Roost.Gateway.Http.Access;
using Roost.Mqtt;

namespace Roost.Gateway.Messages;

/// <summary>
/// What one listener on HTTP has not read yet. It never makes the broker or a publisher wait: a listener that reads too slowly loses the
/// newest messages, and is told how many.
/// </summary>
/// <param name="listener">Whom each message is for: who may not receive it does not get it, by the rights of the moment.</param>
internal sealed class MessageFeed(HttpCaller listener) : IMessageHandler
{
    private const int MaxMessages = 1000;
    private const int MaxPendingBytes = 4 * 1024 * 1024;

    private readonly Channel<MqttMessage> _messages = Channel.CreateBounded<MqttMessage>(
        new BoundedChannelOptions(MaxMessages) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true });
    private int _pendingBytes;
    private long _dropped;

    /// <summary>Called on the broker's loop.</summary>
    public ValueTask Handle(in PublishedMessage message)
    {
        if (!listener.IsLocal && listener.Rights?.ForMqtt.MayReceive(message.Topic) != true)
        {
            return ValueTask.CompletedTask;
        }

        var length = message.Payload.Length;
        if (Volatile.Read(ref _pendingBytes) + length > MaxPendingBytes || !_messages.Writer.TryWrite(message.ToMessage()))
        {
            Interlocked.Increment(ref _dropped);
        }
        else
        {
            Interlocked.Add(ref _pendingBytes, length);
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Completes when there is something to read.</summary>
    public async ValueTask WaitAsync(CancellationToken cancellationToken) => await _messages.Reader.WaitToReadAsync(cancellationToken);

    public bool TryRead(out MqttMessage? message)
    {
        if (!_messages.Reader.TryRead(out message))
        {
            return false;
        }

        Interlocked.Add(ref _pendingBytes, -message.Payload.Length);
        return true;
    }

    /// <summary>Messages lost since the last call.</summary>
    public long TakeDropped() => Interlocked.Exchange(ref _dropped, 0);
}
