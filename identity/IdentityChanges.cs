using System.Collections.Immutable;

namespace Roost.Identity;

/// <summary>Tells those who hold connections what has changed, after it has become durable. Any thread may call.</summary>
public sealed class IdentityChanges
{
    private ImmutableArray<Func<IdentityChange, Task>> _listeners = [];
    private long _endings;

    /// <summary>
    /// How many credentials have ended, those included that are being told of. Read before a credential is judged: where it is the same when its holder is let in, the one has not ended in between.
    /// </summary>
    public long Endings => Interlocked.Read(ref _endings);

    /// <param name="listener">Its task completes when the change holds for live connections; it must not throw.</param>
    public void Subscribe(Func<IdentityChange, Task> listener) => ImmutableInterlocked.Update(ref _listeners, static (all, one) => all.Add(one), listener);

    /// <returns>Completes when everybody who holds connections has done what it asks for.</returns>
    public Task TellAsync(IdentityChangeKind kind, string? subject)
    {
        if (kind == IdentityChangeKind.CredentialEnded)
        {
            Interlocked.Increment(ref _endings); // before anybody hears of it: who looks for those it concerns finds them, or they see this
        }

        var change = new IdentityChange(kind, subject);
        return Task.WhenAll(_listeners.Select(listener => HearAsync(listener, change)));
    }

    /// <summary>One that throws at once keeps the change from nobody behind it.</summary>
    private static async Task HearAsync(Func<IdentityChange, Task> listener, IdentityChange change) => await listener(change);
}
