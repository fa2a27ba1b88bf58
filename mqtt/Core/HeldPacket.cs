using Roost.Mqtt.Connections;

namespace Roost.Mqtt.Core;

/// <summary>An encoded answer that goes out once a journal record is durable.</summary>
internal sealed class HeldPacket(Connection connection, byte[] packet)
{
    public Connection Connection { get; } = connection;

    public void Send()
    {
        if (!Connection.IsClosed)
        {
            Connection.Send(packet);
        }
    }
}
