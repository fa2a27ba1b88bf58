namespace Roost.Shadow.Integrity;

/// <param name="Fault">What is wrong with the row, as a sentence; null when it is what was written.</param>
internal readonly record struct CheckedRow(StoredKey Key, string? Fault);
