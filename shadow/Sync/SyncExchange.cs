using Microsoft.Extensions.Logging;

namespace Roost.Shadow.Sync;

/// <summary>
/// Makes one shadow equal on both sides: looks at what is known, asks for what is not, decides, changes the cloud's side, then ours, and
/// notes it. It may end at any point, by a crash too: until it is noted, the next one decides the same again from what it finds.
/// </summary>
internal sealed class SyncExchange(LocalShadows shadows, SyncTable table, CloudAbsences absences, SyncMetrics metrics, TimeProvider clock, ILogger logger)
{
    // Each round but the last meets a side that has changed meanwhile. A shadow that changes all the time gets its next chance later.
    private const int MostRounds = 5;

    /// <returns>Null: both sides are equal, and it is noted.</returns>
    /// <exception cref="LocalShadowException">Our side cannot be read or changed.</exception>
    public async Task<SyncFailure?> RunAsync(TrackedShadow shadow, SyncNews news, UpstreamRequests upstream)
    {
        var stored = table.Read(shadow.Id);
        var row = stored ?? new SyncRow();
        var nothingNew = shadow is { IsCloudKnown: true, HasPushed: false };
        var run = new Run(shadow, row, upstream)
        {
            IsStored = stored is not null,
            LocalRecreated = news.LocalDeleted || row.LocalRecreated,
            CloudRecreated = news.CloudDeleted || row.CloudRecreated,
            DeletionIsKnown = news.CloudDeleted || row.CloudRecreated,
            Cloud = shadow.TakeCloud(row.Last),
        };
        if (!news.LocalChanged && run.Cloud is null && row is { Last: { } last, Error: null })
        {
            if (await AskAsync(run) is { } failure)
            {
                return failure;
            }

            if (last.CloudIsUntouched(run.Cloud!))
            {
                shadow.Synced(); // nothing was changed anywhere, and nothing is written
                return null;
            }
        }

        if (nothingNew && row.Last is null && (await shadows.ReadAsync(shadow.Id)).State is null)
        {
            shadow.Synced(); // such as the echo of our own deletion
            return null;
        }

        for (var round = 0; round < MostRounds; round++)
        {
            var (done, failure) = await RoundAsync(run);
            if (done || failure is not null)
            {
                return failure is null ? null : failure with { Rebased = run.Rebased };
            }
        }

        return new SyncFailure("Both sides go on changing", Rebased: run.Rebased);
    }

    /// <summary>Keeps the reason for whoever asks.</summary>
    public async Task NoteFailureAsync(ShadowId id, SyncFailure failure)
    {
        try
        {
            await table.WriteErrorAsync(id, failure.Reason, clock.GetUtcNow(), failure.Rebased);
        }
#pragma warning disable CA1031 // the reason is in the log as well; a disk that fails must not end the sync of the others
        catch (Exception exception)
#pragma warning restore CA1031
        {
            logger.Broke(id, exception);
        }
    }

    /// <summary>Keeps shadows that are gone in the cloud until somebody decides.</summary>
    public async Task HoldAsync(IReadOnlyCollection<TrackedShadow> held)
    {
        logger.Held(held.Count);
        foreach (var shadow in held)
        {
            shadow.IsHeld = true;
        }

        await table.HoldAsync([.. held.Select(shadow => shadow.Id)], clock.GetUtcNow());
    }

    private async Task<(bool Done, SyncFailure? Failure)> RoundAsync(Run run)
    {
        var local = await shadows.ReadAsync(run.Shadow.Id);
        run.LocalRecreated |= run.Shadow.IsLocalDeleted; // it is told of a deletion before a read can see it
        local = local with { Recreated = run.LocalRecreated };
        var last = run.Row.Last is { } known && !IsLost(known, local) ? known : null;
        // Not at version 1: an update for it is also taken where there is no shadow, and would make a part of this one there.
        var isAssumed = run.Cloud is null && last is { CloudVersion: > 1 } && run.Rebased == 0 && !last.LocalIsUntouched(local) && local.State is not null;
        if (run.Cloud is null && !isAssumed && await AskAsync(run) is { } unanswered)
        {
            return (false, unanswered);
        }

        // An update names the version that it is made for. Where nothing is known to have changed it is sent without asking first.
        var cloud = run.Cloud ?? TrackedShadow.AsSynced(last!);
        if (run.Cloud is not null && run.Row.Error is null && last?.LocalIsUntouched(local) is true && last.CloudIsUntouched(cloud with { Recreated = run.CloudRecreated }))
        {
            run.Shadow.Synced(); // such as the echo of our own change
            return (true, null);
        }

        var decision = SyncDecision.Decide(last, local, cloud with { Recreated = run.CloudRecreated }, run.Shadow.Policy);
        if (isAssumed && decision.Cloud.Patch is null)
        {
            return (false, await AskAsync(run));
        }

        if (decision.IsLeftAlone)
        {
            run.Shadow.Synced();
            return (true, null);
        }

        if (decision.Local.Delete && !run.DeletionIsKnown && (run.Row.IsHeld || absences.AreDeletions is not true))
        {
            if (!run.Row.IsHeld && absences.AreDeletions is false)
            {
                await HoldAsync([run.Shadow]);
            }

            return (false, SyncFailure.Held);
        }

        if (!decision.Cloud.IsNothing)
        {
            var failure = await ChangeCloudAsync(run, decision.Cloud);
            if (failure is not null || !StateEquality.Same(run.Cloud?.State, decision.Goal))
            {
                return (false, failure); // without a failure: decide again for what it is now
            }
        }

        var version = local.Version;
        if (!decision.Local.IsNothing)
        {
            if (await shadows.ApplyAsync(run.Shadow.Id, decision.Local) is not { } applied)
            {
                return (false, null);
            }

            version = applied;
        }

        await NoteAsync(run, decision, version);
        return (true, null);
    }

