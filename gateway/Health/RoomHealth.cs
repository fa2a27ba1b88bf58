namespace Roost.Gateway.Health;

internal enum RoomState
{
    /// <summary>Does all that it promises.</summary>
    Up,

    /// <summary>Serves, but an operator should look: <see cref="RoomHealth.Reason"/> says at what.</summary>
    Degraded,

    /// <summary>Does not serve.</summary>
    Down,
}

/// <param name="Reason">For an operator: the first of what is wrong; null when nothing is.</param>
internal readonly record struct RoomHealth(string Room, RoomState State, string? Reason = null)
{
    /// <summary>More than these nobody reads; the lists of the room have them all.</summary>
    private const int MostReasons = 10;

    private readonly IReadOnlyList<string>? _others;

    private RoomHealth(string room, IReadOnlyList<string> reasons)
        : this(room, RoomState.Degraded, reasons[0]) => _others = reasons.Count > 1 ? [.. reasons.Skip(1)] : null;

    /// <summary>All that is wrong, <see cref="Reason"/> first; of very many the first ten and how many more.</summary>
    public IReadOnlyList<string> Reasons => Reason is null ? [] : [Reason, .. _others ?? []];

    /// <summary>What is no fault and worth knowing, such as a cloud that is away; null when there is nothing.</summary>
    public string? Note { get; init; }

    /// <returns>Degraded by all of the reasons; up when there are none.</returns>
    public static RoomHealth Of(string room, IEnumerable<string> reasons)
    {
        var all = reasons.ToList();
        return all.Count switch
        {
            0 => new RoomHealth(room, RoomState.Up),
            > MostReasons => new RoomHealth(room, [.. all.Take(MostReasons), $"and {all.Count - MostReasons} more"]),
            _ => new RoomHealth(room, all),
        };
    }
}
