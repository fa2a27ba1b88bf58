using System.Text.Json.Serialization;
using Roost.LocalLambda.Registry;
using Roost.LocalLambda.Rollouts;
using Roost.LocalLambda.Sources;
using Roost.LocalLambda.Sources.Urls;
using Roost.Mqtt;

namespace Roost.LocalLambda.Definitions;

/// <summary>One version of a function: its settings, checked, and the code that they go with. Kept as it is by the <see cref="FunctionStore"/>; never changed, only replaced.</summary>
internal sealed record FunctionDefinition
{
    public required string Name { get; init; }

    /// <summary><c>$LATEST</c>, or the number of a published version.</summary>
    public string Version { get; init; } = FunctionArn.Latest;

    /// <summary>SHA-256 of the code in base64, by which the <see cref="Code.CodeStore"/> finds it. Empty while the code has not been stored.</summary>
    public string CodeSha256 { get; init; } = "";

    /// <summary>Of the code as it was sent, in bytes.</summary>
    public long CodeSize { get; init; }

    /// <summary>The folder with the code: absolute.</summary>
    [JsonIgnore]
    public string Folder { get; init; } = "";

    public string Description { get; init; } = "";

    /// <summary>Changes with every change of the function, so that a caller can say which state it has seen.</summary>
    public string RevisionId { get; init; } = "";

    public DateTimeOffset LastModified { get; init; }

    [JsonConverter(typeof(FunctionRuntimeConverter))]
    public required FunctionRuntime Runtime { get; init; }

    /// <summary>Empty for a custom runtime that declares none.</summary>
    public required string Handler { get; init; }

    public long MemoryBytes { get; init; } = 128 * 1024 * 1024;

    /// <summary>Of one core's time, for each worker; null: as much as there is.</summary>
    public int? CpuPercent { get; init; }

    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(3);

    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    public PayloadEncoding Encoding { get; init; }

    public FunctionNetwork Network { get; init; }

    public ServiceClass Class { get; init; }

    public StartMode Start { get; init; }

    /// <summary>Most workers at one time.</summary>
    public int MaxConcurrency { get; init; } = 4;

    /// <summary>Workers that run from the daemon's start on, at most <see cref="MaxConcurrency"/>.</summary>
    public int Pinned { get; init; }

    /// <summary>A worker that had nothing to do for so long is ended.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Device nodes that it may open, where the daemon's configuration allows them too.</summary>
    public IReadOnlyList<string> Devices { get; init; } = [];

    /// <summary>Invocations that may wait for a worker.</summary>
    public int Queue { get; init; } = 1000;

    public IReadOnlyList<Trigger> Triggers { get; init; } = [];

    /// <summary>Null: the function has none.</summary>
    public FunctionUrl? Url { get; init; }

    /// <summary>What came over AWS's API; null for a function of the functions' folder.</summary>
    public LambdaSettings? Lambda { get; init; }

    /// <summary>The function.yaml that code before this one brought, and that goes on because this code came without; null where there is none, or the code has its own.</summary>
    public string? InheritedFile { get; init; }

    /// <summary>What it may do to broker, shadows, streams and functions; empty: it cannot reach them at all.</summary>
    public IReadOnlyList<Grant> Grants { get; init; } = [];

    /// <summary>How its folder asks to be deployed; null for all calls at once. It is no part of a version.</summary>
    [JsonIgnore]
    public RolloutPlan? Rollout { get; init; }

    /// <summary>What its folder says of asynchronous invocations; null for nothing. It is no part of a version.</summary>
    [JsonIgnore]
    public AsyncSettings? Async { get; init; }

    [JsonIgnore]
    public FunctionArn Arn => new(Name, Version == FunctionArn.Latest ? null : Version);

    [JsonIgnore]
    public int MemoryMebibytes => (int)(MemoryBytes / (1024 * 1024));
}
