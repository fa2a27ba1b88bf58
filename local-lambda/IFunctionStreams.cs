using System.Diagnostics.CodeAnalysis;

namespace Roost.LocalLambda;

/// <summary>The gateway's streams, as functions are fed from them. Any thread may call.</summary>
public interface IFunctionStreams
{
    /// <returns>False when there is no stream of this name now.</returns>
    bool TryOpen(string name, [NotNullWhen(true)] out IFunctionStream? stream);
}
