using Roost.Mqtt.Routing;

namespace Roost.Mqtt.Sessions;

/// <summary>A message that a session has as a member of a share.</summary>
/// <param name="Group">In whose backlog it stays until it is acknowledged; null: it is the session's own now (QoS 2).</param>
/// <param name="Sequence">In that backlog.</param>
/// <param name="Ticket">The journal's, of the record by which it became the session's own; sent when that is durable.</param>
internal readonly record struct Lease(ShareGroup? Group, long Sequence, long Ticket);
