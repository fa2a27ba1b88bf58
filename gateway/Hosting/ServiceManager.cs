using System.Collections;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Roost.Gateway.Hosting;

/// <summary>
/// Tells systemd how the service is doing: datagrams to the socket named by <c>NOTIFY_SOCKET</c> (sd_notify(3)). Without that variable
/// every call does nothing. A datagram that cannot be sent is dropped: the service manager may restart, and the daemon goes on.
/// </summary>
internal sealed class ServiceManager : IDisposable
{
    private readonly Socket? _socket;
    private readonly UnixDomainSocketEndPoint? _address;

    public ServiceManager(IDictionary environment)
    {
        if (environment["NOTIFY_SOCKET"] is string { Length: > 1 } name && name[0] is '/' or '@')
        {
            _socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            _address = new UnixDomainSocketEndPoint(name[0] == '@' ? $"\0{name[1..]}" : name); // @ stands for an abstract name
        }

        WatchdogInterval = WatchdogIntervalOf(environment);
    }

    /// <summary>How long systemd waits for a sign of life before it kills the service; null when it does not watch.</summary>
    public TimeSpan? WatchdogInterval { get; }

    public void Ready(string status) => Send($"READY=1\nSTATUS={status}");

    /// <param name="status">Shown by <c>systemctl status</c>, in one line.</param>
    public void Status(string status) => Send($"STATUS={status.ReplaceLineEndings("; ")}"); // a second line would be an assignment of its own

    public void Alive() => Send("WATCHDOG=1");

    /// <summary>A start that takes longer than its unit says, and for at most <paramref name="most"/> from now, is not given up.</summary>
    public void Extend(TimeSpan most) => Send(string.Create(CultureInfo.InvariantCulture, $"EXTEND_TIMEOUT_USEC={(long)most.TotalMicroseconds}"));

    public void Stopping() => Send("STOPPING=1\nSTATUS=Draining");

    public void Dispose() => _socket?.Dispose();

    private static TimeSpan? WatchdogIntervalOf(IDictionary environment)
    {
        var isForUs = environment["WATCHDOG_PID"] is not string pid || pid == Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        return isForUs && environment["WATCHDOG_USEC"] is string text && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds) && microseconds > 0
            ? TimeSpan.FromMicroseconds(microseconds)
            : null;
    }

    private void Send(string message)
    {
        try
        {
            _socket?.SendTo(Encoding.UTF8.GetBytes(message), _address!);
        }
        catch (SocketException)
        {
            // See above: nobody listens at the moment.
        }
    }
}
