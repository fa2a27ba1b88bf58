namespace Roost.LocalLambda.Code;

/// <summary>Code that is in the store. While this object lives, the code is not removed.</summary>
/// <param name="Sha256">In base64.</param>
/// <param name="Bytes">Of the code as it was sent.</param>
/// <param name="Folder">Absolute.</param>
internal sealed record CodePackage(CodeStore Store, string Sha256, long Bytes, string Folder) : IDisposable
{
    private int _released;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _released, 1) == 0)
        {
            Store.Release(Sha256);
        }
    }
}
