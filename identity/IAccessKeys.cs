namespace Roost.Identity;

/// <summary>The AWS access keys of this gateway, for whoever checks signatures. Any thread may call.</summary>
public interface IAccessKeys
{
    /// <summary>Whether there is such a key, and its secret cannot be had, as what sealed it is not here.</summary>
    bool IsSealed(string accessKeyId);

    /// <returns>Null: there is no such key, or its secret cannot be had.</returns>
    ValueTask<AccessKeySecret?> FindAsync(string accessKeyId, CancellationToken cancellationToken);

    /// <summary>Tells that a signature of this key was good, so that an operator sees when it was used last.</summary>
    void NoteUse(string accessKeyId);
}
