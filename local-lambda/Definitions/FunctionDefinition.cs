using Roost.Mqtt;

namespace Roost.LocalLambda.Definitions;

/// <summary>A function as its <c>function.yaml</c> declares it, checked.</summary>
internal sealed record FunctionDefinition
{
    public required string Name { get; init; }

    /// <summary>The folder with the code: absolute.</summary>
    public required string Folder { get; init; }

    public required FunctionRuntime Runtime { get; init; }

    /// <summary>Empty for a custom runtime that declares none.</summary>
    public required string Handler { get; init; }

    public long MemoryBytes { get; init; } = 128 * 1024 * 1024;

    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(3);

    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    public FunctionNetwork Network { get; init; }

    /// <summary>Most workers at one time.</summary>
    public int MaxConcurrency { get; init; } = 4;

    /// <summary>Workers that run from the daemon's start on, at most <see cref="MaxConcurrency"/>.</summary>
    public int Pinned { get; init; }

    /// <summary>A worker that had nothing to do for so long is ended.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Invocations that may wait for a worker.</summary>
    public int Queue { get; init; } = 1000;

    public IReadOnlyList<TopicFilter> Topics { get; init; } = [];

    /// <summary>What an operator should know though it is no fault.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    public FunctionArn Arn => new(Name, null);

    public int MemoryMebibytes => (int)(MemoryBytes / (1024 * 1024));
}
