using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Roost.Shadow.Documents;

namespace Roost.Shadow.Tests.Documents;

/// <summary>A shadow without store or broker: requests in, JSON out.</summary>
internal sealed class EngineHarness
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static readonly ShadowLimits Limits = new(MaxDocumentBytes: 8192, MaxDepth: 6);

    public ShadowRecord? Record { get; private set; }

    public long Now { get; set; } = 1000;

    public ShadowOutcome Update(string body) => Update(Encoding.UTF8.GetBytes(body));

    public ShadowOutcome Update(byte[] body)
    {
        var outcome = ShadowEngine.Update(Record, body, Limits, Now);
        Record = outcome.Record ?? Record;
        return outcome;
    }

    /// <summary>An update that must succeed.</summary>
    public EngineHarness With(string body)
    {
        Assert.That(Update(body).Fault, Is.Null, body);
        return this;
    }

    public ShadowOutcome Delete(string body = "")
    {
        var outcome = ShadowEngine.Delete(Record, Encoding.UTF8.GetBytes(body), "T", expectedVersion: null, Now);
        Record = outcome.Record ?? Record;
        return outcome;
    }

    public ShadowOutcome Get(string body = "") => ShadowEngine.Get(Record, Encoding.UTF8.GetBytes(body), "T", Now);

    public string Got(string body = "") => Text(Get(body).Messages!.Accepted)!;

    /// <summary>One member of the get answer, as compact JSON; null when it is absent.</summary>
    public string? GotAt(params string[] path)
    {
        JsonNode? node = JsonNode.Parse(Got());
        foreach (var key in path)
        {
            node = node?[key];
        }

        return node?.ToJsonString(Relaxed);
    }

    /// <summary>The body of an update of one section.</summary>
    public static string Of(string section, string value) => "{\"state\":{\"" + section + "\":" + value + "}}";

    public static string? Text(byte[]? json) => json is null ? null : Encoding.UTF8.GetString(json);
}
