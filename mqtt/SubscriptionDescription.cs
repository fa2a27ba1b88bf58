namespace Roost.Mqtt;

/// <param name="Filter">As the client sent it, <c>$share/NAME/</c> included.</param>
/// <param name="Identifier">Null: none was given.</param>
public sealed record SubscriptionDescription(string Filter, QualityOfService QualityOfService, bool NoLocal, bool RetainAsPublished, int? Identifier);
