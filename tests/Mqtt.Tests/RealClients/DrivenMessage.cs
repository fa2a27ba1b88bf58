namespace Roost.Mqtt.Tests.RealClients;

/// <summary>A message as the client library gave it to its application.</summary>
/// <param name="Properties">As <c>drivers/README.md</c> says; empty in 3.1.1.</param>
internal sealed record DrivenMessage(string Topic, int QualityOfService, bool Retain, string Payload, string Properties);
