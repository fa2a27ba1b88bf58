using Microsoft.Extensions.DependencyInjection;
using Roost.Identity;
using Roost.Streams;

namespace Roost.Gateway.Cloud;

/// <summary>What goes to the cloud gets the gateway's secrets that its configuration names.</summary>
internal sealed class CloudSecrets(IServiceProvider services) : IStreamSecrets
{
    // Asked for late: to check a configuration opens nothing.
    private readonly Lazy<ISecrets> _secrets = new(services.GetRequiredService<ISecrets>);

    public string? Find(string name) => _secrets.Value.Find(name);

    public bool Exists(string name) => _secrets.Value.Exists(name);
}
