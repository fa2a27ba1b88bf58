using Roost.Mqtt.Connections;
using Roost.Mqtt.Protocol;

namespace Roost.Mqtt.Core;

/// <summary>
/// Connections from beyond this machine that have not sent CONNECT: whoever has no credential can open as many as he has addresses for. They have the places that nobody else wants.
/// </summary>
internal sealed partial class BrokerCore
{
    private readonly LinkedList<Connection> _silent = []; // the oldest first

    private bool IsFullFor(Listener listener) => Connections.Count >= Limits.MaxConnections || listener.IsFull;

    /// <returns>The connection that would go for a new one of the listener; null: none can.</returns>
    private Connection? FindSilent(Listener listener)
    {
        if (!listener.IsFull)
        {
            return _silent.First?.Value;
        }

        for (var node = _silent.First; node is not null; node = node.Next)
        {
            if (node.Value.Listener == listener)
            {
                return node.Value;
            }
        }

        return null;
    }

    private void BeginSilence(Connection connection)
    {
        if (!connection.Listener.Options.IsLocal)
        {
            connection.Silence = _silent.AddLast(connection);
        }
    }

    private void EndSilence(Connection connection)
    {
        if (connection.Silence is { } node)
        {
            _silent.Remove(node);
            connection.Silence = null;
        }
    }

    private void MakeRoomFor(Listener listener)
    {
        if (IsFullFor(listener) && FindSilent(listener) is { } silent)
        {
            Counters.ConnectionsRefused++;
            Close(silent, ReasonCode.QuotaExceeded, "it had not sent CONNECT when there were as many connections as may be (limits: max-connections)");
        }
    }
}
