namespace Roost.Identity;

/// <summary>
/// Attaches policies. A target is a <see cref="Principal.Id"/>, <c>thing/NAME</c> or <c>group/NAME</c>. When a task completes, the change is durable, audited, and
/// holds for live connections. Any thread may call.
/// </summary>
public interface IPolicyAttachments
{
    /// <summary>Nothing happens where it is attached already.</summary>
    /// <exception cref="ChangeRefusedException">There is no such policy, or the target has as many as it may.</exception>
    Task AttachAsync(string policy, string target, ChangedBy by, CancellationToken cancellationToken = default);

    /// <summary>For a target that is gone: who gets its name has nothing of its rights.</summary>
    Task DetachAllAsync(string target, ChangedBy by, CancellationToken cancellationToken = default);

    /// <summary>Whether a policy of that name is there, so that it can be said before anything is done.</summary>
    bool Exists(string policy);
}