    // Nobody deleted it, and yet it is gone, or has a version of long ago: the disk was replaced, or an old backup restored. What it lacks
    // was not removed by anybody, so that it is synced as if for the first time.
    private static bool IsLost(SyncBase last, SyncSide local) =>
        !local.Recreated && (local.State is null || last.LocalStartedAgain(local));

    private async Task<SyncFailure?> AskAsync(Run run)
    {
        var reply = await run.Upstream.GetAsync(run.Shadow.Id);
        run.Cloud = reply.Side;
        run.CloudRecreated |= reply.Side is { State: null };
        if (reply.Side is not null)
        {
            Note(run, reply.Side);
        }

        return reply.Side is null ? SyncFailure.Of(reply) : null;
    }

    private void Note(Run run, SyncSide cloud)
    {
        if (run is { Row.Last: not null, DeletionIsKnown: false })
        {
            absences.Saw(run.Shadow, cloud.State is not null);
        }
    }

    private async Task<SyncFailure?> ChangeCloudAsync(Run run, SyncStep step)
    {
        var reply = step.Delete ? await run.Upstream.DeleteAsync(run.Shadow.Id) : await run.Upstream.UpdateAsync(run.Shadow.Id, step.Patch!, step.ExpectedVersion);
        if (reply.Fault == UpstreamFault.VersionConflict)
        {
            run.Cloud = null;
            return ++run.Rebased > 1 ? new SyncFailure("The upstream's shadow changed again before ours arrived") : null;
        }

        if (reply.Side is null)
        {
            return SyncFailure.Of(reply);
        }

        if (step is { Delete: false, ExpectedVersion: not null })
        {
            Note(run, reply.Side); // it was there to be changed
        }

        run.Cloud = reply.Side;
        if (step.Delete && reply.DeletedVersion > step.ExpectedVersion && run.Shadow.LastPushed is { State: { } written } && run.Shadow.LastPushed.Version == reply.DeletedVersion)
        {
            // A deletion names no version, so it also took what somebody had just written. What was written is wanted: it is put back.
            var again = await run.Upstream.UpdateAsync(run.Shadow.Id, StatePatch.Between(null, written)!, version: null);
            run.CloudRecreated = true;
            run.Cloud = again.Side;
            return again.Side is null ? SyncFailure.Of(again) : null;
        }

        return null;
    }

    private async Task NoteAsync(Run run, SyncDecision decision, long localVersion)
    {
        var (id, now) = (run.Shadow.Id, clock.GetUtcNow());
        foreach (var conflict in decision.Conflicts)
        {
            metrics.Conflicted(conflict);
            logger.Conflict(id, conflict.Path, conflict.Winner);
        }

        if (decision.Goal is null && !run.IsStored)
        {
            run.Shadow.Synced(); // it is nowhere, and was nowhere
            return;
        }

        metrics.Synced(!decision.Local.IsNothing, !decision.Cloud.IsNothing);
        await table.WriteAsync(id, new SyncRow
        {
            Last = decision.Goal is { } state ? new SyncBase(state, localVersion, run.Cloud!.Version, run.Cloud.Newest) : null,
            SyncedAt = now,
            Conflicts = run.Row.Conflicts + decision.Conflicts.Count,
            Rebases = run.Row.Rebases + run.Rebased,
            LastConflicts = decision.Conflicts.Count == 0 ? run.Row.LastConflicts : [.. decision.Conflicts.Take(SyncRow.MostConflicts)],
            ConflictAt = decision.Conflicts.Count == 0 ? run.Row.ConflictAt : now,
        });
        run.Shadow.Synced();
    }

    /// <summary>One exchange on its way.</summary>
    private sealed class Run(TrackedShadow shadow, SyncRow row, UpstreamRequests upstream)
    {
        public TrackedShadow Shadow { get; } = shadow;

        public SyncRow Row { get; } = row;

        public UpstreamRequests Upstream { get; } = upstream;

        public bool IsStored { get; init; }

        /// <summary>The cloud told of a deletion, or somebody here said that there was one.</summary>
        public bool DeletionIsKnown { get; init; }

        /// <summary>Null: not known.</summary>
        public SyncSide? Cloud { get; set; }

        public bool LocalRecreated { get; set; }

        public bool CloudRecreated { get; set; }

        /// <summary>Refusals over the version.</summary>
        public int Rebased { get; set; }
    }
}
