namespace Roost.Identity.Signatures;

/// <summary>What a signed request says of its signature. Nothing of it is known to be true.</summary>
internal sealed record SignatureClaim
{
    public required string AccessKeyId { get; init; }

    /// <summary><c>20150830/us-east-1/iotdata/aws4_request</c>.</summary>
    public required string Scope { get; init; }

    public required string Date { get; init; }

    public required string Region { get; init; }

    public required string Service { get; init; }

    /// <summary>As written: <c>20150830T123600Z</c>.</summary>
    public required string Timestamp { get; init; }

    public required DateTimeOffset Time { get; init; }

    /// <summary>Null: signed by headers, and good for as long as clocks may differ.</summary>
    public TimeSpan? Expires { get; init; }

    /// <summary>Lower case, in order, each once.</summary>
    public required IReadOnlyList<string> SignedHeaders { get; init; }

    /// <summary>Lower-case hexadecimal.</summary>
    public required string Signature { get; init; }

    public bool IsPresigned => Expires is not null;
}
