namespace Roost.LocalLambda.Sources.Streams;

/// <summary>A stream of the gateway, under a Kinesis stream's name: <c>arn:aws:kinesis:local:000000000000:stream/telemetry</c>.</summary>
internal static class StreamArn
{
    private static readonly string s_prefix = $"arn:aws:kinesis:{FunctionArn.Region}:{FunctionArn.Account}:stream/";

    public static string Of(string stream) => s_prefix + stream;

    /// <summary>What stands behind the last slash.</summary>
    public static string NameOf(string arn) => arn[(arn.LastIndexOf('/') + 1)..];

    /// <summary>Region and account are not compared, so that ARNs made for the cloud work here.</summary>
    public static bool TryParse(string arn, out string stream)
    {
        var parts = arn.Split(':', 6);
        var valid = parts is ["arn", _, "kinesis", _, _, { } resource] && resource.StartsWith("stream/", StringComparison.Ordinal) && resource.Length > "stream/".Length;
        stream = valid ? parts[5]["stream/".Length..] : "";
        return valid;
    }
}
