using Roost.Mqtt;

namespace Roost.Streams.Bridge;

/// <summary>What an entry has done since the process began. Any thread.</summary>
internal sealed class BridgeCounters
{
    private readonly long[] _droppedOut = new long[Enum.GetValues<BridgeDrop>().Length];
    private readonly long[] _droppedIn = new long[Enum.GetValues<BridgeDrop>().Length];
    private long _messagesOut;
    private long _bytesOut;
    private long _messagesIn;
    private long _bytesIn;

    public long MessagesOut => Interlocked.Read(ref _messagesOut);

    public long BytesOut => Interlocked.Read(ref _bytesOut);

    public long MessagesIn => Interlocked.Read(ref _messagesIn);

    public long BytesIn => Interlocked.Read(ref _bytesIn);

    public void Out(MqttMessage message)
    {
        Interlocked.Increment(ref _messagesOut);
        Interlocked.Add(ref _bytesOut, message.Payload.Length);
    }

    public void In(MqttMessage message)
    {
        Interlocked.Increment(ref _messagesIn);
        Interlocked.Add(ref _bytesIn, message.Payload.Length);
    }

    public void DropOut(BridgeDrop reason) => Interlocked.Increment(ref _droppedOut[(int)reason]);

    public void DropIn(BridgeDrop reason) => Interlocked.Increment(ref _droppedIn[(int)reason]);

    public long DroppedOut(BridgeDrop reason) => Interlocked.Read(ref _droppedOut[(int)reason]);

    public long DroppedIn(BridgeDrop reason) => Interlocked.Read(ref _droppedIn[(int)reason]);
}
