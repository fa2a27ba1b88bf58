using Roost.LocalLambda.Definitions;
using Roost.Mqtt;

namespace Roost.LocalLambda.Sources.Streams;

/// <summary><c>{ stream: telemetry, batch: 100 }</c></summary>
internal sealed record StreamTrigger(string Stream) : Trigger
{
    public const string Kind = "stream";

    private const string NameRemedy = "is no name of a stream; use 1 to 128 of a-z, A-Z, 0-9, _, . and -";

    private static readonly string[] s_destinations = ["stream", "topic", "function"];

    public int Batch { get; init; } = 100;

    public int WindowSeconds { get; init; }

    public string From { get; init; } = "LATEST";

    public int Parallel { get; init; } = 1;

    public bool Bisect { get; init; }

    public int Retries { get; init; } = -1;

    /// <summary>-1 for any age.</summary>
    public int MaxAgeSeconds { get; init; } = -1;

    public bool Partial { get; init; }

    /// <summary>ARN; null for the function's dead letters.</summary>
    public string? OnFailure { get; init; }

    public EventSourceMapping ToMapping(string uuid, string function) => new()
    {
        UUID = uuid,
        FunctionName = function,
        EventSourceArn = StreamArn.Of(Stream),
        BatchSize = Batch,
        MaximumBatchingWindowInSeconds = WindowSeconds,
        ParallelizationFactor = Parallel,
        StartingPosition = From,
        BisectBatchOnFunctionError = Bisect,
        MaximumRetryAttempts = Retries,
        MaximumRecordAgeInSeconds = MaxAgeSeconds,
        FunctionResponseTypes = Partial ? [EventSourceMapping.ReportBatchItemFailures] : [],
        DestinationConfig = OnFailure is null ? null : new DestinationConfig(new OnFailure(OnFailure)),
    };

    public static StreamTrigger? Read(YamlFields fields, string place)
    {
        fields.RefuseOthers(Kind, "batch", "window", "from", "parallel", "bisect", "retries", "max-age", "partial", "on-failure");
        var stream = fields.Text(Kind) ?? "";
        if (!IsStreamName(stream))
        {
            fields.Fault(Kind, NameRemedy);
            return null;
        }

        return new StreamTrigger(stream)
        {
            Batch = fields.Number("batch", 100, 1, 10_000),
            WindowSeconds = fields.Seconds("window", 0, 0, 300),
            From = fields.Choice("from", "LATEST", ("latest", "LATEST"), ("oldest", "TRIM_HORIZON")),
            Parallel = fields.Number("parallel", 1, 1, 10),
            Bisect = fields.Flag("bisect", false),
            Retries = fields.Number("retries", -1, -1, 10_000),
            MaxAgeSeconds = fields.Seconds("max-age", -1, 60, 604_800),
            Partial = fields.Flag("partial", false),
            OnFailure = ReadDestination(fields, stream),
        };
    }

    private static string? ReadDestination(YamlFields fields, string source)
    {
        if (fields.Mapping("on-failure", "write where to: on-failure: { stream: failed }, { topic: robots/failed } or { function: mend }") is not { } destination)
        {
            return null;
        }

        destination.RefuseOthers(s_destinations);
        string[] kinds = [.. s_destinations.Where(destination.Has)];
        if (kinds.Length != 1)
        {
            fields.Fault("on-failure", "takes one of stream, topic and function");
            return null;
        }

        var text = destination.Text(kinds[0]) ?? "";
        switch (kinds[0])
        {
            case "stream" when text == source:
                destination.Fault("stream", "is the stream itself, whose records would come back for ever; use another one");
                return null;
            case "stream" when IsStreamName(text) && text[0] != '$':
                return StreamArn.Of(text);
            case "stream":
                destination.Fault("stream", NameRemedy);
                return null;
            case "topic" when TopicName.TryParse(text, out var topic) && !ReservedTopics.Contains(topic):
                return FailureDestination.ArnOfTopic(text);
            case "topic":
                destination.Fault("topic", "is no topic to publish on; leave out + and #, and topics that begin with $SYS or $aws/events, or on which shadows answer");
                return null;
            case "function" when FunctionArn.IsName(text):
                return new FunctionArn(text, null).ToString();
            default:
                destination.Fault("function", "is no name of a function; use 1 to 64 letters, digits, - and _");
                return null;
        }
    }

    /// <summary>As the streams have it; those of the system begin with <c>$</c> and can be read.</summary>
    private static bool IsStreamName(string text)
    {
        var name = text.StartsWith('$') ? text[1..] : text;
        return text.Length <= 128 && name.Length > 0 && name[0] != '.' && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-');
    }
}
