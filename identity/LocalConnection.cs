namespace Roost.Identity;

/// <summary>
/// Feature of a connection that only this machine can make: the unix socket, whose peer was checked, or a plain listener on loopback. Who comes by it
/// has every right. What has not got it has to show who it is.
/// </summary>
public sealed class LocalConnection
{
    public static readonly LocalConnection Instance = new();
}
