namespace Roost.Shadow.Queries;

/// <summary>Why a filter or a selection cannot be read.</summary>
/// <param name="Position">Of the first character that is wrong, from 1; one beyond the last where more was expected.</param>
internal sealed record FilterFault(int Position, string Message);
