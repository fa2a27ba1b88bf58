using Roost.Shadow.Store;

namespace Roost.Shadow.Queries;

/// <summary>One page of an answer, by thing and name.</summary>
internal sealed class QueryPage
{
    private int _things;

    public List<QueryMatch> Matches { get; } = [];

    /// <summary>The thing after which the next page goes on; null at the end.</summary>
    public string? Next { get; set; }

    public int Bytes { get; private set; }

    /// <summary>Shadows that could not be judged.</summary>
    public List<ShadowId> Damaged { get; } = [];

    /// <returns>False when it belongs on the next page.</returns>
    public bool TryAdd(in ScannedShadow shadow, FieldValue[] values, int maxThings)
    {
        if (Matches.Count == 0 || Matches[^1].Id.Thing != shadow.Id.Thing)
        {
            if (_things == maxThings)
            {
                return false;
            }

            _things++;
        }

        Matches.Add(new QueryMatch(shadow.Id, new ShadowRevision(shadow.Version, shadow.UpdatedSeconds), values));
        Bytes += values.Sum(value => value.Json.Length);
        return true;
    }
}

/// <param name="Values">In the order of the selection.</param>
internal sealed record QueryMatch(ShadowId Id, ShadowRevision Revision, FieldValue[] Values);
