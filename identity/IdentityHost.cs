using Microsoft.Extensions.Hosting;
using Roost.Identity.Store;

namespace Roost.Identity;

/// <summary>Opens the database and starts the room's capabilities, before the first listener opens.</summary>
internal sealed class IdentityHost(IdentityDatabase database, IEnumerable<IIdentityPart> parts) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await database.OpenAsync();
        foreach (var part in parts)
        {
            await part.StartAsync(cancellationToken);
        }
    }

    /// <summary>The database closes with the container, after everybody who writes to it.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
