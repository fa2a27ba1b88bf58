using Roost.LocalLambda.DeadLetters;
using Roost.LocalLambda.Queue;

namespace Roost.LocalLambda;

/// <summary>Dead letters are looked at, replayed and deleted.</summary>
public sealed partial class FunctionHost
{
    private const int LettersAtOnce = 64;

    internal DeadLetterLog Letters => _deadLetters.Open();

    /// <summary>
    /// Puts what a letter is about into its function's queue again, as if it were new: with all its tries, to the function as it is now. The letter is removed once the event is
    /// durable, so that a crash in between leaves both.
    /// </summary>
    /// <returns>False when there is no such letter.</returns>
    /// <exception cref="NotReplayableException">There is nothing to run.</exception>
    /// <exception cref="FunctionNotFoundException">The function has gone.</exception>
    /// <exception cref="FunctionThrottledException">Its queue is full.</exception>
    /// <exception cref="FunctionUnavailableException">It cannot run.</exception>
    internal async Task<bool> ReplayAsync(string name, long id)
    {
        if (Letters.Find(name, id) is not { } letter)
        {
            return false;
        }

        await RequeueAsync(name, letter);
        await Letters.RemoveAsync(name, [id], "replayed");
        return true;
    }

    /// <summary>Replays every letter that can be, oldest first; those that come meanwhile are left.</summary>
    /// <param name="since">Letters from then on; null for all.</param>
    /// <returns>How many were replayed, and how many have nothing to run.</returns>
    /// <inheritdoc cref="ReplayAsync" path="/exception"/>
    internal async Task<(int Replayed, int Left)> ReplayAllAsync(string name, DateTimeOffset? since)
    {
        var (replayed, left) = (0, 0);
        foreach (var ids in Identifiers(name, since).AsEnumerable().Reverse().Chunk(LettersAtOnce))
        {
            var letters = ids.Select(id => Letters.Find(name, id)).OfType<StoredDeadLetter>().ToList();
            var can = letters.Where(letter => letter.Letter.Queued is not null).ToList();
            await Task.WhenAll(can.Select(letter => RequeueAsync(name, letter)));
            await Letters.RemoveAsync(name, [.. can.Select(letter => letter.Id)], "replayed");
            (replayed, left) = (replayed + can.Count, left + letters.Count - can.Count);
        }

        return (replayed, left);
    }

    /// <returns>How many were deleted.</returns>
    internal async Task<int> DeleteLettersAsync(string name, DateTimeOffset? since)
    {
        var ids = Identifiers(name, since);
        await Letters.RemoveAsync(name, ids, "deleted");
        return ids.Count;
    }

    private List<long> Identifiers(string name, DateTimeOffset? since)
    {
        List<long> ids = [];
        long? before = null;
        do
        {
            var page = Letters.List(name, before, since, LettersAtOnce);
            ids.AddRange(page.Letters.Select(letter => letter.Id));
            before = page.Next;
        }
        while (before is not null);

        return ids;
    }

    private async Task RequeueAsync(string name, StoredDeadLetter letter)
    {
        if (letter.Letter.Queued is not { } queued)
        {
            throw new NotReplayableException($"Dead letter {letter.Id} is about a batch of a stream, whose records are not in it; read them again from the stream.");
        }

        var function = Find(name, null);
        if (!function.IsReady || function.Queue is not { } queue)
        {
            throw new FunctionUnavailableException(name, string.Join(" ", function.Status().Faults));
        }

        var isDelivery = queued.Delivery is not null;
        await queue.Enqueue(
            queued with
            {
                // Whoever replays an event has repaired something: a number would run what was wrong again.
                Qualifier = function.Record?.FindAlias(queued.Qualifier ?? "") is null ? null : queued.Qualifier,
                EnqueuedAt = _clock.GetUtcNow(),
                Failures = isDelivery ? queued.Failures : 0,
                Throttles = isDelivery ? 1 : 0,
                Hops = 0,
                Due = 0,
                Replaces = null,
            },
            isDelivery ? letter.Record : letter.ReadEvent());
    }
}
