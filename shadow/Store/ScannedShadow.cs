using System.Runtime.InteropServices;
using Roost.Shadow.Documents;

namespace Roost.Shadow.Store;

/// <summary>One shadow of a scan, as it lies in the table or will.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ScannedShadow(ShadowId Id, ShadowRow Row)
{
    public long Version => Row.Version;

    public long UpdatedSeconds => Row.UpdatedSeconds;

    /// <exception cref="CorruptShadowException">The row is not what was written.</exception>
    public ShadowRecord Decode() => ShadowRowCodec.Decode(Id, Row);
}
