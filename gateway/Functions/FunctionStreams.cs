using System.Diagnostics.CodeAnalysis;
using Roost.LocalLambda;
using Roost.Streams;

namespace Roost.Gateway.Functions;

/// <summary>The streams as functions are fed from them.</summary>
internal sealed class FunctionStreams(IStreamCatalog catalog) : IFunctionStreams
{
    public bool TryOpen(string name, [NotNullWhen(true)] out IFunctionStream? stream)
    {
        stream = StreamName.TryParse(name, out var parsed) && catalog.TryGet(parsed, out var found) ? new FunctionStream(found) : null;
        return stream is not null;
    }
}
