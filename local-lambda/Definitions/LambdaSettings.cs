namespace Roost.LocalLambda.Definitions;

/// <summary>
/// What callers of AWS's API have set for a version. It stands above what a <c>function.yaml</c> in the zip says; null leaves it to that file. Some of it has no
/// effect here and is only told again, so that tools that compare find what they have sent.
/// </summary>
internal sealed record LambdaSettings
{
    public string? Runtime { get; init; }

    public string? Handler { get; init; }

    /// <summary>In MiB.</summary>
    public int? MemorySize { get; init; }

    /// <summary>In seconds.</summary>
    public int? Timeout { get; init; }

    public IReadOnlyDictionary<string, string>? Environment { get; init; }

    /// <summary>Told again only: what a function may do here stands in its function.yaml.</summary>
    public string Role { get; init; } = "";

    /// <summary>AWS's word, <c>x86_64</c> or <c>arm64</c>; null for the machine's own.</summary>
    public string? Architecture { get; init; }

    /// <summary>Told again only.</summary>
    public string? TracingMode { get; init; }

    /// <summary>Told again only.</summary>
    public string? SnapStart { get; init; }

    /// <summary>In MiB; at most what <c>/tmp</c> has.</summary>
    public int? EphemeralStorage { get; init; }
}
