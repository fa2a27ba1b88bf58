using Roost.Mqtt.Protocol;

namespace Roost.Mqtt.Client.Sessions;

/// <summary>A subscription that the server has granted, with all that is needed to make it again.</summary>
/// <param name="Origin">The SUBSCRIBE that made it: those of one packet share a Subscription Identifier and User Properties.</param>
internal readonly record struct MadeSubscription(SubscriptionRequest Request, SubscribePacket Origin);
