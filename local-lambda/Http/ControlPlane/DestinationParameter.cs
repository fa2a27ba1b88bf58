using Microsoft.AspNetCore.Http;
using Roost.LocalLambda.Destinations;

namespace Roost.LocalLambda.Http.ControlPlane;

/// <summary>A destination that a request names must be there, as in AWS, and its caller must be allowed to send there himself. What becomes of it later is seen when something is sent to it.</summary>
internal static class DestinationParameter
{
    /// <param name="member">The member of the request, for the message.</param>
    /// <exception cref="RequestRefusedException">There is no such function, version, alias or stream.</exception>
    /// <exception cref="RightMissingException">The caller may not send there.</exception>
    public static void Check(HttpContext http, FunctionHost host, Destination destination, string member)
    {
        CallerRights.DemandFor(http, destination);
        if (host.FaultOf(destination) is { } fault)
        {
            throw RequestRefusedException.InvalidParameter($"{member}: {fault}.");
        }
    }
}
