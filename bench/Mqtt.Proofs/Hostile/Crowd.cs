using System.Net.Sockets;

namespace Roost.Mqtt.Proofs.Hostile;

/// <summary>Connections that are held together and let go together.</summary>
internal sealed class Crowd : IDisposable
{
    private readonly List<WireClient> _clients = [];

    public int Count => _clients.Count;

    public void Add(WireClient client) => _clients.Add(client);

    /// <returns>For how many it failed: the broker had closed them.</returns>
    public int Each(Action<WireClient> act)
    {
        var failures = 0;
        foreach (var client in _clients)
        {
            try
            {
                if (client.Socket.Poll(0, SelectMode.SelectRead) && client.Socket.Available == 0)
                {
                    failures++;
                }
                else
                {
                    act(client);
                }
            }
            catch (SocketException)
            {
                failures++;
            }
        }

        return failures;
    }

    public void Dispose() => _clients.ForEach(static client => client.Dispose());
}
