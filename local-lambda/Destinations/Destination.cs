using System.Diagnostics.CodeAnalysis;
using Roost.Mqtt;

namespace Roost.LocalLambda.Destinations;

/// <summary>
/// Where the record of an asynchronous invocation goes: a function, a stream of this gateway, or an MQTT topic. Written as an ARN, because AWS's clients
/// send one: <c>arn:aws:lambda:local:000000000000:function:NAME[:ALIAS]</c>, <c>arn:aws:kinesis:local:000000000000:stream/NAME</c>,
/// <c>arn:aws:iot:local:000000000000:topic/a/b</c>. Region and account of what is read are not compared, as with <see cref="FunctionArn"/>.
/// </summary>
/// <param name="Name">The function, the stream or the topic.</param>
/// <param name="Qualifier">Of a function; else null.</param>
internal sealed record Destination(DestinationKind Kind, string Name, string? Qualifier = null)
{
    private const int MaxStreamNameLength = 128;

    public const string Rule = "use the ARN of a function (arn:aws:lambda:local:000000000000:function:NAME), a stream (arn:aws:kinesis:local:000000000000:stream/NAME) "
        + "or a topic (arn:aws:iot:local:000000000000:topic/a/b)";

    public static bool TryParse(string? arn, [NotNullWhen(true)] out Destination? destination)
    {
        destination = arn?.Split(':', 6) switch
        {
            ["arn", _, "lambda", _, _, _] when FunctionArn.TryParse(arn, out var function) => new(DestinationKind.Function, function.Name, function.Qualifier),
            ["arn", _, "kinesis", _, _, var resource] when resource.StartsWith("stream/", StringComparison.Ordinal) => OfStream(resource["stream/".Length..]),
            ["arn", _, "iot", _, _, var resource] when resource.StartsWith("topic/", StringComparison.Ordinal) => OfTopic(resource["topic/".Length..]),
            _ => null,
        };
        return destination is not null;
    }

    /// <param name="text">A name, or a name and a version or alias: <c>alarm:prod</c>.</param>
    /// <returns>Null where it is no function's name.</returns>
    public static Destination? OfFunction(string text) =>
        FunctionArn.TryParse(text, out var function) ? new(DestinationKind.Function, function.Name, function.Qualifier) : null;

    /// <returns>Null where it is no name of a stream that may be appended to from outside.</returns>
    public static Destination? OfStream(string name) =>
        name.Length is > 0 and <= MaxStreamNameLength && name[0] != '.' && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-')
            ? new(DestinationKind.Stream, name)
            : null;

    /// <returns>Null where it is no name of a topic that may be published to from outside.</returns>
    public static Destination? OfTopic(string name) => TopicName.TryParse(name, out _) && name[0] != '$' ? new(DestinationKind.Topic, name) : null;

    /// <summary>The ARN that <see cref="TryParse"/> reads.</summary>
    public override string ToString() => Kind switch
    {
        DestinationKind.Function => new FunctionArn(Name, Qualifier).ToString(),
        DestinationKind.Stream => $"arn:aws:kinesis:{FunctionArn.Region}:{FunctionArn.Account}:stream/{Name}",
        _ => $"arn:aws:iot:{FunctionArn.Region}:{FunctionArn.Account}:topic/{Name}",
    };
}
