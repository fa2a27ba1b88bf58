namespace Roost.Mqtt.Transport;

/// <summary>An eventfd: lets another thread end the loop's wait.</summary>
internal sealed class WakeSignal : IEventSource, IDisposable
{
    private readonly Epoll _epoll;
    private readonly ulong _tag;

    public WakeSignal(Epoll epoll)
    {
        _epoll = epoll;
        _tag = epoll.Add(Descriptor, this, Libc.EpollIn);
    }

    private int Descriptor { get; } = Libc.CreateEvent();

    /// <summary>Any thread.</summary>
    public void Set() => Libc.Signal(Descriptor);

    public void OnReady(int events) => Libc.ClearSignal(Descriptor);

    public void Dispose()
    {
        _epoll.Remove(Descriptor, _tag);
        Libc.Close(Descriptor);
    }
}
