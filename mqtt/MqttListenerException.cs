using System.Net.Sockets;

namespace Roost.Mqtt;

/// <summary>A listener could not be opened. The message names address, port, reason and remedy.</summary>
public sealed class MqttListenerException : Exception
{
    private MqttListenerException(string address, int port, string message, Exception innerException)
        : base(message, innerException)
    {
        Address = address;
        Port = port;
    }

    public string Address { get; }

    public int Port { get; }

    internal static MqttListenerException From(MqttListenerOptions options, SocketException exception)
    {
        var remedy = exception.SocketErrorCode switch
        {
            SocketError.AddressAlreadyInUse =>
                "another program listens there (another broker?). Stop it, or choose another port under mqtt: listeners.",
            SocketError.AddressNotAvailable => "this machine has no such address. Use one that `ip address` lists, or 0.0.0.0 for all.",
            SocketError.AccessDenied => "ports below 1024 need a privilege. Choose a higher port under mqtt: listeners.",
            _ => exception.Message,
        };
        return new MqttListenerException(options.Address, options.Port, $"MQTT cannot listen on {options.Address} port {options.Port}: {remedy}", exception);
    }
}
