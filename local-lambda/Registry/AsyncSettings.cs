namespace Roost.LocalLambda.Registry;

/// <summary>
/// How the asynchronous invocations of a function, or of one of its versions or aliases, are tried again and where what becomes of them goes:
/// AWS Lambda's EventInvokeConfig. What is null is as in <see cref="Default"/>.
/// </summary>
internal sealed record AsyncSettings
{
    public const int MostRetryAttempts = 2;
    public const int LeastEventAgeInSeconds = 60;
    public const int MostEventAgeInSeconds = 21_600;

    /// <summary>Two more tries, six hours, no destinations.</summary>
    public static AsyncSettings Default { get; } = new();

    /// <summary>Tries after the first that failed, 0 to 2; throttles do not count.</summary>
    public int? MaximumRetryAttempts { get; init; }

    /// <summary>An event that waited for longer is given up, 60 to 21,600.</summary>
    public int? MaximumEventAgeInSeconds { get; init; }

    /// <summary>ARN that <see cref="Roost.LocalLambda.Destinations.Destination"/> reads; null for none.</summary>
    public string? OnSuccess { get; init; }

    /// <summary>ARN that <see cref="Roost.LocalLambda.Destinations.Destination"/> reads; null for none: then what failed is a dead letter.</summary>
    public string? OnFailure { get; init; }

    /// <summary>When they were set.</summary>
    public DateTimeOffset LastModified { get; init; }

    public int RetriesOrDefault() => MaximumRetryAttempts ?? MostRetryAttempts;

    public TimeSpan MaximumAgeOrDefault() => TimeSpan.FromSeconds(MaximumEventAgeInSeconds ?? MostEventAgeInSeconds);
}
