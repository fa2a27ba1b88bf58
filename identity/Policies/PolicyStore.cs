using Roost.Identity.Policies.Documents;
using Roost.Identity.Store;

namespace Roost.Identity.Policies;

/// <summary>
/// The policies and what they are attached to. One change at a time; whoever reads has a snapshot. Each change is durable, then in the snapshot, then in the
/// audit, then told to those who hold connections.
/// </summary>
internal sealed class PolicyStore(IdentityDatabase database, IAuditTrail audit, IdentityChanges changes, TimeProvider clock) : IPolicyAttachments, IIdentityPart, IDisposable
{
    private readonly PolicyTable _table = new(database);
    private readonly SemaphoreSlim _oneAtATime = new(1);
    private volatile PolicySnapshot _current = PolicySnapshot.Empty;

    public PolicySnapshot Current => _current;

    /// <exception cref="IdentityDamagedException">A policy is there that cannot be read: without it nobody could be judged.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _current = _table.Load();
        return Task.CompletedTask;
    }

    public bool Exists(string policy) => _current.Policies.ContainsKey(policy);

    /// <summary>Makes a policy, or replaces its text.</summary>
    /// <param name="mustBeNew">Refused with <see cref="ChangeFault.Conflict"/> when there is one of that name.</param>
    /// <param name="mustExist">Refused with <see cref="ChangeFault.NotFound"/> when there is none.</param>
    /// <exception cref="ChangeRefusedException">Nothing was changed.</exception>
    public async Task<StoredPolicy> PutAsync(string name, string text, bool mustBeNew, bool mustExist, ChangedBy by, CancellationToken cancellationToken = default)
    {
        PolicyNames.Check(name);
        var document = PolicyReader.Read(text, out var faults)
            ?? throw new ChangeRefusedException(ChangeFault.Invalid, $"Policy {name} cannot be taken: {string.Join("; ", faults)}");
        StoredPolicy policy = null!;
        await ChangeAsync(
            async snapshot =>
            {
                var before = snapshot.Policies.GetValueOrDefault(name);
                Refuse(before is { IsBuiltIn: true }, ChangeFault.Conflict, $"Policy {name} is built in and stays as it is. Make one of another name and attach that instead.");
                Refuse(mustBeNew && before is not null, ChangeFault.Conflict, $"There is a policy {name} already; update it, or choose another name.");
                Refuse(mustExist && before is null, ChangeFault.NotFound, $"There is no policy {name}; create it.");
                Refuse(
                    before is null && snapshot.Policies.Count - BuiltInPolicies.All.Count >= PolicyLimits.MostPolicies,
                    ChangeFault.LimitExceeded,
                    $"There are {PolicyLimits.MostPolicies} policies, and there can be no more. Delete some; variables make one policy fit many things.");
                policy = new StoredPolicy(name, text, document, (before?.Version ?? 0) + 1, clock.GetUtcNow());
                await _table.PutAsync(policy);
                return snapshot with { Policies = snapshot.Policies.SetItem(name, policy) };
            },
            () => by.Entry(policy.Version == 1 ? "policy.create" : "policy.update", name),
            subject: null,
            cancellationToken);
        return policy;
    }

    /// <exception cref="ChangeRefusedException">There is no such policy, it is built in, or attached to something.</exception>
    public Task DeleteAsync(string name, ChangedBy by, CancellationToken cancellationToken = default) => ChangeAsync(
        async snapshot =>
        {
            Refuse(!snapshot.Policies.TryGetValue(name, out var policy), ChangeFault.NotFound, $"There is no policy {name}.");
            Refuse(policy!.IsBuiltIn, ChangeFault.Conflict, $"Policy {name} is built in and stays. Detach it where it shall not hold.");
            var targets = snapshot.TargetsOf(name).Take(4).ToList();
            Refuse(
                targets.Count > 0,
                ChangeFault.Conflict,
                $"Policy {name} is attached to {string.Join(", ", targets.Take(3))}{(targets.Count > 3 ? " and others" : "")}. Detach it first.");
            await _table.DeleteAsync(name);
            return snapshot with { Policies = snapshot.Policies.Remove(name) };
        },
        () => by.Entry("policy.delete", name),
        subject: null,
        cancellationToken);

    public Task AttachAsync(string policy, string target, ChangedBy by, CancellationToken cancellationToken = default)
    {
        PolicyNames.CheckTarget(target);
        return ChangeAsync(
            async snapshot =>
            {
                Refuse(!snapshot.Policies.ContainsKey(policy), ChangeFault.NotFound, $"There is no policy {policy}.");
                var there = snapshot.Of(target);
                if (there.Contains(policy))
                {
                    return snapshot;
                }

                Refuse(there.Count >= PolicyLimits.MostAttached, ChangeFault.LimitExceeded, $"{target} has {there.Count} policies, and there can be no more. Detach one, or put statements together.");
                await _table.AttachAsync(policy, target);
                return snapshot.With(target, policy);
            },
            () => by.Entry("policy.attach", $"{policy} to {target}"),
            SubjectOf(target),
            cancellationToken);
    }

    /// <exception cref="ChangeRefusedException">It is not attached there.</exception>
    public Task DetachAsync(string policy, string target, ChangedBy by, CancellationToken cancellationToken = default) => ChangeAsync(
        async snapshot =>
        {
            Refuse(!snapshot.Of(target).Contains(policy), ChangeFault.NotFound, $"Policy {policy} is not attached to {target}.");
            await _table.DetachAsync(policy, target);
            return snapshot.Without(target, policy);
        },
        () => by.Entry("policy.detach", $"{policy} from {target}"),
        SubjectOf(target),
        cancellationToken);

    public Task DetachAllAsync(string target, ChangedBy by, CancellationToken cancellationToken = default) => ChangeAsync(
        async snapshot =>
        {
            if (!snapshot.Attached.ContainsKey(target))
            {
                return snapshot;
            }

            await _table.DetachAllAsync(target);
            return snapshot with { Attached = snapshot.Attached.Remove(target) };
        },
        () => by.Entry("policy.detach", $"all from {target}"),
        SubjectOf(target),
        cancellationToken);

    public void Dispose() => _oneAtATime.Dispose();

    /// <summary>Whom a change at a target concerns; null: anybody, as any thing may be in a group.</summary>
    private static string? SubjectOf(string target) => target.StartsWith("group/", StringComparison.Ordinal) ? null : target;

    private static void Refuse(bool refuses, ChangeFault fault, string message)
    {
        if (refuses)
        {
            throw new ChangeRefusedException(fault, message);
        }
    }

    /// <param name="change">Checks and writes; gives the snapshot back as it got it when there is nothing to do.</param>
    private async Task ChangeAsync(Func<PolicySnapshot, Task<PolicySnapshot>> change, Func<AuditEntry> entry, string? subject, CancellationToken cancellationToken)
    {
        await _oneAtATime.WaitAsync(cancellationToken);
        try
        {
            var after = await change(_current);
            if (ReferenceEquals(after, _current))
            {
                return;
            }

            _current = after;
        }
        finally
        {
            _oneAtATime.Release();
        }

        // From here on it is done, whether the caller still waits or not: what holds must also be told.
        try
        {
            await audit.RecordAsync(entry(), CancellationToken.None);
        }
        finally
        {
            await changes.TellAsync(IdentityChangeKind.RightsChanged, subject);
        }
    }
}
