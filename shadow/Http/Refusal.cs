using System.Text.Json.Serialization;

namespace Roost.Shadow.Http;

/// <param name="Position">Character of the query that is wrong, from 1; null where it is none in particular.</param>
internal sealed record Refusal(string Message, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Position);
