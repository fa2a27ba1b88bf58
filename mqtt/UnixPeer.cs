namespace Roost.Mqtt;

/// <summary>The process at the other end of a unix socket, as the kernel vouches for it.</summary>
public sealed record UnixPeer(int ProcessId, uint UserId, uint GroupId);
