namespace Roost.LocalLambda.Sources.Streams;

/// <summary>How one function is fed from one stream, in the words of AWS Lambda's API.</summary>
internal sealed record EventSourceMapping
{
    public const string ReportBatchItemFailures = "ReportBatchItemFailures";

    public required string UUID { get; init; }

    /// <summary>The function's own name, without a qualifier.</summary>
    public required string FunctionName { get; init; }

    /// <summary>A version or alias; null for where the function's calls go that name none.</summary>
    public string? Qualifier { get; init; }

    /// <summary>See <see cref="StreamArn"/>.</summary>
    public required string EventSourceArn { get; init; }

    /// <summary>1 to 10,000 records.</summary>
    public int BatchSize { get; init; } = 100;

    /// <summary>0 to 300: how long a batch that is not full waits for more, from its first record on.</summary>
    public int MaximumBatchingWindowInSeconds { get; init; }

    /// <summary>1 to 10 batches at a time; records of one key always follow each other.</summary>
    public int ParallelizationFactor { get; init; } = 1;

    /// <summary><c>LATEST</c>, <c>TRIM_HORIZON</c> or <c>AT_TIMESTAMP</c>: where a mapping begins that has never run.</summary>
    public string StartingPosition { get; init; } = "LATEST";

    public DateTimeOffset? StartingPositionTimestamp { get; init; }

    /// <summary>A batch that fails is tried again in two halves.</summary>
    public bool BisectBatchOnFunctionError { get; init; }

    /// <summary>-1 (without end) to 10,000.</summary>
    public int MaximumRetryAttempts { get; init; } = -1;

    /// <summary>-1 (any age), or 60 to 604,800.</summary>
    public int MaximumRecordAgeInSeconds { get; init; } = -1;

    /// <summary><see cref="ReportBatchItemFailures"/>, or none.</summary>
    public IReadOnlyList<string> FunctionResponseTypes { get; init; } = [];

    public DestinationConfig? DestinationConfig { get; init; }

    public bool Enabled { get; init; } = true;

    public DateTimeOffset LastModified { get; init; }
}
