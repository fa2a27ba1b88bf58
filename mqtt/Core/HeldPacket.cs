using Roost.Mqtt.Connections;

namespace Roost.Mqtt.Core;

/// <summary>An encoded answer that goes out once a journal record is durable.</summary>
/// <param name="onRefused">Answers in its place when the record is refused, for an open connection; null: the connection is closed, and the client asks again.</param>
internal sealed class HeldPacket(Connection connection, byte[] packet, Action<ReasonCode>? onRefused = null)
{
    public Connection Connection { get; } = connection;

    public Action<ReasonCode>? OnRefused { get; } = onRefused;

    public void Send()
    {
        if (!Connection.IsClosed)
        {
            Connection.Send(packet);
        }
    }
}
