namespace Roost.LocalLambda.Sources.Streams;

/// <summary>Where batches go that are given up.</summary>
internal sealed record DestinationConfig(OnFailure? OnFailure);

/// <summary>See <see cref="FailureDestination"/> for the ARNs that are taken.</summary>
internal sealed record OnFailure(string Destination);
