namespace Roost.LocalLambda.Destinations;

/// <summary>Why a destination did not take a record.</summary>
/// <param name="IsFinal">Trying again is of no use.</param>
internal sealed record DestinationRefusal(string Reason, bool IsFinal = false);
