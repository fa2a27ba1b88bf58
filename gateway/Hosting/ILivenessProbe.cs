namespace Roost.Gateway.Hosting;

/// <summary>Something whose standstill makes the daemon useless, and which a restart would cure.</summary>
internal interface ILivenessProbe
{
    /// <summary>What is probed, for the log.</summary>
    string Name { get; }

    /// <summary>Completes once the probed thing has shown that it still works. A fault counts as a sign of life: it answered.</summary>
    Task AnswersAsync(CancellationToken cancellationToken);
}
