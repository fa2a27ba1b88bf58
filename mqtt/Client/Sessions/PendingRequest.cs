using Roost.Mqtt.Protocol;

namespace Roost.Mqtt.Client.Sessions;

/// <summary>A SUBSCRIBE or UNSUBSCRIBE until its answer; sent again on the next connection when this one ends first.</summary>
internal sealed class PendingRequest(ushort identifier, ControlPacket packet)
{
    private readonly TaskCompletionSource<SubscribeAcknowledgementPacket> _task = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ushort Identifier { get; } = identifier;

    public ControlPacket Packet { get; } = packet;

    public Task<SubscribeAcknowledgementPacket> Task => _task.Task;

    public void Complete(SubscribeAcknowledgementPacket answer) => _task.TrySetResult(answer);

    public void Fail(Exception fault)
    {
        _task.TrySetException(fault);
        _ = _task.Task.Exception; // observed: its caller may have stopped waiting
    }
}
