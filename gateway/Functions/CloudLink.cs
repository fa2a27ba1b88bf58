using Roost.LocalLambda;
using Roost.Streams;

namespace Roost.Gateway.Functions;

/// <summary>The uplink as functions are told of it.</summary>
internal sealed class CloudLink(IUplink uplink) : ICloudLink
{
    public async Task<CancellationToken> ConnectedAsync(CancellationToken cancellationToken) => (await uplink.WaitForConnectionAsync(cancellationToken)).Lost;
}
