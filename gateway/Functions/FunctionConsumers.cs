using Roost.LocalLambda;
using Roost.Streams;

namespace Roost.Gateway.Functions;

/// <summary>Functions as consumers of the streams that feed them.</summary>
internal sealed class FunctionConsumers(FunctionHost functions) : IStreamConsumers
{
    public IReadOnlyList<StreamConsumer>? Of(StreamName stream) => functions.PositionsIn(stream.Value) is { } positions
        ? [.. positions.Select(position => new StreamConsumer("function", position.Function, position.NextOffset) { Fault = position.Problem })]
        : null;
}
