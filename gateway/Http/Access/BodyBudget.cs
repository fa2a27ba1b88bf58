namespace Roost.Gateway.Http.Access;

/// <summary>Bytes of bodies that are held because their signature is known only at their end: bounded over all requests.</summary>
internal sealed class BodyBudget(long most)
{
    private long _taken;

    public bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref _taken, bytes) <= most)
        {
            return true;
        }

        Return(bytes);
        return false;
    }

    public void Return(long bytes) => Interlocked.Add(ref _taken, -bytes);
}
