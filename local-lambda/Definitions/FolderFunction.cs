namespace Roost.LocalLambda.Definitions;

/// <summary>A folder that holds a function: its definition, or what is wrong with it.</summary>
/// <param name="Folder">Absolute.</param>
internal sealed record FolderFunction(string Folder, FunctionDefinition? Definition, IReadOnlyList<string> Faults);
