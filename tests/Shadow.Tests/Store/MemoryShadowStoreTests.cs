using Roost.Shadow.Store;

namespace Roost.Shadow.Tests.Store;

internal sealed class MemoryShadowStoreTests : ShadowStoreContract
{
    protected override Task<IShadowStore> OpenAsync() => Task.FromResult<IShadowStore>(new MemoryShadowStore());
}
