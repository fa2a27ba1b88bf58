using Roost.LocalLambda.Definitions;

namespace Roost.LocalLambda.Workers;

/// <summary>Who competes for workers under a <see cref="WorkerAdmission"/>: the pool of one version of a function.</summary>
internal interface IWorkerClaimant
{
    ServiceClass Class { get; }

    /// <summary>It is the claimant's turn: it asks for as many workers as it still wants.</summary>
    void EnsureWorkers();

    /// <returns>How long the worker that has had nothing to do for longest has been idle; null when none may be ended.</returns>
    TimeSpan? LongestIdle();

    /// <summary>Ends that worker.</summary>
    /// <returns>False when there is none any more.</returns>
    bool EndLongestIdle();
}
