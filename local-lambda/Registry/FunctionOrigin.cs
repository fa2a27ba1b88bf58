namespace Roost.LocalLambda.Registry;

/// <summary>The folder that a function is deployed from, and what it looked like then.</summary>
/// <param name="Folder">Absolute.</param>
/// <param name="Signature">Of <see cref="Code.FolderSignature"/>: equal means that nothing has to be read again.</param>
internal sealed record FunctionOrigin(string Folder, string Signature);
