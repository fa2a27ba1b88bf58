namespace Roost.Identity;

/// <summary>The AWS access keys of this gateway, for whoever checks signatures. Any thread may call.</summary>
public interface IAccessKeys
{
    /// <returns>Null: there is no such key.</returns>
    ValueTask<AccessKeySecret?> FindAsync(string accessKeyId, CancellationToken cancellationToken);
}
