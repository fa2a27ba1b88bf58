using Roost.Shadow.Documents;
using Roost.Shadow.Store;

namespace Roost.Shadow.Backup;

/// <summary>What becomes of one shadow when a backup is restored over it. Pure.</summary>
internal static class RestoredRecord
{
    /// <param name="backup">Null when the backup does not have the shadow.</param>
    /// <param name="present">Null when it is not there now, or cannot be read.</param>
    /// <param name="known">The highest version that is known to have been given out; 0 when none is.</param>
    /// <returns>The change to be made; null when the shadow is as it is to be.</returns>
    public static ShadowRecord? Of(ShadowRecord? backup, ShadowRecord? present, long known, long now)
    {
        var seen = Math.Max(known, present?.Version ?? 0);
        return backup is { State: not null } ? Document(backup, present, seen, now) : Absence(backup, present, seen, now);
    }

    private static ShadowRecord? Document(ShadowRecord backup, ShadowRecord? present, long seen, long now)
    {
        if (present is { State: { } state } && StoredState.IsSame(backup.State!, state) && present.Version >= backup.Version)
        {
            return null;
        }

        // Clients pass over versions that are not above the last one they saw: a state that is not the one they know needs a new one.
        return seen == 0 ? backup : new ShadowRecord(Math.Max(seen + 1, backup.Version), now, backup.State);
    }

    private static ShadowRecord? Absence(ShadowRecord? backup, ShadowRecord? present, long seen, long now)
    {
        if (present is { IsTombstone: true } && present.Version >= seen)
        {
            return null;
        }

        if (present is not null || seen > 0)
        {
            return new ShadowRecord(seen, now, State: null); // so that it goes on from there if it comes back
        }

        return backup is { } tombstone && !tombstone.IsExpired(now) ? tombstone : null;
    }
}
