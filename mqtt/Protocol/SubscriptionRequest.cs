namespace Roost.Mqtt.Protocol;

/// <summary>One topic filter of SUBSCRIBE and its options (section 3.8.3).</summary>
/// <param name="Filter">
/// As sent, also with <c>$share/</c> before it. Valid UTF-8, and not yet known to be a filter: a bad one is answered in SUBACK, beside the others.
/// </param>
internal readonly record struct SubscriptionRequest(
    string Filter, QualityOfService QualityOfService, bool NoLocal = false, bool RetainAsPublished = false, RetainHandling RetainHandling = RetainHandling.Send);
