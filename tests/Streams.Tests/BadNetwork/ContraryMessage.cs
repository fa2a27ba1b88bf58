namespace Roost.Streams.Tests.BadNetwork;

/// <param name="Connection">From 1.</param>
/// <param name="PacketIdentifier">By which it is answered.</param>
/// <param name="Number">Its payload.</param>
internal sealed record ContraryMessage(int Connection, ushort PacketIdentifier, int Number);
