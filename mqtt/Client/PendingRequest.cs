using Roost.Mqtt.Protocol;

namespace Roost.Mqtt.Client;

/// <summary>A SUBSCRIBE or UNSUBSCRIBE until its answer; sent again on the next connection when this one ends first.</summary>
internal sealed class PendingRequest(ControlPacket packet)
{
    private readonly TaskCompletionSource<ReasonCode> _task = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ControlPacket Packet { get; } = packet;

    /// <summary>The reason code of the only filter.</summary>
    public Task<ReasonCode> Task => _task.Task;

    public void Complete(ReasonCode reasonCode) => _task.TrySetResult(reasonCode);

    public void Fail(Exception fault) => _task.TrySetException(fault);
}
