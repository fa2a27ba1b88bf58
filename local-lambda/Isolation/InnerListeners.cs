using System.Net;
using Roost.LocalLambda.Definitions;
using Roost.LocalLambda.Inside;

namespace Roost.LocalLambda.Isolation;

/// <summary>Which listeners the sandbox of a function has.</summary>
/// <param name="loopback">Those of the daemon that <c>network: loopback</c> reaches.</param>
internal sealed class InnerListeners(IsolationMode isolation, IEnumerable<IPEndPoint> loopback)
{
    // A function has no right to open a port below 1024, not even in a network of its own. Port 0 says that the system chooses.
    private readonly InnerListener[] _loopback = [.. loopback.Where(target => target.Port >= 1024).DistinctBy(target => target.Port).Select(InnerListener.To)];

    /// <summary>In the order in which they are made: those with a port of their own first, so that none of the others gets it.</summary>
    /// <remarks>Our own bootstraps speak to the unix socket and need none for the Runtime API.</remarks>
    public IReadOnlyList<InnerListener> Of(FunctionDefinition definition)
    {
        // Without isolation the function is in the machine's network, where the daemon listens itself.
        List<InnerListener> listeners = [.. definition.Network == FunctionNetwork.Loopback && isolation != IsolationMode.None ? _loopback : []];
        if (definition.Runtime.Family == RuntimeFamily.Provided)
        {
            listeners.Add(new InnerListener(InnerListener.RuntimeApi, ["AWS_LAMBDA_RUNTIME_API"]));
        }

        if (definition.Grants.Count > 0)
        {
            listeners.Add(new InnerListener(InnerListener.Endpoint, InsideAccess.AddressVariables(definition)));
        }

        return listeners;
    }
}
