using Roost.LocalLambda.Definitions;
using Roost.LocalLambda.Inside;

namespace Roost.LocalLambda.Isolation;

/// <summary>
/// A TCP socket that listens on the loopback interface of a sandbox and is accepted on by the daemon: made inside by <c>runtimes/launch.pl</c>, and
/// handed over before the function starts.
/// </summary>
/// <param name="Name">By which the daemon knows what it is for.</param>
/// <param name="Variables">In which the function finds its address, behind what the environment has for them already.</param>
internal sealed record InnerListener(string Name, IReadOnlyList<string> Variables)
{
    public const string RuntimeApi = "runtime";
    public const string Endpoint = "endpoint";

    /// <summary>In the order in which they are handed over. Our own bootstraps speak to the unix socket and need none.</summary>
    public static IReadOnlyList<InnerListener> Of(FunctionDefinition definition)
    {
        List<InnerListener> listeners = [];
        if (definition.Runtime.Family == RuntimeFamily.Provided)
        {
            listeners.Add(new InnerListener(RuntimeApi, ["AWS_LAMBDA_RUNTIME_API"]));
        }

        if (definition.Grants.Count > 0)
        {
            listeners.Add(new InnerListener(Endpoint, InsideAccess.AddressVariables(definition)));
        }

        return listeners;
    }
}
