namespace Roost.Identity.Tests.Logins;

/// <summary>Knows the policies <c>app-default</c> and <c>admin</c>, and notes what is attached.</summary>
internal sealed class NotedAttachments : IPolicyAttachments
{
    public List<(string Policy, string Target)> Attached { get; } = [];

    public Task AttachAsync(string policy, string target, ChangedBy by, CancellationToken cancellationToken = default)
    {
        Attached.Add((policy, target));
        return Task.CompletedTask;
    }

    public Task DetachAllAsync(string target, ChangedBy by, CancellationToken cancellationToken = default)
    {
        Attached.RemoveAll(one => one.Target == target);
        return Task.CompletedTask;
    }

    public bool Exists(string policy) => policy is "app-default" or "admin";
}
