using System.Runtime.InteropServices;

namespace Roost.LocalLambda.Definitions;

/// <summary>One thing that is wrong with a file.</summary>
/// <param name="Line">From 1; 0 for the file as a whole, or for what stands in no file.</param>
/// <param name="Text">With file, line, key, value and remedy.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct YamlFault(int Line, string Text);
