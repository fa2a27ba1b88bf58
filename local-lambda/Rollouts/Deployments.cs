using Roost.LocalLambda.Definitions;
using Roost.LocalLambda.Registry;

namespace Roost.LocalLambda.Rollouts;

/// <summary>The changes that deploying, promoting and rolling back make of a function's record. Pure: each takes a whole record and gives a whole one, so that there is no state between.</summary>
internal static class Deployments
{
    /// <summary>Versions that deployments published and that are kept for going back, those in use not counted.</summary>
    public const int KeptVersions = 5;

    /// <summary>New code and settings for <c>$LATEST</c>, for all calls at once or, with a plan, for a share of them.</summary>
    /// <param name="plan">Null for all at once. A function's first deployment has nothing to go back to, and so no rollout.</param>
    /// <param name="keepsBefore">Publishes what was there before, so that one can go back to it.</param>
    public static FunctionRecord Deploy(this FunctionRecord record, FunctionDefinition latest, RolloutPlan? plan, bool keepsBefore, DateTimeOffset now)
    {
        var current = record.Rollout is { IsInProgress: true } inProgress ? inProgress : null;
        var isKnown = FunctionRecord.IsSame(record.Latest, latest);
        if (isKnown && (current is null || (plan is not null && current.Plan.IsSame(plan))))
        {
            return record;
        }

        if (plan is null)
        {
            if (keepsBefore && !isKnown)
            {
                // While a rollout was in progress, what one goes back to is what served before it.
                record = current is null ? record.PublishDeployed(now, out var before) with { Previous = before } : record with { Previous = current.Stable };
            }

            return (record with { Latest = isKnown ? record.Latest : latest }).Supersede("deployed again, for all calls", now).Trim();
        }

        var stable = current?.Stable;
        if (stable is null)
        {
            record = record.PublishDeployed(now, out stable);
        }

        record = (record with { Latest = isKnown ? record.Latest : latest }).Supersede("deployed again", now);
        if (FunctionRecord.IsSame(record.FindVersion(stable)!, latest))
        {
            return record.Trim(); // what served before: there is nothing to try
        }

        record = record.PublishDeployed(now, out var canary);
        return (record with
        {
            Rollout = new Rollout { Id = FunctionRecord.NewRevision(), Stable = stable, Canary = canary, Plan = plan, StartedAt = now },
        }).Trim();
    }

    /// <summary>Takes on what a rollout has become. When it is over, <c>$LATEST</c> becomes what was decided.</summary>
    public static FunctionRecord Take(this FunctionRecord record, Rollout rollout, DateTimeOffset now)
    {
        if (record.Rollout is not { IsInProgress: true } current || current.Id != rollout.Id)
        {
            return record; // another one has begun or ended it since
        }

        var after = record with { Rollout = rollout };
        return rollout.State switch
        {
            RolloutState.Promoted => (after with { Previous = rollout.Stable }).Trim(),
            RolloutState.RolledBack => (after with { Latest = AsLatest(record.FindVersion(rollout.Stable)!, now), Previous = null }).Trim(),
            _ => after,
        };
    }

    /// <exception cref="RolloutImpossibleException">No rollout is in progress.</exception>
    public static FunctionRecord Promote(this FunctionRecord record, DateTimeOffset now) => record.Rollout is { IsInProgress: true } rollout
        ? record.Take(rollout.End(RolloutState.Promoted, "promoted by the operator", now), now)
        : throw new RolloutImpossibleException($"no rollout of {record.Name} is in progress, so there is nothing to promote; 'roost fn rollout {record.Name}' shows the last one");

    /// <summary>Makes <c>$LATEST</c> what a version is, for all calls.</summary>
    /// <param name="version">Null for the version before.</param>
    /// <exception cref="RolloutImpossibleException">There is no such version, or none before.</exception>
    public static FunctionRecord RollBack(this FunctionRecord record, string? version, DateTimeOffset now)
    {
        var current = record.Rollout is { IsInProgress: true } inProgress ? inProgress : null;
        var target = version ?? current?.Stable ?? record.Previous
            ?? throw new RolloutImpossibleException($"{record.Name} has no version before this one to go back to; name one with --to. It has {Names(record)}");
        if (target == FunctionArn.Latest || record.FindVersion(target) is not { } definition)
        {
            throw new RolloutImpossibleException($"{record.Name} has no version '{target}'; it has {Names(record)}");
        }

        if (current is not null && target == current.Stable)
        {
            return record.Take(current.End(RolloutState.RolledBack, "rolled back by the operator", now), now);
        }

        return (record with { Latest = FunctionRecord.IsSame(record.Latest, definition) ? record.Latest : AsLatest(definition, now), Previous = null })
            .Supersede($"rolled back to version {target} by the operator", now).Trim();
    }

    /// <summary>Whatever else changed <c>$LATEST</c> is newer than the rollout, and wins.</summary>
    public static FunctionRecord Reconcile(this FunctionRecord record, DateTimeOffset now) =>
        record.Rollout is { IsInProgress: true } rollout
        && (record.FindVersion(rollout.Stable) is null || record.FindVersion(rollout.Canary) is not { } canary || !FunctionRecord.IsSame(record.Latest, canary))
            ? record.Supersede("the function was changed meanwhile", now)
            : record;

    private static FunctionRecord Supersede(this FunctionRecord record, string reason, DateTimeOffset now) =>
        record.Rollout is { IsInProgress: true } rollout ? record with { Rollout = rollout.End(RolloutState.Superseded, reason, now) } : record;

    /// <summary>Publishes <c>$LATEST</c>, or finds the version that is the same already.</summary>
    private static FunctionRecord PublishDeployed(this FunctionRecord record, DateTimeOffset now, out string version)
    {
        if (record.Versions.LastOrDefault(one => FunctionRecord.IsSame(one, record.Latest)) is { } same)
        {
            version = same.Version;
            return record.DeployedVersions.Contains(version) ? record with { DeployedVersions = [.. record.DeployedVersions.Where(one => one != same.Version), version] } : record;
        }

        record = record.Publish(null, now, out var published);
        version = published.Version;
        return record with { DeployedVersions = [.. record.DeployedVersions, version] };
    }

    /// <summary>Removes the oldest versions that deployments published, but none that is in use.</summary>
    private static FunctionRecord Trim(this FunctionRecord record)
    {
        HashSet<string?> used = [.. record.Aliases.SelectMany(alias => alias.AdditionalVersionWeights.Keys.Append(alias.FunctionVersion)), record.Previous];
        if (record.Rollout is { IsInProgress: true } rollout)
        {
            used.Add(rollout.Stable);
            used.Add(rollout.Canary);
        }

        var deployed = record.DeployedVersions.Where(version => record.FindVersion(version) is not null).ToList();
        var old = deployed.Where(version => !used.Contains(version)).SkipLast(KeptVersions).ToHashSet();
        return record with { DeployedVersions = [.. deployed.Where(version => !old.Contains(version))], Versions = [.. record.Versions.Where(version => !old.Contains(version.Version))] };
    }

    private static FunctionDefinition AsLatest(FunctionDefinition version, DateTimeOffset now) =>
        version with { Version = FunctionArn.Latest, LastModified = now, RevisionId = FunctionRecord.NewRevision() };

    private static string Names(FunctionRecord record) =>
        record.Versions.Count == 0 ? "no published versions" : $"the versions {string.Join(", ", record.Versions.Select(version => version.Version))}";
}
