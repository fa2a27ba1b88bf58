namespace Roost.Identity.Provisioning;

/// <summary>A device's request is refused; nothing was changed. The message is for the device: it says nothing of what others have.</summary>
internal sealed class ProvisioningRefusedException(ProvisioningFault fault, string message, string? reason = null) : Exception(message)
{
    public ProvisioningFault Fault { get; } = fault;

    /// <summary>For the audit: says more than the device may know.</summary>
    public string Reason { get; } = reason ?? message;

    public int StatusCode => Fault switch
    {
        ProvisioningFault.AccessDenied => 403,
        ProvisioningFault.ResourceNotFound => 404,
        ProvisioningFault.ResourceConflict => 409,
        ProvisioningFault.Throttled => 429,
        ProvisioningFault.InternalError => 500,
        _ => 400,
    };
}
