using System.Text;
using Roost.Mqtt.Connections;
using Roost.Mqtt.Routing;

namespace Roost.Mqtt.Core;

/// <summary>Others in this process are told who comes, goes and is refused: see <see cref="IConnectionObserver"/>.</summary>
internal sealed partial class BrokerCore
{
    private const int MaxDeniedTopics = 64; // of one connection: a client that tries thousands is told of by the first

    /// <summary>Of a connection whose TLS did not come about.</summary>
    public void OnHandshakeFailed(Connection connection, string reason) =>
        TellObservers((connection, reason), static (observer, failed) => observer.OnHandshakeFailed(failed.connection.ListenerName, failed.connection.RemoteEndPoint, failed.reason));

    private void TellOfDenied(Connection connection, TopicRoute route, bool retain)
    {
        if (Hooks.Observers.Count > 0 && connection.Denied is not { Count: >= MaxDeniedTopics })
        {
            TellOfDenied(connection, retain ? ClientRequest.PublishRetained : ClientRequest.Publish, Encoding.UTF8.GetString(route.Topic));
        }
    }

    private void TellOfDenied(Connection connection, ClientRequest request, string topic)
    {
        if (Hooks.Observers.Count > 0 && connection.Denied is not { Count: >= MaxDeniedTopics } && (connection.Denied ??= new(StringComparer.Ordinal)).Add($"{request} {topic}"))
        {
            TellObservers((connection, request, topic), static (observer, denied) => observer.OnDenied(denied.connection.Client!, denied.request, denied.topic));
        }
    }

    private void TellObservers<T>(T what, Action<IConnectionObserver, T> tell)
    {
        foreach (var observer in Hooks.Observers)
        {
            try
            {
                tell(observer, what);
            }
            catch (Exception exception) // the outer edge of another room's code: the loop goes on
            {
                Log.ObserverFailed(_logger, exception);
            }
        }
    }
}
