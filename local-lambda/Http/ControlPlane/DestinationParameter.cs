using Roost.LocalLambda.Destinations;

namespace Roost.LocalLambda.Http.ControlPlane;

/// <summary>A destination that a request names must be there, as in AWS. What becomes of it later is seen when something is sent to it.</summary>
internal static class DestinationParameter
{
    /// <param name="member">The member of the request, for the message.</param>
    /// <exception cref="RequestRefusedException">There is no such function, version, alias or stream.</exception>
    public static void Check(FunctionHost host, Destination destination, string member)
    {
        if (host.FaultOf(destination) is { } fault)
        {
            throw RequestRefusedException.InvalidParameter($"{member}: {fault}.");
        }
    }
}
