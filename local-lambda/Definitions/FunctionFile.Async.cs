using Roost.LocalLambda.Destinations;
using Roost.LocalLambda.Registry;
using YamlDotNet.RepresentationModel;

namespace Roost.LocalLambda.Definitions;

/// <summary>The key <c>async</c>: what becomes of asynchronous invocations.</summary>
internal sealed partial class FunctionFile
{
    private const string DestinationRemedy = "write one of { function: NAME }, { stream: NAME } and { topic: a/b }";

    private AsyncSettings? Async(Dictionary<string, YamlNode> values)
    {
        if (!values.TryGetValue("async", out var node))
        {
            return null;
        }

        if (node is not YamlMappingNode mapping)
        {
            Fault(node, "async", Shown(node), "write it so: async: { retries: 2, max-age: 6h, on-failure: { topic: failed } }");
            return null;
        }

        var fields = new YamlFields(mapping, "async", new YamlFaults(_path, _faults));
        fields.RefuseOthers("retries", "max-age", "on-success", "on-failure");
        return new AsyncSettings
        {
            MaximumRetryAttempts = fields.Has("retries") ? fields.Number("retries", AsyncSettings.MostRetryAttempts, 0, AsyncSettings.MostRetryAttempts) : null,
            MaximumEventAgeInSeconds = fields.Has("max-age")
                ? fields.Seconds("max-age", AsyncSettings.MostEventAgeInSeconds, AsyncSettings.LeastEventAgeInSeconds, AsyncSettings.MostEventAgeInSeconds)
                : null,
            OnSuccess = DestinationOf(fields, "on-success"),
            OnFailure = DestinationOf(fields, "on-failure"),
        };
    }

    private static string? DestinationOf(YamlFields fields, string key)
    {
        if (fields.Mapping(key, DestinationRemedy) is not { } where)
        {
            return null;
        }

        where.RefuseOthers("function", "stream", "topic");
        var destination = (where.Text("function"), where.Text("stream"), where.Text("topic")) switch
        {
            ({ } function, null, null) => Destination.OfFunction(function),
            (null, { } stream, null) => Destination.OfStream(stream),
            (null, null, { } topic) => Destination.OfTopic(topic),
            _ => null,
        };
        if (destination is null)
        {
            fields.Fault(key, DestinationRemedy);
        }

        return destination?.ToString();
    }
}
