using Roost.Shadow.Store;

namespace Roost.Shadow.Tests.Store;

internal sealed class MemoryShadowStoreTests : ShadowStoreContract
{
    protected override IShadowStore Open() => new MemoryShadowStore();
}
