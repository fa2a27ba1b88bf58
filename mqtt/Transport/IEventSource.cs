namespace Roost.Mqtt.Transport;

/// <summary>Owner of a file descriptor that <see cref="Epoll"/> watches.</summary>
internal interface IEventSource
{
    /// <summary>Called on the loop. Level-triggered: what is left undone is reported again.</summary>
    /// <param name="events">Bits of <see cref="Libc.EpollIn"/> and its neighbours.</param>
    void OnReady(int events);
}
