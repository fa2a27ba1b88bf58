using Roost.Hardware;
using Roost.Identity;
using Roost.Mqtt;

namespace Roost.Gateway.Clients;

/// <summary>The machine's own things, and clients that have a session.</summary>
internal sealed class NamesInUse(IServiceProvider services) : INamesInUse
{
    public async ValueTask<string?> FindAsync(string name, string asker)
    {
        // Rooms that start after identity: asked for late.
        if (services.GetRequiredService<IHardware>().Points.Any(point => point.Thing == name))
        {
            return "a thing of this machine's hardware";
        }

        var clients = await services.GetRequiredService<MqttBroker>().ListClientsAsync(new ClientQuery(Prefix: name, Count: 1)); // in order: that of exactly this name comes first
        return clients is [var client] && client.ClientIdentifier == name && IsAnother(client, name, asker) ? $"the client identifier of {client.Identity ?? "an anonymous client"}" : null;
    }

    /// <summary>A stranger's session in which nothing waits is no loss to anybody: robots that came anonymously before are provisioned by their names.</summary>
    private static bool IsAnother(ClientDescription client, string name, string asker) =>
        client.Identity is { } identity ? identity != asker && identity != $"thing/{name}" : client.Connection is not null || client.QueuedMessages > 0;
}
