using System.Threading.Tasks.Sources;

namespace Roost.Mqtt.Client.Sessions;

/// <summary>A QoS 1 or 2 message from <see cref="MqttClient.PublishAsync"/> until its acknowledgement, and the task that waits for it.</summary>
/// <param name="message">As it was handed over.</param>
/// <param name="sequence">See <see cref="Sequence"/>.</param>
/// <param name="handedAt">Timestamp of the clock: the message's lifetime runs from here on.</param>
internal sealed class OutgoingPublish(MqttMessage message, long sequence, long handedAt) : IValueTaskSource
{
    /// <summary>On the wire in whole seconds, where some servers take 0 for "never".</summary>
    private static readonly TimeSpan s_shortest = TimeSpan.FromSeconds(1);

    private ManualResetValueTaskSourceCore<bool> _task = new() { RunContinuationsAsynchronously = true };
    private int _completed;

    public MqttMessage Message { get; } = message;

    /// <summary>The order of the calls, which is the order on the wire and of a resend [MQTT-4.6.0-1].</summary>
    public long Sequence { get; } = sequence;

    /// <summary>Its place among those that wait; null once it is sent.</summary>
    public LinkedListNode<OutgoingPublish>? Waiting { get; set; }

    /// <summary>0 while it waits to be sent.</summary>
    public ushort PacketIdentifier { get; set; }

    /// <summary>The order of the PUBRECs; 0 before it has come. From then on only PUBREL is sent [MQTT-4.3.3-1].</summary>
    public long Released { get; set; }

    public bool IsCompleted => Volatile.Read(ref _completed) != 0;

    public CancellationTokenRegistration Cancellation { get; set; }

    public ValueTask Task => new(this, _task.Version);

    /// <summary>The message with what is left of its lifetime.</summary>
    /// <returns>Null where nothing is left and it was never sent. A resend must go out all the same: the server may wait for it.</returns>
    public MqttMessage? ForSending(TimeProvider clock)
    {
        if (Message.Properties?.MessageExpiryInterval is not { } interval)
        {
            return Message;
        }

        var left = interval - clock.GetElapsedTime(handedAt);
        if (left <= TimeSpan.Zero && PacketIdentifier == 0)
        {
            return null;
        }

        return new MqttMessage
        {
            Topic = Message.Topic,
            Payload = Message.Payload,
            QualityOfService = Message.QualityOfService,
            Retain = Message.Retain,
            Properties = Message.Properties with { MessageExpiryInterval = left < s_shortest ? s_shortest : left },
        };
    }

    /// <param name="fault">Null: the server has the message.</param>
    public void Complete(Exception? fault = null)
    {
        if (Interlocked.Exchange(ref _completed, 1) != 0)
        {
            return;
        }

        Cancellation.Unregister(); // does not wait for a callback, which waits for our lock
        if (fault is null)
        {
            _task.SetResult(true);
        }
        else
        {
            _task.SetException(fault);
        }
    }

    public void GetResult(short token) => _task.GetResult(token);

    public ValueTaskSourceStatus GetStatus(short token) => _task.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _task.OnCompleted(continuation, state, token, flags);
}
