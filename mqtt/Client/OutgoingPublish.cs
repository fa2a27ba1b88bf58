using System.Threading.Tasks.Sources;

namespace Roost.Mqtt.Client;

/// <summary>A QoS 1 or 2 message from <see cref="MqttClient.PublishAsync"/> until its acknowledgement, and the task that waits for it.</summary>
internal sealed class OutgoingPublish(MqttMessage message, long sequence) : IValueTaskSource
{
    private ManualResetValueTaskSourceCore<bool> _task = new() { RunContinuationsAsynchronously = true };
    private int _completed;

    public MqttMessage Message { get; } = message;

    /// <summary>The order of the calls, which is the order on the wire and of a resend [MQTT-4.6.0-1].</summary>
    public long Sequence { get; } = sequence;

    /// <summary>0 while it waits to be sent.</summary>
    public ushort PacketIdentifier { get; set; }

    /// <summary>PUBREC has come: from here on only PUBREL is sent [MQTT-4.3.3-1].</summary>
    public bool Released { get; set; }

    public bool IsCompleted => Volatile.Read(ref _completed) != 0;

    public CancellationTokenRegistration Cancellation { get; set; }

    public ValueTask Task => new(this, _task.Version);

    /// <param name="fault">Null: the server has the message.</param>
    public void Complete(Exception? fault = null)
    {
        if (Interlocked.Exchange(ref _completed, 1) != 0)
        {
            return;
        }

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
