using Roost.Identity;
using Roost.LocalLambda;

namespace Roost.Gateway.Functions;

/// <summary>Functions as pre-provisioning hooks of fleet provisioning.</summary>
internal sealed class ProvisioningHook(IServiceProvider services) : IProvisioningHook
{
    public bool Exists(string function) => services.GetRequiredService<FunctionHost>().Has(function);

    public async Task<ReadOnlyMemory<byte>?> AskAsync(string function, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        // Functions start after identity: asked for late.
        var invoker = services.GetRequiredService<IFunctionInvoker>();
        try
        {
            var result = await invoker.InvokeAsync(function, payload, InvocationContext.Default, cancellationToken);
            return result.FunctionError is null ? result.Payload : null;
        }
        catch (Exception exception) when (exception is FunctionNotFoundException or FunctionThrottledException or FunctionUnavailableException or PayloadTooLargeException)
        {
            return null;
        }
    }
}
