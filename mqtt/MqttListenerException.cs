using System.Net.Sockets;

namespace Roost.Mqtt;

/// <summary>A listener could not be opened. The message names address, reason and remedy.</summary>
public sealed class MqttListenerException : Exception
{
    private MqttListenerException(string address, int port, string message, Exception innerException)
        : base(message, innerException)
    {
        Address = address;
        Port = port;
    }

    /// <summary>An IP address, or the path of a unix socket.</summary>
    public string Address { get; }

    /// <summary>0 for a unix socket.</summary>
    public int Port { get; }

    internal static MqttListenerException From(MqttListenerOptions options, Exception exception)
    {
        var (address, port, place) = options.Socket is { } path ? (path, 0, path) : (options.Address, options.Port, $"{options.Address} port {options.Port}");
        var remedy = (exception as SocketException)?.SocketErrorCode switch
        {
            SocketError.AddressAlreadyInUse when options.Socket is not null =>
                "another process listens there, or a file of another kind has that name. Stop it, or set another path under mqtt: listeners.",
            SocketError.AddressAlreadyInUse =>
                "another program listens there (another broker?). Stop it, or choose another port under mqtt: listeners.",
            SocketError.AddressNotAvailable => "this machine has no such address. Use one that `ip address` lists, or 0.0.0.0 for all.",
            SocketError.AccessDenied when options.Socket is not null => "this user may not make files there. Set another path under mqtt: listeners.",
            SocketError.AccessDenied => "ports below 1024 need a privilege. Choose a higher port under mqtt: listeners.",
            _ => exception.Message,
        };
        return new MqttListenerException(address, port, $"MQTT cannot listen on {place}: {remedy}", exception);
    }
}
