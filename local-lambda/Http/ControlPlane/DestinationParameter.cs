using Roost.LocalLambda.Destinations;

namespace Roost.LocalLambda.Http.ControlPlane;

/// <summary>A destination that a request names must be there, as in AWS. What becomes of it later is seen when something is sent to it.</summary>
internal static class DestinationParameter
{
    /// <param name="member">The member of the request, for the message.</param>
    /// <exception cref="RequestRefusedException">There is no such function, version, alias or stream.</exception>
    public static void Check(FunctionHost host, Destination destination, string member)
    {
        var isThere = destination.Kind switch
        {
            DestinationKind.Function => host.TryFind(destination.Name, out var function) && function.Record?.Resolve(destination.Qualifier ?? FunctionArn.Latest, chance: 1) is not null,
            DestinationKind.Stream => host.Mappings.HasStream(destination.Name),
            _ => true, // topics are made by publishing
        };
        if (!isThere)
        {
            throw RequestRefusedException.InvalidParameter($"{member}: there is no {(destination.Kind == DestinationKind.Stream ? "stream" : "function")} {destination} here.");
        }
    }
}
