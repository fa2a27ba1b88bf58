namespace Roost.LocalLambda.Sources.Streams;

/// <summary>A mapping as an operator sees it.</summary>
/// <param name="State"><c>Enabled</c> or <c>Disabled</c>.</param>
/// <param name="LastProcessingResult"><c>No records processed</c>, <c>OK</c>, or <c>PROBLEM: </c> and what it is.</param>
/// <param name="IteratorAge">Age of the oldest record that was read and is not done; zero when there is none.</param>
internal sealed record MappingStatus(EventSourceMapping Mapping, string State, string LastProcessingResult, TimeSpan IteratorAge);
