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

/// <param name="Reason">For an operator; null when there is nothing to say.</param>
internal readonly record struct RoomHealth(string Room, RoomState State, string? Reason = null);
