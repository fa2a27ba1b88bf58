using Roost.Shadow.Documents;

namespace Roost.Shadow.History;

/// <summary>One place of a document that an update changed.</summary>
/// <param name="Path">Member names from the section on: <c>reported</c>, <c>battery</c>. Never goes into an array, which is a value as a whole.</param>
/// <param name="Old">Null where there was nothing.</param>
/// <param name="New">Null where there is nothing any more.</param>
internal sealed record PathChange(IReadOnlyList<string> Path, StateNode? Old, StateNode? New);
