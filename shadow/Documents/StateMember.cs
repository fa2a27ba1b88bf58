using System.Runtime.InteropServices;

namespace Roost.Shadow.Documents;

/// <summary>A name and a value of an object.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct StateMember(StateKey Key, StateNode Value)
{
    public void Deconstruct(out string key, out StateNode value) => (key, value) = (Key.Text, Value);
}
