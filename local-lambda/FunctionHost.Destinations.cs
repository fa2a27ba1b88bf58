using Roost.LocalLambda.Destinations;
using Roost.LocalLambda.Registry;

namespace Roost.LocalLambda;

/// <summary>Whether what asynchronous invocations end at is there.</summary>
public sealed partial class FunctionHost
{
    /// <returns>What is missing; null for a destination that is there now. Topics are made by publishing.</returns>
    internal string? FaultOf(Destination destination) => destination.Kind switch
    {
        DestinationKind.Function when !TryFind(destination.Name, out var function) || function.Record?.Resolve(destination.Qualifier ?? FunctionArn.Latest, chance: 1) is null =>
            $"there is no function {destination} here",
        DestinationKind.Stream when _eventSources?.Mappings.HasStream(destination.Name) is false => $"there is no stream {destination} here",
        _ => null,
    };

    /// <summary>Notes on what is set for a function and its versions and aliases. A call that names a missing destination is refused; a folder may come before what it names.</summary>
    private IReadOnlyList<string> MissingDestinations(FunctionRecord record) =>
    [
        .. record.Async.Values.SelectMany(settings => new[] { settings.OnSuccess, settings.OnFailure }).Distinct()
            .Select(arn => Destination.TryParse(arn, out var destination) ? FaultOf(destination) : null).OfType<string>()
            .Select(fault => $"its destination is missing: {fault}; make it, or correct the name under 'async'. What it is to get waits"),
    ];
}
