namespace Roost.Identity;

/// <summary>
/// Changes things. When a task completes, the change is durable, audited, and holds for live connections. Any thread may call.
/// </summary>
public interface IThings
{
    /// <summary>Makes the thing, or changes it.</summary>
    /// <exception cref="ChangeRefusedException">Nothing was changed.</exception>
    Task<ThingDescription> PutAsync(ThingChange change, ChangedBy by, CancellationToken cancellationToken = default);

    /// <summary>Also ends and deletes the thing's certificates, and detaches its policies.</summary>
    /// <exception cref="ChangeRefusedException">There is no such thing, or it has another version.</exception>
    Task DeleteAsync(string name, long? expectedVersion, ChangedBy by, CancellationToken cancellationToken = default);
}
